//! Constant velocity: white noise drives the velocity.

use super::Axis;
use crate::lanes::Real;

#[inline(always)]
pub(super) fn transition<T: Real>(dt_s: T) -> Axis<T> {
    let (zero, one) = (dt_s.constant(0.0), dt_s.constant(1.0));
    [[one, dt_s, zero], [zero, one, zero], [zero; 3]]
}

#[inline(always)]
pub(super) fn noise<T: Real>(dt_s: T) -> Axis<T> {
    let zero = dt_s.constant(0.0);
    let dt2 = dt_s * dt_s;
    let pos_vel = dt2 * 0.5;
    [[dt2 * dt_s * (1.0 / 3.0), pos_vel, zero], [pos_vel, dt_s, zero], [zero; 3]]
}
