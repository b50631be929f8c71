//! Small symmetric matrices, packed by rows of the lower triangle, eight at a time.

use pulp::Simd;

use crate::lanes::Vector;

/// The largest dimension of a state or a measurement.
pub const MAX_DIM: usize = 9;
/// The length of a packed symmetric matrix of the largest dimension.
pub const MAX_PACKED: usize = packed_len(MAX_DIM);

/// The length of a packed symmetric matrix, d (d + 1) / 2.
#[inline(always)]
#[must_use]
pub const fn packed_len(dim: usize) -> usize {
    dim * (dim + 1) / 2
}

/// Where entry (i, j) of a symmetric matrix lies when packed; it does not depend on the dimension.
#[inline(always)]
#[must_use]
pub const fn packed(i: usize, j: usize) -> usize {
    if i >= j { i * (i + 1) / 2 + j } else { j * (j + 1) / 2 + i }
}

/// A matrix of at most R × C, as many at a time as a register holds.
pub type Matrix<S, const R: usize, const C: usize> = [[Vector<S>; C]; R];

/// Replaces the lower triangle of A = L Lᵀ by L⁻¹.
///
/// A lane in which A is not positive definite becomes infinite or NaN, and no other.
#[inline(always)]
pub fn inverse_factor<S: Simd, const M: usize>(dim: usize, a: &mut Matrix<S, M, M>) {
    for i in 0..dim {
        for j in 0..i + 1 {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= a[i][k] * a[j][k];
            }
            // the diagonal holds the reciprocals, since only they are needed
            a[i][j] = if i == j { sum.sqrt().recip() } else { sum * a[j][j] };
        }
    }
    for i in 0..dim {
        for j in 0..i {
            let mut sum = a[i][j] * a[j][j];
            for k in j + 1..i {
                sum += a[i][k] * a[k][j];
            }
            a[i][j] = -(sum * a[i][i]);
        }
    }
}

/// Replaces the lower triangle of A by L, A = L Lᵀ; returns the reciprocals of its diagonal.
///
/// A lane in which A is not positive definite has a reciprocal that is infinite or NaN.
#[inline(always)]
pub fn factor<S: Simd, const M: usize>(dim: usize, a: &mut Matrix<S, M, M>) -> [Vector<S>; M] {
    let mut recip = [a[0][0]; M];
    for i in 0..dim {
        for j in 0..i + 1 {
            let mut sum = a[i][j];
            for k in 0..j {
                sum -= a[i][k] * a[j][k];
            }
            if i == j {
                a[i][i] = sum.sqrt();
                recip[i] = a[i][i].recip();
            } else {
                a[i][j] = sum * recip[j];
            }
        }
    }
    recip
}

/// Solves L y = b in place, given L and the reciprocals of its diagonal.
#[inline(always)]
pub fn forward<S: Simd, const M: usize>(
    dim: usize,
    l: &Matrix<S, M, M>,
    recip: &[Vector<S>; M],
    b: &mut [Vector<S>; M],
) {
    for i in 0..dim {
        for k in 0..i {
            let part = l[i][k] * b[k];
            b[i] -= part;
        }
        b[i] = b[i] * recip[i];
    }
}

/// Packs the lower triangle of a dense row-major matrix.
#[must_use]
pub fn packed_from_dense(dim: usize, dense: &[f64]) -> Vec<f64> {
    (0..dim).flat_map(|i| (0..i + 1).map(move |j| dense[i * dim + j])).collect()
}

/// The dense row-major matrix of a packed one.
#[must_use]
pub fn dense_from_packed(dim: usize, packed_values: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..dim {
            out[i * dim + j] = packed_values[packed(i, j)];
        }
    }
    out
}

/// The Cholesky factor of one packed matrix, or `None` if it is not positive definite.
#[must_use]
pub fn cholesky_one(dim: usize, a: &[f64]) -> Option<Vec<f64>> {
    let mut l: Vec<f64> = a[..packed_len(dim)].to_vec();
    cholesky_in_place(dim, &mut l).then_some(l)
}

/// [`cholesky_one`] over the matrix itself; whether it has a factor.
#[must_use]
pub fn cholesky_in_place(dim: usize, l: &mut [f64]) -> bool {
    for i in 0..dim {
        for j in 0..i + 1 {
            let mut sum = l[packed(i, j)];
            for k in 0..j {
                sum -= l[packed(i, k)] * l[packed(j, k)];
            }
            if i == j {
                if !(sum > 0.0 && sum.is_finite()) {
                    return false;
                }
                l[packed(i, i)] = sum.sqrt();
            } else {
                l[packed(i, j)] = sum / l[packed(j, j)];
            }
        }
    }
    true
}

/// Solves L y = b in place for one packed lower triangular L.
pub fn forward_one(dim: usize, l: &[f64], b: &mut [f64]) {
    for i in 0..dim {
        let mut sum = b[i];
        for k in 0..i {
            sum -= l[packed(i, k)] * b[k];
        }
        b[i] = sum / l[packed(i, i)];
    }
}

/// Solves Lᵀ y = b in place for one packed lower triangular L.
pub fn backward_one(dim: usize, l: &[f64], b: &mut [f64]) {
    for i in (0..dim).rev() {
        let mut sum = b[i];
        for k in i + 1..dim {
            sum -= l[packed(k, i)] * b[k];
        }
        b[i] = sum / l[packed(i, i)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type V = Vector<pulp::Scalar>;

    fn value(v: V) -> f64 {
        let mut out = crate::lanes::Lanes::ZERO;
        v.store(&mut out, 0);
        out.0[0]
    }

    #[test]
    fn an_inverted_factor_whitens() {
        let simd = pulp::Scalar::new();
        let dense = [[4.0, 2.0, 0.6], [2.0, 5.0, 1.5], [0.6, 1.5, 3.8]];
        let mut w = dense.map(|row| row.map(|x| V::splat(simd, x)));
        inverse_factor(3, &mut w);
        let w = w.map(|row| row.map(value));
        for i in 0..3 {
            for j in 0..3 {
                let mut sum = 0.0;
                for k in 0..i + 1 {
                    for l in 0..=j {
                        sum += w[i][k] * dense[k][l] * w[j][l]; // W A Wᵀ
                    }
                }
                assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_factor_of_one_solves_forwards_and_backwards() {
        let a = [4.0, 2.0, 5.0, 0.6, 1.5, 3.8];
        let l = cholesky_one(3, &a).unwrap();
        let mut b = [1.0, -2.0, 0.5];
        forward_one(3, &l, &mut b);
        backward_one(3, &l, &mut b);
        for (i, want) in [1.0, -2.0, 0.5].into_iter().enumerate() {
            let got: f64 = (0..3).map(|j| a[packed(i, j)] * b[j]).sum();
            assert!((got - want).abs() < 1e-14);
        }
        assert!(cholesky_one(2, &[1.0, 2.0, 1.0]).is_none());
    }
}
