//! Tracks that have become one.
//!
//! Where a detection may have been made by an old track or have begun a new one, two tracks stand
//! for one object, each in the hypotheses that lack the other. Once no hypothesis has both, and
//! their states agree, they are one track under two names: the older name survives. No hypothesis
//! and no weight changes by it.

use super::cluster::{ABSENT, Cluster};
use crate::linalg::{MAX_DIM, cholesky_one, forward_one, packed, packed_len};
use crate::track::store::Store;

impl Cluster {
    /// Makes one of every pair of tracks that exclude each other and agree within a squared
    /// distance. Gives the rows of the younger one the older one's name.
    pub fn unite(&mut self, rows: &mut Store, reach: f64) {
        let mut track = 0;
        while track < self.tracks {
            let other = (track + 1..self.tracks)
                .find(|&other| self.exclude(track, other) && self.agree(track, other, rows, reach));
            match other {
                Some(other) => self.join(track, other, rows),
                None => track += 1,
            }
        }
    }

    fn column(&self, track: usize) -> impl Iterator<Item = u32> {
        self.rows.iter().skip(track).step_by(self.tracks).copied()
    }

    /// Whether no hypothesis has both.
    fn exclude(&self, a: usize, b: usize) -> bool {
        self.column(a).zip(self.column(b)).all(|(a, b)| a == ABSENT || b == ABSENT)
    }

    /// Whether the likeliest rows of both are near each other.
    fn agree(&self, a: usize, b: usize, rows: &Store, reach: f64) -> bool {
        let likeliest = |track| self.column(track).find(|&row| row != ABSENT);
        match (likeliest(a), likeliest(b)) {
            (Some(a), Some(b)) => {
                let (a, b) = (a as usize, b as usize);
                !rows.names.differ(a, b) && squared_distance(rows, a, b) <= reach
            }
            _ => false,
        }
    }

    /// The second track's rows become the first one's.
    fn join(&mut self, a: usize, b: usize, rows: &mut Store) {
        let name = |rows: &Store, track| {
            let row = self.column(track).find(|&row| row != ABSENT)? as usize;
            Some((rows.first_time_s[row], rows.born[row], rows.id[row]))
        };
        let (Some(first), Some(second)) = (name(rows, a), name(rows, b)) else { return };
        let older = match first.0.total_cmp(&second.0).then(first.1.cmp(&second.1)) {
            std::cmp::Ordering::Greater => second,
            _ => first,
        };
        for row in self.column(a).chain(self.column(b)).filter(|&row| row != ABSENT) {
            let row = row as usize;
            (rows.first_time_s[row], rows.born[row], rows.id[row]) = older;
        }
        let tracks = self.tracks;
        for hypothesis in self.rows.chunks_exact_mut(tracks) {
            hypothesis[a] = hypothesis[a].min(hypothesis[b]); // ABSENT is the largest
        }
        let mut place = 0;
        self.rows.retain(|_| {
            place += 1;
            (place - 1) % tracks != b
        });
        self.tracks -= 1;
    }
}

/// (x − y)ᵀ (P + Q)⁻¹ (x − y) of two rows.
pub(in crate::track) fn squared_distance(rows: &Store, a: usize, b: usize) -> f64 {
    let states = &rows.states;
    let dim = states.dim();
    let mut white = [0.0; MAX_DIM];
    let mut whole = [0.0; packed_len(MAX_DIM)];
    for i in 0..dim {
        white[i] = states.mean(a, i) - states.mean(b, i);
        for j in 0..i + 1 {
            whole[packed(i, j)] = states.cov(a, i, j) + states.cov(b, i, j);
        }
    }
    let Some(factor) = cholesky_one(dim, &whole[..packed_len(dim)]) else { return f64::INFINITY };
    forward_one(dim, &factor, &mut white[..dim]);
    white[..dim].iter().map(|w| w * w).sum()
}
