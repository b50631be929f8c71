//! Exact sums over a cluster: a forward and a backward pass through its net.
//!
//! Joint events that have used the same of the columns still needed have the same future, so the
//! net sums them in one state. T(s) is the weight of all pasts of state s, its adjoint A(s) that
//! of all futures over the total Z; then P(choice) = Σ T(s) · weight · A(s after the choice). The
//! adjoints are ∂ log Z / ∂T, so the second pass is the first one differentiated backwards.

use super::clusters::Side;
use super::join::{Choice, Join, Table};
use super::plan::{Node, Plan};
use super::sums_of_others;

/// Memory for the two passes.
#[derive(Clone, Debug, Default)]
pub(super) struct Net {
    tables: Vec<Table>,
    past: Vec<f64>,
    future: Vec<f64>,
    join: Join,
    choices: Vec<Choice>,
    chosen: Vec<f64>,
    position: Vec<u32>,
    levels: Vec<f64>,
    adjoint: Vec<f64>,
    private: Vec<f64>,
    others: Vec<f64>,
}

impl Net {
    /// Adds the probabilities of one cluster: of its edges, and of having none on either side.
    pub fn sum(
        &mut self,
        plan: &Plan,
        (takers, taken): (&Side, &Side),
        weight: &[f64],
        edge: &mut [f64],
        missed: &mut [f64],
        free: &mut [f64],
    ) {
        self.position.resize(self.position.len().max(taken.len()), 0);
        self.tables.clear();
        self.past.clear();
        for node in &plan.nodes {
            self.choose(plan, node, takers, taken, weight);
            self.forward(plan, node, taken);
        }
        self.future.clear();
        self.future.resize(self.past.len(), 0.0);
        for (at, node) in plan.nodes.iter().enumerate().rev() {
            self.choose(plan, node, takers, taken, weight);
            self.backward(plan, at, taken, free);
            self.report(node, (takers, taken), edge, missed, free);
        }
    }

    /// Lists what the node's row may do: first the miss, then its edges in their order.
    ///
    /// Columns of this row alone are settled here: each choice is multiplied by the freedom of
    /// those that it leaves.
    fn choose(&mut self, plan: &Plan, node: &Node, takers: &Side, taken: &Side, weight: &[f64]) {
        let columns = &plan.columns[node.begin as usize..(node.begin + node.wide) as usize];
        for (at, &column) in columns.iter().enumerate() {
            self.position[column as usize] = at as u32;
        }
        let pairs = takers.pairs(node.taker);
        self.private.clear();
        let alone = pairs.iter().filter(|pair| taken.degree(pair.other) == 1);
        self.private.extend(alone.map(|pair| taken.none[pair.other as usize]));
        let all_free = products_of_others(&self.private, &mut self.others);
        let mut left = self.others.iter();
        self.choices.clear();
        let none = takers.none[node.taker as usize];
        self.choices.push(Choice { weight: none * all_free, bit: 0 });
        for pair in pairs {
            let weight = weight[pair.edge as usize];
            self.choices.push(if taken.degree(pair.other) == 1 {
                Choice { weight: weight * left.next().copied().unwrap_or(1.0), bit: 0 }
            } else {
                let bit = 1 << self.position[pair.other as usize];
                Choice { weight: weight * all_free, bit }
            });
        }
    }

    /// The node's table from those of its children.
    fn forward(&mut self, plan: &Plan, node: &Node, taken: &Side) {
        self.join.states(plan, node, &self.tables, &self.past, &self.position);
        self.take(plan, node, taken);
        let size = 1 << node.kept;
        let last = &self.levels[self.levels.len() - size..];
        let scale = last.iter().copied().fold(0.0, f64::max);
        self.tables.push(Table { begin: self.past.len(), scale });
        self.past.extend(last.iter().map(|value| value / scale));
    }

    /// Lets the row choose in each state, then sums over the columns that nobody needs any more:
    /// `levels` holds 2^wide weights, then 2^(wide − 1), down to 2^kept.
    fn take(&mut self, plan: &Plan, node: &Node, taken: &Side) {
        let Self { join, choices, levels, .. } = self;
        levels.clear();
        levels.resize(1 << node.wide, 0.0);
        let stay: f64 = choices.iter().filter(|choice| choice.bit == 0).map(|c| c.weight).sum();
        let (keys, values) = join.last();
        for (&key, &value) in keys.iter().zip(values) {
            levels[key as usize] += stay * value;
            for choice in choices.iter().filter(|choice| choice.bit & !key != 0) {
                levels[(key | choice.bit) as usize] += choice.weight * value;
            }
        }
        let mut begin = 0;
        for bit in (node.kept..node.wide).rev() {
            let column = plan.columns[(node.begin + bit) as usize];
            let (half, free) = (1 << bit, taken.none[column as usize]);
            for s in begin..begin + half {
                levels.push(free * levels[s] + levels[s + half]);
            }
            begin += 2 * half;
        }
    }

    /// Differentiates `forward`: the children's futures, and how likely each choice is.
    fn backward(&mut self, plan: &Plan, at: usize, taken: &Side, free: &mut [f64]) {
        let node = &plan.nodes[at];
        self.join.states(plan, node, &self.tables, &self.past, &self.position);
        self.take(plan, node, taken);
        let Self { tables, future, join, choices, chosen, levels, adjoint, .. } = self;
        let Table { begin, scale } = tables[at];
        adjoint.clear();
        adjoint.resize(1 << node.wide, 0.0);
        let is_root = node.kept == 0;
        for s in 0..1 << node.kept {
            adjoint[s] = if is_root { 1.0 } else { future[begin + s] } / scale;
        }
        let mut end = levels.len() - (1 << node.kept);
        for bit in node.kept..node.wide {
            let column = plan.columns[(node.begin + bit) as usize] as usize;
            let half = 1 << bit;
            let level = &levels[end - 2 * half..end];
            let mut sum = 0.0;
            for s in 0..half {
                let after = adjoint[s];
                adjoint[s + half] = after;
                adjoint[s] = taken.none[column] * after;
                sum += level[s] * adjoint[s];
            }
            free[column] = sum;
            end -= 2 * half;
        }
        chosen.clear();
        chosen.resize(choices.len(), 0.0);
        join.slopes(choices, adjoint, chosen);
        join.hand_down(plan, node, tables, future);
    }

    /// Writes down what `backward` found about the node's row and the columns of it alone.
    fn report(
        &mut self,
        node: &Node,
        (takers, taken): (&Side, &Side),
        edge: &mut [f64],
        missed: &mut [f64],
        free: &mut [f64],
    ) {
        for (probability, choice) in self.chosen.iter_mut().zip(&self.choices) {
            *probability *= choice.weight;
        }
        sums_of_others(&self.chosen, &mut self.others);
        missed[node.taker as usize] = self.chosen[0];
        let pairs = takers.pairs(node.taker).iter();
        for (pair, (chosen, other)) in pairs.zip(self.chosen.iter().zip(&self.others).skip(1)) {
            edge[pair.edge as usize] = *chosen;
            if taken.degree(pair.other) == 1 {
                free[pair.other as usize] = *other;
            }
        }
    }
}

/// For each value the product of the others; gives the product of all.
fn products_of_others(values: &[f64], others: &mut Vec<f64>) -> f64 {
    others.clear();
    let mut before = 1.0;
    for value in values {
        others.push(before);
        before *= value;
    }
    let mut after = 1.0;
    for (value, other) in values.iter().zip(others).rev() {
        *other *= after;
        after *= value;
    }
    before
}
