//! The global hypotheses that follow from those of a cluster, the likeliest of them.
//!
//! Each parent's allocations are ranked by Murty's algorithm, in a number that grows with the
//! parent's weight; only what survives among all children is written down.

use super::cluster::{ABSENT, Cluster, log_sum};
use super::{Mixture, NEWBORN};
use crate::Result;
use crate::assoc::assign::{MISS, Sparse};
use crate::assoc::gate::Candidates;
use crate::assoc::k_best::{KBest, k_best};
use crate::track::weigh::Weighed;

/// A cluster whose hypotheses name branches, and the branches.
#[derive(Clone, Debug)]
pub(super) struct Children {
    cluster: Cluster,
    /// Each a row and the detection it is given, or `MISS`.
    pub branches: Vec<(u32, u32)>,
}

/// One child before it is written down.
struct Child {
    log_weight: f64,
    parent: usize,
    /// The place among its parent's allocations.
    rank: usize,
}

pub(super) fn children(
    prior: &Cluster,
    detections: &[u32],
    candidates: &Candidates,
    log: &Weighed,
    mixture: Mixture,
) -> Result<Children> {
    let mut ranked = Vec::with_capacity(prior.log_weight.len());
    let mut all = Vec::new();
    for (parent, (weight, rows)) in prior.hypotheses().enumerate() {
        let wanted = (mixture.max_hypotheses as f64 * libm::exp(weight)).ceil().max(1.0);
        let best = allocations(rows, detections, candidates, log, wanted as usize)?;
        for (rank, cost) in best.total_cost.iter().enumerate() {
            all.push(Child { log_weight: weight - cost, parent, rank });
        }
        ranked.push(best);
    }
    survive(&mut all, mixture);
    Ok(write_down(prior, detections, &ranked, &all))
}

/// The best allocations of some detections to the rows of one global hypothesis.
fn allocations(
    rows: &[u32],
    detections: &[u32],
    candidates: &Candidates,
    log: &Weighed,
    wanted: usize,
) -> Result<KBest> {
    let (mut indptr, mut indices, mut cost) = (vec![0], Vec::new(), Vec::new());
    let mut miss_cost = Vec::with_capacity(rows.len());
    for &row in rows {
        if row == ABSENT {
            miss_cost.push(0.0);
        } else {
            let row = row as usize;
            for edge in candidates.of(row) {
                if let Ok(local) = detections.binary_search(&candidates.detection[edge]) {
                    indices.push(local as u32);
                    cost.push(-log.edge[edge]);
                }
            }
            miss_cost.push(-log.miss[row]);
        }
        indptr.push(indices.len());
    }
    let problem = Sparse {
        indptr: &indptr,
        indices: &indices,
        cost: &cost,
        miss_cost: &miss_cost,
        columns: detections.len(),
    };
    k_best(problem, wanted)
}

/// Keeps the likeliest children, in the order of their weights.
fn survive(all: &mut Vec<Child>, mixture: Mixture) {
    all.sort_by(|a, b| {
        b.log_weight.total_cmp(&a.log_weight).then((a.parent, a.rank).cmp(&(b.parent, b.rank)))
    });
    let logs: Vec<f64> = all.iter().map(|child| child.log_weight).collect();
    let least = log_sum(&logs) + libm::log(mixture.prune_hypothesis);
    let likely = logs.iter().take_while(|&&log| log >= least).count();
    all.truncate(likely.clamp(1, mixture.max_hypotheses));
}

fn write_down(prior: &Cluster, detections: &[u32], ranked: &[KBest], all: &[Child]) -> Children {
    let tracks = prior.tracks;
    let rows = |parent: usize| &prior.rows[parent * tracks..(parent + 1) * tracks];
    let given = |child: &Child| &ranked[child.parent].column[child.rank * tracks..][..tracks];
    let detection = |local: u32| if local == MISS { MISS } else { detections[local as usize] };

    let mut branches: Vec<(u32, u32)> = Vec::new();
    for child in all {
        let pairs = rows(child.parent).iter().zip(given(child));
        branches.extend(
            pairs.filter(|pair| *pair.0 != ABSENT).map(|(&row, &local)| (row, detection(local))),
        );
    }
    branches.sort_unstable();
    branches.dedup();

    let mut cluster = Cluster { tracks: tracks + detections.len(), ..Cluster::default() };
    let mut free = vec![true; detections.len()];
    for child in all {
        free.fill(true);
        cluster.log_weight.push(child.log_weight);
        for (&row, &local) in rows(child.parent).iter().zip(given(child)) {
            if local != MISS {
                free[local as usize] = false;
            }
            let branch = branches.binary_search(&(row, detection(local)));
            cluster.rows.push(branch.map_or(ABSENT, |branch| branch as u32));
        }
        let newborns = detections.iter().zip(&free);
        cluster.rows.extend(
            newborns.map(|(&detection, &free)| if free { NEWBORN | detection } else { ABSENT }),
        );
    }
    cluster.normalise();
    Children { cluster, branches }
}

impl Children {
    /// The cluster when its branches stand behind others.
    pub fn numbered(&self, offset: u32) -> Cluster {
        let mut out = self.cluster.clone();
        for row in out.rows.iter_mut().filter(|row| **row < NEWBORN) {
            *row += offset;
        }
        out
    }
}
