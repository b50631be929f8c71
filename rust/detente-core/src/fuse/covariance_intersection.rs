//! Covariance intersection: fusing two estimates whose correlation nobody knows.
//!
//! P⁻¹ = ω A⁻¹ + (1 − ω) B⁻¹ and P⁻¹ x = ω A⁻¹ a + (1 − ω) B⁻¹ b, consistent for every ω in [0, 1]
//! whatever the correlation (Julier and Uhlmann, *A non-divergent estimation algorithm in the
//! presence of unknown correlations*, 1997). Where A = T Tᵀ and B = T diag(λ) Tᵀ,
//! P = T diag(λᵢ / (1 + ω rᵢ)) Tᵀ with rᵢ = λᵢ − 1, so both criteria are convex sums over i.

use super::diagonalise::{Diagonal, cholesky, diagonalise, dot, solve_lower};
use crate::{Error, Result};

/// The largest dimension of a state.
pub const MAX_DIM: usize = 9;

const TIE: f64 = 1e-10;
const MOST_STEPS: usize = 100;

/// What ω makes smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The determinant of the fused covariance: independent of the units of the state.
    Determinant,
    /// Its trace: the mean squared error, in states of one unit.
    Trace,
}

/// Two estimates a row; means are n × dim, covariances n × dim × dim, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Pairs<'a> {
    /// The dimension of a state.
    pub dim: usize,
    /// The means of the first estimates.
    pub mean_a: &'a [f64],
    /// Their covariances.
    pub cov_a: &'a [f64],
    /// The means of the second estimates.
    pub mean_b: &'a [f64],
    /// Their covariances.
    pub cov_b: &'a [f64],
}

/// The fused estimates, laid out as [`Pairs`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fused {
    /// The means.
    pub mean: Vec<f64>,
    /// The covariances.
    pub cov: Vec<f64>,
    /// The weights of the first estimates.
    pub omega: Vec<f64>,
}

/// Fuses each pair with the ω that makes its criterion smallest; equal covariances get ω = ½.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] names the first covariance that is not symmetric positive
/// definite; [`Error::Setting`] refuses a dimension outside 1 to [`MAX_DIM`]; [`Error::Shape`]
/// refuses columns of different lengths.
pub fn covariance_intersection(pairs: Pairs<'_>, criterion: Criterion) -> Result<Fused> {
    match pairs.dim {
        1 => fuse::<1>(pairs, criterion),
        2 => fuse::<2>(pairs, criterion),
        3 => fuse::<3>(pairs, criterion),
        4 => fuse::<4>(pairs, criterion),
        5 => fuse::<5>(pairs, criterion),
        6 => fuse::<6>(pairs, criterion),
        7 => fuse::<7>(pairs, criterion),
        8 => fuse::<8>(pairs, criterion),
        9 => fuse::<9>(pairs, criterion),
        dim => Err(Error::Setting {
            what: "the dimension of the state",
            expected: "1 to 9",
            found: dim.to_string(),
        }),
    }
}

fn fuse<const D: usize>(pairs: Pairs<'_>, criterion: Criterion) -> Result<Fused> {
    let rows = pairs.mean_a.len() / D;
    check_length("mean_b", pairs.mean_b, rows * D)?;
    check_length("cov_a", pairs.cov_a, rows * D * D)?;
    check_length("cov_b", pairs.cov_b, rows * D * D)?;
    let mut out = Fused {
        mean: Vec::with_capacity(rows * D),
        cov: Vec::with_capacity(rows * D * D),
        omega: Vec::with_capacity(rows),
    };
    for row in 0..rows {
        let square = row * D * D..(row + 1) * D * D;
        let l = cholesky::<D>(&pairs.cov_a[square.clone()]);
        let l = l.ok_or_else(|| indefinite("cov_a", row))?;
        let k = cholesky::<D>(&pairs.cov_b[square]);
        let k = k.ok_or_else(|| indefinite("cov_b", row))?;
        let both = diagonalise(&l, &k);
        let omega = weight(&both, criterion);
        // x = a + T diag((1 − ω) / (1 + ω r)) T⁻¹ (b − a)
        let a: [f64; D] = std::array::from_fn(|i| pairs.mean_a[row * D + i]);
        let gap: [f64; D] = std::array::from_fn(|i| pairs.mean_b[row * D + i] - a[i]);
        let whitened = solve_lower(&l, gap);
        let shrink = both.ratio.map(|lambda| 1.0 / (1.0 - omega + omega * lambda));
        let part: [f64; D] =
            std::array::from_fn(|i| (1.0 - omega) * shrink[i] * dot(&both.turn[i], &whitened));
        for i in 0..D {
            out.mean.push((0..D).fold(a[i], |sum, j| sum + both.basis[j][i] * part[j]));
            for k in 0..D {
                let (low, high) = (i.min(k), i.max(k)); // the same sum for both halves
                out.cov.push((0..D).fold(0.0, |sum, j| {
                    let variance = both.ratio[j] * shrink[j];
                    sum + both.basis[j][low] * both.basis[j][high] * variance
                }));
            }
        }
        out.omega.push(omega);
    }
    Ok(out)
}

/// The ω in [0, 1] that makes the criterion smallest.
fn weight<const D: usize>(both: &Diagonal<D>, criterion: Criterion) -> f64 {
    let r = both.ratio.map(|lambda| lambda - 1.0);
    if r.iter().all(|r| r.abs() <= TIE) {
        return 0.5;
    }
    match criterion {
        // Σ −log(1 + ω r)
        Criterion::Determinant => minimise(|omega| {
            let (mut slope, mut curvature) = (0.0, 0.0);
            for r in r {
                let part = r / (1.0 + omega * r);
                slope -= part;
                curvature += part * part;
            }
            (slope, curvature)
        }),
        // Σ t λ / (1 + ω r), t the squared length of the column of T
        Criterion::Trace => {
            let size: [f64; D] =
                std::array::from_fn(|i| dot(&both.basis[i], &both.basis[i]) * both.ratio[i]);
            minimise(|omega| {
                let (mut slope, mut curvature) = (0.0, 0.0);
                for (r, size) in r.into_iter().zip(size) {
                    let shrink = 1.0 / (1.0 + omega * r);
                    let part = size * r * shrink * shrink;
                    slope -= part;
                    curvature += 2.0 * part * r * shrink;
                }
                (slope, curvature)
            })
        }
    }
}

/// The minimum of a convex function on [0, 1], given its slope and curvature.
///
/// Newton's method on the slope, kept inside a shrinking bracket by bisection.
fn minimise(derivatives: impl Fn(f64) -> (f64, f64)) -> f64 {
    if derivatives(0.0).0 >= 0.0 {
        return 0.0;
    }
    if derivatives(1.0).0 <= 0.0 {
        return 1.0;
    }
    let (mut low, mut high, mut omega) = (0.0, 1.0, 0.5);
    for _ in 0..MOST_STEPS {
        let (slope, curvature) = derivatives(omega);
        if slope < 0.0 {
            low = omega;
        } else {
            high = omega;
        }
        let newton = omega - slope / curvature;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        let moved = (next - omega).abs();
        omega = next;
        if moved <= 1e-14 {
            break;
        }
    }
    omega
}

fn indefinite(what: &str, row: usize) -> Error {
    Error::NotPositiveDefinite { what: what.to_owned(), row }
}

fn check_length(what: &str, values: &[f64], expected: usize) -> Result<()> {
    if values.len() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        what: what.to_owned(),
        expected: format!("{expected} numbers in all"),
        found: values.len().to_string(),
    })
}
