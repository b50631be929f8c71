//! Assignment: against enumeration, by its own certificate, and its laws.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::Error;
use detente_core::assoc::assign::{MISS, Sparse, Workspace, assign};
use proptest::prelude::*;

/// A problem that owns its arrays.
#[derive(Clone, Debug)]
struct Owned {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    cost: Vec<f64>,
    miss_cost: Vec<f64>,
    columns: usize,
}

impl Owned {
    fn from_rows(rows: &[Vec<(u32, f64)>], miss_cost: Vec<f64>, columns: usize) -> Self {
        let mut indptr = vec![0];
        indptr.extend(rows.iter().scan(0, |sum, row| {
            *sum += row.len();
            Some(*sum)
        }));
        let (indices, cost) = rows.iter().flatten().copied().unzip();
        Self { indptr, indices, cost, miss_cost, columns }
    }

    fn view(&self) -> Sparse<'_> {
        Sparse {
            indptr: &self.indptr,
            indices: &self.indices,
            cost: &self.cost,
            miss_cost: &self.miss_cost,
            columns: self.columns,
        }
    }

    /// The columns and the total cost.
    fn solve(&self) -> (Vec<u32>, f64) {
        let mut workspace = Workspace::default();
        let solution = assign(self.view(), &mut workspace).unwrap();
        (solution.column.to_vec(), solution.total_cost)
    }

    /// The least total cost over all choices from row `row` on.
    fn least(&self, row: usize, used: &mut Vec<u32>) -> f64 {
        if row == self.miss_cost.len() {
            return 0.0;
        }
        let mut best = self.miss_cost[row] + self.least(row + 1, used);
        for edge in self.indptr[row]..self.indptr[row + 1] {
            let column = self.indices[edge];
            if !used.contains(&column) {
                used.push(column);
                best = best.min(self.cost[edge] + self.least(row + 1, used));
                used.pop();
            }
        }
        best
    }
}

/// Problems with costs from a few whole numbers (many ties) or from the reals.
fn problems(most_rows: usize, most_columns: usize) -> impl Strategy<Value = Owned> {
    (0..=most_rows, 1..=most_columns, any::<bool>()).prop_flat_map(|(rows, columns, whole)| {
        let cost = (-9.0..9.0).prop_map(move |x: f64| if whole { x.round() } else { x });
        let cost = prop_oneof![9 => cost.clone(), 1 => Just(f64::INFINITY)];
        let edge = (0..columns as u32, cost);
        let row = prop::collection::vec(edge, 0..=7);
        let miss = (-3.0..9.0).prop_map(move |x: f64| if whole { x.round() } else { x });
        (prop::collection::vec(row, rows), prop::collection::vec(miss, rows))
            .prop_map(move |(rows, miss)| Owned::from_rows(&rows, miss, columns))
    })
}

