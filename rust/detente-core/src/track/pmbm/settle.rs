//! After a scan: newborns take their places in the clusters, and the unlikely is forgotten.

use super::cluster::{ABSENT, Cluster};
use super::{Mixture, NEWBORN};
use crate::track::{Association, Tracker};

impl Tracker {
    /// Takes over the clusters of a scan, in which newborns are named by their detections.
    pub(in crate::track) fn settle_mixture(
        &mut self,
        mixture: Mixture,
        clusters: Vec<Cluster>,
        begun: &[Vec<(u32, f64)>],
    ) {
        self.clusters = clusters;
        for cluster in &mut self.clusters {
            for (detection, parts) in begun.iter().enumerate().filter(|(_, parts)| parts.len() > 1)
            {
                cluster.part(NEWBORN | detection as u32, parts, mixture.max_hypotheses);
            }
            cluster.renumber(|row| match row {
                NEWBORN.. => begun[(row - NEWBORN) as usize].first().map_or(ABSENT, |part| part.0),
                _ => row,
            });
        }
        let keep = self.recycle(mixture);
        self.keep_in_mixture(&keep);
    }

    /// Gives unlikely rows back to the objects not yet seen. Returns which rows stay.
    fn recycle(&mut self, mixture: Mixture) -> Vec<bool> {
        let least = self.settings.prune_existence.max(mixture.recycle_existence);
        let rows = 0..self.store.len();
        let keep: Vec<bool> = rows
            .map(|row| self.store.existence[row] >= least || self.store.detection[row] >= 0)
            .collect();
        let mut share = vec![0.0; keep.len()];
        for cluster in &self.clusters {
            for (weight, rows) in cluster.hypotheses() {
                for &row in rows.iter().filter(|row| **row != ABSENT && !keep[**row as usize]) {
                    share[row as usize] += libm::exp(weight);
                }
            }
        }
        let gone: Vec<u32> = (0..).zip(&keep).filter(|(_, kept)| !**kept).map(|(k, _)| k).collect();
        let objects: Vec<f64> =
            gone.iter().map(|&k| share[k as usize] * self.store.existence[k as usize]).collect();
        self.undetected.recycle(&self.store.states.gather(&gone), &objects);
        keep
    }

    /// Forgets the other rows, and splits the clusters into their independent parts.
    pub(in crate::track) fn keep_in_mixture(&mut self, keep: &[bool]) {
        let Association::Pmbm(Mixture { prune_hypothesis: tolerance, .. }) =
            self.settings.association
        else {
            return;
        };
        for cluster in &mut self.clusters {
            cluster.renumber(|row| if keep[row as usize] { row } else { ABSENT });
        }
        self.clusters = self.clusters.iter().flat_map(|cluster| cluster.parts(tolerance)).collect();
        for cluster in &mut self.clusters {
            cluster.unite(&mut self.store, self.agree);
        }
        let mut used: Vec<u32> =
            self.clusters.iter().flat_map(|cluster| &cluster.rows).copied().collect();
        used.sort_unstable();
        used.dedup();
        used.retain(|&row| row != ABSENT);
        let mut became = vec![ABSENT; self.store.len()];
        for (new, &old) in (0..).zip(&used) {
            became[old as usize] = new;
        }
        for cluster in &mut self.clusters {
            cluster.renumber(|row| became[row as usize]);
        }
        self.store = self.store.gather(&used);
    }
}
