//! Where the detections of a scan may come from other than the known tracks.

use super::birth::Place;
use super::newborn::{Newborn, newborns};
use super::{Undetected, field};
use crate::Result;
use crate::assoc::gate::{Candidates, Detections, gate};
use crate::filter::project::project;
use crate::sensor::Sensor;
use crate::track::Settings;
use crate::track::merge::moments;
use crate::track::update::update_rows;

/// Of each detection the object that it would begin, and how likely that is.
#[derive(Clone, Debug)]
pub(in crate::track) struct Origins {
    /// The new object that each detection would be, if it can be one.
    pub newborns: Vec<Option<Newborn>>,
    /// The density of unseen objects behind each detection, ∫ λ p_D ℓ dx.
    pub born: Vec<f64>,
    /// That and clutter.
    pub elsewhere: Vec<f64>,
}

impl Undetected {
    /// `since_s`: how long ago this sensor looked before, nothing if never.
    pub fn origins(
        &self,
        settings: &Settings,
        sensor: &Sensor,
        detections: Detections<'_>,
        since_s: Option<f64>,
        reach: f64,
    ) -> Result<Origins> {
        let prior = settings.birth.prior(&settings.motion);
        let count = detections.values.len() / sensor.dim(prior.axes);
        let mut out = Origins {
            newborns: vec![None; count],
            born: vec![0.0; count],
            elsewhere: vec![sensor.clutter_density; count],
        };
        let anywhere = newborns(sensor, &prior, detections)?;
        for (k, newborn) in anywhere.into_iter().enumerate() {
            let position = &newborn.mean[..prior.axes];
            out.born[k] = match &settings.birth.place {
                Place::Uniform { region_m, .. } => {
                    let outside = region_m.as_ref().is_some_and(|region| {
                        region.iter().zip(position).any(|([low, high], x)| x < low || x > high)
                    });
                    let density = if outside { 0.0 } else { self.field.at(position) };
                    density * sensor.hit_weight() * newborn.likelihood
                }
                Place::Mixture { .. } => 0.0,
                Place::Detections { rate_per_s, initial } => {
                    let expected = since_s.map_or(*initial, |since_s| {
                        rate_per_s * field::exposure(settings, since_s)
                    });
                    shared(expected, count, sensor.clutter_density)
                }
            };
            out.newborns[k] = Some(newborn);
        }
        self.add_places(settings, sensor, detections, reach, &mut out)?;
        for (elsewhere, born) in out.elsewhere.iter_mut().zip(&out.born) {
            *elsewhere += born;
        }
        Ok(out)
    }

    /// Adds what the normal components expect: each detection's newborn is the mixture of all that
    /// may have made it, merged.
    fn add_places(
        &self,
        settings: &Settings,
        sensor: &Sensor,
        detections: Detections<'_>,
        reach: f64,
        out: &mut Origins,
    ) -> Result<()> {
        let axes = settings.motion.axes();
        let (weight, states) = (&self.places.weight, self.places.states.combined());
        if weight.is_empty() || detections.values.is_empty() {
            return Ok(());
        }
        let projection = project(sensor, &states, axes)?;
        let candidates = gate(sensor, &projection, weight.len(), detections, reach);
        let (component, mut share) = edges(&candidates, |row, edge| {
            let north = if axes > 1 { states.mean(row, 1) } else { 0.0 };
            let seen = sensor.coverage.sees(&sensor.pose, states.mean(row, 0), north);
            let hit = if seen { sensor.hit_weight() } else { 0.0 };
            weight[row] * hit * libm::exp(candidates.log_likelihood[edge])
        });
        let dim = states.dim();
        let mut updated = states.gather(&component);
        let projection = projection.gather(dim, &component);
        let _ = update_rows(sensor, &mut updated, &projection, detections, &candidates.detection);

        let mut by_detection: Vec<u32> = (0..candidates.detection.len() as u32).collect();
        by_detection.sort_by_key(|&edge| candidates.detection[edge as usize]); // stable
        for edges in by_detection
            .chunk_by(|&a, &b| candidates.detection[a as usize] == candidates.detection[b as usize])
        {
            let detection = candidates.detection[edges[0] as usize] as usize;
            let mut members: Vec<usize> = edges.iter().map(|&edge| edge as usize).collect();
            if let Some(newborn) = out.newborns[detection].take_if(|_| out.born[detection] > 0.0) {
                members.push(updated.len());
                share.push(out.born[detection]);
                updated.push(&newborn.mean, &newborn.cov);
            }
            let whole: f64 = members.iter().map(|&k| share[k]).sum();
            if whole > 0.0 {
                let shares: Vec<f64> = members.iter().map(|&k| share[k] / whole).collect();
                let (mean, cov) = moments(&updated, members.into_iter(), &shares);
                out.newborns[detection] = Some(Newborn::new(dim, &mean, &cov));
                out.born[detection] = whole;
            }
        }
        Ok(())
    }
}

/// For each edge its row, and what `weigh` says.
fn edges(candidates: &Candidates, weigh: impl Fn(usize, usize) -> f64) -> (Vec<u32>, Vec<f64>) {
    let rows = 0..candidates.indptr.len() - 1;
    rows.flat_map(|row| candidates.of(row).map(move |edge| (row, edge)))
        .map(|(row, edge)| (row as u32, weigh(row, edge)))
        .unzip()
}

/// The density λ p_D ℓ at which a detection is new with the probability `expected` / `count`.
fn shared(expected: f64, count: usize, clutter_density: f64) -> f64 {
    let new = (expected / count as f64).min(0.5);
    new / (1.0 - new) * clutter_density.max(f64::MIN_POSITIVE)
}
