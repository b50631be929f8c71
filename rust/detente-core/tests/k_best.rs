//! The k best assignments: against enumeration, and their laws.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::Error;
use detente_core::assoc::assign::{MISS, Sparse, Workspace, assign};
use detente_core::assoc::k_best::{KBest, KBestWorkspace, k_best, k_best_with};
use proptest::prelude::*;

/// A problem that owns its arrays.
#[derive(Clone, Debug)]
struct Owned {
    rows: Vec<Vec<(u32, f64)>>,
    miss: Vec<f64>,
    columns: usize,
}

impl Owned {
    fn with<T>(&self, use_it: impl FnOnce(Sparse<'_>) -> T) -> T {
        let mut indptr = vec![0];
        for row in &self.rows {
            indptr.push(indptr[indptr.len() - 1] + row.len());
        }
        let (indices, cost): (Vec<u32>, Vec<f64>) = self.rows.iter().flatten().copied().unzip();
        use_it(Sparse {
            indptr: &indptr,
            indices: &indices,
            cost: &cost,
            miss_cost: &self.miss,
            columns: self.columns,
        })
    }

    fn best(&self, k: usize) -> KBest {
        self.with(|problem| k_best(problem, k)).unwrap()
    }

    /// What a row pays for a column, of parallel edges the least; for a column it cannot have, ∞.
    fn pays(&self, row: usize, column: u32) -> f64 {
        if column == MISS {
            return self.miss[row];
        }
        let fits = self.rows[row].iter().filter(|edge| edge.0 == column);
        fits.map(|edge| edge.1).fold(f64::INFINITY, f64::min)
    }

    fn cost(&self, columns: &[u32]) -> f64 {
        columns.iter().enumerate().map(|(row, &column)| self.pays(row, column)).sum()
    }

    /// The costs of all assignments, sorted.
    fn enumerate(&self) -> Vec<f64> {
        let mut all: Vec<(Vec<u32>, f64)> = vec![(Vec::new(), 0.0)];
        for row in 0..self.miss.len() {
            let mut longer = Vec::new();
            for (taken, cost) in &all {
                for column in (0..self.columns as u32).chain([MISS]) {
                    let pays = self.pays(row, column);
                    if pays < f64::INFINITY && (column == MISS || !taken.contains(&column)) {
                        longer.push(([taken.as_slice(), &[column]].concat(), cost + pays));
                    }
                }
            }
            all = longer;
        }
        let mut costs: Vec<f64> = all.into_iter().map(|one| one.1).collect();
        costs.sort_by(f64::total_cmp);
        costs
    }
}

/// Problems with costs from a few whole numbers (many ties) or from the reals.
fn problems(rows: usize, columns: usize, edges: usize) -> impl Strategy<Value = Owned> {
    (0..=rows, 1..=columns, any::<bool>()).prop_flat_map(move |(rows, columns, whole)| {
        let round = move |x: f64| if whole { x.round() } else { x };
        let cost = (-9.0..9.0).prop_map(round);
        let cost = prop_oneof![9 => cost, 1 => Just(f64::INFINITY)];
        let row = prop::collection::vec((0..columns as u32, cost), 0..=edges);
        let miss = (-6.0..9.0).prop_map(round);
        (prop::collection::vec(row, rows), prop::collection::vec(miss, rows))
            .prop_map(move |(rows, miss)| Owned { rows, miss, columns })
    })
}

proptest! {
    #[test]
    fn the_costs_are_those_of_enumeration(problem in problems(5, 5, 5), k in 0..60usize) {
        let all = problem.enumerate();
        for k in [k, all.len(), all.len() + 1] {
            let found = problem.best(k).total_cost;
            prop_assert_eq!(found.len(), k.min(all.len()));
            for (found, least) in found.iter().zip(&all) {
                prop_assert!((found - least).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_costs_are_those_of_enumeration_with_few_columns(problem in problems(7, 2, 3)) {
        let all = problem.enumerate();
        let found = problem.best(usize::MAX).total_cost;
        prop_assert_eq!(found.len(), all.len());
        prop_assert!(found.iter().zip(&all).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    /// Each is possible, costs what it says, comes once and costs no less than the one before.
    #[test]
    fn costs_never_fall_and_nothing_comes_twice(problem in problems(30, 20, 6)) {
        let rows = problem.miss.len();
        let found = problem.best(40);
        prop_assert!(found.total_cost.is_sorted());
        let mut seen = Vec::new();
        for (at, total) in found.total_cost.iter().enumerate() {
            let columns = &found.column[at * rows..(at + 1) * rows];
            prop_assert!((problem.cost(columns) - total).abs() < 1e-9);
            let mut taken: Vec<_> = columns.iter().filter(|&&column| column != MISS).collect();
            let count = taken.len();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), count);
            prop_assert!(!seen.contains(&columns));
            seen.push(columns);
        }
    }

    #[test]
    fn the_first_is_the_assignment(problem in problems(30, 20, 6)) {
        let mut workspace = Workspace::default();
        let least = problem.with(|problem| assign(problem, &mut workspace).unwrap().total_cost);
        prop_assert!((problem.best(1).total_cost[0] - least).abs() < 1e-9);
    }

    /// More of them begin with the same.
    #[test]
    fn k_is_where_the_list_ends(problem in problems(12, 10, 5), k in 0..20usize) {
        let (few, many) = (problem.best(k), problem.best(20));
        let rows = problem.miss.len();
        for (at, total) in few.total_cost.iter().enumerate() {
            prop_assert!((total - many.total_cost[at]).abs() < 1e-9);
        }
        prop_assert_eq!(few.column.len(), few.total_cost.len() * rows);
    }

    #[test]
    fn order_and_names_do_not_matter(problem in problems(12, 10, 4), shift in 0..10u32) {
        let name = |column: u32| (column + shift) % problem.columns as u32;
        let turn = |row: &Vec<(u32, f64)>| row.iter().rev().map(|&(j, c)| (name(j), c)).collect();
        let turned = Owned {
            rows: problem.rows.iter().rev().map(turn).collect(),
            miss: problem.miss.iter().rev().copied().collect(),
            columns: problem.columns,
        };
        let (a, b) = (problem.best(30).total_cost, turned.best(30).total_cost);
        prop_assert_eq!(a.len(), b.len());
        prop_assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    /// A workspace that has seen another problem gives the same bits as a new one.
    #[test]
    fn a_used_workspace_changes_nothing(
        first in problems(20, 20, 5), then in problems(20, 20, 5),
    ) {
        let mut workspace = KBestWorkspace::default();
        first.with(|problem| k_best_with(problem, 20, &mut workspace)).unwrap();
        let again = then.with(|problem| k_best_with(problem, 20, &mut workspace));
        prop_assert_eq!(again.unwrap(), then.best(20));
    }
}

/// Three rows, three columns, all alike: 34 ways, all of the rows' cost.
#[test]
fn ties_are_all_found() {
    let row = (0..3).map(|j| (j, 1.0)).collect::<Vec<_>>();
    let problem = Owned { rows: vec![row; 3], miss: vec![1.0; 3], columns: 3 };
    let found = problem.best(100);
    assert_eq!(found.total_cost, [3.0; 34]);
    let mut all: Vec<_> = found.column.chunks_exact(3).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 34);
}

#[test]
fn no_rows_have_one_assignment() {
    let nothing = Owned { rows: vec![], miss: vec![], columns: 0 };
    assert_eq!(nothing.best(5), KBest { column: vec![], total_cost: vec![0.0] });
    assert_eq!(nothing.best(0), KBest::default());
}

#[test]
fn bad_problems_are_refused() {
    let refused = |cost: f64, miss: f64, columns: usize| {
        let problem = Owned { rows: vec![vec![(1, cost)]], miss: vec![miss], columns };
        problem.with(|problem| k_best(problem, 3)).unwrap_err()
    };
    assert!(matches!(refused(f64::NAN, 0.0, 2), Error::NotFinite { row: 0, .. }));
    assert!(matches!(refused(0.0, f64::INFINITY, 2), Error::NotFinite { row: 0, .. }));
    assert!(refused(0.0, 0.0, 1).to_string().contains("found 1 of 1 columns"));
}
