//! The part of the undetected intensity that is normal about some states: births at known places,
//! and rows that have become so unlikely that they are forgotten.

use serde::{Deserialize, Serialize};

use super::birth::Place;
use super::field::exposure;
use crate::Result;
use crate::sensor::Sight;
use crate::track::Settings;
use crate::track::states::States;

/// A component that expects fewer objects is dropped.
const LEAST: f64 = 1e-6;
/// More components of forgotten rows are not kept.
const MOST: usize = 256;

/// Σ w N(x; m, P); the first components are the places of birth, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Places {
    pub weight: Vec<f64>,
    pub states: States,
    births: usize,
}

impl Places {
    pub fn new(settings: &Settings) -> Self {
        let states = births(settings);
        let weight = match &settings.birth.place {
            Place::Mixture { initial, .. } => initial.clone(),
            _ => Vec::new(),
        };
        Self { weight, births: states.len(), states }
    }

    /// Unseen objects move, some die and new ones appear.
    pub fn advance(&mut self, settings: &Settings, dt_s: f64) -> Result<()> {
        if dt_s == 0.0 || self.weight.is_empty() {
            return Ok(());
        }
        self.states.predict(settings, &vec![dt_s; self.weight.len()])?;
        let survival = libm::exp(libm::log(settings.survival_per_s) * dt_s);
        self.weight.iter_mut().for_each(|weight| *weight *= survival);
        let Place::Mixture { rate_per_s, .. } = &settings.birth.place else {
            return Ok(());
        };
        let fresh = births(settings);
        for (k, rate) in rate_per_s.iter().enumerate() {
            let born = rate * exposure(settings, dt_s);
            let whole = self.weight[k] + born;
            if whole > 0.0 {
                let mut both = self.states.gather(&[k as u32]);
                both.append(&fresh.gather(&[k as u32]));
                let shares = [self.weight[k] / whole, born / whole];
                self.states.set_mixture(k, &both, 0..2, &shares);
            }
            self.weight[k] = whole;
        }
        Ok(())
    }

    /// A look that sees an object with the probability q leaves the share 1 − q unseen.
    pub fn thin(&mut self, sight: &Sight<'_>, axes: usize) {
        for (k, weight) in self.weight.iter_mut().enumerate() {
            *weight *= 1.0 - self.states.seen_by(sight, k, axes).seen;
        }
    }

    /// Takes in rows that are forgotten, each with the number of objects that it stands for.
    pub fn recycle(&mut self, rows: &States, weight: &[f64]) {
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

    pub fn is_whole(&self, dim: usize, models: usize) -> bool {
        (self.states.dim(), self.states.models()) == (dim, models)
            && self.states.is_whole(self.weight.len())
            && self.births <= self.weight.len()
    }
}

/// What appears at the known places.
fn births(settings: &Settings) -> States {
    let mut out = States::new(settings.motion.dim(), settings.motion.count());
    if let Place::Mixture { states, .. } = &settings.birth.place {
        let rows = states.dense_means();
        for (mean, cov) in rows.chunks_exact(states.dim()).zip(states.packed_covs()) {
            out.push(settings, mean, &cov, states.dim());
        }
    }
    out
}
