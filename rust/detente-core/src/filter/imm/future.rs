//! What later measurements say of a state, as the ratio of its smoothed to its predicted density.
//!
//! With the prediction N(x̄, P̄), P̄ = L Lᵀ, and ξ = L⁻¹ (x − x̄), the smoothed covariance is W in ξ,
//! with variances σ² along orthogonal directions u. A direction in which σ² < 1 was measured by the
//! future with a precision of 1 / σ² − 1; one in which it is not (which collapsing mixtures can
//! bring about) was not measured.

use crate::linalg::{backward_one, cholesky_one, forward_one, packed};

/// Less than this, and the future says nothing.
const LEAST_PRECISION: f64 = 1e-9;
const MOST_SWEEPS: usize = 40;
const ORTHOGONAL: f64 = 1e-15;

/// A likelihood of the state at one time.
pub(super) struct Future {
    dim: usize,
    /// x̄
    centre: Vec<f64>,
    /// L, packed.
    factor: Vec<f64>,
    measured: Vec<Direction>,
}

/// uᵀ ξ = value, with noise of the given variance.
struct Direction {
    along: Vec<f64>,
    value: f64,
    variance: f64,
}

impl Future {
    /// From the mean and packed covariance of prediction and smoothing; `None` if one of the
    /// covariances has no Cholesky factor.
    pub fn new(
        (predicted, spread): (&[f64], &[f64]),
        (smoothed, left): (&[f64], &[f64]),
    ) -> Option<Self> {
        let dim = predicted.len();
        let factor = cholesky_one(dim, spread)?;
        let own = cholesky_one(dim, left)?;
        let mut columns: Vec<Vec<f64>> = (0..dim)
            .map(|col| {
                let mut column: Vec<f64> = (0..dim)
                    .map(|row| if row >= col { own[packed(row, col)] } else { 0.0 })
                    .collect();
                forward_one(dim, &factor, &mut column);
                column
            })
            .collect();
        orthogonalise(&mut columns); // of L⁻¹ K, so that W = Σ columns columnsᵀ
        let mut offset: Vec<f64> = (0..dim).map(|i| smoothed[i] - predicted[i]).collect();
        forward_one(dim, &factor, &mut offset);
        let measured = columns.into_iter().filter_map(|column| {
            let variance = dot(&column, &column);
            let precision = 1.0 / variance - 1.0;
            if precision < LEAST_PRECISION {
                return None;
            }
            let length = variance.sqrt();
            let along: Vec<f64> = column.iter().map(|x| x / length).collect();
            let value = dot(&along, &offset) / (variance * precision);
            Some(Direction { along, value, variance: 1.0 / precision })
        });
        let measured = measured.collect();
        Some(Self { dim, centre: predicted.to_vec(), factor, measured })
    }

    /// Updates another prediction (mean, and covariance row by row) by the future, and returns the
    /// logarithm of how much better it foresaw it than the one that the ratio was taken to.
    pub fn update(&self, mean: &mut [f64], cov: &mut [f64]) -> f64 {
        let dim = self.dim;
        let mut log = 0.0;
        for direction in &self.measured {
            // in x: h = L⁻ᵀ u
            let mut h = direction.along.clone();
            backward_one(dim, &self.factor, &mut h);
            let cross: Vec<f64> = cov.chunks_exact(dim).map(|row| dot(row, &h)).collect();
            let spread = dot(&h, &cross) + direction.variance;
            let expected: f64 = (0..dim).map(|i| h[i] * (mean[i] - self.centre[i])).sum();
            let off = direction.value - expected;
            let usual = 1.0 + direction.variance;
            log += 0.5
                * (libm::log(usual / spread) + direction.value * direction.value / usual
                    - off * off / spread);
            for i in 0..dim {
                mean[i] += cross[i] * off / spread;
                for j in 0..dim {
                    cov[i * dim + j] -= cross[i] * cross[j] / spread;
                }
            }
        }
        log
    }
}

/// Rotates pairs of columns until each is orthogonal to all others (one-sided Jacobi, Hestenes
/// 1958).
fn orthogonalise(columns: &mut [Vec<f64>]) {
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..columns.len() {
            for q in p + 1..columns.len() {
                let (left, right) = columns.split_at_mut(q);
                rotated |= rotate(&mut left[p], &mut right[0]);
            }
        }
        if !rotated {
            break;
        }
    }
}

fn rotate(a: &mut [f64], b: &mut [f64]) -> bool {
    let (alpha, beta, gamma) = (dot(a, a), dot(b, b), dot(a, b));
    if gamma.abs() <= ORTHOGONAL * (alpha * beta).sqrt() {
        return false;
    }
    let zeta = (beta - alpha) / (2.0 * gamma);
    let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = cosine * tangent;
    for (x, y) in a.iter_mut().zip(b) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
    true
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
