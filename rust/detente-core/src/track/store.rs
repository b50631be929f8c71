//! The columns of the living tracks.
//!
//! A row is a single-object hypothesis; rows stand in the order of their birth.

use serde::{Deserialize, Serialize};

use super::Settings;
use super::births::Born;
use super::identity::Names;
use super::states::States;
use crate::id::TrackId;

/// No sensor has reported a row on the object's own behalf.
pub(super) const NO_REPORTER: u32 = u32::MAX;

/// The living tracks, one row each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Store {
    /// Mean and covariance, of each model if there are several.
    pub states: States,
    /// Identity.
    pub id: Vec<TrackId>,
    /// Probability that the object exists.
    pub existence: Vec<f64>,
    /// The time for which the row holds.
    pub time_s: Vec<f64>,
    /// The time of the detection that began it.
    pub first_time_s: Vec<f64>,
    /// Its number among those that began then.
    pub(super) born: Vec<u32>,
    /// The time of its latest detection.
    pub last_detection_time_s: Vec<f64>,
    /// The caller's detection that it was given in the latest scan, −1 for none.
    pub detection: Vec<i64>,
    /// The number of the reporting sensor that last reported it.
    pub(super) reporter: Vec<u32>,
    /// Who it probably is.
    pub names: Names,
}

impl Store {
    pub(super) fn new(dim: usize, models: usize) -> Self {
        Self {
            states: States::new(dim, models),
            id: Vec::new(),
            existence: Vec::new(),
            time_s: Vec::new(),
            first_time_s: Vec::new(),
            born: Vec::new(),
            last_detection_time_s: Vec::new(),
            detection: Vec::new(),
            reporter: Vec::new(),
            names: Names::default(),
        }
    }

    /// How many tracks live.
    #[must_use]
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether none lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Whether every column has one entry a row.
    pub(super) fn is_whole(&self) -> bool {
        let n = self.id.len();
        let lengths = [
            self.existence.len(),
            self.time_s.len(),
            self.first_time_s.len(),
            self.born.len(),
            self.last_detection_time_s.len(),
            self.detection.len(),
            self.reporter.len(),
        ];
        self.states.is_whole(n)
            && self.names.is_whole(n)
            && lengths.iter().all(|&length| length == n)
    }

    /// Appends a row: its mean, its packed covariance, and how many components are known.
    pub(super) fn push(
        &mut self,
        settings: &Settings,
        name: Born,
        (mean, cov, known): (&[f64], &[f64], usize),
        existence: f64,
        time_s: f64,
    ) {
        self.states.push(settings, mean, cov, known);
        self.id.push(name.id);
        self.existence.push(existence);
        self.time_s.push(time_s);
        self.first_time_s.push(time_s);
        self.born.push(name.number);
        self.last_detection_time_s.push(time_s);
        self.detection.push(-1);
        self.reporter.push(NO_REPORTER);
        self.names.push();
    }

    /// The given rows, in the given order.
    pub(super) fn gather(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|&row| column[row as usize]).collect()
        }
        Self {
            states: self.states.gather(rows),
            id: pick(&self.id, rows),
            existence: pick(&self.existence, rows),
            time_s: pick(&self.time_s, rows),
            first_time_s: pick(&self.first_time_s, rows),
            born: pick(&self.born, rows),
            last_detection_time_s: pick(&self.last_detection_time_s, rows),
            detection: pick(&self.detection, rows),
            reporter: pick(&self.reporter, rows),
            names: self.names.gather(rows),
        }
    }

    /// Writes `other` over the given rows; the inverse of [`Self::gather`].
    pub(super) fn scatter(&mut self, rows: &[u32], other: &Self) {
        self.states.scatter(rows, &other.states);
        self.names.scatter(rows, &other.names);
        for (k, &row) in rows.iter().enumerate() {
            let row = row as usize;
            self.id[row] = other.id[k];
            self.existence[row] = other.existence[k];
            self.time_s[row] = other.time_s[k];
            self.first_time_s[row] = other.first_time_s[k];
            self.born[row] = other.born[k];
            self.last_detection_time_s[row] = other.last_detection_time_s[k];
            self.detection[row] = other.detection[k];
            self.reporter[row] = other.reporter[k];
        }
    }

    /// The rows for which `wanted` holds, in their order.
    pub(super) fn keep(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let rows: Vec<u32> =
            (0..self.len()).filter(|&row| wanted(row)).map(|row| row as u32).collect();
        self.gather(&rows)
    }
}
