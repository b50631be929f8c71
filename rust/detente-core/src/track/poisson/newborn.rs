//! The state of a new object given one detection of it, and how likely that detection was.
//!
//! Before it is seen an object may be anywhere with equal density, and its velocity and
//! acceleration are normal about zero. The likelihood is ∫ ℓ(z | x) p(x) dx per unit of that
//! density of positions, so that the weight of a newborn is λ · p_D · likelihood.

use std::f64::consts::TAU;

use crate::Result;
use crate::assoc::gate::Detections;
use crate::filter::unscented;
use crate::linalg::{MAX_DIM, cholesky_one, packed, packed_len};
use crate::sensor::{BOX, Model, Polar, Pose, Sensor, UserModel, View};

use super::ranges::{Cell, cells};

/// What is believed of an object's motion before it is seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// The axes of space.
    pub axes: usize,
    /// The dimension of the state.
    pub dim: usize,
    /// The standard deviation of the velocity, per axis \[m/s\].
    pub velocity_std_m_s: f64,
    /// The variances of what follows the velocities: accelerations \[m²/s⁴\], a turn rate.
    pub higher: Vec<f64>,
}

/// A new object.
#[derive(Clone, Debug, PartialEq)]
pub struct Newborn {
    /// x
    pub mean: Vec<f64>,
    /// P, packed.
    pub cov: Vec<f64>,
    /// ∫ ℓ(z | x) p(x) dx per unit density of positions.
    pub likelihood: f64,
    /// How many of the first components are known by the detection or the prior.
    pub known: usize,
}

impl Newborn {
    /// A state that is known already.
    pub(super) fn new(dim: usize, mean: &[f64], cov: &[f64]) -> Self {
        let (mean, cov) = (mean[..dim].to_vec(), cov[..packed_len(dim)].to_vec());
        Self { mean, cov, likelihood: 1.0, known: dim }
    }
}

impl Prior {
    /// At the origin, with no covariance of the position yet.
    fn state(&self) -> Newborn {
        let mut cov = vec![0.0; packed_len(self.dim)];
        for i in self.axes..self.dim {
            let velocity = self.velocity_std_m_s * self.velocity_std_m_s;
            cov[packed(i, i)] =
                if i < 2 * self.axes { velocity } else { self.higher[i - 2 * self.axes] };
        }
        let known = self.dim.min(2 * self.axes);
        Newborn { mean: vec![0.0; self.dim], cov, likelihood: 1.0, known }
    }
}

/// The new object of each detection, in so many parts that one may be it; none if this sensor
/// starts no tracks.
///
/// # Errors
/// [`crate::Error`] from the user's function, or if a noise covariance has no Cholesky factor.
pub fn newborns(
    sensor: &Sensor,
    prior: &Prior,
    detections: Detections<'_>,
) -> Result<Vec<Vec<Newborn>>> {
    let m = sensor.dim(prior.axes);
    let noise = |k| detections.noise.of(m, k);
    let rows = detections.values.chunks_exact(m).enumerate();
    Ok(match &sensor.model {
        Model::Position => rows.map(|(k, z)| vec![of_position(prior, z, noise(k))]).collect(),
        Model::State => rows.map(|(k, z)| vec![of_state(prior, z, noise(k))]).collect(),
        Model::Box => {
            rows.map(|(k, z)| vec![of_box(prior, z, noise(k), sensor.unit_density(z))]).collect()
        }
        Model::Polar(polar) => {
            let view = View::from(&sensor.pose);
            rows.map(|(k, z)| of_polar(&view, *polar, prior, z, noise(k))).collect()
        }
        // no position follows from fewer or more components than axes alone
        Model::User(user) if m == prior.axes => {
            let new = of_user(user.as_ref(), &sensor.pose, prior, detections)?;
            new.into_iter().map(|new| vec![new]).collect()
        }
        Model::User(_) => Vec::new(),
    })
}

/// The inverse that the user gave, through the unscented transform.
fn of_user(
    user: &dyn UserModel,
    pose: &Pose,
    prior: &Prior,
    detections: Detections<'_>,
) -> Result<Vec<Newborn>> {
    let axes = prior.axes;
    let count = detections.values.len() / axes;
    let noises: Vec<Vec<f64>> = (0..count).map(|k| detections.noise.of(axes, k).to_vec()).collect();
    let points = unscented::points(axes, detections.values, &noises)?;
    let Some(positions) = user.position(&points, axes, pose)? else { return Ok(Vec::new()) };
    let moments = unscented::moments(axes, axes, &positions, |_| false);
    let each = moments.zip(&noises).map(|((mean, cov), noise)| {
        let mut new = prior.state();
        new.mean[..axes].copy_from_slice(&mean);
        new.cov[..packed_len(axes)].copy_from_slice(&cov);
        new.likelihood = volume(axes, &cov) / volume(axes, noise);
        new
    });
    Ok(each.collect())
}

/// √det A, zero where A is not positive definite.
fn volume(dim: usize, a: &[f64]) -> f64 {
    cholesky_one(dim, a).map_or(0.0, |l| (0..dim).map(|i| l[packed(i, i)]).product())
}

fn of_position(prior: &Prior, z: &[f64], noise: &[f64]) -> Newborn {
    let mut new = prior.state();
    new.mean[..z.len()].copy_from_slice(z);
    new.cov[..noise.len()].copy_from_slice(noise);
    new
}

