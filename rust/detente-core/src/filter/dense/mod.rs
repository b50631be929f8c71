//! Kalman filters on dense rows: means (n × d) and covariances (n × d × d), row-major.

mod check;
mod per_row;
mod predict;
mod smooth;
mod unscented;
mod update;

pub use per_row::PerRow;
pub(crate) use per_row::Planes;
pub use predict::predict;
pub use smooth::Sequences;
pub use unscented::{points, predict_unscented, project};
pub use update::{Expected, Measured, Updated, update};

pub use super::unscented::count;
use crate::lanes::WIDTH;

/// Gaussians of dimension d, 1 to [`crate::linalg::MAX_DIM`]; only the lower triangles of `cov`
/// are read.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// d
    pub dim: usize,
    /// x (n × d)
    pub mean: &'a [f64],
    /// P (n × d × d)
    pub cov: &'a [f64],
}

/// Where as many Gaussians are written.
#[derive(Debug)]
pub struct RowsMut<'a> {
    /// x (n × d)
    pub mean: &'a mut [f64],
    /// P (n × d × d)
    pub cov: &'a mut [f64],
}

impl<'a> Rows<'a> {
    fn blocks(self) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
        let means = self.mean.chunks(WIDTH * self.dim);
        means.zip(self.cov.chunks(WIDTH * self.dim * self.dim))
    }
}

impl<'a> RowsMut<'a> {
    fn blocks(self, dim: usize) -> impl Iterator<Item = (&'a mut [f64], &'a mut [f64])> {
        let means = self.mean.chunks_mut(WIDTH * dim);
        means.zip(self.cov.chunks_mut(WIDTH * dim * dim))
    }
}

#[cfg(test)]
mod tests;
