//! Which track an object has from frame to frame when a change costs something.

use std::ops::Range;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use crate::{Error, Result};

/// Some objects and the tracks that they meet: the pairs, the frames in which any of them is near, and what pairing gains there.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// Object and track of each pair.
    pub pairs: Vec<(u32, u32)>,
    /// The frames in which a pair is near, rising; elsewhere nothing is to be gained by a change.
    pub frames: Vec<usize>,
    /// d^p for each frame and pair, c^p where the pair is not near.
    pub power: Vec<f64>,
    /// (d^p − c^p) / c^p for each frame and pair.
    pub cost: Vec<f64>,
}

impl Group {
    /// The share of each pair in each frame, from 0 to 1, at the least
    /// Σ cost·w + `half_switch` Σ |change of w|, where no object and no track has more than 1.
    pub fn solve(&self, half_switch: f64) -> Result<Vec<f64>> {
        let (object, track) = self.pairs.first().copied().unwrap_or_default();
        let one_object = self.pairs.iter().all(|pair| pair.0 == object);
        let one_track = self.pairs.iter().all(|pair| pair.1 == track);
        if one_object || one_track {
            return Ok(self.solve_chain(half_switch));
        }
        self.solve_programme(half_switch)
    }

    /// With a single object, or a single track, the programme is a chain over a tree metric, whose
    /// optimum is integral: Viterbi's recursion over "nothing" and each pair.
    fn solve_chain(&self, half_switch: f64) -> Vec<f64> {
        let states = self.pairs.len() + 1; // state 0 is nothing
        let mut best = vec![0.0; states];
        let mut came_from = vec![0; states * self.frames.len()];
        for (t, from) in came_from.chunks_exact_mut(states).enumerate() {
            let cheapest = (1..states).fold(1, |a, b| if best[b] < best[a] { b } else { a });
            let nothing = best[0];
            let switched = best[cheapest] + 2.0 * half_switch;
            let released = best[cheapest] + half_switch;
            for state in 0..states {
                let (mut least, mut source) = (best[state], state);
                let others = if state == 0 {
                    [(released, cheapest), (released, cheapest)]
                } else {
                    [(nothing + half_switch, 0), (switched, cheapest)]
                };
                for (value, other) in others {
                    if t > 0 && value < least {
                        (least, source) = (value, other);
                    }
                }
                from[state] = source;
                let gain = if state == 0 { 0.0 } else { self.cost[self.at(t, state - 1)] };
                best[state] = least + gain;
            }
        }
        let mut state = (0..states).fold(0, |a, b| if best[b] < best[a] { b } else { a });
        let mut share = vec![0.0; self.cost.len()];
        for t in (0..self.frames.len()).rev() {
            if state > 0 {
                share[self.at(t, state - 1)] = 1.0;
            }
            state = came_from[t * states + state];
        }
        share
    }

    /// The linear programme, by the simplex method.
    fn solve_programme(&self, half_switch: f64) -> Result<Vec<f64>> {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let share: Vec<_> = self.cost.iter().map(|&c| problem.add_var(c, (0.0, 1.0))).collect();
        for t in 0..self.frames.len() {
            let here = &share[self.of_frame(t)];
            at_most_one(&mut problem, here, self.pairs.iter().map(|pair| pair.0));
            at_most_one(&mut problem, here, self.pairs.iter().map(|pair| pair.1));
        }
        if half_switch > 0.0 {
            for at in self.pairs.len()..share.len() {
                let up = problem.add_var(half_switch, (0.0, 1.0));
                let down = problem.add_var(half_switch, (0.0, 1.0));
                let before = share[at - self.pairs.len()];
                let change = [(share[at], 1.0), (before, -1.0), (up, -1.0), (down, 1.0)];
                problem.add_constraint(change, ComparisonOp::Eq, 0.0);
            }
        }
        let unsolved = |reason: String| Error::Unsolved { what: "the switches", reason };
        let outcome = problem.solve().map_err(|error| unsolved(error.to_string()))?;
        let solution = outcome.into_solution().map_err(|_| unsolved("interrupted".to_owned()))?;
        Ok(share.iter().map(|&variable| clean(solution.var_value(variable))).collect())
    }

    /// Where the pairs of the t-th frame stand in `cost`.
    pub fn of_frame(&self, t: usize) -> Range<usize> {
        t * self.pairs.len()..(t + 1) * self.pairs.len()
    }

    fn at(&self, t: usize, pair: usize) -> usize {
        t * self.pairs.len() + pair
    }
}

/// Adds Σ ≤ 1 for the pairs that have the same end.
fn at_most_one(problem: &mut Problem, share: &[Variable], end: impl Iterator<Item = u32>) {
    let mut by_end: Vec<_> = end.zip(share).collect();
    by_end.sort_by_key(|&(end, _)| end);
    for same in by_end.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let terms: Vec<_> = same.iter().map(|&(_, &variable)| (variable, 1.0)).collect();
        problem.add_constraint(terms, ComparisonOp::Le, 1.0);
    }
}

/// Rounds what the solver leaves next to 0 and 1.
fn clean(share: f64) -> f64 {
    const ROUNDING: f64 = 1e-9;
    if share < ROUNDING {
        0.0
    } else if share > 1.0 - ROUNDING {
        1.0
    } else {
        share
    }
}
