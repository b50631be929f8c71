//! Sensors: what they measure, how well, what they can see, and how they look.

mod coverage;
mod polar;
mod pose;
mod sight;
mod value;

use std::fmt::Debug;
use std::sync::Arc;

pub use coverage::Coverage;
pub use polar::{Polar, View};
pub use pose::Pose;
pub use sight::{Seen, Sight};
pub use value::{Raster, Value};

use crate::linalg::{MAX_DIM, cholesky_one, packed_len};
use crate::{Error, Result};

/// The components of a box's state that are measured: its centre, its width and height; between
/// them are the velocities.
pub const BOX: [usize; 4] = [0, 1, 4, 5];

/// What a sensor measures.
#[derive(Clone, Debug)]
pub enum Model {
    /// The position.
    Position,
    /// The position and the velocity.
    State,
    /// Some of range, bearing, elevation and range rate.
    Polar(Polar),
    /// A box in an image: its centre, its width and its height. The noise is for a height of 1 and
    /// grows in proportion to it; densities are per area of the image and per unit of the logarithms
    /// of width and height.
    Box,
    /// A function of the user's.
    User(Arc<dyn UserModel>),
}

/// A measurement model that the user wrote, over many states at once.
pub trait UserModel: Debug + Send + Sync {
    /// The number of components it measures.
    fn dim(&self) -> usize;

    /// Which components are angles.
    fn angular(&self) -> &[bool];

    /// Writes h(x) for `states` (k × d, row-major) of so many axes, seen from a pose, as k × m.
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn measure(&self, states: &[f64], dim: usize, axes: usize, pose: &Pose) -> Result<Vec<f64>>;

    /// Writes the position (k × axes) of `measurements` (k × m) taken from a pose, or `None` if the
    /// user gave no inverse, in which case the sensor starts no tracks.
    ///
    /// # Errors
    /// [`Error::User`] with whatever the function raised.
    fn position(&self, measurements: &[f64], axes: usize, pose: &Pose) -> Result<Option<Vec<f64>>>;
}

/// How a sensor looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Mode {
    /// It looks at a region: not seeing is evidence.
    Scanning {
        /// The probability that an object it covers is detected in one scan.
        detection_probability: Value,
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
    pub clutter_density: Value,
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
            Model::Box => BOX.len(),
            Model::User(user) => user.dim(),
        }
    }

    /// Whether a component of the measurement is an angle.
    #[must_use]
    pub fn is_angle(&self, component: usize) -> bool {
        match &self.model {
            Model::Position | Model::State | Model::Box => false,
            Model::Polar(polar) => polar.is_angle(component),
            Model::User(user) => user.angular().get(component).copied().unwrap_or(false),
        }
    }

    /// How many units of its densities lie in a unit of the measurement space at `z`: one, but for
    /// boxes, whose sizes are equally dense in their logarithms, 1 / (w h).
    #[must_use]
    pub fn unit_density(&self, z: &[f64]) -> f64 {
        match &self.model {
            Model::Box => 1.0 / (z[2] * z[3]),
            _ => 1.0,
        }
    }

    /// The weight of a detection of an object it covers: p_D, or the rate of reports.
    #[must_use]
    pub fn hit_weight(&self) -> Value {
        match &self.mode {
            Mode::Scanning { detection_probability } => detection_probability.clone(),
            Mode::Reporting { rate_per_s } => Value::Constant(*rate_per_s),
        }
    }

    /// Where it sees, with that weight as the probability.
    #[must_use]
    pub fn sight(&self) -> Sight<'_> {
        self.sight_with(self.hit_weight())
    }

    /// Where it sees, with a probability.
    #[must_use]
    pub fn sight_with(&self, probability: Value) -> Sight<'_> {
        Sight { view: View::from(&self.pose), coverage: &self.coverage, probability }
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
            Model::Box => BOX[3] + 1,
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
            Model::Box => rows.flat_map(|x| BOX.map(|i| x[i])).collect(),
            Model::User(user) => user.measure(states, dim, axes, &self.pose)?,
        })
    }

    /// Refuses a sensor that cannot work on a state with these axes and this dimension.
    ///
    /// # Errors
    /// [`Error::Setting`] or [`Error::NotPositiveDefinite`], naming what is wrong.
    pub fn check(&self, axes: usize, state_dim: usize) -> Result<()> {
        let m = self.dim(axes);
        let setting = |what, expected, found: String| Err(Error::Setting { what, expected, found });
        match &self.mode {
            Mode::Scanning { detection_probability } => {
                self.check_probability(detection_probability)?
            }
            Mode::Reporting { rate_per_s: rate } if !(*rate > 0.0 && rate.is_finite()) => {
                return setting("report_rate_per_s", "positive and finite", rate.to_string());
            }
            Mode::Reporting { .. } => {}
        }
        if let Some(found) = self.clutter_density.fault(|c| c >= 0.0 && c.is_finite()) {
            return setting("clutter_density", "zero or positive, and finite", found);
        }
        self.coverage.check()?;
        match &self.model {
            Model::State if state_dim < 2 * axes => {
                let expected = "a motion model with velocities, for a StateSensor";
                return setting("motion", expected, format!("{state_dim} state components"));
            }
            Model::Polar(Polar { within_m: Some([near, far]), .. })
                if !(*near > 0.0 && near < far && far.is_finite()) =>
            {
                let expected = "a positive range and a larger, finite one";
                return setting("range_limits_m", expected, format!("({near}, {far})"));
            }
            Model::Polar(Polar { within_m: Some(_), .. })
                if self.clutter_density.constant().is_none() =>
            {
                let expected = "one number, for a sensor of angles only";
                return setting("clutter_density", expected, "a table or a raster".to_owned());
            }
            Model::Box if axes != 2 || state_dim < BOX[3] + 1 => {
                let expected = "a BoxMotion, for a BoxSensor";
                return setting("motion", expected, format!("{state_dim} state components"));
            }
            Model::Polar(polar) if polar.axes() != axes => {
                let expected = "2 for a bearing, 3 with elevation";
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

    fn check_probability(&self, probability: &Value) -> Result<()> {
        let what = "detection_probability";
        let found = match probability {
            Value::Constant(p) if *p > 0.0 && *p <= 1.0 => return Ok(()),
            Value::Constant(p) => Some(p.to_string()),
            _ => probability.fault(|p| (0.0..=1.0).contains(&p)),
        };
        if let Some(found) = found {
            let expected = "above 0 and at most 1";
            return Err(Error::Setting { what, expected, found });
        }
        if self.coverage == Coverage::Everywhere {
            return Err(Error::Setting {
                what: "coverage",
                expected: "a region, where the detection probability is a table or a raster",
                found: "none".to_owned(),
            });
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
