//! The finite edges of a problem, by row and by column.

use crate::assoc::assign::{MISS, Sparse};

/// One possible pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub row: u32,
    pub column: u32,
    pub cost: f64,
}

/// All finite edges, of parallel ones the cheapest. Edges are numbered; a *choice* is the number of
/// an edge, or beyond the edges that of the miss of a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    pub edges: Vec<Edge>,
    pub miss_cost: Vec<f64>,
    begin: Vec<u32>,
    column_begin: Vec<u32>,
    by_column: Vec<u32>,
    last: Vec<u32>,
}

impl Edges {
    /// Takes a problem over.
    pub fn fill(&mut self, problem: &Sparse<'_>) {
        let Self { edges, miss_cost, begin, last, .. } = self;
        edges.clear();
        begin.clear();
        begin.push(0);
        last.clear();
        last.resize(problem.columns, MISS);
        for (row, bounds) in problem.indptr.windows(2).enumerate() {
            let first = edges.len() as u32;
            for at in bounds[0]..bounds[1] {
                let (column, cost) = (problem.indices[at], problem.cost[at]);
                if cost == f64::INFINITY {
                    continue;
                }
                let last = &mut last[column as usize];
                if *last != MISS && *last >= first {
                    let parallel = &mut edges[*last as usize].cost;
                    *parallel = parallel.min(cost);
                } else {
                    *last = edges.len() as u32;
                    edges.push(Edge { row: row as u32, column, cost });
                }
            }
            begin.push(edges.len() as u32);
        }
        miss_cost.clear();
        miss_cost.extend_from_slice(problem.miss_cost);
        self.sort_by_column(problem.columns);
    }

    fn sort_by_column(&mut self, columns: usize) {
        let Self { edges, column_begin, by_column, .. } = self;
        column_begin.clear();
        column_begin.resize(columns + 1, 0);
        for edge in &*edges {
            column_begin[edge.column as usize] += 1;
        }
        let mut sum = 0;
        for begin in &mut *column_begin {
            sum += *begin;
            *begin = sum;
        }
        by_column.clear();
        by_column.resize(edges.len(), 0);
        for (number, edge) in edges.iter().enumerate().rev() {
            let at = &mut column_begin[edge.column as usize];
            *at -= 1;
            by_column[*at as usize] = number as u32;
        }
    }

    /// The numbers of a row's edges.
    pub fn of_row(&self, row: u32) -> std::ops::Range<u32> {
        self.begin[row as usize]..self.begin[row as usize + 1]
    }

    /// The numbers of a column's edges.
    pub fn of_column(&self, column: u32) -> &[u32] {
        let begin = self.column_begin[column as usize] as usize;
        &self.by_column[begin..self.column_begin[column as usize + 1] as usize]
    }

    /// The edge from a row to a column, or [`MISS`].
    pub fn cheapest(&self, row: u32, column: u32) -> u32 {
        let is_it = |&edge: &u32| self.edges[edge as usize].column == column;
        self.of_row(row).find(is_it).unwrap_or(MISS)
    }

    /// The column of an edge, or [`MISS`].
    pub fn column(&self, edge: u32) -> u32 {
        if edge == MISS { MISS } else { self.edges[edge as usize].column }
    }

    /// The number of a choice: `edge`, or the miss of `row`.
    pub fn choice(&self, row: u32, edge: u32) -> u32 {
        if edge == MISS { self.edges.len() as u32 + row } else { edge }
    }

    /// What a row pays for its edge, or for the miss.
    pub fn cost(&self, row: u32, edge: u32) -> f64 {
        if edge == MISS { self.miss_cost[row as usize] } else { self.edges[edge as usize].cost }
    }

    /// The total cost of an assignment, summed in the order of the rows.
    pub fn total(&self, taken: &[u32]) -> f64 {
        (0..).zip(taken).fold(0.0, |sum, (row, &edge)| sum + self.cost(row, edge))
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.column_begin.len() - 1
    }
}
