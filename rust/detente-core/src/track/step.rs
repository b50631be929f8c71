//! One scan: predict, project, gate, weigh, associate, update, begin, forget.

use super::associated::Then;
use super::canonical::Canonical;
use super::certain;
use super::identity::{self, Named};
use super::select::select;
use super::states::States;
use super::store::Store;
use super::update::update;
use super::weigh::{Hit, Weights, mixtures};
use super::{Association, Tracker};
use crate::assoc::gate::{Candidates, gate};
use crate::filter::project::project;
use crate::id::TrackId;
use crate::sensor::{Mode, Model, Seen, Sensor};
use crate::{Error, Result};

/// What a sensor saw at one time.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    /// When.
    pub time_s: f64,
    /// The detections, k × m, row-major.
    pub values: &'a [f64],
    /// A packed covariance for each detection, when they bring their own.
    pub noise: Option<&'a [f64]>,
    /// Who the detections say they are.
    pub named: Option<Named<'a>>,
    /// What else each detection brings.
    pub each: Option<Each<'a>>,
}

/// What each detection of a scan may bring besides its values.
#[derive(Clone, Copy, Debug)]
pub struct Each<'a> {
    /// The density of clutter that it stands against, instead of the sensor's.
    pub clutter_density: &'a [f64],
    /// Whether it may begin a track.
    pub begins: &'a [bool],
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
    /// Where a track takes in several detections (joint probabilistic data association), how much
    /// of each; nothing otherwise.
    pub shares: Vec<Share>,
}

/// How much a detection weighs in the state of a track; with that of no detection the weights of a
/// track add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The track.
    pub id: TrackId,
    /// The caller's detection.
    pub detection: i64,
    /// The probability that the object made it, if the object exists.
    pub weight: f64,
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
        if matches!(sensor.model, Model::Box) != motion.is_of_boxes() {
            return Err(Error::Setting {
                what: "sensor",
                expected: "a BoxSensor where the motion is a BoxMotion, and only there",
                found: sensor.name.clone(),
            });
        }
        let scan = Canonical::new(scan, sensor, axes)?;
        let (time_s, detections) = (scan.time_s, scan.detections());
        let reach = self.reach(sensor.dim(axes));

        let mut selection = select(&self.settings, sensor, &self.store, detections, time_s, reach);
        selection.include(&certain::bearers(&self.store, &scan), &self.store);
        let mut near = selection.take(&self.store);
        self.advance(&mut near, time_s)?;
        let projection = project(sensor, near.states.entries(), axes)?;
        let entries = near.states.entries().len();
        let each = gate(sensor, &projection, entries, detections, reach);
        let mut candidates = of_any_model(each, &near.states);
        identity::weigh(&mut candidates, &near, &scan);
        let candidates = certain::bind(candidates, &near, &scan, sensor, &projection);
        let since_s = self.since_s(sensor, time_s);
        let mut undetected = self.undetected.at(&self.settings, time_s)?;
        let origins = undetected.origins(&self.settings, sensor, &scan, since_s, reach)?;
        let (seen, hit) = seen(sensor, &near, axes);
        let elsewhere = certain::elsewhere(&origins.elsewhere, &near, &scan);
        let (existence, elsewhere) = (&*near.existence, &*elsewhere);
        let weights = Weights { existence, seen: &seen, hit: &hit, elsewhere };
        let tracks = self.alternatives(&near);
        let joined = tracks.as_ref().map(|tracks| tracks.join(&near.id, &candidates, weights));
        let (id, asked, of_tracks) = match &joined {
            Some(joined) => (&joined.id, &joined.candidates, joined.weights(elsewhere)),
            None => (&near.id, &candidates, weights),
        };
        let given = self.associate(asked, of_tracks)?;
        let shares = given.shares(id, &scan.order);
        let associated = match &tracks {
            Some(tracks) => tracks.spread(given, &candidates, weights),
            None => given,
        };
        let (mut near, projection) = associated.branch(near, projection);
        let stepped = update(sensor, &mut near, &projection, detections, &associated);

        // nothing fails from here on, so that a failed scan has changed nothing
        undetected.thin(&self.settings, sensor, since_s);
        self.undetected = undetected;
        let number = self.log(&sensor.name, time_s, sensor.report_rate_per_s());
        self.settle(sensor, &mut near, &associated.detection, &scan.order, number);
        identity::learn(&mut near, &associated.detection, &scan);
        let (near, mut likeliest) = associated.merge(near);
        if let Some(tracks) = &tracks {
            likeliest = Some(tracks.likeliest_of(&near.existence, likeliest));
        }
        let mut stepped = stepped.referring_to(&associated, likeliest, asked, &scan.order);
        stepped.shares = shares;
        self.store.detection.fill(-1);
        selection.put(&mut self.store, near);
        let begun = self.begin(sensor, &scan, &associated.free, origins, number);
        stepped.shares.extend(self.shares_of(&begun));
        match (self.settings.association, associated.then) {
            (Association::Pmbm(mixture), Then::Mixture(clusters)) => {
                self.settle_mixture(mixture, clusters, &begun);
            }
            _ => self.forget(&selection),
        }
        Ok(stepped)
    }
}

/// The candidates of each row from those of its models: log Σ μ ℓ.
fn of_any_model(each: Candidates, states: &States) -> Candidates {
    let models = states.models();
    if models == 1 {
        return each;
    }
    let rows = (0..states.len()).map(|row| row * models..(row + 1) * models);
    mixtures(&each, rows, |entry| libm::log(states.probability()[entry]))
}

/// q, the probability that each row would be seen now if it existed, and h.
fn seen(sensor: &Sensor, rows: &Store, axes: usize) -> (Vec<f64>, Hit) {
    let n = rows.len();
    if let Mode::Reporting { rate_per_s } = sensor.mode {
        return (vec![0.0; n], Hit::Same(rate_per_s)); // it says nothing about the others
    }
    let sight = sensor.sight();
    let constant = sight.probability.constant();
    if let (Some(hit), true) = (constant, sight.is_uniform()) {
        return (vec![hit; n], Hit::Same(hit));
    }
    let each: Vec<Seen> = (0..n).map(|row| rows.states.seen_by(&sight, row, axes)).collect();
    let hit = match constant {
        Some(hit) => Hit::Same(hit),
        None => Hit::Each(each.iter().map(|seen| seen.hit).collect()),
    };
    (each.into_iter().map(|seen| seen.seen).collect(), hit)
}
