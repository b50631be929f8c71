//! A whole recording: every scan stepped through, every track written down.

use std::collections::HashMap;

use super::{Named, Scan, Tracker};
use crate::filter::linearise::linearise;
use crate::filter::smooth::smooth;
use crate::id::TrackId;
use crate::motion::{Dynamics, Motion};
use crate::sensor::{Mode, Pose, Sensor};
use crate::{Error, Result};

/// Scans in the order of time.
#[derive(Clone, Copy, Debug)]
pub struct Recording<'a> {
    /// When each scan was taken.
    pub time_s: &'a [f64],
    /// Which sensor took it.
    pub sensor: &'a [usize],
    /// Where its detections begin, and at last their number: length scans + 1.
    pub start: &'a [usize],
    /// The detections, scan after scan, each as long as its sensor's measurement.
    pub values: &'a [f64],
    /// Who the detections say they are, if that is to be used.
    pub named: Option<Named<'a>>,
    /// From where each scan was taken, if not from where its sensor stands.
    pub pose: Option<&'a [Pose]>,
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Keep {
    /// A track counts if its existence reached this.
    pub confirmation: f64,
    /// Whether the states are smoothed, each by all detections of its track.
    pub smooth: bool,
}

/// The tracks of a recording, point after point, track after track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The dimension of the states.
    pub dim: usize,
    /// Which track each point belongs to.
    pub track: Vec<u32>,
    /// When.
    pub time_s: Vec<f64>,
    /// x (n × d).
    pub mean: Vec<f64>,
    /// P (n × d × d).
    pub cov: Vec<f64>,
    /// The probability of existence.
    pub existence: Vec<f64>,
    /// The detection that the track was given, by its place in the recording; −1 for none.
    pub detection: Vec<i64>,
    /// The tracks.
    pub tracks: Vec<Summary>,
}

/// One track of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Its identity.
    pub id: TrackId,
    /// The time of its first detection.
    pub first_time_s: f64,
    /// The time of its last detection.
    pub last_time_s: f64,
    /// How many detections it was given.
    pub detections: u64,
    /// The largest probability of existence it had.
    pub max_existence: f64,
}

/// How many points may gather before those of forgotten tracks are thrown away.
const ROOM: usize = 1 << 18;

impl Tracker {
    /// Steps through a recording and writes down the tracks that were confirmed, each from its
    /// first detection to its last. `progress` hears how many scans are done.
    ///
    /// # Errors
    /// Those of [`Tracker::step`] and of `progress`.
    pub fn track(
        &mut self,
        recording: Recording<'_>,
        sensors: &[Sensor],
        keep: Keep,
        mut progress: impl FnMut(usize) -> Result<()>,
    ) -> Result<Recorded> {
        let axes = self.settings.motion.axes();
        let mut log = Recorded { dim: self.settings.motion.dim(), ..Recorded::default() };
        let mut numbers = HashMap::new();
        let (mut offset, mut room) = (0, ROOM);
        for scan in 0..recording.time_s.len() {
            let own = &sensors[recording.sensor[scan]];
            let moved = recording.pose.map(|poses| Sensor { pose: poses[scan], ..own.clone() });
            let sensor = moved.as_ref().unwrap_or(own);
            let first = recording.start[scan];
            let length = (recording.start[scan + 1] - first) * sensor.dim(axes);
            let values = &recording.values[offset..offset + length];
            offset += length;
            let named = recording.named.map(|named| Named {
                code: &named.code[first..recording.start[scan + 1]],
                ..named
            });
            let time_s = recording.time_s[scan];
            self.step(Scan { time_s, values, noise: None, named, each: None }, sensor)?;
            self.write_down(sensor, first as i64, &mut log, &mut numbers);
            if log.track.len() > room {
                self.throw_away(keep, &mut log, &mut numbers);
                room = ROOM.max(2 * log.track.len());
            }
            progress(scan + 1)?;
        }
        let mut log = log.of_confirmed(keep.confirmation);
        if keep.smooth {
            let Dynamics::Single(motion) = &self.settings.motion else {
                return Err(Error::Setting {
                    what: "smooth",
                    expected: "False with interacting models: they are not smoothed here yet",
                    found: "True".to_owned(),
                });
            };
            log.smooth(motion)?;
        }
        Ok(log)
    }

