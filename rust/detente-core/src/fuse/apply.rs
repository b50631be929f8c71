//! How a receiver adds information to what it knows, at one time and over a batch of scans.
//!
//! With P = L Lᵀ the sum is (P⁻¹ + Y)⁻¹ = L (I + Lᵀ Y L)⁻¹ Lᵀ, so neither P nor Y is inverted and Y may
//! have any rank. A receiver that predicts to each time and adds has the filter of all detections
//! (Anderson and Moore, *Optimal Filtering*, 1979, section 6.3).

use pulp::{Simd, WithSimd};

use super::bar_shalom_campo::Estimates;
use super::check::{SYMMETRIC, load_dense};
use super::check::{check_covariance, check_dim, check_length, check_rows, first_doubtful};
use crate::filter::dense::{PerRow, Rows, RowsMut, predict};
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Real, Vector, WIDTH};
use crate::linalg::{MAX_DIM, factor, inverse_factor, packed, packed_len};
use crate::{Error, Result};

/// P ← (P⁻¹ + Y)⁻¹ and x ← x + P (y − Y x) for every row of `estimates`, in place.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose P is no covariance or whose Y takes away
/// more than there is; [`Error::NotFinite`], [`Error::Setting`], [`Error::Shape`].
pub fn apply(dim: usize, estimates: &mut Estimates, matrix: &[f64], vector: &[f64]) -> Result<()> {
    check_dim(dim)?;
    let rows = estimates.mean.len() / dim;
    check_length("cov", &estimates.cov, rows * dim * dim)?;
    check_length("information", matrix, rows * dim * dim)?;
    check_length("vector", vector, rows * dim)?;
    pulp::Arch::new().dispatch(Apply { dim, estimates, matrix, vector })
}

pub(super) struct Apply<'a> {
    pub dim: usize,
    pub estimates: &'a mut Estimates,
    pub matrix: &'a [f64],
    pub vector: &'a [f64],
}

impl WithSimd for Apply<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match self.dim {
            4 => self.run::<S, 4>(simd, 4),
            6 => self.run::<S, 6>(simd, 6),
            dim => self.run::<S, MAX_DIM>(simd, dim),
        }
    }
}

impl Apply<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize>(self, simd: S, dim: usize) -> Result<()> {
        let Self { estimates, matrix, vector, .. } = self;
        let size = dim * dim;
        let lanes = |count| vec![Lanes::ONE; count];
        let (mut x, mut y) = (lanes(dim), lanes(dim));
        let (mut p, mut info) = (lanes(size), lanes(size));
        let mut cov = lanes(packed_len(dim));
        let mut doubt = Lanes::ZERO;
        let gained = matrix.chunks(WIDTH * size).zip(vector.chunks(WIDTH * dim));
        let known = estimates.mean.chunks_mut(WIDTH * dim);
        let known = known.zip(estimates.cov.chunks_mut(WIDTH * size));
        for (number, ((means, covs), (matrices, vectors))) in known.zip(gained).enumerate() {
            load_rows(dim, means, &mut x);
            load_rows(size, covs, &mut p);
            load_rows(size, matrices, &mut info);
            load_rows(dim, vectors, &mut y);
            for part in 0..Vector::<S>::PARTS {
                let given = (&p[..], &info[..], &y[..]);
                add::<S, D>(simd, dim, given, part, (&mut x, &mut cov, &mut doubt));
            }
            if let Some(lane) = first_doubtful(&doubt, means.len() / dim) {
                return Err(blame_state(dim, (means, covs, matrices, vectors), number, lane));
            }
            store_rows(dim, &x, means);
            store_symmetric(dim, &cov, covs);
        }
        Ok(())
    }
}

