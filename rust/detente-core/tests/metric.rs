//! Scores: the laws of a metric, and what renaming, misses and penalties do. Definitions are tested
//! from Python.

use detente_core::metric::clear::clear;
use detente_core::metric::gospa::Gospa;
use detente_core::metric::hota::hota;
use detente_core::metric::identity::identity_matches;
use detente_core::metric::ospa::Ospa;
use detente_core::metric::ospa2::Ospa2;
use detente_core::metric::siap::siap;
use detente_core::metric::trajectory_gospa::TrajectoryGospa;
use detente_core::metric::{Frames, Likeness, Named};
use proptest::prelude::*;

/// A run that owns its arrays.
#[derive(Clone, Debug)]
struct Run {
    positions: Vec<f64>,
    offsets: Vec<usize>,
}

impl Run {
    fn frames(&self) -> Frames<'_> {
        Frames { positions: &self.positions, offsets: &self.offsets, dim: 2 }
    }
}

/// Three frames of up to six points in the plane, on a grid so that distances tie.
fn runs() -> impl Strategy<Value = Run> {
    let coordinate = (-4i32..4).prop_map(f64::from);
    let frame = prop::collection::vec([coordinate.clone(), coordinate], 0..=6);
    prop::collection::vec(frame, 3).prop_map(|frames| {
        let mut offsets = vec![0];
        offsets.extend(frames.iter().scan(0, |sum, frame| {
            *sum += frame.len();
            Some(*sum)
        }));
        Run { positions: frames.into_iter().flatten().flatten().collect(), offsets }
    })
}

/// The same sets, each frame's points in the opposite order.
fn turned(run: &Run) -> Run {
    let points: Vec<_> = run.positions.chunks_exact(2).collect();
    let frames = run.offsets.windows(2).map(|at| &points[at[0]..at[1]]);
    let positions = frames.flat_map(|frame| frame.iter().rev().copied().flatten().copied());
    Run { positions: positions.collect(), offsets: run.offsets.clone() }
}

proptest! {
    #[test]
    fn they_are_metrics(x in runs(), y in runs(), z in runs(), which in 0..5usize) {
        let distance = |a: &Run, b: &Run| {
            let (a, b) = (a.frames(), b.frames());
            let gospa = |order, alpha| Gospa { cutoff: 3.0, order, alpha }.score(a, b).unwrap().value;
            let ospa = |order| Ospa { cutoff: 3.0, order }.score(a, b).unwrap().value;
            match which {
                0 => gospa(2.0, 2.0),
                1 => gospa(1.0, 0.5),
                2 => ospa(1.0),
                3 => ospa(3.0),
                _ => ospa(f64::INFINITY),
            }
        };
        let (xy, yx) = (distance(&x, &y), distance(&y, &x));
        let (xz, zy) = (distance(&x, &z), distance(&z, &y));
        let again = distance(&turned(&x), &y);
        prop_assert_eq!(distance(&x, &turned(&x)), vec![0.0; 3]);
        for frame in 0..3 {
            prop_assert!(xy[frame] <= xz[frame] + zy[frame] + 1e-9);
            prop_assert!((xy[frame] - yx[frame]).abs() < 1e-9);
            prop_assert!((xy[frame] - again[frame]).abs() < 1e-9);
        }
    }
}

/// A run with identities.
#[derive(Clone, Debug)]
struct NamedRun {
    run: Run,
    id: Vec<u32>,
}

impl NamedRun {
    fn named(&self) -> Named<'_> {
        Named { frames: self.run.frames(), id: &self.id }
    }

    /// The same tracks under other names.
    fn renamed(&self) -> Self {
        Self { run: self.run.clone(), id: self.id.iter().map(|&id| 6 - id).collect() }
    }
}

