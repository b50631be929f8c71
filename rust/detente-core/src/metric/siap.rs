//! SIAP: is the picture complete, unambiguous, free of spurious tracks, and continuous?

use super::edges::Edges;
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::power::Power;
use crate::Result;
use crate::assoc::assign::MISS;

/// The counts of which the attributes are ratios.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiapCounts {
    /// Rows of truth to which at least one track is assigned.
    pub tracked: usize,
    /// Rows of the estimate that are assigned to an object.
    pub assigned: usize,
    /// Σ distance over the assigned rows.
    pub distance: f64,
    /// How often, at the least, the number of the track that follows an object changes.
    pub changes: usize,
    /// Σ over objects of the frames in the longest uninterrupted hold of one track.
    pub longest: usize,
    /// For each row of the estimate the row of truth that it is assigned to, or [`MISS`].
    pub truth_row: Vec<u32>,
}

/// Assigns each row of the estimate to the nearest object closer than the cutoff (the first of
/// equally near ones) and counts.
///
/// Several tracks may be assigned to one object; that is what ambiguity measures. Over the frames
/// in which an object is tracked, a track holds it as long as it stays assigned; the least number
/// of changes is reached by keeping, of the tracks assigned, all that still hold.
///
/// Votruba, Nisley, Rothrock, Zombro, *Single Integrated Air Picture (SIAP) metrics
/// implementation*, technical report 2001-001, SIAP System Engineering Task Force, 2001.
///
/// # Errors
///
/// When the cutoff is not positive and finite, truth and estimate do not fit together, or an
/// identity stands twice in a frame.
pub fn siap(truth: Named<'_>, estimate: Named<'_>, cutoff: f64) -> Result<SiapCounts> {
    check_run(&truth.frames, &estimate.frames)?;
    Power::new(2.0)?.of_cutoff(cutoff)?;
    let objects = Tracks::new(&truth, "the identities of truth")?;
    Tracks::new(&estimate, "the identities of estimate")?;
    let edges = Edges::near(estimate.frames, truth.frames, cutoff);
    let mut out = SiapCounts::default();
    let mut assigned = vec![Vec::new(); truth.id.len()]; // the tracks of each row of truth, rising
    for (row, &track) in estimate.id.iter().enumerate() {
        let near = edges.of(row).map(|edge| edges.get(edge));
        let nearest = near.min_by(|a, b| a.1.total_cmp(&b.1)); // the first of equals
        if let Some((column, squared)) = nearest {
            out.assigned += 1;
            out.distance += squared.sqrt();
            assigned[column].push(track);
        }
        out.truth_row.push(nearest.map_or(MISS, |(column, _)| column as u32));
    }
    for tracks in &mut assigned {
        tracks.sort_unstable();
        out.tracked += usize::from(!tracks.is_empty());
    }
    for id in 0..objects.len() as u32 {
        let (_, rows) = objects.within(id, 0..truth.frames.len());
        let held: Vec<&[u32]> = rows.iter().map(|&row| &*assigned[row as usize]).collect();
        out.changes += least_changes(&held);
        out.longest += longest_hold(&held);
    }
    Ok(out)
}

/// How often a cover of the non-empty sets by one member each must change that member.
fn least_changes(sets: &[&[u32]]) -> usize {
    let mut changes = 0;
    let mut holding: Vec<u32> = Vec::new();
    for set in sets.iter().filter(|set| !set.is_empty()) {
        let begun = !holding.is_empty();
        holding.retain(|track| set.binary_search(track).is_ok());
        if holding.is_empty() {
            changes += usize::from(begun);
            holding.extend_from_slice(set);
        }
    }
    changes
}

/// The longest stretch of adjacent sets with a member in common.
fn longest_hold(sets: &[&[u32]]) -> usize {
    let mut longest = 0;
    let mut running: Vec<(u32, usize)> = Vec::new();
    for set in sets {
        let length = |track: &u32| {
            running.binary_search_by_key(track, |run| run.0).map_or(1, |at| running[at].1 + 1)
        };
        running = set.iter().map(|track| (*track, length(track))).collect();
        longest = running.iter().fold(longest, |most, run| most.max(run.1));
    }
    longest
}
