//! How tracks live on, begin and are forgotten.

use super::births::Births;
use super::canonical::Canonical;
use super::identity::{Named, UNNAMED};
use super::poisson::{Origin, Origins};
use super::select::Selection;
use super::store::{NO_REPORTER, Store};
use super::unite::unite;
use super::{Association, Share, Tracker};
use crate::Result;
use crate::assoc::assign::MISS;
use crate::id::Content;
use crate::sensor::{Mode, Sensor};

/// A detection that came from no row with less than this probability begins no track.
const EXPLAINED: f64 = 1e-3;

/// How often all rows are looked at, when single reports touch only some.
const SWEEP: u64 = 256;

/// What is remembered of a sensor.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct SensorLog {
    name: String,
    /// When it last looked.
    time_s: f64,
    /// The rate of its reports, zero if it scans.
    rate_per_s: f64,
}

impl SensorLog {
    /// Sensors are told apart by their names, and by whether they scan or are reported to.
    fn is_of(&self, name: &str, rate_per_s: f64) -> bool {
        self.name == name && (self.rate_per_s > 0.0) == (rate_per_s > 0.0)
    }
}

impl Tracker {
    /// Brings tracks to a time: motion, death, and the silence of those that report themselves.
    pub(super) fn advance(&self, tracks: &mut Store, time_s: f64) -> Result<()> {
        let dt_s: Vec<f64> = tracks.time_s.iter().map(|then| time_s - then).collect();
        if dt_s.iter().all(|&dt| dt == 0.0) {
            return Ok(());
        }
        tracks.states.predict(&self.settings, &dt_s)?;
        tracks.existence = self.existence_at(tracks, time_s);
        tracks.time_s.fill(time_s);
        Ok(())
    }

    /// The probability of existence of each row at a later time.
    ///
    /// An object that lives with probability a and reports itself at a rate ρ is silent for Δt
    /// with probability exp(−ρ Δt): r = a e^(−ρ Δt) / (1 − a + a e^(−ρ Δt)).
    fn existence_at(&self, tracks: &Store, time_s: f64) -> Vec<f64> {
        let log_survival = libm::log(self.settings.survival_per_s);
        let mut known = (0.0, 1.0); // the survival over the last Δt: they are mostly the same
        let whole = self.whole(tracks, &tracks.existence);
        let rows = tracks.existence.iter().zip(&*whole).zip(&tracks.time_s).zip(&tracks.reporter);
        let rows = rows.zip(&tracks.last_detection_time_s);
        rows.map(|((((&existence, &whole), then), &reporter), last_s)| {
            if time_s - last_s > self.settings.longest_silence_s {
                return 0.0;
            }
            let dt_s = time_s - then;
            if dt_s != known.0 {
                known = (dt_s, libm::exp(log_survival * dt_s));
            }
            let (alive, whole) = (existence * known.1, whole * known.1);
            match self.sensors.get(reporter as usize) {
                Some(sensor) => {
                    let silent = libm::exp(-sensor.rate_per_s * dt_s);
                    alive * silent / (1.0 - whole * (1.0 - silent))
                }
                None => alive,
            }
        })
        .collect()
    }

    /// How long ago this sensor last looked, if ever.
    pub(super) fn since_s(&self, sensor: &Sensor, time_s: f64) -> Option<f64> {
        let rate_per_s = sensor.report_rate_per_s();
        let log = self.sensors.iter().find(|log| log.is_of(&sensor.name, rate_per_s));
        log.map(|log| time_s - log.time_s)
    }

    /// Notes that a sensor looks now, and returns its number.
    pub(super) fn log(&mut self, name: &str, time_s: f64, rate_per_s: f64) -> usize {
        let known = self.sensors.iter().position(|log| log.is_of(name, rate_per_s));
        let number = known.unwrap_or_else(|| {
            self.sensors.push(SensorLog { name: name.to_owned(), time_s: f64::NAN, rate_per_s });
            self.sensors.len() - 1
        });
        let log = &mut self.sensors[number];
        (log.time_s, log.rate_per_s) = (time_s, rate_per_s);
        self.pass(time_s);
        number
    }

    /// Notes that something happens at this time.
    pub(super) fn pass(&mut self, time_s: f64) {
        if time_s != self.time_s {
            self.births = Births::default();
        }
        self.time_s = time_s;
        self.steps += 1;
    }

