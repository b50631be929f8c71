//! The Kalman update of a block of rows, for any link between state and measurement.
//!
//! The covariance is updated in Bierman's form of Joseph's formula: B = P − K Cᵀ, then
//! P ← B − (B Hᵀ − K R) Kᵀ. With the exact gain the bracket vanishes; computed, it is the rounding
//! error of B, which would spoil P once R is many orders below H P Hᵀ (Bierman 1977, section V.4).

use pulp::Simd;

use super::state::State;
use crate::gaussian::stride;
use crate::lanes::{Lanes, Vector};
use crate::linalg::{MAX_DIM, Matrix, inverse_factor, packed, packed_len};

/// How a block's measurement depends on its state.
#[derive(Clone, Copy, Debug)]
pub enum Link<'a> {
    /// H = [I 0]: the first components of the state are measured.
    Leading,
    /// These components of the state are measured.
    Picked(&'static [usize]),
    /// A Jacobian H (m × d, row-major).
    Jacobian(&'a [Lanes]),
    /// A cross-covariance Cov(x, z) (d × m, row-major), as the unscented transform gives it.
    Cross(&'a [Lanes]),
}

/// What a block's measurements said.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// z − ẑ, m lanes.
    pub innovation: &'a [Lanes],
    /// The packed covariance of ẑ, H P Hᵀ, without the measurement's own noise.
    pub spread: &'a [Lanes],
    /// The packed covariance R of the measurement.
    pub noise: &'a [Lanes],
    /// 1 in the lanes that have a measurement, 0 in those that keep their state.
    pub active: &'a Lanes,
}

/// Updates one block (means, then packed covariances) by its measurements.
#[inline(always)]
pub fn update_block<S: Simd>(
    simd: S,
    dim: usize,
    link: Link<'_>,
    evidence: Evidence<'_>,
    block: &mut [Lanes],
) {
    let m = evidence.innovation.len();
    match (dim, m) {
        (2, 2) => update::<S, 2, 2>(simd, 2, 2, link, evidence, block),
        (4, 2) => update::<S, 4, 2>(simd, 4, 2, link, evidence, block),
        (4, 4) => update::<S, 4, 4>(simd, 4, 4, link, evidence, block),
        (6, 2) => update::<S, 6, 2>(simd, 6, 2, link, evidence, block),
        (6, 3) => update::<S, 6, 3>(simd, 6, 3, link, evidence, block),
        (6, 4) => update::<S, 6, 4>(simd, 6, 4, link, evidence, block),
        (6, 6) => update::<S, 6, 6>(simd, 6, 6, link, evidence, block),
        _ => update::<S, MAX_DIM, MAX_DIM>(simd, dim, m, link, evidence, block),
    }
}

/// [`update_block`] compiled for capacities D and M; unrolled where they equal the dimensions.
#[inline(always)]
pub(super) fn update<S: Simd, const D: usize, const M: usize>(
    simd: S,
    dim: usize,
    m: usize,
    link: Link<'_>,
    evidence: Evidence<'_>,
    block: &mut [Lanes],
) {
    let block = &mut block[..stride(dim)];
    for part in 0..Vector::<S>::PARTS {
        let mut state = State::<S, D>::load(simd, dim, block, part);
        state.update::<M>(simd, m, link, evidence, part);
        state.store(block, part);
    }
}

impl<S: Simd, const D: usize> State<S, D> {
    #[inline(always)]
    fn update<const M: usize>(
        &mut self,
        simd: S,
        m: usize,
        link: Link<'_>,
        evidence: Evidence<'_>,
        part: usize,
    ) {
        let dim = self.dim;
        let cross: Matrix<S, D, M> = self.cross_covariance(simd, m, link, part);
        let noise: Matrix<S, M, M> = load_packed(simd, m, evidence.noise, part);
        let whitener = whitener(m, &load_packed(simd, m, evidence.spread, part), &noise);
        let active = Vector::load(simd, evidence.active, part);
        let innovation = &evidence.innovation[..m];
        let gain = gain(dim, m, &cross, &whitener, active);

        for i in 0..dim {
            for k in 0..m {
                self.mean[i] += gain[i][k] * Vector::load(simd, &innovation[k], part);
            }
        }
        for i in 0..dim {
            for j in 0..i + 1 {
                for k in 0..m {
                    self.cov[i][j] -= gain[i][k] * cross[j][k];
                }
            }
        }
        if matches!(link, Link::Cross(_)) {
            return; // no H, no correction
        }
        let mut error: Matrix<S, D, M> = self.cross_covariance(simd, m, link, part);
        for i in 0..dim {
            for k in 0..m {
                for l in 0..m {
                    error[i][k] -= gain[i][l] * if l >= k { noise[l][k] } else { noise[k][l] };
                }
            }
        }
        for i in 0..dim {
            for j in 0..i + 1 {
                for k in 0..m {
                    self.cov[i][j] -= error[i][k] * gain[j][k];
                }
            }
        }
    }

    /// C = P Hᵀ (d × m).
    #[inline(always)]
    pub fn cross_covariance<const M: usize>(
        &self,
        simd: S,
        m: usize,
        link: Link<'_>,
        part: usize,
    ) -> Matrix<S, D, M> {
        let mut cross = [[Vector::splat(simd, 0.0); M]; D];
        for i in 0..self.dim {
            for k in 0..m {
                cross[i][k] = match link {
                    Link::Leading => self.cov(i, k),
                    Link::Picked(picked) => self.cov(i, picked[k]),
                    Link::Cross(given) => Vector::load(simd, &given[i * m + k], part),
                    Link::Jacobian(h) => {
                        let h = &h[k * self.dim..(k + 1) * self.dim];
                        let mut sum = self.cov(i, 0) * Vector::load(simd, &h[0], part);
                        for j in 1..self.dim {
                            sum += self.cov(i, j) * Vector::load(simd, &h[j], part);
                        }
                        sum
                    }
                };
            }
        }
        cross
    }
}

/// K = C S⁻¹ = C Wᵀ W (d × m), zero in the lanes without a measurement.
#[inline(always)]
fn gain<S: Simd, const D: usize, const M: usize>(
    dim: usize,
    m: usize,
    cross: &Matrix<S, D, M>,
    w: &Matrix<S, M, M>,
    active: Vector<S>,
) -> Matrix<S, D, M> {
    let mut gain = *cross;
    for i in 0..dim {
        for k in (0..m).rev() {
            let mut white = w[k][k] * gain[i][k];
            for l in 0..k {
                white += w[k][l] * gain[i][l];
            }
            gain[i][k] = white;
        }
        for l in 0..m {
            let mut sum = w[l][l] * gain[i][l];
            for k in l + 1..m {
                sum += w[k][l] * gain[i][k];
            }
            gain[i][l] = sum.or_zero(active);
        }
    }
    gain
}

/// Reads the lower triangle of a packed symmetric matrix.
#[inline(always)]
pub fn load_packed<S: Simd, const M: usize>(
    simd: S,
    m: usize,
    lanes: &[Lanes],
    part: usize,
) -> Matrix<S, M, M> {
    let lanes = &lanes[..packed_len(m)];
    let mut out = [[Vector::splat(simd, 0.0); M]; M];
    for i in 0..m {
        for j in 0..i + 1 {
            out[i][j] = Vector::load(simd, &lanes[packed(i, j)], part);
        }
    }
    out
}

/// W = L⁻¹ with S = L Lᵀ the innovation covariance, so that |W ν|² is the squared distance.
#[inline(always)]
pub fn whitener<S: Simd, const M: usize>(
    m: usize,
    spread: &Matrix<S, M, M>,
    noise: &Matrix<S, M, M>,
) -> Matrix<S, M, M> {
    let mut w = *spread;
    for i in 0..m {
        for j in 0..i + 1 {
            w[i][j] += noise[i][j];
        }
    }
    inverse_factor(m, &mut w);
    w
}

/// H P Hᵀ, packed, of one block (means, then packed covariances) under a Jacobian H (m × d).
#[inline(always)]
pub fn spread_block<S: Simd>(
    simd: S,
    dim: usize,
    m: usize,
    jacobian: &[Lanes],
    block: &[Lanes],
    out: &mut [Lanes],
) {
    spread::<S, MAX_DIM, MAX_DIM>(simd, dim, m, jacobian, block, out);
}

/// [`spread_block`] compiled for capacities D and M; unrolled where they equal the dimensions.
#[inline(always)]
pub(super) fn spread<S: Simd, const D: usize, const M: usize>(
    simd: S,
    dim: usize,
    m: usize,
    jacobian: &[Lanes],
    block: &[Lanes],
    out: &mut [Lanes],
) {
    let (jacobian, out) = (&jacobian[..m * dim], &mut out[..packed_len(m)]);
    for part in 0..Vector::<S>::PARTS {
        let state = State::<S, D>::load(simd, dim, block, part);
        let cross: Matrix<S, D, M> =
            state.cross_covariance(simd, m, Link::Jacobian(jacobian), part);
        for i in 0..m {
            for j in 0..i + 1 {
                let mut sum = Vector::load(simd, &jacobian[i * dim], part) * cross[0][j];
                for a in 1..dim {
                    sum += Vector::load(simd, &jacobian[i * dim + a], part) * cross[a][j];
                }
                sum.store(&mut out[packed(i, j)], part);
            }
        }
    }
}
