//! Singer: white noise drives an acceleration that decays to zero.
//!
//! da = −a / τ dt + dw (Singer, *Estimating optimal tracking filter performance for manned
//! maneuvering targets*, IEEE Transactions on Aerospace and Electronic Systems 6, 1970).

use super::{Axis, damped};
use crate::lanes::Real;

#[inline(always)]
pub(super) fn transition<T: Real>(rate_per_s: f64, dt_s: T) -> Axis<T> {
    let (zero, one) = (dt_s.constant(0.0), dt_s.constant(1.0));
    let [decay, vel_acc, pos_acc] = dt_s.each(|dt| {
        let x = rate_per_s * dt;
        [libm::exp(-x), dt * damped::first(x), dt * dt * damped::second(x)]
    });
    [[one, dt_s, pos_acc], [zero, one, vel_acc], [zero, zero, decay]]
}

#[inline(always)]
pub(super) fn noise<T: Real>(rate_per_s: f64, dt_s: T) -> Axis<T> {
    let [pos, pos_vel, pos_acc, vel, vel_acc, acc] = dt_s.each(|dt| {
        let (x, dt2) = (rate_per_s * dt, dt * dt);
        [
            dt2 * dt2 * dt * damped::second_squared(x),
            dt2 * dt2 * damped::first_second(x),
            dt2 * dt * damped::decay_second(x),
            dt2 * dt * damped::first_squared(x),
            dt2 * damped::decay_first(x),
            dt * damped::decay_squared(x),
        ]
    });
    [[pos, pos_vel, pos_acc], [pos_vel, vel, vel_acc], [pos_acc, vel_acc, acc]]
}
