//! The Rauch–Tung–Striebel smoother.
//!
//! Backwards from the last row, with x̄, P̄ the prediction of step k and C = P Fᵀ P̄⁻¹:
//! x ← x + C (x₊ − x̄), P ← (I − C F) P (I − C F)ᵀ + C (P₊ + Q) Cᵀ, which stays positive
//! semidefinite under rounding (Rauch, Tung and Striebel 1965; Bierman 1977 on the form). A
//! nonlinear step is linearised by the caller: x̄ = f(x), F its Jacobian or its regression.

use crate::linalg::{backward_one, cholesky_one, forward_one, packed_from_dense};
use crate::motion::Linearised;
use crate::{Error, Result};

/// Smooths one sequence in place: `means` (T × d) and `covs` (T × d × d), row-major, of a filter
/// after each measurement. `step` writes x̄, F and Q from row k, of which it is given the mean and
/// the covariance, to row k + 1.
///
/// # Errors
/// What `step` raises; [`Error::NotPositiveDefinite`] with the first row from behind whose
/// prediction F P Fᵀ + Q has no Cholesky factor; [`Error::NotFinite`] with a row that holds or
/// becomes NaN or infinite.
pub fn smooth(
    dim: usize,
    means: &mut [f64],
    covs: &mut [f64],
    mut step: impl FnMut(usize, (&[f64], &[f64]), &mut Linearised) -> Result<()>,
) -> Result<()> {
    let mut linearised = Linearised::new(dim);
    let mut work = Workspace::new(dim);
    for k in (0..(means.len() / dim).saturating_sub(1)).rev() {
        let (mean, next_mean) = means[k * dim..][..2 * dim].split_at_mut(dim);
        let (cov, next_cov) = covs[k * dim * dim..][..2 * dim * dim].split_at_mut(dim * dim);
        step(k, (mean, cov), &mut linearised).map_err(|error| at_row(error, k))?;
        work.step(&linearised, (mean, cov), (next_mean, next_cov)).ok_or_else(|| {
            Error::NotPositiveDefinite { what: "the prediction of the smoother".to_owned(), row: k }
        })?;
        if let Some(&value) = mean.iter().chain(&*cov).find(|value| !value.is_finite()) {
            return Err(Error::NotFinite { what: "the smoothed state".to_owned(), row: k, value });
        }
    }
    Ok(())
}

/// A failure of one step names its row.
pub(super) fn at_row(error: Error, row: usize) -> Error {
    match error {
        Error::NotPositiveDefinite { what, .. } => Error::NotPositiveDefinite { what, row },
        other => other,
    }
}

/// Room for one step backwards.
pub(super) struct Workspace {
    dim: usize,
    fp: Vec<f64>,
    gain: Vec<f64>,
    residual: Vec<f64>,
    keep: Vec<f64>,
    product: Vec<f64>,
}

impl Workspace {
    pub(super) fn new(dim: usize) -> Self {
        let square = || vec![0.0; dim * dim];
        let (fp, gain, keep, product) = (square(), square(), square(), square());
        Self { dim, fp, gain, residual: vec![0.0; dim], keep, product }
    }

    /// One step backwards; `None` if the prediction has no Cholesky factor.
    pub(super) fn step(
        &mut self,
        step: &Linearised,
        (mean, cov): (&mut [f64], &mut [f64]),
        (next_mean, next_cov): (&[f64], &[f64]),
    ) -> Option<()> {
        let (dim, f, q) = (self.dim, &step.transition, &step.noise);
        multiply(dim, f, cov, &mut self.fp);
        self.product.copy_from_slice(q);
        add_transposed(dim, &self.fp, f, &mut self.product); // P̄ = F P Fᵀ + Q
        let factor = cholesky_one(dim, &packed_from_dense(dim, &self.product))?;
        for i in 0..dim {
            let row = &mut self.gain[i * dim..][..dim]; // row i of C: P̄ Cᵀ = F P
            for k in 0..dim {
                row[k] = self.fp[k * dim + i];
            }
            forward_one(dim, &factor, row);
            backward_one(dim, &factor, row);
        }
        for i in 0..dim {
            self.residual[i] = next_mean[i] - step.predicted[i];
        }
        for i in 0..dim {
            for k in 0..dim {
                mean[i] += self.gain[i * dim + k] * self.residual[k];
            }
        }
        multiply(dim, &self.gain, f, &mut self.keep);
        for i in 0..dim {
            for j in 0..dim {
                let unit = if i == j { 1.0 } else { 0.0 };
                self.keep[i * dim + j] = unit - self.keep[i * dim + j]; // I − C F
            }
        }
        multiply(dim, &self.keep, cov, &mut self.fp);
        for k in 0..dim * dim {
            self.product[k] = next_cov[k] + q[k];
        }
        cov.fill(0.0);
        add_transposed(dim, &self.fp, &self.keep, cov);
        multiply(dim, &self.gain, &self.product, &mut self.fp);
        add_transposed(dim, &self.fp, &self.gain, cov);
        for i in 0..dim {
            for j in 0..i {
                cov[j * dim + i] = cov[i * dim + j];
            }
        }
        Some(())
    }
}

/// out ← A B
fn multiply(dim: usize, a: &[f64], b: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for i in 0..dim {
        for k in 0..dim {
            for j in 0..dim {
                out[i * dim + j] += a[i * dim + k] * b[k * dim + j];
            }
        }
    }
}

/// out ← out + A Bᵀ
fn add_transposed(dim: usize, a: &[f64], b: &[f64], out: &mut [f64]) {
    for i in 0..dim {
        for j in 0..dim {
            for k in 0..dim {
                out[i * dim + j] += a[i * dim + k] * b[j * dim + k];
            }
        }
    }
}