proptest! {
    #[test]
    fn no_choice_is_cheaper(problem in problems(7, 7)) {
        let (_, total) = problem.solve();
        prop_assert!((total - problem.least(0, &mut Vec::new())).abs() < 1e-9);
    }

    /// Feasible duals whose sum is the cost prove optimality at any size.
    #[test]
    fn the_duals_certify_the_solution(problem in problems(60, 40)) {
        let mut workspace = Workspace::default();
        let solution = assign(problem.view(), &mut workspace).unwrap();
        let (u, v) = (solution.row_dual, solution.column_dual);
        for row in 0..u.len() {
            prop_assert!(u[row] <= problem.miss_cost[row] + 1e-9);
            for edge in problem.indptr[row]..problem.indptr[row + 1] {
                let column = problem.indices[edge] as usize;
                prop_assert!(u[row] + v[column] <= problem.cost[edge] + 1e-9);
            }
        }
        prop_assert!(v.iter().all(|&v| v <= 1e-9));
        let bound = u.iter().sum::<f64>() + v.iter().sum::<f64>();
        prop_assert!((bound - solution.total_cost).abs() < 1e-8);
    }

    #[test]
    fn edges_and_columns_agree_and_no_column_is_taken_twice(problem in problems(40, 20)) {
        let mut workspace = Workspace::default();
        let solution = assign(problem.view(), &mut workspace).unwrap();
        let mut total = 0.0;
        let mut taken = Vec::new();
        for (row, (&column, &edge)) in solution.column.iter().zip(solution.edge).enumerate() {
            prop_assert_eq!(column == MISS, edge == MISS);
            if column == MISS {
                total += problem.miss_cost[row];
            } else {
                let edge = edge as usize;
                prop_assert!((problem.indptr[row]..problem.indptr[row + 1]).contains(&edge));
                prop_assert_eq!(problem.indices[edge], column);
                prop_assert!(problem.cost[edge] < problem.miss_cost[row]);
                total += problem.cost[edge];
                taken.push(column);
            }
        }
        prop_assert_eq!(total, solution.total_cost);
        let count = taken.len();
        taken.sort_unstable();
        taken.dedup();
        prop_assert_eq!(taken.len(), count);
    }

    /// A workspace that has seen another problem solves this one as a new one does.
    #[test]
    fn a_used_workspace_changes_nothing(first in problems(30, 30), then in problems(30, 30)) {
        let mut workspace = Workspace::default();
        assign(first.view(), &mut workspace).unwrap();
        let mut fresh = Workspace::default();
        let again = assign(then.view(), &mut workspace).unwrap();
        prop_assert_eq!(again, assign(then.view(), &mut fresh).unwrap());
    }

    /// Whole numbers, so that nothing rounds.
    #[test]
    fn a_constant_added_to_a_row_and_its_miss_moves_only_the_total(
        mut problem in problems(20, 15), row in 0..20usize, constant in -50i32..50,
    ) {
        for cost in problem.cost.iter_mut().chain(&mut problem.miss_cost) {
            *cost = cost.round();
        }
        prop_assume!(row < problem.miss_cost.len());
        let (column, total) = problem.solve();
        problem.miss_cost[row] += f64::from(constant);
        for edge in problem.indptr[row]..problem.indptr[row + 1] {
            problem.cost[edge] += f64::from(constant);
        }
        prop_assert_eq!(problem.solve(), (column, total + f64::from(constant)));
    }

    /// Without ties the solution is unique, so an edge that it does not use may go.
    #[test]
    fn an_unused_edge_may_go(problem in problems(20, 15), which in any::<prop::sample::Index>()) {
        let mut workspace = Workspace::default();
        let solution = assign(problem.view(), &mut workspace).unwrap();
        let (column, total) = (solution.column.to_vec(), solution.total_cost);
        let unused: Vec<usize> = (0..problem.cost.len())
            .filter(|&edge| !solution.edge.contains(&(edge as u32)))
            .collect();
        prop_assume!(!unused.is_empty());
        let mut less = problem.clone();
        less.cost[unused[which.index(unused.len())]] = f64::INFINITY;
        let (column_then, total_then) = less.solve();
        prop_assert!((total_then - total).abs() < 1e-9);
        if problem.cost.iter().any(|cost| cost.is_finite() && cost.fract() != 0.0) {
            prop_assert_eq!(column_then, column); // reals: ties have probability zero
        }
    }

    /// Rows in another order, columns by other names: the same cost.
    #[test]
    fn order_and_names_do_not_matter(problem in problems(20, 15), shift in 0..15u32) {
        let n = problem.miss_cost.len();
        let columns = problem.columns as u32;
        let rows: Vec<Vec<(u32, f64)>> = (0..n)
            .rev()
            .map(|row| {
                let edges = problem.indptr[row]..problem.indptr[row + 1];
                edges.rev().map(|e| ((problem.indices[e] + shift) % columns, problem.cost[e])).collect()
            })
            .collect();
        let miss_cost = problem.miss_cost.iter().rev().copied().collect();
        let turned = Owned::from_rows(&rows, miss_cost, problem.columns);
        prop_assert!((turned.solve().1 - problem.solve().1).abs() < 1e-9);
    }
}

/// Costs twenty-one orders of magnitude below the miss cost still decide.
#[test]
fn a_large_miss_cost_does_not_blur_small_differences() {
    let rows = [vec![(0, 1e-9), (1, 2e-9)], vec![(0, 2e-9), (1, 4e-9)]];
    let problem = Owned::from_rows(&rows, vec![1e12; 2], 2);
    assert_eq!(problem.solve(), (vec![1, 0], 4e-9));
}

#[test]
fn a_tie_with_the_miss_is_a_miss() {
    let problem = Owned::from_rows(&[vec![(0, 2.0)]], vec![2.0], 1);
    assert_eq!(problem.solve(), (vec![MISS], 2.0));
}

#[test]
fn bad_problems_are_refused() {
    let good = Owned::from_rows(&[vec![(0, 1.0)], vec![(1, 1.0)]], vec![5.0; 2], 2);
    let refused = |change: &dyn Fn(&mut Owned)| -> Error {
        let mut bad = good.clone();
        change(&mut bad);
        let mut workspace = Workspace::default();
        assign(bad.view(), &mut workspace).unwrap_err()
    };
    let message = |change: &dyn Fn(&mut Owned)| refused(change).to_string();
    assert!(matches!(refused(&|p| p.cost[1] = f64::NAN), Error::NotFinite { row: 1, .. }));
    assert!(matches!(refused(&|p| p.cost[0] = f64::NEG_INFINITY), Error::NotFinite { row: 0, .. }));
    assert!(matches!(
        refused(&|p| p.miss_cost[1] = f64::INFINITY),
        Error::NotFinite { row: 1, .. }
    ));
    assert!(matches!(refused(&|p| p.miss_cost.push(1.0)), Error::Shape { .. }));
    assert!(matches!(refused(&|p| p.cost.push(1.0)), Error::Shape { .. }));
    assert!(message(&|p| p.indptr = vec![0, 2, 1]).contains("found 1 after 2 at row 1"));
    assert!(message(&|p| p.indptr[0] = 1).contains("found 1 at its start"));
    assert!(message(&|p| p.indptr[2] = 1).contains("found 1 at its end with 2 edges"));
    assert!(message(&|p| p.indices[1] = 2).contains("found 2 of 2 columns"));
    assert!(message(&|p| (p.indptr, p.miss_cost) = (vec![], vec![])).contains("no entries"));
}
