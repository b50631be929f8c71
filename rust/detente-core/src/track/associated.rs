//! What an association made of a scan: the hypotheses that go on from the rows.

use super::Share;
use super::merge::merge;
use super::pmbm::Cluster;
use super::store::Store;
use crate::assoc::assign::MISS;
use crate::filter::project::Projection;
use crate::id::TrackId;

/// Hypotheses, each a row with the detection that it is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Associated {
    /// The row that each continues; nothing if there is one for each row, in their order.
    pub parent: Option<Vec<u32>>,
    /// The detection, or `MISS`.
    pub detection: Vec<u32>,
    /// The probability of existence afterwards.
    pub existence: Vec<f64>,
    /// Of each detection: the probability that no row made it.
    pub free: Vec<f64>,
    /// What becomes of several hypotheses of one row.
    pub then: Then,
}

/// What becomes of several hypotheses of one row.
#[derive(Clone, Debug, Default)]
pub(super) enum Then {
    /// There is only one.
    #[default]
    Stay,
    /// They stand side by side and are merged with these weights, which add up to 1 a row.
    Merge(Vec<f64>),
    /// They live on as alternatives, in these clusters.
    Mixture(Vec<Cluster>),
}

impl Associated {
    /// The rows and their projections, one for each hypothesis.
    pub fn branch(&self, rows: Store, projection: Projection) -> (Store, Projection) {
        match &self.parent {
            None => (rows, projection),
            Some(parent) => {
                let entries = rows.states.entries_of(parent);
                let projection = projection.gather(rows.states.dim(), &entries);
                (rows.gather(parent), projection)
            }
        }
    }

    /// How much of the state of each row, of the given identity, each detection makes, if the
    /// hypotheses are to be merged.
    pub fn shares(&self, id: &[TrackId], order: &[u32]) -> Vec<Share> {
        let (Some(parent), Then::Merge(weights)) = (&self.parent, &self.then) else {
            return Vec::new();
        };
        let all = parent.iter().zip(&self.detection).zip(weights);
        all.filter(|((_, detection), _)| **detection != MISS)
            .map(|((&row, &detection), &weight)| Share {
                id: id[row as usize],
                detection: i64::from(order[detection as usize]),
                weight,
            })
            .collect()
    }

    /// One row again for each that was, if the hypotheses are to be merged. Returns the most
    /// likely hypothesis of each row too.
    pub fn merge(&self, hypotheses: Store) -> (Store, Option<Vec<u32>>) {
        match (&self.parent, &self.then) {
            (Some(parent), Then::Merge(weights)) => {
                let likeliest = likeliest(parent, weights);
                let mut rows = hypotheses.gather(&likeliest);
                merge(&hypotheses.states, parent, weights, &mut rows.states);
                (rows, Some(likeliest))
            }
            _ => (hypotheses, None),
        }
    }
}

/// The place of the largest weight of each parent, the first of equal ones.
fn likeliest(parent: &[u32], weights: &[f64]) -> Vec<u32> {
    let mut start = 0;
    let mut out = Vec::new();
    for group in parent.chunk_by(|a, b| a == b) {
        let mut best = start;
        for k in start + 1..start + group.len() {
            if weights[k] > weights[best] {
                best = k;
            }
        }
        out.push(best as u32);
        start += group.len();
    }
    out
}
