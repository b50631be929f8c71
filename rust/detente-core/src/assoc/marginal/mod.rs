//! Marginal association: how likely each row takes each column, over all joint events.

mod belief;
mod clusters;
mod exact;
mod join;
mod plan;

use self::belief::Belief;
use self::clusters::{Clusters, Graph};
use self::exact::Net;
use self::plan::Plan;
use super::assign::{self, MISS, Sparse, assign};
use super::compressed::Compressed;
use crate::{Error, Result};

/// The largest net that [`Method::Auto`] sums exactly, in states before any is found impossible.
pub const AUTO_STATES: u64 = 1 << 15;
/// The largest net that [`Method::Exact`] sums; its tables may take 2 GiB.
pub const MOST_STATES: u64 = 1 << 25;
/// A net this small is not planned from the other side as well.
const SMALL: u64 = 256;

/// How to sum over the joint events of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All of them, in a net of shared sub-hypotheses; refused beyond [`MOST_STATES`].
    Exact,
    /// Loopy belief propagation, exact where the cluster has no loop.
    BeliefPropagation,
    /// Exact up to [`AUTO_STATES`], belief propagation beyond.
    Auto,
}

/// A sparse weighing of joint events.
///
/// Row `i` owns the edges `indptr[i]..indptr[i + 1]`. A joint event assigns each row at most one
/// column and each column to at most one row. It weighs as much as the product of its edges and
/// of the misses of the rows without one; a column that no row takes weighs 1, so whatever else
/// explains a column divides its edges. A weight of 0 (logarithm −∞) is impossible.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// Where each row's edges begin, and at last the number of edges: length rows + 1.
    pub indptr: &'a [usize],
    /// The column of each edge.
    pub indices: &'a [u32],
    /// The logarithm of each edge's weight.
    pub log_weight: &'a [f64],
    /// The logarithm of the weight of missing each row.
    pub miss_log_weight: &'a [f64],
    /// The number of columns.
    pub columns: usize,
}

/// Probabilities over the joint events: each row's edges and miss sum to 1, so do each column's
/// edges and freedom (by belief propagation to within 10⁻⁶, once it has converged).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marginals {
    /// That the edge's row takes its column.
    pub edge: Vec<f64>,
    /// That the row is missed.
    pub miss: Vec<f64>,
    /// That no row takes the column.
    pub free: Vec<f64>,
    /// Whether every cluster was summed exactly.
    pub exact: bool,
}

/// Memory that a caller in a loop keeps, so that [`marginals_with`] allocates its answer alone.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    assign: assign::Workspace,
    cost: Vec<f64>,
    miss_cost: Vec<f64>,
    graph: Graph,
    clusters: Clusters,
    plans: [Plan; 2],
    net: Net,
    belief: Belief,
}

/// Sums over the joint events, cluster by cluster: see [`marginals_with`].
///
/// # Errors
///
/// As [`marginals_with`].
///
/// # Examples
///
/// Two rows want one column; the joint events weigh 1, 3 and 4.
///
/// ```
/// use detente_core::assoc::marginal::{Method, Weights, marginals};
///
/// let weights = Weights {
///     indptr: &[0, 1, 2],
///     indices: &[0, 0],
///     log_weight: &[3_f64.ln(), 4_f64.ln()],
///     miss_log_weight: &[0.0, 0.0],
///     columns: 1,
/// };
/// let found = marginals(weights, Method::Exact)?;
/// assert!((found.edge[0] - 3.0 / 8.0).abs() < 1e-12);
/// assert!((found.miss[1] - 4.0 / 8.0).abs() < 1e-12);
/// assert!((found.free[0] - 1.0 / 8.0).abs() < 1e-12);
/// # Ok::<(), detente_core::Error>(())
/// ```
pub fn marginals(weights: Weights<'_>, method: Method) -> Result<Marginals> {
    marginals_with(weights, method, &mut Workspace::default())
}

/// Sums over the joint events, cluster by cluster, in kept memory.
///
/// First the duals (u, v) of the heaviest joint event rescale the problem: w ← w eᵘ⁺ᵛ, the miss
/// by eᵘ, the free column by eᵛ. No probability changes, no factor exceeds 1 and the heaviest
/// event weighs 1, so that nothing overflows and what underflows is less likely by 10⁻³⁰⁰.
///
/// Horridge and Maskell, 9th International Conference on Information Fusion (2006) (exact);
/// Williams and Lau, IEEE TAES 50 (2014) 2942–2959 (belief propagation).
///
/// # Errors
///
/// When lengths do not fit together, `indptr` decreases, a column is out of range, a weight is
/// NaN or +∞, no joint event is possible, or [`Method::Exact`] meets a cluster whose net is
/// larger than [`MOST_STATES`].
pub fn marginals_with(
    weights: Weights<'_>,
    method: Method,
    workspace: &mut Workspace,
) -> Result<Marginals> {
    check(&weights)?;
    rescale(&weights, workspace)?;
    let Workspace { graph, clusters, plans, net, belief, .. } = workspace;
    let mut out = Marginals {
        edge: vec![0.0; weights.indices.len()],
        miss: vec![1.0; weights.miss_log_weight.len()],
        free: vec![1.0; weights.columns],
        exact: true,
    };
    clusters.find(graph);
    let most = match method {
        Method::Exact => MOST_STATES,
        Method::BeliefPropagation => 0,
        Method::Auto => AUTO_STATES,
    };
    for (rows, columns) in clusters.iter() {
        let Marginals { edge, miss, free, .. } = &mut out;
        let sides = (&graph.rows, &graph.columns);
        match smaller(graph, rows, columns, most, plans) {
            Some(Taking::Rows) => net.sum(&plans[0], sides, &graph.weight, edge, miss, free),
            Some(Taking::Columns) => {
                net.sum(&plans[1], (sides.1, sides.0), &graph.weight, edge, free, miss);
            }
            None if method == Method::Exact => {
                return Err(Error::Setting {
                    what: "method",
                    expected: "'auto' or 'belief_propagation' for clusters that are too large to \
                               be exact",
                    found: format!(
                        "'exact' with a cluster of {} rows and {} columns",
                        rows.len(),
                        columns.len()
                    ),
                });
            }
            None => {
                belief.propagate(graph, rows, columns, &mut out);
                out.exact = false;
            }
        }
    }
    Ok(out)
}

