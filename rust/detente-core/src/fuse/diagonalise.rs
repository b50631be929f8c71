//! The coordinates in which two covariances are diagonal at once.
//!
//! For A = L Lᵀ and B = K Kᵀ, rotations orthogonalise the columns of L⁻¹ K (one-sided Jacobi,
//! Hestenes 1958; accurate to the last digits even where the spread of B against A is huge, Demmel
//! and Veselić 1992). The columns are then σᵢ vᵢ, and T = L V gives A = T Tᵀ and B = T Λ Tᵀ with
//! λᵢ = σᵢ².

/// A dense D × D matrix.
pub(super) type Square<const D: usize> = [[f64; D]; D];

const MOST_SWEEPS: usize = 40;
const ORTHOGONAL: f64 = 1e-15;
const SYMMETRIC: f64 = 1e-8;

/// A = T Tᵀ and B = T diag(λ) Tᵀ.
pub(super) struct Diagonal<const D: usize> {
    /// T, column by column.
    pub basis: Square<D>,
    /// V, column by column: T⁻¹ = Vᵀ L⁻¹.
    pub turn: Square<D>,
    /// λ: the variances of B where those of A are 1.
    pub ratio: [f64; D],
}

/// Diagonalises both covariances, given by their Cholesky factors.
pub(super) fn diagonalise<const D: usize>(l: &Square<D>, k: &Square<D>) -> Diagonal<D> {
    let mut columns = [[0.0; D]; D]; // of L⁻¹ K
    for col in 0..D {
        columns[col] = solve_lower(l, std::array::from_fn(|row| k[row][col]));
    }
    orthogonalise(&mut columns);
    let ratio: [f64; D] = std::array::from_fn(|i| dot(&columns[i], &columns[i]));
    let mut basis = [[0.0; D]; D];
    let mut turn = [[0.0; D]; D];
    for i in 0..D {
        let scale = 1.0 / ratio[i].sqrt();
        turn[i] = columns[i].map(|x| x * scale);
        for row in 0..D {
            for j in 0..=row {
                basis[i][row] += l[row][j] * turn[i][j];
            }
        }
    }
    Diagonal { basis, turn, ratio }
}

/// Rotates pairs of columns until each is orthogonal to all others.
fn orthogonalise<const D: usize>(columns: &mut Square<D>) {
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..D {
            for q in p + 1..D {
                let (alpha, beta) = (dot(&columns[p], &columns[p]), dot(&columns[q], &columns[q]));
                let gamma = dot(&columns[p], &columns[q]);
                if gamma.abs() <= ORTHOGONAL * (alpha * beta).sqrt() {
                    continue;
                }
                rotated = true;
                let zeta = (beta - alpha) / (2.0 * gamma);
                let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                let sine = cosine * tangent;
                for row in 0..D {
                    let (x, y) = (columns[p][row], columns[q][row]);
                    columns[p][row] = cosine * x - sine * y;
                    columns[q][row] = sine * x + cosine * y;
                }
            }
        }
        if !rotated {
            break;
        }
    }
}

/// The lower Cholesky factor of a symmetric positive definite matrix, row by row in `values`.
pub(super) fn cholesky<const D: usize>(values: &[f64]) -> Option<Square<D>> {
    let mut l = [[0.0; D]; D];
    for row in 0..D {
        for col in 0..=row {
            let (entry, mirror) = (values[row * D + col], values[col * D + row]);
            let scale = (values[row * D + row] * values[col * D + col]).abs().sqrt();
            if (entry - mirror).abs() > SYMMETRIC * scale {
                return None;
            }
            let mut rest = entry;
            for j in 0..col {
                rest -= l[row][j] * l[col][j];
            }
            if row > col {
                l[row][col] = rest / l[col][col];
            } else if rest > 0.0 {
                l[row][row] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(l)
}

/// x with L x = b.
pub(super) fn solve_lower<const D: usize>(l: &Square<D>, mut b: [f64; D]) -> [f64; D] {
    for row in 0..D {
        for j in 0..row {
            b[row] -= l[row][j] * b[j];
        }
        b[row] /= l[row][row];
    }
    b
}

/// Σ aᵢ bᵢ.
pub(super) fn dot<const D: usize>(a: &[f64; D], b: &[f64; D]) -> f64 {
    let mut sum = 0.0;
    for i in 0..D {
        sum += a[i] * b[i];
    }
    sum
}
