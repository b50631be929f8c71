//! How the cross-covariance of two filters of one object moves with a scan.
//!
//! C ← (I − Ka Ha)(F C Fᵀ + Q)(I − Kb Hb)ᵀ (Bar-Shalom, *On the track-to-track correlation problem*,
//! 1981). What a filter kept of its prediction is I − K H = P P̄⁻¹, so no gain is asked for, and a
//! filter without a measurement has P = P̄ and keeps all.

use pulp::{Simd, WithSimd};

use super::bar_shalom_campo::mirrored;
use super::check::{check_covariance, check_dim, check_length, check_rows, first_doubtful};
use super::check::{load_dense, load_full};
use crate::filter::dense::{PerRow, Planes};
use crate::gaussian::{load_rows, store_rows};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, Matrix, inverse_factor, packed};
use crate::{Error, Result};

/// One filter's covariances before and after the scan (n × d × d).
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// P̄
    pub predicted: &'a [f64],
    /// P
    pub updated: &'a [f64],
}

/// The cross-covariances (n × d × d) after a scan, from those before it.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row of which a covariance is not symmetric
/// positive definite; [`Error::NotFinite`], [`Error::Setting`], [`Error::Shape`].
pub fn cross_covariance(
    dim: usize,
    cross: &[f64],
    transition: PerRow<'_>,
    noise: PerRow<'_>,
    scans: [Scan<'_>; 2],
) -> Result<Vec<f64>> {
    check_dim(dim)?;
    for (scan, names) in scans.iter().zip(NAMES) {
        check_length(names[0], scan.predicted, cross.len())?;
        check_length(names[1], scan.updated, cross.len())?;
    }
    let mut out = vec![0.0; cross.len()];
    pulp::Arch::new().dispatch(Cross { dim, cross, transition, noise, scans, out: &mut out })?;
    Ok(out)
}

const NAMES: [[&str; 2]; 2] = [["predicted_a", "updated_a"], ["predicted_b", "updated_b"]];

pub(super) struct Cross<'a> {
    pub dim: usize,
    pub cross: &'a [f64],
    pub transition: PerRow<'a>,
    pub noise: PerRow<'a>,
    pub scans: [Scan<'a>; 2],
    pub out: &'a mut [f64],
}

impl WithSimd for Cross<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.dim {
            4 => self.run::<S, 4>(simd, 4),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Cross<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let Self { cross, transition, noise, scans, out, .. } = self;
        let size = dim * dim;
        let mut f = Planes::full(transition, size);
        let mut q = Planes::symmetric(noise, dim);
        let lanes = || vec![Lanes::ONE; size];
        let mut given = [lanes(), lanes(), lanes(), lanes(), lanes()];
        let mut doubt = Lanes::ZERO;
        let rows = cross.len() / size;
        for (number, first) in (0..rows).step_by(WIDTH).enumerate() {
            let count = WIDTH.min(rows - first);
            let range = first * size..(first + count) * size;
            load_rows(size, &cross[range.clone()], &mut given[0]);
            for (k, scan) in scans.iter().enumerate() {
                load_rows(size, &scan.predicted[range.clone()], &mut given[1 + 2 * k]);
                load_rows(size, &scan.updated[range.clone()], &mut given[2 + 2 * k]);
            }
            let f = f.block(size, number);
            let q = q.symmetric_block(dim, number);
            for part in 0..Vector::<S>::PARTS {
                step::<S, D>(simd, dim, &mut given, f, q, part, &mut doubt);
            }
            if let Some(lane) = first_doubtful(&doubt, count) {
                return Err(blame(dim, cross, scans, transition, noise, first + lane));
            }
            store_rows(size, &given[0], &mut out[range]);
        }
        Ok(())
    }
}

/// Replaces C, the first of the given, by what it is after the scan.
#[inline(always)]
fn step<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    given: &mut [Vec<Lanes>; 5],
    f: &[Lanes],
    q: &[Lanes],
    part: usize,
    doubt_out: &mut Lanes,
) {
    let mut doubt = Vector::splat(simd, 0.0);
    let f = load_full::<S, D>(simd, dim, f, part);
    let c = load_full::<S, D>(simd, dim, &given[0], part);
    let half = times(dim, &f, &c);
    let mut predicted = times_transposed(dim, &half, &f);
    for i in 0..dim {
        for j in 0..dim {
            predicted[i][j] += Vector::load(simd, &q[packed(i, j)], part);
        }
    }
    let keep_a = kept::<S, D>(simd, dim, &given[1], &given[2], part, &mut doubt);
    let keep_b = kept::<S, D>(simd, dim, &given[3], &given[4], part, &mut doubt);
    let after = times_transposed(dim, &times(dim, &keep_a, &predicted), &keep_b);
    for i in 0..dim {
        for j in 0..dim {
            doubt += after[i][j] * 0.0;
            after[i][j].store(&mut given[0][i * dim + j], part);
        }
    }
    doubt.store(doubt_out, part);
}

/// P P̄⁻¹
#[inline(always)]
fn kept<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    predicted: &[Lanes],
    updated: &[Lanes],
    part: usize,
    doubt: &mut Vector<S>,
) -> Matrix<S, D, D> {
    let mut w = load_dense::<S, D>(simd, dim, predicted, part, doubt);
    inverse_factor(dim, &mut w);
    let p = mirrored(dim, &load_dense::<S, D>(simd, dim, updated, part, doubt));
    for i in 0..dim {
        for j in i + 1..dim {
            w[i][j] = Vector::splat(simd, 0.0);
        }
    }
    times(dim, &times_transposed(dim, &p, &w), &w)
}

#[inline(always)]
fn times<S: Simd, const D: usize>(
    dim: usize,
    a: &Matrix<S, D, D>,
    b: &Matrix<S, D, D>,
) -> Matrix<S, D, D> {
    let mut out = *a;
    for i in 0..dim {
        for j in 0..dim {
            out[i][j] = a[i][0] * b[0][j];
            for k in 1..dim {
                out[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    out
}

/// A Bᵀ
#[inline(always)]
fn times_transposed<S: Simd, const D: usize>(
    dim: usize,
    a: &Matrix<S, D, D>,
    b: &Matrix<S, D, D>,
) -> Matrix<S, D, D> {
    let mut out = *a;
    for i in 0..dim {
        for j in 0..dim {
            out[i][j] = a[i][0] * b[j][0];
            for k in 1..dim {
                out[i][j] += a[i][k] * b[j][k];
            }
        }
    }
    out
}

#[cold]
fn blame(
    dim: usize,
    cross: &[f64],
    scans: [Scan<'_>; 2],
    transition: PerRow<'_>,
    noise: PerRow<'_>,
    row: usize,
) -> Error {
    let size = dim * dim;
    let mut checked = check_rows("cross_cov", cross, size, row)
        .and_then(|()| check_rows("transition", transition.of(row, size), size, 0))
        .and_then(|()| check_rows("noise", noise.of(row, size), size, 0));
    for (scan, names) in scans.iter().zip(NAMES) {
        checked = checked
            .and_then(|()| check_covariance(names[0], scan.predicted, dim, row))
            .and_then(|()| check_covariance(names[1], scan.updated, dim, row));
    }
    checked.err().unwrap_or(Error::NotPositiveDefinite { what: NAMES[0][0].to_owned(), row })
}
