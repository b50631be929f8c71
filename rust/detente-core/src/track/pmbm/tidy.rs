//! What is left of the clusters after a scan: no unlikely rows, no equal hypotheses, no tracks
//! together that do not depend on each other.

use super::cluster::{ABSENT, Cluster};
use super::couple::shares;

impl Cluster {
    /// Replaces each row by what it has become, [`ABSENT`] for those that are gone.
    pub fn renumber(&mut self, became: impl Fn(u32) -> u32) {
        for row in self.rows.iter_mut().filter(|row| **row != ABSENT) {
            *row = became(*row);
        }
    }

    /// The independent parts, each without empty tracks and without equal hypotheses.
    ///
    /// Two tracks are independent if their joint probabilities differ by no more than `tolerance`
    /// from the product (total variation).
    pub fn parts(&self, tolerance: f64) -> Vec<Self> {
        let present = |track: usize| {
            (0..self.log_weight.len()).any(|h| self.rows[h * self.tracks + track] != ABSENT)
        };
        let tracks: Vec<usize> = (0..self.tracks).filter(|&track| present(track)).collect();
        let groups = self.dependent(&tracks, tolerance);
        groups.iter().map(|tracks| self.restricted(tracks)).collect()
    }

    /// The hypotheses about some of the tracks alone.
    fn restricted(&self, tracks: &[usize]) -> Self {
        let mut all: Vec<(Vec<u32>, f64)> = self
            .hypotheses()
            .map(|(weight, rows)| {
                (tracks.iter().map(|&track| rows[track]).collect(), libm::exp(weight))
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0)); // stable
        let mut merged: Vec<(f64, &[u32])> = all
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| (same.iter().map(|(_, p)| p).sum(), same[0].0.as_slice()))
            .collect();
        merged.sort_by(|a, b| b.0.total_cmp(&a.0)); // stable
        let mut out = Self {
            log_weight: merged.iter().map(|(p, _)| libm::log(*p)).collect(),
            tracks: tracks.len(),
            rows: merged.iter().flat_map(|(_, rows)| rows.iter().copied()).collect(),
        };
        out.normalise();
        out
    }

    /// The tracks in groups between which nothing depends.
    fn dependent(&self, tracks: &[usize], tolerance: f64) -> Vec<Vec<usize>> {
        let choices: Vec<Vec<(u32, f64)>> =
            tracks.iter().map(|&track| shares(self, track)).collect();
        let mut group: Vec<usize> = (0..tracks.len()).collect();
        for a in 0..tracks.len() {
            for b in a + 1..tracks.len() {
                if group[a] == group[b] {
                    continue;
                }
                let pair = ((tracks[a], &*choices[a]), (tracks[b], &*choices[b]));
                if self.dependence(pair.0, pair.1) > tolerance {
                    let (first, second) = (group[a].min(group[b]), group[a].max(group[b]));
                    group.iter_mut().filter(|g| **g == second).for_each(|g| *g = first);
                }
            }
        }
        let leaders = (0..tracks.len()).filter(|&k| group[k] == k);
        leaders
            .map(|leader| {
                (0..tracks.len()).filter(|&k| group[k] == leader).map(|k| tracks[k]).collect()
            })
            .collect()
    }

    /// How much two tracks depend on each other, each given with the shares of its rows.
    fn dependence(&self, a: (usize, &[(u32, f64)]), b: (usize, &[(u32, f64)])) -> f64 {
        if a.1.len() == 1 || b.1.len() == 1 {
            return 0.0;
        }
        let place = |shares: &[(u32, f64)], row: u32| {
            shares.binary_search_by_key(&row, |&(row, _)| row).unwrap_or(0)
        };
        let mut joint = vec![0.0; a.1.len() * b.1.len()];
        for (weight, rows) in self.hypotheses() {
            let cell = place(a.1, rows[a.0]) * b.1.len() + place(b.1, rows[b.0]);
            joint[cell] += libm::exp(weight);
        }
        let mut off = 0.0;
        for (i, &(_, p)) in a.1.iter().enumerate() {
            for (j, &(_, q)) in b.1.iter().enumerate() {
                off += (joint[i * b.1.len() + j] - p * q).abs();
            }
        }
        0.5 * off
    }
}
