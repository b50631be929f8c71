//! Sensors: what they measure, how well, what they can see, and how they look.

mod coverage;
mod polar;
mod pose;

use std::fmt::Debug;
use std::sync::Arc;

pub use coverage::Coverage;
pub use polar::{Polar, View};
pub use pose::Pose;

use crate::linalg::{MAX_DIM, cholesky_one, packed_len};
use crate::{Error, Result};

/// What a sensor measures.
#[derive(Clone, Debug)]
pub enum Model {
    /// The position.
    Position,
    /// The position and the velocity.
    State,
    /// Some of range, bearing, elevation and range rate.
    Polar(Polar),
    /// A function of the user's.
    User(Arc<dyn UserModel>),
}

/// A measurement model that the user wrote, over many states at once.
pub trait UserModel: Debug + Send + Sync {
    /// The number of components it measures.
    fn dim(&self) -> usize;

    /// Which components are angles.
    fn angular(&self) -> &[bool];

    /// Writes h(x) for `states` (k × d, row-major) as k × m.
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn measure(&self, states: &[f64], dim: usize) -> Result<Vec<f64>>;

    /// Writes the position (k × axes) of `measurements` (k × m), or `None` if the user gave no
    /// inverse, in which case the sensor starts no tracks.
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn position(&self, measurements: &[f64], axes: usize) -> Result<Option<Vec<f64>>>;
}

/// How a sensor looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// It looks at a region: not seeing is evidence.
    Scanning {
        /// The probability that an object it covers is detected in one scan.
        detection_probability: f64,
    },
    /// Each object speaks for itself; a row says nothing about the others.
    Reporting {
        /// How often an object reports, a Poisson rate.
        rate_per_s: f64,
    },
}

/// How a nonlinear measurement is linearised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linearisation {
    /// By the Jacobian at the mean.
    Extended,
    /// By the unscented transform.
    Unscented,
}

/// A sensor.
#[derive(Clone, Debug)]
pub struct Sensor {
    /// Part of the identity of the tracks it starts.
    pub name: String,
    /// What it measures.
    pub model: Model,
    /// The packed covariance R of a measurement, when the detections bring none of their own.
    pub noise: Vec<f64>,
    /// How it looks.
    pub mode: Mode,
    /// False detections per unit of the measurement space; of a reporting sensor also per second.
    pub clutter_density: f64,
    /// What it can see, around its pose.
    pub coverage: Coverage,
    /// Where it stands.
    pub pose: Pose,
    /// How a nonlinear measurement is linearised.
    pub linearisation: Linearisation,
}

impl Sensor {
    /// The number of components it measures on a state with this many axes.
    #[must_use]
    pub fn dim(&self, axes: usize) -> usize {
        match &self.model {
            Model::Position => axes,
            Model::State => 2 * axes,
            Model::Polar(polar) => polar.dim(),
            Model::User(user) => user.dim(),
        }
    }

    /// Whether a component of the measurement is an angle.
    #[must_use]
    pub fn is_angle(&self, component: usize) -> bool {
        match &self.model {
            Model::Position | Model::State => false,
            Model::Polar(polar) => polar.is_angle(component),
            Model::User(user) => user.angular().get(component).copied().unwrap_or(false),
        }
    }

    /// The weight of a detection of an object it covers: p_D, or the rate of reports.
    #[must_use]
    pub fn hit_weight(&self) -> f64 {
        match self.mode {
            Mode::Scanning { detection_probability } => detection_probability,
            Mode::Reporting { rate_per_s } => rate_per_s,
        }
    }

    /// The rate of reports of one object, zero of a scanning sensor.
    #[must_use]
    pub fn report_rate_per_s(&self) -> f64 {
        match self.mode {
            Mode::Scanning { .. } => 0.0,
            Mode::Reporting { rate_per_s } => rate_per_s,
        }
    }

