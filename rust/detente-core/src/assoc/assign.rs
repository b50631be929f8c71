//! Minimum-cost assignment on sparse problems in which every row may also be missed.

use super::augment::{Edge, Search};
use super::compressed::Compressed;
use crate::{Error, Result};

/// The column of a row that is missed.
pub const MISS: u32 = u32::MAX;

/// A sparse assignment problem: compressed rows of edges, and what missing a row costs.
///
/// Row `i` owns the edges `indptr[i]..indptr[i + 1]`. Its private miss costs `miss_cost[i]`;
/// a column that no row takes costs nothing. An edge of cost +∞ is forbidden.
#[derive(Clone, Copy, Debug)]
pub struct Sparse<'a> {
    /// Where each row's edges begin, and at last the number of edges: length rows + 1.
    pub indptr: &'a [usize],
    /// The column of each edge.
    pub indices: &'a [u32],
    /// The cost of each edge.
    pub cost: &'a [f64],
    /// The cost of missing each row.
    pub miss_cost: &'a [f64],
    /// The number of columns.
    pub columns: usize,
}

/// A solution, lent by the workspace that found it.
///
/// The duals prove that it is optimal: for every edge `u[i] + v[j] ≤ cost`, for every row
/// `u[i] ≤ miss_cost`, for every column `v[j] ≤ 0`, and Σu + Σv is the total cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment<'a> {
    /// The column of each row, or [`MISS`].
    pub column: &'a [u32],
    /// The edge of each row, as its place in `indices` and `cost`, or [`MISS`].
    pub edge: &'a [u32],
    /// Σ cost of the edges taken + Σ miss cost of the rows missed.
    pub total_cost: f64,
    /// The dual u of each row.
    pub row_dual: &'a [f64],
    /// The dual v of each column.
    pub column_dual: &'a [f64],
}

/// Memory that a caller in a loop keeps, so that [`assign`] allocates only while problems grow.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    search: Search,
    column: Vec<u32>,
    edge: Vec<u32>,
    row_dual: Vec<f64>,
}

/// Finds the assignment of least total cost.
///
/// An edge that costs no less than the miss of its row can never be better and is dropped (a tie
/// is a miss). Then one row after the other enters by a shortest augmenting path. The same
/// problem always gives the same solution, ties included.
///
/// Jonker and Volgenant, Computing 38 (1987) 325–340; Volgenant, Computers & Operations
/// Research 23 (1996) 917–932 (sparse); Crouse, IEEE TAES 52 (2016) 1679–1696 (rectangular).
///
/// # Errors
///
/// When lengths do not fit together, `indptr` decreases, a column is out of range, a cost is NaN
/// or −∞, or a miss cost is not finite.
///
/// # Examples
///
/// ```
/// use detente_core::assoc::assign::{assign, Sparse, Workspace, MISS};
///
/// let problem = Sparse {
///     indptr: &[0, 2, 3],
///     indices: &[0, 1, 0],
///     cost: &[1.0, 2.0, 1.5],
///     miss_cost: &[10.0, 10.0],
///     columns: 2,
/// };
/// let mut workspace = Workspace::default();
/// let solution = assign(problem, &mut workspace)?;
/// assert_eq!(solution.column, [1, 0]);
/// assert_eq!(solution.total_cost, 3.5);
/// # Ok::<(), detente_core::Error>(())
/// ```
pub fn assign<'w>(problem: Sparse<'_>, workspace: &'w mut Workspace) -> Result<Assignment<'w>> {
    check(&problem)?;
    let Workspace { search, column, edge, row_dual } = workspace;
    keep_useful(&problem, search)?;
    search.solve();
    column.clear();
    edge.clear();
    row_dual.clear();
    let mut total_cost = 0.0;
    for (taken, &miss_cost) in search.taken().iter().zip(problem.miss_cost) {
        column.push(taken.column);
        edge.push(taken.position);
        let (cost, dual) = match taken.column {
            MISS => (miss_cost, miss_cost),
            column => (taken.cost, taken.cost - search.price()[column as usize]),
        };
        total_cost += cost;
        row_dual.push(dual);
    }
    Ok(Assignment { column, edge, total_cost, row_dual, column_dual: search.price() })
}

/// Refuses a problem whose arrays do not fit together.
fn check(problem: &Sparse<'_>) -> Result<()> {
    let &Sparse { indptr, indices, cost, miss_cost, columns } = problem;
    let (edge, row) = (("cost", cost), ("miss_cost", miss_cost));
    Compressed { indptr, indices, edge, row, columns }.check()?;
    match miss_cost.iter().position(|cost| !cost.is_finite()) {
        Some(row) => {
            Err(Error::NotFinite { what: "miss_cost".to_owned(), row, value: miss_cost[row] })
        }
        None => Ok(()),
    }
}

/// Hands the search the edges that are better than a miss.
fn keep_useful(problem: &Sparse<'_>, search: &mut Search) -> Result<()> {
    search.clear(problem.columns);
    for (bounds, &miss_cost) in problem.indptr.windows(2).zip(problem.miss_cost) {
        let (begin, end) = (bounds[0], bounds[1]);
        let edges = problem.indices[begin..end].iter().zip(&problem.cost[begin..end]);
        for (position, (&column, &cost)) in (begin as u32..).zip(edges) {
            if cost.is_nan() || cost == f64::NEG_INFINITY {
                let row = position as usize;
                return Err(Error::NotFinite { what: "cost".to_owned(), row, value: cost });
            }
            if cost < miss_cost {
                search.push(Edge { cost, column, position });
            }
        }
        search.end_row(miss_cost);
    }
    Ok(())
}
