//! Eight numbers side by side: the unit in which the store computes.
//!
//! Every operation works lane by lane, so a result does not depend on how wide the processor's
//! registers are: scalar, AVX2 and AVX-512 code give the same bits. No operation here fuses a
//! multiplication with an addition, and none adds across lanes.

use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// How many rows are computed together.
pub const WIDTH: usize = 8;

/// Eight `f64`, one per row of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Lanes(pub [f64; WIDTH]);

/// What the closed forms need of a number: they are written once for one number and for eight.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Mul<f64, Output = Self>
{
    /// The same number everywhere.
    fn splat(value: f64) -> Self;
}

impl Real for f64 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
}

impl Real for Lanes {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; WIDTH])
    }
}

impl Lanes {
    /// Eight zeros.
    pub const ZERO: Self = Self([0.0; WIDTH]);
    /// Eight ones.
    pub const ONE: Self = Self([1.0; WIDTH]);

    /// Lane by lane `function(self)`.
    #[inline(always)]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let mut out = [0.0; WIDTH];
        for lane in 0..WIDTH {
            out[lane] = function(self.0[lane]);
        }
        Self(out)
    }

    /// Lane by lane `function(self, other)`.
    #[inline(always)]
    pub fn zip(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = [0.0; WIDTH];
        for lane in 0..WIDTH {
            out[lane] = function(self.0[lane], other.0[lane]);
        }
        Self(out)
    }

    /// 1 / self.
    #[inline(always)]
    pub fn recip(self) -> Self {
        self.map(|x| 1.0 / x)
    }

    /// The square root.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::ZERO
    }
}

macro_rules! lane_by_lane {
    ($($trait:ident $method:ident $assign_trait:ident $assign_method:ident $op:tt),*) => {$(
        impl $trait for Lanes {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        }
        impl $assign_trait for Lanes {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = *self $op other;
            }
        }
    )*};
}
lane_by_lane!(Add add AddAssign add_assign +, Sub sub SubAssign sub_assign -, Mul mul MulAssign mul_assign *);

impl Mul<f64> for Lanes {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        self.map(|a| a * other)
    }
}

impl Neg for Lanes {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}
