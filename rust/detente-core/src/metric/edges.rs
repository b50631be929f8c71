//! Which rows of truth and estimate are near each other, frame by frame, as one sparse matrix.

use std::ops::Range;

use super::frames::{Frames, Points, squared_distance};
use crate::assoc::kd_tree::KdTree;
use crate::{Error, Result};

/// How alike two rows of a frame are, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub enum Likeness {
    /// Points at distance d: max(0, 1 − d / cutoff).
    Points {
        /// The distance from which on points are not alike; > 0.
        cutoff: f64,
    },
    /// Boxes with their sides along the axes, first the a coordinates of the centre, then the a
    /// lengths of the sides: the volume of the intersection over that of the union.
    Boxes,
}

/// Compressed rows: a row of truth owns the edges `indptr[row]..indptr[row + 1]`.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    indptr: Vec<usize>,
    /// The row of the estimate, rising within each row of truth.
    column: Vec<u32>,
    value: Vec<f64>,
}

impl Edges {
    /// The pairs closer than the cutoff, with their squared distance.
    pub fn near(truth: Frames<'_>, estimate: Frames<'_>, cutoff: f64) -> Self {
        let reach = |_: &[f64], _: &[f64], half: &mut [f64]| half.fill(cutoff);
        Self::collect(truth, estimate, truth.dim, reach, |a, b| {
            let squared = squared_distance(a, b);
            (squared < cutoff * cutoff).then_some(squared)
        })
    }

    /// The pairs that are alike at all, with their likeness.
    ///
    /// # Errors
    ///
    /// When the cutoff is not positive and finite, or boxes are none.
    pub fn alike(truth: Frames<'_>, estimate: Frames<'_>, likeness: Likeness) -> Result<Self> {
        match likeness {
            Likeness::Points { cutoff } if cutoff > 0.0 && (cutoff * cutoff).is_finite() => {
                let mut edges = Self::near(truth, estimate, cutoff);
                for value in &mut edges.value {
                    *value = 1.0 - value.sqrt() / cutoff;
                }
                Ok(edges)
            }
            Likeness::Points { cutoff } => Err(Error::Setting {
                what: "cutoff",
                expected: "positive and finite",
                found: format!("{cutoff}"),
            }),
            Likeness::Boxes => {
                check_boxes(&truth, "the boxes of truth")?;
                check_boxes(&estimate, "the boxes of estimate")?;
                let axes = truth.dim / 2;
                let reach = |a: &[f64], largest: &[f64], half: &mut [f64]| {
                    for i in 0..axes {
                        half[i] = 0.5 * (a[axes + i] + largest[i]);
                    }
                };
                Ok(Self::collect(truth, estimate, axes, reach, |a, b| {
                    let overlap = intersection_over_union(a, b);
                    (overlap > 0.0).then_some(overlap)
                }))
            }
        }
    }

    /// The pairs for which `value` is something, sought in a k-d tree of each frame.
    ///
    /// The first `axes` coordinates are a place; `reach(row, largest, half)` writes how far from it
    /// a partner can be along each axis, given the largest of the partners' other coordinates.
    fn collect(
        truth: Frames<'_>,
        estimate: Frames<'_>,
        axes: usize,
        reach: impl Fn(&[f64], &[f64], &mut [f64]),
        value: impl Fn(&[f64], &[f64]) -> Option<f64>,
    ) -> Self {
        let mut edges = Self { indptr: vec![0], column: Vec::new(), value: Vec::new() };
        let mut found = Vec::new();
        let mut half = vec![0.0; axes];
        for frame in 0..truth.len() {
            let (x, y) = (truth.points(frame), estimate.points(frame));
            let first = estimate.rows(frame).start as u32;
            let (places, largest) = places_and_largest(y, axes);
            let tree = KdTree::new(axes, axes, &places);
            for i in 0..x.len() {
                let row = x.get(i);
                found.clear();
                reach(row, &largest, &mut half);
                tree.each_in_box(&row[..axes], &half, &mut |j| {
                    found.extend(value(row, y.get(j as usize)).map(|value| (j, value)));
                });
                found.sort_unstable_by_key(|&(j, _)| j);
                edges.column.extend(found.iter().map(|&(j, _)| first + j));
                edges.value.extend(found.iter().map(|&(_, value)| value));
                edges.indptr.push(edges.column.len());
            }
        }
        edges
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Where the edges of a row of truth stand.
    pub fn of(&self, row: usize) -> Range<usize> {
        self.indptr[row]..self.indptr[row + 1]
    }

    /// The row of the estimate and the value of an edge.
    pub fn get(&self, edge: usize) -> (usize, f64) {
        (self.column[edge] as usize, self.value[edge])
    }
}

/// The first `axes` coordinates of each point, and the largest of each other one.
fn places_and_largest(points: Points<'_>, axes: usize) -> (Vec<f64>, Vec<f64>) {
    let mut places = Vec::with_capacity(points.len() * axes);
    let mut largest = vec![0.0; points.dim() - axes];
    for j in 0..points.len() {
        let (place, rest) = points.get(j).split_at(axes);
        places.extend_from_slice(place);
        for (largest, &value) in largest.iter_mut().zip(rest) {
            *largest = value.max(*largest);
        }
    }
    (places, largest)
}

/// |A ∩ B| / |A ∪ B|.
fn intersection_over_union(a: &[f64], b: &[f64]) -> f64 {
    let axes = a.len() / 2;
    let (mut both, mut of_a, mut of_b) = (1.0, 1.0, 1.0);
    for i in 0..axes {
        let (half_a, half_b) = (0.5 * a[axes + i], 0.5 * b[axes + i]);
        let end = (a[i] + half_a).min(b[i] + half_b);
        let start = (a[i] - half_a).max(b[i] - half_b);
        both *= (end - start).max(0.0);
        of_a *= a[axes + i];
        of_b *= b[axes + i];
    }
    both / (of_a + of_b - both)
}

/// Refuses rows that are no boxes.
fn check_boxes(frames: &Frames<'_>, what: &'static str) -> Result<()> {
    if !frames.dim.is_multiple_of(2) {
        let expected =
            "(n, 2a): centre, then size; give a cutoff if the rows are points".to_owned();
        let found = format!("(n, {})", frames.dim);
        return Err(Error::Shape { what: what.to_owned(), expected, found });
    }
    let bad = |row: &[f64]| row[frames.dim / 2..].iter().any(|&size| size <= 0.0);
    match frames.positions.chunks_exact(frames.dim).position(bad) {
        None => Ok(()),
        Some(row) => {
            let found =
                format!("{:?} at row {row}", &frames.positions[row * frames.dim..][..frames.dim]);
            Err(Error::Setting { what, expected: "of positive size", found })
        }
    }
}
