//! Marginal association: against enumeration, and its laws.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::Error;
use detente_core::assoc::marginal::{
    Marginals, Method, Weights, Workspace, marginals, marginals_with,
};
use proptest::prelude::*;

/// A problem that owns its arrays.
#[derive(Clone, Debug)]
struct Owned {
    rows: Vec<Vec<(u32, f64)>>,
    miss: Vec<f64>,
    columns: usize,
}

impl Owned {
    fn with<T>(&self, use_it: impl FnOnce(Weights<'_>) -> T) -> T {
        let mut indptr = vec![0];
        for row in &self.rows {
            indptr.push(indptr[indptr.len() - 1] + row.len());
        }
        let (indices, log_weight): (Vec<u32>, Vec<f64>) =
            self.rows.iter().flatten().copied().unzip();
        use_it(Weights {
            indptr: &indptr,
            indices: &indices,
            log_weight: &log_weight,
            miss_log_weight: &self.miss,
            columns: self.columns,
        })
    }

    fn solve(&self, method: Method) -> Marginals {
        self.with(|weights| marginals(weights, method)).unwrap()
    }

    fn refused(&self, method: Method) -> Error {
        self.with(|weights| marginals(weights, method)).unwrap_err()
    }

    /// Every possible joint event, as the choice of each row (its edge's number, or none) and
    /// the logarithm of its weight.
    fn events(&self) -> Vec<(Vec<Option<usize>>, f64)> {
        let mut all = vec![(Vec::new(), 0.0)];
        let mut first = 0;
        for (row, miss) in self.rows.iter().zip(&self.miss) {
            let mut longer = Vec::new();
            for (event, log_weight) in &all {
                let extend = |choice, own: f64| {
                    let mut event: Vec<Option<usize>> = event.clone();
                    event.push(choice);
                    (event, log_weight + own)
                };
                longer.push(extend(None, *miss));
                for (at, &(column, own)) in row.iter().enumerate() {
                    let used = |choice: &Option<usize>| choice.map(|edge| self.column(edge));
                    if !event.iter().any(|choice| used(choice) == Some(column)) {
                        longer.push(extend(Some(first + at), own));
                    }
                }
            }
            longer.retain(|(_, log_weight)| *log_weight > f64::NEG_INFINITY);
            all = longer;
            first += row.len();
        }
        all
    }

    fn column(&self, edge: usize) -> u32 {
        self.rows.iter().flatten().nth(edge).unwrap().0
    }

    fn enumerate(&self) -> Marginals {
        let events = self.events();
        let heaviest = events.iter().map(|event| event.1).fold(f64::NEG_INFINITY, f64::max);
        let edges: usize = self.rows.iter().map(Vec::len).sum();
        let mut out = Marginals {
            edge: vec![0.0; edges],
            miss: vec![0.0; self.rows.len()],
            free: vec![0.0; self.columns],
            exact: true,
        };
        let total: f64 = events.iter().map(|event| (event.1 - heaviest).exp()).sum();
        for (event, log_weight) in &events {
            let probability = (log_weight - heaviest).exp() / total;
            let mut free = vec![true; self.columns];
            for (row, choice) in event.iter().enumerate() {
                match choice {
                    Some(edge) => {
                        out.edge[*edge] += probability;
                        free[self.column(*edge) as usize] = false;
                    }
                    None => out.miss[row] += probability,
                }
            }
            for (sum, _) in out.free.iter_mut().zip(&free).filter(|(_, free)| **free) {
                *sum += probability;
            }
        }
        out
    }
}

fn furthest(a: &Marginals, b: &Marginals) -> f64 {
    let values = |m: &Marginals| [m.edge.clone(), m.miss.clone(), m.free.clone()].concat();
    let (a, b) = (values(a), values(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Problems whose weights span `spread` on a logarithmic scale; some edges are impossible.
fn problems(
    rows: usize,
    columns: usize,
    edges: usize,
    spread: f64,
) -> impl Strategy<Value = Owned> {
    (0..=rows, 1..=columns).prop_flat_map(move |(rows, columns)| {
        let weight = prop_oneof![9 => -spread..spread, 1 => Just(f64::NEG_INFINITY)];
        let row = prop::collection::vec((0..columns as u32, weight), 0..=edges);
        (prop::collection::vec(row, rows), prop::collection::vec(-spread..spread, rows))
            .prop_map(move |(rows, miss)| Owned { rows, miss, columns })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exact_is_what_enumeration_gives(problem in problems(7, 7, 4, 6.0)) {
        let found = problem.solve(Method::Exact);
        prop_assert!(found.exact);
        prop_assert!(furthest(&found, &problem.enumerate()) < 1e-12);
    }

    /// Few rows and many columns, and the reverse: the net is taken from the other side.
    #[test]
    fn exact_is_what_enumeration_gives_in_oblong_problems(
        wide in problems(3, 30, 20, 6.0), tall in problems(9, 2, 4, 6.0),
    ) {
        for problem in [wide, tall] {
            prop_assert!(furthest(&problem.solve(Method::Exact), &problem.enumerate()) < 1e-12);
        }
    }

    /// Far beyond the range of e^x: neither overflow nor a lost event.
    #[test]
    fn weights_of_any_size_are_exact(problem in problems(6, 5, 4, 3000.0)) {
        prop_assert!(furthest(&problem.solve(Method::Exact), &problem.enumerate()) < 1e-9);
    }

    #[test]
    fn rows_and_columns_sum_to_one(problem in problems(40, 30, 4, 8.0)) {
        for method in [Method::Auto, Method::BeliefPropagation] {
            let found = problem.solve(method);
            let mut columns = found.free.clone();
            let mut edge = found.edge.iter();
            for (row, miss) in problem.rows.iter().zip(&found.miss) {
                let mut sum = *miss;
                for (column, _) in row {
                    let probability = *edge.next().unwrap();
                    sum += probability;
                    columns[*column as usize] += probability;
                }
                prop_assert!((sum - 1.0).abs() < 1e-12);
            }
            let tolerance = if found.exact { 1e-12 } else { 2e-6 };
            prop_assert!(columns.iter().all(|sum| (sum - 1.0).abs() < tolerance));
            let all = [found.edge, found.miss, found.free].concat();
            prop_assert!(all.iter().all(|p| (0.0..=1.0 + 1e-12).contains(p)));
        }
    }

    /// Without a loop propagation is exact: rows in a chain, each with its neighbours' columns.
    #[test]
    fn propagation_is_exact_on_a_chain(
        weights in prop::collection::vec((-6.0..6.0, -6.0..6.0), 1..8),
        miss in prop::collection::vec(-3.0..3.0, 8),
    ) {
        let rows: Vec<_> = (0..).zip(&weights).map(|(i, &(a, b))| vec![(i, a), (i + 1, b)]).collect();
        let (miss, columns) = (miss[..rows.len()].to_vec(), rows.len() + 1);
        let chain = Owned { rows, miss, columns };
        let found = chain.solve(Method::BeliefPropagation);
        prop_assert!(!found.exact);
        prop_assert!(furthest(&found, &chain.solve(Method::Exact)) < 1e-6);
    }

    /// Rows and edges in another order, columns by other names.
    #[test]
    fn order_and_names_do_not_matter(problem in problems(12, 10, 4, 6.0), shift in 0..10u32) {
        let name = |column: u32| (column + shift) % problem.columns as u32;
        let turn = |row: &Vec<(u32, f64)>| row.iter().rev().map(|&(j, w)| (name(j), w)).collect();
        let turned = Owned {
            rows: problem.rows.iter().rev().map(turn).collect(),
            miss: problem.miss.iter().rev().copied().collect(),
            columns: problem.columns,
        };
        for (method, tolerance) in [(Method::Exact, 1e-12), (Method::BeliefPropagation, 2e-6)] {
            let (found, mut back) = (problem.solve(method), turned.solve(method));
            back.edge.reverse();
            back.miss.reverse();
            back.free = (0..problem.columns as u32).map(|j| back.free[name(j) as usize]).collect();
            prop_assert!(furthest(&found, &back) < tolerance);
        }
    }

    /// Not a bit.
    #[test]
    fn an_impossible_candidate_changes_nothing(
        problem in problems(12, 10, 4, 6.0), row in 0..12usize, column in 0..10u32,
    ) {
        prop_assume!(row < problem.rows.len() && (column as usize) < problem.columns);
        let mut more = problem.clone();
        more.rows[row].push((column, f64::NEG_INFINITY));
        let at: usize = more.rows[..=row].iter().map(Vec::len).sum::<usize>() - 1;
        for method in [Method::Exact, Method::BeliefPropagation, Method::Auto] {
            let mut found = more.solve(method);
            prop_assert_eq!(found.edge.remove(at), 0.0);
            prop_assert_eq!(found, problem.solve(method));
        }
    }

    /// A row's weights may be multiplied by anything.
    #[test]
    fn the_scale_of_a_row_does_not_matter(
        problem in problems(12, 10, 4, 6.0), row in 0..12usize, by in -50.0..50.0,
    ) {
        prop_assume!(row < problem.rows.len());
        let mut scaled = problem.clone();
        scaled.miss[row] += by;
        scaled.rows[row].iter_mut().for_each(|(_, weight)| *weight += by);
        let (a, b) = (problem.solve(Method::Exact), scaled.solve(Method::Exact));
        prop_assert!(furthest(&a, &b) < 1e-12);
    }

    /// A workspace that has seen another problem gives the same bits as a new one.
    #[test]
    fn a_used_workspace_changes_nothing(
        first in problems(20, 20, 4, 6.0), then in problems(20, 20, 4, 6.0),
    ) {
        let mut workspace = Workspace::default();
        for method in [Method::Exact, Method::BeliefPropagation] {
            first.with(|weights| marginals_with(weights, method, &mut workspace)).unwrap();
            let again = then.with(|weights| marginals_with(weights, method, &mut workspace));
            prop_assert_eq!(again.unwrap(), then.solve(method));
        }
    }
}

/// The full 7 × 7: 130,922 joint events.
#[test]
fn a_full_square_is_what_enumeration_gives() {
    let weight = |i: u32, j: u32| f64::from((i * 13 + j * 29) % 17) / 4.0 - 2.0;
    let square = Owned {
        rows: (0..7).map(|i| (0..7).map(|j| (j, weight(i, j))).collect()).collect(),
        miss: (0..7).map(|i| f64::from(i) / 3.0 - 1.0).collect(),
        columns: 7,
    };
    assert_eq!(square.events().len(), 130_922);
    assert!(furthest(&square.solve(Method::Exact), &square.enumerate()) < 1e-12);
    let error = furthest(&square.solve(Method::BeliefPropagation), &square.enumerate());
    assert!((1e-6..0.1).contains(&error), "{error}");
}

/// The heavier edge of the first row leaves the second nothing: e⁻²⁰⁰⁰ against e⁻⁷⁵⁰.
#[test]
fn what_looks_negligible_in_its_row_may_decide() {
    let problem = Owned {
        rows: vec![vec![(0, 0.0), (1, -750.0)], vec![(0, 0.0)]],
        miss: vec![-3000.0, -2000.0],
        columns: 2,
    };
    for method in [Method::Exact, Method::BeliefPropagation] {
        let found = problem.solve(method);
        assert!(furthest(&found, &problem.enumerate()) < 1e-12, "{method:?} {found:?}");
        assert!(found.edge[1] > 0.999);
    }
}

/// A row that must be detected: log miss weight −∞.
#[test]
fn a_miss_may_be_impossible() {
    let problem = Owned {
        rows: vec![vec![(0, 1.0), (1, 0.0)], vec![(0, 2.0), (1, -1.0)]],
        miss: vec![f64::NEG_INFINITY, -1.0],
        columns: 2,
    };
    let found = problem.solve(Method::Exact);
    assert!(furthest(&found, &problem.enumerate()) < 1e-13);
    assert_eq!(found.miss[0], 0.0);
}

/// 600 rows along a line, all alike: 4⁶⁰⁰ events and more.
#[test]
fn a_long_cluster_does_not_overflow() {
    let row = |i: u32| (i..i + 4).map(|j| (j, 0.0)).collect();
    let line = Owned { rows: (0..600).map(row).collect(), miss: vec![0.0; 600], columns: 603 };
    let found = line.solve(Method::Exact);
    let middle = &found.edge[1200..1204];
    assert!(middle.iter().all(|p| (0.15..0.25).contains(p)), "{middle:?}");
    assert!(line.solve(Method::Auto).exact);
}

#[test]
fn auto_propagates_where_the_net_is_too_large() {
    let row = |i: u32| (0..24).map(|j| (j, f64::from((i + j) % 5) - 2.0)).collect();
    let mut problem = Owned { rows: (0..24).map(row).collect(), miss: vec![0.0; 24], columns: 26 };
    problem.rows.push(vec![(24, 0.0)]);
    problem.miss.push(0.0);
    let found = problem.solve(Method::Auto);
    assert!(!found.exact);
    assert_eq!(found.edge[24 * 24..], [0.5]); // the cluster beside it is exact
    assert_eq!(found.free[25], 1.0);
    assert_eq!(found.edge[..576], problem.solve(Method::BeliefPropagation).edge[..576]);
    let row = |i: u32| (0..40).map(|j| (j, f64::from((i + j) % 5))).collect();
    let large = Owned { rows: (0..40).map(row).collect(), miss: vec![0.0; 40], columns: 40 };
    let message = large.refused(Method::Exact).to_string();
    assert!(
        message.contains("found 'exact' with a cluster of 40 rows and 40 columns"),
        "{message}"
    );
}

#[test]
fn bad_problems_are_refused() {
    let good = Owned { rows: vec![vec![(0, 1.0)], vec![(0, 1.0)]], miss: vec![0.0; 2], columns: 2 };
    let refused = |change: &dyn Fn(&mut Owned)| -> Error {
        let mut bad = good.clone();
        change(&mut bad);
        bad.refused(Method::Auto)
    };
    let not_finite = |change: &dyn Fn(&mut Owned)| match refused(change) {
        Error::NotFinite { what, row, .. } => (what, row),
        other => (other.to_string(), 0),
    };
    assert_eq!(not_finite(&|p| p.rows[1][0].1 = f64::NAN), ("log_weight".to_owned(), 1));
    assert_eq!(not_finite(&|p| p.rows[0][0].1 = f64::INFINITY), ("log_weight".to_owned(), 0));
    assert_eq!(not_finite(&|p| p.miss[1] = f64::NAN), ("miss_log_weight".to_owned(), 1));
    assert!(matches!(refused(&|p| p.miss.push(1.0)), Error::Shape { .. }));
    assert!(refused(&|p| p.rows[1][0].0 = 2).to_string().contains("found 2 of 2 columns"));
    let impossible = refused(&|p| p.miss = vec![f64::NEG_INFINITY; 2]).to_string();
    assert!(impossible.contains("some joint event is possible"), "{impossible}");
}
