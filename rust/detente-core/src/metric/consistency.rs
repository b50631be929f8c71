//! Are errors as large as their covariances say: NEES and NIS; and how large are they: RMSE.

use crate::{Error, Result};

/// eᵀ C⁻¹ e for each row of errors (n, dim) and covariances (n, dim, dim), by Cholesky factors.
///
/// With errors of a state it is the normalised estimation error squared, with innovations the
/// normalised innovation squared; both are chi-square with `dim` degrees of freedom when the
/// covariances are right.
///
/// Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 2001,
/// section 5.4.
///
/// # Errors
///
/// When a covariance is not symmetric to 1e-9 of its largest entry or not positive definite.
pub fn normalised_squared(what: &str, error: &[f64], cov: &[f64], dim: usize) -> Result<Vec<f64>> {
    let mut factor = vec![0.0; dim * dim];
    let mut whitened = vec![0.0; dim];
    let mut out = Vec::with_capacity(error.len() / dim.max(1));
    let rows = error.chunks_exact(dim.max(1)).zip(cov.chunks_exact((dim * dim).max(1)));
    for (row, (error, cov)) in rows.enumerate() {
        if !is_symmetric(cov, dim) || !cholesky(cov, dim, &mut factor) {
            return Err(Error::NotPositiveDefinite { what: what.to_owned(), row });
        }
        let mut sum = 0.0;
        for i in 0..dim {
            let mut rest = error[i];
            for k in 0..i {
                rest -= factor[i * dim + k] * whitened[k];
            }
            whitened[i] = rest / factor[i * dim + i];
            sum += whitened[i] * whitened[i];
        }
        out.push(sum);
    }
    Ok(out)
}

/// √(mean over runs of |x − x̂|²) for each step of arrays (runs, steps, dim).
pub fn root_mean_square(truth: &[f64], estimate: &[f64], steps: usize, dim: usize) -> Vec<f64> {
    let mut sums = vec![0.0; steps];
    let runs = truth.len() / (steps * dim).max(1);
    let points = truth.chunks_exact(dim.max(1)).zip(estimate.chunks_exact(dim.max(1)));
    for (at, (x, y)) in points.enumerate() {
        sums[at % steps] += super::frames::squared_distance(x, y);
    }
    sums.iter().map(|sum| (sum / runs as f64).sqrt()).collect()
}

fn is_symmetric(matrix: &[f64], dim: usize) -> bool {
    let scale = matrix.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    (0..dim)
        .all(|i| (0..i).all(|j| (matrix[i * dim + j] - matrix[j * dim + i]).abs() <= 1e-9 * scale))
}

/// Writes the lower factor L of L Lᵀ = matrix; tells whether there is one.
fn cholesky(matrix: &[f64], dim: usize, factor: &mut [f64]) -> bool {
    for i in 0..dim {
        for j in 0..=i {
            let mut rest = matrix[i * dim + j];
            for k in 0..j {
                rest -= factor[i * dim + k] * factor[j * dim + k];
            }
            if i > j {
                factor[i * dim + j] = rest / factor[j * dim + j];
            } else if rest > 0.0 {
                factor[i * dim + i] = rest.sqrt();
            } else {
                return false;
            }
        }
    }
    true
}
