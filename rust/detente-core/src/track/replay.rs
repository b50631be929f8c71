//! Late scans: taken where they belong, by stepping again through all that came after them.
//!
//! The scans of a window are held in one order that does not depend on their arrival
//! ([`super::held`]); among them stand copies of the tracker, the denser the younger, so that a scan
//! that is late by L scans costs the steps of at most about 1.5 L. The state is at any time that
//! of a tracker that saw the scans in order, bit by bit.

use std::collections::VecDeque;

use super::held::Held;
use super::step::{Scan, Stepped};
use super::{Tracker, Tracks};
use crate::sensor::Sensor;
use crate::{Error, Result};

/// Between two copies lie at most their age over this many scans.
const SPARSITY: usize = 2;

/// A copy costs about as much as looking through all rows this often.
const COPY: usize = 8;

/// How many of the refused scans are listed, the latest ones.
const LISTED: usize = 1024;

/// A tracker that takes scans out of order.
#[derive(Clone, Debug)]
pub struct Replay {
    window_s: f64,
    /// When it began: what the tracker saw before cannot be replayed.
    start_s: f64,
    tracker: Tracker,
    /// The scans since the oldest copy, in their order.
    scans: VecDeque<Held>,
    /// The oldest first; never none.
    copies: Vec<Copied>,
    /// What the steps since the latest copy cost, in rows looked at.
    work: usize,
    refused: VecDeque<Refused>,
    refused_count: u64,
    duplicates: u64,
    replayed: usize,
}

/// The tracker as it was.
#[derive(Clone, Debug)]
struct Copied {
    /// How many of the held scans it has seen.
    seen: usize,
    tracker: Tracker,
}

/// A scan that came too late.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// When it was taken.
    pub time_s: f64,
    /// By whom.
    pub sensor: String,
    /// How many detections it had.
    pub detections: u64,
    /// The time of the latest scan when it came.
    pub latest_s: f64,
}

/// What became of a scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Landed {
    /// What happened in that scan.
    pub stepped: Stepped,
    /// How many scans were stepped through: 1 if it came in order, 0 if it had come before.
    pub steps: usize,
}

impl Replay {
    /// Takes over a tracker as it stands.
    ///
    /// # Errors
    /// [`Error::Setting`] for a negative window.
    pub fn new(tracker: Tracker, window_s: f64) -> Result<Self> {
        if window_s.is_nan() || window_s < 0.0 {
            let (what, expected) = ("window_s", "at least 0");
            return Err(Error::Setting { what, expected, found: window_s.to_string() });
        }
        let copies = vec![Copied { seen: 0, tracker: tracker.clone() }];
        let (scans, refused, start_s) = (VecDeque::new(), VecDeque::new(), tracker.time_s());
        let (work, replayed, refused_count, duplicates) = (0, 0, 0, 0);
        Ok(Self {
            window_s,
            start_s,
            tracker,
            scans,
            copies,
            work,
            refused,
            refused_count,
            duplicates,
            replayed,
        })
    }

    /// The tracker as of the latest scan.
    #[must_use]
    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// The living tracks, each at its own time.
    #[must_use]
    pub fn tracks(&self) -> Tracks {
        self.tracker.tracks()
    }

    /// A scan from before this time is refused.
    #[must_use]
    pub fn earliest_s(&self) -> f64 {
        (self.tracker.time_s() - self.window_s).max(self.start_s)
    }

    /// The latest of the scans that came too late.
    pub fn refused(&self) -> impl Iterator<Item = &Refused> {
        self.refused.iter()
    }

