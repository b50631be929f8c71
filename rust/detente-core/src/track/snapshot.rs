//! A tracker's memory as bytes, to the last bit.

use serde::{Deserialize, Serialize};

use super::births::Births;
use super::life::SensorLog;
use super::pmbm::Cluster;
use super::poisson::Undetected;
use super::store::Store;
use super::{Association, Tracker};
use crate::{Error, Result};

/// What the bytes begin with: a name, and the version of the layout.
const MAGIC: &[u8] = b"detente tracker 4\n";

#[derive(Serialize, Deserialize)]
struct Memory {
    axes: u32,
    store: Store,
    clusters: Vec<Cluster>,
    undetected: Undetected,
    sensors: Vec<SensorLog>,
    births: Births,
    time_s: f64,
    steps: u64,
}

impl Tracker {
    /// Everything that later steps depend on, but for the settings.
    ///
    /// # Errors
    /// [`Error::Decode`] if the memory cannot be written, which does not happen.
    pub fn snapshot(&self) -> Result<Vec<u8>> {
        let memory = Memory {
            axes: self.settings.motion.axes() as u32,
            store: self.store.clone(),
            clusters: self.clusters.clone(),
            undetected: self.undetected.clone(),
            sensors: self.sensors.clone(),
            births: self.births.clone(),
            time_s: self.time_s,
            steps: self.steps,
        };
        postcard::to_extend(&memory, MAGIC.to_vec()).map_err(|error| broken(error.to_string()))
    }

    /// Takes back a snapshot of a tracker with the same settings. On an error nothing has changed.
    ///
    /// # Errors
    /// [`Error::Decode`] if the bytes are no snapshot, or of a tracker with another state.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(body) = bytes.strip_prefix(MAGIC) else {
            return Err(broken("the bytes do not begin as a snapshot of this version".to_owned()));
        };
        let (memory, rest): (Memory, _) =
            postcard::take_from_bytes(body).map_err(|error| broken(error.to_string()))?;
        let (axes, dim) = (self.settings.motion.axes(), self.settings.motion.dim());
        let (found_axes, found_dim) = (memory.axes as usize, memory.store.states.dim());
        let models = self.settings.motion.count();
        let found_models = memory.store.states.models();
        if (found_axes, found_dim, found_models) != (axes, dim, models) {
            return Err(broken(format!(
                "it holds states of {found_dim} components in {found_axes} axes for {found_models} \
                 motion models, this tracker has {dim} in {axes} for {models}"
            )));
        }
        if !rest.is_empty() || !memory.store.is_whole() || !memory.undetected.is_whole(dim, models)
        {
            return Err(broken("its columns do not fit together".to_owned()));
        }
        let mixture = matches!(self.settings.association, Association::Pmbm(_));
        if !memory.clusters.iter().all(|cluster| cluster.is_whole(memory.store.len()))
            || memory.clusters.is_empty() == mixture && !memory.store.is_empty()
        {
            return Err(broken("it is of a tracker with another association".to_owned()));
        }
        self.store = memory.store;
        self.clusters = memory.clusters;
        self.undetected = memory.undetected;
        self.sensors = memory.sensors;
        self.births = memory.births;
        self.time_s = memory.time_s;
        self.steps = memory.steps;
        Ok(())
    }
}

fn broken(reason: String) -> Error {
    Error::Decode { what: "a tracker's snapshot", reason }
}
