//! Many Gaussians of one dimension, in blocks of eight: means, then packed covariances.

use serde::{Deserialize, Serialize};

use crate::lanes::{Lanes, WIDTH};
use crate::linalg::{packed, packed_len};

/// How many lanes a block of Gaussians of this dimension fills.
#[inline(always)]
#[must_use]
pub const fn stride(dim: usize) -> usize {
    dim + packed_len(dim)
}

/// `len` Gaussians; the rows that pad the last block are standard normal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gaussians {
    dim: usize,
    len: usize,
    lanes: Vec<Lanes>,
}

impl Gaussians {
    /// No Gaussians yet.
    #[must_use]
    pub fn new(dim: usize) -> Self {
        Self { dim, len: 0, lanes: Vec::new() }
    }

    /// The dimension d.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether it holds `len` rows in blocks of the right size.
    pub(crate) fn is_whole(&self, len: usize) -> bool {
        let lanes = len.div_ceil(WIDTH).checked_mul(stride(self.dim));
        self.len == len && lanes == Some(self.lanes.len())
    }

    /// The blocks, each `stride(dim)` lanes.
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = &[Lanes]> {
        self.lanes.chunks_exact(stride(self.dim))
    }

    /// All lanes, block after block.
    #[must_use]
    pub fn lanes(&self) -> &[Lanes] {
        &self.lanes
    }

    /// All lanes, to be changed.
    pub fn lanes_mut(&mut self) -> &mut [Lanes] {
        &mut self.lanes
    }

    /// Component `i` of the mean of a row.
    #[inline]
    #[must_use]
    pub fn mean(&self, row: usize, i: usize) -> f64 {
        self.lanes[row / WIDTH * stride(self.dim) + i].0[row % WIDTH]
    }

    /// Entry (i, j) of the covariance of a row.
    #[inline]
    #[must_use]
    pub fn cov(&self, row: usize, i: usize, j: usize) -> f64 {
        self.lanes[row / WIDTH * stride(self.dim) + self.dim + packed(i, j)].0[row % WIDTH]
    }

    /// Appends one, its covariance packed.
    pub fn push(&mut self, mean: &[f64], cov: &[f64]) {
        let lane = self.len % WIDTH;
        if lane == 0 {
            self.lanes.extend(standard_block(self.dim));
        }
        let start = self.lanes.len() - stride(self.dim);
        for (plane, &value) in self.lanes[start..].iter_mut().zip(mean.iter().chain(cov)) {
            plane.0[lane] = value;
        }
        self.len += 1;
    }

    /// Appends those of another, of the same dimension.
    pub fn append(&mut self, other: &Self) {
        for row in 0..other.len {
            let block = &other.lanes[row / WIDTH * stride(self.dim)..][..stride(self.dim)];
            let values: Vec<f64> = block.iter().map(|plane| plane.0[row % WIDTH]).collect();
            self.push(&values[..self.dim], &values[self.dim..]);
        }
    }

    /// Writes one over a row, its covariance packed.
    pub fn set(&mut self, row: usize, mean: &[f64], cov: &[f64]) {
        let block = &mut self.lanes[row / WIDTH * stride(self.dim)..][..stride(self.dim)];
        let (x, p) = block.split_at_mut(self.dim);
        for (plane, &value) in x.iter_mut().zip(mean).chain(p.iter_mut().zip(cov)) {
            plane.0[row % WIDTH] = value;
        }
    }

