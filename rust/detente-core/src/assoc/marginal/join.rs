//! The states that parts of a net are in together, when a row joins them.

use super::plan::{Node, Plan};

/// What a row may do: take the column whose bit this is, or leave the state as it is (bit 0).
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub weight: f64,
    pub bit: u32,
}

/// Where a node's table begins, and the scale that was divided out of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    pub begin: usize,
    pub scale: f64,
}

/// One stage a part, each the product of the stage before and the part's own states, beginning
/// with a single empty one. States that cannot be are left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Join {
    keys: Vec<u32>,
    values: Vec<f64>,
    slopes: Vec<f64>,
    stages: Vec<usize>,
    part: Vec<(u32, f64)>,
    parts: Vec<usize>,
    moved: Vec<u32>,
}

impl Join {
    /// Lists the states; bits as the node numbers its columns.
    pub fn states(
        &mut self,
        plan: &Plan,
        node: &Node,
        tables: &[Table],
        past: &[f64],
        position: &[u32],
    ) {
        let Self { keys, values, stages, part, parts, moved, .. } = self;
        keys.clear();
        values.clear();
        part.clear();
        parts.clear();
        stages.clear();
        keys.push(0);
        values.push(1.0);
        stages.push(0);
        for &child in &plan.children[node.children.0 as usize..node.children.1 as usize] {
            let Node { begin, kept, .. } = plan.nodes[child as usize];
            let columns = &plan.columns[begin as usize..(begin + kept) as usize];
            moved.clear();
            moved.push(0);
            for &column in columns {
                let bit = 1 << position[column as usize];
                moved.extend_from_within(..);
                let half = moved.len() / 2;
                moved[half..].iter_mut().for_each(|key| *key |= bit);
            }
            let table = &past[tables[child as usize].begin..][..1 << kept];
            let stage = stages[stages.len() - 1]..keys.len();
            stages.push(keys.len());
            parts.push(part.len());
            for (s, &weight) in table.iter().enumerate() {
                if weight > 0.0 {
                    part.push((s as u32, weight));
                    for before in stage.clone() {
                        keys.push(keys[before] | moved[s]);
                        values.push(values[before] * weight);
                    }
                }
            }
        }
    }

    /// The states of all parts together, and their weights.
    pub fn last(&self) -> (&[u32], &[f64]) {
        let begin = self.stages[self.stages.len() - 1];
        (&self.keys[begin..], &self.values[begin..])
    }

    /// Adds to `chosen` what each choice weighs per unit of its own weight, and finds the slope
    /// of log Z in the weight of each state.
    pub fn slopes(&mut self, choices: &[Choice], adjoint: &[f64], chosen: &mut [f64]) {
        let begin = self.stages[self.stages.len() - 1];
        self.slopes.clear();
        self.slopes.resize(self.keys.len(), 0.0);
        for at in begin..self.keys.len() {
            let (key, value) = (self.keys[at], self.values[at]);
            let mut slope = 0.0;
            for (choice, chosen) in choices.iter().zip(chosen.iter_mut()) {
                if choice.bit & key == 0 {
                    let after = adjoint[(key | choice.bit) as usize];
                    *chosen += value * after;
                    slope += choice.weight * after;
                }
            }
            self.slopes[at] = slope;
        }
    }

    /// Hands the slopes down, stage by stage, to the futures of the parts.
    pub fn hand_down(&mut self, plan: &Plan, node: &Node, tables: &[Table], future: &mut [f64]) {
        let Self { values, slopes, stages, part, parts, .. } = self;
        let children = &plan.children[node.children.0 as usize..node.children.1 as usize];
        let mut part_end = part.len();
        for (at, &child) in children.iter().enumerate().rev() {
            let (before, begin) = (stages[at], stages[at + 1]);
            let table = tables[child as usize].begin;
            let mut product = begin;
            for &(s, weight) in &part[parts[at]..part_end] {
                let mut sum = 0.0;
                for one in before..begin {
                    sum += slopes[product] * values[one];
                    slopes[one] += slopes[product] * weight;
                    product += 1;
                }
                future[table + s as usize] = sum;
            }
            part_end = parts[at];
        }
    }
}
