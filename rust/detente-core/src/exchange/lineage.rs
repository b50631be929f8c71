//! Lineage: which row is which, by whatever path it came.
//!
//! An identity hashes what the row itself always says: origin, kind, time, sensor, and the
//! measurement with its place and noise, or the track. Rows that are equal in all of it are told
//! apart by their order. It is the origin's own, the same for every recipient and through
//! every relay, so that a receiver counts a row once however many paths it came by; a hash for
//! each recipient and agreement would make two rows of one. And it leaks nothing: it depends on no
//! other row, so what is withheld moves no bit of it, and it tells nothing that does not leave
//! with the row (a track's own identity is already the keyed hash of its tracker). What two
//! partners learn by laying their copies beside each other is not promised away.

use std::collections::BTreeMap;
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

/// An opaque identity of 128 bits.
pub type RowId = [u8; 16];

/// What all rows of a report have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The party whose sensors speak.
    pub origin: &'a str,
    /// The kind of report, as it is written.
    pub kind: &'a str,
    /// The moment \[ns since 1970-01-01 UTC].
    pub time_ns: i64,
    /// The sensor's name; empty where the kind has none.
    pub sensor: &'a str,
}

impl Source<'_> {
    /// The identities of rows of `width` bytes each; equal rows are told apart by counting them.
    #[must_use]
    pub fn identities(&self, content: &[u8], width: usize) -> Vec<RowId> {
        let mut seen: BTreeMap<RowId, u32> = BTreeMap::new();
        let mut out = Vec::with_capacity(content.len() / width.max(1));
        for row in content.chunks_exact(width.max(1)) {
            let first = self.identity(row, 0);
            let times = seen.entry(first).or_insert(0);
            out.push(if *times == 0 { first } else { self.identity(row, *times) });
            *times += 1;
        }
        out
    }

    /// The identity of a row that repeats as many equal ones.
    #[must_use]
    pub fn identity(&self, content: &[u8], repeat: u32) -> RowId {
        let mut hash = SipHasher24::new();
        for text in [self.origin, self.kind, self.sensor] {
            hash.write(&(text.len() as u64).to_le_bytes());
            hash.write(text.as_bytes());
        }
        hash.write(&self.time_ns.to_le_bytes());
        hash.write(&repeat.to_le_bytes());
        hash.write(content);
        hash.finish128().as_bytes()
    }
}
