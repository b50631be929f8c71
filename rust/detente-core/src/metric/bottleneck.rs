//! Bottleneck assignment: the largest cost taken shall be least.

use crate::Result;
use crate::assoc::assign::{Sparse, Workspace, assign};

/// The least t such that every row can have a column of its own over edges of cost ≤ t; `None`
/// when even all edges do not suffice, 0 when there are no rows.
///
/// A binary search over the costs that occur; for each, an assignment at cost 0 with misses at 1
/// counts the rows left over. Burkard, Dell'Amico, Martello, *Assignment Problems*, 2009, ch. 6.
pub(super) fn least_largest_cost(
    indptr: &[usize],
    indices: &[u32],
    cost: &[f64],
    columns: usize,
    workspace: &mut Workspace,
) -> Result<Option<f64>> {
    let mut thresholds = cost.to_vec();
    thresholds.sort_unstable_by(f64::total_cmp);
    thresholds.dedup();
    let miss_cost = vec![1.0; indptr.len() - 1];
    if miss_cost.is_empty() {
        return Ok(Some(0.0));
    }
    let mut permitted = vec![0.0; cost.len()];
    let (mut low, mut high) = (0, thresholds.len());
    while low < high {
        let middle = low + (high - low) / 2;
        for (permitted, &cost) in permitted.iter_mut().zip(cost) {
            *permitted = if cost <= thresholds[middle] { 0.0 } else { f64::INFINITY };
        }
        let problem = Sparse { indptr, indices, cost: &permitted, miss_cost: &miss_cost, columns };
        if assign(problem, workspace)?.total_cost == 0.0 {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(thresholds.get(low).copied())
}
