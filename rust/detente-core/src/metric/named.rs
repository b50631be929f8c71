//! Points with identities, and the rows of each identity over a run.

use std::ops::Range;

use super::frames::Frames;
use crate::{Error, Result};

/// Points with an identity each, numbered from 0 without large gaps.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The points.
    pub frames: Frames<'a>,
    /// The identity of each row; at most once in a frame.
    pub id: &'a [u32],
}

/// The rows of each identity, in the order of frames.
#[derive(Clone, Debug)]
pub(super) struct Tracks {
    begin: Vec<usize>,
    row: Vec<u32>,
    frame: Vec<u32>,
}

impl Tracks {
    /// Sorts the rows by identity; refuses one that stands twice in a frame.
    pub fn new(named: &Named<'_>, what: &'static str) -> Result<Self> {
        let mut begin = vec![0; count(named, what)? + 1];
        for &id in named.id {
            begin[id as usize + 1] += 1;
        }
        for i in 1..begin.len() {
            begin[i] += begin[i - 1];
        }
        let mut next = begin.clone();
        let (mut row, mut frame) = (vec![0; named.id.len()], vec![0; named.id.len()]);
        for k in 0..named.frames.len() {
            for r in named.frames.rows(k) {
                let id = named.id[r] as usize;
                if next[id] > begin[id] && frame[next[id] - 1] == k as u32 {
                    return Err(twice(what, k));
                }
                (row[next[id]], frame[next[id]]) = (r as u32, k as u32);
                next[id] += 1;
            }
        }
        Ok(Self { begin, row, frame })
    }

    /// How many identities there are.
    pub fn len(&self) -> usize {
        self.begin.len() - 1
    }

    /// The frames of an identity within `frames`, rising, and the row in each.
    pub fn within(&self, id: u32, frames: Range<usize>) -> (&[u32], &[u32]) {
        let all = self.begin[id as usize]..self.begin[id as usize + 1];
        let before = |end: usize| {
            all.start + self.frame[all.clone()].partition_point(|&k| (k as usize) < end)
        };
        let part = before(frames.start)..before(frames.end);
        (&self.frame[part.clone()], &self.row[part])
    }

    /// In how many frames an identity stands.
    pub fn lifetime(&self, id: u32) -> usize {
        self.begin[id as usize + 1] - self.begin[id as usize]
    }
}

/// The failure of an identity that stands twice in a frame.
pub(super) fn twice(what: &'static str, frame: usize) -> Error {
    Error::Setting {
        what,
        expected: "different within a frame",
        found: format!("one of them twice in frame {frame}"),
    }
}

/// One more than the largest identity; refuses another number of identities than of rows.
pub(super) fn count(named: &Named<'_>, what: &str) -> Result<usize> {
    let rows = named.frames.offsets.last().copied().unwrap_or(0);
    if named.id.len() != rows {
        let (expected, found) = (format!("({rows},)"), format!("({},)", named.id.len()));
        return Err(Error::Shape { what: what.to_owned(), expected, found });
    }
    Ok(named.id.iter().max().map_or(0, |&last| last as usize + 1))
}
