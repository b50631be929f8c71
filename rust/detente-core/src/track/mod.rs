//! The tracker: one step a scan, one model of existence, and the association to choose.

mod alternatives;
mod associated;
mod births;
mod canonical;
mod certain;
mod gnn;
mod held;
mod identity;
mod jpda;
mod life;
mod merge;
mod pmbm;
mod poisson;
mod recorded;
mod recording;
mod replay;
mod select;
mod smoothed;
mod snapshot;
mod states;
mod step;
mod store;
mod unite;
mod update;
mod view;
mod weigh;

pub use identity::Named;
pub use pmbm::{Estimator, Mixture};
pub use poisson::{Birth, Place};
pub use recorded::{Recorded, Shares, Summary};
pub use recording::{Keep, Recording};
pub use replay::{Landed, Refused, Replay};
pub use states::States;
pub use step::{Each, Scan, Share, Stepped};
pub use store::Store;
pub use view::Tracks;

use crate::assoc::gate::Candidates;
use crate::chi_square::chi_square_quantile;
use crate::id::{Content, IdKey, TrackId};
use crate::linalg::{MAX_DIM, cholesky_one, packed_from_dense};
use crate::motion::{Dynamics, Modes};
use crate::{Error, Result};
use associated::Associated;
use births::Births;
use life::SensorLog;
use pmbm::Cluster;
use poisson::Undetected;
use weigh::Weights;

/// What a tracker believes about the world before it sees anything.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How objects move.
    pub motion: Dynamics,
    /// How objects appear.
    pub birth: Birth,
    /// The probability that an object lives on for a second.
    pub survival_per_s: f64,
    /// How detections are given to tracks.
    pub association: Association,
    /// The probability that an object's detection falls into its gate.
    pub gate_probability: f64,
    /// An undetected track less likely than this is forgotten.
    pub prune_existence: f64,
    /// An object that was last seen longer ago than this is gone; infinite if only probably.
    pub longest_silence_s: f64,
    /// The key of the identities.
    pub id_key: IdKey,
}

/// How detections are given to tracks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Association {
    /// Global nearest neighbour: the single best allocation.
    Gnn,
    /// Joint probabilistic data association with existence: every track by its marginals.
    Jpda,
    /// Poisson multi-Bernoulli mixture: the best global hypotheses.
    Pmbm(Mixture),
}

impl Settings {
    /// The components that each of several motion models has.
    fn modes(&self) -> Option<Modes> {
        let squared = |std: f64| std * std;
        let Birth { velocity_std_m_s, acceleration_std_m_s2, .. } = self.birth;
        self.motion.modes(squared(velocity_std_m_s), squared(acceleration_std_m_s2))
    }

    fn check(&self) -> Result<()> {
        let (axes, dim) = (self.motion.axes(), self.motion.dim());
        let bad = |what, expected, found: String| Err(Error::Setting { what, expected, found });
        if axes == 0 || axes > 3 || dim < axes || dim > MAX_DIM {
            let expected = "one to three axes in a state of at most nine components";
            return bad("motion", expected, format!("{axes} axes, {dim} components"));
        }
        if !(self.survival_per_s > 0.0 && self.survival_per_s <= 1.0) {
            let found = self.survival_per_s.to_string();
            return bad("survival_per_s", "above 0 and at most 1", found);
        }
        if !(self.gate_probability > 0.0 && self.gate_probability < 1.0) {
            return bad("gate_probability", "between 0 and 1", self.gate_probability.to_string());
        }
        if !(self.prune_existence >= 0.0 && self.prune_existence < 1.0) {
            let found = self.prune_existence.to_string();
            return bad("prune_existence", "at least 0 and below 1", found);
        }
        if self.longest_silence_s.is_nan() || self.longest_silence_s <= 0.0 {
            let found = self.longest_silence_s.to_string();
            return bad("longest_silence_s", "positive", found);
        }
        if let Association::Pmbm(mixture) = self.association {
            mixture.check()?;
        }
        self.birth.check(&self.motion)
    }
}

/// What a tracker keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hypotheses {
    /// Groups of tracks that depend on each other; each track alone without a mixture.
    pub clusters: usize,
    /// Global hypotheses, over all clusters.
    pub global: usize,
    /// Single-object hypotheses: the rows.
    pub single: usize,
}

/// Two estimates of one object lie nearer to each other with this probability.
const SAME: f64 = 0.99;

/// A multi-target tracker.
#[derive(Clone, Debug)]
pub struct Tracker {
    settings: Settings,
    store: Store,
    /// The largest squared distance in a gate, for measurements of 1 to 9 components.
    reach: Vec<f64>,
    /// The largest squared distance of two states that may be of one object.
    agree: f64,
    /// The global hypotheses of a mixture; none otherwise.
    clusters: Vec<Cluster>,
    undetected: Undetected,
    sensors: Vec<SensorLog>,
    births: Births,
    time_s: f64,
    steps: u64,
}

