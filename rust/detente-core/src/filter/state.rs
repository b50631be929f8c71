//! A block of Gaussian states in registers.

use pulp::Simd;

use crate::lanes::{Lanes, Vector};
use crate::linalg::{Matrix, packed};

/// As many states as a register holds; of the covariance only the lower triangle is kept.
///
/// D is the capacity; where it equals the dimension the compiler unrolls every loop over it.
#[derive(Clone, Copy, Debug)]
pub struct State<S: Simd, const D: usize> {
    /// d
    pub dim: usize,
    /// x
    pub mean: [Vector<S>; D],
    /// P
    pub cov: Matrix<S, D, D>,
}

impl<S: Simd, const D: usize> State<S, D> {
    /// Reads one part of a block (means, then packed covariances).
    #[inline(always)]
    pub fn load(simd: S, dim: usize, block: &[Lanes], part: usize) -> Self {
        let zero = Vector::splat(simd, 0.0);
        let mut state = Self { dim, mean: [zero; D], cov: [[zero; D]; D] };
        for i in 0..dim {
            state.mean[i] = Vector::load(simd, &block[i], part);
            for j in 0..i + 1 {
                state.cov[i][j] = Vector::load(simd, &block[dim + packed(i, j)], part);
            }
        }
        state
    }

    /// Writes one part of a block.
    #[inline(always)]
    pub fn store(&self, block: &mut [Lanes], part: usize) {
        for i in 0..self.dim {
            self.mean[i].store(&mut block[i], part);
            for j in 0..i + 1 {
                self.cov[i][j].store(&mut block[self.dim + packed(i, j)], part);
            }
        }
    }

    /// P[i][j] from the lower triangle.
    #[inline(always)]
    pub fn cov(&self, i: usize, j: usize) -> Vector<S> {
        if i >= j { self.cov[i][j] } else { self.cov[j][i] }
    }

    /// F x and F P Fᵀ + Q, for one part of row-major lanes of F and Q.
    #[inline(always)]
    pub fn transformed(&self, simd: S, f: &[Lanes], q: &[Lanes], part: usize) -> Self {
        let dim = self.dim;
        let (f, q) = (&f[..dim * dim], &q[..dim * dim]);
        let mut out = *self;
        for i in 0..dim {
            let mut mean = Vector::load(simd, &f[i * dim], part) * self.mean[0];
            for k in 1..dim {
                mean += Vector::load(simd, &f[i * dim + k], part) * self.mean[k];
            }
            out.mean[i] = mean;
            let mut row = self.mean; // row i of F P
            for j in 0..dim {
                let mut sum = Vector::load(simd, &f[i * dim], part) * self.cov(0, j);
                for k in 1..dim {
                    sum += Vector::load(simd, &f[i * dim + k], part) * self.cov(k, j);
                }
                row[j] = sum;
            }
            for j in 0..i + 1 {
                let mut sum = Vector::load(simd, &q[i * dim + j], part);
                for k in 0..dim {
                    sum += row[k] * Vector::load(simd, &f[j * dim + k], part);
                }
                out.cov[i][j] = sum;
            }
        }
        out
    }
}
