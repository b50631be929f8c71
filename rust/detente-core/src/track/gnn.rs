//! Global nearest neighbour with probabilities of existence.
//!
//! A row with existence r that is given the detection j either exists and made it, or does not
//! exist and j came from elsewhere (density β: clutter and unseen objects): the weight is
//! (1 − r) β + r h ℓ, with h the weight of a detection. Left without a detection it weighs
//! 1 − r q, with q the probability that it would have been seen. The allocation of the largest
//! product is chosen, and existence is updated as if it were right: a conditional score, as in
//! integrated probabilistic data association with one validated detection (Mušicki, Evans and
//! Stanković 1994) under a single global hypothesis.

use crate::Result;
use crate::assoc::assign::{MISS, Sparse, Workspace, assign};
use crate::assoc::gate::Candidates;

/// Which detection each row is given, and what that says of its existence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Allocation {
    /// The detection, or [`MISS`].
    pub detection: Vec<u32>,
    /// The probability of existence afterwards.
    pub existence: Vec<f64>,
}

/// What the association needs to know about rows and detections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<'a> {
    /// r of each row.
    pub existence: &'a [f64],
    /// q of each row: the probability that it is seen if it exists.
    pub seen: &'a [f64],
    /// h: p_D of a scanning sensor, the rate of a reporting one.
    pub hit: f64,
    /// β of each detection.
    pub elsewhere: &'a [f64],
}

pub(super) fn allocate(candidates: &Candidates, weights: Weights<'_>) -> Result<Allocation> {
    let log_elsewhere: Vec<f64> =
        weights.elsewhere.iter().map(|&b| libm::log(b.max(f64::MIN_POSITIVE))).collect();
    let rows = weights.existence.len();
    let mut log_odds = Vec::with_capacity(candidates.detection.len());
    let mut cost = Vec::with_capacity(candidates.detection.len());
    for row in 0..rows {
        let (r, q) = (weights.existence[row], weights.seen[row]);
        let edges = candidates.indptr[row]..candidates.indptr[row + 1];
        if edges.is_empty() {
            continue;
        }
        let log_unseen = libm::log((1.0 - r * q).max(f64::MIN_POSITIVE));
        let log_hit = libm::log(r * weights.hit);
        for edge in edges {
            let detection = candidates.detection[edge] as usize;
            let odds = log_hit + candidates.log_likelihood[edge] - log_elsewhere[detection];
            log_odds.push(odds);
            cost.push(log_unseen - log_sum(1.0 - r, odds));
        }
    }
    let mut workspace = Workspace::default();
    let solution = assign(
        Sparse {
            indptr: &candidates.indptr,
            indices: &candidates.detection,
            cost: &cost,
            miss_cost: &vec![0.0; rows],
            columns: weights.elsewhere.len(),
        },
        &mut workspace,
    )?;
    let existence = (0..rows)
        .map(|row| {
            let (r, q) = (weights.existence[row], weights.seen[row]);
            let edges = candidates.indptr[row]..candidates.indptr[row + 1];
            match edges.clone().find(|&edge| candidates.detection[edge] == solution.column[row]) {
                Some(edge) => 1.0 / (1.0 + (1.0 - r) * libm::exp(-log_odds[edge])),
                None => r * (1.0 - q) / (1.0 - r * q).max(f64::MIN_POSITIVE),
            }
        })
        .collect();
    debug_assert!(
        solution
            .column
            .iter()
            .all(|&column| column == MISS || (column as usize) < weights.elsewhere.len())
    );
    Ok(Allocation { detection: solution.column.to_vec(), existence })
}

/// log(a + eᵇ) for a in [0, 1], without overflow.
fn log_sum(a: f64, b: f64) -> f64 {
    if b > 0.0 { b + libm::log1p(a * libm::exp(-b)) } else { libm::log(a + libm::exp(b)) }
}
