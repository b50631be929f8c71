//! Dense rows of interacting models, and what is refused of them.

use crate::gaussian::Gaussians;
use crate::linalg::{cholesky_one, packed_from_dense};
use crate::{Error, Result};

/// Probabilities may miss a sum of one by as much as rounding explains.
const TOLERANCE: f64 = 1e-9;

/// The store of dense means (n M × d) and covariances (n M × d × d).
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first entry whose covariance has no Cholesky factor.
pub fn gaussians_from_rows(dim: usize, means: &[f64], covs: &[f64]) -> Result<Gaussians> {
    let mut out = Gaussians::new(dim);
    let rows = means.chunks_exact(dim).zip(covs.chunks_exact(dim * dim));
    for (row, (mean, cov)) in rows.enumerate() {
        let cov = packed_from_dense(dim, cov);
        if cholesky_one(dim, &cov).is_none() {
            return Err(Error::NotPositiveDefinite { what: "cov".to_owned(), row });
        }
        out.push(mean, &cov);
    }
    Ok(out)
}

/// Refuses rows of `count` probabilities that are negative or do not sum to one.
///
/// # Errors
/// [`Error::Setting`] with the first such row.
pub fn check_probabilities(what: &'static str, count: usize, values: &[f64]) -> Result<()> {
    let good = |row: &[f64]| {
        row.iter().all(|&p| p >= 0.0) && (row.iter().sum::<f64>() - 1.0).abs() <= TOLERANCE
    };
    match values.chunks_exact(count).enumerate().find(|(_, row)| !good(row)) {
        None => Ok(()),
        Some((row, values)) => Err(Error::Setting {
            what,
            expected: "not negative, each row summing to one",
            found: format!("{values:?} in row {row}"),
        }),
    }
}
