//! The unscented transform of dense rows, around a function of the caller's.

use super::check::{check_dim, check_finite, check_semidefinite};
use super::{PerRow, Rows, RowsMut};
use crate::Result;
use crate::filter::project::Projection;
use crate::filter::unscented;
use crate::linalg::{packed, packed_from_dense};

const RETURNED: &str = "what the function returned";

/// The points of every row, (2 d + 1) n of them, each of d numbers.
///
/// # Errors
/// [`crate::Error::NotPositiveDefinite`] with the first row whose P has no Cholesky factor;
/// [`crate::Error::NotFinite`] with the first row that is not finite; [`crate::Error::Setting`] for a dimension above [`crate::linalg::MAX_DIM`].
pub fn points(prior: Rows<'_>) -> Result<Vec<f64>> {
    let dim = prior.dim;
    check_dim("the dimension of the state", dim)?;
    check_rows("mean", dim, prior.mean)?;
    check_rows("cov", dim * dim, prior.cov)?;
    let covs: Vec<Vec<f64>> =
        prior.cov.chunks_exact(dim * dim).map(|cov| packed_from_dense(dim, cov)).collect();
    unscented::points(dim, prior.mean, &covs)
}

/// The mean and covariance of the images of every row's points, and the noise.
///
/// # Errors
/// [`crate::Error::NotPositiveDefinite`] for a noise with a negative variance or a correlation
/// beyond ±1; [`crate::Error::NotFinite`] with the first image that is not finite.
pub fn predict_unscented(
    dim: usize,
    images: &[f64],
    noise: PerRow<'_>,
    out: RowsMut<'_>,
) -> Result<()> {
    check_semidefinite("noise", dim, noise)?;
    check_rows(RETURNED, dim, images)?;
    let moments = unscented::moments(dim, dim, images, |_| false);
    let rows = out.mean.chunks_exact_mut(dim).zip(out.cov.chunks_exact_mut(dim * dim));
    for (row, ((mean, cov), (mean_out, cov_out))) in moments.zip(rows).enumerate() {
        let noise = noise.of(row, dim * dim);
        mean_out.copy_from_slice(&mean);
        for i in 0..dim {
            for j in 0..dim {
                let entry = i.max(j) * dim + i.min(j);
                cov_out[i * dim + j] = cov[packed(i, j)] + noise[entry];
            }
        }
    }
    Ok(())
}

/// The moments of the images (m numbers each) of every row's points.
///
/// # Errors
/// [`crate::Error::NotFinite`] with the first image that is not finite.
pub fn project(
    dim: usize,
    m: usize,
    points: &[f64],
    images: &[f64],
    angular: &[usize],
) -> Result<Projection> {
    check_rows(RETURNED, m, images)?;
    Ok(Projection::from_points(dim, m, points, images, |k| angular.contains(&k)))
}

fn check_rows(what: &str, size: usize, values: &[f64]) -> Result<()> {
    let mut rows = values.chunks_exact(size).enumerate();
    rows.try_for_each(|(row, values)| check_finite(what, row, values))
}
