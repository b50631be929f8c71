//! Identities: opaque, the same again in a replay, and telling a stranger nothing.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// The identity of a track.
pub type TrackId = u64;

/// The key under which a tracker hashes its identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdKey(pub u64, pub u64);

/// Values are told apart from 15 µm or 15 µrad on: the same measurement may come as itself or as
/// the solution of a linear system, and its bits differ.
const STEPS: f64 = 65_536.0;

/// What a track was born from: its own content, and nothing of what else was there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Content<'a> {
    /// The sensor's name; none for a track that was added from outside.
    pub sensor: Option<&'a str>,
    /// When.
    pub time_s: f64,
    /// The measurement, or the mean of what was added.
    pub values: &'a [f64],
}

impl IdKey {
    /// The identity of the track that was born from this, after so many from equal content; never
    /// zero.
    #[must_use]
    pub fn identity(self, content: Content<'_>, count: u32) -> TrackId {
        let mut hash = SipHasher24::new_with_keys(self.0, self.1);
        let mut write = |number: u64| hash.write(&number.to_le_bytes());
        write(content.sensor.map_or(0, |name| name.len() as u64 + 1));
        write((content.time_s + 0.0).to_bits()); // −0 is 0
        write(u64::from(count));
        for value in content.values {
            write((value * STEPS).round() as i64 as u64); // beyond 1.4e14 all are one
        }
        hash.write(content.sensor.unwrap_or_default().as_bytes());
        hash.finish().max(1)
    }
}
