//! One row loses its choice: the cheapest way to make room elsewhere, and a bound of its cost.
//!
//! The ways are paths from the row to the column that it held. A step from a row to a column
//! costs cost − u − v ≥ 0 and dislodges the column's holder. All free columns and all misses are
//! one place, the *pool*, since they cost the same whoever leaves them: a row enters it by taking
//! a free column (u + v ≤ cost with v = 0) or by being missed; out of it a missed row may take a
//! column again, or a column of price v be left free for −v, which dislodges its holder. A row
//! that lost its miss has to reach the pool itself.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::edges::Edges;
use crate::assoc::assign::MISS as NONE;

/// A place to visit, ordered by distance, then by number.
#[derive(Clone, Copy, Debug)]
struct Visit {
    distance: f64,
    place: u32,
}

impl Ord for Visit {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(self.place.cmp(&other.place))
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

/// How a place was reached: by this row, taking this edge (or the miss); or from the pool.
#[derive(Clone, Copy, Debug)]
struct Reach {
    distance: f64,
    visited: bool,
    row: u32,
    edge: u32,
}

const UNREACHED: Reach = Reach { distance: f64::INFINITY, visited: false, row: NONE, edge: NONE };

/// Of a fixed row's column.
const LOCKED: u32 = NONE - 1;

/// The state of one subproblem while it is searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    taken: Vec<u32>,
    row_dual: Vec<f64>,
    price: Vec<f64>,
    fixed: Vec<bool>,
    /// Of each column its row, `LOCKED` if that is fixed, `NONE` if it is free.
    holder: Vec<u32>,
    forbidden: Vec<bool>,
    /// Of each column, at last of the pool.
    reach: Vec<Reach>,
    visited: Vec<u32>,
    heap: BinaryHeap<Reverse<Visit>>,
}

impl Search {
    /// Makes room for a problem.
    pub fn resize(&mut self, edges: &Edges) {
        self.forbidden.clear();
        self.forbidden.resize(edges.edges.len() + edges.miss_cost.len(), false);
        self.reach.clear();
        self.reach.resize(edges.columns() + 1, UNREACHED);
    }

    /// Takes a subproblem up.
    pub fn enter(
        &mut self,
        edges: &Edges,
        taken: &[u32],
        price: &[f64],
        fixed: &[bool],
        forbidden: &[u32],
    ) {
        self.taken.clear();
        self.taken.extend_from_slice(taken);
        self.price.clear();
        self.price.extend_from_slice(price);
        self.fixed.clear();
        self.fixed.extend_from_slice(fixed);
        self.holder.clear();
        self.holder.resize(price.len(), NONE);
        self.row_dual.clear();
        for (row, &edge) in (0..).zip(taken) {
            let mut dual = edges.cost(row, edge);
            if edge != NONE {
                let column = edges.column(edge) as usize;
                dual -= price[column];
                self.holder[column] = if fixed[row as usize] { LOCKED } else { row };
            }
            self.row_dual.push(dual);
        }
        forbidden.iter().for_each(|&choice| self.forbidden[choice as usize] = true);
    }

    /// Fixes one more row to what it takes.
    pub fn fix(&mut self, edges: &Edges, row: u32) {
        self.fixed[row as usize] = true;
        let edge = self.taken[row as usize];
        if edge != NONE {
            self.holder[edges.column(edge) as usize] = LOCKED;
        }
    }

    /// Forgets what was forbidden.
    pub fn leave(&mut self, forbidden: &[u32]) {
        forbidden.iter().for_each(|&choice| self.forbidden[choice as usize] = false);
    }

    /// What it costs at least that `row` no longer takes what it takes: the cheapest way out of
    /// its choice, and the cheapest way for somebody else into its column.
    pub fn bound(&self, edges: &Edges, row: u32) -> f64 {
        let old = self.taken[row as usize];
        let mut out = f64::INFINITY;
        let dual = self.row_dual[row as usize];
        for edge in edges.of_row(row) {
            let column = edges.edges[edge as usize].column as usize;
            if edge != old && self.holder[column] != LOCKED && !self.forbidden[edge as usize] {
                out = out.min(edges.edges[edge as usize].cost - dual - self.price[column]);
            }
        }
        let miss = edges.choice(row, NONE);
        if old == NONE {
            return out.max(0.0);
        }
        if !self.forbidden[miss as usize] {
            out = out.min(edges.miss_cost[row as usize] - dual);
        }
        let column = edges.column(old);
        let price = self.price[column as usize];
        let mut into = -price; // nobody takes it
        for &edge in edges.of_column(column) {
            let other = edges.edges[edge as usize].row;
            if other != row && !self.fixed[other as usize] && !self.forbidden[edge as usize] {
                let cost = edges.edges[edge as usize].cost;
                into = into.min(cost - self.row_dual[other as usize] - price);
            }
        }
        out.max(0.0) + into.max(0.0)
    }

