//! Random walk: white noise drives the position.

use super::Axis;
use crate::lanes::Real;

#[inline(always)]
pub(super) fn transition<T: Real>(dt_s: T) -> Axis<T> {
    let (zero, one) = (dt_s.constant(0.0), dt_s.constant(1.0));
    [[one, zero, zero], [zero; 3], [zero; 3]]
}

#[inline(always)]
pub(super) fn noise<T: Real>(dt_s: T) -> Axis<T> {
    let zero = dt_s.constant(0.0);
    [[dt_s, zero, zero], [zero; 3], [zero; 3]]
}
