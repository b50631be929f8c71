//! Optimal pairs of two point sets under a cutoff: what GOSPA and OSPA have in common.
//!
//! With the distance cut at c, both assign the smaller set into the larger at Σ min(d, c)^p. A
//! pair at c or more costs what leaving both unpaired does, so only pairs closer than c enter a
//! sparse assignment in which a miss costs c^p.

use super::bottleneck::least_largest_cost;
use super::frames::{Points, squared_distance};
use super::power::Power;
use crate::Result;
use crate::assoc::assign::{MISS, Sparse, Workspace, assign};

/// Candidates and solutions, with the memory for them.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    sweep: Vec<(f64, u32)>,
    indptr: Vec<usize>,
    indices: Vec<u32>,
    cost: Vec<f64>,
    miss_cost: Vec<f64>,
    workspace: Workspace,
}

/// The optimal pairs of one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairs<'a> {
    /// The column of each row, or [`MISS`].
    pub column: &'a [u32],
    /// Σ d^p over the pairs.
    pub cost: f64,
    /// How many pairs.
    pub count: usize,
}

impl Pairing {
    /// Starts a list of candidates.
    pub fn clear(&mut self) {
        self.indptr.clear();
        self.indptr.push(0);
        self.indices.clear();
        self.cost.clear();
    }

    /// Appends the candidates of each row: the columns closer than `cutoff`, at d^p.
    ///
    /// `skip(row, column)` leaves out what was decided before. A sweep along the widest axis
    /// visits only columns within the cutoff on that axis.
    pub fn collect(
        &mut self,
        rows: Points<'_>,
        columns: Points<'_>,
        cutoff: f64,
        power: Power,
        skip: impl Fn(usize, usize) -> bool,
    ) {
        let axis = columns.widest_axis();
        self.sweep.clear();
        self.sweep.extend((0..columns.len()).map(|j| (columns.get(j)[axis], j as u32)));
        self.sweep.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        for i in 0..rows.len() {
            let row = rows.get(i);
            let first = self.sweep.partition_point(|&(x, _)| row[axis] - x > cutoff);
            for &(x, column) in &self.sweep[first..] {
                if x - row[axis] > cutoff {
                    break;
                }
                let squared = squared_distance(row, columns.get(column as usize));
                if squared < cutoff * cutoff && !skip(i, column as usize) {
                    self.indices.push(column);
                    self.cost.push(power.of_squared(squared));
                }
            }
            self.indptr.push(self.indices.len());
        }
    }

    /// Appends a candidate to the row that is being filled.
    pub fn push(&mut self, column: u32, cost: f64) {
        self.indices.push(column);
        self.cost.push(cost);
    }

    /// Ends the row that is being filled.
    pub fn end_row(&mut self) {
        self.indptr.push(self.indices.len());
    }

    /// Assigns the rows so that Σ d^p + `miss_cost` for each unpaired row is least.
    pub fn solve(&mut self, columns: usize, miss_cost: f64) -> Result<Pairs<'_>> {
        self.miss_cost.clear();
        self.miss_cost.resize(self.indptr.len() - 1, miss_cost);
        let problem = Sparse {
            indptr: &self.indptr,
            indices: &self.indices,
            cost: &self.cost,
            miss_cost: &self.miss_cost,
            columns,
        };
        let solution = assign(problem, &mut self.workspace)?;
        let (mut cost, mut count) = (0.0, 0);
        for &edge in solution.edge.iter().filter(|&&edge| edge != MISS) {
            cost += self.cost[edge as usize];
            count += 1;
        }
        Ok(Pairs { column: solution.column, cost, count })
    }

    /// Assigns every row so that the largest d^p is least; `None` when not all can have a pair.
    pub fn solve_bottleneck(&mut self, columns: usize) -> Result<Option<f64>> {
        least_largest_cost(&self.indptr, &self.indices, &self.cost, columns, &mut self.workspace)
    }
}
