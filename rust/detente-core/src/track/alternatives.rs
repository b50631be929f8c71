//! Tracks of several rows, of which at most one is the object.
//!
//! A bearing does not say how far away its object is, so that a track that begins with one has a
//! row for each cell of the range. They stand side by side under one identity; row i exists with the
//! probability rᵢ, the track with Σ rᵢ. The detection j weighs Σ rᵢ hᵢ ℓᵢⱼ for the track, none
//! 1 − Σ rᵢ qᵢ, and what the track is given goes to each of its rows, which share its existence
//! anew by how well each foretold it (Sorenson and Alspach, *Recursive Bayesian estimation using
//! Gaussian sums*, Automatica 7, 1971). Were they rivals, one row would take the detections of one
//! sensor, and a wrong one beside it those of another.

use std::borrow::Cow;
use std::ops::Range;

use super::associated::{Associated, Then};
use super::store::Store;
use super::unite::{agree, join};
use super::weigh::{Hit, Weights, mixtures};
use super::{Association, Tracker};
use crate::assoc::assign::MISS;
use crate::assoc::gate::Candidates;
use crate::id::TrackId;

/// A row with a smaller share in its track is forgotten.
const LEAST: f64 = 1e-4;

/// The rows of each track.
#[derive(Clone, Debug)]
pub(super) struct Alternatives {
    /// Where each track's rows begin, and at last their number.
    start: Vec<usize>,
}

/// Tracks instead of rows: what an association is asked about.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub id: Vec<TrackId>,
    pub candidates: Candidates,
    existence: Vec<f64>,
    seen: Vec<f64>,
    hit: Hit,
}

impl Joined {
    pub fn weights<'a>(&'a self, elsewhere: &'a [f64]) -> Weights<'a> {
        let Self { existence, seen, hit, .. } = self;
        Weights { existence, seen, hit, elsewhere }
    }
}

impl Tracker {
    /// The rows of each track; nothing if each row is a track, or in a mixture, which keeps
    /// alternatives in its clusters.
    pub(super) fn alternatives(&self, rows: &Store) -> Option<Alternatives> {
        match self.settings.association {
            Association::Pmbm(_) => None,
            Association::Gnn | Association::Jpda => Alternatives::of(&rows.id),
        }
    }

    /// For each row the sum of a column over the rows of its track.
    pub(super) fn whole<'a>(&self, rows: &Store, column: &'a [f64]) -> Cow<'a, [f64]> {
        match self.alternatives(rows) {
            Some(tracks) => Cow::Owned(tracks.whole(column)),
            None => Cow::Borrowed(column),
        }
    }

    /// One row for each track, with the moments of its mixture.
    pub(super) fn combined(&self, rows: Store) -> Store {
        match self.alternatives(&rows) {
            Some(tracks) => tracks.combined(&rows),
            None => rows,
        }
    }

    /// Forgets alternatives that are no longer likely, and unites those that have become one.
    pub(super) fn settle_alternatives(&mut self) {
        if let Some(tracks) = self.alternatives(&self.store) {
            let keep = tracks.settle(&mut self.store);
            self.keep(&keep);
        }
    }
}

impl Alternatives {
    /// Nothing if no two rows have one identity.
    pub fn of(id: &[TrackId]) -> Option<Self> {
        if id.windows(2).all(|pair| pair[0] != pair[1]) {
            return None;
        }
        let mut start = vec![0];
        for same in id.chunk_by(|a, b| a == b) {
            start.push(start[start.len() - 1] + same.len());
        }
        Some(Self { start })
    }

    /// How many tracks there are.
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    fn tracks(&self) -> impl Iterator<Item = Range<usize>> + Clone {
        self.start.windows(2).map(|pair| pair[0]..pair[1])
    }

    fn whole(&self, column: &[f64]) -> Vec<f64> {
        let sums = self.tracks().map(|rows| (rows.len(), column[rows].iter().sum::<f64>()));
        sums.flat_map(|(rows, sum)| std::iter::repeat_n(sum, rows)).collect()
    }

