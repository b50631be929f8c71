//! The rows take in the detections they were given.

use pulp::{Simd, WithSimd};

use super::Stepped;
use super::associated::{Associated, Then};
use super::store::Store;
use crate::assoc::assign::MISS;
use crate::assoc::gate::{Candidates, Detections, Noise};
use crate::filter::project::Projection;
use crate::filter::update::{Evidence, update_block};
use crate::gaussian::{Gaussians, stride};
use crate::lanes::{Lanes, WIDTH};
use crate::linalg::{MAX_DIM, cholesky_in_place, forward_one, packed, packed_len};
use crate::sensor::{Sensor, wrap};

/// What the detections said to the rows that were given one.
pub(super) struct Innovations {
    /// z − ẑ (n × m), NaN without a detection.
    pub difference: Vec<f64>,
    /// νᵀ S⁻¹ ν, NaN without a detection.
    pub squared: Vec<f64>,
    /// log √det S, NaN without a detection.
    pub log_volume: Vec<f64>,
}

/// Updates means, covariances, the probabilities of the models and of existence; reports the
/// innovations, of several models those of the likeliest.
pub(super) fn update(
    sensor: &Sensor,
    rows: &mut Store,
    projection: &Projection,
    detections: Detections<'_>,
    associated: &Associated,
) -> Stepped {
    let models = rows.states.models();
    let given = &associated.detection;
    let of_entries: Vec<u32> =
        given.iter().flat_map(|&detection| std::iter::repeat_n(detection, models)).collect();
    let entries = rows.states.entries_mut();
    let told = update_rows(sensor, entries, projection, detections, &of_entries);
    if models > 1 {
        for row in (0..given.len()).filter(|&row| given[row] != MISS) {
            let entries = row * models..(row + 1) * models;
            let logs: Vec<f64> =
                entries.map(|entry| -0.5 * told.squared[entry] - told.log_volume[entry]).collect();
            rows.states.reweigh(row, &logs);
        }
    }
    rows.existence.copy_from_slice(&associated.existence);
    let m = projection.dim;
    let number = |&detection: &u32| if detection == MISS { -1 } else { i64::from(detection) };
    let likeliest: Vec<usize> = (0..given.len()).map(|row| rows.states.likeliest(row)).collect();
    let difference = |&entry: &usize| &told.difference[entry * m..(entry + 1) * m];
    Stepped {
        id: rows.id.clone(),
        gated: Vec::new(),
        detection: given.iter().map(number).collect(),
        innovation: likeliest.iter().flat_map(difference).copied().collect(),
        nis: likeliest.iter().map(|&entry| told.squared[entry]).collect(),
        shares: Vec::new(),
    }
}

/// Each row takes in the detection that it is given, or none (`MISS`).
pub(super) fn update_rows(
    sensor: &Sensor,
    rows: &mut Gaussians,
    projection: &Projection,
    detections: Detections<'_>,
    given: &[u32],
) -> Innovations {
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
    let mut out = Innovations {
        difference: vec![f64::NAN; rows.len() * m],
        squared: vec![f64::NAN; rows.len()],
        log_volume: vec![f64::NAN; rows.len()],
    };
    for (row, &detection) in given.iter().enumerate() {
        if detection == MISS {
            continue;
        }
        let (block, lane) = (row / WIDTH, row % WIDTH);
        let z = &detections.values[detection as usize * m..][..m];
        let noise = detections.noise.of(m, detection as usize);
        let innovation = &mut out.difference[row * m..][..m];
        for i in 0..m {
            let difference = z[i] - projection.predicted[block * m + i].0[lane];
            innovation[i] = if sensor.is_angle(i) { wrap(difference) } else { difference };
            evidence.innovation[block * m + i].0[lane] = innovation[i];
        }
        for (entry, &r) in noise.iter().enumerate() {
            evidence.noise[block * packed_len(m) + entry].0[lane] = r;
        }
        evidence.active[block].0[lane] = 1.0;
        (out.squared[row], out.log_volume[row]) = measures(projection, row, innovation, noise);
    }
    let dim = rows.dim();
    let lanes = rows.lanes_mut();
    pulp::Arch::new().dispatch(Update { dim, lanes, projection, evidence: &evidence });
    out
}

impl Stepped {
    /// Keeps the likeliest hypotheses, adds the gate counts, and names the caller's detections
    /// instead of the canonical ones.
    pub(super) fn referring_to(
        self,
        associated: &Associated,
        likeliest: Option<Vec<u32>>,
        candidates: &Candidates,
        order: &[u32],
    ) -> Self {
        let mut out = match likeliest {
            Some(rows) => self.gather(&rows),
            None => self,
        };
        let gated = |row: usize| candidates.of(row).len() as u32;
        out.gated = match (&associated.parent, &associated.then) {
            (Some(parent), Then::Mixture(_)) => {
                parent.iter().map(|&row| gated(row as usize)).collect()
            }
            _ => (0..out.id.len()).map(gated).collect(),
        };
        for detection in out.detection.iter_mut().filter(|detection| **detection >= 0) {
            *detection = i64::from(order[*detection as usize]);
        }
        out
    }

    fn gather(&self, rows: &[u32]) -> Self {
        let m = self.innovation.len().checked_div(self.id.len()).unwrap_or(0);
        let each = || rows.iter().map(|&row| row as usize);
        Self {
            id: each().map(|row| self.id[row]).collect(),
            gated: Vec::new(),
            detection: each().map(|row| self.detection[row]).collect(),
            innovation: each()
                .flat_map(|row| &self.innovation[row * m..(row + 1) * m])
                .copied()
                .collect(),
            nis: each().map(|row| self.nis[row]).collect(),
            shares: Vec::new(),
        }
    }
}

/// νᵀ S⁻¹ ν and log √det S.
pub(super) fn measures(
    projection: &Projection,
    row: usize,
    innovation: &[f64],
    noise: &[f64],
) -> (f64, f64) {
    let m = projection.dim;
    let spread = &projection.spread[row / WIDTH * packed_len(m)..][..packed_len(m)];
    let mut factor = [0.0; packed_len(MAX_DIM)];
    for (s, (spread, r)) in factor.iter_mut().zip(spread.iter().zip(noise)) {
        *s = spread.0[row % WIDTH] + r;
    }
    if !cholesky_in_place(m, &mut factor) {
        return (f64::NAN, f64::NAN);
    }
    let mut white = [0.0; MAX_DIM];
    white[..m].copy_from_slice(innovation);
    forward_one(m, &factor, &mut white[..m]);
    let log_volume = (0..m).map(|i| libm::log(factor[packed(i, i)])).sum();
    (white[..m].iter().map(|w| w * w).sum(), log_volume)
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