/// A box as it was seen, its velocity normal about zero in proportion to its height.
fn of_box(prior: &Prior, z: &[f64], noise: &[f64], unit_density: f64) -> Newborn {
    let mut new = prior.state();
    for (k, &i) in BOX.iter().enumerate() {
        new.mean[i] = z[k];
        for (l, &j) in BOX[..k + 1].iter().enumerate() {
            new.cov[packed(i, j)] = noise[packed(k, l)];
        }
    }
    for i in 2..4 {
        new.cov[packed(i, i)] *= z[3] * z[3];
    }
    Newborn { likelihood: unit_density, known: prior.dim, ..new }
}

/// The measured velocity is combined with the prior velocity, and corrects the position through R.
fn of_state(prior: &Prior, z: &[f64], noise: &[f64]) -> Newborn {
    let mut new = prior.state();
    new.mean[..z.len()].copy_from_slice(z);
    new.cov[..noise.len()].copy_from_slice(noise);
    let variance = prior.velocity_std_m_s * prior.velocity_std_m_s;
    for axis in prior.axes..2 * prior.axes {
        let mut velocity = vec![0.0; prior.dim];
        velocity[axis] = 1.0;
        let innovation = -new.mean[axis];
        new.likelihood *= observe(&mut new, &velocity, innovation, variance);
    }
    new
}

fn normal(x: f64, variance: f64) -> f64 {
    libm::exp(-0.5 * x * x / variance) / (TAU * variance).sqrt()
}

/// The converted measurement, its covariance J R Jᵀ; of angles alone one part for each cell of the
/// range, with the moments of the range in it.
fn of_polar(view: &View, polar: Polar, prior: &Prior, z: &[f64], noise: &[f64]) -> Vec<Newborn> {
    let axes = prior.axes;
    let direction = polar.direction(view, z);
    let Some(limits_m) = polar.within_m else {
        let part = (z[0], z[0], polar.position(view, z[0], &direction).2);
        let spread = |k: usize, l: usize| noise[packed(k, l)];
        return vec![of_range(view, polar, prior, z, noise, (part, &direction), &spread)];
    };
    let angle = |k: usize, l: usize| match (k, l) {
        (0, 0) => None,
        (0, _) | (_, 0) => Some(0.0),
        _ => Some(noise[packed(k - 1, l - 1)]),
    };
    let whole = polar.position(view, 1.0, &direction).2;
    cells(limits_m, axes)
        .map(|Cell { mean_m, variance_m2, volume }| {
            // angles move a point by its range, in the mean by the root of E[range²]
            let lever = (mean_m * mean_m + variance_m2).sqrt();
            let part = (mean_m, lever, whole * volume);
            let spread = |k, l| angle(k, l).unwrap_or(variance_m2);
            of_range(view, polar, prior, z, noise, (part, &direction), &spread)
        })
        .collect()
}

/// At a range (its mean, the lever of the angles, the likelihood) in a direction, with a covariance
/// of range, bearing and elevation; the range rate then corrects the velocity.
fn of_range(
    view: &View,
    polar: Polar,
    prior: &Prior,
    z: &[f64],
    noise: &[f64],
    ((range, lever, likelihood), direction): ((f64, f64, f64), &[[f64; 3]; 3]),
    spread: &dyn Fn(usize, usize) -> f64,
) -> Newborn {
    let axes = prior.axes;
    let (point, ..) = polar.position(view, range, direction);
    let (_, jacobian, _) = polar.position(view, lever, direction);
    let mut new = prior.state();
    new.mean[..axes].copy_from_slice(&point[..axes]);
    for i in 0..axes {
        for j in 0..i + 1 {
            let mut sum = 0.0;
            for k in 0..axes {
                for l in 0..axes {
                    sum += jacobian[i][k] * spread(k, l) * jacobian[j][l];
                }
            }
            new.cov[packed(i, j)] = sum;
        }
    }
    new.likelihood = likelihood;
    if polar.range_rate {
        let m = polar.dim();
        let mut predicted = [0.0; 4];
        polar.measure(view, &new.mean, &mut predicted[..m]);
        let mut h = [0.0; 4 * MAX_DIM];
        polar.linearise(view, &new.mean, &mut h[..m * prior.dim]);
        let row = &h[(m - 1) * prior.dim..m * prior.dim];
        let rate = noise[packed(m - 1, m - 1)];
        new.likelihood *= observe(&mut new, row, z[m - 1] - predicted[m - 1], rate);
    }
    new
}

/// Conditions on one linear measurement and returns the density of its innovation.
fn observe(new: &mut Newborn, h: &[f64], innovation: f64, variance: f64) -> f64 {
    let dim = h.len();
    let cross: Vec<f64> =
        (0..dim).map(|i| (0..dim).map(|j| new.cov[packed(i, j)] * h[j]).sum()).collect();
    let spread = (0..dim).map(|i| h[i] * cross[i]).sum::<f64>() + variance;
    for i in 0..dim {
        new.mean[i] += cross[i] * innovation / spread;
        for j in 0..i + 1 {
            new.cov[packed(i, j)] -= cross[i] * cross[j] / spread;
        }
    }
    normal(innovation, spread)
}
