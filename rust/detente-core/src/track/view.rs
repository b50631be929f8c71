//! The living tracks as a user sees them: one row each.

use std::borrow::Cow;

use super::pmbm::{ABSENT, Estimator, estimate, marginal_existence};
use super::store::Store;
use super::{Association, Tracker};
use crate::Result;

/// One row a track, in the order of birth.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracks {
    /// The rows; existence is that over all hypotheses.
    pub rows: Store,
    /// The existence of each row if the likeliest global hypothesis is right; the same as existence
    /// where there is only one.
    pub conditional: Vec<f64>,
}

impl Tracker {
    /// The living tracks, each at its own time.
    #[must_use]
    pub fn tracks(&self) -> Tracks {
        self.view(self.store.clone())
    }

    /// The living tracks as they are expected to be at a time; the tracker itself stays as it is.
    ///
    /// # Errors
    /// [`crate::Error::TimeOrder`] for a time before the latest scan.
    pub fn predict(&self, time_s: f64) -> Result<Tracks> {
        self.refuse_earlier(time_s)?;
        let mut rows = self.store.clone();
        self.advance(&mut rows, time_s)?;
        Ok(self.view(rows))
    }

    /// The objects that are estimated to exist, at the time of the latest scan.
    ///
    /// # Errors
    /// What the user's motion model raises.
    pub fn estimate(&self, estimator: Estimator) -> Result<Tracks> {
        let mut rows = self.store.clone();
        if self.time_s.is_finite() {
            self.advance(&mut rows, self.time_s)?;
        }
        let rows = self.combined(rows);
        let existence = self.marginals(&rows);
        let chosen = match self.settings.association {
            Association::Pmbm(_) => estimate(&self.clusters, &rows.existence, estimator),
            Association::Gnn | Association::Jpda => {
                let alone: Vec<_> =
                    (0..rows.len() as u32).map(super::pmbm::Cluster::lone).collect();
                estimate(&alone, &rows.existence, estimator)
            }
        };
        Ok(in_order_of_birth(&rows, &existence, chosen))
    }

    /// One row a track as of the latest scan; no copy if there is only one hypothesis.
    pub(super) fn one_row_each(&self) -> Cow<'_, Store> {
        match self.settings.association {
            Association::Gnn | Association::Jpda if self.alternatives(&self.store).is_none() => {
                Cow::Borrowed(&self.store)
            }
            _ => Cow::Owned(self.tracks().rows),
        }
    }

    fn view(&self, rows: Store) -> Tracks {
        let Association::Pmbm(_) = self.settings.association else {
            let rows = self.combined(rows);
            let conditional = rows.existence.clone();
            return Tracks { rows, conditional };
        };
        let existence = self.marginals(&rows);
        let likeliest = self.clusters.iter().flat_map(|cluster| cluster.likeliest()).collect();
        in_order_of_birth(&rows, &existence, likeliest)
    }

    /// For each row the existence of its track over all hypotheses.
    fn marginals(&self, rows: &Store) -> Vec<f64> {
        let mut out = rows.existence.clone();
        for cluster in &self.clusters {
            let of_track = marginal_existence(cluster, &rows.existence);
            for (_, hypothesis) in cluster.hypotheses() {
                for (&row, &r) in
                    hypothesis.iter().zip(&of_track).filter(|(row, _)| **row != ABSENT)
                {
                    out[row as usize] = r;
                }
            }
        }
        out
    }
}

fn in_order_of_birth(rows: &Store, existence: &[f64], mut chosen: Vec<u32>) -> Tracks {
    chosen.sort_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        rows.first_time_s[a].total_cmp(&rows.first_time_s[b]).then(rows.born[a].cmp(&rows.born[b]))
    });
    let mut out = rows.gather(&chosen);
    let conditional = std::mem::take(&mut out.existence);
    out.existence = chosen.iter().map(|&row| existence[row as usize]).collect();
    Tracks { rows: out, conditional }
}
