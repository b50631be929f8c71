//! The coordinates in which two covariances are diagonal at once, for eight pairs side by side.
//!
//! For A = L Lᵀ and B = K Kᵀ, rotations orthogonalise the columns of L⁻¹ K (one-sided Jacobi,
//! Hestenes 1958; accurate to the last digits even where the spread of B against A is huge, Demmel
//! and Veselić 1992). The columns are then σᵢ vᵢ, and T = L V gives A = T Tᵀ and B = T Λ Tᵀ with
//! λᵢ = σᵢ². A lane that is done is frozen, so it does not depend on the lanes beside it.

use pulp::Simd;

use crate::lanes::{Real, Vector};
use crate::linalg::{Matrix, factor, forward};

const MOST_SWEEPS: usize = 40;
/// Squares of cosines between columns: below the first nothing is left to rotate; once a whole
/// sweep stays below the second, its own rotations have squared them away.
const ORTHOGONAL: f64 = 1e-30;
const LAST_SWEEP: f64 = 1e-16;

/// A = L Lᵀ, and the columns σᵢ vᵢ of L⁻¹ K V, B = K Kᵀ.
pub(super) struct Diagonal<S: Simd, const D: usize> {
    /// d
    pub dim: usize,
    /// L, lower triangle.
    pub factor: Matrix<S, D, D>,
    /// One over the diagonal of L; not finite where A is not positive definite.
    pub recip: [Vector<S>; D],
    /// σᵢ vᵢ, column by column.
    pub columns: Matrix<S, D, D>,
    /// λᵢ = σᵢ²: the variances of B where those of A are 1; NaN where B is not positive definite.
    pub ratio: [Vector<S>; D],
}

impl<S: Simd, const D: usize> Diagonal<S, D> {
    /// Diagonalises A and B, of which only the lower triangles are read.
    #[inline(always)]
    pub fn new(simd: S, dim: usize, a: &Matrix<S, D, D>, b: &Matrix<S, D, D>) -> Self {
        let zero = Vector::splat(simd, 0.0);
        let (mut l, mut k) = (*a, *b);
        let recip = factor(dim, &mut l);
        let recip_k = factor(dim, &mut k);
        let mut columns = [[zero; D]; D];
        for col in 0..dim {
            for row in col..dim {
                columns[col][row] = k[row][col];
            }
            // L⁻¹ K is lower triangular too
            for row in col..dim {
                for j in col..row {
                    let part = l[row][j] * columns[col][j];
                    columns[col][row] -= part;
                }
                columns[col][row] = columns[col][row] * recip[row];
            }
            columns[col][col] += recip_k[col] * 0.0; // NaN where there is no factor
        }
        orthogonalise(dim, &mut columns);
        let mut ratio = [zero; D];
        for i in 0..dim {
            ratio[i] = dot(dim, &columns[i], &columns[i]);
        }
        Self { dim, factor: l, recip, columns, ratio }
    }

    /// σᵢ tᵢ, the columns of L times those of L⁻¹ K V: B is the sum of their squares.
    #[inline(always)]
    pub fn basis(&self) -> Matrix<S, D, D> {
        let mut basis = self.columns;
        for i in 0..self.dim {
            for row in 0..self.dim {
                let mut sum = self.factor[row][0] * self.columns[i][0];
                for j in 1..row + 1 {
                    sum += self.factor[row][j] * self.columns[i][j];
                }
                basis[i][row] = sum;
            }
        }
        basis
    }

    /// T⁻¹ = Vᵀ L⁻¹, row by row: T⁻¹ A T⁻ᵀ = I and T⁻¹ B T⁻ᵀ = diag(λ).
    #[inline(always)]
    pub fn inverse_basis(&self) -> Matrix<S, D, D> {
        let mut out = self.columns;
        for i in 0..self.dim {
            let unit = self.ratio[i].sqrt().recip();
            // Lᵀ t = v from the last to the first
            for row in (0..self.dim).rev() {
                let mut rest = self.columns[i][row] * unit;
                for k in row + 1..self.dim {
                    rest -= self.factor[k][row] * out[i][k];
                }
                out[i][row] = rest * self.recip[row];
            }
        }
        out
    }

    /// σᵢ (T⁻¹ x)ᵢ.
    #[inline(always)]
    pub fn coordinates(&self, x: &[Vector<S>; D]) -> [Vector<S>; D] {
        let mut white = *x;
        forward(self.dim, &self.factor, &self.recip, &mut white);
        let mut out = white;
        for i in 0..self.dim {
            out[i] = dot(self.dim, &self.columns[i], &white);
        }
        out
    }
}

/// Rotates pairs of columns until each is orthogonal to all others.
#[inline(always)]
fn orthogonalise<S: Simd, const D: usize>(dim: usize, columns: &mut Matrix<S, D, D>) {
    let (zero, one) = (columns[0][0].constant(0.0), columns[0][0].constant(1.0));
    let mut moving = one;
    let mut square = [zero; D];
    for _ in 0..MOST_SWEEPS {
        for i in 0..dim {
            square[i] = dot(dim, &columns[i], &columns[i]);
        }
        let mut left = zero;
        for p in 0..dim {
            for q in p + 1..dim {
                let gamma = dot(dim, &columns[p], &columns[q]);
                let (cosine, limit) = (gamma * gamma, square[p] * square[q]);
                left = left.max(cosine - limit * LAST_SWEEP);
                let rotates = (cosine - limit * ORTHOGONAL).or_zero(moving);
                // tan of the angle, the smaller of the two that make the columns orthogonal
                let (twice, gap) = (gamma * 2.0, square[q] - square[p]);
                let root = (gap * gap + twice * twice).sqrt();
                let below = gap + gap.if_less(zero, -root, root);
                let tangent = (twice * below.recip()).or_zero(rotates);
                let cosine = (one + tangent * tangent).sqrt().recip();
                let sine = cosine * tangent;
                for row in 0..dim {
                    let (x, y) = (columns[p][row], columns[q][row]);
                    columns[p][row] = cosine * x - sine * y;
                    columns[q][row] = sine * x + cosine * y;
                }
                square[p] -= tangent * gamma;
                square[q] += tangent * gamma;
            }
        }
        moving = moving.or_zero(left);
        if !moving.any_above_zero() {
            break;
        }
    }
}

/// Σ aᵢ bᵢ.
#[inline(always)]
pub(super) fn dot<S: Simd, const D: usize>(
    dim: usize,
    a: &[Vector<S>; D],
    b: &[Vector<S>; D],
) -> Vector<S> {
    let mut sum = a[0] * b[0];
    for i in 1..dim {
        sum += a[i] * b[i];
    }
    sum
}
