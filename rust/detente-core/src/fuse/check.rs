//! What the kernels of fusion refuse: NaN, infinity and matrices that are no covariances.
//!
//! A kernel sums up a doubt for each lane; the row in doubt is then looked at again, slowly.

use pulp::Simd;

use crate::lanes::{Lanes, Vector};
use crate::linalg::{MAX_DIM, Matrix, cholesky_one, packed_from_dense};
use crate::{Error, Result};

/// The halves of a covariance may differ by this part of the deviations.
pub(super) const SYMMETRIC: f64 = 1e-8;

/// Reads the lower triangle of dense lanes; the doubt rises above zero where the halves differ.
#[inline(always)]
pub(super) fn load_dense<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    lanes: &[Lanes],
    part: usize,
    doubt: &mut Vector<S>,
) -> Matrix<S, D, D> {
    let lanes = &lanes[..dim * dim];
    let mut out = [[Vector::splat(simd, 0.0); D]; D];
    for i in 0..dim {
        for j in 0..i + 1 {
            out[i][j] = Vector::load(simd, &lanes[i * dim + j], part);
        }
        for j in 0..i {
            let gap = out[i][j] - Vector::load(simd, &lanes[j * dim + i], part);
            let limit = out[i][i] * out[j][j] * (SYMMETRIC * SYMMETRIC);
            *doubt = doubt.max(gap * gap - limit);
        }
    }
    out
}

/// Reads a whole matrix of dense lanes.
#[inline(always)]
pub(super) fn load_full<S: Simd, const D: usize>(
    simd: S,
    dim: usize,
    lanes: &[Lanes],
    part: usize,
) -> Matrix<S, D, D> {
    let lanes = &lanes[..dim * dim];
    let mut out = [[Vector::splat(simd, 0.0); D]; D];
    for i in 0..dim {
        for j in 0..dim {
            out[i][j] = Vector::load(simd, &lanes[i * dim + j], part);
        }
    }
    out
}

/// The first of the rows of a block whose doubt is not zero.
#[inline(always)]
pub(super) fn first_doubtful(doubt: &Lanes, rows: usize) -> Option<usize> {
    doubt.0[..rows].iter().position(|&doubt| doubt != 0.0)
}

/// Refuses a dimension that the kernels do not hold.
pub(super) fn check_dim(dim: usize) -> Result<()> {
    if (1..MAX_DIM + 1).contains(&dim) {
        return Ok(());
    }
    Err(Error::Setting {
        what: "the dimension of the state",
        expected: "1 to 9",
        found: dim.to_string(),
    })
}

/// Refuses a column of another length.
pub(super) fn check_length(what: &str, values: &[f64], expected: usize) -> Result<()> {
    if values.len() == expected {
        return Ok(());
    }
    Err(Error::Shape {
        what: what.to_owned(),
        expected: format!("{expected} numbers in all"),
        found: values.len().to_string(),
    })
}

/// Refuses NaN and infinity in one row of `size` numbers.
pub(super) fn check_rows(what: &str, values: &[f64], size: usize, row: usize) -> Result<()> {
    match values[row * size..][..size].iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(Error::NotFinite { what: what.to_owned(), row, value }),
    }
}

/// Refuses one row that is no covariance: not finite, not symmetric or not positive definite.
pub(super) fn check_covariance(what: &str, values: &[f64], dim: usize, row: usize) -> Result<()> {
    check_rows(what, values, dim * dim, row)?;
    let cov = &values[row * dim * dim..][..dim * dim];
    let symmetric = (0..dim).all(|i| {
        (0..i).all(|j| {
            let gap = cov[i * dim + j] - cov[j * dim + i];
            gap * gap <= cov[i * dim + i] * cov[j * dim + j] * (SYMMETRIC * SYMMETRIC)
        })
    });
    if symmetric && cholesky_one(dim, &packed_from_dense(dim, cov)).is_some() {
        return Ok(());
    }
    Err(Error::NotPositiveDefinite { what: what.to_owned(), row })
}
