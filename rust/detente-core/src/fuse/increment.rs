//! What one scan's detections add to what is known of a state, and how a receiver adds it.
//!
//! A detection z = H x + v, v ~ N(0, R), adds Y = Hᵀ R⁻¹ H to the inverse covariance and
//! y = Hᵀ R⁻¹ z to it times the mean, whatever was known before (the information filter). So the
//! increments of all parties at one time add up, and a receiver that predicts to each time and adds
//! has the filter of all detections: the same bits to rounding at any batching.

use pulp::{Simd, WithSimd};

use super::bar_shalom_campo::Estimates;
use super::check::{SYMMETRIC, load_dense};
use super::check::{check_covariance, check_dim, check_length, check_rows, first_doubtful};
use crate::filter::dense::{PerRow, Planes, Rows, RowsMut, predict};
use crate::gaussian::{load_rows, store_rows, store_symmetric};
use crate::lanes::{Lanes, Real, Vector, WIDTH};
use crate::linalg::{MAX_DIM, factor, inverse_factor, packed, packed_len};
use crate::{Error, Result};

/// Information on n states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Information {
    /// Y (n × d × d), positive semidefinite.
    pub matrix: Vec<f64>,
    /// y (n × d)
    pub vector: Vec<f64>,
}

/// Linear detections, one a row.
#[derive(Clone, Copy, Debug)]
pub struct Detections<'a> {
    /// d
    pub dim: usize,
    /// m, 1 to [`MAX_DIM`].
    pub measured: usize,
    /// z (n × m)
    pub values: &'a [f64],
    /// H (m × d)
    pub matrix: PerRow<'a>,
    /// R (m × m), positive definite.
    pub noise: PerRow<'a>,
}

/// Y = Hᵀ R⁻¹ H and y = Hᵀ R⁻¹ z of every detection.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row whose R is not positive definite;
/// [`Error::NotFinite`] with the first that holds NaN or infinity; [`Error::Setting`] for a
/// dimension outside 1 to [`MAX_DIM`].
pub fn increments(detections: Detections<'_>) -> Result<Information> {
    let Detections { dim, measured: m, values, .. } = detections;
    check_dim(dim)?;
    if !(1..MAX_DIM + 1).contains(&m) {
        let what = "the dimension of the measurement";
        return Err(Error::Setting { what, expected: "1 to 9", found: m.to_string() });
    }
    let rows = values.len() / m;
    let mut out =
        Information { matrix: vec![0.0; rows * dim * dim], vector: vec![0.0; rows * dim] };
    pulp::Arch::new().dispatch(Increments { detections, out: &mut out })?;
    Ok(out)
}

pub(super) struct Increments<'a> {
    pub detections: Detections<'a>,
    pub out: &'a mut Information,
}

impl WithSimd for Increments<'_> {
    type Output = Result<()>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<()> {
        match (self.detections.dim, self.detections.measured) {
            (4, 2) => self.run::<S, 4, 2>(simd, 4, 2),
            (6, 3) => self.run::<S, 6, 3>(simd, 6, 3),
            (dim, m) => self.run::<S, MAX_DIM, MAX_DIM>(simd, dim, m),
        }
    }
}

impl Increments<'_> {
    #[inline(always)]
    fn run<S: Simd, const D: usize, const M: usize>(
        self,
        simd: S,
        dim: usize,
        m: usize,
    ) -> Result<()> {
        let Self { detections, out } = self;
        let mut h = Planes::full(detections.matrix, m * dim);
        let mut r = Planes::full(detections.noise, m * m);
        let mut z = vec![Lanes::ONE; m];
        let (mut vector, mut matrix) = (vec![Lanes::ONE; dim], vec![Lanes::ONE; packed_len(dim)]);
        let mut doubt_out = Lanes::ZERO;
        let zero = Vector::splat(simd, 0.0);
        let outs = out.vector.chunks_mut(WIDTH * dim).zip(out.matrix.chunks_mut(WIDTH * dim * dim));
        let blocks = detections.values.chunks(WIDTH * m).zip(outs).enumerate();
        for (number, (values, (vector_out, matrix_out))) in blocks {
            load_rows(m, values, &mut z);
            let (h, r) = (h.block(m * dim, number), r.block(m * m, number));
            for part in 0..Vector::<S>::PARTS {
                let mut doubt = zero;
                let mut w = load_dense::<S, M>(simd, m, r, part, &mut doubt);
                inverse_factor(m, &mut w);
                let mut white = [[zero; D]; M]; // W H
                let mut seen = [zero; M]; // W z
                for k in 0..m {
                    for l in 0..k + 1 {
                        doubt += w[k][l] * 0.0;
                        seen[k] += w[k][l] * Vector::load(simd, &z[l], part);
                        for i in 0..dim {
                            white[k][i] += w[k][l] * Vector::load(simd, &h[l * dim + i], part);
                        }
                    }
                }
                for i in 0..dim {
                    let mut sum = zero;
                    for k in 0..m {
                        sum += white[k][i] * seen[k];
                    }
                    doubt += sum * 0.0;
                    sum.store(&mut vector[i], part);
                    for j in 0..i + 1 {
                        let mut sum = zero;
                        for k in 0..m {
                            sum += white[k][i] * white[k][j];
                        }
                        doubt += sum * 0.0;
                        sum.store(&mut matrix[packed(i, j)], part);
                    }
                }
                doubt.store(&mut doubt_out, part);
            }
            if let Some(lane) = first_doubtful(&doubt_out, vector_out.len() / dim) {
                return Err(blame_detection(detections, number * WIDTH + lane));
            }
            store_rows(dim, &vector, vector_out);
            store_symmetric(dim, &matrix, matrix_out);
        }
        Ok(())
    }
}

#[cold]
fn blame_detection(detections: Detections<'_>, row: usize) -> Error {
    let Detections { dim, measured: m, values, matrix, noise } = detections;
    let named = |error| match error {
        Error::NotPositiveDefinite { what, .. } => Error::NotPositiveDefinite { what, row },
        Error::NotFinite { what, value, .. } => Error::NotFinite { what, row, value },
        other => other,
    };
    check_rows("measurement", values, m, row)
        .and_then(|()| check_rows("measurement_matrix", matrix.of(row, m * dim), m * dim, 0))
        .and_then(|()| check_covariance("noise", noise.of(row, m * m), m, 0))
        .err()
        .map_or(Error::NotPositiveDefinite { what: "noise".to_owned(), row }, named)
}

/// P ← (P⁻¹ + Y)⁻¹ and x ← x + P (y − Y x) for every row of `estimates`, in place.
///
/// With P = L Lᵀ it is L (I + Lᵀ Y L)⁻¹ Lᵀ, so neither P nor Y is inverted: Y may have any rank.
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
