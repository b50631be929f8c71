//! The unscented transform over many rows at once.
//!
//! 2 d + 1 points with κ = max(3 − d, 0), so that no weight is negative (Julier and Uhlmann 2004;
//! for d ≥ 3 these are the points of the cubature filter, Arasaratnam and Haykin 2009).

use crate::linalg::{cholesky_one, packed, packed_len};
use crate::sensor::wrap;
use crate::{Error, Result};

/// How many points stand for one row.
#[must_use]
pub fn count(dim: usize) -> usize {
    2 * dim + 1
}

fn kappa(dim: usize) -> f64 {
    3.0_f64.max(dim as f64) - dim as f64
}

/// The weight of a point: the first is the mean.
#[must_use]
pub fn weight(dim: usize, point: usize) -> f64 {
    let total = dim as f64 + kappa(dim);
    if point == 0 { kappa(dim) / total } else { 0.5 / total }
}

/// The points of every row: x, then x ± √(d + κ) times each column of the Cholesky factor.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row that has no factor.
pub fn points(dim: usize, means: &[f64], covs: &[Vec<f64>]) -> Result<Vec<f64>> {
    let scale = (dim as f64 + kappa(dim)).sqrt();
    let mut out = Vec::with_capacity(means.len() * count(dim));
    for (row, (mean, cov)) in means.chunks_exact(dim).zip(covs).enumerate() {
        let factor = cholesky_one(dim, cov).ok_or_else(|| Error::NotPositiveDefinite {
            what: "the covariance of the unscented transform".to_owned(),
            row,
        })?;
        out.extend_from_slice(mean);
        for column in 0..dim {
            for sign in [1.0, -1.0] {
                out.extend((0..dim).map(|i| {
                    let entry = if i >= column { factor[packed(i, column)] } else { 0.0 };
                    mean[i] + sign * scale * entry
                }));
            }
        }
    }
    Ok(out)
}

/// Mean and packed covariance of the transformed points of each row; angles are averaged as
/// deviations from the first point.
pub fn moments<'a>(
    dim: usize,
    image_dim: usize,
    images: &'a [f64],
    is_angle: impl Fn(usize) -> bool + Copy + 'a,
) -> impl Iterator<Item = (Vec<f64>, Vec<f64>)> + 'a {
    images.chunks_exact(count(dim) * image_dim).map(move |images| {
        let (mean, deviations) = centre(dim, image_dim, images, is_angle);
        let mut cov = vec![0.0; packed_len(image_dim)];
        for (point, deviation) in deviations.chunks_exact(image_dim).enumerate() {
            for i in 0..image_dim {
                for j in 0..i + 1 {
                    cov[packed(i, j)] += weight(dim, point) * deviation[i] * deviation[j];
                }
            }
        }
        (mean, cov)
    })
}

/// The mean of the images of one row's points, and their deviations from it.
#[must_use]
pub fn centre(
    dim: usize,
    image_dim: usize,
    images: &[f64],
    is_angle: impl Fn(usize) -> bool,
) -> (Vec<f64>, Vec<f64>) {
    let first = &images[..image_dim];
    let difference = |value: f64, from: f64, i: usize| {
        if is_angle(i) { wrap(value - from) } else { value - from }
    };
    let mut shift = vec![0.0; image_dim];
    for (point, image) in images.chunks_exact(image_dim).enumerate() {
        for i in 0..image_dim {
            shift[i] += weight(dim, point) * difference(image[i], first[i], i);
        }
    }
    let mean: Vec<f64> = (0..image_dim)
        .map(|i| if is_angle(i) { wrap(first[i] + shift[i]) } else { first[i] + shift[i] })
        .collect();
    let deviations = images
        .chunks_exact(image_dim)
        .flat_map(|image| {
            (0..image_dim).map(|i| difference(image[i], mean[i], i)).collect::<Vec<_>>()
        })
        .collect();
    (mean, deviations)
}