    /// Finds the best assignment in which `row` does not take what it takes, and its prices; gives
    /// whether there is one. What `row` takes must be forbidden.
    ///
    /// Dijkstra's algorithm; then the prices v of visited places fall by what the path was longer
    /// than their distance, and all move together so that the pool's stays 0.
    pub fn replace(
        &mut self,
        edges: &Edges,
        row: u32,
        taken: &mut [u32],
        price: &mut [f64],
    ) -> bool {
        let pool = self.holder.len();
        let old = edges.column(self.taken[row as usize]);
        let end = if old == NONE { pool } else { old as usize };
        self.heap.clear();
        self.visited.clear();
        self.reach.fill(UNREACHED);
        self.leave_row(edges, row, 0.0, end);
        while let Some(Reverse(Visit { distance, place })) = self.heap.pop() {
            if distance >= self.reach[end].distance {
                break;
            }
            let at = place as usize;
            if std::mem::replace(&mut self.reach[at].visited, true) {
                continue;
            }
            self.visited.push(place);
            if at == pool {
                self.leave_pool(edges, row, distance, end);
            } else {
                self.leave_row(edges, self.holder[at], distance, end);
            }
        }
        let length = self.reach[end].distance;
        if length == f64::INFINITY {
            return false;
        }
        self.take_path(edges, row, end, taken);
        self.reprice(length, edges, taken, price);
        true
    }

    /// Reaches a place, if that is shorter.
    fn step(&mut self, place: usize, end: usize, distance: f64, row: u32, edge: u32) {
        let shorter = distance < self.reach[place].distance && distance < self.reach[end].distance;
        if shorter && !self.reach[place].visited {
            self.reach[place] = Reach { distance, visited: false, row, edge };
            if place != end {
                self.heap.push(Reverse(Visit { distance, place: place as u32 }));
            }
        }
    }

    /// A row has to take something else.
    fn leave_row(&mut self, edges: &Edges, row: u32, distance: f64, end: usize) {
        let pool = self.holder.len();
        let dual = self.row_dual[row as usize];
        for edge in edges.of_row(row) {
            let column = edges.edges[edge as usize].column as usize;
            let holder = self.holder[column];
            if holder == LOCKED || self.forbidden[edge as usize] {
                continue;
            }
            let slack = (edges.edges[edge as usize].cost - dual - self.price[column]).max(0.0);
            let place = if holder == NONE { pool } else { column };
            self.step(place, end, distance + slack, row, edge);
        }
        if !self.forbidden[edges.choice(row, NONE) as usize] {
            let slack = (edges.miss_cost[row as usize] - dual).max(0.0);
            self.step(pool, end, distance + slack, row, NONE);
        }
    }

    /// The pool gives out what it got too much: a column becomes free, or a missed row takes one.
    fn leave_pool(&mut self, edges: &Edges, start: u32, distance: f64, end: usize) {
        self.step(end, end, distance - self.price[end].min(0.0), NONE, NONE);
        for column in 0..self.holder.len() {
            if self.holder[column] < LOCKED {
                self.step(column, end, distance - self.price[column].min(0.0), NONE, NONE);
            }
        }
        for row in 0..self.taken.len() as u32 {
            let missed = self.taken[row as usize] == NONE && !self.fixed[row as usize];
            if missed && row != start {
                self.leave_row(edges, row, distance, end);
            }
        }
    }

    /// Hands the choices along the path on, from its end back to `start`.
    fn take_path(&self, edges: &Edges, start: u32, end: usize, taken: &mut [u32]) {
        let pool = self.holder.len();
        let mut place = end;
        loop {
            let Reach { row, edge, .. } = self.reach[place];
            if row == NONE {
                place = pool; // the column stays free
                continue;
            }
            taken[row as usize] = edge;
            if row == start {
                return;
            }
            place = match edges.column(self.taken[row as usize]) {
                NONE => pool,
                column => column as usize,
            };
        }
    }

    fn reprice(&self, length: f64, edges: &Edges, taken: &[u32], price: &mut [f64]) {
        let fallen = |place: usize| {
            let reach = &self.reach[place];
            if reach.visited { reach.distance - length } else { 0.0 }
        };
        let pool = fallen(self.holder.len());
        price.fill(0.0);
        for &edge in taken.iter().filter(|&&edge| edge != NONE) {
            let column = edges.column(edge) as usize;
            let was_free = self.holder[column] == NONE;
            if !was_free {
                price[column] = (self.price[column] + fallen(column) - pool).min(0.0);
            }
        }
    }
}
