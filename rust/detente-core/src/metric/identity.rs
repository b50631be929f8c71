//! Identity F1: how many rows a single pairing of objects and tracks for the whole run explains.

use super::clear::check_threshold;
use super::edges::{Edges, Likeness};
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::pairing::Pairing;
use crate::Result;

/// The rows that the best pairing of whole tracks explains.
///
/// Objects and tracks are paired once for the run, so that the rows in which a pair's likeness
/// reaches the threshold (IDTP) are most; the rest of truth is IDFN, of the estimate IDFP.
///
/// Ristani, Solera, Zou, Cucchiara, Tomasi, *Performance measures and a data set for multi-target,
/// multi-camera tracking*, ECCV workshops 2016.
///
/// # Errors
///
/// When a setting is out of range, truth and estimate do not fit together, or an identity stands
/// twice in a frame.
pub fn identity_matches(
    truth: Named<'_>,
    estimate: Named<'_>,
    likeness: Likeness,
    threshold: f64,
) -> Result<usize> {
    check_run(&truth.frames, &estimate.frames)?;
    check_threshold(threshold)?;
    let objects = Tracks::new(&truth, "the identities of truth")?;
    let tracks = Tracks::new(&estimate, "the identities of estimate")?;
    let edges = Edges::alike(truth.frames, estimate.frames, likeness)?;
    let mut meetings = Vec::new();
    for (row, &object) in truth.id.iter().enumerate() {
        for edge in edges.of(row) {
            let (column, alike) = edges.get(edge);
            if alike >= threshold {
                meetings.push((object, estimate.id[column]));
            }
        }
    }
    meetings.sort_unstable();
    let mut pairs = meetings.chunk_by(|a, b| a == b).peekable();
    let mut pairing = Pairing::default();
    pairing.clear();
    for object in 0..objects.len() as u32 {
        while let Some(pair) = pairs.next_if(|pair| pair[0].0 == object) {
            pairing.push(pair[0].1, -(pair.len() as f64));
        }
        pairing.end_row();
    }
    Ok(-pairing.solve(tracks.len(), 0.0)?.cost as usize)
}
