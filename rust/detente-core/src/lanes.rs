//! Eight numbers side by side: the unit in which rows are stored and computed.
//!
//! Every operation works lane by lane, so a result does not depend on how wide the processor's
//! registers are: scalar, AVX2 and AVX-512 code give the same bits. No operation here fuses a
//! multiplication with an addition, and none adds across lanes.

use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use pulp::Simd;
use serde::{Deserialize, Serialize};

/// How many rows are stored together.
pub const WIDTH: usize = 8;

/// Eight `f64`, one per row of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[repr(align(64))]
pub struct Lanes(pub [f64; WIDTH]);

impl Lanes {
    /// Eight zeros.
    pub const ZERO: Self = Self([0.0; WIDTH]);
    /// Eight ones.
    pub const ONE: Self = Self([1.0; WIDTH]);

    /// Up to eight numbers, padded with zeros.
    #[inline(always)]
    #[must_use]
    pub fn from_rows(rows: &[f64]) -> Self {
        let mut out = Self::ZERO;
        out.0[..rows.len()].copy_from_slice(rows);
        out
    }
}

/// The given rows, in the given order, of blocks that hold `per_block` numbers a row; the lanes that
/// pad the last block are zero.
#[must_use]
pub fn gather(per_block: usize, lanes: &[Lanes], rows: &[u32]) -> Vec<Lanes> {
    let mut out = vec![Lanes::ZERO; rows.len().div_ceil(WIDTH) * per_block];
    for (k, &row) in rows.iter().enumerate() {
        let (source, from) = (row as usize / WIDTH * per_block, row as usize % WIDTH);
        let target = k / WIDTH * per_block;
        for plane in 0..per_block {
            out[target + plane].0[k % WIDTH] = lanes[source + plane].0[from];
        }
    }
    out
}

/// What the closed forms need of a number: they are written once for one number and for many.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Mul<f64, Output = Self>
{
    /// The given constant as a number of the same kind as `self`.
    fn constant(self, value: f64) -> Self;

    /// A function that has no vector form, number by number; equal neighbours are computed once.
    fn each<const N: usize>(self, function: impl Fn(f64) -> [f64; N]) -> [Self; N];
}

impl Real for f64 {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn each<const N: usize>(self, function: impl Fn(f64) -> [f64; N]) -> [Self; N] {
        function(self)
    }
}

/// As many lanes as one register of the processor holds.
#[derive(Clone, Copy, Debug)]
pub struct Vector<S: Simd> {
    simd: S,
    value: S::f64s,
}

impl<S: Simd> Vector<S> {
    /// How many vectors make up eight lanes.
    pub const PARTS: usize = WIDTH / S::F64_LANES;

    /// The same number in every lane.
    #[inline(always)]
    pub fn splat(simd: S, value: f64) -> Self {
        Self { simd, value: simd.splat_f64s(value) }
    }

    /// Reads one part of eight lanes.
    #[inline(always)]
    pub fn load(simd: S, lanes: &Lanes, part: usize) -> Self {
        Self { simd, value: S::as_simd_f64s(&lanes.0).0[part] }
    }

    /// Writes one part of eight lanes.
    #[inline(always)]
    pub fn store(self, lanes: &mut Lanes, part: usize) {
        S::as_mut_simd_f64s(&mut lanes.0).0[part] = self.value;
    }

    /// The square root, NaN below zero.
    #[inline(always)]
    #[must_use]
    pub fn sqrt(self) -> Self {
        Self { value: self.simd.sqrt_f64s(self.value), ..self }
    }

    /// 1 / self.
    #[inline(always)]
    #[must_use]
    pub fn recip(self) -> Self {
        Self { value: self.simd.div_f64s(self.simd.splat_f64s(1.0), self.value), ..self }
    }

    /// The larger of two.
    #[inline(always)]
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        let less = self.simd.less_than_f64s(self.value, other.value);
        Self { value: self.simd.select_f64s(less, other.value, self.value), ..self }
    }

    /// Without its sign.
    #[inline(always)]
    #[must_use]
    pub fn abs(self) -> Self {
        Self { value: self.simd.abs_f64s(self.value), ..self }
    }

    /// `yes` where `self` is less than `other`, `no` elsewhere and where either is NaN.
    #[inline(always)]
    #[must_use]
    pub fn if_less(self, other: Self, yes: Self, no: Self) -> Self {
        let less = self.simd.less_than_f64s(self.value, other.value);
        Self { value: self.simd.select_f64s(less, yes.value, no.value), ..self }
    }

    /// Whether any lane is above zero.
    #[inline(always)]
    #[must_use]
    pub fn any_above_zero(self) -> bool {
        let above = self.simd.less_than_f64s(self.simd.splat_f64s(0.0), self.value);
        self.simd.first_true_m64s(above) < S::F64_LANES
    }

    /// `self` where `flag` is above zero, zero elsewhere.
    #[inline(always)]
    #[must_use]
    pub fn or_zero(self, flag: Self) -> Self {
        let zero = self.simd.splat_f64s(0.0);
        let above = self.simd.less_than_f64s(zero, flag.value);
        Self { value: self.simd.select_f64s(above, self.value, zero), ..self }
    }
}

impl<S: Simd> Real for Vector<S> {
    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self::splat(self.simd, value)
    }

    #[inline(always)]
    fn each<const N: usize>(self, function: impl Fn(f64) -> [f64; N]) -> [Self; N] {
        let (mut from, mut to) = (Lanes::ZERO, [Lanes::ZERO; N]);
        self.store(&mut from, 0);
        let mut latest = (from.0[0], function(from.0[0]));
        for lane in 0..S::F64_LANES {
            if from.0[lane].to_bits() != latest.0.to_bits() {
                latest = (from.0[lane], function(from.0[lane]));
            }
            for (to, value) in to.iter_mut().zip(latest.1) {
                to.0[lane] = value;
            }
        }
        to.map(|lanes| Self::load(self.simd, &lanes, 0))
    }
}

macro_rules! lane_by_lane {
    ($($trait:ident $method:ident $intrinsic:ident),*) => {$(
        impl<S: Simd> $trait for Vector<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self { value: self.simd.$intrinsic(self.value, other.value), ..self }
            }
        }
    )*};
}
lane_by_lane!(Add add add_f64s, Sub sub sub_f64s, Mul mul mul_f64s);

impl<S: Simd> Mul<f64> for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        self * self.constant(other)
    }
}

impl<S: Simd> Neg for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: self.simd.neg_f64s(self.value), ..self }
    }
}

impl<S: Simd> AddAssign for Vector<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<S: Simd> SubAssign for Vector<S> {
    #[inline(always)]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
