//! Covariance intersection: no other weight is better, and its laws.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::Error;
use detente_core::fuse::covariance_intersection::{
    Criterion, Fused, Pairs, covariance_intersection,
};
use proptest::prelude::*;

const CRITERIA: [Criterion; 2] = [Criterion::Determinant, Criterion::Trace];

/// A covariance of the plane by its two deviations and the angle of its ellipse.
fn ellipse() -> impl Strategy<Value = [f64; 4]> {
    (-2.0..2.0, -2.0..2.0, 0.0..3.2).prop_map(|(a, b, angle): (f64, f64, f64)| {
        let (a, b, sine, cosine) = (10f64.powf(a), 10f64.powf(b), angle.sin(), angle.cos());
        let off = (a - b) * sine * cosine;
        [a * cosine * cosine + b * sine * sine, off, off, a * sine * sine + b * cosine * cosine]
    })
}

fn fuse(a: [f64; 2], cov_a: [f64; 4], b: [f64; 2], cov_b: [f64; 4], by: Criterion) -> Fused {
    let pairs = Pairs { dim: 2, mean_a: &a, cov_a: &cov_a, mean_b: &b, cov_b: &cov_b };
    covariance_intersection(pairs, by).unwrap()
}

fn inverse([a, b, c, d]: [f64; 4]) -> [f64; 4] {
    let det = a * d - b * c;
    [d / det, -b / det, -c / det, a / det]
}

/// The criterion at one weight, straight from the paper.
fn objective(cov_a: [f64; 4], cov_b: [f64; 4], omega: f64, by: Criterion) -> f64 {
    let (a, b) = (inverse(cov_a), inverse(cov_b));
    let information: [f64; 4] = std::array::from_fn(|i| omega * a[i] + (1.0 - omega) * b[i]);
    let cov = inverse(information);
    match by {
        Criterion::Determinant => (cov[0] * cov[3] - cov[1] * cov[2]).ln(),
        Criterion::Trace => (cov[0] + cov[3]).ln(),
    }
}

proptest! {
    #[test]
    fn no_weight_is_better(a in ellipse(), b in ellipse()) {
        for by in CRITERIA {
            let fused = fuse([0.0; 2], a, [1.0; 2], b, by);
            let found = objective(a, b, fused.omega[0], by);
            for step in 0..=200 {
                let other = objective(a, b, f64::from(step) / 200.0, by);
                prop_assert!(found <= other + 1e-9, "{by:?}: {found} above {other}");
            }
        }
    }

    #[test]
    fn exchanging_the_two_changes_nothing(a in ellipse(), b in ellipse()) {
        for by in CRITERIA {
            let one = fuse([0.0; 2], a, [1.0, 2.0], b, by);
            let two = fuse([1.0, 2.0], b, [0.0; 2], a, by);
            prop_assert!((one.omega[0] + two.omega[0] - 1.0).abs() < 1e-6);
            for i in 0..4 {
                prop_assert!((one.cov[i] - two.cov[i]).abs() < 1e-6 * (one.cov[0] + one.cov[3]));
            }
        }
    }

    #[test]
    fn an_estimate_with_itself_stays(a in ellipse(), x in -1e3..1e3f64, y in -1e3..1e3f64) {
        for by in CRITERIA {
            let fused = fuse([x, y], a, [x, y], a, by);
            prop_assert_eq!(&fused.mean, &[x, y]);
            prop_assert_eq!(fused.omega[0], 0.5);
            for i in 0..4 {
                prop_assert!((fused.cov[i] - a[i]).abs() < 1e-9 * (a[0] + a[3]));
            }
        }
    }
}

#[test]
fn rows_do_not_touch_each_other() {
    let (a, b) = ([1.0, 0.0, 0.0, 9.0], [9.0, 0.0, 0.0, 1.0]);
    let alone = fuse([0.0; 2], a, [1.0; 2], b, Criterion::Determinant);
    let pairs = Pairs {
        dim: 2,
        mean_a: &[5.0, 5.0, 0.0, 0.0],
        cov_a: &[b, a].concat(),
        mean_b: &[7.0, 7.0, 1.0, 1.0],
        cov_b: &[a, b].concat(),
    };
    let both = covariance_intersection(pairs, Criterion::Determinant).unwrap();
    assert_eq!(both.mean[2..], alone.mean);
    assert_eq!(both.cov[4..], alone.cov);
    assert_eq!(both.omega[1..], alone.omega);
}

#[test]
fn bad_input_is_refused() {
    let one = [1.0];
    let pairs = Pairs { dim: 1, mean_a: &one, cov_a: &one, mean_b: &one, cov_b: &one };
    let bad = covariance_intersection(Pairs { cov_b: &[0.0], ..pairs }, Criterion::Trace);
    assert!(matches!(bad, Err(Error::NotPositiveDefinite { row: 0, .. })));
    let bad = covariance_intersection(Pairs { mean_b: &[], ..pairs }, Criterion::Trace);
    assert!(matches!(bad, Err(Error::Shape { .. })));
    let bad = covariance_intersection(Pairs { dim: 10, ..pairs }, Criterion::Trace);
    assert!(matches!(bad, Err(Error::Setting { .. })));
}
