//! Names that are never wrong (ε = 0): a detection goes to the living track of its name, however
//! far away that is, and to no other; it begins a track only where none bears its name.
//!
//! Clutter and objects not yet seen do not bear the name of an object that is known, so that such
//! a detection has no other origin (β = 0).

use std::borrow::Cow;

use super::Tracker;
use super::canonical::Canonical;
use super::identity::{Named, UNNAMED};
use super::pmbm::log_sum;
use super::store::Store;
use super::update::measures;
use crate::assoc::gate::Candidates;
use crate::filter::project::Projection;
use crate::sensor::{Sensor, wrap};

/// No detection of its own name is less likely than this to a track, in logarithms: how far off it
/// is does not matter.
const LEAST: f64 = -300.0;

/// The names of a scan, if they are never wrong.
fn certain<'a>(scan: &'a Canonical<'_>) -> Option<Named<'a>> {
    scan.named().filter(|named| named.error == 0.0)
}

/// The rows that bear a name of the scan.
pub(super) fn bearers(rows: &Store, scan: &Canonical<'_>) -> Vec<u32> {
    let Some((named, known)) = certain(scan).and_then(|n| Some((n, rows.names.sure(n.by)?))) else {
        return Vec::new();
    };
    let bears =
        |row: &u32| known[*row as usize] != UNNAMED && named.code.contains(&known[*row as usize]);
    (0..rows.len() as u32).filter(bears).collect()
}

/// Leaves each detection that bears the name of a living row to that row alone, and each named row
/// to the detections of its name and to those without one.
pub(super) fn bind(
    candidates: Candidates,
    rows: &Store,
    scan: &Canonical<'_>,
    sensor: &Sensor,
    projection: &Projection,
) -> Candidates {
    let Some((named, known)) = certain(scan).and_then(|n| Some((n, rows.names.sure(n.by)?))) else {
        return candidates;
    };
    let taken: Vec<bool> = named.code.iter().map(|&code| is_known(rows, &known, code)).collect();
    let mut out = Candidates { indptr: vec![0], ..Candidates::default() };
    for row in 0..rows.len() {
        let near = candidates.of(row);
        let gated = |k: usize| {
            let edge = candidates.detection[near.clone()].iter().position(|&d| d as usize == k)?;
            Some(candidates.log_likelihood[near.start + edge])
        };
        for (k, &code) in named.code.iter().enumerate() {
            let own = code != UNNAMED && known[row] == code && rows.existence[row] > 0.0;
            let edge = match own {
                true => gated(k).or_else(|| Some(far(rows, row, scan, k, sensor, projection))),
                false if taken[k] || (code != UNNAMED && known[row] != UNNAMED) => None,
                false => gated(k),
            };
            if let Some(log_likelihood) = edge {
                out.detection.push(k as u32);
                out.log_likelihood.push(if own {
                    log_likelihood.max(LEAST)
                } else {
                    log_likelihood
                });
            }
        }
        out.indptr.push(out.detection.len());
    }
    out
}

/// β, without a share for detections whose name is known.
pub(super) fn elsewhere<'a>(
    density: &'a [f64],
    rows: &Store,
    scan: &Canonical<'_>,
) -> Cow<'a, [f64]> {
    let Some((named, known)) = certain(scan).and_then(|n| Some((n, rows.names.sure(n.by)?))) else {
        return Cow::Borrowed(density);
    };
    let each = density.iter().zip(named.code);
    each.map(|(&beta, &code)| if is_known(rows, &known, code) { 0.0 } else { beta }).collect()
}

impl Tracker {
    /// Whether a detection bears the name of a track that lives.
    pub(super) fn knows(&self, scan: &Canonical<'_>, detection: usize) -> bool {
        let Some(named) = certain(scan) else { return false };
        let code = named.code[detection];
        let Some(known) = self.store.names.sure(named.by).filter(|_| code != UNNAMED) else {
            return false;
        };
        let heard_s = &self.store.last_detection_time_s;
        let lives = |row: usize| scan.time_s - heard_s[row] <= self.settings.longest_silence_s;
        (0..known.len())
            .any(|row| known[row] == code && self.store.existence[row] > 0.0 && lives(row))
    }
}

fn is_known(rows: &Store, known: &[u64], code: u64) -> bool {
    let alive = known.iter().zip(&rows.existence);
    code != UNNAMED && alive.into_iter().any(|(&own, &existence)| own == code && existence > 0.0)
}

/// log Σ μ N(z; ẑ, S) of a detection beyond the gate, over the models of a row.
fn far(
    rows: &Store,
    row: usize,
    scan: &Canonical<'_>,
    detection: usize,
    sensor: &Sensor,
    projection: &Projection,
) -> f64 {
    let (m, detections) = (projection.dim, scan.detections());
    let z = &detections.values[detection * m..][..m];
    let noise = detections.noise.of(m, detection);
    let models = rows.states.models();
    let of_model = |entry: usize| {
        let innovation: Vec<f64> = (0..m)
            .map(|i| {
                let off = z[i] - projection.lane(entry, i);
                if sensor.is_angle(i) { wrap(off) } else { off }
            })
            .collect();
        let (squared, log_volume) = measures(projection, entry, &innovation, noise);
        let constant = 0.5 * m as f64 * libm::log(std::f64::consts::TAU);
        let weight = if models > 1 { libm::log(rows.states.probability()[entry]) } else { 0.0 };
        let log = weight - 0.5 * squared - log_volume - constant;
        if log.is_nan() { LEAST } else { log }
    };
    log_sum(&(row * models..(row + 1) * models).map(of_model).collect::<Vec<f64>>())
}
