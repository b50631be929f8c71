//! Objects not yet seen: a Poisson field of uniform density.

use serde::{Deserialize, Serialize};

use super::Settings;
use super::newborn::{Newborn, Prior, newborns};
use crate::assoc::gate::Detections;
use crate::motion::Motion;
use crate::sensor::{Mode, Sensor};
use crate::{Error, Result};

/// How objects appear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Birth {
    /// New objects per m^axes and second.
    pub rate_density: f64,
    /// Unseen objects per m^axes at the start.
    pub initial_density: f64,
    /// Standard deviation of a new object's velocity, per axis \[m/s\].
    pub velocity_std_m_s: f64,
    /// Standard deviation of a new object's acceleration, per axis \[m/s²\].
    pub acceleration_std_m_s2: f64,
}

impl Birth {
    pub(super) fn check(&self) -> Result<()> {
        let settings = [
            ("birth.rate_density", self.rate_density, true),
            ("birth.initial_density", self.initial_density, true),
            ("birth.velocity_std_m_s", self.velocity_std_m_s, false),
            ("birth.acceleration_std_m_s2", self.acceleration_std_m_s2, false),
        ];
        for (what, value, zero_allowed) in settings {
            if !(value.is_finite() && (value > 0.0 || zero_allowed && value == 0.0)) {
                let expected = if zero_allowed {
                    "zero or positive, and finite"
                } else {
                    "positive and finite"
                };
                return Err(Error::Setting { what, expected, found: value.to_string() });
            }
        }
        Ok(())
    }

    pub(super) fn prior(&self, motion: &Motion) -> Prior {
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

/// The expected density of objects that live and have not been detected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Undetected {
    /// Per m^axes.
    pub density: f64,
    time_s: f64,
}

impl Undetected {
    pub fn new(birth: &Birth) -> Self {
        Self { density: birth.initial_density, time_s: f64::NEG_INFINITY }
    }

    /// λ(t + Δt) = λ(t) s^Δt + ∫₀^Δt rate · s^τ dτ.
    pub fn at(self, settings: &Settings, time_s: f64) -> Self {
        if self.time_s == f64::NEG_INFINITY {
            return Self { time_s, ..self };
        }
        let dt_s = time_s - self.time_s;
        let log_survival = libm::log(settings.survival_per_s);
        let exposure =
            if log_survival < 0.0 { libm::expm1(log_survival * dt_s) / log_survival } else { dt_s };
        let density =
            self.density * libm::exp(log_survival * dt_s) + settings.birth.rate_density * exposure;
        Self { density, time_s }
    }

    /// A look that leaves an object unseen with some probability thins the field. Of a reporting
    /// sensor the look is the time since its latest report.
    pub fn thinned(self, sensor: &Sensor, since_last_s: f64) -> Self {
        let unseen = match sensor.mode {
            Mode::Scanning { detection_probability } => 1.0 - detection_probability,
            Mode::Reporting { rate_per_s } => libm::exp(-rate_per_s * since_last_s),
        };
        Self { density: self.density * unseen, ..self }
    }
}

/// Where the detections of a scan may come from other than the known tracks.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    /// The new object that each detection would be; empty if this sensor starts no tracks.
    pub newborns: Vec<Newborn>,
    /// The density of unseen objects behind each detection, ∫ λ p_D ℓ dx.
    pub born: Vec<f64>,
    /// That and clutter.
    pub elsewhere: Vec<f64>,
}

pub(super) fn origins(
    settings: &Settings,
    undetected: &Undetected,
    sensor: &Sensor,
    detections: Detections<'_>,
) -> Result<Origins> {
    let prior = settings.birth.prior(&settings.motion);
    let newborns = newborns(sensor, &prior, detections)?;
    let density = undetected.density * sensor.hit_weight();
    let mut born: Vec<f64> = newborns.iter().map(|newborn| density * newborn.likelihood).collect();
    born.resize(detections.values.len() / sensor.dim(prior.axes), 0.0);
    let elsewhere = born.iter().map(|born| sensor.clutter_density + born).collect();
    Ok(Origins { newborns, born, elsewhere })
}
