//! The rows take in the detections they were given.

use pulp::{Simd, WithSimd};

use super::Stepped;
use super::gnn::Allocation;
use super::store::Store;
use crate::assoc::assign::MISS;
use crate::assoc::gate::{Candidates, Detections, Noise};
use crate::filter::project::Projection;
use crate::filter::update::{Evidence, update_block};
use crate::gaussian::stride;
use crate::lanes::{Lanes, WIDTH};
use crate::linalg::{MAX_DIM, cholesky_one, forward_one, packed_len};
use crate::sensor::{Sensor, wrap};

/// Updates means, covariances and probabilities of existence; reports the innovations.
pub(super) fn update(
    sensor: &Sensor,
    rows: &mut Store,
    projection: &Projection,
    detections: Detections<'_>,
    allocation: &Allocation,
) -> Stepped {
    let m = projection.dim;
    let blocks = rows.len().div_ceil(WIDTH);
    let shared: Option<Vec<Lanes>> = match detections.noise {
        Noise::Shared(noise) => Some(noise.iter().map(|&r| Lanes([r; WIDTH])).collect()),
        Noise::Each(_) => None,
    };
    let mut evidence = Given {
        innovation: vec![Lanes::ZERO; blocks * m],
        noise: match shared {
            Some(noise) => noise.repeat(blocks),
            None => vec![Lanes::ONE; blocks * packed_len(m)],
        },
        active: vec![Lanes::ZERO; blocks],
    };
    let mut stepped = Stepped {
        id: rows.id.clone(),
        gated: Vec::new(),
        detection: vec![-1; rows.len()],
        innovation: vec![f64::NAN; rows.len() * m],
        nis: vec![f64::NAN; rows.len()],
    };
    for (row, &detection) in allocation.detection.iter().enumerate() {
        if detection == MISS {
            continue;
        }
        let (block, lane) = (row / WIDTH, row % WIDTH);
        let z = &detections.values[detection as usize * m..][..m];
        let noise = detections.noise.of(m, detection as usize);
        let innovation = &mut stepped.innovation[row * m..][..m];
        for i in 0..m {
            let difference = z[i] - projection.predicted[block * m + i].0[lane];
            innovation[i] = if sensor.is_angle(i) { wrap(difference) } else { difference };
            evidence.innovation[block * m + i].0[lane] = innovation[i];
        }
        for (entry, &r) in noise.iter().enumerate() {
            evidence.noise[block * packed_len(m) + entry].0[lane] = r;
        }
        evidence.active[block].0[lane] = 1.0;
        stepped.detection[row] = i64::from(detection);
        stepped.nis[row] = squared_distance(projection, row, innovation, noise);
    }
    rows.existence.copy_from_slice(&allocation.existence);
    let dim = rows.gaussians.dim();
    let lanes = rows.gaussians.lanes_mut();
    pulp::Arch::new().dispatch(Update { dim, lanes, projection, evidence: &evidence });
    stepped
}

impl Stepped {
    /// Adds the gate counts, and names the caller's detections instead of the canonical ones.
    pub(super) fn referring_to(mut self, candidates: &Candidates, order: &[u32]) -> Self {
        self.gated =
            candidates.indptr.windows(2).map(|edges| (edges[1] - edges[0]) as u32).collect();
        for detection in self.detection.iter_mut().filter(|detection| **detection >= 0) {
            *detection = i64::from(order[*detection as usize]);
        }
        self
    }
}

fn squared_distance(projection: &Projection, row: usize, innovation: &[f64], noise: &[f64]) -> f64 {
    let m = projection.dim;
    let spread = &projection.spread[row / WIDTH * packed_len(m)..][..packed_len(m)];
    let s: Vec<f64> = spread.iter().zip(noise).map(|(s, r)| s.0[row % WIDTH] + r).collect();
    let Some(factor) = cholesky_one(m, &s) else { return f64::NAN };
    let mut white = [0.0; MAX_DIM];
    white[..m].copy_from_slice(innovation);
    forward_one(m, &factor, &mut white[..m]);
    white[..m].iter().map(|w| w * w).sum()
}

struct Given {
    innovation: Vec<Lanes>,
    noise: Vec<Lanes>,
    active: Vec<Lanes>,
}

struct Update<'a> {
    dim: usize,
    lanes: &'a mut [Lanes],
    projection: &'a Projection,
    evidence: &'a Given,
}

impl WithSimd for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (dim, m) = (self.dim, self.projection.dim);
        for (number, block) in self.lanes.chunks_exact_mut(stride(dim)).enumerate() {
            let evidence = Evidence {
                innovation: &self.evidence.innovation[number * m..][..m],
                spread: &self.projection.spread[number * packed_len(m)..][..packed_len(m)],
                noise: &self.evidence.noise[number * packed_len(m)..][..packed_len(m)],
                active: &self.evidence.active[number],
            };
            update_block(simd, dim, self.projection.link(dim, number), evidence, block);
        }
    }
}
