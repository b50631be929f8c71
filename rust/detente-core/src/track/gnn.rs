//! Global nearest neighbour with probabilities of existence.
//!
//! A row with existence r that is given the detection j either exists and made it, or does not
//! exist and j came from elsewhere (density β: clutter and unseen objects): the weight is
//! (1 − r) β + r h ℓ, with h the weight of a detection. Left without a detection it weighs
//! 1 − r q, with q the probability that it would have been seen. The allocation of the largest
//! product is chosen, and existence is updated as if it were right: a conditional score, as in
//! integrated probabilistic data association with one validated detection (Mušicki, Evans and
//! Stanković 1994) under a single global hypothesis.

use super::associated::Associated;
use super::weigh::{Weighed, Weights};
use crate::Result;
use crate::assoc::assign::{MISS, Sparse, Workspace, assign};
use crate::assoc::gate::Candidates;

pub(super) fn associate(candidates: &Candidates, weights: Weights<'_>) -> Result<Associated> {
    let log = Weighed::new(candidates, &weights);
    let rows = weights.existence.len();
    let mut cost = Vec::with_capacity(log.edge.len());
    for row in 0..rows {
        let absent = 1.0 - weights.existence[row];
        cost.extend(candidates.of(row).map(|edge| log.miss[row] - log_sum(absent, log.edge[edge])));
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
    let mut free = vec![1.0; weights.elsewhere.len()];
    let mut existence = Vec::with_capacity(rows);
    for (row, &edge) in solution.edge.iter().enumerate() {
        existence.push(if edge == MISS {
            weights.missed_existence(row)
        } else {
            free[solution.column[row] as usize] = 0.0;
            let absent = 1.0 - weights.existence[row];
            1.0 / (1.0 + absent * libm::exp(-log.edge[edge as usize]))
        });
    }
    let detection = solution.column.to_vec();
    Ok(Associated { detection, existence, free, ..Associated::default() })
}

/// log(a + eᵇ) for a in [0, 1], without overflow.
fn log_sum(a: f64, b: f64) -> f64 {
    if b > 0.0 { b + libm::log1p(a * libm::exp(-b)) } else { libm::log(a + libm::exp(b)) }
}