    /// h(x) for `states` (k × dim, row-major), as k × m.
    ///
    /// # Errors
    /// [`Error::Shape`] if the states have too few components; what the user's function raised.
    pub fn measure(&self, axes: usize, dim: usize, states: &[f64]) -> Result<Vec<f64>> {
        let needed = match &self.model {
            Model::Position => axes,
            Model::State => 2 * axes,
            Model::Polar(polar) => polar.axes() * (1 + usize::from(polar.range_rate)),
            Model::User(_) => 1,
        };
        if dim < needed {
            return Err(Error::Shape {
                what: "states".to_owned(),
                expected: format!("(n, at least {needed})"),
                found: format!("(n, {dim})"),
            });
        }
        let rows = states.chunks_exact(dim);
        Ok(match &self.model {
            Model::Position | Model::State => rows.flat_map(|x| &x[..needed]).copied().collect(),
            Model::Polar(polar) => {
                let view = View::from(&self.pose);
                let mut out = vec![0.0; rows.len() * polar.dim()];
                for (state, z) in rows.zip(out.chunks_exact_mut(polar.dim())) {
                    polar.measure(&view, state, z);
                }
                out
            }
            Model::User(user) => user.measure(states, dim)?,
        })
    }

    /// Refuses a sensor that cannot work on a state with these axes and this dimension.
    ///
    /// # Errors
    /// [`Error::Setting`] or [`Error::NotPositiveDefinite`], naming what is wrong.
    pub fn check(&self, axes: usize, state_dim: usize) -> Result<()> {
        let m = self.dim(axes);
        let setting = |what, expected, found: String| Err(Error::Setting { what, expected, found });
        match self.mode {
            Mode::Scanning { detection_probability: p } if !(p > 0.0 && p <= 1.0) => {
                return setting("detection_probability", "above 0 and at most 1", p.to_string());
            }
            Mode::Reporting { rate_per_s: rate } if !(rate > 0.0 && rate.is_finite()) => {
                return setting("report_rate_per_s", "positive and finite", rate.to_string());
            }
            _ => {}
        }
        if !(self.clutter_density >= 0.0 && self.clutter_density.is_finite()) {
            let found = self.clutter_density.to_string();
            return setting("clutter_density", "zero or positive, and finite", found);
        }
        match &self.model {
            Model::State if state_dim < 2 * axes => {
                let expected = "a motion model with velocities, for a StateSensor";
                return setting("motion", expected, format!("{state_dim} state components"));
            }
            Model::Polar(polar) if polar.axes() != axes => {
                let expected = "2 for range and bearing, 3 with elevation";
                return setting("the motion model's axes", expected, axes.to_string());
            }
            Model::Polar(polar) if polar.range_rate && state_dim < 2 * axes => {
                let expected = "a motion model with velocities, for a range rate";
                return setting("motion", expected, format!("{state_dim} state components"));
            }
            _ => {}
        }
        if m == 0 || m > MAX_DIM {
            return setting("the measurement's dimension", "1 to 9", m.to_string());
        }
        if self.noise.len() != packed_len(m) {
            return Err(Error::Shape {
                what: "the sensor's noise covariance".to_owned(),
                expected: format!("({m}, {m})"),
                found: format!("{} packed entries", self.noise.len()),
            });
        }
        if cholesky_one(m, &self.noise).is_none() {
            let what = "the sensor's noise covariance".to_owned();
            return Err(Error::NotPositiveDefinite { what, row: 0 });
        }
        Ok(())
    }
}

/// The difference of two angles, in [−π, π).
#[must_use]
pub fn wrap(angle_rad: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    let turns = ((angle_rad + PI) / TAU).floor();
    let wrapped = angle_rad - turns * TAU;
    if wrapped >= PI { wrapped - TAU } else { wrapped }
}

#[cfg(test)]
mod tests {
    use super::wrap;
    use std::f64::consts::PI;

    #[test]
    fn a_wrapped_angle_lies_in_one_turn_and_points_the_same_way() {
        for k in -50..50 {
            let angle = f64::from(k) * 0.37;
            let wrapped = wrap(angle);
            assert!((-PI..PI).contains(&wrapped));
            assert!((libm::sin(angle) - libm::sin(wrapped)).abs() < 1e-12);
            assert!((libm::cos(angle) - libm::cos(wrapped)).abs() < 1e-12);
        }
        assert_eq!(wrap(PI), -PI);
    }
}
