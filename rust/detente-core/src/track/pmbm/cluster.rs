//! A cluster: tracks that depend on each other, and the global hypotheses about them.

use serde::{Deserialize, Serialize};

use super::Mixture;

/// In a global hypothesis: this track does not exist.
pub(in crate::track) const ABSENT: u32 = u32::MAX;

/// Global hypotheses about some tracks: each takes of each track one row, or none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::track) struct Cluster {
    /// log w of each hypothesis; the weights add up to 1, the likeliest comes first.
    pub log_weight: Vec<f64>,
    /// How many tracks there are.
    pub tracks: usize,
    /// The row of each track in each hypothesis (hypotheses × tracks), or [`ABSENT`].
    pub rows: Vec<u32>,
}

impl Cluster {
    /// One track that is certainly this row.
    pub fn lone(row: u32) -> Self {
        Self { log_weight: vec![0.0], tracks: 1, rows: vec![row] }
    }

    /// Whether it holds together over so many rows.
    pub fn is_whole(&self, rows: usize) -> bool {
        let cells = self.log_weight.len().checked_mul(self.tracks);
        let known = |&row: &u32| row == ABSENT || (row as usize) < rows;
        !self.log_weight.is_empty() && cells == Some(self.rows.len()) && self.rows.iter().all(known)
    }

    /// The hypotheses: their weights and rows.
    pub fn hypotheses(&self) -> impl ExactSizeIterator<Item = (f64, &[u32])> {
        let rows = |h: usize| &self.rows[h * self.tracks..(h + 1) * self.tracks];
        self.log_weight.iter().enumerate().map(move |(h, &weight)| (weight, rows(h)))
    }

    /// All hypotheses of independent clusters side by side, the likeliest of them.
    pub fn product<'a>(clusters: impl IntoIterator<Item = &'a Self>, mixture: Mixture) -> Self {
        let nothing = Self { log_weight: vec![0.0], tracks: 0, rows: Vec::new() };
        clusters.into_iter().fold(nothing, |whole, next| match whole.tracks {
            0 => next.clone(),
            _ => whole.times(next, mixture.max_hypotheses),
        })
    }

    fn times(&self, other: &Self, most: usize) -> Self {
        let mut pairs = Vec::new();
        for (a, &first) in self.log_weight.iter().enumerate() {
            // both are sorted: at least (a + 1)(b + 1) pairs are as likely as (a, b)
            let enough = most / (a + 1);
            for (b, &second) in other.log_weight.iter().take(enough).enumerate() {
                pairs.push((first + second, a, b));
            }
        }
        pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        pairs.truncate(most);
        let mut out = Self { tracks: self.tracks + other.tracks, ..Self::default() };
        for (weight, a, b) in pairs {
            out.log_weight.push(weight);
            out.rows.extend(&self.rows[a * self.tracks..(a + 1) * self.tracks]);
            out.rows.extend(&other.rows[b * other.tracks..(b + 1) * other.tracks]);
        }
        out.normalise();
        out
    }

    /// Each hypothesis with this row becomes one for each of its parts, in proportion to their
    /// shares; the likeliest remain.
    pub fn part(&mut self, row: u32, parts: &[(u32, f64)], most: usize) {
        if !self.rows.contains(&row) {
            return;
        }
        let mut grown = Vec::new();
        for (weight, rows) in self.hypotheses() {
            match rows.iter().position(|&other| other == row) {
                None => grown.push((weight, rows.to_vec())),
                Some(at) => grown.extend(parts.iter().map(|&(part, share)| {
                    let mut rows = rows.to_vec();
                    rows[at] = part;
                    (weight + libm::log(share), rows)
                })),
            }
        }
        grown.sort_by(|a, b| b.0.total_cmp(&a.0)); // stable
        grown.truncate(most);
        self.log_weight = grown.iter().map(|hypothesis| hypothesis.0).collect();
        self.rows = grown.into_iter().flat_map(|hypothesis| hypothesis.1).collect();
        self.normalise();
    }

    /// Makes the weights add up to 1.
    pub fn normalise(&mut self) {
        let total = log_sum(&self.log_weight);
        self.log_weight.iter_mut().for_each(|weight| *weight -= total);
    }
}

/// log Σ exp.
pub(in crate::track) fn log_sum(logs: &[f64]) -> f64 {
    let largest = logs.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + libm::log(logs.iter().map(|&log| libm::exp(log - largest)).sum())
}
