//! OSPA: distance between two sets of points per point, with a penalty for another number.

use super::frames::{Frames, Points, check_run};
use super::pairing::Pairing;
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
            let (value, localisation, cardinality) = if largest {
                largest_distance(&mut pairing, few, many, self.cutoff)?
            } else {
                let pairs = pairing.solve(many.len(), cut)?;
                let n = many.len().max(1) as f64;
                let localisation = (pairs.cost + cut * (few.len() - pairs.count) as f64) / n;
                let cardinality = cut * (many.len() - few.len()) as f64 / n;
                (power.root(localisation + cardinality), localisation, cardinality)
            };
            scores.value.push(value);
            scores.localisation.push(localisation);
            scores.cardinality.push(cardinality);
        }
        Ok(scores)
    }
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