    /// The given rows, in the given order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        let stride = stride(self.dim);
        let mut lanes = Vec::with_capacity(rows.len().div_ceil(WIDTH) * stride);
        for group in rows.chunks(WIDTH) {
            let start = lanes.len();
            lanes.extend(standard_block(self.dim));
            for (lane, &row) in group.iter().enumerate() {
                let source = row as usize / WIDTH * stride;
                for plane in 0..stride {
                    lanes[start + plane].0[lane] =
                        self.lanes[source + plane].0[row as usize % WIDTH];
                }
            }
        }
        Self { dim: self.dim, len: rows.len(), lanes }
    }

    /// Writes the rows of `other` over the given rows; the inverse of [`Self::gather`].
    pub fn scatter(&mut self, rows: &[u32], other: &Self) {
        let stride = stride(self.dim);
        for (index, &row) in rows.iter().enumerate() {
            let (target, source) = (row as usize / WIDTH * stride, index / WIDTH * stride);
            for plane in 0..stride {
                self.lanes[target + plane].0[row as usize % WIDTH] =
                    other.lanes[source + plane].0[index % WIDTH];
            }
        }
    }

    /// The packed covariance of every row.
    #[must_use]
    pub fn packed_covs(&self) -> Vec<Vec<f64>> {
        let entries = |row| (0..self.dim).flat_map(move |i| (0..i + 1).map(move |j| (row, i, j)));
        (0..self.len)
            .map(|row| entries(row).map(|(row, i, j)| self.cov(row, i, j)).collect())
            .collect()
    }

    /// Writes the means, row-major (n × d).
    #[must_use]
    pub fn dense_means(&self) -> Vec<f64> {
        let mut out = Vec::with_capacity(self.len * self.dim);
        for row in 0..self.len {
            out.extend((0..self.dim).map(|i| self.mean(row, i)));
        }
        out
    }

    /// Writes the covariances, row-major (n × d × d).
    #[must_use]
    pub fn dense_covs(&self) -> Vec<f64> {
        let dim = self.dim;
        let mut out = Vec::with_capacity(self.len * dim * dim);
        for row in 0..self.len {
            let block = &self.lanes[row / WIDTH * stride(dim) + dim..][..packed_len(dim)];
            for i in 0..dim {
                out.extend((0..dim).map(|j| block[packed(i, j)].0[row % WIDTH]));
            }
        }
        out
    }
}

/// A block of standard normals.
fn standard_block(dim: usize) -> impl Iterator<Item = Lanes> {
    let diagonal = move |k: usize| (0..dim).any(|i| packed(i, i) == k);
    (0..dim).map(|_| Lanes::ZERO).chain(
        (0..packed_len(dim)).map(move |k| if diagonal(k) { Lanes::ONE } else { Lanes::ZERO }),
    )
}

/// Reads up to eight dense rows (means n × d, covariances n × d × d) into one block.
///
/// Of a covariance only the lower triangle is read.
#[inline(always)]
pub fn load_block(dim: usize, mean: &[f64], cov: &[f64], block: &mut [Lanes]) {
    let (x, p) = block[..stride(dim)].split_at_mut(dim);
    load_rows(dim, mean, x);
    load_symmetric(dim, cov, p);
}

/// Writes one block into up to eight dense rows.
#[inline(always)]
pub fn store_block(dim: usize, block: &[Lanes], mean: &mut [f64], cov: &mut [f64]) {
    let (x, p) = block[..stride(dim)].split_at(dim);
    store_rows(dim, x, mean);
    store_symmetric(dim, p, cov);
}

/// Reads up to eight rows of `size` numbers, one row per lane.
#[inline(always)]
pub fn load_rows(size: usize, rows: &[f64], lanes: &mut [Lanes]) {
    let lanes = &mut lanes[..size];
    for (lane, row) in rows.chunks_exact(size).take(WIDTH).enumerate() {
        for k in 0..size {
            lanes[k].0[lane] = row[k];
        }
    }
}

/// Reads the lower triangles of up to eight square matrices, packed, one matrix per lane.
#[inline(always)]
pub fn load_symmetric(dim: usize, rows: &[f64], lanes: &mut [Lanes]) {
    let lanes = &mut lanes[..packed_len(dim)];
    for (lane, row) in rows.chunks_exact(dim * dim).take(WIDTH).enumerate() {
        for i in 0..dim {
            for j in 0..i + 1 {
                lanes[packed(i, j)].0[lane] = row[i * dim + j];
            }
        }
    }
}

/// Writes up to eight rows of `size` numbers; the inverse of [`load_rows`].
#[inline(always)]
pub fn store_rows(size: usize, lanes: &[Lanes], rows: &mut [f64]) {
    let lanes = &lanes[..size];
    for (lane, row) in rows.chunks_exact_mut(size).take(WIDTH).enumerate() {
        for k in 0..size {
            row[k] = lanes[k].0[lane];
        }
    }
}

/// Writes up to eight square matrices; the inverse of [`load_symmetric`].
#[inline(always)]
pub fn store_symmetric(dim: usize, lanes: &[Lanes], rows: &mut [f64]) {
    let lanes = &lanes[..packed_len(dim)];
    for (lane, row) in rows.chunks_exact_mut(dim * dim).take(WIDTH).enumerate() {
        for i in 0..dim {
            for j in 0..dim {
                row[i * dim + j] = lanes[packed(i, j)].0[lane];
            }
        }
    }
}
