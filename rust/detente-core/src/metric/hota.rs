//! HOTA: detection and association with equal weight, over thresholds of likeness.

use super::clear::check_threshold;
use super::edges::{Edges, Likeness};
use super::frames::check_run;
use super::named::{Named, Tracks};
use super::pairing::Pairing;
use crate::Result;
use crate::assoc::assign::MISS;

/// What HOTA is made of, for each threshold.
///
/// With c the pair (object, track) of a match, TPA(c) the matches of that pair over the run and
/// |o|, |t| the rows of both: A(c) = TPA / (|o| + |t| − TPA).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HotaSums {
    /// How many rows are matched.
    pub matched: Vec<usize>,
    /// Σ A(c) over the matches.
    pub association: Vec<f64>,
    /// Σ TPA(c) / |o| over the matches.
    pub recall: Vec<f64>,
    /// Σ TPA(c) / |t| over the matches.
    pub precision: Vec<f64>,
    /// Σ likeness over the matches.
    pub likeness: Vec<f64>,
}

/// A match before thresholds are looked at.
struct Match {
    pair: usize,
    alike: f64,
}

/// Matches each frame and counts what holds at each threshold.
///
/// The pairs of a frame are those that make Σ G·s largest: s is the likeness of the rows and G how
/// well object and track go together over the whole run. A match counts where s reaches the
/// threshold α.
///
/// Luiten, Ošep, Dendorfer, Torr, Geiger, Leal-Taixé, Leibe, *HOTA: a higher order metric for
/// evaluating multi-object tracking*, International Journal of Computer Vision 129, 2021; G as in
/// TrackEval.
///
/// # Errors
///
/// When a setting is out of range, truth and estimate do not fit together, or an identity stands
/// twice in a frame.
pub fn hota(
    truth: Named<'_>,
    estimate: Named<'_>,
    likeness: Likeness,
    thresholds: &[f64],
) -> Result<HotaSums> {
    check_run(&truth.frames, &estimate.frames)?;
    for &threshold in thresholds {
        check_threshold(threshold)?;
    }
    let objects = Tracks::new(&truth, "the identities of truth")?;
    let tracks = Tracks::new(&estimate, "the identities of estimate")?;
    let edges = Edges::alike(truth.frames, estimate.frames, likeness)?;
    let pairs = Pairs::new(&truth, &estimate, &edges);
    let lives = |pair: usize| {
        let (object, track) = pairs.key[pair];
        (objects.lifetime(object) as f64, tracks.lifetime(track) as f64)
    };
    let together = together(&truth, &estimate, &edges, &pairs, lives);
    let matches = matches(&truth, &estimate, &edges, &pairs, &together)?;

    let mut out = HotaSums::default();
    let mut count = vec![0_usize; pairs.key.len()];
    for threshold in thresholds {
        let enough = |found: &&Match| found.alike >= threshold - f64::EPSILON;
        count.fill(0);
        let (mut matched, mut likeness) = (0, 0.0);
        for found in matches.iter().filter(enough) {
            count[found.pair] += 1;
            matched += 1;
            likeness += found.alike;
        }
        let (mut association, mut recall, mut precision) = (0.0, 0.0, 0.0);
        for (pair, &n) in count.iter().enumerate().filter(|&(_, &n)| n > 0) {
            let ((object, track), n) = (lives(pair), n as f64);
            association += n * (n / (object + track - n));
            recall += n * (n / object);
            precision += n * (n / track);
        }
        out.matched.push(matched);
        out.association.push(association);
        out.recall.push(recall);
        out.precision.push(precision);
        out.likeness.push(likeness);
    }
    Ok(out)
}

/// The pairs of an object and a track that are ever alike.
struct Pairs {
    /// Object and track, rising.
    key: Vec<(u32, u32)>,
    /// The pair of each edge.
    of_edge: Vec<u32>,
}

impl Pairs {
    fn new(truth: &Named<'_>, estimate: &Named<'_>, edges: &Edges) -> Self {
        let mut of_each = Vec::with_capacity(edges.len());
        for (row, &object) in truth.id.iter().enumerate() {
            of_each.extend(edges.of(row).map(|edge| (object, estimate.id[edges.get(edge).0])));
        }
        let mut key = of_each.clone();
        key.sort_unstable();
        key.dedup();
        let place = |pair| key.partition_point(|other| other < pair) as u32;
        let of_edge = of_each.iter().map(place).collect();
        Self { key, of_edge }
    }
}

/// How well each pair goes together over the run, G = m / (|o| + |t| − m): m sums, frame by frame,
/// the likeness of the pair over all the likeness that either has there.
fn together(
    truth: &Named<'_>,
    estimate: &Named<'_>,
    edges: &Edges,
    pairs: &Pairs,
    lives: impl Fn(usize) -> (f64, f64),
) -> Vec<f64> {
    let mut of_row = vec![0.0; truth.id.len()];
    let mut of_column = vec![0.0; estimate.id.len()];
    for row in 0..truth.id.len() {
        for edge in edges.of(row) {
            let (column, alike) = edges.get(edge);
            of_row[row] += alike;
            of_column[column] += alike;
        }
    }
    let mut meeting = vec![0.0; pairs.key.len()];
    for row in 0..truth.id.len() {
        for edge in edges.of(row) {
            let (column, alike) = edges.get(edge);
            let all = of_column[column] + of_row[row] - alike;
            if all > f64::EPSILON {
                meeting[pairs.of_edge[edge] as usize] += alike / all;
            }
        }
    }
    for (pair, meeting) in meeting.iter_mut().enumerate() {
        let (object, track) = lives(pair);
        *meeting /= object + track - *meeting;
    }
    meeting
}

/// The best pairs of each frame.
fn matches(
    truth: &Named<'_>,
    estimate: &Named<'_>,
    edges: &Edges,
    pairs: &Pairs,
    together: &[f64],
) -> Result<Vec<Match>> {
    let mut out = Vec::new();
    let mut pairing = Pairing::default();
    for frame in 0..truth.frames.len() {
        let columns = estimate.frames.rows(frame);
        pairing.clear();
        for row in truth.frames.rows(frame) {
            for edge in edges.of(row) {
                let (column, alike) = edges.get(edge);
                let score = together[pairs.of_edge[edge] as usize] * alike;
                pairing.push((column - columns.start) as u32, -score);
            }
            pairing.end_row();
        }
        let solved = pairing.solve(columns.len(), 0.0)?;
        for (row, &column) in truth.frames.rows(frame).zip(solved.column) {
            let here = |&edge: &usize| {
                column != MISS && edges.get(edge).0 == columns.start + column as usize
            };
            out.extend(edges.of(row).find(here).map(|edge| Match {
                pair: pairs.of_edge[edge] as usize,
                alike: edges.get(edge).1,
            }));
        }
    }
    Ok(out)
}
