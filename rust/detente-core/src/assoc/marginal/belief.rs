//! Loopy belief propagation on one cluster.

use super::clusters::{Graph, Side};
use super::{Marginals, sums_of_others};

/// How far, relatively, a probability may be from what propagation would converge to.
const TOLERANCE: f64 = 1e-6;
/// How many rounds are made between two looks at the convergence.
const ROUNDS: usize = 5;
/// Contraction guarantees convergence, but slowly where misses are nearly impossible: it ends here
/// at the latest.
const MOST_ROUNDS: usize = 2000;
/// A relative change that is rounding.
const STANDSTILL: f64 = 1e-13;
/// What a miss and a free column weigh at least, so that no message is infinite.
const LEAST: f64 = 1e-280;

/// The messages, by the place of their edge in the caller's arrays, and memory for sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Belief {
    to_column: Vec<f64>,
    to_row: Vec<f64>,
    terms: Vec<f64>,
    others: Vec<f64>,
}

impl Belief {
    /// Writes the probabilities of one cluster.
    ///
    /// From row i to column j goes μ = w / (m_i + Σ_{k ≠ j} w_ik ν_ki), back comes
    /// ν = 1 / (φ_j + Σ_{l ≠ i} μ_lj), where m is the miss and φ the free column. In the metric
    /// max |log ν − log ν'| one round contracts by α = log((1 + d w*) / (1 + w*)) / log d, where
    /// log d is how far it moved and w* = max_i Σ_j w_ij / (m_i φ_j); so the fixed point is within
    /// log d · α / (1 − α), and a probability within twice that, on a logarithmic scale.
    ///
    /// Williams and Lau, IEEE TAES 50 (2014) 2942–2959.
    pub fn propagate(&mut self, graph: &Graph, rows: &[u32], columns: &[u32], out: &mut Marginals) {
        self.to_column.resize(self.to_column.len().max(graph.weight.len()), 0.0);
        self.to_row.resize(self.to_row.len().max(graph.weight.len()), 0.0);
        let mut heaviest: f64 = 0.0;
        for &row in rows {
            let mut sum = 0.0;
            for pair in graph.rows.pairs(row) {
                self.to_row[pair.edge as usize] = 1.0;
                sum += graph.weight[pair.edge as usize] / none(&graph.columns, pair.other);
            }
            heaviest = heaviest.max(sum / none(&graph.rows, row));
        }
        for round in 1..=MOST_ROUNDS {
            self.rows_speak(graph, rows);
            let moved = self.columns_speak(graph, columns);
            if round % ROUNDS == 0 && converged(moved, heaviest) {
                break;
            }
        }
        self.report(graph, rows, columns, out);
    }

    fn rows_speak(&mut self, graph: &Graph, rows: &[u32]) {
        for &row in rows {
            let pairs = graph.rows.pairs(row);
            let term = |edge: u32| graph.weight[edge as usize] * self.to_row[edge as usize];
            self.terms.clear();
            self.terms.extend(pairs.iter().map(|pair| term(pair.edge)));
            sums_of_others(&self.terms, &mut self.others);
            let miss = none(&graph.rows, row);
            for (pair, others) in pairs.iter().zip(&self.others) {
                let edge = pair.edge as usize;
                self.to_column[edge] = graph.weight[edge] / (miss + others);
            }
        }
    }

    /// Gives the greatest relative change d − 1 of a message.
    fn columns_speak(&mut self, graph: &Graph, columns: &[u32]) -> f64 {
        let mut moved: f64 = 0.0;
        for &column in columns {
            let pairs = graph.columns.pairs(column);
            self.terms.clear();
            self.terms.extend(pairs.iter().map(|pair| self.to_column[pair.edge as usize]));
            sums_of_others(&self.terms, &mut self.others);
            let free = none(&graph.columns, column);
            for (pair, others) in pairs.iter().zip(&self.others) {
                let message = &mut self.to_row[pair.edge as usize];
                let inverse = free + others;
                let ratio = *message * inverse; // old over new
                moved = moved.max(ratio - 1.0).max(1.0 / ratio - 1.0);
                *message = 1.0 / inverse;
            }
        }
        moved
    }

    fn report(&mut self, graph: &Graph, rows: &[u32], columns: &[u32], out: &mut Marginals) {
        for &row in rows {
            let pairs = graph.rows.pairs(row);
            let miss = none(&graph.rows, row);
            let mut sum = miss;
            for pair in pairs {
                let edge = pair.edge as usize;
                out.edge[edge] = graph.weight[edge] * self.to_row[edge];
                sum += out.edge[edge];
            }
            for pair in pairs {
                out.edge[pair.edge as usize] /= sum;
            }
            out.miss[row as usize] = miss / sum;
        }
        for &column in columns {
            let free = none(&graph.columns, column);
            let pairs = graph.columns.pairs(column).iter();
            let taken: f64 = pairs.map(|pair| self.to_column[pair.edge as usize]).sum();
            out.free[column as usize] = free / (free + taken);
        }
    }
}

/// The weight of having no edge, as far as messages can bear.
fn none(side: &Side, of: u32) -> f64 {
    side.none[of as usize].max(LEAST)
}

/// Whether log d · α / (1 − α) ≤ ½ log(1 + tolerance), for a last move of d = 1 + `moved`; or
/// nothing moves any more.
fn converged(moved: f64, heaviest: f64) -> bool {
    if moved <= STANDSTILL {
        return true;
    }
    let keep = 1.0 / (1.0 + heaviest); // 1 − w* / (1 + w*)
    let distance = libm::log1p(moved);
    let contracted = libm::log1p(moved * (1.0 - keep)); // α log d
    let gap = libm::log1p(moved * keep / (1.0 + moved * (1.0 - keep))); // (1 − α) log d
    contracted * distance <= 0.5 * libm::log1p(TOLERANCE) * gap
}
