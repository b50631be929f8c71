//! The chi-square distribution with a whole number of degrees of freedom.

/// P(χ² ≤ x) by the finite sums for whole degrees of freedom.
///
/// Abramowitz and Stegun 26.4.4 (odd) and 26.4.5 (even).
#[must_use]
pub fn probability(dof: usize, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let half = 0.5 * x;
    let odd = dof % 2 == 1;
    let (mut tail, mut term) = if odd {
        (libm::erfc(half.sqrt()), libm::exp(-half) * (half / std::f64::consts::PI).sqrt() * 2.0)
    } else {
        (0.0, libm::exp(-half))
    };
    let mut step = if odd { 1.5 } else { 1.0 };
    for _ in 0..dof / 2 {
        tail += term;
        term *= half / step;
        step += 1.0;
    }
    1.0 - tail
}

/// The x with P(χ² ≤ x) = `probability`, by bisection to the last bit that matters.
#[must_use]
pub fn quantile(dof: usize, probability_below: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while probability(dof, high) < probability_below && high < 1e4 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if probability(dof, middle) < probability_below { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_agree_with_the_printed_tables() {
        // Abramowitz and Stegun, table 26.8
        for (dof, below, x) in [
            (1, 0.95, 3.84146),
            (2, 0.99, 9.21034),
            (3, 0.999, 16.2662),
            (6, 0.95, 12.5916),
            (4, 0.05, 0.710721),
            (5, 0.5, 4.35146),
        ] {
            assert!((quantile(dof, below) / x - 1.0).abs() < 2e-6, "{dof} {below}");
        }
    }
}
