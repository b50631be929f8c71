//! A scan that is kept so that it can be replayed, and its place among others.

use std::cmp::Ordering;

use super::canonical::Canonical;
use super::{Named, Scan};
use crate::Result;
use crate::linalg::packed_len;
use crate::sensor::Sensor;

/// A scan with what it needs to be stepped through again.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub time_s: f64,
    pub sensor: Sensor,
    values: Vec<f64>,
    noise: Option<Vec<f64>>,
    named: Option<(Vec<u64>, f64)>,
    /// Which of the caller's detections stands at each place of the canonical order.
    order: Vec<u32>,
    /// m
    dim: usize,
}

impl Held {
    /// A copy of a scan, if its detections are what they should be.
    pub fn new(scan: Scan<'_>, sensor: Sensor, axes: usize) -> Result<Self> {
        let scan = Scan { time_s: scan.time_s + 0.0, ..scan }; // −0 is 0
        let order = Canonical::new(scan, &sensor, axes)?.order;
        Ok(Self {
            time_s: scan.time_s,
            values: scan.values.to_vec(),
            noise: scan.noise.map(<[f64]>::to_vec),
            named: scan.named.map(|named| (named.code.to_vec(), named.error)),
            order,
            dim: sensor.dim(axes),
            sensor,
        })
    }

    pub fn scan(&self) -> Scan<'_> {
        Scan {
            time_s: self.time_s,
            values: &self.values,
            noise: self.noise.as_deref(),
            named: self.named.as_ref().map(|(code, error)| Named { code, error: *error }),
        }
    }

    /// How many detections it has.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The order of scans: by time, by the sensor's name, and then by everything that they hold, so
    /// that it does not depend on which came first. Only a scan that came twice is equal.
    pub fn order(&self, other: &Self) -> Ordering {
        self.time_s
            .total_cmp(&other.time_s)
            .then_with(|| self.sensor.name.cmp(&other.sensor.name))
            .then_with(|| self.content().cmp(other.content()))
            .then_with(|| self.settings().cmp(&other.settings()))
    }

    /// What it holds, detection after detection in the canonical order, bit by bit.
    fn content(&self) -> impl Iterator<Item = u64> {
        let (m, packed) = (self.dim, packed_len(self.dim));
        let error = self.named.as_ref().map(|(_, error)| error.to_bits());
        let kinds = [self.order.len() as u64, m as u64, u64::from(self.noise.is_some())];
        let detections = self.order.iter().flat_map(move |&k| {
            let k = k as usize;
            let noise = self.noise.iter().flat_map(move |all| &all[k * packed..][..packed]);
            let code = self.named.iter().map(move |(code, _)| code[k]);
            self.values[k * m..][..m].iter().chain(noise).map(|x| x.to_bits()).chain(code)
        });
        kinds.into_iter().chain([u64::from(error.is_some())]).chain(error).chain(detections)
    }

    /// All that is set of the sensor, its pose too; of a user's function which one it is.
    fn settings(&self) -> String {
        format!("{:?}", self.sensor)
    }
}
