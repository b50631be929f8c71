//! What the kernels refuse: NaN, infinity and matrices that are no covariances.
//!
//! A kernel only sums up a doubt for each row, a few operations in registers. The row in doubt is
//! then looked at again, slowly, to name what is wrong with it.

use pulp::Simd;

use super::per_row::PerRow;
use crate::filter::state::State;
use crate::lanes::{Lanes, Real, Vector};
use crate::linalg::{MAX_DIM, cholesky_one, packed_from_dense};
use crate::{Error, Result};

/// A correlation may exceed ±1 by as much as rounding explains.
const TOLERANCE: f64 = 1.0 + 1e-9;

impl<S: Simd, const D: usize> State<S, D> {
    /// Zero, above zero where a variance is negative or a correlation lies beyond ±1.
    #[inline(always)]
    pub(super) fn excess(&self) -> Vector<S> {
        let mut excess = self.mean[0].constant(0.0);
        for i in 0..self.dim {
            excess = excess.max(-self.cov[i][i]);
            for j in 0..i {
                let squared = self.cov[i][j] * self.cov[i][j];
                excess = excess.max(squared - self.cov[i][i] * self.cov[j][j] * TOLERANCE);
            }
        }
        excess
    }

    /// Zero, NaN where the state is not finite.
    #[inline(always)]
    pub(super) fn doubt(&self) -> Vector<S> {
        let mut sum = self.mean[0].constant(0.0);
        for i in 0..self.dim {
            sum += self.mean[i] * 0.0;
            for j in 0..i + 1 {
                sum += self.cov[i][j] * 0.0;
            }
        }
        sum
    }
}

/// The first of the rows of a block whose doubt is not zero.
#[inline(always)]
pub(super) fn first_doubtful(doubt: &Lanes, rows: usize) -> Option<usize> {
    doubt.0[..rows].iter().position(|&doubt| doubt != 0.0)
}

/// Refuses a dimension that the kernels do not hold.
pub(super) fn check_dim(what: &'static str, dim: usize) -> Result<()> {
    if (1..MAX_DIM + 1).contains(&dim) {
        return Ok(());
    }
    Err(Error::Setting { what, expected: "1 to 9", found: dim.to_string() })
}

/// Refuses one row of an argument that holds NaN or infinity.
pub(super) fn check_finite(what: &str, row: usize, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(Error::NotFinite { what: what.to_owned(), row, value }),
    }
}

/// Refuses matrices with a negative variance or a correlation beyond ±1.
pub(super) fn check_semidefinite(what: &str, dim: usize, matrices: PerRow<'_>) -> Result<()> {
    check_each(what, dim, matrices, |a| {
        (0..dim).all(|i| {
            let variance = |k: usize| a[k * dim + k];
            variance(i) >= 0.0
                && (0..i).all(|j| {
                    let covariance = a[i * dim + j];
                    covariance * covariance <= variance(i) * variance(j) * TOLERANCE
                })
        })
    })
}

/// Refuses matrices that have no Cholesky factor.
pub(super) fn check_definite(what: &str, dim: usize, matrices: PerRow<'_>) -> Result<()> {
    check_each(what, dim, matrices, |a| match dim {
        1 => a[0] > 0.0,
        2 => a[0] > 0.0 && a[3] - a[2] * a[2] / a[0] > 0.0,
        _ => cholesky_one(dim, &packed_from_dense(dim, a)).is_some(),
    })
}

fn check_each(
    what: &str,
    dim: usize,
    matrices: PerRow<'_>,
    good: impl Fn(&[f64]) -> bool,
) -> Result<()> {
    let (PerRow::Shared(values) | PerRow::Each(values)) = matrices;
    for (row, matrix) in values.chunks_exact(dim * dim).enumerate() {
        if !good(matrix) {
            check_finite(what, row, matrix)?;
            return Err(Error::NotPositiveDefinite { what: what.to_owned(), row });
        }
    }
    Ok(())
}
