//! Objects not yet seen: a Poisson process over space.

mod birth;
mod field;
mod newborn;
mod origins;
mod places;
mod ranges;

pub use birth::{Birth, Place};
pub(super) use origins::{Origin, Origins};

use serde::{Deserialize, Serialize};

use super::Settings;
use super::states::States;
use crate::Result;
use crate::sensor::{Mode, Sensor, Value};
use field::Field;
use places::Places;

/// The intensity of objects that live and have not been detected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Undetected {
    field: Field,
    places: Places,
    /// Minus infinity before anybody looked.
    time_s: f64,
}

impl Undetected {
    pub fn new(settings: &Settings) -> Self {
        let density = match settings.birth.place {
            Place::Uniform { initial_density, .. } => initial_density,
            Place::Mixture { .. } | Place::Detections { .. } => 0.0,
        };
        Self {
            field: Field::new(density),
            places: Places::new(settings),
            time_s: f64::NEG_INFINITY,
        }
    }

    /// As it is expected to be at a later time if nobody looks.
    pub fn at(&self, settings: &Settings, time_s: f64) -> Result<Self> {
        let mut out = self.clone();
        if self.time_s > f64::NEG_INFINITY {
            let dt_s = time_s - self.time_s;
            let rate_density = match settings.birth.place {
                Place::Uniform { rate_density, .. } => rate_density,
                Place::Mixture { .. } | Place::Detections { .. } => 0.0,
            };
            out.field.advance(settings, rate_density, dt_s);
            out.places.advance(settings, dt_s)?;
        }
        out.time_s = time_s;
        Ok(out)
    }

    /// A look leaves fewer objects unseen. Of a reporting sensor the look is the time since its
    /// latest report.
    pub fn thin(&mut self, settings: &Settings, sensor: &Sensor, since_s: Option<f64>) {
        let probability = match &sensor.mode {
            Mode::Scanning { detection_probability } => detection_probability.clone(),
            Mode::Reporting { rate_per_s } => {
                Value::Constant(-libm::expm1(-rate_per_s * since_s.unwrap_or(0.0)))
            }
        };
        let sight = sensor.sight_with(probability);
        self.field.thin(&sight, settings.birth.velocity_std_m_s);
        self.places.thin(&sight, settings.motion.axes());
    }

    /// Takes in rows that are forgotten, each with the number of objects that it stands for.
    pub fn recycle(&mut self, rows: &States, weight: &[f64]) {
        self.places.recycle(rows, weight);
    }

    pub fn is_whole(&self, dim: usize, models: usize) -> bool {
        self.places.is_whole(dim, models)
    }
}
