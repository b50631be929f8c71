//! The graph of rows and columns seen from both sides, and its connected clusters.

use super::Weights;

/// One edge as one of its ends sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Its place in the caller's arrays.
    pub edge: u32,
    /// The row or column at the other end.
    pub other: u32,
}

/// The rows, or the columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    begin: Vec<u32>,
    pairs: Vec<Pair>,
    /// The weight of having no edge.
    pub none: Vec<f64>,
}

impl Side {
    /// The possible edges of one row or column.
    pub fn pairs(&self, of: u32) -> &[Pair] {
        &self.pairs[self.begin[of as usize] as usize..self.begin[of as usize + 1] as usize]
    }

    /// How many possible edges it has.
    pub fn degree(&self, of: u32) -> u32 {
        self.begin[of as usize + 1] - self.begin[of as usize]
    }

    /// The number of rows or columns.
    pub fn len(&self) -> usize {
        self.none.len()
    }
}

/// The rescaled problem without its impossible edges.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    /// By the place in the caller's arrays.
    pub weight: Vec<f64>,
    pub rows: Side,
    pub columns: Side,
}

impl Graph {
    /// Takes the possible edges, rescaled by the duals u of the rows and v of the columns.
    pub fn fill(&mut self, weights: &Weights<'_>, u: &[f64], v: &[f64]) {
        let Self { weight, rows, columns } = self;
        weight.clear();
        weight.resize(weights.indices.len(), 0.0);
        rows.begin.clear();
        rows.begin.push(0);
        rows.pairs.clear();
        columns.begin.clear();
        columns.begin.resize(v.len() + 1, 0);
        for (row, bounds) in weights.indptr.windows(2).enumerate() {
            for edge in bounds[0]..bounds[1] {
                let (log_weight, column) = (weights.log_weight[edge], weights.indices[edge]);
                if log_weight > f64::NEG_INFINITY {
                    weight[edge] = libm::exp(log_weight + u[row] + v[column as usize]);
                    rows.pairs.push(Pair { edge: edge as u32, other: column });
                    columns.begin[column as usize] += 1;
                }
            }
            rows.begin.push(rows.pairs.len() as u32);
        }
        rows.none.clear();
        rows.none.extend(weights.miss_log_weight.iter().zip(u).map(|(w, u)| libm::exp(w + u)));
        columns.none.clear();
        columns.none.extend(v.iter().map(|&v| if v == 0.0 { 1.0 } else { libm::exp(v) }));
        transpose(rows, columns);
    }
}

/// Fills the columns' pairs, rows rising; `begin` holds their numbers and leaves as a running sum.
fn transpose(rows: &Side, columns: &mut Side) {
    let mut sum = 0;
    for begin in &mut columns.begin {
        sum += *begin;
        *begin = sum; // the end, from which the pairs are filled backwards
    }
    columns.pairs.clear();
    columns.pairs.resize(rows.pairs.len(), Pair { edge: 0, other: 0 });
    for row in (0..rows.len() as u32).rev() {
        for pair in rows.pairs(row).iter().rev() {
            let at = &mut columns.begin[pair.other as usize];
            *at -= 1;
            columns.pairs[*at as usize] = Pair { edge: pair.edge, other: row };
        }
    }
}

/// The connected parts of the graph that have an edge.
#[derive(Clone, Debug, Default)]
pub(super) struct Clusters {
    rows: Vec<u32>,
    columns: Vec<u32>,
    ends: Vec<(usize, usize)>,
    row_seen: Vec<bool>,
    column_seen: Vec<bool>,
}

impl Clusters {
    /// Finds the clusters, in the order of their first rows.
    pub fn find(&mut self, graph: &Graph) {
        let Self { rows, columns, ends, row_seen, column_seen } = self;
        rows.clear();
        columns.clear();
        ends.clear();
        row_seen.clear();
        row_seen.resize(graph.rows.len(), false);
        column_seen.clear();
        column_seen.resize(graph.columns.len(), false);
        for first in 0..graph.rows.len() as u32 {
            if row_seen[first as usize] || graph.rows.degree(first) == 0 {
                continue;
            }
            row_seen[first as usize] = true;
            let mut next = rows.len();
            rows.push(first);
            while next < rows.len() {
                for column in graph.rows.pairs(rows[next]).iter().map(|pair| pair.other) {
                    if std::mem::replace(&mut column_seen[column as usize], true) {
                        continue;
                    }
                    columns.push(column);
                    for row in graph.columns.pairs(column).iter().map(|pair| pair.other) {
                        if !std::mem::replace(&mut row_seen[row as usize], true) {
                            rows.push(row);
                        }
                    }
                }
                next += 1;
            }
            ends.push((rows.len(), columns.len()));
        }
    }

    /// The rows and columns of each cluster.
    pub fn iter(&self) -> impl Iterator<Item = (&[u32], &[u32])> {
        let mut begin = (0, 0);
        self.ends.iter().map(move |&end| {
            let part = (&self.rows[begin.0..end.0], &self.columns[begin.1..end.1]);
            begin = end;
            part
        })
    }
}
