//! Point sets of a whole run, frame after frame, in one array.

use std::ops::Range;

use crate::{Error, Result};

/// The points of frame k are the rows `offsets[k]..offsets[k + 1]` of `positions`.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'a> {
    /// Finite coordinates, `dim` to a row.
    pub positions: &'a [f64],
    /// Where each frame begins, and at last the number of rows: length frames + 1.
    pub offsets: &'a [usize],
    /// Coordinates to a row, at least 1.
    pub dim: usize,
}

impl<'a> Frames<'a> {
    /// The number of frames.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of frame k.
    pub fn rows(&self, frame: usize) -> Range<usize> {
        self.offsets[frame]..self.offsets[frame + 1]
    }

    /// The points of frame k.
    pub(super) fn points(&self, frame: usize) -> Points<'a> {
        let Range { start, end } = self.rows(frame);
        Points { values: &self.positions[start * self.dim..end * self.dim], dim: self.dim }
    }

    /// Refuses offsets that do not fit the positions.
    fn check(&self, what: &'static str) -> Result<()> {
        let rows = self.positions.len() / self.dim.max(1);
        let fits = self.offsets.first() == Some(&0)
            && self.offsets.last() == Some(&rows)
            && self.offsets.is_sorted()
            && rows < u32::MAX as usize;
        if fits {
            return Ok(());
        }
        let ends = |i: Option<&usize>| i.map_or("nothing".to_owned(), ToString::to_string);
        Err(Error::Setting {
            what,
            expected: "non-decreasing from 0 to the number of positions",
            found: format!(
                "{} to {} for {rows} positions{}",
                ends(self.offsets.first()),
                ends(self.offsets.last()),
                if self.offsets.is_sorted() { "" } else { ", with a decrease" }
            ),
        })
    }
}

/// Refuses truth and estimate that do not fit together.
pub(super) fn check_run(truth: &Frames<'_>, estimate: &Frames<'_>) -> Result<()> {
    if truth.dim == 0 {
        let (expected, found) = ("(n, d) with d ≥ 1".to_owned(), "(n, 0)".to_owned());
        return Err(Error::Shape { what: "truth".to_owned(), expected, found });
    }
    truth.check("the offsets of truth")?;
    estimate.check("the offsets of estimate")?;
    let pair = |what: &str, expected: usize, found: usize| {
        if expected == found {
            return Ok(());
        }
        let (expected, found) = (format!("({expected},)"), format!("({found},)"));
        Err(Error::Shape { what: what.to_owned(), expected, found })
    };
    pair("a position of estimate", truth.dim, estimate.dim)?;
    pair("the offsets of estimate", truth.offsets.len(), estimate.offsets.len())
}

/// The points of one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Points<'a> {
    values: &'a [f64],
    dim: usize,
}

impl<'a> Points<'a> {
    /// The number of points.
    pub fn len(&self) -> usize {
        self.values.len() / self.dim.max(1)
    }

    /// One point.
    pub fn get(&self, row: usize) -> &'a [f64] {
        &self.values[row * self.dim..(row + 1) * self.dim]
    }

    /// The coordinates of each.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The axis along which the points spread most.
    pub fn widest_axis(&self) -> usize {
        let (mut widest, mut width) = (0, 0.0);
        for axis in 0..self.dim {
            let along = self.values.iter().skip(axis).step_by(self.dim);
            let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
                (low.min(x), high.max(x))
            });
            if high - low > width {
                (widest, width) = (axis, high - low);
            }
        }
        widest
    }
}

/// The squared Euclidean distance of two points.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += (x - y) * (x - y);
    }
    sum
}
