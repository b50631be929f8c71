//! A scan that is kept so that it can be replayed, and its place among others.

use std::cmp::Ordering;

use super::canonical::Canonical;
use super::{Each, Named, Scan};
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
    named: Option<(Named<'static>, Vec<u64>)>,
    each: Option<(Vec<f64>, Vec<bool>)>,
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
            named: scan.named.map(|named| (Named { code: &[], ..named }, named.code.to_vec())),
            each: scan.each.map(|each| (each.clutter_density.to_vec(), each.begins.to_vec())),
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
            named: self.named.as_ref().map(|(named, code)| Named { code, ..*named }),
            each: self
                .each
                .as_ref()
                .map(|(clutter_density, begins)| Each { clutter_density, begins }),
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
        let told = self
            .named
            .iter()
            .flat_map(|(named, _)| [named.by, named.error.to_bits(), u64::from(named.is_evidence)]);
        let has = [self.noise.is_some(), self.named.is_some(), self.each.is_some()];
        let kinds = [self.order.len() as u64, m as u64].into_iter().chain(has.map(u64::from));
        let detections = self.order.iter().flat_map(move |&k| {
            let k = k as usize;
            let noise = self.noise.iter().flat_map(move |all| &all[k * packed..][..packed]);
            let code = self.named.iter().map(move |(_, code)| code[k]);
            let each = self.each.iter().flat_map(move |(clutter_density, begins)| {
                [clutter_density[k].to_bits(), u64::from(begins[k])]
            });
            let numbers = self.values[k * m..][..m].iter().chain(noise).map(|x| x.to_bits());
            numbers.chain(code).chain(each)
        });
        kinds.chain(told).chain(detections)
    }

    /// All that is set of the sensor, its pose too; of a user's function which one it is.
    fn settings(&self) -> String {
        format!("{:?}", self.sensor)
    }
}
