//! Where the detections of a scan may come from other than the known tracks.

use super::birth::Place;
use super::newborn::{Newborn, newborns};
use super::{Undetected, field};
use crate::assoc::gate::{Candidates, Detections, gate};
use crate::filter::project::project;
use crate::sensor::{Model, Sensor, View};
use crate::track::Settings;
use crate::track::canonical::Canonical;
use crate::track::merge::moments;
use crate::track::update::update_rows;
use crate::{Error, Result};

/// A new object that a detection may begin.
#[derive(Clone, Debug)]
pub(in crate::track) struct Origin {
    /// Its state.
    pub newborn: Newborn,
    /// The density of such unseen objects behind the detection, ∫ λ p_D ℓ dx.
    pub born: f64,
}

/// Of each detection the objects that it may begin, at most one of which it is, and how likely.
#[derive(Clone, Debug)]
pub(in crate::track) struct Origins {
    /// None if it can begin none, or one that [`Origins::plain`] makes; several where one Gaussian
    /// cannot say where it would be.
    pub parts: Vec<Vec<Origin>>,
    /// The density of unseen objects behind each detection, of all parts.
    pub born: Vec<f64>,
    /// That and clutter.
    pub elsewhere: Vec<f64>,
}

impl Origins {
    /// The one object that a detection begins right where it was, made only when it is needed:
    /// most detections are of objects that are known.
    ///
    /// # Errors
    /// None of a sensor of positions or boxes.
    pub fn plain(
        settings: &Settings,
        sensor: &Sensor,
        one: Detections<'_>,
        born: f64,
    ) -> Result<Vec<Origin>> {
        let parts = newborns(sensor, &settings.birth.prior(&settings.motion), one)?;
        Ok(parts.into_iter().flatten().map(|newborn| Origin { newborn, born }).collect())
    }
}

impl Undetected {
    /// `since_s`: how long ago this sensor looked before, nothing if never.
    pub fn origins(
        &self,
        settings: &Settings,
        sensor: &Sensor,
        scan: &Canonical<'_>,
        since_s: Option<f64>,
        reach: f64,
    ) -> Result<Origins> {
        let (prior, detections) = (settings.birth.prior(&settings.motion), scan.detections());
        let rows = detections.values.chunks_exact(sensor.dim(prior.axes));
        let count = rows.len();
        let is_plain = self.places.weight.is_empty() && is_plain(sensor);
        let anywhere = if is_plain { Vec::new() } else { newborns(sensor, &prior, detections)? };
        let (view, hit) = (View::from(&sensor.pose), sensor.hit_weight());
        let mut elsewhere = match scan.clutter_density() {
            Some(each) => each.to_vec(),
            None => clutter(sensor, &view, rows.clone(), is_plain, &anywhere)?,
        };
        elsewhere.iter_mut().zip(rows.clone()).for_each(|(c, z)| *c *= sensor.unit_density(z));
        let expected = match &settings.birth.place {
            Place::Detections { rate_per_s, initial } => {
                since_s.map_or(*initial, |since_s| rate_per_s * field::exposure(settings, since_s))
            }
            _ => 0.0,
        };
        // of an object that may be at a position with a likelihood, as a share of all at this place
        let weigh =
            |k: usize, position: &[f64], likelihood: f64, share: f64| match &settings.birth.place {
                Place::Uniform { region_m, .. } => {
                    let outside = region_m.as_ref().is_some_and(|region| {
                        region.iter().zip(position).any(|([low, high], x)| x < low || x > high)
                    });
                    let density = if outside { 0.0 } else { self.field.at(position) };
                    density * hit.at(&view, ground(position)) * likelihood
                }
                Place::Mixture { .. } => 0.0,
                Place::Detections { .. } => shared(expected, count, elsewhere[k]) * share,
            };
        let mut out = Origins {
            parts: vec![Vec::new(); count],
            born: vec![0.0; count],
            elsewhere: Vec::new(),
        };
        if is_plain {
            for (k, z) in rows.enumerate() {
                out.born[k] = weigh(k, &z[..prior.axes], sensor.unit_density(z), 1.0);
            }
        }
        for (k, parts) in anywhere.into_iter().enumerate() {
            let volume: f64 = parts.iter().map(|part| part.likelihood).sum();
            let alone = parts.len() == 1;
            for newborn in parts {
                let share = if alone { 1.0 } else { newborn.likelihood / volume };
                let born = weigh(k, &newborn.mean[..prior.axes], newborn.likelihood, share);
                out.parts[k].push(Origin { newborn, born });
            }
        }
        out.elsewhere = elsewhere;
        self.add_places(settings, sensor, detections, reach, &mut out)?;
        for k in 0..count {
            if !is_plain {
                out.born[k] = out.parts[k].iter().map(|part| part.born).sum();
            }
            out.elsewhere[k] += out.born[k];
        }
        Ok(out)
    }

    /// Adds what the normal components expect: each detection's newborn is the mixture of all that
    /// may have made it, merged; beside several parts it stands as one more.
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
        let sight = sensor.sight();
        let hit: Vec<f64> = (0..weight.len())
            .map(|row| self.places.states.seen_by(&sight, row, axes).seen)
            .collect();
        let (component, mut share) = edges(&candidates, |row, edge| {
            weight[row] * hit[row] * libm::exp(candidates.log_likelihood[edge])
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
            let parts = &mut out.parts[detection];
            if parts.len() <= 1
                && let Some(part) = parts.pop().filter(|part| part.born > 0.0)
            {
                members.push(updated.len());
                share.push(part.born);
                updated.push(&part.newborn.mean, &part.newborn.cov);
            }
            let whole: f64 = members.iter().map(|&k| share[k]).sum();
            if whole > 0.0 {
                let shares: Vec<f64> = members.iter().map(|&k| share[k] / whole).collect();
                let (mean, cov) = moments(&updated, members.into_iter(), &shares);
                let newborn = Newborn::new(dim, &mean, &cov);
                out.parts[detection].push(Origin { newborn, born: whole });
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

/// Whether a detection begins an object right where it was, with a likelihood of 1 per unit of the
/// sensor's densities.
fn is_plain(sensor: &Sensor) -> bool {
    matches!(sensor.model, Model::Position | Model::Box)
}

/// The density of clutter at each detection.
fn clutter<'a>(
    sensor: &Sensor,
    view: &View,
    rows: impl ExactSizeIterator<Item = &'a [f64]>,
    is_plain: bool,
    newborns: &[Vec<Newborn>],
) -> Result<Vec<f64>> {
    if let Some(density) = sensor.clutter_density.constant() {
        return Ok(vec![density; rows.len()]);
    }
    let at = |position: &[f64]| sensor.clutter_density.at(view, ground(position));
    if is_plain {
        return Ok(rows.map(at).collect());
    }
    if newborns.len() != rows.len() {
        return Err(Error::Setting {
            what: "clutter_density",
            expected: "one number, for a sensor whose measurements have no position",
            found: "a table or a raster".to_owned(),
        });
    }
    Ok(newborns.iter().map(|parts| at(&parts[0].mean)).collect())
}

/// East and north of a position; one axis has north 0.
fn ground(position: &[f64]) -> [f64; 2] {
    [position[0], position.get(1).copied().unwrap_or(0.0)]
}

/// The density λ p_D ℓ at which a detection is new with the probability `expected` / `count`.
fn shared(expected: f64, count: usize, clutter_density: f64) -> f64 {
    let new = (expected / count as f64).min(0.5);
    new / (1.0 - new) * clutter_density.max(f64::MIN_POSITIVE)
}