#[inline(always)]
fn add<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    (p, info, y): (&[Lanes], &[Lanes], &[Lanes]),
    part: usize,
    (x, cov, doubt_out): (&mut [Lanes], &mut [Lanes], &mut Lanes),
) {
    let zero = Vector::splat(simd, 0.0);
    let mut doubt = zero;
    let mut l = load_dense::<S, D>(simd, dim, p, part, &mut doubt);
    let recip = factor(dim, &mut l);
    let (info, gap) = load_information::<S, D>(simd, dim, info, part);
    doubt = doubt.max(gap);
    // I + Lᵀ Y L, then V = L Wᵀ with W the inverse of its factor
    let mut grown = [[zero; D]; D];
    for j in 0..dim {
        doubt += recip[j] * 0.0;
        let mut column = [zero; D]; // of Y L
        for i in 0..dim {
            for k in j..dim {
                column[i] += info[i][k] * l[k][j];
            }
        }
        for i in j..dim {
            for k in i..dim {
                grown[i][j] += l[k][i] * column[k];
            }
        }
        grown[j][j] += zero.constant(1.0);
    }
    inverse_factor(dim, &mut grown);
    let mut v = [[zero; D]; D];
    for i in 0..dim {
        for j in 0..dim {
            for k in 0..i.min(j) + 1 {
                v[i][j] += l[i][k] * grown[j][k];
            }
        }
    }
    let mut white = [zero; D]; // Vᵀ (y − Y x)
    for i in 0..dim {
        let mut rest = Vector::load(simd, &y[i], part);
        for k in 0..dim {
            rest -= info[i][k] * Vector::load(simd, &x[k], part);
        }
        for j in 0..dim {
            white[j] += v[i][j] * rest;
        }
    }
    for i in 0..dim {
        let mut mean = Vector::load(simd, &x[i], part);
        for k in 0..dim {
            mean += v[i][k] * white[k];
        }
        doubt += mean * 0.0;
        mean.store(&mut x[i], part);
        for j in 0..i + 1 {
            let mut sum = v[i][0] * v[j][0];
            for k in 1..dim {
                sum += v[i][k] * v[j][k];
            }
            doubt += sum * 0.0;
            sum.store(&mut cov[packed(i, j)], part);
        }
    }
    doubt.store(doubt_out, part);
}

/// The mean of both halves of Y; the second is above zero where they differ.
#[inline(always)]
fn load_information<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    lanes: &[Lanes],
    part: usize,
) -> ([[Vector<S>; D]; D], Vector<S>) {
    let lanes = &lanes[..dim * dim];
    let zero = Vector::splat(simd, 0.0);
    let (mut out, mut gap, mut trace) = ([[zero; D]; D], zero, zero);
    for i in 0..dim {
        out[i][i] = Vector::load(simd, &lanes[i * dim + i], part);
        trace += out[i][i].abs();
        for j in 0..i {
            let (low, high) = (&lanes[i * dim + j], &lanes[j * dim + i]);
            let (low, high) = (Vector::load(simd, low, part), Vector::load(simd, high, part));
            out[i][j] = (low + high) * 0.5;
            out[j][i] = out[i][j];
            gap = gap.max((low - high).abs());
        }
    }
    (out, gap - trace * SYMMETRIC)
}

#[cold]
fn blame_state(
    dim: usize,
    (means, covs, matrices, vectors): (&[f64], &[f64], &[f64], &[f64]),
    number: usize,
    lane: usize,
) -> Error {
    let row = number * WIDTH + lane;
    let checked = check_rows("mean", means, dim, lane)
        .and_then(|()| check_covariance("cov", covs, dim, lane))
        .and_then(|()| check_rows("information", matrices, dim * dim, lane))
        .and_then(|()| check_rows("vector", vectors, dim, lane));
    match checked {
        Err(Error::NotFinite { what, value, .. }) => Error::NotFinite { what, row, value },
        Err(Error::NotPositiveDefinite { what, .. }) => Error::NotPositiveDefinite { what, row },
        _ => Error::NotPositiveDefinite { what: "cov⁻¹ + information".to_owned(), row },
    }
}

/// Predicts to each of `length` scans in turn and adds its increments (length × n × …).
///
/// # Errors
/// As [`predict`] and [`apply`].
pub fn replay(
    dim: usize,
    estimates: &mut Estimates,
    (transition, noise): (&[f64], &[f64]),
    (matrix, vector): (&[f64], &[f64]),
) -> Result<()> {
    check_dim(dim)?;
    let (x, p) = (estimates.mean.len(), estimates.cov.len());
    let length = transition.len() / (dim * dim);
    check_length("noise", noise, length * dim * dim)?;
    check_length("information", matrix, length * p)?;
    check_length("vector", vector, length * x)?;
    for scan in 0..length {
        let before = estimates.clone();
        let square = scan * dim * dim..(scan + 1) * dim * dim;
        predict(
            Rows { dim, mean: &before.mean, cov: &before.cov },
            PerRow::Shared(&transition[square.clone()]),
            PerRow::Shared(&noise[square]),
            RowsMut { mean: &mut estimates.mean, cov: &mut estimates.cov },
        )?;
        let (y, v) = (&matrix[scan * p..(scan + 1) * p], &vector[scan * x..(scan + 1) * x]);
        apply(dim, estimates, y, v)?;
    }
    Ok(())
}
