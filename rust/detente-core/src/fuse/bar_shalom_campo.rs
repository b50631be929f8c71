//! Fusion of two estimates whose cross-covariance C is known, and the recursion that tells C.
//!
//! With S = A + B − C − Cᵀ and K = (A − C) S⁻¹, x = a + K (b − a) has the least error of all linear
//! combinations (Bar-Shalom and Campo, *The effect of the common process noise on the two-sensor
//! fused-track covariance*, 1986).

use pulp::{Simd, WithSimd};

use super::check::{check_covariance, check_dim, check_length, check_rows, first_doubtful};
use super::check::{load_dense, load_full};
use super::covariance_intersection::Pairs;
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, Matrix, inverse_factor, packed, packed_len};
use crate::{Error, Result};

/// A correlation may exceed ±1 by as much as rounding explains.
const TOLERANCE: f64 = 1.0 + 1e-9;

/// Means (n × d) and covariances (n × d × d).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimates {
    /// x
    pub mean: Vec<f64>,
    /// P
    pub cov: Vec<f64>,
}

impl Estimates {
    pub(super) fn zeros(rows: usize, dim: usize) -> Self {
        Self { mean: vec![0.0; rows * dim], cov: vec![0.0; rows * dim * dim] }
    }
}

/// Fuses each pair, given C = E[(a − x)(b − x)ᵀ] (n × dim × dim).
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose A or B is no covariance, whose C holds a
/// correlation beyond ±1, or whose difference b − a has no covariance of full rank;
/// [`Error::NotFinite`], [`Error::Setting`] and [`Error::Shape`] as covariance intersection.
pub fn bar_shalom_campo(pairs: Pairs<'_>, cross: &[f64]) -> Result<Estimates> {
    let dim = pairs.dim;
    check_dim(dim)?;
    let rows = pairs.mean_a.len() / dim;
    check_length("mean_b", pairs.mean_b, rows * dim)?;
    check_length("cov_a", pairs.cov_a, rows * dim * dim)?;
    check_length("cov_b", pairs.cov_b, rows * dim * dim)?;
    check_length("cross_cov", cross, rows * dim * dim)?;
    let mut out = Estimates::zeros(rows, dim);
    pulp::Arch::new().dispatch(Combine { pairs, cross, out: &mut out })?;
    Ok(out)
}

pub(super) struct Combine<'a> {
    pub pairs: Pairs<'a>,
    pub cross: &'a [f64],
    pub out: &'a mut Estimates,
}

impl WithSimd for Combine<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.pairs.dim {
            4 => self.run::<S, 4>(simd, 4),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Combine<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let Self { pairs, cross, out } = self;
        let size = dim * dim;
        let lanes = |count| vec![Lanes::ONE; count];
        let mut means = [lanes(dim), lanes(dim)];
        let mut covs = [lanes(size), lanes(size), lanes(size)];
        let (mut mean, mut cov) = (lanes(dim), lanes(packed_len(dim)));
        let mut doubt = Lanes::ZERO;
        let rows = out.mean.len() / dim;
        for first in (0..rows).step_by(WIDTH) {
            let count = WIDTH.min(rows - first);
            let (x, p) = (first * dim..(first + count) * dim, first * size..(first + count) * size);
            load_rows(dim, &pairs.mean_a[x.clone()], &mut means[0]);
            load_rows(dim, &pairs.mean_b[x.clone()], &mut means[1]);
            load_rows(size, &pairs.cov_a[p.clone()], &mut covs[0]);
            load_rows(size, &pairs.cov_b[p.clone()], &mut covs[1]);
            load_rows(size, &cross[p.clone()], &mut covs[2]);
            for part in 0..Vector::<S>::PARTS {
                combine::<S, D>(simd, dim, &means, &covs, part, (&mut mean, &mut cov, &mut doubt));
            }
            if let Some(lane) = first_doubtful(&doubt, count) {
                return Err(blame(pairs, cross, first + lane));
            }
            store_rows(dim, &mean, &mut out.mean[x]);
            store_symmetric(dim, &cov, &mut out.cov[p]);
        }
        Ok(())
    }
}

