//! The Rauch–Tung–Striebel smoother over many sequences of one length.

use super::check::check_dim;
use crate::filter::smooth::smooth;
use crate::{Error, Result};

/// n sequences of T filtered Gaussians.
#[derive(Clone, Debug)]
pub struct Sequences {
    /// d
    pub dim: usize,
    /// T
    pub length: usize,
    /// x (n × T × d)
    pub means: Vec<f64>,
    /// P (n × T × d × d)
    pub covs: Vec<f64>,
}

impl Sequences {
    /// Smooths every sequence in place. `transition` and `noise` hold one matrix (d × d), T − 1, or
    /// n (T − 1), and are read over and over.
    ///
    /// # Errors
    /// As [`smooth`], with the row counted over all sequences; [`Error::Setting`] for a dimension
    /// above [`crate::linalg::MAX_DIM`].
    pub fn smooth(&mut self, transition: &[f64], noise: &[f64]) -> Result<()> {
        let (dim, length) = (self.dim, self.length);
        check_dim("the dimension of the state", dim)?;
        if length == 0 {
            return Ok(());
        }
        let size = dim * dim;
        let means = self.means.chunks_exact_mut(length * dim);
        let covs = self.covs.chunks_exact_mut(length * size);
        for (sequence, (means, covs)) in means.zip(covs).enumerate() {
            smooth(dim, means, covs, |k, (mean, _), out| {
                let step = sequence * (length - 1) + k;
                out.transition.copy_from_slice(matrix(transition, size, step));
                out.noise.copy_from_slice(matrix(noise, size, step));
                out.predict(mean);
                Ok(())
            })
            .map_err(|error| in_sequence(error, sequence * length))?;
        }
        Ok(())
    }
}

fn matrix(values: &[f64], size: usize, step: usize) -> &[f64] {
    &values[step % (values.len() / size) * size..][..size]
}

fn in_sequence(error: Error, first: usize) -> Error {
    match error {
        Error::NotPositiveDefinite { what, row } => {
            Error::NotPositiveDefinite { what, row: first + row }
        }
        Error::NotFinite { what, row, value } => Error::NotFinite { what, row: first + row, value },
        other => other,
    }
}
