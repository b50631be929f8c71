//! Stumpff's functions c_k(θ) = Σ (−θ²)ⁿ / (2 n + k)!, and integrals made of them.
//!
//! c₀ = cos θ, c₁ = sin θ / θ, c₂ = (1 − cos θ) / θ², c₃ = (θ − sin θ) / θ³, … (Stumpff,
//! *Himmelsmechanik* I, 1959, section 41). They are even and smooth, so that a turn of rate zero is
//! no exception. Below [`SWITCH`] the closed forms would cancel, and the series is summed instead.

use super::series::even;

/// Above, cancellation costs the closed forms at most two digits.
pub(super) const SWITCH: f64 = 2.0;

/// sin θ / θ
pub(super) fn c1(theta: f64) -> f64 {
    if theta == 0.0 { 1.0 } else { libm::sin(theta) / theta }
}

/// (1 − cos θ) / θ²
pub(super) fn c2(theta: f64) -> f64 {
    let half = c1(0.5 * theta);
    0.5 * half * half
}

/// (θ − sin θ) / θ³
pub(super) fn c3(theta: f64) -> f64 {
    by(theta, 3, |square| (1.0 - c1(theta)) / square)
}

/// (θ² / 2 − 1 + cos θ) / θ⁴
pub(super) fn c4(theta: f64) -> f64 {
    by(theta, 4, |square| (0.5 - c2(theta)) / square)
}

/// (θ³ / 6 − θ + sin θ) / θ⁵
pub(super) fn c5(theta: f64) -> f64 {
    by(theta, 5, |square| (1.0 / 6.0 - c3(theta)) / square)
}

/// ∫ (1 − cos)² / θ⁵ from 0 to θ.
pub(super) fn versine_squared(theta: f64) -> f64 {
    if theta.abs() < SWITCH {
        return 8.0 * series(2.0 * theta, 5) - 2.0 * series(theta, 5);
    }
    let sum = 1.5 * theta - 2.0 * libm::sin(theta) + 0.25 * libm::sin(2.0 * theta);
    let square = theta * theta;
    sum / (square * square * theta)
}

/// ∫ (θ − sin)² / θ⁷ from 0 to θ.
pub(super) fn lag_squared(theta: f64) -> f64 {
    if theta.abs() < SWITCH {
        let (c6, c7) = (series(theta, 6), series(theta, 7));
        return 32.0 * series(2.0 * theta, 7) + 2.0 * (c7 - c6);
    }
    let (sin, cos) = (libm::sin(theta), libm::cos(theta));
    let (square, cube) = (theta * theta, theta * theta * theta);
    let sum = cube / 3.0 + 0.5 * theta - 2.0 * (sin - theta * cos) - 0.25 * libm::sin(2.0 * theta);
    sum / (square * square * cube)
}

fn by(theta: f64, k: u32, closed: impl Fn(f64) -> f64) -> f64 {
    if theta.abs() < SWITCH { series(theta, k) } else { closed(theta * theta) }
}

fn series(theta: f64, k: u32) -> f64 {
    even(-theta * theta, k)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By Gauss and Legendre, five points on each of many panels.
    fn integral(to: f64, f: impl Fn(f64) -> f64) -> f64 {
        let nodes = [
            (0.0, 128.0 / 225.0),
            (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
            (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        ];
        let panels = 64 + (8.0 * to) as usize;
        let half = 0.5 * to / panels as f64;
        let mut sum = 0.0;
        for panel in 0..panels {
            let middle = half * (2 * panel + 1) as f64;
            for (node, weight) in nodes {
                let both = f(middle + half * node) + f(middle - half * node);
                sum += weight * if node == 0.0 { 0.5 * both } else { both };
            }
        }
        sum * half
    }

    #[test]
    fn integrals_agree_with_quadrature_on_both_sides_of_the_switch() {
        for theta in [1e-3, 0.1, 1.0, 1.999, 2.0, 2.001, 3.0, 10.0, 60.0] {
            // θ² c₂ and θ³ c₃ themselves are exact to the last bits: see the next test
            let versine = integral(theta, |u| (u * u * c2(u)).powi(2)) / theta.powi(5);
            let lag = integral(theta, |u| (u * u * u * c3(u)).powi(2)) / theta.powi(7);
            assert!((versine_squared(theta) / versine - 1.0).abs() < 2e-14, "{theta}");
            assert!((lag_squared(theta) / lag - 1.0).abs() < 2e-14, "{theta}");
        }
    }

    #[test]
    fn each_function_is_the_next_but_one() {
        for theta in [1e-8, 1e-3, 0.1, 1.0, 1.999, 2.0, 2.001, 3.0, 10.0, 1e3, -0.7, -5.0] {
            let square = theta * theta;
            let pairs = [
                (c1(theta), 1.0 - square * c3(theta)),
                (c2(theta), 0.5 - square * c4(theta)),
                (c3(theta), 1.0 / 6.0 - square * c5(theta)),
            ];
            for (one, other) in pairs {
                assert!((one - other).abs() < 4e-16, "{theta}: {one} {other}");
            }
        }
    }

    #[test]
    fn series_and_closed_forms_meet_at_the_switch() {
        for (function, k) in [(c3 as fn(f64) -> f64, 3), (c4, 4), (c5, 5)] {
            for theta in [2.0, 2.5, 3.0, 4.0] {
                assert!((function(theta) / series(theta, k) - 1.0).abs() < 1e-14, "{k} {theta}");
            }
        }
    }
}
