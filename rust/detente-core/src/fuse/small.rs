//! Small dense matrices one at a time, row by row, where no kernel of eight is worth its lines.

use crate::linalg::{backward_one, cholesky_one, forward_one, packed, packed_from_dense};

/// A B, of n × k and k × m.
pub(super) fn product(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    let (n, m) = (a.len() / k, b.len() / k);
    let mut out = vec![0.0; n * m];
    for i in 0..n {
        for l in 0..k {
            for j in 0..m {
                out[i * m + j] += a[i * k + l] * b[l * m + j];
            }
        }
    }
    out
}

/// A Bᵀ, of n × k and m × k.
pub(super) fn product_transposed(a: &[f64], b: &[f64], k: usize) -> Vec<f64> {
    let (n, m) = (a.len() / k, b.len() / k);
    let mut out = vec![0.0; n * m];
    for i in 0..n {
        for j in 0..m {
            out[i * m + j] = inner(&a[i * k..][..k], &b[j * k..][..k]);
        }
    }
    out
}

/// Σ aᵢ bᵢ
pub(super) fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A⁻¹ of a symmetric positive definite matrix, or `None` if it is not.
pub(super) fn inverse(dim: usize, a: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky_one(dim, &packed_from_dense(dim, a))?;
    let mut out = vec![0.0; dim * dim];
    let mut column = vec![0.0; dim];
    for j in 0..dim {
        column.fill(0.0);
        column[j] = 1.0;
        forward_one(dim, &l, &mut column);
        backward_one(dim, &l, &mut column);
        for i in j..dim {
            out[i * dim + j] = column[i];
            out[j * dim + i] = column[i];
        }
    }
    Some(out)
}

/// L, dense, of A = L Lᵀ, or `None` if A is not positive definite.
pub(super) fn lower(dim: usize, a: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky_one(dim, &packed_from_dense(dim, a))?;
    let mut out = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..i + 1 {
            out[i * dim + j] = l[packed(i, j)];
        }
    }
    Some(out)
}

/// x with A x = b for a symmetric positive definite A, or `None` if it is not.
pub(super) fn solve(dim: usize, a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    let l = cholesky_one(dim, &packed_from_dense(dim, a))?;
    let mut x = b.to_vec();
    forward_one(dim, &l, &mut x);
    backward_one(dim, &l, &mut x);
    Some(x)
}
