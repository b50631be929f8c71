//! Tracks of marginal association that have become one.
//!
//! An object that is not certain to be an old track begins a new one beside it, and both are
//! updated by the same detections. If their states agree and together they expect no more than one
//! object, they are one: existences add up, states are merged, and the older name survives. Two
//! tracks that both exist for certain are two objects, however near they are.

use super::pmbm::squared_distance;
use super::store::Store;
use crate::assoc::kd_tree::KdTree;

/// Two tracks may together expect this many objects more than one.
const TOLERANCE: f64 = 1e-3;
/// States agree within this squared distance per component.
const AGREE: f64 = 0.25;

/// Merges such pairs. Returns which rows stay.
pub(super) fn unite(rows: &mut Store, axes: usize) -> Vec<bool> {
    let mut keep = vec![true; rows.len()];
    let states = &rows.states;
    let dim = states.dim();
    let positions: Vec<f64> =
        (0..rows.len()).flat_map(|row| (0..axes).map(move |i| states.mean(row, i))).collect();
    if positions.is_empty() {
        return keep;
    }
    let tree = KdTree::new(axes, axes, &positions);
    let (mut near, mut half) = (Vec::new(), vec![0.0; axes]);
    for row in 0..rows.len() {
        for (i, half) in half.iter_mut().enumerate() {
            *half = (2.0 * AGREE * dim as f64 * rows.states.cov(row, i, i)).sqrt();
        }
        near.clear();
        tree.each_in_box(&positions[row * axes..(row + 1) * axes], &half, &mut |k| near.push(k));
        near.sort_unstable();
        for &other in near.iter().filter(|&&other| other as usize != row) {
            let (older, younger) = (row.min(other as usize), row.max(other as usize));
            if keep[older] && keep[younger] && are_one(rows, &keep, older, younger) {
                join(rows, older, younger);
                keep[younger] = false;
                let left = 1.0 - beside(rows, &keep, older); // one object at most, all rows of it
                rows.existence[older] = rows.existence[older].min(left.max(0.0));
            }
        }
    }
    keep
}

fn are_one(rows: &Store, keep: &[bool], older: usize, younger: usize) -> bool {
    let beside: f64 =
        if rows.id[older] == rows.id[younger] { 0.0 } else { beside(rows, keep, older) };
    let whole = rows.existence[older] + rows.existence[younger];
    whole > 0.0 && whole + beside <= 1.0 + TOLERANCE && agree(rows, older, younger)
}

/// The existence of the other rows of a row's track.
fn beside(rows: &Store, keep: &[bool], row: usize) -> f64 {
    let same = |&other: &usize| rows.id[other] == rows.id[row];
    let others = (0..row).rev().take_while(same).chain((row + 1..rows.len()).take_while(same));
    others.filter(|&other| keep[other]).map(|other| rows.existence[other]).sum()
}

/// Whether two states are as good as one.
pub(super) fn agree(rows: &Store, a: usize, b: usize) -> bool {
    !rows.names.differ(a, b) && squared_distance(rows, a, b) <= AGREE * rows.states.dim() as f64
}

/// The older row takes the younger one in.
pub(super) fn join(rows: &mut Store, older: usize, younger: usize) {
    let whole = rows.existence[older] + rows.existence[younger];
    let shares = [rows.existence[older] / whole, rows.existence[younger] / whole];
    let both = rows.states.gather(&[older as u32, younger as u32]);
    rows.states.set_mixture(older, &both, 0..2, &shares);
    rows.existence[older] = whole.min(1.0);
    rows.names.join(older, younger);
    if rows.detection[older] < 0 {
        rows.detection[older] = rows.detection[younger];
        rows.last_detection_time_s[older] =
            rows.last_detection_time_s[older].max(rows.last_detection_time_s[younger]);
    }
}
