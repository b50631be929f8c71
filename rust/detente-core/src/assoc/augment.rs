//! The search behind `assign`: shortest augmenting paths, one row after the other.
//!
//! Each column has a price v ≤ 0, and 0 while no row holds it; a row's dual is the least of its
//! miss cost and cost − v over its edges. A column once held stays held and prices only fall, so
//! a missed row stays missed. Without negative costs no price exceeds the cost of the solution,
//! however large a miss cost or an unused edge is, so none rounds more than the solution does: so
//! there is no augmenting row reduction here, whose bids reach the second choice at once.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::assign::MISS as NONE;

const NO_EDGE: Edge = Edge { cost: 0.0, column: NONE, position: NONE };

/// One candidate of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The cost, less than the miss cost of its row.
    pub cost: f64,
    /// The column.
    pub column: u32,
    /// Where the caller's arrays hold it.
    pub position: u32,
}

/// A held column that the search may visit, ordered by distance, then by column.
#[derive(Clone, Copy, Debug)]
struct Visit {
    distance: f64,
    column: u32,
}

impl Ord for Visit {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(self.column.cmp(&other.column))
    }
}

impl PartialOrd for Visit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Visit {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Visit {}

/// How the current search reached a column.
#[derive(Clone, Copy, Debug)]
struct Reach {
    start: u32,
    visited: bool,
    distance: f64,
    row: u32,
    edge: Edge,
}

const UNREACHED: Reach =
    Reach { start: NONE, visited: false, distance: f64::INFINITY, row: NONE, edge: NO_EDGE };

/// The end of the best augmenting path so far.
#[derive(Clone, Copy, Debug)]
enum End {
    /// This row is missed instead.
    Miss(u32),
    /// This column was free.
    Free(u32),
}

/// The edges worth considering and the state of the solution.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    begin: Vec<u32>,
    edges: Vec<Edge>,
    miss_cost: Vec<f64>,
    taken: Vec<Edge>,
    price: Vec<f64>,
    holder: Vec<u32>,
    reach: Vec<Reach>,
    heap: BinaryHeap<Reverse<Visit>>,
    visited: Vec<u32>,
}

impl Search {
    /// Starts a problem with no rows yet.
    pub fn clear(&mut self, columns: usize) {
        self.begin.clear();
        self.begin.push(0);
        self.edges.clear();
        self.miss_cost.clear();
        self.price.clear();
        self.price.resize(columns, 0.0);
        self.holder.clear();
        self.holder.resize(columns, NONE);
        self.reach.clear();
        self.reach.resize(columns, UNREACHED);
    }

    /// Adds an edge to the row that is being filled.
    pub fn push(&mut self, edge: Edge) {
        self.edges.push(edge);
    }

    /// Ends the row that is being filled.
    pub fn end_row(&mut self, miss_cost: f64) {
        self.miss_cost.push(miss_cost);
        self.begin.push(self.edges.len() as u32);
    }

    /// The edge that each row took; that of a missed row has no column and no position.
    pub fn taken(&self) -> &[Edge] {
        &self.taken
    }

    /// The price of each column.
    pub fn price(&self) -> &[f64] {
        &self.price
    }

    /// Finds the optimum.
    pub fn solve(&mut self) {
        let rows = self.miss_cost.len();
        self.taken.clear();
        self.taken.resize(rows, NO_EDGE);
        for row in 0..rows as u32 {
            if !self.take_free(row) {
                self.augment(row);
            }
        }
    }

    /// Takes the cheapest column of a row if it is free, or the miss if nothing is cheaper: the
    /// paths of one edge.
    fn take_free(&mut self, row: u32) -> bool {
        let (mut best, mut choice) = (self.miss_cost[row as usize], NO_EDGE);
        for &edge in &self.edges[self.range(row)] {
            let cost = edge.cost - self.price[edge.column as usize];
            if cost < best {
                (best, choice) = (cost, edge);
            }
        }
        if choice.column == NONE {
            return true;
        }
        let holder = &mut self.holder[choice.column as usize];
        if *holder != NONE {
            return false;
        }
        (*holder, self.taken[row as usize]) = (row, choice);
        true
    }

    /// Where the edges of a row stand.
    fn range(&self, row: u32) -> std::ops::Range<usize> {
        self.begin[row as usize] as usize..self.begin[row as usize + 1] as usize
    }

    /// Finds the shortest augmenting path from `start` by Dijkstra's algorithm on reduced costs,
    /// corrects the prices and takes the path's edges.
    fn augment(&mut self, start: u32) {
        self.heap.clear();
        self.visited.clear();
        let (mut length, mut end) = (self.miss_cost[start as usize], End::Miss(start));
        let (mut row, mut dual) = (start, 0.0); // the dual on the scale of this path
        loop {
            let miss = self.miss_cost[row as usize] - dual;
            if miss < length {
                (length, end) = (miss, End::Miss(row));
            }
            for &edge in &self.edges[self.range(row)] {
                let column = edge.column as usize;
                let distance = edge.cost - self.price[column] - dual;
                if distance >= length {
                    continue;
                }
                let reach = &mut self.reach[column];
                if reach.start == start && (reach.visited || reach.distance <= distance) {
                    continue;
                }
                *reach = Reach { start, visited: false, distance, row, edge };
                if self.holder[column] == NONE {
                    (length, end) = (distance, End::Free(edge.column));
                } else {
                    self.heap.push(Reverse(Visit { distance, column: edge.column }));
                }
            }
            let Some(next) = self.next_visit(length) else { break };
            row = self.holder[next.column as usize];
            dual = self.taken[row as usize].cost - self.price[next.column as usize] - next.distance;
        }
        for &column in &self.visited {
            let column = column as usize;
            self.price[column] += self.reach[column].distance - length;
        }
        self.take_path(start, end);
    }

    /// The nearest held column that is not yet visited and lies within `length`.
    fn next_visit(&mut self, length: f64) -> Option<Visit> {
        while let Some(Reverse(visit)) = self.heap.pop() {
            if visit.distance >= length {
                return None;
            }
            let reach = &mut self.reach[visit.column as usize];
            if !reach.visited {
                reach.visited = true;
                self.visited.push(visit.column);
                return Some(visit);
            }
        }
        None
    }

    /// Hands the columns along the path on, from its end back to `start`.
    fn take_path(&mut self, start: u32, end: End) {
        let mut column = match end {
            End::Free(column) => column,
            End::Miss(row) => std::mem::replace(&mut self.taken[row as usize], NO_EDGE).column,
        };
        while column != NONE {
            let Reach { row, edge, .. } = self.reach[column as usize];
            self.holder[column as usize] = row;
            column = std::mem::replace(&mut self.taken[row as usize], edge).column;
            debug_assert!(column != NONE || row == start);
        }
    }
}
