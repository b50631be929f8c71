//! The points of a recording smoothed: each by what was seen of its track up to a lag later.

use std::mem::take;
use std::ops::Range;

use super::Settings;
use super::recorded::Recorded;
use crate::Result;
use crate::filter::imm::{self, History};
use crate::filter::linearise::linearise;
use crate::filter::smooth::smooth;
use crate::motion::Dynamics;

impl Recorded {
    /// Smooths track after track, each point by those of the following that are at most `lag_s`
    /// later (Rauch, Tung and Striebel 1965, extended or unscented where the motion is not linear;
    /// interacting models as in [`imm::smooth`]). A lag of zero leaves all as it was filtered, an
    /// infinite one smooths by the whole track.
    pub(super) fn smooth(&mut self, settings: &Settings, lag_s: f64) -> Result<()> {
        if lag_s <= 0.0 {
            return Ok(());
        }
        let filtered = History {
            mean: take(&mut self.mean),
            cov: take(&mut self.cov),
            probability: take(&mut self.mode_probability),
        };
        let mut smoothed = filtered.clone();
        let (models, dim) = (self.models, self.dim);
        let widths = [models * dim, models * dim * dim, models];
        let mut start = 0;
        for track in self.track.chunk_by(|a, b| a == b) {
            let times_s = &self.time_s[start..start + track.len()];
            for Pass { seen, kept } in passes(times_s, lag_s) {
                let mut part = steps(&filtered, start + seen.start..start + seen.end, widths);
                smooth_by(settings, &mut part, &times_s[seen])?;
                put(&mut smoothed, start + kept.start, &part, kept.len(), widths);
            }
            start += track.len();
        }
        (self.mean, self.cov) = (smoothed.mean, smoothed.cov);
        self.mode_probability = smoothed.probability;
        Ok(())
    }
}

/// One pass backwards through some points, of which the first are kept: those whose lags end with
/// the last.
#[derive(Clone, Debug, PartialEq)]
struct Pass {
    seen: Range<usize>,
    kept: Range<usize>,
}

/// The passes that smooth every point of a track by its own lag.
fn passes(times_s: &[f64], lag_s: f64) -> Vec<Pass> {
    let end = |point: usize| times_s.partition_point(|&later| later <= times_s[point] + lag_s);
    let mut out = Vec::new();
    let mut first = 0;
    while first < times_s.len() {
        let last = end(first);
        let next = (first..last).find(|&point| end(point) > last).unwrap_or(last);
        out.push(Pass { seen: first..last, kept: first..next });
        first = next;
    }
    out
}

/// Smooths the filtered points of one track.
fn smooth_by(settings: &Settings, points: &mut History, times_s: &[f64]) -> Result<()> {
    let dt_s = |k: usize| times_s[k + 1] - times_s[k];
    match (&settings.motion, settings.modes()) {
        (Dynamics::Single(motion), _) => {
            smooth(motion.dim(), &mut points.mean, &mut points.cov, |k, state, out| {
                linearise(motion, state, dt_s(k), out)
            })
        }
        (Dynamics::Interacting(models), Some(modes)) => imm::smooth(
            &modes,
            points,
            |k| models.chain().transition(dt_s(k)),
            |k, model, state, out| linearise(&models.models()[model], state, dt_s(k), out),
        ),
        (Dynamics::Interacting(_), None) => Ok(()), // several models have modes
    }
}

/// Some steps of a history, whose rows are as wide as told.
fn steps(history: &History, which: Range<usize>, widths: [usize; 3]) -> History {
    let part = |values: &[f64], width: usize| {
        values[which.start * width..][..which.len() * width].to_vec()
    };
    let [mean, cov, probability] = widths;
    History {
        mean: part(&history.mean, mean),
        cov: part(&history.cov, cov),
        probability: part(&history.probability, probability),
    }
}

/// Writes the first steps of a history over those of another from `at` on.
fn put(history: &mut History, at: usize, from: &History, count: usize, widths: [usize; 3]) {
    let write = |to: &mut [f64], from: &[f64], width: usize| {
        to[at * width..][..count * width].copy_from_slice(&from[..count * width]);
    };
    let [mean, cov, probability] = widths;
    write(&mut history.mean, &from.mean, mean);
    write(&mut history.cov, &from.cov, cov);
    write(&mut history.probability, &from.probability, probability);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_kept_once_from_the_pass_that_ends_with_its_lag() {
        let times_s = [0.0, 1.0, 1.0, 2.5, 4.0, 9.0];
        for lag_s in [0.5, 1.0, 2.0, 100.0, f64::INFINITY] {
            let mut next = 0;
            for Pass { seen, kept } in passes(&times_s, lag_s) {
                assert_eq!((seen.start, kept.start), (next, next));
                for point in kept.clone() {
                    let within = times_s.iter().filter(|&&t| t <= times_s[point] + lag_s).count();
                    assert_eq!(seen.end, within);
                }
                next = kept.end;
            }
            assert_eq!(next, times_s.len());
        }
        assert_eq!(passes(&times_s, f64::INFINITY).len(), 1);
    }
}
