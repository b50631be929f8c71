//! OSPA⁽²⁾: distance between two sets of tracks, of which the base distance is itself an OSPA.

use std::ops::Range;

use super::edges::Edges;
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::ospa::{OspaScores, mean_power};
use super::pairing::Pairing;
use super::power::Power;
use crate::{Error, Result};

/// The settings of OSPA⁽²⁾.
#[derive(Clone, Copy, Debug)]
pub struct Ospa2<'a> {
    /// The distance c at which points are as far apart as they count; > 0.
    pub cutoff: f64,
    /// The order p of the assignment of tracks; finite, ≥ 1.
    pub order: f64,
    /// The order q of the mean over time; finite, ≥ 1.
    pub base_order: f64,
    /// What each frame of a window weighs, the oldest first; > 0.
    pub weights: &'a [f64],
}

impl Ospa2<'_> {
    /// Scores the windows that end with the frames `ends`; at the beginning of the run they are
    /// shorter, and the last weights hold.
    ///
    /// A track f lives in the frames D_f of the window. With d_t = min(|f(t) − g(t)|, c) where
    /// both live and d_t = c where one does,
    /// d(f, g)^q = Σ w_t d_t^q / Σ w_t over t ∈ D_f ∪ D_g;
    /// OSPA⁽²⁾ is the OSPA of order p and cutoff c between the two sets of tracks that live in the
    /// window, with d as the distance.
    ///
    /// Only tracks that come within c of each other are less than c apart, so their pairs alone
    /// are summed and assigned: time and memory grow with the number of rows, not of pairs.
    ///
    /// Beard, Vo, Vo, *A solution for large-scale multi-object tracking*, IEEE Transactions on
    /// Signal Processing 68, 2020; weights and order q: Beard, Vo, Vo, *OSPA⁽²⁾: using
    /// the OSPA metric to evaluate multi-target tracking performance*, ICCAIS 2017.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, truth and estimate do not fit together, or an identity
    /// stands twice in a frame.
    pub fn score(
        &self,
        truth: Named<'_>,
        estimate: Named<'_>,
        ends: &[usize],
    ) -> Result<OspaScores> {
        check_run(&truth.frames, &estimate.frames)?;
        let base = Power::new(self.base_order)?;
        let powers =
            Powers { base, base_cut: base.of_cutoff(self.cutoff)?, order: Power::new(self.order)? };
        let cut = powers.order.of_cutoff(self.cutoff)?;
        self.check(truth.frames.len(), ends)?;
        let mut x = Side::new(truth, "the identities of truth")?;
        let mut y = Side::new(estimate, "the identities of estimate")?;
        let edges = Edges::near(truth.frames, estimate.frames, self.cutoff);
        let mut scores = OspaScores::default();
        let mut pairing = Pairing::default();
        for &end in ends {
            let window = Window::new(self.weights, end);
            x.enter(&window);
            y.enter(&window);
            pairing.clear();
            for &id in &x.present {
                near_tracks(id, &x, &y, &edges, &window, powers, &mut pairing);
                pairing.end_row();
            }
            let sizes = [x.present.len(), y.present.len()];
            scores.push(mean_power(powers.order, cut, pairing.solve(sizes[1], cut)?, sizes));
        }
        Ok(scores)
    }

    /// Refuses weights and ends of windows that mean nothing.
    fn check(&self, frames: usize, ends: &[usize]) -> Result<()> {
        let sum: f64 = self.weights.iter().sum();
        if self.weights.is_empty() || !self.weights.iter().all(|&w| w > 0.0) || !sum.is_finite() {
            return Err(Error::Setting {
                what: "weights",
                expected: "positive and finite, at least one",
                found: format!("{:?}", self.weights),
            });
        }
        match ends.iter().find(|&&end| end >= frames) {
            None => Ok(()),
            Some(end) => Err(Error::Setting {
                what: "the frame at which a window ends",
                expected: "smaller than the number of frames",
                found: format!("{end} of {frames} frames"),
            }),
        }
    }
}

/// The powers of the two distances.
#[derive(Clone, Copy)]
struct Powers {
    base: Power,
    base_cut: f64,
    order: Power,
}

/// Some frames, with a weight each.
struct Window<'a> {
    frames: Range<usize>,
    weights: &'a [f64],
}

impl<'a> Window<'a> {
    fn new(weights: &'a [f64], end: usize) -> Self {
        let length = weights.len().min(end + 1);
        Self { frames: end + 1 - length..end + 1, weights: &weights[weights.len() - length..] }
    }

    fn weight(&self, frame: u32) -> f64 {
        self.weights[frame as usize - self.frames.start]
    }

    fn total(&self, frames: &[u32]) -> f64 {
        frames.iter().map(|&frame| self.weight(frame)).sum()
    }

    /// The weight of the frames that two tracks have in common.
    fn common(&self, f: &[u32], g: &[u32]) -> f64 {
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < f.len() && j < g.len() {
            if f[i] == g[j] {
                sum += self.weight(f[i]);
            }
            let (a, b) = (f[i], g[j]);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        sum
    }
}

/// Truth or estimate, and which of its tracks live in the window.
struct Side<'a> {
    named: Named<'a>,
    tracks: Tracks,
    present: Vec<u32>,
    number: Vec<u32>,
    entered: Vec<usize>,
}

impl<'a> Side<'a> {
    fn new(named: Named<'a>, what: &'static str) -> Result<Self> {
        let tracks = Tracks::new(&named, what)?;
        let (number, entered) = (vec![0; tracks.len()], vec![0; tracks.len()]);
        Ok(Self { named, tracks, present: Vec::new(), number, entered })
    }

    /// Numbers the tracks of a window in the order in which they come first.
    fn enter(&mut self, window: &Window<'_>) {
        self.present.clear();
        let frames = &self.named.frames;
        let rows = frames.offsets[window.frames.start]..frames.offsets[window.frames.end];
        for &id in &self.named.id[rows] {
            let entered = &mut self.entered[id as usize];
            if *entered != window.frames.end {
                *entered = window.frames.end;
                self.number[id as usize] = self.present.len() as u32;
                self.present.push(id);
            }
        }
    }
}

/// Appends the tracks of the estimate that come near a track of truth, at d(f, g)^p.
fn near_tracks(
    id: u32,
    x: &Side<'_>,
    y: &Side<'_>,
    edges: &Edges,
    window: &Window<'_>,
    powers: Powers,
    pairing: &mut Pairing,
) {
    let (f, rows) = x.tracks.within(id, window.frames.clone());
    let mut meetings = Vec::new();
    for (&frame, &row) in f.iter().zip(rows) {
        for edge in edges.of(row as usize) {
            let (row, squared) = edges.get(edge);
            meetings.push((y.named.id[row], window.weight(frame), powers.base.of_squared(squared)));
        }
    }
    meetings.sort_by_key(|&(other, ..)| other); // stable: the sums keep the order of frames
    let weight_f = window.total(f);
    for meetings in meetings.chunk_by(|a, b| a.0 == b.0) {
        let other = meetings[0].0;
        let (g, _) = y.tracks.within(other, window.frames.clone());
        let union = weight_f + window.total(g) - window.common(f, g);
        let (mut near, mut sum) = (0.0, 0.0);
        for &(_, weight, distance) in meetings {
            near += weight;
            sum += weight * distance;
        }
        let mean = (sum + powers.base_cut * (union - near).max(0.0)) / union;
        pairing.push(y.number[other as usize], powers.order.of(powers.base.root(mean)));
    }
}
