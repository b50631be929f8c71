//! Do tracks keep to their objects: identity switches and fragmentations over a run.

use super::frames::{check_run, squared_distance};
use super::named::{Named, count, twice};
use super::pairing::Pairing;
use super::power::Power;
use crate::Result;
use crate::assoc::assign::MISS;

const NEVER: u32 = u32::MAX;

/// What a run shows about identities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Continuity {
    /// How often an object is matched to another track than when it was matched last.
    pub switches: usize,
    /// How often an object is matched again after frames in which it existed unmatched.
    pub fragmentations: usize,
    /// Rows of truth that are matched.
    pub matched: usize,
    /// Rows of truth that are not.
    pub missed: usize,
    /// Rows of the estimate that are not.
    pub false_: usize,
    /// For each row of truth the matched row of the estimate, or [`MISS`].
    pub estimate_row: Vec<u32>,
}

/// What is remembered of an object.
#[derive(Clone, Copy)]
struct Object {
    track: u32,
    matched_in: u32,
    interrupted: bool,
}

/// Matches objects and tracks frame by frame and counts switches and fragmentations.
///
/// A pair of the frame before is kept while it is closer than the cutoff; the others are matched
/// so that Σ d² + c² for each object left over is least (GOSPA's assignment with p = 2).
///
/// Bernardin, Stiefelhagen, *Evaluating multiple object tracking performance: the CLEAR MOT
/// metrics*, 2008 (matching, switches); Li, Huang, Nevatia, *Learning to associate: hybrid
/// boosted multi-target tracker*, CVPR 2009 (fragmentations).
///
/// # Errors
///
/// When the cutoff is not positive and finite, truth and estimate do not fit together, or an
/// identity stands twice in a frame.
pub fn continuity(truth: Named<'_>, estimate: Named<'_>, cutoff: f64) -> Result<Continuity> {
    check_run(&truth.frames, &estimate.frames)?;
    let power = Power::new(2.0)?;
    let cut = power.of_cutoff(cutoff)?;
    let mut objects = vec![
        Object { track: NEVER, matched_in: NEVER, interrupted: false };
        count(&truth, "the identities of truth")?
    ];
    let mut object_row = Rows::new(objects.len());
    let mut track_row = Rows::new(count(&estimate, "the identities of estimate")?);
    let mut pairing = Pairing::default();
    let mut out = Continuity::default();
    for frame in 0..truth.frames.len() {
        let (x, y) = (truth.frames.points(frame), estimate.frames.points(frame));
        let object_ids = &truth.id[truth.frames.rows(frame)];
        let track_ids = &estimate.id[estimate.frames.rows(frame)];
        object_row.enter(frame, object_ids, "the identities of truth")?;
        track_row.enter(frame, track_ids, "the identities of estimate")?;

        let mut column = vec![MISS; x.len()];
        let mut taken = vec![false; y.len()];
        for (row, &id) in object_ids.iter().enumerate() {
            let object = objects[id as usize];
            let last = object.matched_in != NEVER && object.matched_in as usize + 1 == frame;
            if let Some(j) = track_row.get(frame, object.track).filter(|_| last)
                && squared_distance(x.get(row), y.get(j)) < cutoff * cutoff
            {
                column[row] = j as u32;
                taken[j] = true;
            }
        }
        pairing.clear();
        pairing.collect(x, y, cutoff, power, |row, j| column[row] != MISS || taken[j]);
        for (column, &new) in column.iter_mut().zip(pairing.solve(y.len(), cut)?.column) {
            *column = if *column == MISS { new } else { *column };
        }

        for (&j, &id) in column.iter().zip(object_ids) {
            let track = (j != MISS).then(|| track_ids[j as usize]);
            objects[id as usize].observe(frame as u32, track, &mut out);
        }
        out.false_ += y.len();
        let first = estimate.frames.rows(frame).start as u32;
        out.estimate_row.extend(column.iter().map(|&j| if j == MISS { MISS } else { first + j }));
    }
    out.false_ -= out.matched;
    Ok(out)
}

impl Object {
    /// Notes the object's match in this frame, or that it has none.
    fn observe(&mut self, frame: u32, track: Option<u32>, out: &mut Continuity) {
        let known = self.track != NEVER;
        match track {
            Some(track) => {
                out.matched += 1;
                out.switches += usize::from(known && self.track != track);
                out.fragmentations += usize::from(self.interrupted);
                *self = Self { track, matched_in: frame, interrupted: false };
            }
            None => {
                out.missed += 1;
                self.interrupted = known;
            }
        }
    }
}

/// Where the identities of the current frame stand.
struct Rows {
    place: Vec<(usize, usize)>,
}

impl Rows {
    fn new(count: usize) -> Self {
        Self { place: vec![(usize::MAX, 0); count] }
    }

    /// Notes the rows of a frame; refuses an identity that stands in it twice.
    fn enter(&mut self, frame: usize, ids: &[u32], what: &'static str) -> Result<()> {
        for (row, &id) in ids.iter().enumerate() {
            if self.place[id as usize].0 == frame {
                return Err(twice(what, frame));
            }
            self.place[id as usize] = (frame, row);
        }
        Ok(())
    }

    /// The row of an identity in this frame.
    fn get(&self, frame: usize, id: u32) -> Option<usize> {
        self.place.get(id as usize).filter(|place| place.0 == frame).map(|place| place.1)
    }
}
