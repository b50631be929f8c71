//! One step of any motion model about one Gaussian, for the smoother.
//!
//! What goes through the unscented transform is replaced by its regression over the unscented points, F = Dᵀ P⁻¹
//! with D = cov(x, f(x)), and what the line leaves joins the noise, so that F P Fᵀ + Q is the
//! unscented prediction: the smoother is then Särkkä's (*Unscented Rauch–Tung–Striebel smoother*,
//! IEEE Transactions on Automatic Control 53, 2008).

use super::unscented;
use crate::linalg::{backward_one, cholesky_one, forward_one, packed_from_dense};
use crate::motion::{Linearised, Motion};
use crate::{Error, Result};

/// x̄ = f(x), F and Q about a mean (d) and a covariance (d × d, row-major).
///
/// # Errors
/// What the user's function raises; [`Error::NotPositiveDefinite`] if it meets a covariance that
/// has no Cholesky factor.
pub fn linearise(
    motion: &Motion,
    (mean, cov): (&[f64], &[f64]),
    dt_s: f64,
    out: &mut Linearised,
) -> Result<()> {
    match motion {
        Motion::Kinematic(model) => {
            out.transition.copy_from_slice(&model.transition(dt_s));
            out.noise.copy_from_slice(&model.noise(dt_s));
            out.predict(mean);
        }
        Motion::Turn(model) if !model.is_unscented() => model.linearise(mean, dt_s, out),
        Motion::Box(model) => model.linearise(mean, dt_s, out),
        _ => regress(motion, mean, cov, dt_s, out)?,
    }
    Ok(())
}

fn regress(
    motion: &Motion,
    mean: &[f64],
    cov: &[f64],
    dt_s: f64,
    out: &mut Linearised,
) -> Result<()> {
    let dim = mean.len();
    let packed_cov = packed_from_dense(dim, cov);
    let factor = cholesky_one(dim, &packed_cov).ok_or_else(|| Error::NotPositiveDefinite {
        what: "the covariance of the unscented smoother".to_owned(),
        row: 0,
    })?;
    let points = unscented::points(dim, mean, &[packed_cov])?;
    let images = motion.moved(&points, &vec![dt_s; unscented::count(dim)])?;
    let (predicted, deviations) = unscented::centre(dim, dim, &images, |_| false);
    out.predicted.copy_from_slice(&predicted);
    out.noise.copy_from_slice(&motion.noise(mean, &[dt_s])?);
    let mut white = vec![0.0; dim * dim]; // row i of (L⁻¹ D)ᵀ, whose square is F P Fᵀ
    for (point, deviation) in deviations.chunks_exact(dim).enumerate() {
        let weight = unscented::weight(dim, point);
        for i in 0..dim {
            for k in 0..dim {
                let from_mean = points[point * dim + k] - mean[k];
                white[i * dim + k] += weight * deviation[i] * from_mean;
                out.noise[i * dim + k] += weight * deviation[i] * deviation[k];
            }
        }
    }
    for (row, transition) in white.chunks_exact_mut(dim).zip(out.transition.chunks_exact_mut(dim)) {
        forward_one(dim, &factor, row);
        transition.copy_from_slice(row);
        backward_one(dim, &factor, transition);
    }
    for i in 0..dim {
        for j in 0..dim {
            for k in 0..dim {
                out.noise[i * dim + j] -= white[i * dim + k] * white[j * dim + k];
            }
        }
    }
    Ok(())
}
