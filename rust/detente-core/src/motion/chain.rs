//! A Markov chain in continuous time: which model an object follows.

use crate::{Error, Result};

/// Terms of a series whose argument is at most one half.
const TERMS: u32 = 18;

/// M states and the rates at which one follows another.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    count: usize,
    /// M × M, row-major, from i to j; the diagonal is zero.
    rates_per_s: Vec<f64>,
}

impl Chain {
    /// A chain of `count` states with the rates from i to j (row-major) \[1/s\]. What stands on the
    /// diagonal does not count.
    ///
    /// # Errors
    /// [`Error::Setting`] for no states, or a rate that is negative or not finite;
    /// [`Error::Shape`] for other than M × M rates.
    pub fn new(count: usize, rates_per_s: &[f64]) -> Result<Self> {
        if count == 0 || rates_per_s.len() != count * count {
            return Err(Error::Shape {
                what: "transition_per_s".to_owned(),
                expected: format!("({count}, {count}), for at least one model"),
                found: format!("{} numbers", rates_per_s.len()),
            });
        }
        let mut rates = rates_per_s.to_vec();
        (0..count).for_each(|i| rates[i * count + i] = 0.0);
        if let Some(bad) = rates.iter().find(|rate| !(rate.is_finite() && **rate >= 0.0)) {
            return Err(Error::Setting {
                what: "transition_per_s",
                expected: "zero or positive, and finite, off the diagonal",
                found: bad.to_string(),
            });
        }
        Ok(Self { count, rates_per_s: rates })
    }

    /// M
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// P(Δt) = exp(Π Δt), row-major, from i to j; Π is the matrix of the rates, its rows summing
    /// to zero.
    ///
    /// By uniformisation, P = Σ e^(−λΔt) (λΔt)ⁿ / n! (I + Π / λ)ⁿ, over a fraction of the step that
    /// is then squared: no term is negative, so none cancels (Jensen 1953).
    #[must_use]
    pub fn transition(&self, dt_s: f64) -> Vec<f64> {
        let count = self.count;
        let leaving: Vec<f64> =
            self.rates_per_s.chunks_exact(count).map(|r| r.iter().sum()).collect();
        let fastest = leaving.iter().copied().fold(0.0, f64::max);
        let unit = |i: usize, j: usize| f64::from(u8::from(i == j));
        let identity =
            || (0..count * count).map(|k| unit(k / count, k % count)).collect::<Vec<_>>();
        if fastest * dt_s <= 0.0 {
            return identity();
        }
        let (mut events, mut halvings) = (fastest * dt_s, 0);
        while events > 0.5 {
            events *= 0.5;
            halvings += 1;
        }
        let jump: Vec<f64> = (0..count * count)
            .map(|k| {
                let (i, j) = (k / count, k % count);
                self.rates_per_s[k] / fastest + unit(i, j) * (1.0 - leaving[i] / fastest)
            })
            .collect();
        let mut power = identity();
        let mut weight = libm::exp(-events);
        let mut sum: Vec<f64> = power.iter().map(|p| weight * p).collect();
        for n in 1..TERMS {
            power = product(count, &power, &jump);
            weight *= events / f64::from(n);
            sum.iter_mut().zip(&power).for_each(|(sum, power)| *sum += weight * power);
        }
        for _ in 0..halvings {
            sum = normalised(count, product(count, &sum, &sum));
        }
        normalised(count, sum)
    }

    /// The probabilities in the long run, `None` if they depend on the beginning.
    ///
    /// By elimination without subtractions (Grassmann, Taksar and Heyman 1985).
    #[must_use]
    pub fn stationary(&self) -> Option<Vec<f64>> {
        let count = self.count;
        let mut rates = self.rates_per_s.clone();
        for last in (1..count).rev() {
            let down: f64 = rates[last * count..][..last].iter().sum();
            if down <= 0.0 {
                return None;
            }
            for i in 0..last {
                rates[i * count + last] /= down;
                for j in 0..last {
                    rates[i * count + j] += rates[i * count + last] * rates[last * count + j];
                }
            }
        }
        let mut out = vec![1.0; count];
        for j in 1..count {
            out[j] = (0..j).map(|i| out[i] * rates[i * count + j]).sum();
        }
        let total: f64 = out.iter().sum();
        Some(out.into_iter().map(|p| p / total).collect())
    }
}

fn product(count: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; count * count];
    for i in 0..count {
        for k in 0..count {
            for j in 0..count {
                out[i * count + j] += a[i * count + k] * b[k * count + j];
            }
        }
    }
    out
}

/// With rows that sum to one.
fn normalised(count: usize, mut a: Vec<f64>) -> Vec<f64> {
    for row in a.chunks_exact_mut(count) {
        let total: f64 = row.iter().sum();
        row.iter_mut().for_each(|p| *p /= total);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [f64; 9] = [0.0, 0.02, 0.01, 0.3, 0.0, 0.1, 0.0, 5.0, 0.0];

    #[test]
    fn two_states_agree_with_the_closed_form() {
        let chain = Chain::new(2, &[-7.0, 0.03, 0.2, 9.0]).unwrap();
        for dt_s in [0.0, 1e-9, 0.1, 1.0, 30.0, 1e6] {
            let p = chain.transition(dt_s);
            let gone = -libm::expm1(-0.23 * dt_s);
            assert!((p[1] - 0.03 / 0.23 * gone).abs() <= 1e-15 * gone.max(1e-300) * 4.0);
            assert!((p[2] - 0.2 / 0.23 * gone).abs() <= 1e-15 * gone.max(1e-300) * 4.0);
            assert!((p[0] + p[1] - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn two_steps_are_one_and_the_long_run_is_stationary() {
        let chain = Chain::new(3, &RATES).unwrap();
        let both = product(3, &chain.transition(0.7), &chain.transition(2.6));
        for (one, two) in chain.transition(3.3).iter().zip(&both) {
            assert!((one - two).abs() < 1e-15);
        }
        let long = chain.stationary().unwrap();
        for row in chain.transition(1e5).chunks_exact(3) {
            for (p, want) in row.iter().zip(&long) {
                assert!((p - want).abs() < 1e-14);
            }
        }
        assert!(chain.transition(1e-6).iter().all(|&p| p >= 0.0));
    }

    #[test]
    fn a_chain_that_does_not_come_back_has_no_long_run_of_its_own() {
        assert_eq!(Chain::new(2, &[0.0, 0.0, 0.0, 0.0]).unwrap().stationary(), None);
        assert_eq!(Chain::new(2, &[0.0, 0.1, 0.0, 0.0]).unwrap().stationary(), None);
        assert_eq!(Chain::new(1, &[0.0]).unwrap().transition(3.0), [1.0]);
    }

    #[test]
    fn bad_rates_are_refused() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let error = Chain::new(2, &[0.0, bad, 1.0, 0.0]).unwrap_err().to_string();
            assert!(error.starts_with("transition_per_s must be zero or positive"), "{error}");
        }
        let error = Chain::new(2, &[0.0, 1.0]).unwrap_err().to_string();
        assert!(error.contains("must have shape (2, 2)"), "{error}");
    }
}
