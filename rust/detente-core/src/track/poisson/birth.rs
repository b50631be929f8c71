//! How objects appear.

use crate::gaussian::Gaussians;
use crate::linalg::cholesky_one;
use crate::motion::Dynamics;
use crate::{Error, Result};

use super::newborn::Prior;

/// How objects appear: a Poisson process in space and time.
#[derive(Clone, Debug, PartialEq)]
pub struct Birth {
    /// Where.
    pub place: Place,
    /// Standard deviation of a new object's velocity, per axis \[m/s\].
    pub velocity_std_m_s: f64,
    /// Standard deviation of a new object's acceleration, per axis \[m/s²\].
    pub acceleration_std_m_s2: f64,
}

/// Where objects appear.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// With equal density, everywhere or in a box.
    Uniform {
        /// New objects per m^axes and second.
        rate_density: f64,
        /// Unseen objects per m^axes at the start.
        initial_density: f64,
        /// The lowest and the highest coordinate of each axis \[m\].
        region_m: Option<Vec<[f64; 2]>>,
    },
    /// At places that are known: normal about some states.
    Mixture {
        /// The states.
        states: Gaussians,
        /// New objects per second at each.
        rate_per_s: Vec<f64>,
        /// Unseen objects at each at the start.
        initial: Vec<f64>,
    },
    /// Wherever something is detected: the expected number of new objects is shared equally among
    /// the detections of a scan.
    Detections {
        /// New objects per second.
        rate_per_s: f64,
        /// Unseen objects at the start.
        initial: f64,
    },
}

impl Birth {
    pub(in crate::track) fn check(&self, motion: &Dynamics) -> Result<()> {
        positive("birth.velocity_std_m_s", self.velocity_std_m_s)?;
        positive("birth.acceleration_std_m_s2", self.acceleration_std_m_s2)?;
        match &self.place {
            Place::Uniform { rate_density, initial_density, region_m } => {
                not_negative("birth.rate_density", *rate_density)?;
                not_negative("birth.initial_density", *initial_density)?;
                region_m.as_ref().map_or(Ok(()), |region| check_region(region, motion.axes()))
            }
            Place::Mixture { states, rate_per_s, initial } => {
                rate_per_s.iter().try_for_each(|&rate| not_negative("birth.rate_per_s", rate))?;
                initial.iter().try_for_each(|&count| not_negative("birth.initial", count))?;
                check_states(states, motion.dim())?;
                if (rate_per_s.len(), initial.len()) != (states.len(), states.len()) {
                    return Err(Error::Shape {
                        what: "birth.rate_per_s and birth.initial".to_owned(),
                        expected: format!("({},), one each for the states", states.len()),
                        found: format!("({},) and ({},)", rate_per_s.len(), initial.len()),
                    });
                }
                Ok(())
            }
            Place::Detections { rate_per_s, initial } => {
                not_negative("birth.rate_per_s", *rate_per_s)?;
                not_negative("birth.initial", *initial)
            }
        }
    }

    pub(super) fn prior(&self, motion: &Dynamics) -> Prior {
        let acceleration = self.acceleration_std_m_s2 * self.acceleration_std_m_s2;
        Prior {
            axes: motion.axes(),
            dim: motion.dim(),
            velocity_std_m_s: self.velocity_std_m_s,
            higher: (2 * motion.axes()..motion.dim())
                .map(|i| motion.prior_variance(i).unwrap_or(acceleration))
                .collect(),
        }
    }
}

fn not_negative(what: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        return Ok(());
    }
    let expected = "zero or positive, and finite";
    Err(Error::Setting { what, expected, found: value.to_string() })
}

fn positive(what: &'static str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(Error::Setting { what, expected: "positive and finite", found: value.to_string() })
}

fn check_region(region: &[[f64; 2]], axes: usize) -> Result<()> {
    let good = |[low, high]: &[f64; 2]| low.is_finite() && high.is_finite() && low < high;
    if region.len() == axes && region.iter().all(good) {
        return Ok(());
    }
    Err(Error::Setting {
        what: "birth.region_m",
        expected: "a lowest and a higher highest coordinate for each axis of the motion",
        found: format!("{region:?}"),
    })
}

fn check_states(states: &Gaussians, dim: usize) -> Result<()> {
    if states.is_empty() || states.dim() != dim {
        return Err(Error::Shape {
            what: "birth.mean".to_owned(),
            expected: format!("(at least 1, {dim}), as the motion's states"),
            found: format!("({}, {})", states.len(), states.dim()),
        });
    }
    match states.packed_covs().iter().position(|cov| cholesky_one(dim, cov).is_none()) {
        Some(row) => Err(Error::NotPositiveDefinite { what: "birth.cov".to_owned(), row }),
        None => Ok(()),
    }
}
