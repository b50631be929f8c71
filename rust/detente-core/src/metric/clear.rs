//! CLEAR MOT: matches frame by frame, and what they miss, invent, swap and break.

use super::edges::{Edges, Likeness};
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::pairing::Pairing;
use crate::assoc::assign::MISS;
use crate::{Error, Result};

/// What MOTA and MOTP are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clear {
    /// Rows of truth that are matched.
    pub matched: usize,
    /// Rows of truth that are not.
    pub missed: usize,
    /// Rows of the estimate that are not.
    pub false_: usize,
    /// How often an object is matched to another track than when it was matched last.
    pub switches: usize,
    /// How often an object is matched again after a frame, of those that have both objects and
    /// tracks, in which it was not.
    pub fragmentations: usize,
    /// Σ likeness over the matches.
    pub likeness: f64,
    /// Objects matched in more than 80 % of their frames.
    pub mostly_tracked: usize,
    /// Objects matched in less than 20 % of their frames.
    pub mostly_lost: usize,
}

/// What is remembered of an object.
#[derive(Clone, Copy)]
struct Object {
    track: u32,
    matched_in: usize,
    matches: usize,
    segments: usize,
}

/// Matches objects and tracks frame by frame.
///
/// A pair of the frame before is kept while its likeness reaches the threshold; the others that
/// reach it are matched so that the sum of likenesses is largest. The frame before is the last in
/// which there were both objects and tracks.
///
/// Bernardin, Stiefelhagen, *Evaluating multiple object tracking performance: the CLEAR MOT
/// metrics*, EURASIP Journal on Image and Video Processing, 2008; details as in TrackEval.
///
/// # Errors
///
/// When a setting is out of range, truth and estimate do not fit together, or an identity stands
/// twice in a frame.
pub fn clear(
    truth: Named<'_>,
    estimate: Named<'_>,
    likeness: Likeness,
    threshold: f64,
) -> Result<Clear> {
    check_run(&truth.frames, &estimate.frames)?;
    check_threshold(threshold)?;
    let objects = Tracks::new(&truth, "the identities of truth")?;
    Tracks::new(&estimate, "the identities of estimate")?;
    let edges = Edges::alike(truth.frames, estimate.frames, likeness)?;
    let enough = threshold - f64::EPSILON;
    let unseen = Object { track: MISS, matched_in: 0, matches: 0, segments: 0 };
    let mut memory = vec![unseen; objects.len()];
    let (mut out, mut pairing) = (Clear::default(), Pairing::default());
    let mut step = 1; // counts the frames with both; 0 is never
    for frame in 0..truth.frames.len() {
        let (rows, columns) = (truth.frames.rows(frame), estimate.frames.rows(frame));
        if rows.is_empty() || columns.is_empty() {
            continue;
        }
        step += 1;
        let first = columns.start;
        let mut taken = vec![false; columns.len()];
        let mut kept = vec![None; rows.len()];
        for (row, kept) in rows.clone().zip(&mut kept) {
            let object = memory[truth.id[row] as usize];
            if object.matched_in == step - 1 {
                *kept = edges.of(row).find(|&edge| {
                    let (column, alike) = edges.get(edge);
                    estimate.id[column] == object.track && alike >= enough
                });
            }
            if let Some(edge) = *kept {
                taken[edges.get(edge).0 - first] = true;
            }
        }
        pairing.clear();
        for (row, kept) in rows.clone().zip(&kept) {
            for edge in edges.of(row).filter(|_| kept.is_none()) {
                let (column, alike) = edges.get(edge);
                if alike >= enough && !taken[column - first] {
                    pairing.push((column - first) as u32, -alike);
                }
            }
            pairing.end_row();
        }
        let pairs = pairing.solve(columns.len(), 0.0)?;
        out.likeness -= pairs.cost;
        for ((row, kept), &column) in rows.zip(&kept).zip(pairs.column) {
            let column = match *kept {
                Some(edge) => {
                    out.likeness += edges.get(edge).1;
                    edges.get(edge).0
                }
                None if column == MISS => continue,
                None => first + column as usize,
            };
            memory[truth.id[row] as usize].observe(step, estimate.id[column], &mut out);
        }
    }
    out.missed = truth.id.len() - out.matched;
    out.false_ = estimate.id.len() - out.matched;
    for (id, object) in (0..).zip(&memory) {
        let life = objects.lifetime(id);
        out.fragmentations += object.segments.saturating_sub(1);
        if life > 0 {
            let share = object.matches as f64 / life as f64;
            out.mostly_tracked += usize::from(share > 0.8);
            out.mostly_lost += usize::from(share < 0.2);
        }
    }
    Ok(out)
}

impl Object {
    /// Notes the object's match in this step.
    fn observe(&mut self, step: usize, track: u32, out: &mut Clear) {
        out.matched += 1;
        out.switches += usize::from(self.track != MISS && self.track != track);
        self.segments += usize::from(self.matched_in + 1 != step);
        self.matches += 1;
        (self.track, self.matched_in) = (track, step);
    }
}

/// Refuses a threshold of likeness outside (0, 1].
pub(super) fn check_threshold(threshold: f64) -> Result<()> {
    if threshold > 0.0 && threshold <= 1.0 {
        return Ok(());
    }
    let found = format!("{threshold}");
    Err(Error::Setting { what: "threshold", expected: "above 0 and at most 1", found })
}