    /// How many scans came too late.
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused_count
    }

    /// How many scans came again, and were left out.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// How many scans the latest one cost, those included that lay between the copy and it.
    #[must_use]
    pub fn replayed(&self) -> usize {
        self.replayed
    }

    /// How many scans are held, and how many copies of the tracker.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        (self.scans.len(), self.copies.len())
    }

    /// Takes a scan where it belongs. A scan that is held already, to the bit and in whatever order
    /// of its detections, is left out. On an error nothing has changed, but that a scan that came
    /// too late is counted.
    ///
    /// `watch` sees the tracker after each scan that is stepped through, in their order.
    ///
    /// # Errors
    /// [`Error::TooLate`], and those of [`Tracker::step`].
    pub fn step(
        &mut self,
        scan: Scan<'_>,
        sensor: Sensor,
        mut watch: impl FnMut(&Tracker),
    ) -> Result<Landed> {
        if !scan.time_s.is_finite() {
            return Err(Error::TimeOrder { latest: self.tracker.time_s(), found: scan.time_s });
        }
        let scan = Held::new(scan, sensor, self.tracker.settings().motion.axes())?;
        self.refuse_too_late(&scan)?;
        let Err(place) = self.scans.binary_search_by(|held| held.order(&scan)) else {
            self.duplicates += 1;
            return Ok(Landed::default());
        };
        let landed = if place == self.scans.len() {
            self.append(scan, &mut watch)?
        } else {
            self.insert(place, scan, &mut watch)?
        };
        self.forget();
        Ok(landed)
    }

    /// Steps through the latest scan.
    fn append(&mut self, scan: Held, watch: &mut impl FnMut(&Tracker)) -> Result<Landed> {
        copy_if_due(&self.tracker, self.scans.len(), &mut self.copies, &mut self.work);
        let stepped = self.tracker.step(scan.scan(), &scan.sensor)?;
        self.work += work(&stepped, &self.tracker);
        watch(&self.tracker);
        self.scans.push_back(scan);
        self.thin();
        self.replayed = 1;
        Ok(Landed { stepped, steps: 1 })
    }

    /// Steps through a late scan and again through all after it.
    fn insert(
        &mut self,
        place: usize,
        scan: Held,
        watch: &mut impl FnMut(&Tracker),
    ) -> Result<Landed> {
        let from = self.copies.partition_point(|copy| copy.seen <= place) - 1;
        let Copied { seen, mut tracker } = self.copies[from].clone();
        let (mut copies, mut since) = (Vec::new(), 0);
        let mut landed = Landed::default();
        let again = self.scans.range(seen..place).chain([&scan]).chain(self.scans.range(place..));
        for (number, held) in (seen..).zip(again) {
            if number > seen {
                copy_if_due(&tracker, number, &mut copies, &mut since);
            }
            let stepped = tracker.step(held.scan(), &held.sensor)?;
            since += work(&stepped, &tracker);
            if number >= place {
                watch(&tracker);
                landed.steps += 1;
            }
            if number == place {
                landed.stepped = stepped;
            }
        }
        self.copies.truncate(from + 1);
        self.copies.append(&mut copies);
        self.scans.insert(place, scan);
        self.replayed = self.scans.len() - seen;
        (self.tracker, self.work) = (tracker, since);
        self.thin();
        Ok(landed)
    }

    /// Drops copies that stand closer than their age asks for.
    fn thin(&mut self) {
        let now = self.scans.len();
        for k in (1..self.copies.len().saturating_sub(1)).rev() {
            let (older, younger) = (self.copies[k - 1].seen, self.copies[k + 1].seen);
            if SPARSITY * (younger - older) <= now - younger {
                self.copies.remove(k);
            }
        }
    }

    /// Drops what no scan inside the window can need.
    fn forget(&mut self) {
        let earliest_s = self.earliest_s();
        let settled = |copy: &Copied| self.scans[copy.seen - 1].time_s < earliest_s;
        let count = self.copies[1..].iter().take_while(|copy| settled(copy)).count();
        self.copies.drain(..count);
        let seen = self.copies[0].seen;
        self.scans.drain(..seen);
        for copy in &mut self.copies {
            copy.seen -= seen;
        }
    }

    fn refuse_too_late(&mut self, scan: &Held) -> Result<()> {
        let (time_s, earliest_s) = (scan.time_s, self.earliest_s());
        if time_s >= earliest_s {
            return Ok(());
        }
        let (sensor, detections) = (scan.sensor.name.clone(), scan.len() as u64);
        let latest_s = self.tracker.time_s();
        self.refused_count += 1;
        self.refused.push_back(Refused { time_s, sensor, detections, latest_s });
        if self.refused.len() > LISTED {
            self.refused.pop_front();
        }
        Err(Error::TooLate { found: time_s, earliest: earliest_s, latest: latest_s })
    }

    /// The tracker's memory as of the latest scan; the held scans are not in it.
    ///
    /// # Errors
    /// Those of [`Tracker::snapshot`].
    pub fn snapshot(&self) -> Result<Vec<u8>> {
        self.tracker.snapshot()
    }

    /// Goes on from a snapshot: what came before it can no longer be replayed.
    ///
    /// # Errors
    /// Those of [`Tracker::restore`]; then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        self.tracker.restore(bytes)?;
        self.start_s = self.tracker.time_s();
        self.scans.clear();
        self.copies = vec![Copied { seen: 0, tracker: self.tracker.clone() }];
        self.work = 0;
        Ok(())
    }
}

/// Copies the tracker if the steps since the latest copy cost as much.
fn copy_if_due(tracker: &Tracker, seen: usize, copies: &mut Vec<Copied>, work: &mut usize) {
    if *work > 0 && *work >= tracker.store().len() {
        copies.push(Copied { seen, tracker: tracker.clone() });
        *work = 0;
    }
}

/// What a step cost: the rows that it wrote, and a look at each.
fn work(stepped: &Stepped, tracker: &Tracker) -> usize {
    1 + stepped.id.len() + tracker.store().len() / COPY
}
