//! A matrix that all rows share, or one for each row, as lanes.

use crate::gaussian::{load_rows, load_symmetric};
use crate::lanes::{Lanes, WIDTH};
use crate::linalg::{packed_from_dense, packed_len};

/// A row-major matrix: one for all rows, or one for each.
#[derive(Clone, Copy, Debug)]
pub enum PerRow<'a> {
    /// One for all rows.
    Shared(&'a [f64]),
    /// One for each row.
    Each(&'a [f64]),
}

impl<'a> PerRow<'a> {
    /// The `size` entries that belong to a row.
    #[must_use]
    pub fn of(self, row: usize, size: usize) -> &'a [f64] {
        match self {
            Self::Shared(values) => values,
            Self::Each(values) => &values[row * size..(row + 1) * size],
        }
    }
}

/// The matrices of one block of rows after another.
pub(crate) struct Planes<'a> {
    each: Option<&'a [f64]>,
    lanes: Vec<Lanes>,
}

impl<'a> Planes<'a> {
    /// Of matrices of `size` entries.
    pub fn full(source: PerRow<'a>, size: usize) -> Self {
        Self::new(source, size, <[f64]>::to_vec)
    }

    /// Of symmetric matrices, packed.
    pub fn symmetric(source: PerRow<'a>, dim: usize) -> Self {
        Self::new(source, packed_len(dim), |values| packed_from_dense(dim, values))
    }

    fn new(source: PerRow<'a>, size: usize, entries: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        match source {
            PerRow::Shared(values) => {
                let lanes = entries(values).into_iter().map(|value| Lanes([value; WIDTH]));
                Self { each: None, lanes: lanes.collect() }
            }
            PerRow::Each(values) => Self { each: Some(values), lanes: vec![Lanes::ONE; size] },
        }
    }

    /// The lanes of a block, of matrices of `size` entries.
    #[inline(always)]
    pub fn block(&mut self, size: usize, number: usize) -> &[Lanes] {
        if let Some(values) = self.each {
            load_rows(size, &values[number * WIDTH * size..], &mut self.lanes);
        }
        &self.lanes[..size]
    }

    /// The packed lanes of a block, of symmetric matrices.
    #[inline(always)]
    pub fn symmetric_block(&mut self, dim: usize, number: usize) -> &[Lanes] {
        if let Some(values) = self.each {
            load_symmetric(dim, &values[number * WIDTH * dim * dim..], &mut self.lanes);
        }
        &self.lanes[..packed_len(dim)]
    }
}
