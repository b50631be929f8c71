//! The tracks of a recording, as columns of points and of what detections they were given.

use crate::filter::imm;
use crate::gaussian::Gaussians;
use crate::id::TrackId;
use crate::linalg::packed_from_dense;

/// The tracks of a recording, point after point, track after track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// d, the dimension of the states.
    pub dim: usize,
    /// M, the number of motion models.
    pub models: usize,
    /// Which track each point belongs to.
    pub track: Vec<u32>,
    /// When.
    pub time_s: Vec<f64>,
    /// x (n × d); while it is written down, of each model (n × M × d).
    pub mean: Vec<f64>,
    /// P (n × d × d), likewise.
    pub cov: Vec<f64>,
    /// The probability of each model (n × M).
    pub mode_probability: Vec<f64>,
    /// The probability of existence.
    pub existence: Vec<f64>,
    /// The detection that the track was given, by its place in the recording; −1 for none.
    pub detection: Vec<i64>,
    /// All detections that the tracks took in, track after track.
    pub shares: Shares,
    /// The tracks.
    pub tracks: Vec<Summary>,
}

/// Which detections the tracks of a recording took in, and how much of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shares {
    /// Which track.
    pub track: Vec<u32>,
    /// When.
    pub time_s: Vec<f64>,
    /// The detection, by its place in the recording.
    pub detection: Vec<i64>,
    /// How much it weighs in the track's state.
    pub weight: Vec<f64>,
}

/// One track of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Its identity.
    pub id: TrackId,
    /// The time of its first detection.
    pub first_time_s: f64,
    /// The time of its last detection.
    pub last_time_s: f64,
    /// How many detections it was given.
    pub detections: u64,
    /// The largest probability of existence it had.
    pub max_existence: f64,
}

impl Recorded {
    pub(super) fn new(dim: usize, models: usize) -> Self {
        Self { dim, models, ..Self::default() }
    }

    /// The points of confirmed tracks up to their last detections, track after track.
    pub(super) fn of_confirmed(mut self, confirmation: f64) -> Self {
        let wanted: Vec<bool> =
            self.tracks.iter().map(|track| track.max_existence >= confirmation).collect();
        self.keep(&wanted, |time_s, track| time_s <= track.last_time_s);
        self.arrange(&track_after_track(&self.track));
        self.shares.arrange(&track_after_track(&self.shares.track));
        self
    }

    /// Keeps the points of the wanted tracks, in their order.
    pub(super) fn keep(&mut self, wanted: &[bool], of_time: impl Fn(f64, &Summary) -> bool) {
        let good = |track: u32, time_s: f64| {
            wanted[track as usize] && of_time(time_s, &self.tracks[track as usize])
        };
        let which = |track: &[u32], time_s: &[f64]| -> Vec<usize> {
            (0..track.len()).filter(|&k| good(track[k], time_s[k])).collect()
        };
        let points = which(&self.track, &self.time_s);
        let shares = which(&self.shares.track, &self.shares.time_s);
        self.arrange(&points);
        self.shares.arrange(&shares);
        let mut number = 0;
        let renumbered: Vec<u32> = wanted
            .iter()
            .map(|&wanted| {
                number += u32::from(wanted);
                number.wrapping_sub(1)
            })
            .collect();
        for track in self.track.iter_mut().chain(&mut self.shares.track) {
            *track = renumbered[*track as usize];
        }
        let mut wanted = wanted.iter();
        self.tracks.retain(|_| wanted.next().is_some_and(|&wanted| wanted));
    }

    /// Keeps the given points, in the given order.
    fn arrange(&mut self, points: &[usize]) {
        let (dim, models) = (self.dim, self.models);
        pick(&mut self.track, points, 1);
        pick(&mut self.time_s, points, 1);
        pick(&mut self.existence, points, 1);
        pick(&mut self.detection, points, 1);
        pick(&mut self.mode_probability, points, models);
        pick(&mut self.mean, points, models * dim);
        pick(&mut self.cov, points, models * dim * dim);
    }

    /// One mean and covariance a point, whichever model the object follows.
    pub(super) fn combine(&mut self) {
        if self.models == 1 {
            return;
        }
        let dim = self.dim;
        let mut entries = Gaussians::new(dim);
        for (mean, cov) in self.mean.chunks_exact(dim).zip(self.cov.chunks_exact(dim * dim)) {
            entries.push(mean, &packed_from_dense(dim, cov));
        }
        let combined = imm::combine(self.models, &entries, &self.mode_probability);
        (self.mean, self.cov) = (combined.dense_means(), combined.dense_covs());
    }
}

impl Shares {
    pub(super) fn push(&mut self, track: u32, time_s: f64, detection: i64, weight: f64) {
        self.track.push(track);
        self.time_s.push(time_s);
        self.detection.push(detection);
        self.weight.push(weight);
    }

    fn arrange(&mut self, shares: &[usize]) {
        pick(&mut self.track, shares, 1);
        pick(&mut self.time_s, shares, 1);
        pick(&mut self.detection, shares, 1);
        pick(&mut self.weight, shares, 1);
    }
}

fn track_after_track(track: &[u32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..track.len()).collect();
    order.sort_by_key(|&row| track[row]); // stable: time rises within a track
    order
}

/// Keeps the given rows of a column, in the given order.
fn pick<T: Copy>(column: &mut Vec<T>, rows: &[usize], width: usize) {
    let row = |&row: &usize| &column[row * width..(row + 1) * width];
    *column = rows.iter().flat_map(row).copied().collect();
}