/// Which side of a cluster is processed one by one.
enum Taking {
    Rows,
    Columns,
}

/// Plans the smaller of a cluster's two nets, if it has at most `most` states.
///
/// Rows and columns play the same part, so either may be processed one by one while the net
/// remembers which of the other side are used.
fn smaller(
    graph: &Graph,
    rows: &[u32],
    columns: &[u32],
    most: u64,
    plans: &mut [Plan; 2],
) -> Option<Taking> {
    if most == 0 {
        return None;
    }
    let [by_row, by_column] = plans;
    let mut take_rows = |most| by_row.arrange(&graph.rows, &graph.columns, rows, most);
    let mut take_columns = |most| by_column.arrange(&graph.columns, &graph.rows, columns, most);
    if rows.len() >= columns.len() {
        match take_rows(most) {
            Some(size) if size <= SMALL => Some(Taking::Rows),
            size => match take_columns(size.map_or(most, |size| size - 1)) {
                Some(_) => Some(Taking::Columns),
                None => size.map(|_| Taking::Rows),
            },
        }
    } else {
        match take_columns(most) {
            Some(size) if size <= SMALL => Some(Taking::Columns),
            size => match take_rows(size.map_or(most, |size| size - 1)) {
                Some(_) => Some(Taking::Rows),
                None => size.map(|_| Taking::Columns),
            },
        }
    }
}

/// Refuses arrays that do not fit together, NaN and +∞.
fn check(weights: &Weights<'_>) -> Result<()> {
    let &Weights { indptr, indices, log_weight, miss_log_weight, columns } = weights;
    let (edge, row) = (("log_weight", log_weight), ("miss_log_weight", miss_log_weight));
    Compressed { indptr, indices, edge, row, columns }.check()?;
    for (what, values) in [edge, row] {
        let bad = |value: &f64| value.is_nan() || *value == f64::INFINITY;
        if let Some(row) = values.iter().position(bad) {
            return Err(Error::NotFinite { what: what.to_owned(), row, value: values[row] });
        }
    }
    Ok(())
}

/// Fills the graph with weights rescaled by the duals of the heaviest joint event.
fn rescale(weights: &Weights<'_>, workspace: &mut Workspace) -> Result<()> {
    let &Weights { indptr, indices, log_weight, miss_log_weight, columns } = weights;
    let Workspace { assign: solver, cost, miss_cost, graph, .. } = workspace;
    cost.clear();
    cost.extend(log_weight.iter().map(|w| -w));
    let finite = |w: &&f64| w.is_finite();
    let never = if miss_log_weight.iter().all(|w| w.is_finite()) {
        0.0 // not used
    } else {
        let total: f64 =
            log_weight.iter().chain(miss_log_weight).filter(finite).map(|w| w.abs()).sum();
        1.0 + 2.0 * total // worse than any choice that avoids it
    };
    miss_cost.clear();
    miss_cost.extend(miss_log_weight.iter().map(|w| if w.is_finite() { -w } else { never }));
    let solution = assign(Sparse { indptr, indices, cost, miss_cost, columns }, solver)?;
    let stuck = solution.column.iter().zip(miss_log_weight);
    if let Some(row) = stuck.into_iter().position(|(&c, w)| c == MISS && !w.is_finite()) {
        return Err(Error::Setting {
            what: "the weights",
            expected: "such that some joint event is possible",
            found: format!("row {row}, which can neither be missed nor have a column of its own"),
        });
    }
    graph.fill(weights, solution.row_dual, solution.column_dual);
    Ok(())
}

/// For each value the sum of the others, directly: total minus own loses all digits once one
/// dominates.
fn sums_of_others(values: &[f64], others: &mut Vec<f64>) {
    others.clear();
    let mut before = 0.0;
    for value in values {
        others.push(before);
        before += value;
    }
    let mut after = 0.0;
    for (value, other) in values.iter().zip(others).rev() {
        *other += after;
        after += value;
    }
}