/// Four frames of up to four tracks, anywhere on a small square.
fn named_runs() -> impl Strategy<Value = NamedRun> {
    let point = prop::option::weighted(0.7, [-3.0..3.0_f64, -3.0..3.0_f64]);
    prop::collection::vec(prop::collection::vec(point, 4), 4).prop_map(|frames| {
        let mut run = Run { positions: Vec::new(), offsets: vec![0] };
        let mut names = Vec::new();
        for frame in frames {
            for (name, point) in (0..).zip(frame) {
                if let Some(point) = point {
                    run.positions.extend(point);
                    names.push(name);
                }
            }
            run.offsets.push(names.len());
        }
        NamedRun { run, id: names }
    })
}

proptest! {
    #[test]
    fn they_are_metrics_of_tracks(
        x in named_runs(),
        y in named_runs(),
        z in named_runs(),
        which in 0..5usize,
    ) {
        let distance = |a: &NamedRun, b: &NamedRun| {
            let (a, b) = (a.named(), b.named());
            let ospa2 = |order, base_order| {
                let settings = Ospa2 { cutoff: 2.0, order, base_order, weights: &[0.5, 1.0, 2.0] };
                settings.score(a, b, &[3]).unwrap().value[0]
            };
            let gospa = |order, switch_penalty| {
                TrajectoryGospa { cutoff: 2.0, order, switch_penalty }.score(a, b).unwrap().value
            };
            match which {
                0 => ospa2(1.0, 1.0),
                1 => ospa2(2.0, 1.0),
                2 => ospa2(2.0, 2.0),
                3 => gospa(1.0, 1.0),
                _ => gospa(2.0, 0.7),
            }
        };
        let there = distance(&x, &y);
        prop_assert_eq!(distance(&x, &x.renamed()), 0.0);
        prop_assert!(there <= distance(&x, &z) + distance(&z, &y) + 1e-7);
        prop_assert!((there - distance(&y, &x)).abs() < 1e-7);
        prop_assert!((there - distance(&x.renamed(), &y)).abs() < 1e-7);
    }

    #[test]
    fn a_dearer_switch_never_lowers_gospa_of_trajectories(
        x in named_runs(),
        y in named_runs(),
        penalty in 0.0..3.0_f64,
    ) {
        let value = |switch_penalty| {
            let gospa = TrajectoryGospa { cutoff: 3.0, order: 2.0, switch_penalty };
            gospa.score(x.named(), y.named()).unwrap().value
        };
        let each = Gospa { cutoff: 3.0, order: 2.0, alpha: 2.0 };
        let frames = each.score(x.run.frames(), y.run.frames()).unwrap().value;
        let free = frames.iter().map(|value| value * value).sum::<f64>().sqrt();
        prop_assert!((value(0.0) - free).abs() < 1e-7);
        prop_assert!(value(penalty) >= free - 1e-7);
        prop_assert!(value(penalty + 0.5) >= value(penalty) - 1e-7);
    }

    #[test]
    fn counts_balance_and_names_do_not_matter(x in named_runs(), y in named_runs()) {
        let likeness = Likeness::Points { cutoff: 4.0 };
        let (truth, estimate, other) = (x.named(), y.named(), y.renamed());
        let found = clear(truth, estimate, likeness, 0.5).unwrap();
        prop_assert_eq!(found.matched + found.missed, x.id.len());
        prop_assert_eq!(found.matched + found.false_, y.id.len());
        prop_assert_eq!(found, clear(truth, other.named(), likeness, 0.5).unwrap());
        let explained = identity_matches(truth, estimate, likeness, 0.5).unwrap();
        prop_assert!(explained <= x.id.len().min(y.id.len()));
        prop_assert_eq!(explained, identity_matches(estimate, truth, likeness, 0.5).unwrap());
        let levels = hota(truth, estimate, likeness, &[0.1, 0.5, 0.9]).unwrap();
        prop_assert!(levels.matched.is_sorted_by(|a, b| a >= b));
        for (matched, association) in levels.matched.iter().zip(&levels.association) {
            prop_assert!(*association <= *matched as f64 + 1e-9);
        }
        let picture = siap(truth, estimate, 2.0).unwrap();
        prop_assert!(picture.tracked <= picture.assigned);
        prop_assert!(picture.changes < picture.tracked.max(1));
        prop_assert!(picture.longest <= picture.tracked);
    }
}