    /// Each track as one row, with the likelihoods of its mixture.
    pub fn join(&self, id: &[TrackId], candidates: &Candidates, weights: Weights<'_>) -> Joined {
        let share: Vec<f64> =
            self.tracks().flat_map(|rows| shares(&weights.existence[rows])).collect();
        let mean = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
            self.tracks().map(|rows| rows.map(|row| share[row] * of(row)).sum()).collect()
        };
        let hit = mean(&|row| weights.hit.of(row));
        let of_row: Vec<f64> = self
            .tracks()
            .zip(&hit)
            .flat_map(|(rows, &hit)| rows.map(move |row| (row, hit)))
            .map(|(row, hit)| libm::log(share[row] * weights.hit.of(row) / hit))
            .collect();
        Joined {
            id: self.tracks().map(|rows| id[rows.start]).collect(),
            candidates: mixtures(candidates, self.tracks(), |row| of_row[row]),
            existence: self.tracks().map(|rows| weights.existence[rows].iter().sum()).collect(),
            seen: mean(&|row| weights.seen[row]),
            hit: Hit::Each(hit),
        }
    }

    /// What tracks were given, as hypotheses of their rows.
    pub fn spread(
        &self,
        given: Associated,
        candidates: &Candidates,
        weights: Weights<'_>,
    ) -> Associated {
        let mut out = Associated { free: given.free, ..Associated::default() };
        let (mut parent, mut merged) = (Vec::new(), Vec::new());
        let of_track = given.parent.unwrap_or_else(|| (0..self.len() as u32).collect());
        let mut next = 0;
        for (rows, same) in self.tracks().zip(of_track.chunk_by(|a, b| a == b)) {
            let mut own = vec![Vec::new(); rows.len()];
            let existence = given.existence[next];
            for k in next..next + same.len() {
                let weight = if let Then::Merge(weights) = &given.then { weights[k] } else { 1.0 };
                let detection = given.detection[k];
                let foretold =
                    rows.clone().map(|row| foretold(row, detection, candidates, &weights));
                let share = shares_of_logs(&foretold.collect::<Vec<f64>>());
                for (own, share) in own.iter_mut().zip(share).filter(|(_, share)| *share > 0.0) {
                    own.push((detection, weight * share));
                }
            }
            next += same.len();
            for (row, mut own) in rows.zip(own) {
                let share: f64 = own.iter().map(|&(_, weight)| weight).sum();
                if share <= 0.0 {
                    own = vec![(MISS, 1.0)]; // it foretold nothing of what was seen
                }
                let total: f64 = own.iter().map(|&(_, weight)| weight).sum();
                for (detection, weight) in own {
                    parent.push(row as u32);
                    out.detection.push(detection);
                    out.existence.push(existence * share);
                    merged.push(weight / total);
                }
            }
        }
        if let Then::Merge(_) = given.then {
            (out.parent, out.then) = (Some(parent), Then::Merge(merged));
        }
        out
    }

    /// The likeliest hypothesis of each track, from that of each row; the row itself where there
    /// is one for each.
    pub fn likeliest_of(&self, existence: &[f64], of_row: Option<Vec<u32>>) -> Vec<u32> {
        let rows = self.likeliest(existence);
        match of_row {
            Some(hypothesis) => rows.iter().map(|&row| hypothesis[row as usize]).collect(),
            None => rows,
        }
    }

    /// The likeliest row of each track, the first of equal ones.
    fn likeliest(&self, existence: &[f64]) -> Vec<u32> {
        let of_track = |rows: Range<usize>| {
            let better = |best, row| if existence[row] > existence[best] { row } else { best };
            rows.clone().fold(rows.start, better) as u32
        };
        self.tracks().map(of_track).collect()
    }

    fn combined(&self, rows: &Store) -> Store {
        let mut out = rows.gather(&self.likeliest(&rows.existence));
        for (track, members) in self.tracks().enumerate().filter(|(_, rows)| rows.len() > 1) {
            let existence = &rows.existence[members.clone()];
            out.existence[track] = existence.iter().sum();
            out.states.set_mixture(track, &rows.states, members, &shares(existence));
        }
        out
    }

    /// Unites rows of a track that agree and gives the share of the unlikely to the others. Returns
    /// which rows stay.
    fn settle(&self, rows: &mut Store) -> Vec<bool> {
        let mut keep = vec![true; rows.len()];
        for members in self.tracks().filter(|rows| rows.len() > 1) {
            let whole: f64 = rows.existence[members.clone()].iter().sum();
            for row in members.clone() {
                keep[row] = rows.existence[row] >= LEAST * whole;
                let older = (members.start..row)
                    .find(|&older| keep[older] && keep[row] && agree(rows, older, row));
                if let Some(older) = older {
                    join(rows, older, row);
                    keep[row] = false;
                }
            }
            let kept = || members.clone().filter(|&row| keep[row]);
            let left: f64 = kept().map(|row| rows.existence[row]).sum();
            if left > 0.0 {
                kept().for_each(|row| rows.existence[row] *= whole / left);
            }
        }
        keep
    }
}

/// log rᵢ hᵢ ℓᵢⱼ of a detection, log rᵢ (1 − qᵢ) of none.
fn foretold(row: usize, detection: u32, candidates: &Candidates, weights: &Weights<'_>) -> f64 {
    let existence = weights.existence[row];
    if detection == MISS {
        return libm::log(existence * (1.0 - weights.seen[row]));
    }
    let edge = candidates.of(row).find(|&edge| candidates.detection[edge] == detection);
    edge.map_or(f64::NEG_INFINITY, |edge| {
        libm::log(existence * weights.hit.of(row)) + candidates.log_likelihood[edge]
    })
}

/// Each in proportion to its exponential; all zero if none is possible.
fn shares_of_logs(logs: &[f64]) -> Vec<f64> {
    let largest = logs.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    if largest == f64::NEG_INFINITY {
        return vec![0.0; logs.len()];
    }
    let each: Vec<f64> = logs.iter().map(|&log| libm::exp(log - largest)).collect();
    let whole: f64 = each.iter().sum();
    each.into_iter().map(|share| share / whole).collect()
}

