//! The normal equations at one θ, and the directions in which they tell something.

use pulp::Scalar;

use super::Matched;
use super::link::{Link, Slope};
use crate::fuse::diagonalise::Diagonal;
use crate::fuse::small::{inner, inverse, product, product_transposed};
use crate::lanes::{Lanes, Vector};
use crate::linalg::{MAX_DIM, Matrix};
use crate::{Error, Result};

/// The share of noise in a direction's information from which on it counts as not observable.
const NOISE_SHARE: f64 = 0.5;
/// How many deviations of chance its correlation with noise may have.
const CHANCE: f64 = 4.0;
/// What is added to both sides of the comparison: information this small is none.
const NOTHING: f64 = 1e-9;
/// The part that a component may have in what is not observable.
pub(super) const PARTICIPATION: f64 = 0.05;

/// Where the derivative is taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum At {
    /// At what b reports.
    Reported,
    /// At x̂.
    Meeting,
}

/// A direction u of θ with uᵀ J u = 1, orthogonal to the others in J and in N.
pub(super) struct Direction {
    /// u, in the units of θ.
    pub(super) axis: Vec<f64>,
    /// u of length one, each component in units of its own deviation.
    pub(super) scaled: Vec<f64>,
    /// uᵀ g
    pub(super) step: f64,
    /// uᵀ N u
    noise: f64,
}

impl Direction {
    pub(super) fn is_observable(&self) -> bool {
        self.noise < NOISE_SHARE
    }

    /// The share of the true states in the information.
    pub(super) fn signal(&self) -> f64 {
        1.0 - self.noise
    }
}

/// The normal equations at one θ.
pub(super) struct Normal {
    unknown: usize,
    free: Vec<usize>,
    /// J = Σ Dᵀ S⁻¹ D
    information: Vec<f64>,
    /// N
    noise: Vec<f64>,
    /// g = Σ Dᵀ S⁻¹ r
    gradient: Vec<f64>,
    pub(super) distance: Vec<f64>,
}

impl Normal {
    pub(super) fn at(matched: Matched<'_>, theta: &[f64], at: At) -> Result<Self> {
        let Matched { axes, mean_a, cov_a, mean_b, cov_b, about, free } = matched;
        let (dim, unknown) = (2 * axes, axes + 2);
        let size = dim * dim;
        let link = Link::new(axes, about, theta);
        let mut out = Self {
            unknown,
            free: (0..unknown).filter(|&k| free[k]).collect(),
            information: vec![0.0; unknown * unknown],
            noise: vec![0.0; unknown * unknown],
            gradient: vec![0.0; unknown],
            distance: Vec::new(),
        };
        for row in 0..mean_a.len() / dim {
            let (a, b) = (&mean_a[row * dim..][..dim], &mean_b[row * dim..][..dim]);
            let (cov_a, cov_b) = (&cov_a[row * size..][..size], &cov_b[row * size..][..size]);
            let gb = product(&link.matrix, cov_b, dim); // G B
            let spread = product_transposed(&gb, &link.matrix, dim);
            let s: Vec<f64> = spread.iter().zip(cov_a).map(|(spread, a)| spread + a).collect();
            let s = inverse(dim, &s)
                .ok_or_else(|| Error::NotPositiveDefinite { what: "cov_a".to_owned(), row })?;
            let predicted = link.moved(b);
            let r: Vec<f64> = a.iter().zip(&predicted).map(|(a, p)| a - p).collect();
            let sr = product(&s, &r, dim);
            out.distance.push(inner(&r, &sr));
            // x̂ = x_b + B Gᵀ S⁻¹ r and its covariance B − B Gᵀ S⁻¹ G B
            let sgb = product(&s, &gb, dim);
            let mut meeting = b.to_vec();
            let mut rest = cov_b.to_vec();
            let meets = if at == At::Meeting { dim } else { 0 };
            for i in 0..meets {
                for k in 0..dim {
                    meeting[i] += gb[k * dim + i] * sr[k];
                    for j in 0..dim {
                        rest[i * dim + j] -= gb[k * dim + i] * sgb[k * dim + j];
                    }
                }
            }
            out.add(&link, &meeting, &rest, &s, &sr);
        }
        Ok(out)
    }

