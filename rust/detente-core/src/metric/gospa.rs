//! GOSPA: distance between two sets of points, with its localisation, missed and false parts.

use super::frames::{Frames, check_run};
use super::pairing::Pairing;
use super::power::Power;
use crate::assoc::assign::MISS;
use crate::{Error, Result};

/// The settings of GOSPA.
#[derive(Clone, Copy, Debug)]
pub struct Gospa {
    /// The distance c at which a pair is as bad as one missed and one false point; > 0.
    pub cutoff: f64,
    /// The order p; finite, ≥ 1.
    pub order: f64,
    /// The divisor α of the cardinality cost c^p / α; 0 < α ≤ 2.
    pub alpha: f64,
}

/// GOSPA of each frame.
///
/// The parts are sums of p-th powers: value^p = localisation + missed + false.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GospaScores {
    /// The distance.
    pub value: Vec<f64>,
    /// Σ d^p over the pairs.
    pub localisation: Vec<f64>,
    /// c^p / α for each missed truth.
    pub missed: Vec<f64>,
    /// c^p / α for each false estimate.
    pub false_: Vec<f64>,
    /// How many truths are missed.
    pub missed_count: Vec<usize>,
    /// How many estimates are false.
    pub false_count: Vec<usize>,
    /// For each row of truth the row of the estimate closer than the cutoff, or [`MISS`].
    pub estimate_row: Vec<u32>,
}

impl Gospa {
    /// Scores each frame of a run.
    ///
    /// For |X| ≤ |Y|, and the other way round by symmetry,
    /// d(X, Y)^p = min over π of Σ min(d(xᵢ, y_π(i)), c)^p + c^p / α · (|Y| − |X|).
    /// With α = 2 a pair at c or more is one missed and one false point; with a smaller α it
    /// stays a pair and costs c^p of localisation. The optimal pairs are the same for all α.
    ///
    /// Rahmathullah, García-Fernández, Svensson, *Generalized optimal sub-pattern assignment
    /// metric*, FUSION 2017.
    ///
    /// # Errors
    ///
    /// When a setting is out of range or truth and estimate do not fit together.
    ///
    /// # Examples
    ///
    /// ```
    /// use detente_core::metric::{Frames, gospa::Gospa};
    ///
    /// let truth = Frames { positions: &[0.0, 0.0, 90.0, 0.0], offsets: &[0, 2], dim: 2 };
    /// let estimate = Frames { positions: &[3.0, 4.0], offsets: &[0, 1], dim: 2 };
    /// let gospa = Gospa { cutoff: 10.0, order: 2.0, alpha: 2.0 };
    /// let scores = gospa.score(truth, estimate)?;
    /// assert_eq!(scores.localisation, [25.0]);
    /// assert_eq!(scores.missed, [50.0]);
    /// assert_eq!(scores.value, [75.0_f64.sqrt()]);
    /// # Ok::<(), detente_core::Error>(())
    /// ```
    pub fn score(&self, truth: Frames<'_>, estimate: Frames<'_>) -> Result<GospaScores> {
        check_run(&truth, &estimate)?;
        let power = Power::new(self.order)?;
        let cut = power.of_cutoff(self.cutoff)?;
        if !(self.alpha > 0.0 && self.alpha <= 2.0 && (cut / self.alpha).is_finite()) {
            return Err(Error::Setting {
                what: "alpha",
                expected: "above 0 and at most 2",
                found: format!("{}", self.alpha),
            });
        }
        let mut scores = GospaScores::default();
        let mut pairing = Pairing::default();
        for frame in 0..truth.len() {
            let (x, y) = (truth.points(frame), estimate.points(frame));
            pairing.clear();
            pairing.collect(x, y, self.cutoff, power, |_, _| false);
            let pairs = pairing.solve(y.len(), cut)?;
            let far = if self.alpha == 2.0 { 0 } else { x.len().min(y.len()) - pairs.count };
            let missed = x.len() - pairs.count - far;
            let false_ = y.len() - pairs.count - far;
            let first = estimate.rows(frame).start as u32;
            scores.push(
                power,
                [
                    pairs.cost + cut * far as f64,
                    cut / self.alpha * missed as f64,
                    cut / self.alpha * false_ as f64,
                ],
                [missed, false_],
            );
            let row = |&j: &u32| if j == MISS { MISS } else { first + j };
            scores.estimate_row.extend(pairs.column.iter().map(row));
        }
        Ok(scores)
    }
}

impl GospaScores {
    /// Appends a frame.
    fn push(&mut self, power: Power, parts: [f64; 3], counts: [usize; 2]) {
        let [localisation, missed, false_] = parts;
        self.value.push(power.root(localisation + (missed + false_)));
        self.localisation.push(localisation);
        self.missed.push(missed);
        self.false_.push(false_);
        self.missed_count.push(counts[0]);
        self.false_count.push(counts[1]);
    }
}
