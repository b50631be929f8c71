//! The births of the latest time: which identity each track gets, and which comes first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{Content, IdKey, TrackId};

/// What was born at the latest time, by whatever sensor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Births {
    born: u32,
    /// How many were born from equal content, by the identity of the first of them.
    equal: BTreeMap<TrackId, u32>,
}

/// What a track is called, and its number among those of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Born {
    pub id: TrackId,
    pub number: u32,
}

impl Births {
    /// Gives a track its identity, which depends on nothing but its own content and on how many
    /// were born from equal content; its number orders the tracks of this tracker and never leaves.
    pub fn begin(&mut self, key: IdKey, content: Content<'_>) -> Born {
        let first = key.identity(content, 0);
        let count = self.equal.entry(first).or_insert(0);
        let id = if *count == 0 { first } else { key.identity(content, *count) };
        *count += 1;
        self.born += 1;
        Born { id, number: self.born }
    }
}