    fn add(&mut self, link: &Link, meeting: &[f64], rest: &[f64], s: &[f64], sr: &[f64]) {
        let slopes: Vec<Slope> =
            self.free.iter().map(|&k| link.slope(k, meeting, rest, s)).collect();
        for (&i, slope) in self.free.iter().zip(&slopes) {
            self.gradient[i] += inner(&slope.value, sr);
            for (&j, other) in self.free.iter().zip(&slopes) {
                self.information[i * self.unknown + j] += inner(&slope.value, &other.white);
                // tr(S⁻¹ Dᵢ C Dⱼᵀ)
                let sum = inner(&slope.spread, &other.matrix);
                self.noise[i * self.unknown + j] += sum;
            }
        }
    }

    /// Whether a component's own information is more than noise.
    pub(super) fn has_signal(&self, k: usize) -> bool {
        let own = k * self.unknown + k;
        self.noise[own] < NOISE_SHARE * self.information[own]
    }

    /// Whether two components are correlated by more than chance.
    pub(super) fn goes_with(&self, j: usize, k: usize) -> bool {
        let entry = |i: usize, j: usize| self.information[i * self.unknown + j];
        let chance = CHANCE / (self.distance.len() as f64).sqrt();
        let correlation = entry(j, k).abs() / (entry(j, j) * entry(k, k)).sqrt();
        correlation > PARTICIPATION.max(chance)
    }

    /// The directions in which J and N are diagonal at once, of the free components with a signal.
    pub(super) fn directions(&self) -> Vec<Direction> {
        let free: Vec<usize> = self.free.iter().copied().filter(|&k| self.has_signal(k)).collect();
        let (unknown, count) = (self.unknown, free.len());
        if count == 0 {
            return Vec::new();
        }
        let simd = Scalar::new();
        let zero = Vector::splat(simd, 0.0);
        let unit: Vec<f64> = (0..unknown)
            .map(|k| {
                let own = self.information[k * unknown + k];
                1.0 / own.sqrt() // above zero wherever there is a signal
            })
            .collect();
        let mut matrices: [Matrix<Scalar, MAX_DIM, MAX_DIM>; 2] = [[[zero; MAX_DIM]; MAX_DIM]; 2];
        for (matrix, values) in matrices.iter_mut().zip([&self.information, &self.noise]) {
            for (i, &row) in free.iter().enumerate() {
                for (j, &col) in free.iter().enumerate() {
                    let nothing = if i == j { NOTHING } else { 0.0 };
                    let value = values[row * unknown + col] * unit[row] * unit[col] + nothing;
                    matrix[i][j] = Vector::splat(simd, value);
                }
            }
        }
        let both = Diagonal::new(simd, count, &matrices[0], &matrices[1]);
        let rows = both.inverse_basis();
        let directions = (0..count).map(|k| {
            let mut axis = vec![0.0; unknown];
            let mut scaled = vec![0.0; unknown];
            for (i, &component) in free.iter().enumerate() {
                scaled[component] = number(rows[k][i]);
                axis[component] = scaled[component] * unit[component];
            }
            let length = inner(&scaled, &scaled).sqrt();
            scaled.iter_mut().for_each(|part| *part /= length);
            let step = inner(&axis, &self.gradient);
            Direction { axis, scaled, step, noise: number(both.ratio[k]) }
        });
        directions.collect()
    }
}

fn number(value: Vector<Scalar>) -> f64 {
    let mut lanes = Lanes::ZERO;
    value.store(&mut lanes, 0);
    lanes.0[0]
}
