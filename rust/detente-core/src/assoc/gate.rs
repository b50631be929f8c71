//! Gating: which row could have made which detection, and how likely.

use std::f64::consts::{PI, TAU};

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::kd_tree::KdTree;
use crate::filter::project::Projection;
use crate::filter::update::{load_packed, whitener};
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, Matrix, cholesky_in_place, forward_one, packed, packed_len};
use crate::sensor::{Model, Sensor, wrap};

/// Rows are gated by several threads beyond this number.
const PARALLEL: usize = 4096;
/// The rows that one task gates.
const CHUNK: usize = 1024;

/// Compressed sparse rows of edges (row, detection, log-likelihood); detections rise in each row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidates {
    /// Where each row's edges begin, and at last the number of edges: length rows + 1.
    pub indptr: Vec<usize>,
    /// The detection of each edge.
    pub detection: Vec<u32>,
    /// log N(z; ẑ, S) of each edge.
    pub log_likelihood: Vec<f64>,
}

impl Candidates {
    /// The edges of a row.
    #[must_use]
    pub fn of(&self, row: usize) -> std::ops::Range<usize> {
        self.indptr[row]..self.indptr[row + 1]
    }
}

/// The detections of one scan and how noisy they are.
#[derive(Clone, Copy, Debug)]
pub struct Detections<'a> {
    /// k × m, row-major.
    pub values: &'a [f64],
    /// One packed covariance for all, or one for each.
    pub noise: Noise<'a>,
}

impl<'a> Detections<'a> {
    /// One of them alone, of m components.
    #[must_use]
    pub fn only(&self, m: usize, detection: usize) -> Self {
        let values = &self.values[detection * m..][..m];
        Self { values, noise: Noise::Each(self.noise.of(m, detection)) }
    }
}

/// The covariance of the detections.
#[derive(Clone, Copy, Debug)]
pub enum Noise<'a> {
    /// The same, packed, for all.
    Shared(&'a [f64]),
    /// A packed one for each, one after the other.
    Each(&'a [f64]),
}

impl<'a> Noise<'a> {
    /// The packed covariance of one detection of m components.
    #[must_use]
    pub fn of(&self, m: usize, detection: usize) -> &'a [f64] {
        match self {
            Self::Shared(noise) => noise,
            Self::Each(noise) => &noise[detection * packed_len(m)..][..packed_len(m)],
        }
    }

    /// The packed covariance that one detection of m components brings itself; empty if none.
    #[must_use]
    pub fn own(&self, m: usize, detection: usize) -> &'a [f64] {
        match self {
            Self::Shared(_) => &[],
            Self::Each(_) => self.of(m, detection),
        }
    }

    /// The largest variance of each component.
    #[must_use]
    pub fn largest(&self, m: usize) -> [f64; MAX_DIM] {
        let mut out = [0.0; MAX_DIM];
        let (Self::Shared(all) | Self::Each(all)) = self;
        for noise in all.chunks_exact(packed_len(m)) {
            for i in 0..m {
                out[i] = f64::max(out[i], noise[packed(i, i)]);
            }
        }
        out
    }
}

/// Finds every pair of a row and a detection whose squared Mahalanobis distance is at most `gate`.
///
/// A k-d tree over the detections is asked for the box around the gate's ellipsoid, so that the
/// work is (rows + detections) · log(detections) plus the pairs found.
#[must_use]
pub fn gate(
    sensor: &Sensor,
    projection: &Projection,
    rows: usize,
    detections: Detections<'_>,
    gate: f64,
) -> Candidates {
    let m = projection.dim;
    if detections.values.is_empty() {
        return Candidates { indptr: vec![0; rows + 1], ..Candidates::default() };
    }
    let splits = match sensor.model {
        Model::State | Model::Box => m / 2, // velocities and sizes tell less than positions
        _ => m,
    };
    let search = Search {
        m,
        sensor,
        projection,
        detections,
        gate,
        tree: KdTree::new(m, splits, detections.values),
        largest: detections.noise.largest(m),
        whiteners: match detections.noise {
            Noise::Shared(noise) => whiteners(m, &projection.spread, noise),
            Noise::Each(_) => Vec::new(),
        },
    };
    let chunks: Vec<usize> = (0..rows).step_by(CHUNK).collect();
    let parts: Vec<Candidates> = if rows > PARALLEL {
        chunks.par_iter().map(|&start| search.rows(start, rows.min(start + CHUNK))).collect()
    } else {
        chunks.iter().map(|&start| search.rows(start, rows.min(start + CHUNK))).collect()
    };
    let mut out = Candidates { indptr: vec![0], ..Candidates::default() };
    for part in parts {
        let offset = out.detection.len();
        out.indptr.extend(part.indptr.iter().map(|at| at + offset));
        out.detection.extend(part.detection);
        out.log_likelihood.extend(part.log_likelihood);
    }
    out
}

struct Search<'a> {
    m: usize,
    sensor: &'a Sensor,
    projection: &'a Projection,
    detections: Detections<'a>,
    gate: f64,
    tree: KdTree,
    largest: [f64; MAX_DIM],
    whiteners: Vec<Lanes>,
}