    /// Appends the rows that the latest scan was about: all of a scanning sensor's, of a reporting
    /// one's those that reported.
    fn write_down(
        &self,
        sensor: &Sensor,
        first: i64,
        log: &mut Recorded,
        numbers: &mut HashMap<TrackId, u32>,
    ) {
        let store = self.one_row_each();
        let states = store.states.combined();
        let dim = log.dim;
        let scanned = matches!(sensor.mode, Mode::Scanning { .. });
        for row in (0..store.len()).filter(|&row| scanned || store.detection[row] >= 0) {
            let track = *numbers.entry(store.id[row]).or_insert_with(|| {
                log.tracks.push(Summary {
                    id: store.id[row],
                    first_time_s: store.first_time_s[row],
                    last_time_s: store.first_time_s[row],
                    detections: 0,
                    max_existence: 0.0,
                });
                log.tracks.len() as u32 - 1
            });
            let summary = &mut log.tracks[track as usize];
            let detected = store.detection[row] >= 0;
            summary.max_existence = summary.max_existence.max(store.existence[row]);
            summary.last_time_s = store.last_detection_time_s[row];
            summary.detections += u64::from(detected);
            log.track.push(track);
            log.time_s.push(self.time_s);
            log.existence.push(store.existence[row]);
            log.detection.push(if detected { first + store.detection[row] } else { -1 });
            log.mean.extend((0..dim).map(|i| states.mean(row, i)));
            for i in 0..dim {
                log.cov.extend((0..dim).map(|j| states.cov(row, i, j)));
            }
        }
    }

    /// Drops the points of tracks that were forgotten without having been confirmed.
    fn throw_away(&self, keep: Keep, log: &mut Recorded, numbers: &mut HashMap<TrackId, u32>) {
        let mut wanted: Vec<bool> =
            log.tracks.iter().map(|track| track.max_existence >= keep.confirmation).collect();
        for id in &self.store.id {
            if let Some(&track) = numbers.get(id) {
                wanted[track as usize] = true;
            }
        }
        *log = log.of_tracks(&wanted, |_| true);
        *numbers = log.tracks.iter().enumerate().map(|(k, track)| (track.id, k as u32)).collect();
    }
}

impl Recorded {
    /// The points of confirmed tracks up to their last detections, track after track.
    fn of_confirmed(&self, confirmation: f64) -> Self {
        let wanted: Vec<bool> =
            self.tracks.iter().map(|track| track.max_existence >= confirmation).collect();
        let last = |point: usize| self.tracks[self.track[point] as usize].last_time_s;
        let mut out = self.of_tracks(&wanted, |point| self.time_s[point] <= last(point));
        let mut order: Vec<usize> = (0..out.track.len()).collect();
        order.sort_by_key(|&point| out.track[point]); // stable: time rises within a track
        out.arrange(&order);
        out
    }

    /// The points of the wanted tracks, in their order.
    fn of_tracks(&self, wanted: &[bool], of_time: impl Fn(usize) -> bool) -> Self {
        let mut number = 0;
        let renumbered: Vec<u32> = wanted
            .iter()
            .map(|&wanted| {
                number += u32::from(wanted);
                number.wrapping_sub(1)
            })
            .collect();
        let points: Vec<usize> = (0..self.track.len())
            .filter(|&point| wanted[self.track[point] as usize] && of_time(point))
            .collect();
        let mut out = self.clone();
        out.arrange(&points);
        for track in &mut out.track {
            *track = renumbered[*track as usize];
        }
        let tracks = self.tracks.iter().zip(wanted).filter(|(_, wanted)| **wanted);
        out.tracks = tracks.map(|(track, _)| *track).collect();
        out
    }

    /// Smooths track after track (Rauch–Tung–Striebel; extended or unscented where it must be).
    fn smooth(&mut self, motion: &Motion) -> Result<()> {
        let dim = self.dim;
        let mut start = 0;
        for track in self.track.chunk_by(|a, b| a == b) {
            let end = start + track.len();
            let times = &self.time_s[start..end];
            let means = &mut self.mean[start * dim..end * dim];
            let covs = &mut self.cov[start * dim * dim..end * dim * dim];
            smooth(dim, means, covs, |k, state, out| {
                linearise(motion, state, times[k + 1] - times[k], out)
            })?;
            start = end;
        }
        Ok(())
    }

    /// Keeps the given points, in the given order.
    fn arrange(&mut self, points: &[usize]) {
        fn pick<T: Copy>(column: &mut Vec<T>, points: &[usize], width: usize) {
            *column = points
                .iter()
                .flat_map(|&point| &column[point * width..(point + 1) * width])
                .copied()
                .collect();
        }
        let dim = self.dim;
        pick(&mut self.track, points, 1);
        pick(&mut self.time_s, points, 1);
        pick(&mut self.existence, points, 1);
        pick(&mut self.detection, points, 1);
        pick(&mut self.mean, points, dim);
        pick(&mut self.cov, points, dim * dim);
    }
}
