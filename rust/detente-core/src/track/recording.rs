//! A whole recording: every scan stepped through, every track written down.

use std::collections::HashMap;

use super::recorded::{Recorded, Summary};
use super::{Named, Scan, Stepped, Tracker};
use crate::id::TrackId;
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
    /// How long after each point what was seen of its track still smooths it: zero not at all,
    /// infinity by the whole track.
    pub lag_s: f64,
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
        if keep.lag_s.is_nan() || keep.lag_s < 0.0 {
            let (what, expected) = ("lag_s", "at least 0");
            return Err(Error::Setting { what, expected, found: keep.lag_s.to_string() });
        }
        let (dim, models) = (self.settings.motion.dim(), self.settings.motion.count());
        let mut log = Recorded::new(dim, models);
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
            let taken = Scan { time_s, values, noise: None, named, each: None };
            let stepped = self.step(taken, sensor)?;
            self.write_down(sensor, &stepped, first as i64, &mut log, &mut numbers);
            if log.track.len() > room {
                self.throw_away(keep, &mut log, &mut numbers);
                room = ROOM.max(2 * log.track.len());
            }
            progress(scan + 1)?;
        }
        let mut log = log.of_confirmed(keep.confirmation);
        log.smooth(&self.settings, keep.lag_s)?;
        log.combine();
        Ok(log)
    }

    /// Appends the rows that the latest scan was about: all of a scanning sensor's, of a reporting
    /// one's those that took in a report.
    fn write_down(
        &self,
        sensor: &Sensor,
        stepped: &Stepped,
        first: i64,
        log: &mut Recorded,
        numbers: &mut HashMap<TrackId, u32>,
    ) {
        let store = self.one_row_each();
        let (dim, models, time_s) = (log.dim, log.models, self.time_s);
        let mut took: Vec<TrackId> = stepped.shares.iter().map(|share| share.id).collect();
        took.sort_unstable();
        let concerned = |row: usize| {
            matches!(sensor.mode, Mode::Scanning { .. })
                || store.detection[row] >= 0
                || took.binary_search(&store.id[row]).is_ok()
        };
        for row in (0..store.len()).filter(|&row| concerned(row)) {
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
            let detection = if detected { first + store.detection[row] } else { -1 };
            summary.max_existence = summary.max_existence.max(store.existence[row]);
            summary.last_time_s = store.last_detection_time_s[row];
            summary.detections += u64::from(detected);
            log.track.push(track);
            log.time_s.push(time_s);
            log.existence.push(store.existence[row]);
            log.detection.push(detection);
            let states = store.states.entries();
            for entry in row * models..(row + 1) * models {
                log.mode_probability.push(store.states.probability()[entry]);
                log.mean.extend((0..dim).map(|i| states.mean(entry, i)));
                for i in 0..dim {
                    log.cov.extend((0..dim).map(|j| states.cov(entry, i, j)));
                }
            }
            if detected && took.is_empty() {
                log.shares.push(track, time_s, detection, 1.0);
            }
        }
        for share in &stepped.shares {
            if let Some(&track) = numbers.get(&share.id) {
                log.shares.push(track, time_s, first + share.detection, share.weight);
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
        log.keep(&wanted, |_, _| true);
        *numbers = log.tracks.iter().enumerate().map(|(k, track)| (track.id, k as u32)).collect();
    }
}
