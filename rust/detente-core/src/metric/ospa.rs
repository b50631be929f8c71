//! OSPA: distance between two sets of points per point, with a penalty for another number.

use super::frames::{Frames, Points, check_run};
use super::pairing::{Pairing, Pairs};
use super::power::Power;
use crate::Result;

/// The settings of OSPA.
#[derive(Clone, Copy, Debug)]
pub struct Ospa {
    /// The distance c at which points are as far apart as they count; > 0.
    pub cutoff: f64,
    /// The order p ≥ 1; may be infinite.
    pub order: f64,
}

/// OSPA of each frame.
///
/// The parts are means of p-th powers: value^p = localisation + cardinality. With p = ∞ they are
/// distances, and the value is the larger one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OspaScores {
    /// The distance.
    pub value: Vec<f64>,
    /// What the distances of the pairs contribute.
    pub localisation: Vec<f64>,
    /// What the difference in number contributes.
    pub cardinality: Vec<f64>,
}

impl Ospa {
    /// Scores each frame of a run.
    ///
    /// For m = |X| ≤ n = |Y|, and the other way round by symmetry,
    /// d(X, Y)^p = (min over π of Σ min(d(xᵢ, y_π(i)), c)^p + c^p (n − m)) / n, and 0 for two
    /// empty sets. With p = ∞ it is the largest distance of the bottleneck assignment, cut at c,
    /// and c when m ≠ n.
    ///
    /// Schuhmacher, Vo, Vo, *A consistent metric for performance evaluation of multi-object
    /// filters*, IEEE Transactions on Signal Processing 56(8), 2008.
    ///
    /// # Errors
    ///
    /// When a setting is out of range or truth and estimate do not fit together.
    pub fn score(&self, truth: Frames<'_>, estimate: Frames<'_>) -> Result<OspaScores> {
        check_run(&truth, &estimate)?;
        let largest = self.order == f64::INFINITY;
        let power = Power::new(if largest { 1.0 } else { self.order })?;
        let cut = power.of_cutoff(self.cutoff)?;
        let mut scores = OspaScores::default();
        let mut pairing = Pairing::default();
        for frame in 0..truth.len() {
            let (x, y) = (truth.points(frame), estimate.points(frame));
            let (few, many) = if x.len() <= y.len() { (x, y) } else { (y, x) };
            pairing.clear();
            pairing.collect(few, many, self.cutoff, power, |_, _| false);
            let score = if largest {
                largest_distance(&mut pairing, few, many, self.cutoff)?
            } else {
                let pairs = pairing.solve(many.len(), cut)?;
                mean_power(power, cut, pairs, [few.len(), many.len()])
            };
            scores.push(score);
        }
        Ok(scores)
    }
}

impl OspaScores {
    /// Appends value, localisation and cardinality.
    pub(super) fn push(&mut self, (value, localisation, cardinality): (f64, f64, f64)) {
        self.value.push(value);
        self.localisation.push(localisation);
        self.cardinality.push(cardinality);
    }
}

/// Value, localisation and cardinality of the optimal pairs of two sets of the given sizes.
pub(super) fn mean_power(
    power: Power,
    cut: f64,
    pairs: Pairs<'_>,
    mut sizes: [usize; 2],
) -> (f64, f64, f64) {
    sizes.sort_unstable();
    let [few, many] = sizes;
    let n = many.max(1) as f64;
    let localisation = (pairs.cost + cut * (few - pairs.count) as f64) / n;
    let cardinality = cut * (many - few) as f64 / n;
    (power.root(localisation + cardinality), localisation, cardinality)
}

/// Value, localisation and cardinality for p = ∞.
fn largest_distance(
    pairing: &mut Pairing,
    few: Points<'_>,
    many: Points<'_>,
    cutoff: f64,
) -> Result<(f64, f64, f64)> {
    let localisation = pairing.solve_bottleneck(many.len())?.unwrap_or(cutoff);
    let cardinality = if few.len() == many.len() { 0.0 } else { cutoff };
    Ok((localisation.max(cardinality), localisation, cardinality))
}
