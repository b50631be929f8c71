//! Registration: the shift, turn and time offset of one party's states against another's.
//!
//! A state of b with position p and velocity v reads in a's frame as p′ = o + R(φ)(p − o) + t − τ v′
//! and v′ = R(φ) v, so as G(θ) x + c(θ) with θ = (t, φ, τ): o is the point about which b is turned, and
//! b's clock is τ behind, its states are those of a moment τ later than it says. With r = xₐ − G x_b − c and
//! S = A + G B Gᵀ the sum of rᵀ S⁻¹ r is, the true states eliminated, that of a maximum-likelihood
//! errors-in-variables fit (Fuller, *Measurement Error Models*, 1987). Its gradient is −2 Dᵀ S⁻¹ r with
//! the derivative D = ∂(G x + c)/∂θ not at the state that b reports but at x̂ = x_b + B Gᵀ S⁻¹ r,
//! where both states meet: with the former the noise of the states would pull φ and τ to zero.
//!
//! What noise alone contributes to J = Σ Dᵀ S⁻¹ D is known, N = Σ tr(S⁻¹ Dᵢ Cov(x̂) Dⱼᵀ), and J − N
//! estimates the information at the true states, the inverse of the Cramér–Rao bound. A component or a
//! direction of θ of whose information noise makes up half or more is not observable, nor is a
//! component with a part in it.

mod link;
mod normal;

use self::normal::{At, Normal, PARTICIPATION};
use super::check::{check_covariance, check_length, check_rows};
use crate::{Error, Result};

const MOST_STEPS: usize = 50;
/// A step of this many standard deviations is the last.
const LAST_STEP: f64 = 1e-6;

/// States of the same objects by both parties: positions, then velocities (n × 2 axes each).
#[derive(Clone, Copy, Debug)]
pub struct Matched<'a> {
    /// 2 or 3 axes of space; the rotation is about the last of three.
    pub axes: usize,
    /// xₐ
    pub mean_a: &'a [f64],
    /// A (n × 2 axes × 2 axes)
    pub cov_a: &'a [f64],
    /// x_b
    pub mean_b: &'a [f64],
    /// B
    pub cov_b: &'a [f64],
    /// o, the point about which b is turned.
    pub about: &'a [f64],
    /// Which components of θ = (t, φ, τ) are estimated; the others are zero.
    pub free: &'a [bool],
}

/// θ and what is known of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registration {
    /// θ = (t, φ, τ); zero where it was not estimated or along what cannot be observed.
    pub estimate: Vec<f64>,
    /// Its covariance, of the observable directions alone.
    pub cov: Vec<f64>,
    /// Which components are observable.
    pub observable: Vec<bool>,
    /// rᵀ S⁻¹ r of every row.
    pub distance: Vec<f64>,
}

/// Estimates θ by Gauss and Newton's method from zero.
///
/// # Errors
/// [`Error::NotPositiveDefinite`] with the first row that holds no covariance;
/// [`Error::NotFinite`]; [`Error::Shape`]; [`Error::Setting`] for other than 2 or 3 axes.
pub fn registration(matched: Matched<'_>) -> Result<Registration> {
    let Matched { axes, mean_a, cov_a, mean_b, cov_b, about, free } = matched;
    if !(2..4).contains(&axes) {
        let (what, expected) = ("the number of axes", "2 or 3");
        return Err(Error::Setting { what, expected, found: axes.to_string() });
    }
    let (dim, unknown) = (2 * axes, axes + 2);
    let rows = mean_a.len() / dim;
    check_length("mean_b", mean_b, rows * dim)?;
    check_length("cov_a", cov_a, rows * dim * dim)?;
    check_length("cov_b", cov_b, rows * dim * dim)?;
    check_length("about", about, axes)?;
    if free.len() != unknown {
        let (what, found) = ("free".to_owned(), free.len().to_string());
        return Err(Error::Shape { what, expected: format!("{unknown} numbers in all"), found });
    }

    for row in 0..rows {
        check_rows("mean_a", mean_a, dim, row)?;
        check_rows("mean_b", mean_b, dim, row)?;
        check_covariance("cov_a", cov_a, dim, row)?;
        check_covariance("cov_b", cov_b, dim, row)?;
    }
    let mut theta = vec![0.0; unknown];
    approach(matched, &mut theta, At::Reported)?; // near enough for the states to meet
    approach(matched, &mut theta, At::Meeting)?;
    let normal = Normal::at(matched, &theta, At::Meeting)?;
    Ok(summary(theta, free, &normal))
}

/// Gauss and Newton's steps until one is small.
fn approach(matched: Matched<'_>, theta: &mut [f64], at: At) -> Result<()> {
    for _ in 0..MOST_STEPS {
        let directions = Normal::at(matched, theta, at)?.directions();
        let mut size = 0.0;
        for direction in directions.iter().filter(|direction| direction.is_observable()) {
            let length = direction.step / direction.signal();
            size += length * length;
            for (theta, part) in theta.iter_mut().zip(&direction.axis) {
                *theta += length * part;
            }
        }
        if size <= LAST_STEP * LAST_STEP {
            break;
        }
    }
    Ok(())
}

fn summary(theta: Vec<f64>, free: &[bool], normal: &Normal) -> Registration {
    let unknown = theta.len();
    let mut cov = vec![0.0; unknown * unknown];
    let mut observable = free.to_vec();
    for k in (0..unknown).filter(|&k| free[k] && !normal.has_signal(k)) {
        for (j, seen) in observable.iter_mut().enumerate() {
            *seen &= j != k && !normal.goes_with(j, k);
        }
    }
    for direction in normal.directions() {
        if direction.is_observable() {
            // of (J − N)⁻¹ J (J − N)⁻¹, the covariance of the root of an unbiased gradient
            let variance = 1.0 / (direction.signal() * direction.signal());
            for i in 0..unknown {
                for j in 0..unknown {
                    cov[i * unknown + j] += direction.axis[i] * direction.axis[j] * variance;
                }
            }
        } else {
            for (seen, part) in observable.iter_mut().zip(&direction.scaled) {
                *seen &= part.abs() <= PARTICIPATION;
            }
        }
    }
    Registration { estimate: theta, cov, observable, distance: normal.distance.clone() }
}
