//! How much each row speaks for each detection, in the terms that every association shares.
//!
//! Weights are relative to the detection having come from elsewhere (clutter, an object not yet
//! seen): a row with existence r that made the detection j weighs r h ℓ / β, a row that made none
//! 1 − r q.

use std::ops::Range;

use super::pmbm::log_sum;
use crate::assoc::gate::Candidates;

/// h, the weight of a detection of an object that is covered.
#[derive(Clone, Debug)]
pub(super) enum Hit {
    /// The same for all rows.
    Same(f64),
    /// Of each row.
    Each(Vec<f64>),
}

impl Hit {
    pub fn of(&self, row: usize) -> f64 {
        match self {
            Self::Same(hit) => *hit,
            Self::Each(hits) => hits[row],
        }
    }
}

/// What the association needs to know about rows and detections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<'a> {
    /// r of each row.
    pub existence: &'a [f64],
    /// q of each row: the probability that it is seen if it exists.
    pub seen: &'a [f64],
    /// h: p_D of a scanning sensor, the rate of a reporting one.
    pub hit: &'a Hit,
    /// β of each detection.
    pub elsewhere: &'a [f64],
}

impl Weights<'_> {
    /// log β of each detection.
    pub fn log_elsewhere(&self) -> Vec<f64> {
        self.elsewhere.iter().map(|&b| libm::log(b.max(f64::MIN_POSITIVE))).collect()
    }

    /// 1 − r q.
    pub fn missed(&self, row: usize) -> f64 {
        (1.0 - self.existence[row] * self.seen[row]).max(f64::MIN_POSITIVE)
    }

    /// The existence of a row that was not detected, r (1 − q) / (1 − r q).
    pub fn missed_existence(&self, row: usize) -> f64 {
        self.existence[row] * (1.0 - self.seen[row]) / self.missed(row)
    }
}

/// The logarithms of the weights.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    /// log (r h ℓ / β) of each candidate.
    pub edge: Vec<f64>,
    /// log (1 − r q) of each row.
    pub miss: Vec<f64>,
}

impl Weighed {
    pub fn new(candidates: &Candidates, weights: &Weights<'_>) -> Self {
        let log_elsewhere = weights.log_elsewhere();
        let mut edge = Vec::with_capacity(candidates.detection.len());
        let rows = weights.existence.len();
        for row in 0..rows {
            let edges = candidates.of(row);
            if edges.is_empty() {
                continue;
            }
            let log_hit =
                libm::log((weights.existence[row] * weights.hit.of(row)).max(f64::MIN_POSITIVE));
            edge.extend(edges.map(|edge| {
                let detection = candidates.detection[edge] as usize;
                log_hit + candidates.log_likelihood[edge] - log_elsewhere[detection]
            }));
        }
        Self { edge, miss: (0..rows).map(|row| libm::log(weights.missed(row))).collect() }
    }
}

/// The candidates of mixtures from those of their members: log Σ w ℓ.
pub(super) fn mixtures(
    each: &Candidates,
    mixtures: impl Iterator<Item = Range<usize>>,
    log_weight: impl Fn(usize) -> f64,
) -> Candidates {
    let mut out = Candidates { indptr: vec![0], ..Candidates::default() };
    for members in mixtures {
        let weighted = |member: usize| {
            let log_weight = log_weight(member);
            each.of(member).map(move |edge| (edge, log_weight))
        };
        let mut edges: Vec<(u32, f64)> = members
            .flat_map(weighted)
            .map(|(edge, log)| (each.detection[edge], log + each.log_likelihood[edge]))
            .filter(|(_, log)| *log > f64::NEG_INFINITY)
            .collect();
        edges.sort_by_key(|&(detection, _)| detection); // stable
        for same in edges.chunk_by(|a, b| a.0 == b.0) {
            let logs: Vec<f64> = same.iter().map(|&(_, log)| log).collect();
            out.detection.push(same[0].0);
            out.log_likelihood.push(log_sum(&logs));
        }
        out.indptr.push(out.detection.len());
    }
    out
}
