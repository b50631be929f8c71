//! Power series, for arguments at which closed forms would cancel.

/// Enough for 2ⁿ xⁿ / n! to vanish at |x| = 1 and xⁿ / (2 n)! at |x| = 16.
const TERMS: u32 = 24;

/// Σ a(n) xⁿ / (n + k)! over n ≥ 0.
pub(super) fn exponential(x: f64, k: u32, a: impl Fn(u32) -> f64) -> f64 {
    let mut sum = 0.0;
    for n in (0..TERMS).rev() {
        sum = a(n) + x * sum / f64::from(n + k + 1);
    }
    sum / factorial(k)
}

/// Σ xⁿ / (2 n + k)! over n ≥ 0.
pub(super) fn even(x: f64, k: u32) -> f64 {
    let mut sum = 0.0;
    for n in (0..TERMS).rev() {
        sum = 1.0 + x * sum / f64::from((2 * n + k + 1) * (2 * n + k + 2));
    }
    sum / factorial(k)
}

fn factorial(k: u32) -> f64 {
    (1..k + 1).map(f64::from).product()
}
