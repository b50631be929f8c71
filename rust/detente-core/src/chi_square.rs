//! The chi-square distribution: how large a sum of squared standard normals may be.
//!
//! Regularised incomplete gamma functions by series and by continued fraction; Abramowitz,
//! Stegun, *Handbook of Mathematical Functions*, 6.5.29, 6.5.31 and 26.4; quantiles by Newton's
//! method on the logarithm of the smaller tail.

use std::f64::consts::PI;

use crate::{Error, Result};

const MAX_TERMS: usize = 1_000_000;

/// P(X ≤ x) for X chi-square with `degrees` of freedom.
///
/// # Errors
///
/// When `degrees` is not positive and finite, or `x` is NaN or negative.
pub fn chi_square_cdf(x: f64, degrees: f64) -> Result<f64> {
    check_degrees(degrees)?;
    if x.is_nan() || x < 0.0 {
        return Err(Error::Setting { what: "x", expected: "not negative", found: format!("{x}") });
    }
    if x == f64::INFINITY {
        return Ok(1.0);
    }
    Ok(Tails::of(degrees / 2.0, x / 2.0).lower)
}

/// The x with P(X ≤ x) = `probability` for X chi-square with `degrees` of freedom.
///
/// # Errors
///
/// When `degrees` is not positive and finite, or `probability` is outside [0, 1).
pub fn chi_square_quantile(probability: f64, degrees: f64) -> Result<f64> {
    check_degrees(degrees)?;
    if !(0.0..1.0).contains(&probability) {
        return Err(Error::Setting {
            what: "probability",
            expected: "at least 0 and below 1",
            found: format!("{probability}"),
        });
    }
    if probability == 0.0 {
        return Ok(0.0);
    }
    let shape = degrees / 2.0;
    let mut y = first_guess(probability, degrees) / 2.0;
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..200 {
        let tails = Tails::of(shape, y);
        let below = if probability <= 0.5 {
            tails.lower < probability
        } else {
            tails.upper > 1.0 - probability // the lower tail no longer resolves it
        };
        if below {
            low = y
        } else {
            high = y
        }
        let next = if probability <= 0.5 {
            let slope = tails.density * y / tails.lower; // d ln P / d ln y
            y * libm::exp((libm::log(probability) - libm::log(tails.lower)) / slope)
        } else {
            let slope = tails.density / tails.upper; // −d ln Q / dy
            y + (libm::log(tails.upper) - libm::log(1.0 - probability)) / slope
        };
        let next = if next > low && next < high {
            next
        } else if high.is_finite() {
            f64::midpoint(low, high)
        } else {
            2.0 * y
        };
        let step = (next - y).abs();
        y = next;
        if step <= 1e-15 * y {
            break;
        }
    }
    Ok(2.0 * y)
}

/// Both tails and the density of the gamma distribution of unit scale.
struct Tails {
    lower: f64,
    upper: f64,
    density: f64,
}

impl Tails {
    fn of(shape: f64, y: f64) -> Self {
        if y == 0.0 {
            return Self { lower: 0.0, upper: 1.0, density: 0.0 };
        }
        let factor = power_over_gamma(shape, y);
        let density = factor * shape / y;
        if y < shape + 1.0 {
            let lower = (factor * series(shape, y)).min(1.0);
            Self { lower, upper: 1.0 - lower, density }
        } else {
            let upper = (factor * shape * continued_fraction(shape, y)).min(1.0);
            Self { lower: 1.0 - upper, upper, density }
        }
    }
}

/// y^a e^−y / Γ(a + 1); for large a from Stirling's series, where the terms nearly cancel.
fn power_over_gamma(a: f64, y: f64) -> f64 {
    if a < 20.0 {
        return libm::exp(a * libm::log(y) - y - libm::lgamma(a + 1.0));
    }
    let relative = (y - a) / a;
    let exponent = a * (libm::log1p(relative) - relative);
    let a2 = a * a;
    let correction =
        (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * a2)) / a2) / a2) / a;
    libm::exp(exponent - correction) / (2.0 * PI * a).sqrt()
}

/// Σ yⁿ / ((a + 1) … (a + n)).
fn series(a: f64, y: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..MAX_TERMS {
        term *= y / (a + n as f64);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// 1/(y + 1 − a − 1·(1 − a)/(y + 3 − a − 2·(2 − a)/(y + 5 − a − …))) by Lentz's method.
fn continued_fraction(a: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut b = y + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away_from_zero(b);
    let mut value = d;
    for n in 1..MAX_TERMS {
        let n = n as f64;
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        value *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// Wilson and Hilferty's approximation, or the leading term of the series near 0.
fn first_guess(probability: f64, degrees: f64) -> f64 {
    let tail = probability.min(1.0 - probability);
    let t = (-2.0 * libm::log(tail)).sqrt();
    let upper = t - (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + 0.04481 * t)); // 26.2.22
    let normal = if probability < 0.5 { -upper } else { upper };
    let width = 2.0 / (9.0 * degrees);
    let cube_root = 1.0 - width + normal * width.sqrt();
    if cube_root > 0.3 {
        return degrees * cube_root * cube_root * cube_root;
    }
    let shape = degrees / 2.0;
    let log = (libm::log(probability) + libm::lgamma(shape + 1.0)) / shape;
    2.0 * libm::exp(log).max(f64::MIN_POSITIVE)
}

fn check_degrees(degrees: f64) -> Result<()> {
    if degrees > 0.0 && degrees.is_finite() {
        return Ok(());
    }
    let found = format!("{degrees}");
    Err(Error::Setting { what: "degrees", expected: "positive and finite", found })
}
