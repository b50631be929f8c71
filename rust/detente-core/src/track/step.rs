//! One scan: predict, project, gate, weigh, associate, update, begin, forget.

use super::canonical::Canonical;
use super::gnn::{self, Weights};
use super::select::select;
use super::store::Store;
use super::update::update;
use super::{Tracker, birth};
use crate::Result;
use crate::assoc::gate::gate;
use crate::filter::project::project;
use crate::sensor::{Mode, Sensor};

/// What a sensor saw at one time.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// When.
    pub time_s: f64,
    /// The detections, k × m, row-major.
    pub values: &'a [f64],
    /// A packed covariance for each detection, when they bring their own.
    pub noise: Option<&'a [f64]>,
}

/// What happened to each track that a scan concerned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stepped {
    /// The tracks' identities.
    pub id: Vec<u64>,
    /// How many detections lay in the gate.
    pub gated: Vec<u32>,
    /// The caller's detection that the track was given, −1 for none.
    pub detection: Vec<i64>,
    /// z − ẑ of that detection (n × m), NaN without one.
    pub innovation: Vec<f64>,
    /// νᵀ S⁻¹ ν, the normalised innovation squared, NaN without a detection.
    pub nis: Vec<f64>,
}

impl Tracker {
    /// Tracks through one scan. On an error nothing has changed.
    ///
    /// # Errors
    /// [`crate::Error::TimeOrder`], [`crate::Error::Shape`], [`crate::Error::NotFinite`],
    /// [`crate::Error::NotPositiveDefinite`], and what the user's models raise.
    pub fn step(&mut self, scan: Scan<'_>, sensor: &Sensor) -> Result<Stepped> {
        let (motion, axes) = (&self.settings.motion, self.settings.motion.axes());
        self.refuse_earlier(scan.time_s)?;
        sensor.check(axes, motion.dim())?;
        let scan = Canonical::new(scan, sensor, axes)?;
        let (time_s, detections) = (scan.time_s, scan.detections());
        let reach = self.reach(sensor.dim(axes));

        let selection = select(motion, sensor, &self.store, detections, time_s, reach);
        let mut near = selection.take(&self.store);
        self.advance(&mut near, time_s)?;
        let projection = project(sensor, &near.gaussians, axes)?;
        let candidates = gate(sensor, &projection, near.len(), detections, reach);
        let undetected = self.undetected(sensor).at(&self.settings, time_s);
        let origins = birth::origins(&self.settings, &undetected, sensor, detections)?;
        let allocation = gnn::allocate(
            &candidates,
            Weights {
                existence: &near.existence,
                seen: &seen(sensor, &near, axes),
                hit: sensor.hit_weight(),
                elsewhere: &origins.elsewhere,
            },
        )?;
        let stepped = update(sensor, &mut near, &projection, detections, &allocation);

        // nothing fails from here on, so that a failed scan has changed nothing
        let thinned = undetected.thinned(sensor, self.since_last_s(sensor, time_s));
        let number = self.log(&sensor.name, time_s, sensor.report_rate_per_s());
        self.note_unseen(sensor, number, thinned);
        self.settle(sensor, &mut near, &allocation, &scan.order, number);
        self.store.detection.fill(-1);
        selection.put(&mut self.store, near);
        self.begin(sensor, &scan, &allocation, origins, number);
        self.forget(&selection);
        Ok(stepped.referring_to(&candidates, &scan.order))
    }
}

/// q: the probability that each row would be seen now if it existed.
fn seen(sensor: &Sensor, rows: &Store, axes: usize) -> Vec<f64> {
    let Mode::Scanning { detection_probability } = sensor.mode else {
        return vec![0.0; rows.len()]; // a report of one object says nothing about the others
    };
    let north = |row| if axes > 1 { rows.gaussians.mean(row, 1) } else { 0.0 };
    let covered = |row| sensor.coverage.sees(&sensor.pose, rows.gaussians.mean(row, 0), north(row));
    (0..rows.len()).map(|row| if covered(row) { detection_probability } else { 0.0 }).collect()
}
