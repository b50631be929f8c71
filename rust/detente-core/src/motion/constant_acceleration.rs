//! Constant acceleration: white noise drives the acceleration.

use super::Axis;
use crate::lanes::Real;

#[inline(always)]
pub(super) fn transition<T: Real>(dt_s: T) -> Axis<T> {
    let (zero, one) = (dt_s.constant(0.0), dt_s.constant(1.0));
    [[one, dt_s, dt_s * dt_s * 0.5], [zero, one, dt_s], [zero, zero, one]]
}

#[inline(always)]
pub(super) fn noise<T: Real>(dt_s: T) -> Axis<T> {
    let dt2 = dt_s * dt_s;
    let dt3 = dt2 * dt_s;
    let (pos_vel, pos_acc, vel_acc) = (dt2 * dt2 * 0.125, dt3 * (1.0 / 6.0), dt2 * 0.5);
    [
        [dt2 * dt3 * 0.05, pos_vel, pos_acc],
        [pos_vel, dt3 * (1.0 / 3.0), vel_acc],
        [pos_acc, vel_acc, dt_s],
    ]
}
