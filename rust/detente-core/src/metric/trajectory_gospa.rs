//! GOSPA of trajectories: localisation, missed and false as in GOSPA, and switches.

use super::blocks::{Block, Meeting, solve_blocks};
use super::edges::Edges;
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::power::Power;
use crate::{Error, Result};

/// The settings of GOSPA of trajectories.
#[derive(Clone, Copy, Debug)]
pub struct TrajectoryGospa {
    /// The distance c at which a pair is as bad as one missed and one false point; > 0.
    pub cutoff: f64,
    /// The order p; finite, ≥ 1.
    pub order: f64,
    /// The penalty γ of an object that changes its track; finite, ≥ 0.
    pub switch_penalty: f64,
}

/// The parts of each frame, sums of p-th powers: value^p is their sum over all frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrajectoryGospaScores {
    /// The distance of the two sets of trajectories.
    pub value: f64,
    /// Σ d^p over the pairs.
    pub localisation: Vec<f64>,
    /// c^p / 2 for each missed truth.
    pub missed: Vec<f64>,
    /// c^p / 2 for each false estimate.
    pub false_: Vec<f64>,
    /// γ^p for each change of a track since the frame before, half of it where one begins or ends.
    pub switch: Vec<f64>,
}

impl TrajectoryGospa {
    /// Scores two sets of trajectories.
    ///
    /// The metric of the linear programme: over shares w_ij(t) ∈ [0, 1] of object i and track j
    /// in frame t, with Σ_j w_ij ≤ 1 and Σ_i w_ij ≤ 1, the least
    /// value^p = Σ_t [ Σ_ij d_ij(t)^p w_ij(t) + c^p/2 (missed + false) ]
    ///         + γ^p/2 Σ_t Σ_ij |w_ij(t + 1) − w_ij(t)|.
    /// It is a metric, and a lower bound of the one with integral shares, which it equals but in
    /// rare cases, and it takes polynomial time, which that does not.
    ///
    /// Objects and tracks that never come within c of each other gain nothing by being paired.
    /// Each object is solved alone, by Viterbi's recursion, and only those that then want the same
    /// track at the same time are solved together, by the simplex method; see `blocks.rs`. Frames
    /// in which no pair of theirs is near are left out, for the shares can stay as they were.
    ///
    /// García-Fernández, Rahmathullah, Svensson, *A metric on the space of finite sets of
    /// trajectories for evaluation of multi-target tracking algorithms*, IEEE Transactions on
    /// Signal Processing 68, 2020.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, truth and estimate do not fit together, an identity stands
    /// twice in a frame, or the simplex method fails.
    pub fn score(&self, truth: Named<'_>, estimate: Named<'_>) -> Result<TrajectoryGospaScores> {
        check_run(&truth.frames, &estimate.frames)?;
        let power = Power::new(self.order)?;
        let cut = power.of_cutoff(self.cutoff)?;
        let half_switch = 0.5 * power.of(self.switch_penalty);
        if !(self.switch_penalty >= 0.0 && half_switch.is_finite()) {
            return Err(Error::Setting {
                what: "switch_penalty",
                expected: "finite and at least 0, also when raised to the order",
                found: format!("{}", self.switch_penalty),
            });
        }
        Tracks::new(&truth, "the identities of truth")?;
        Tracks::new(&estimate, "the identities of estimate")?;
        let edges = Edges::near(truth.frames, estimate.frames, self.cutoff);

        let frames = truth.frames.len();
        let mut scores = TrajectoryGospaScores {
            localisation: vec![0.0; frames],
            switch: vec![0.0; frames],
            ..TrajectoryGospaScores::default()
        };
        let mut paired = vec![0.0; frames];
        let meetings = meetings(&truth, &estimate, &edges, power);
        for Block { group, share, .. } in solve_blocks(meetings, cut, half_switch / cut)? {
            for (t, &frame) in group.frames.iter().enumerate() {
                for at in group.of_frame(t) {
                    if group.cost[at] < 0.0 {
                        paired[frame] += share[at];
                        scores.localisation[frame] += group.power[at] * share[at];
                    }
                    if t > 0 {
                        let change = (share[at] - share[at - group.pairs.len()]).abs();
                        scores.switch[frame] += half_switch * change;
                    }
                }
            }
        }
        let mut sum = 0.0;
        for (frame, paired) in paired.into_iter().enumerate() {
            let left = |rows: usize| 0.5 * cut * (rows as f64 - paired).max(0.0);
            scores.missed.push(left(truth.frames.rows(frame).len()));
            scores.false_.push(left(estimate.frames.rows(frame).len()));
            sum += scores.localisation[frame] + scores.switch[frame];
            sum += scores.missed[frame] + scores.false_[frame];
        }
        scores.value = power.root(sum);
        Ok(scores)
    }
}

/// All meetings of a run.
fn meetings(truth: &Named<'_>, estimate: &Named<'_>, edges: &Edges, power: Power) -> Vec<Meeting> {
    let mut out = Vec::with_capacity(edges.len());
    for frame in 0..truth.frames.len() {
        for row in truth.frames.rows(frame) {
            out.extend(edges.of(row).map(|edge| {
                let (column, squared) = edges.get(edge);
                let (object, track) = (truth.id[row], estimate.id[column]);
                let power = power.of_squared(squared);
                Meeting { object, track, frame: frame as u32, power }
            }));
        }
    }
    out
}
