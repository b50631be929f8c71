//! The part of the undetected intensity that knows no places but where sensors have looked.
//!
//! Its density is uniform until a sensor with a limited view looks: from then on it is kept in
//! cells, thinner where somebody has looked. Cells grow back as objects appear and as others come
//! in from around: across the rim of a disc of radius R with velocities of deviation σ per axis
//! the share √(2/π) σ / R of what it can hold enters each second.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_2_PI;

use serde::{Deserialize, Serialize};

use crate::sensor::Sight;
use crate::track::Settings;

/// So many cells lie along the longer side of what the first sensor with a limited view reaches.
const CELLS_PER_SIDE: f64 = 20.0;
/// A cell within this share of the rest is like the rest.
const ALIKE: f64 = 1e-3;

/// Objects per m^axes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Field {
    /// Where no limited view has looked.
    density: f64,
    /// The side of a cell, zero before there are any \[m\].
    cell_m: f64,
    /// How fast a cell fills from around \[1/s\].
    refill_per_s: f64,
    /// Cells by their numbers along east and north.
    cells: BTreeMap<(i32, i32), f64>,
}

impl Field {
    pub fn new(density: f64) -> Self {
        Self { density, cell_m: 0.0, refill_per_s: 0.0, cells: BTreeMap::new() }
    }

    /// λ(t + Δt) = λ(t) s^Δt + rate · ∫₀^Δt s^τ dτ, and what comes in from around.
    pub fn advance(&mut self, settings: &Settings, rate_density: f64, dt_s: f64) {
        let survival = libm::exp(libm::log(settings.survival_per_s) * dt_s);
        let born = rate_density * exposure(settings, dt_s);
        self.density = self.density * survival + born;
        let (stays, rest) = (libm::exp(-self.refill_per_s * dt_s), self.density);
        self.cells.retain(|_, density| {
            let own = *density * survival + born;
            *density = rest + (own - rest) * stays;
            (*density - rest).abs() > ALIKE * rest
        });
    }

    /// A look that sees an object at x with the probability q(x) leaves the share 1 − q(x) unseen;
    /// of a cell, the mean of it.
    pub fn thin(&mut self, sight: &Sight<'_>, velocity_std_m_s: f64) {
        let Some([east, north]) = sight.coverage.bounds(&sight.view) else {
            let unseen = 1.0 - sight.probability.at(&sight.view, [0.0; 2]); // the same everywhere
            self.density *= unseen;
            self.cells.values_mut().for_each(|density| *density *= unseen);
            return;
        };
        if self.cell_m == 0.0 {
            let side_m = (east[1] - east[0]).max(north[1] - north[0]);
            self.cell_m = side_m / CELLS_PER_SIDE;
            self.refill_per_s = FRAC_2_PI.sqrt() * velocity_std_m_s / (0.5 * side_m);
        }
        let (first, last) = (self.cell(east[0], north[0]), self.cell(east[1], north[1]));
        for i in first.0..=last.0 {
            for j in first.1..=last.1 {
                let middle = [i, j].map(|k| (f64::from(k) + 0.5) * self.cell_m);
                let seen = sight.of_cell(middle, self.cell_m).seen;
                if seen > 0.0 {
                    *self.cells.entry((i, j)).or_insert(self.density) *= 1.0 - seen;
                }
            }
        }
    }

    /// λ at a place.
    pub fn at(&self, position: &[f64]) -> f64 {
        if self.cells.is_empty() {
            return self.density;
        }
        let north = position.get(1).copied().unwrap_or(0.0);
        self.cells.get(&self.cell(position[0], north)).copied().unwrap_or(self.density)
    }

    fn cell(&self, east_m: f64, north_m: f64) -> (i32, i32) {
        ((east_m / self.cell_m).floor() as i32, (north_m / self.cell_m).floor() as i32)
    }
}

/// ∫₀^Δt s^τ dτ: the time for which those born meanwhile have had to live.
pub(super) fn exposure(settings: &Settings, dt_s: f64) -> f64 {
    let log_survival = libm::log(settings.survival_per_s);
    if log_survival < 0.0 { libm::expm1(log_survival * dt_s) / log_survival } else { dt_s }
}
