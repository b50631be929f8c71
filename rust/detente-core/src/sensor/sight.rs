//! How likely a sensor sees an object that may be here or there.
//!
//! q = ∫ p_D(x) 1[x covered] p(x) dx. Over a normal position the integral is a sum over 8 × 8
//! points of equal weight, m + L (uᵢ, uⱼ), with L the Cholesky factor of the covariance of east and
//! north and uᵢ the quantiles of (i + ½) / 8; over a cell over 4 × 4 points of it. Where no edge is
//! near enough to part the points, one point is as good as all.

use super::{Coverage, Value, View};

/// Quantiles of the standard normal distribution at (i + ½) / 8.
const NODES: [f64; 8] = [
    -1.534_120_544_352_545_9,
    -0.887_146_559_018_875_8,
    -0.488_776_411_114_669_4,
    -0.157_310_684_610_170_67,
    0.157_310_684_610_170_67,
    0.488_776_411_114_669_4,
    0.887_146_559_018_875_8,
    1.534_120_544_352_545_9,
];
/// All points lie within this multiple of the largest standard deviation: √2 times the last node.
const FURTHEST: f64 = 2.17;
/// The points of a cell along each side, in shares of it from its middle.
const SHARES: [f64; 4] = [-0.375, -0.125, 0.125, 0.375];

/// Where a sensor can see, and how likely it sees there.
#[derive(Clone, Debug)]
pub struct Sight<'a> {
    /// From where it looks.
    pub view: View,
    /// Where it can see.
    pub coverage: &'a Coverage,
    /// The probability with which it sees what it covers.
    pub probability: Value,
}

/// What is expected of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// q: the probability that it is seen.
    pub seen: f64,
    /// The probability that it is seen if it is covered.
    pub hit: f64,
}

impl Sight<'_> {
    /// Whether it is the same everywhere.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        *self.coverage == Coverage::Everywhere && self.probability.constant().is_some()
    }

    /// Of an object at a normal position: mean (east, north) and covariance (ee, en, nn).
    #[must_use]
    pub fn of_normal(&self, mean: [f64; 2], cov: [f64; 3]) -> Seen {
        if let Some(seen) = self.alike(mean, FURTHEST * (cov[0] + cov[2]).sqrt()) {
            return seen;
        }
        let a = cov[0].max(0.0).sqrt();
        let b = if a > 0.0 { cov[1] / a } else { 0.0 };
        let c = (cov[2] - b * b).max(0.0).sqrt();
        let points = NODES.iter().flat_map(|&u| NODES.iter().map(move |&v| (u, v)));
        self.mean_of(mean, points.map(|(u, v)| [mean[0] + a * u, mean[1] + b * u + c * v]))
    }

    /// Of an object anywhere in a square cell.
    #[must_use]
    pub fn of_cell(&self, middle: [f64; 2], side_m: f64) -> Seen {
        if let Some(seen) = self.alike(middle, side_m) {
            return seen;
        }
        let points = SHARES.iter().flat_map(|&u| SHARES.iter().map(move |&v| (u, v)));
        self.mean_of(middle, points.map(|(u, v)| [middle[0] + u * side_m, middle[1] + v * side_m]))
    }

    /// One answer for all points within a radius, if there is one.
    fn alike(&self, middle: [f64; 2], radius_m: f64) -> Option<Seen> {
        let hit = self.probability.constant()?;
        if self.coverage.clearance_m(&self.view, middle) <= radius_m {
            return None;
        }
        let seen = if self.coverage.sees(&self.view, middle) { hit } else { 0.0 };
        Some(Seen { seen, hit })
    }

    fn mean_of(&self, middle: [f64; 2], points: impl Iterator<Item = [f64; 2]>) -> Seen {
        let (mut count, mut covered, mut sum) = (0.0, 0.0, 0.0);
        for point in points {
            count += 1.0;
            if self.coverage.sees(&self.view, point) {
                covered += 1.0;
                sum += self.probability.at(&self.view, point);
            }
        }
        if let Some(hit) = self.probability.constant() {
            return Seen { seen: hit * (covered / count), hit };
        }
        let hit =
            if covered > 0.0 { sum / covered } else { self.probability.at(&self.view, middle) };
        Seen { seen: sum / count, hit }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::Pose;

    #[test]
    fn half_a_plane_counts_by_the_mass_that_lies_in_it() {
        // Φ(x / σ) of a normal position at the distance x inside a straight edge
        let edge = [[-1e4, -1e4], [0.0, -1e4], [0.0, 1e4], [-1e4, 1e4]];
        let coverage = Coverage::Polygon(edge.into());
        let view = View::from(&Pose::default());
        let sight = Sight { view, coverage: &coverage, probability: Value::Constant(0.8) };
        for k in -30..31 {
            let x = f64::from(k) / 10.0;
            let exact = 0.8 * 0.5 * libm::erfc(x / std::f64::consts::SQRT_2);
            let found = sight.of_normal([10.0 * x, 0.0], [100.0, 30.0, 50.0]);
            assert!((found.seen - exact).abs() <= 0.8 / 16.0 + 1e-12, "{x}");
            assert_eq!(found.hit, 0.8);
        }
        // what is far from every edge costs one point and is exact
        assert_eq!(sight.of_normal([-500.0, 0.0], [100.0, 30.0, 50.0]).seen, 0.8);
        assert_eq!(sight.of_normal([500.0, 0.0], [100.0, 30.0, 50.0]).seen, 0.0);
    }

    #[test]
    fn a_probability_that_falls_with_the_range_is_averaged() {
        let table = Value::Range([[0.0, 1.0], [100.0, 0.5], [200.0, 0.0]].into());
        let view = View::from(&Pose { position_m: [50.0, 0.0, 0.0], ..Pose::default() });
        for (east, expected) in [(50.0, 1.0), (100.0, 0.75), (200.0, 0.25), (400.0, 0.0)] {
            assert_eq!(table.at(&view, [east, 0.0]), expected);
        }
        let disc = Coverage::Disc { range_m: 200.0 };
        let sight = Sight { view, coverage: &disc, probability: table };
        let found = sight.of_normal([150.0, 0.0], [1.0, 0.0, 1e-12]);
        assert!((found.seen - 0.5).abs() < 1e-12 && (found.hit - 0.5).abs() < 1e-12);
    }
}