    /// Writes down what the scan was for the rows that it concerned.
    pub(super) fn settle(
        &self,
        sensor: &Sensor,
        near: &mut Store,
        given: &[u32],
        order: &[u32],
        number: usize,
    ) {
        for (row, &detection) in given.iter().enumerate() {
            if detection != MISS {
                near.detection[row] = i64::from(order[detection as usize]);
                near.last_detection_time_s[row] = near.time_s[row];
                if matches!(sensor.mode, Mode::Reporting { .. }) {
                    near.reporter[row] = number as u32;
                }
            } else {
                near.detection[row] = -1;
            }
        }
    }

    /// Begins a track from every detection that may have come from no row. Returns the new rows of
    /// each detection, with their shares in it.
    ///
    /// Where a detection begins one of several objects, they are alternatives of one track: each
    /// exists with its share, or in a mixture with the whole probability in its share of the
    /// hypotheses.
    pub(super) fn begin(
        &mut self,
        sensor: &Sensor,
        scan: &Canonical<'_>,
        free: &[f64],
        origins: Origins,
        number: usize,
    ) -> Vec<Vec<(u32, f64)>> {
        let reporter = match sensor.mode {
            Mode::Reporting { .. } => number as u32,
            Mode::Scanning { .. } => NO_REPORTER,
        };
        let mixture = matches!(self.settings.association, Association::Pmbm(_));
        let mut begun = vec![Vec::new(); free.len()];
        for (k, parts) in origins.parts.into_iter().enumerate() {
            let whole = free[k] * origins.born[k] / origins.elsewhere[k];
            if free[k] < EXPLAINED || !scan.begins(k) || whole.is_nan() || whole <= 0.0 {
                continue;
            }
            if self.knows(scan, k) {
                continue; // it was said twice at once, and the track was given the other
            }
            let (detections, m) = (scan.detections(), sensor.dim(self.settings.motion.axes()));
            let one = detections.only(m, k);
            let parts = match parts.is_empty() {
                true => {
                    Origins::plain(&self.settings, sensor, one, origins.born[k]).unwrap_or_default()
                }
                false => parts,
            };
            let parts = parts.into_iter().filter(|part| part.born > 0.0);
            let name = self.births.begin(
                self.settings.id_key,
                Content { sensor: Some(&sensor.name), time_s: scan.time_s, values: one.values },
            );
            for Origin { newborn, born } in parts {
                let share = born / origins.born[k];
                let existence = if mixture { whole } else { whole * share };
                let state = (&*newborn.mean, &*newborn.cov, newborn.known);
                self.store.push(&self.settings, name, state, existence, scan.time_s);
                let row = self.store.len() - 1;
                self.store.detection[row] = i64::from(scan.order[k]);
                self.store.reporter[row] = reporter;
                if let Some(Named { by, code, error, .. }) =
                    scan.named().filter(|named| named.code[k] != UNNAMED)
                {
                    self.store.names.begin(row, by, code[k], error);
                }
                begun[k].push((row as u32, share));
            }
        }
        begun
    }

    /// The new tracks as wholes of their detections, where tracks are made of shares.
    pub(super) fn shares_of(&self, begun: &[Vec<(u32, f64)>]) -> Vec<Share> {
        if self.settings.association != Association::Jpda {
            return Vec::new();
        }
        let rows = begun.iter().filter_map(|rows| rows.first()).map(|&(row, _)| row as usize);
        let share = |row: usize| Share {
            id: self.store.id[row],
            detection: self.store.detection[row],
            weight: 1.0,
        };
        rows.map(share).collect()
    }

    /// Forgets the rows that went unseen and are no longer likely.
    pub(super) fn forget(&mut self, selection: &Selection) {
        let existence = match selection {
            Selection::Rows(_) if !self.steps.is_multiple_of(SWEEP) => return,
            Selection::Rows(_) => {
                self.settle_alternatives();
                self.existence_at(&self.store, self.time_s)
            }
            Selection::All => {
                self.settle_alternatives();
                if self.settings.association == Association::Jpda {
                    let keep = unite(&mut self.store, self.settings.motion.axes());
                    self.keep(&keep);
                }
                self.store.existence.clone()
            }
        };
        let rows = self.whole(&self.store, &existence);
        let unlikely = |(row, &existence): (usize, &f64)| {
            existence < self.settings.prune_existence && self.store.detection[row] < 0
        };
        let keep: Vec<bool> = rows.iter().enumerate().map(|row| !unlikely(row)).collect();
        self.keep(&keep);
    }
}
