//! Identities: opaque, the same again in a replay, and telling a stranger nothing.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// The identity of a track.
pub type TrackId = u64;

/// The key under which a tracker hashes its identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdKey(pub u64, pub u64);

/// Which detection a track was born from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Birthplace<'a> {
    /// The sensor's name.
    pub sensor: &'a str,
    /// When it looked.
    pub time_s: f64,
    /// How many scans of this sensor came before at this very time.
    pub repeat: u32,
    /// The detection's place in the canonical order of the scan.
    pub detection: u32,
}

impl IdKey {
    /// The identity of the track that is born there, never zero.
    #[must_use]
    pub fn identity(self, birth: Birthplace<'_>) -> TrackId {
        let mut hash = SipHasher24::new_with_keys(self.0, self.1);
        hash.write(birth.sensor.as_bytes());
        hash.write_u64(birth.time_s.to_bits());
        hash.write_u32(birth.repeat);
        hash.write_u32(birth.detection);
        hash.finish().max(1)
    }
}
