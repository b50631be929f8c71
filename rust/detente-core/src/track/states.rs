//! What is believed of the states of many objects: of each one Gaussian, or with interacting models
//! one for each model, with the probability that the object follows it.

use serde::{Deserialize, Serialize};

use super::Settings;
use super::merge::moments;
use crate::Result;
use crate::filter::imm;
use crate::filter::predict::predict;
use crate::gaussian::Gaussians;
use crate::linalg::{MAX_DIM, packed_len};
use crate::motion::Dynamics;
use crate::sensor::{Seen, Sight};

/// n rows of M entries, the models of a row side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct States {
    models: usize,
    entries: Gaussians,
    /// μ of each entry.
    probability: Vec<f64>,
}

impl States {
    pub(super) fn new(dim: usize, models: usize) -> Self {
        Self { models, entries: Gaussians::new(dim), probability: Vec::new() }
    }

    /// The dimension of the state.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.entries.dim()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.probability.len() / self.models
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.probability.is_empty()
    }

    /// M: how many models there are.
    #[must_use]
    pub fn models(&self) -> usize {
        self.models
    }

    /// The Gaussian of each model of each object, model m of row r at r M + m.
    #[must_use]
    pub fn entries(&self) -> &Gaussians {
        &self.entries
    }

    pub(super) fn entries_mut(&mut self) -> &mut Gaussians {
        &mut self.entries
    }

    /// The probability of each model (n × M).
    #[must_use]
    pub fn probability(&self) -> &[f64] {
        &self.probability
    }

    /// The entries of the given rows.
    pub(super) fn entries_of(&self, rows: &[u32]) -> Vec<u32> {
        let models = self.models as u32;
        rows.iter().flat_map(|&row| row * models..(row + 1) * models).collect()
    }

    /// Mean and covariance of each object, whichever model it follows.
    #[must_use]
    pub fn combined(&self) -> Gaussians {
        match self.models {
            1 => self.entries.clone(),
            models => imm::combine(models, &self.entries, &self.probability),
        }
    }

    /// Component `i` of an object's mean.
    #[must_use]
    pub fn mean(&self, row: usize, i: usize) -> f64 {
        if self.models == 1 {
            return self.entries.mean(row, i);
        }
        let entries = row * self.models..(row + 1) * self.models;
        entries.map(|entry| self.probability[entry] * self.entries.mean(entry, i)).sum()
    }

    /// Entry (i, j) of an object's covariance.
    #[must_use]
    pub fn cov(&self, row: usize, i: usize, j: usize) -> f64 {
        if self.models == 1 {
            return self.entries.cov(row, i, j);
        }
        let (x, y) = (self.mean(row, i), self.mean(row, j));
        let entries = row * self.models..(row + 1) * self.models;
        entries
            .map(|entry| {
                let off = (self.entries.mean(entry, i) - x) * (self.entries.mean(entry, j) - y);
                self.probability[entry] * (self.entries.cov(entry, i, j) + off)
            })
            .sum()
    }

    /// How likely a sensor sees an object; a state of one axis has north 0.
    pub(super) fn seen_by(&self, sight: &Sight<'_>, row: usize, axes: usize) -> Seen {
        let (east, variance) = (self.mean(row, 0), self.cov(row, 0, 0));
        if axes == 1 {
            return sight.of_normal([east, 0.0], [variance, 0.0, 0.0]);
        }
        let cov = [variance, self.cov(row, 1, 0), self.cov(row, 1, 1)];
        sight.of_normal([east, self.mean(row, 1)], cov)
    }

    /// Appends an object of which the first `known` components are known, its covariance packed.
    pub(super) fn push(&mut self, settings: &Settings, mean: &[f64], cov: &[f64], known: usize) {
        let Dynamics::Interacting(models) = &settings.motion else {
            self.entries.push(mean, cov);
            self.probability.push(1.0);
            return;
        };
        let mut one = Gaussians::new(self.dim());
        one.push(mean, cov);
        if let Some(modes) = settings.modes() {
            self.entries.append(&imm::begin(&modes, &one, known));
            self.probability.extend_from_slice(models.initial());
        }
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.entries.append(&other.entries);
        self.probability.extend_from_slice(&other.probability);
    }

    /// The given rows, in the given order.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        let entries = self.entries_of(rows);
        Self {
            models: self.models,
            probability: entries.iter().map(|&entry| self.probability[entry as usize]).collect(),
            entries: self.entries.gather(&entries),
        }
    }

    /// Writes those of `other` over the given rows; the inverse of [`Self::gather`].
    pub(super) fn scatter(&mut self, rows: &[u32], other: &Self) {
        let entries = self.entries_of(rows);
        self.entries.scatter(&entries, &other.entries);
        for (&entry, &probability) in entries.iter().zip(&other.probability) {
            self.probability[entry as usize] = probability;
        }
    }

    /// Brings each object by its own time step to a later time.
    pub(super) fn predict(&mut self, settings: &Settings, dt_s: &[f64]) -> Result<()> {
        match (&settings.motion, settings.modes()) {
            (Dynamics::Single(motion), _) => predict(motion, &mut self.entries, dt_s),
            (Dynamics::Interacting(models), Some(modes)) => {
                imm::predict(models, &modes, &mut self.entries, &mut self.probability, dt_s)
            }
            (Dynamics::Interacting(_), None) => Ok(()), // several models have modes
        }
    }

    /// Weighs the models of one object by log likelihoods.
    pub(super) fn reweigh(&mut self, row: usize, log_likelihood: &[f64]) {
        let entries = row * self.models..(row + 1) * self.models;
        imm::reweigh(self.models, &mut self.probability[entries], log_likelihood);
    }

    /// The likeliest model of an object, as its entry.
    pub(super) fn likeliest(&self, row: usize) -> usize {
        let mut best = row * self.models;
        for entry in best + 1..(row + 1) * self.models {
            if self.probability[entry] > self.probability[best] {
                best = entry;
            }
        }
        best
    }

    /// Writes over a row the mixture of some objects of `from`; the weights add up to 1.
    pub(super) fn set_mixture(
        &mut self,
        row: usize,
        from: &Self,
        members: impl Iterator<Item = usize> + Clone,
        weights: &[f64],
    ) {
        let models = self.models;
        for model in 0..models {
            let entries = members.clone().map(|member| member * models + model);
            let shares = entries.clone().zip(weights);
            let mut own: Vec<f64> =
                shares.map(|(entry, weight)| weight * from.probability[entry]).collect();
            let whole: f64 = own.iter().sum();
            if whole > 0.0 {
                own.iter_mut().for_each(|share| *share /= whole);
            } else {
                own.copy_from_slice(weights); // a model that nobody follows
            }
            let (mean, cov): ([f64; MAX_DIM], [f64; packed_len(MAX_DIM)]) =
                moments(&from.entries, entries, &own);
            self.entries.set(row * models + model, &mean, &cov);
            self.probability[row * models + model] = whole;
        }
        let all = &mut self.probability[row * models..(row + 1) * models];
        let total: f64 = all.iter().sum();
        if models == 1 {
            all[0] = 1.0;
        } else if total > 0.0 {
            all.iter_mut().for_each(|p| *p /= total);
        }
    }

    pub(super) fn is_whole(&self, len: usize) -> bool {
        self.models > 0
            && len.checked_mul(self.models) == Some(self.probability.len())
            && self.entries.is_whole(self.probability.len())
    }
}
