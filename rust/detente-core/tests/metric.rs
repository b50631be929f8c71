//! Scores: the laws of a metric, frame by frame of a run. Definitions are tested from Python.

use detente_core::metric::Frames;
use detente_core::metric::gospa::Gospa;
use detente_core::metric::ospa::Ospa;
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