/// x = a + K (b − a), and its covariance as a sum of squares of the joint one.
#[inline(always)]
fn combine<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    means: &[Vec<Lanes>; 2],
    covs: &[Vec<Lanes>; 3],
    part: usize,
    (mean_out, cov_out, doubt_out): (&mut [Lanes], &mut [Lanes], &mut Lanes),
) {
    let zero = Vector::splat(simd, 0.0);
    let mut doubt = zero;
    let a = mirrored(dim, &load_dense::<S, D>(simd, dim, &covs[0], part, &mut doubt));
    let b = mirrored(dim, &load_dense::<S, D>(simd, dim, &covs[1], part, &mut doubt));
    let c = load_full::<S, D>(simd, dim, &covs[2], part);
    for factored in [a, b] {
        let mut factored = factored;
        inverse_factor(dim, &mut factored);
        for i in 0..dim {
            doubt += factored[i][i] * 0.0; // NaN where it is not positive definite
        }
    }
    let (mut apart, mut gain) = (a, a);
    for i in 0..dim {
        for j in 0..dim {
            doubt = doubt.max(c[i][j] * c[i][j] - a[i][i] * b[j][j] * TOLERANCE);
            apart[i][j] = a[i][j] + b[i][j] - c[i][j] - c[j][i];
            gain[i][j] = a[i][j] - c[i][j];
        }
    }
    inverse_factor(dim, &mut apart);
    for i in 0..dim {
        // times Wᵀ W, S⁻¹ = Wᵀ W
        let row = gain[i];
        let mut white = row;
        for k in 0..dim {
            white[k] = apart[k][0] * row[0];
            for j in 1..k + 1 {
                white[k] += apart[k][j] * row[j];
            }
        }
        for j in 0..dim {
            gain[i][j] = apart[j][j] * white[j];
            for k in j + 1..dim {
                gain[i][j] += apart[k][j] * white[k];
            }
        }
    }
    // (I − K) A (I − K)ᵀ + (I − K) C Kᵀ + K Cᵀ (I − K)ᵀ + K B Kᵀ
    let mut keep = gain;
    for i in 0..dim {
        for j in 0..dim {
            keep[i][j] = -gain[i][j];
        }
        keep[i][i] += Vector::splat(simd, 1.0);
    }
    for i in 0..dim {
        let mut mean = Vector::load(simd, &means[0][i], part);
        let (mut left, mut right) = ([zero; D], [zero; D]); // row i of [I − K, K] times the joint
        for k in 0..dim {
            let gap =
                Vector::load(simd, &means[1][k], part) - Vector::load(simd, &means[0][k], part);
            mean += gain[i][k] * gap;
            for j in 0..dim {
                left[j] += keep[i][k] * a[k][j] + gain[i][k] * c[j][k];
                right[j] += keep[i][k] * c[k][j] + gain[i][k] * b[k][j];
            }
        }
        doubt += mean * 0.0;
        mean.store(&mut mean_out[i], part);
        for j in 0..i + 1 {
            let mut sum = zero;
            for k in 0..dim {
                sum += left[k] * keep[j][k] + right[k] * gain[j][k];
            }
            doubt += sum * 0.0;
            sum.store(&mut cov_out[packed(i, j)], part);
        }
    }
    doubt.store(doubt_out, part);
}

/// The whole of a matrix of which the lower triangle is given.
#[inline(always)]
pub(super) fn mirrored<S: Simd, const D: usize>(
    dim: usize,
    lower: &Matrix<S, D, D>,
) -> Matrix<S, D, D> {
    let mut out = *lower;
    for i in 0..dim {
        for j in 0..i {
            out[j][i] = out[i][j];
        }
    }
    out
}

#[cold]
fn blame(pairs: Pairs<'_>, cross: &[f64], row: usize) -> Error {
    let dim = pairs.dim;
    let size = dim * dim;
    let checked = check_rows("mean_a", pairs.mean_a, dim, row)
        .and_then(|()| check_rows("mean_b", pairs.mean_b, dim, row))
        .and_then(|()| check_rows("cross_cov", cross, size, row))
        .and_then(|()| check_covariance("cov_a", pairs.cov_a, dim, row))
        .and_then(|()| check_covariance("cov_b", pairs.cov_b, dim, row));
    let variance = |cov: &[f64], i: usize| cov[row * size + i * dim + i];
    let beyond = (0..size).any(|k| {
        let c = cross[row * size + k];
        c * c > variance(pairs.cov_a, k / dim) * variance(pairs.cov_b, k % dim) * TOLERANCE
    });
    let what = if beyond { "the joint covariance" } else { "the covariance of b − a" };
    checked.err().unwrap_or(Error::NotPositiveDefinite { what: what.to_owned(), row })
}
