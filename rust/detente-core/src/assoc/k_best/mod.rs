//! The k cheapest assignments of a sparse problem in which every row may also be missed.

mod edges;
mod path;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use self::edges::Edges;
use self::path::Search;
use super::assign::{self, Sparse, assign};
use crate::Result;

/// The cheapest assignments, in the order of their costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KBest {
    /// Found × rows: the column of each row, or [`MISS`](assign::MISS).
    pub column: Vec<u32>,
    /// Of each assignment Σ cost of the edges taken + Σ miss cost of the rows missed.
    pub total_cost: Vec<f64>,
}

/// A subproblem: some rows fixed to what they take, some choices forbidden; and its solution.
#[derive(Clone, Debug)]
struct Solved {
    total_cost: f64,
    /// The edge of each row, or [`MISS`](assign::MISS).
    taken: Vec<u32>,
    price: Vec<f64>,
    fixed: Vec<bool>,
    forbidden: Vec<u32>,
    /// The rows that are not fixed, as they are partitioned; empty until then.
    order: Vec<u32>,
}

/// A subproblem that waits, solved or with a lower bound of its cost.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    cost: f64,
    number: u32,
    /// Solved: its place. Not solved: that of its parent.
    node: u32,
    /// Not solved: which of the parent's rows in order may not take what it takes there.
    part: Option<u32>,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |w: &Self| (w.part.is_some(), w.number);
        self.cost.total_cmp(&other.cost).then(key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

/// Memory that a caller in a loop keeps.
#[derive(Clone, Debug, Default)]
pub struct KBestWorkspace {
    assign: assign::Workspace,
    edges: Edges,
    search: Search,
    solved: Vec<Solved>,
    spare: Vec<Solved>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    pushed: u32,
    bounds: Vec<(f64, u32)>,
}

/// Finds the k cheapest assignments: see [`k_best_with`].
///
/// # Errors
///
/// As [`k_best_with`].
///
/// # Examples
///
/// ```
/// use detente_core::assoc::assign::{MISS, Sparse};
/// use detente_core::assoc::k_best::k_best;
///
/// let problem = Sparse {
///     indptr: &[0, 2, 3],
///     indices: &[0, 1, 0],
///     cost: &[1.0, 2.0, 1.5],
///     miss_cost: &[10.0, 10.0],
///     columns: 2,
/// };
/// let found = k_best(problem, 3)?;
/// assert_eq!(found.column, [1, 0, 0, MISS, MISS, 0]);
/// assert_eq!(found.total_cost, [3.5, 11.0, 11.5]);
/// # Ok::<(), detente_core::Error>(())
/// ```
pub fn k_best(problem: Sparse<'_>, k: usize) -> Result<KBest> {
    k_best_with(problem, k, &mut KBestWorkspace::default())
}

/// Finds the k cheapest assignments, or all if there are fewer, in kept memory.
///
/// Every finite edge counts, also one that costs more than the miss of its row; of parallel edges
/// the cheapest. No assignment comes twice and costs never fall. The same problem always gives
/// the same answer, ties included.
///
/// The best of a set of assignments splits the rest of it: in one part the first row may not take
/// what it takes, in the next the first row is fixed and the second may not, and so on. A part
/// inherits prices and all rows but one, so that one shortest path solves it; rows come in the
/// order of falling bounds, so that the largest parts cost most; and a part is not solved before
/// its bound, the cheapest way out of the row's old choice and into it, is the least that waits.
///
/// Murty, Operations Research 16 (1968) 682–687; Miller, Stone and Cox, IEEE TAES 33 (1997)
/// 851–862.
///
/// # Errors
///
/// As [`assign`].
pub fn k_best_with(problem: Sparse<'_>, k: usize, workspace: &mut KBestWorkspace) -> Result<KBest> {
    let mut found = Vec::new();
    workspace.begin(&problem)?;
    while found.len() < k
        && let Some(Reverse(next)) = workspace.waiting.pop()
    {
        match next.part {
            None => {
                found.push(next.node);
                if found.len() < k {
                    workspace.split(next.node);
                }
            }
            Some(part) => workspace.solve(next.node, part),
        }
    }
    let KBestWorkspace { solved, edges, .. } = workspace;
    let cost = |node: u32| solved[node as usize].total_cost;
    found.sort_by(|&a, &b| cost(a).total_cmp(&cost(b))); // bounds round
    let columns = |node: u32| solved[node as usize].taken.iter().map(|&edge| edges.column(edge));
    Ok(KBest {
        column: found.iter().flat_map(|&node| columns(node)).collect(),
        total_cost: found.iter().map(|&node| cost(node)).collect(),
    })
}

impl KBestWorkspace {
    /// Solves the whole problem.
    fn begin(&mut self, problem: &Sparse<'_>) -> Result<()> {
        let Self { assign: solver, edges, search, solved, spare, waiting, .. } = self;
        waiting.clear();
        spare.append(solved);
        let best = assign(*problem, solver)?;
        edges.fill(problem);
        search.resize(edges);
        let mut root = blank(spare);
        for (row, &column) in (0..).zip(best.column) {
            root.taken.push(edges.cheapest(row, column));
        }
        root.price.extend(best.column_dual);
        root.fixed.resize(best.column.len(), false);
        root.total_cost = edges.total(&root.taken);
        solved.push(root);
        waiting.push(Reverse(Waiting {
            cost: solved[0].total_cost,
            number: 0,
            node: 0,
            part: None,
        }));
        Ok(())
    }

    /// Partitions what is left of a subproblem without its solution.
    fn split(&mut self, node: u32) {
        let Self { edges, search, solved, waiting, pushed, bounds, .. } = self;
        let parent = &mut solved[node as usize];
        search.enter(edges, &parent.taken, &parent.price, &parent.fixed, &parent.forbidden);
        bounds.clear();
        for row in 0..parent.taken.len() as u32 {
            if !parent.fixed[row as usize] {
                bounds.push((search.bound(edges, row), row));
            }
        }
        bounds.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        parent.order.extend(bounds.iter().map(|bound| bound.1));
        for (part, &row) in (0..).zip(&parent.order) {
            let bound = search.bound(edges, row); // with fewer ways left than above
            if bound < f64::INFINITY {
                *pushed += 1;
                let (cost, number) = (parent.total_cost + bound, *pushed);
                waiting.push(Reverse(Waiting { cost, number, node, part: Some(part) }));
            }
            search.fix(edges, row);
        }
        search.leave(&parent.forbidden);
    }

    /// Solves one part of a subproblem's partition, if it has a solution.
    fn solve(&mut self, node: u32, part: u32) {
        let Self { edges, search, solved, spare, waiting, pushed, .. } = self;
        let mut child = blank(spare);
        let parent = &solved[node as usize];
        let (before, row) = (&parent.order[..part as usize], parent.order[part as usize]);
        child.taken.extend(&parent.taken);
        child.price.extend(&parent.price);
        child.fixed.extend(&parent.fixed);
        before.iter().for_each(|&row| child.fixed[row as usize] = true);
        child.forbidden.extend(&parent.forbidden);
        child.forbidden.push(edges.choice(row, child.taken[row as usize]));
        search.enter(edges, &child.taken, &child.price, &child.fixed, &child.forbidden);
        let solvable = search.replace(edges, row, &mut child.taken, &mut child.price);
        search.leave(&child.forbidden);
        if solvable {
            child.total_cost = edges.total(&child.taken);
            *pushed += 1;
            let (cost, number) = (child.total_cost, *pushed);
            waiting.push(Reverse(Waiting { cost, number, node: solved.len() as u32, part: None }));
            solved.push(child);
        } else {
            spare.push(child);
        }
    }
}

/// A subproblem to be filled, in memory that was used before if there is some.
fn blank(spare: &mut Vec<Solved>) -> Solved {
    let (taken, price, fixed, forbidden, order) = Default::default();
    let new = Solved { total_cost: 0.0, taken, price, fixed, forbidden, order };
    let mut blank = spare.pop().unwrap_or(new);
    blank.taken.clear();
    blank.price.clear();
    blank.fixed.clear();
    blank.forbidden.clear();
    blank.order.clear();
    blank
}
