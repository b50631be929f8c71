//! The entries of new rows.

use super::entries::put;
use super::mixture::cleared;
use crate::gaussian::Gaussians;
use crate::motion::Modes;

/// M entries for each new row: the first `known` components as they came, where the model has them;
/// of what follows only the variances that the model itself gives.
#[must_use]
pub fn begin(modes: &Modes, rows: &Gaussians, known: usize) -> Gaussians {
    let count = modes.count();
    let repeated: Vec<u32> =
        (0..rows.len() as u32).flat_map(|row| std::iter::repeat_n(row, count)).collect();
    let mut out = rows.gather(&repeated);
    for model in 0..count {
        let mut unknown = modes.lacking(model);
        unknown.extend(modes.prior(model).filter(|&(i, _)| i >= known));
        put(count, &mut out, model, &cleared(rows.clone(), &unknown));
    }
    out
}
