//! Joint probabilistic data association with existence: joint integrated PDA, also known as the
//! track-oriented marginal multi-Bernoulli Poisson filter.
//!
//! Over all joint events (each row makes at most one detection, each detection has at most one
//! row) the marginal probability p of each pair, and of each row's having made none, is computed.
//! A row's hypotheses are merged in proportion to them; its existence is Σⱼ pⱼ + p₀ r (1 − q) /
//! (1 − r q). A detection that no row made with probability p begins a row of existence
//! p λ / β.
//!
//! Mušicki and Evans 2004; Williams, IEEE TAES 51 (2015) 1664–1687.

use super::associated::{Associated, Then};
use super::weigh::{Weighed, Weights};
use crate::Result;
use crate::assoc::assign::MISS;
use crate::assoc::gate::Candidates;
use crate::assoc::marginal::{self, Method, marginals};

/// A hypothesis with a smaller share in its row is left out.
const NEGLIGIBLE: f64 = 1e-7;

pub(super) fn associate(candidates: &Candidates, weights: Weights<'_>) -> Result<Associated> {
    let log = Weighed::new(candidates, &weights);
    let problem = marginal::Weights {
        indptr: &candidates.indptr,
        indices: &candidates.detection,
        log_weight: &log.edge,
        miss_log_weight: &log.miss,
        columns: weights.elsewhere.len(),
    };
    let probability = marginals(problem, Method::Auto)?;
    let mut out = Associated { free: probability.free, ..Associated::default() };
    let (mut parent, mut share) = (Vec::new(), Vec::new());
    for row in 0..weights.existence.len() {
        let alive = probability.miss[row] * weights.missed_existence(row);
        let edges = candidates.of(row);
        let existence =
            (alive + edges.clone().map(|edge| probability.edge[edge]).sum::<f64>()).min(1.0);
        let made = edges.map(|edge| (candidates.detection[edge], probability.edge[edge]));
        let first = share.len();
        for (detection, p) in [(MISS, alive)].into_iter().chain(made) {
            if p > NEGLIGIBLE * existence || detection == MISS {
                parent.push(row as u32);
                out.detection.push(detection);
                out.existence.push(existence);
                share.push(p);
            }
        }
        let whole: f64 = share[first..].iter().sum();
        match share.len() - first {
            1 => share[first] = 1.0, // certainly missed, or as good as impossible
            _ => share[first..].iter_mut().for_each(|p| *p /= whole),
        }
    }
    out.parent = Some(parent);
    out.then = Then::Merge(share);
    Ok(out)
}
