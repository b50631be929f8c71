//! Which rows a scan concerns: all of them, or for single reports only those nearby, so that a
//! report costs what its neighbourhood costs.

use pulp::{Simd, WithSimd};

use super::store::Store;
use super::{Association, Settings};
use crate::assoc::gate::Detections;
use crate::gaussian::stride;
use crate::lanes::{Lanes, Vector, WIDTH};
use crate::linalg::{MAX_DIM, packed};
use crate::motion::{Dynamics, Kinematic, MAX_ORDER, Motion};
use crate::sensor::{Mode, Model, Sensor};

/// More reports than this at one time, and looking at every row is cheaper.
const FEW: usize = 4;

/// Rows of the store that a scan concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    All,
    Rows(Vec<u32>),
}

impl Selection {
    pub fn take(&self, store: &Store) -> Store {
        match self {
            Self::All => store.clone(),
            Self::Rows(rows) => store.gather(rows),
        }
    }

    /// Takes further rows in, with the other rows of their tracks.
    pub fn include(&mut self, more: &[u32], store: &Store) {
        if let (Self::Rows(rows), false) = (&mut *self, more.is_empty()) {
            rows.extend(more);
            rows.sort_unstable();
            rows.dedup();
            *rows = of_whole_tracks(rows, store);
        }
    }

    pub fn put(&self, store: &mut Store, near: Store) {
        match self {
            Self::All => *store = near,
            Self::Rows(rows) => store.scatter(rows, &near),
        }
    }
}

/// Selects the rows of which some detection lies within the gate on every axis.
pub(super) fn select(
    settings: &Settings,
    sensor: &Sensor,
    store: &Store,
    detections: Detections<'_>,
    time_s: f64,
    gate: f64,
) -> Selection {
    let motion = &settings.motion;
    let axes = motion.axes();
    let m = sensor.dim(axes);
    let mixture = matches!(settings.association, Association::Pmbm(_)); // clusters hang together
    let few = !mixture && detections.values.len() / m <= FEW;
    match (motion, &sensor.model, &sensor.mode) {
        (
            Dynamics::Single(Motion::Kinematic(model)),
            Model::Position | Model::State,
            Mode::Reporting { .. },
        ) if few => {
            let mut rows = Vec::new();
            let largest = detections.noise.largest(m);
            let positions = detections.values.chunks_exact(m).map(|z| &z[..axes]);
            let positions: Vec<&[f64]> = positions.collect();
            let near = Near { model, store, time_s, gate, largest, positions, rows: &mut rows };
            pulp::Arch::new().dispatch(near);
            Selection::Rows(of_whole_tracks(&rows, store))
        }
        _ => Selection::All,
    }
}

/// With the other rows of their tracks, which stand beside them.
fn of_whole_tracks(rows: &[u32], store: &Store) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::with_capacity(rows.len());
    for &row in rows {
        let same = |other: &u32| store.id[*other as usize] == store.id[row as usize];
        let first = (0..row).rev().take_while(same).last().unwrap_or(row);
        let missing = out.last().map_or(first, |last| first.max(last + 1));
        out.extend((missing..store.len() as u32).take_while(same));
    }
    out
}

struct Near<'a> {
    model: &'a Kinematic,
    store: &'a Store,
    time_s: f64,
    gate: f64,
    largest: [f64; MAX_DIM],
    positions: Vec<&'a [f64]>,
    rows: &'a mut Vec<u32>,
}

impl WithSimd for Near<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let dim = self.model.dim();
        let lanes = self.store.states.entries().lanes();
        for (number, block) in lanes.chunks_exact(stride(dim)).enumerate() {
            let rows = number * WIDTH..self.store.len().min((number + 1) * WIDTH);
            let mut dt_s = Lanes::ZERO;
            for (lane, then) in dt_s.0.iter_mut().zip(&self.store.time_s[rows.clone()]) {
                *lane = self.time_s - then;
            }
            let mut excess = [Lanes::ZERO; 4];
            for part in 0..Vector::<S>::PARTS {
                self.excess(simd, block, &dt_s, part, &mut excess);
            }
            for row in rows {
                if excess[..self.positions.len()].iter().any(|e| e.0[row % WIDTH] <= 0.0) {
                    self.rows.push(row as u32);
                }
            }
        }
    }
}

impl Near<'_> {
    /// The largest over the axes of (z − x)² − γ (P + R), for each position.
    #[inline(always)]
    fn excess<S: Simd>(
        &self,
        simd: S,
        block: &[Lanes],
        dt_s: &Lanes,
        part: usize,
        out: &mut [Lanes; FEW],
    ) {
        let (kind, axes) = (self.model.kind(), self.model.axes());
        let dim = self.model.dim();
        let dt_s = Vector::load(simd, dt_s, part);
        let (f, q) = (kind.transition(dt_s)[0], kind.noise(dt_s)[0][0]);
        for axis in 0..axes {
            let (mut mean, mut variance) =
                (Vector::splat(simd, 0.0), q * self.model.density()[axis]);
            for a in 0..kind.order().min(MAX_ORDER) {
                mean += f[a] * Vector::load(simd, &block[a * axes + axis], part);
                for b in 0..kind.order() {
                    let entry = dim + packed(a * axes + axis, b * axes + axis);
                    variance += (f[a] * f[b]) * Vector::load(simd, &block[entry], part);
                }
            }
            let reach = (variance + Vector::splat(simd, self.largest[axis])) * self.gate;
            for (z, out) in self.positions.iter().zip(out.iter_mut()) {
                let off = Vector::splat(simd, z[axis]) - mean;
                let excess = off * off - reach;
                let so_far = Vector::load(simd, out, part);
                let worst = if axis == 0 { excess } else { excess.max(so_far) };
                worst.store(out, part);
            }
        }
    }
}
