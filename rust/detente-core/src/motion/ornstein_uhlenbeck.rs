//! Ornstein and Uhlenbeck: white noise drives a velocity that decays to zero.
//!
//! dv = −γ v dt + dw (Uhlenbeck and Ornstein, *On the theory of the Brownian motion*, Physical
//! Review 36, 1930).

use super::{Axis, damped};
use crate::lanes::Real;

#[inline(always)]
pub(super) fn transition<T: Real>(rate_per_s: f64, dt_s: T) -> Axis<T> {
    let (zero, one) = (dt_s.constant(0.0), dt_s.constant(1.0));
    let [decay, pos_vel] = dt_s.each(|dt| {
        let x = rate_per_s * dt;
        [libm::exp(-x), dt * damped::first(x)]
    });
    [[one, pos_vel, zero], [zero, decay, zero], [zero; 3]]
}

#[inline(always)]
pub(super) fn noise<T: Real>(rate_per_s: f64, dt_s: T) -> Axis<T> {
    let zero = dt_s.constant(0.0);
    let [pos, pos_vel, vel] = dt_s.each(|dt| {
        let x = rate_per_s * dt;
        [
            dt * dt * dt * damped::first_squared(x),
            dt * dt * damped::decay_first(x),
            dt * damped::decay_squared(x),
        ]
    });
    [[pos, pos_vel, zero], [pos_vel, vel, zero], [zero; 3]]
}