impl Tracker {
    /// A tracker that has seen nothing.
    ///
    /// # Errors
    /// [`Error::Setting`] for a setting outside its range.
    pub fn new(settings: Settings) -> Result<Self> {
        settings.check()?;
        let undetected = Undetected::new(&settings);
        let store = Store::new(settings.motion.dim(), settings.motion.count());
        let time_s = f64::NEG_INFINITY;
        let reach = (1..=MAX_DIM)
            .map(|m| chi_square_quantile(settings.gate_probability, m as f64))
            .collect::<Result<_>>()?;
        let agree = chi_square_quantile(SAME, settings.motion.dim() as f64)?;
        Ok(Self {
            settings,
            store,
            reach,
            agree,
            clusters: Vec::new(),
            undetected,
            sensors: Vec::new(),
            births: Births::default(),
            time_s,
            steps: 0,
        })
    }

    /// What the tracker was made with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The rows, each at its own time; of a mixture all hypotheses.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The time of the latest scan, −∞ before the first.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// How many hypotheses are kept.
    #[must_use]
    pub fn hypotheses(&self) -> Hypotheses {
        let single = self.store.len();
        let (clusters, global) = match self.settings.association {
            Association::Pmbm(_) => {
                let global = self.clusters.iter().map(|cluster| cluster.log_weight.len());
                (self.clusters.len(), global.sum())
            }
            Association::Gnn | Association::Jpda => {
                let tracks = self.alternatives(&self.store).map_or(single, |tracks| tracks.len());
                (tracks, tracks)
            }
        };
        Hypotheses { clusters, global, single }
    }

    /// Adds tracks from outside: n means (n × d), n covariances (n × d × d), n probabilities of
    /// existence. Returns their identities.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`], [`Error::Setting`], [`Error::TimeOrder`]; then none is added.
    pub fn add(
        &mut self,
        time_s: f64,
        means: &[f64],
        covs: &[f64],
        existence: &[f64],
    ) -> Result<Vec<TrackId>> {
        self.refuse_earlier(time_s)?;
        let dim = self.settings.motion.dim();
        let covs: Vec<Vec<f64>> =
            covs.chunks_exact(dim * dim).map(|dense| packed_from_dense(dim, dense)).collect();
        if let Some(row) = covs.iter().position(|cov| cholesky_one(dim, cov).is_none()) {
            return Err(Error::NotPositiveDefinite { what: "cov".to_owned(), row });
        }
        if let Some(bad) = existence.iter().find(|r| !(**r > 0.0 && **r <= 1.0)) {
            let found = bad.to_string();
            return Err(Error::Setting {
                what: "existence",
                expected: "above 0 and at most 1",
                found,
            });
        }
        self.pass(time_s);
        let mut ids = Vec::with_capacity(covs.len());
        for (k, (mean, cov)) in means.chunks_exact(dim).zip(&covs).enumerate() {
            let content = Content { sensor: None, time_s, values: mean };
            let name = self.births.begin(self.settings.id_key, content);
            self.store.push(&self.settings, name, (mean, cov, dim), existence[k], time_s);
            if let Association::Pmbm(_) = self.settings.association {
                self.clusters.push(Cluster::lone(self.store.len() as u32 - 1));
            }
            ids.push(name.id);
        }
        Ok(ids)
    }

    /// Forgets a track.
    ///
    /// # Errors
    /// [`Error::UnknownId`] if no living track has the identity.
    pub fn remove(&mut self, id: TrackId) -> Result<()> {
        if !self.store.id.contains(&id) {
            return Err(Error::UnknownId { id });
        }
        let keep: Vec<bool> = self.store.id.iter().map(|&other| other != id).collect();
        self.keep(&keep);
        Ok(())
    }

    /// Gives each hypothesis of the association what it was given.
    fn associate(&self, candidates: &Candidates, weights: Weights<'_>) -> Result<Associated> {
        match self.settings.association {
            Association::Gnn => gnn::associate(candidates, weights),
            Association::Jpda => jpda::associate(candidates, weights),
            Association::Pmbm(mixture) => {
                pmbm::associate(mixture, &self.clusters, candidates, weights)
            }
        }
    }

    /// Forgets the other rows.
    fn keep(&mut self, keep: &[bool]) {
        if keep.iter().all(|&kept| kept) {
            return;
        }
        match self.settings.association {
            Association::Pmbm(_) => self.keep_in_mixture(keep),
            Association::Gnn | Association::Jpda => self.store = self.store.keep(|row| keep[row]),
        }
    }

    /// The largest squared distance in the gate of a measurement of m components.
    fn reach(&self, m: usize) -> f64 {
        self.reach[m - 1]
    }

    fn refuse_earlier(&self, time_s: f64) -> Result<()> {
        if time_s.is_finite() && time_s >= self.time_s {
            return Ok(());
        }
        Err(Error::TimeOrder { latest: self.time_s, found: time_s })
    }
}