impl Search<'_> {
    /// The edges of some rows; `indptr` without its leading zero.
    fn rows(&self, start: usize, end: usize) -> Candidates {
        let mut out = Candidates::default();
        let mut near = Vec::new();
        for row in start..end {
            near.clear();
            self.near(row, &mut near);
            near.sort_unstable();
            for &detection in &near {
                if let Some(log_likelihood) = self.log_likelihood(row, detection as usize) {
                    out.detection.push(detection);
                    out.log_likelihood.push(log_likelihood);
                }
            }
            out.indptr.push(out.detection.len());
        }
        out
    }

    fn lane(&self, lanes: &[Lanes], per_block: usize, row: usize, entry: usize) -> f64 {
        lanes[row / WIDTH * per_block + entry].0[row % WIDTH]
    }

    /// The detections in the box around the row's gate, angles in all their turns.
    fn near(&self, row: usize, near: &mut Vec<u32>) {
        let m = self.m;
        let (mut centre, mut half) = ([0.0; MAX_DIM], [0.0; MAX_DIM]);
        for i in 0..m {
            let spread = self.lane(&self.projection.spread, packed_len(m), row, packed(i, i));
            centre[i] = self.lane(&self.projection.predicted, m, row, i);
            half[i] = (self.gate * (spread + self.largest[i])).sqrt();
        }
        self.turns(0, &mut centre, &half, near);
    }

    /// Detected angles lie in one turn; a box that reaches beyond it is asked for on both sides.
    fn turns(
        &self,
        component: usize,
        centre: &mut [f64; MAX_DIM],
        half: &[f64; MAX_DIM],
        near: &mut Vec<u32>,
    ) {
        if component == self.m {
            self.tree.each_in_box(&centre[..self.m], &half[..self.m], &mut |k| near.push(k));
            return;
        }
        if !self.sensor.is_angle(component) {
            return self.turns(component + 1, centre, half, near);
        }
        let middle = centre[component];
        if half[component] >= PI {
            let whole = &mut half.clone();
            whole[component] = TAU;
            centre[component] = 0.0;
            self.turns(component + 1, centre, whole, near);
        } else {
            for turn in [-TAU, 0.0, TAU] {
                centre[component] = middle + turn;
                if (centre[component].abs() - half[component]) <= PI {
                    self.turns(component + 1, centre, half, near);
                }
            }
        }
        centre[component] = middle;
    }

    /// log N(z; ẑ, S), or nothing outside the gate.
    fn log_likelihood(&self, row: usize, detection: usize) -> Option<f64> {
        let m = self.m;
        let mut white = [0.0; MAX_DIM];
        for i in 0..m {
            let z = self.detections.values[detection * m + i];
            let innovation = z - self.lane(&self.projection.predicted, m, row, i);
            white[i] = if self.sensor.is_angle(i) { wrap(innovation) } else { innovation };
        }
        let log_volume = match self.detections.noise {
            Noise::Shared(_) => {
                let size = packed_len(m) + 1;
                for i in (0..m).rev() {
                    let mut sum = 0.0;
                    for k in 0..i + 1 {
                        sum += self.lane(&self.whiteners, size, row, packed(i, k)) * white[k];
                    }
                    white[i] = sum;
                }
                self.lane(&self.whiteners, size, row, size - 1)
            }
            Noise::Each(_) => {
                let mut factor = [0.0; packed_len(MAX_DIM)];
                let noise = self.detections.noise.of(m, detection);
                for entry in 0..packed_len(m) {
                    factor[entry] = self.lane(&self.projection.spread, packed_len(m), row, entry)
                        + noise[entry];
                }
                // one component alone is never farther than all together
                let far = |i: usize| white[i] * white[i] > self.gate * factor[packed(i, i)];
                if (0..m).any(far) || !cholesky_in_place(m, &mut factor) {
                    return None;
                }
                forward_one(m, &factor, &mut white[..m]);
                (0..m).map(|i| libm::log(factor[packed(i, i)])).sum()
            }
        };
        let mut distance = 0.0;
        for value in &white[..m] {
            distance += value * value;
        }
        let constant = 0.5 * m as f64 * libm::log(TAU);
        (distance <= self.gate).then_some(-0.5 * distance - log_volume - constant)
    }
}

/// For each block the packed W = L⁻¹ of S = L Lᵀ, and log √det S.
fn whiteners(m: usize, spread: &[Lanes], noise: &[f64]) -> Vec<Lanes> {
    let size = packed_len(m) + 1;
    let noise: Vec<Lanes> = noise.iter().map(|&r| Lanes([r; WIDTH])).collect();
    let mut out = vec![Lanes::ZERO; spread.len() / packed_len(m) * size];
    pulp::Arch::new().dispatch(Whiten { m, spread, noise: &noise, out: &mut out });
    for block in out.chunks_exact_mut(size) {
        let (w, log_volume) = block.split_at_mut(size - 1);
        for lane in 0..WIDTH {
            log_volume[0].0[lane] =
                -(0..m).map(|i| libm::log(w[packed(i, i)].0[lane])).sum::<f64>();
        }
    }
    out
}

struct Whiten<'a> {
    m: usize,
    spread: &'a [Lanes],
    noise: &'a [Lanes],
    out: &'a mut [Lanes],
}

impl WithSimd for Whiten<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.m {
            1 => self.blocks::<S, 1>(simd, 1),
            2 => self.blocks::<S, 2>(simd, 2),
            3 => self.blocks::<S, 3>(simd, 3),
            4 => self.blocks::<S, 4>(simd, 4),
            m => self.blocks::<S, MAX_DIM>(simd, m),
        }
    }
}

impl Whiten<'_> {
    #[inline(always)]
    fn blocks<S: Simd, const M: usize>(self, simd: S, m: usize) {
        let spreads = self.spread.chunks_exact(packed_len(m));
        for (spread, out) in spreads.zip(self.out.chunks_exact_mut(packed_len(m) + 1)) {
            for part in 0..Vector::<S>::PARTS {
                let noise: Matrix<S, M, M> = load_packed(simd, m, self.noise, part);
                let w = whitener(m, &load_packed(simd, m, spread, part), &noise);
                for i in 0..m {
                    for j in 0..i + 1 {
                        w[i][j].store(&mut out[packed(i, j)], part);
                    }
                }
            }
        }
    }
}
