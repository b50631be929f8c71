//! Integrals of a decay e^(−x): what Singer's and Ornstein and Uhlenbeck's models share.
//!
//! With x the step in units of the correlation time, a unit impulse now has decayed to e^(−x), has
//! added ψ₁ = 1 − e^(−x) to the first integral and ψ₂ = x − ψ₁ to the second. The noise is made of
//! ∫₀ˣ ψᵢ ψⱼ. Each function returns its integral divided by the power of x with which it begins, so
//! that small steps lose nothing; below [`SWITCH`] the closed form would cancel, and a series is
//! summed instead.

use super::series::exponential;

/// Above, cancellation costs the closed forms at most two digits.
pub(super) const SWITCH: f64 = 1.0;

/// ψ₁ / x
pub(super) fn first(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x }
}

/// ψ₂ / x²
pub(super) fn second(x: f64) -> f64 {
    if x.abs() < SWITCH {
        return exponential(-x, 2, |_| 1.0);
    }
    (x + libm::expm1(-x)) / (x * x)
}

/// ∫ e^(−2x) / x
pub(super) fn decay_squared(x: f64) -> f64 {
    first(2.0 * x)
}

/// ∫ e^(−x) ψ₁ / x²
pub(super) fn decay_first(x: f64) -> f64 {
    0.5 * first(x) * first(x)
}

/// ∫ ψ₁² / x³
pub(super) fn first_squared(x: f64) -> f64 {
    if x.abs() < SWITCH {
        return exponential(-x, 3, |n| 0.5 * (power_of_two(n + 3) - 4.0));
    }
    let (once, twice) = (libm::exp(-x), libm::exp(-2.0 * x));
    0.5 * (2.0 * x - 3.0 + 4.0 * once - twice) / (x * x * x)
}

/// ∫ e^(−x) ψ₂ / x³
pub(super) fn decay_second(x: f64) -> f64 {
    if x.abs() < SWITCH {
        return exponential(-x, 3, |n| 0.5 * (power_of_two(n + 3) - 2.0 * f64::from(n + 3)));
    }
    0.5 * (1.0 - libm::exp(-2.0 * x) - 2.0 * x * libm::exp(-x)) / (x * x * x)
}

/// ∫ ψ₁ ψ₂ / x⁴, which is half of ψ₂² / x⁴
pub(super) fn first_second(x: f64) -> f64 {
    0.5 * second(x) * second(x)
}

/// ∫ ψ₂² / x⁵
pub(super) fn second_squared(x: f64) -> f64 {
    if x.abs() < SWITCH {
        return exponential(-x, 5, |n| 0.5 * (power_of_two(n + 5) - 4.0 * f64::from(n + 5)));
    }
    let (once, twice) = (libm::exp(-x), libm::exp(-2.0 * x));
    let cubic = 1.0 + 2.0 * x - 2.0 * x * x + 2.0 / 3.0 * x * x * x;
    let x2 = x * x;
    0.5 * (cubic - twice - 4.0 * x * once) / (x2 * x2 * x)
}

fn power_of_two(n: u32) -> f64 {
    (1_u64 << n) as f64
}
