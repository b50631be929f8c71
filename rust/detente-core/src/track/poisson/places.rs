//! The part of the undetected intensity that is normal about some states: births at known places,
//! and rows that have become so unlikely that they are forgotten.

use serde::{Deserialize, Serialize};

use super::birth::Place;
use super::field::exposure;
use crate::Result;
use crate::filter::predict::predict;
use crate::gaussian::Gaussians;
use crate::sensor::Sensor;
use crate::track::Settings;
use crate::track::merge::moments;

/// A component that expects fewer objects is dropped.
const LEAST: f64 = 1e-6;
/// More components of forgotten rows are not kept.
const MOST: usize = 256;

/// Σ w N(x; m, P); the first components are the places of birth, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Places {
    pub weight: Vec<f64>,
    pub states: Gaussians,
    births: usize,
}

impl Places {
    pub fn new(place: &Place, dim: usize) -> Self {
        match place {
            Place::Mixture { states, initial, .. } => {
                Self { weight: initial.clone(), births: states.len(), states: states.clone() }
            }
            _ => Self { weight: Vec::new(), births: 0, states: Gaussians::new(dim) },
        }
    }

    /// Unseen objects move, some die and new ones appear.
    pub fn advance(&mut self, settings: &Settings, dt_s: f64) -> Result<()> {
        if dt_s == 0.0 || self.weight.is_empty() {
            return Ok(());
        }
        predict(&settings.motion, &mut self.states, &vec![dt_s; self.weight.len()])?;
        let survival = libm::exp(libm::log(settings.survival_per_s) * dt_s);
        self.weight.iter_mut().for_each(|weight| *weight *= survival);
        let Place::Mixture { states, rate_per_s, .. } = &settings.birth.place else {
            return Ok(());
        };
        for (k, rate) in rate_per_s.iter().enumerate() {
            let born = rate * exposure(settings, dt_s);
            let whole = self.weight[k] + born;
            if whole > 0.0 {
                let mut both = self.states.gather(&[k as u32]);
                both.append(&states.gather(&[k as u32]));
                let shares = [self.weight[k] / whole, born / whole];
                let (mean, cov) = moments(&both, 0..2, &shares);
                self.states.set(k, &mean, &cov);
            }
            self.weight[k] = whole;
        }
        Ok(())
    }

    /// A look that sees an object with the probability q leaves the share 1 − q unseen.
    pub fn thin(&mut self, sensor: &Sensor, axes: usize, unseen: f64) {
        for (k, weight) in self.weight.iter_mut().enumerate() {
            let north = if axes > 1 { self.states.mean(k, 1) } else { 0.0 };
            if sensor.coverage.sees(&sensor.pose, self.states.mean(k, 0), north) {
                *weight *= unseen;
            }
        }
    }

    /// Takes in rows that are forgotten, each with the number of objects that it stands for.
    pub fn recycle(&mut self, rows: &Gaussians, weight: &[f64]) {
        self.states.append(rows);
        self.weight.extend(weight);
        let births = self.births;
        let mut keep: Vec<u32> = (births..self.weight.len())
            .filter(|&k| self.weight[k] >= LEAST)
            .map(|k| k as u32)
            .collect();
        keep.sort_by(|&a, &b| {
            let weight = |k: u32| self.weight[k as usize];
            weight(b).total_cmp(&weight(a)).then(a.cmp(&b))
        });
        keep.truncate(MOST);
        keep.sort_unstable();
        let kept: Vec<u32> = (0..births as u32).chain(keep).collect();
        self.states = self.states.gather(&kept);
        self.weight = kept.iter().map(|&k| self.weight[k as usize]).collect();
    }

    pub fn is_whole(&self, dim: usize) -> bool {
        self.states.dim() == dim
            && self.states.is_whole(self.weight.len())
            && self.births <= self.weight.len()
    }
}
