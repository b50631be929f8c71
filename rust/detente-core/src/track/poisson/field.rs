//! The part of the undetected intensity that knows no places but where sensors have looked.
//!
//! Its density is uniform until a sensor with a limited view looks: from then on it is kept in
//! cells, thinner where somebody has looked. Cells grow back as objects appear and as others come
//! in from around: across the rim of a disc of radius R with velocities of deviation σ per axis
//! the share √(2/π) σ / R of what it can hold enters each second.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_2_PI;

use serde::{Deserialize, Serialize};

use crate::sensor::{Coverage, Pose};
use crate::track::Settings;

/// A cell is so much smaller than the range of the first sensor with a limited view.
const CELLS_PER_RANGE: f64 = 10.0;
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

    /// A look at everything it covers leaves an object unseen with this probability.
    pub fn thin(&mut self, coverage: Coverage, pose: &Pose, velocity_std_m_s: f64, unseen: f64) {
        let Some(range_m) = coverage.range_m() else {
            self.density *= unseen;
            self.cells.values_mut().for_each(|density| *density *= unseen);
            return;
        };
        if self.cell_m == 0.0 {
            self.cell_m = range_m / CELLS_PER_RANGE;
            self.refill_per_s = FRAC_2_PI.sqrt() * velocity_std_m_s / range_m;
        }
        let reach = (range_m / self.cell_m).ceil() as i32;
        let (east, north) = self.cell(pose.position_m[0], pose.position_m[1]);
        for i in east.saturating_sub(reach)..=east.saturating_add(reach) {
            for j in north.saturating_sub(reach)..=north.saturating_add(reach) {
                let middle = |k: i32| (f64::from(k) + 0.5) * self.cell_m;
                if coverage.sees(pose, middle(i), middle(j)) {
                    *self.cells.entry((i, j)).or_insert(self.density) *= unseen;
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
