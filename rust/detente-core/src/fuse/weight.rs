//! The weight ω of two estimates, for eight pairs side by side.
//!
//! In the coordinates in which A = I and B = diag(λ) both rules are diagonal. With r = λ − 1,
//! covariance intersection has p(ω) = λ / (1 + ω r); inverse covariance intersection has
//! p(ω) = λ (ω + (1 − ω) λ) / (ω + (1 − ω) λ²). Both p and log p are convex in ω, so both criteria
//! are convex sums with one minimum on [0, 1].

use pulp::Simd;

use crate::lanes::{Real, Vector};

/// Ratios this near to one are equal covariances, and every weight is as good: ω = ½.
const TIE: f64 = 1e-10;
/// A step this small against the distance to the nearer end is the last: the next is its square.
const LAST_STEP: f64 = 1e-9;
const MOST_STEPS: usize = 200;

/// What ω makes smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The determinant of the fused covariance: independent of the units of the state.
    Determinant,
    /// Its trace: the mean squared error, in states of one unit.
    Trace,
}

/// What is known of the correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing: P⁻¹ = ω A⁻¹ + (1 − ω) B⁻¹.
    Intersection,
    /// It comes from common information: P⁻¹ = A⁻¹ + B⁻¹ − (ω A + (1 − ω) B)⁻¹.
    Inverse,
}

/// The problem of one pair per lane.
pub(super) struct Objective<'a, S: Simd, const D: usize> {
    pub dim: usize,
    pub rule: Rule,
    pub criterion: Criterion,
    /// λ
    pub ratio: &'a [Vector<S>; D],
    /// The squared length of the i-th axis of B.
    pub size: &'a [Vector<S>; D],
}

impl<S: Simd, const D: usize> Objective<'_, S, D> {
    /// The ω in [0, 1] that makes the criterion smallest.
    ///
    /// Newton's method on the slope, kept inside a shrinking bracket by bisection; a lane that is
    /// done is frozen.
    #[inline(always)]
    pub fn weight(&self) -> Vector<S> {
        let (zero, one) = (self.ratio[0].constant(0.0), self.ratio[0].constant(1.0));
        let half = one * 0.5;
        let (first, _) = self.derivatives(zero);
        let (last, _) = self.derivatives(one);
        let mut spread = zero;
        for i in 0..self.dim {
            spread = spread.max((self.ratio[i] - one).abs());
        }
        let tie = spread.if_less(one * TIE, one, zero);
        // at an end already: zero where the slope is not below zero there, one likewise
        let inside = first.if_less(zero, zero.if_less(last, one, zero), zero);
        let end = first.if_less(zero, one, zero);
        let mut omega = zero.if_less(tie, half, zero.if_less(inside, half, end));
        let mut moving = inside.or_zero(one - tie);
        let (mut low, mut high) = (zero, one);
        for _ in 0..MOST_STEPS {
            if !moving.any_above_zero() {
                break;
            }
            let (slope, curvature) = self.derivatives(omega);
            low = slope.if_less(zero, omega, low);
            high = slope.if_less(zero, high, omega);
            let newton = omega - slope * curvature.recip();
            let middle = (low + high) * 0.5;
            let next = newton.if_less(low, middle, high.if_less(newton, middle, newton));
            let step = (next - omega).abs();
            omega = zero.if_less(moving, next, omega);
            let last = step.if_less(omega * (one - omega) * LAST_STEP, one, zero);
            moving = moving.or_zero(one - last);
        }
        omega
    }

    /// The first and second derivative of the criterion, up to one positive factor.
    #[inline(always)]
    fn derivatives(&self, omega: Vector<S>) -> (Vector<S>, Vector<S>) {
        let (zero, one) = (omega.constant(0.0), omega.constant(1.0));
        let rest = one - omega;
        let (mut slope, mut curvature) = (zero, zero);
        for i in 0..self.dim {
            let lambda = self.ratio[i];
            let r = lambda - one;
            match (self.rule, self.criterion) {
                (Rule::Intersection, Criterion::Determinant) => {
                    let part = r * (rest + omega * lambda).recip();
                    slope -= part;
                    curvature += part * part;
                }
                (Rule::Intersection, Criterion::Trace) => {
                    let shrink = (rest + omega * lambda).recip();
                    let part = self.size[i] * r * shrink * shrink;
                    slope -= part;
                    curvature += part * r * shrink * 2.0;
                }
                (Rule::Inverse, Criterion::Determinant) => {
                    let over = (omega + rest * lambda).recip();
                    let under = (omega + rest * lambda * lambda).recip();
                    slope += lambda * r * over * under;
                    let (u, v) = ((one + lambda) * under, over);
                    curvature += r * r * ((u - v) * (u + v));
                }
                (Rule::Inverse, Criterion::Trace) => {
                    let under = (omega + rest * lambda * lambda).recip();
                    let part = self.size[i] * lambda * r * under * under;
                    slope += part;
                    curvature += part * r * (one + lambda) * under * 2.0;
                }
            }
        }
        (slope, curvature)
    }
}