/// Each as a part of the sum, all alike if it is zero.
fn shares(values: &[f64]) -> Vec<f64> {
    let whole: f64 = values.iter().sum();
    let alike = 1.0 / values.len() as f64;
    values.iter().map(|value| if whole > 0.0 { value / whole } else { alike }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Two tracks of three rows and of one, and two detections.
    fn candidates(log_likelihood: &[f64]) -> Candidates {
        Candidates {
            indptr: vec![0, 2, 3, 4, 6],
            detection: vec![0, 1, 0, 1, 0, 1],
            log_likelihood: log_likelihood.to_vec(),
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * (1.0 + b.abs())
    }

    proptest! {
        /// What a track was given is neither more nor less once its rows have it, and each row
        /// has its part by Bayes' rule.
        #[test]
        fn rows_share_what_their_track_was_given(
            existence in prop::collection::vec(0.01_f64..0.3, 4),
            seen in prop::collection::vec(0.1_f64..0.9, 4),
            logs in prop::collection::vec(-5.0_f64..5.0, 6),
            (missed, first) in (0.1_f64..0.5, 0.1_f64..0.5),
        ) {
            let tracks = Alternatives::of(&[7, 7, 7, 9]).unwrap();
            let candidates = candidates(&logs);
            let hit = Hit::Each(seen.clone());
            let elsewhere = [1.0, 1.0];
            let weights =
                Weights { existence: &existence, seen: &seen, hit: &hit, elsewhere: &elsewhere };
            let weight = |row: usize, edge: usize| existence[row] * seen[row] * logs[edge].exp();

            let joined = tracks.join(&[7, 7, 7, 9], &candidates, weights);
            prop_assert_eq!(&joined.id, &[7, 9]);
            let asked = joined.weights(&elsewhere);
            let of_track = |track: usize, edge: usize| {
                let log = joined.candidates.log_likelihood[edge];
                asked.existence[track] * asked.hit.of(track) * log.exp()
            };
            prop_assert!(close(of_track(0, 0), weight(0, 0) + weight(1, 2)));
            prop_assert!(close(of_track(0, 1), weight(0, 1) + weight(2, 3)));
            let missing: f64 = (0..3).map(|row| existence[row] * seen[row]).sum();
            prop_assert!(close(asked.missed(0), 1.0 - missing));

            let given = Associated {
                parent: Some(vec![0, 0, 0, 1]),
                detection: vec![MISS, 0, 1, 1],
                existence: vec![0.8, 0.8, 0.8, 0.5],
                free: vec![0.1, 0.2],
                then: Then::Merge(vec![missed, first, 1.0 - missed - first, 1.0]),
            };
            let rows = tracks.spread(given, &candidates, weights);
            let parent = rows.parent.unwrap();
            let Then::Merge(merged) = rows.then else { panic!("they are merged") };
            for row in 0..4 {
                let own = (0..parent.len()).filter(|&k| parent[k] == row);
                prop_assert!(close(own.map(|k| merged[k]).sum(), 1.0));
            }
            let part = |row: u32, detection: u32| -> f64 {
                (0..parent.len())
                    .filter(|&k| (parent[k], rows.detection[k]) == (row, detection))
                    .map(|k| rows.existence[k] * merged[k])
                    .sum()
            };
            let first_of = weight(0, 0) / (weight(0, 0) + weight(1, 2));
            prop_assert!(close(part(0, 0), 0.8 * first * first_of));
            prop_assert!(close(part(1, 0), 0.8 * first * (1.0 - first_of)));
            prop_assert!(close((0..3).map(|row| part(row, MISS)).sum(), 0.8 * missed));
            prop_assert!(close(part(3, 1), 0.5));
        }
    }

    #[test]
    fn a_row_that_foretold_nothing_of_what_was_seen_does_not_exist() {
        let tracks = Alternatives::of(&[7, 7, 7, 9]).unwrap();
        let (existence, hit) = ([0.2, 0.3, 0.4, 0.5], Hit::Same(0.9));
        let weights =
            Weights { existence: &existence, seen: &[0.9; 4], hit: &hit, elsewhere: &[1.0; 2] };
        let given = Associated {
            detection: vec![1, MISS],
            existence: vec![0.8, 0.1],
            free: vec![1.0, 0.0],
            ..Associated::default()
        };
        let rows = tracks.spread(given, &candidates(&[0.0; 6]), weights);
        assert!(rows.parent.is_none() && matches!(rows.then, Then::Stay));
        assert_eq!(rows.detection, [1, MISS, 1, MISS]);
        assert_eq!(rows.existence[1], 0.0);
        assert!(close(rows.existence[0] / rows.existence[2], 0.5));
        assert!(close(rows.existence[3], 0.1));
        assert!(Alternatives::of(&[1, 2, 3]).is_none());
    }
}
