//! The distance raised to the order of a score, of which the scores are sums.

use crate::{Error, Result};

/// x ↦ x^p with p ≥ 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Power {
    order: f64,
}

impl Power {
    /// The power of a finite order, at least 1.
    pub fn new(order: f64) -> Result<Self> {
        if order >= 1.0 && order.is_finite() {
            return Ok(Self { order });
        }
        let found = format!("{order}");
        Err(Error::Setting { what: "order", expected: "finite and at least 1", found })
    }

    /// d^p of a squared distance.
    pub fn of_squared(self, squared: f64) -> f64 {
        if self.order == 2.0 { squared } else { self.of(squared.sqrt()) }
    }

    /// d^p.
    pub fn of(self, distance: f64) -> f64 {
        if self.order == 2.0 {
            distance * distance
        } else if self.order == 1.0 {
            distance
        } else {
            libm::pow(distance, self.order)
        }
    }

    /// The distance whose power this is.
    pub fn root(self, power: f64) -> f64 {
        if self.order == 2.0 {
            power.sqrt()
        } else if self.order == 1.0 {
            power
        } else {
            libm::pow(power, 1.0 / self.order)
        }
    }

    /// c^p, refused unless both are positive and finite.
    pub fn of_cutoff(self, cutoff: f64) -> Result<f64> {
        let power = self.of(cutoff);
        if cutoff > 0.0 && power > 0.0 && power.is_finite() {
            return Ok(power);
        }
        let expected = "positive and finite, also when raised to the order";
        Err(Error::Setting { what: "cutoff", expected, found: format!("{cutoff}") })
    }
}
