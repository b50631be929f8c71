//! Laws of fusion with what is known: increments, gains, cross-covariances, many, registration.

#![allow(clippy::unwrap_used)] // a test may, its helpers too

use detente_core::Error;
use detente_core::filter::dense::PerRow;
use detente_core::fuse::apply::{apply, replay};
use detente_core::fuse::bar_shalom_campo::{Estimates, bar_shalom_campo};
use detente_core::fuse::covariance_intersection::{Criterion, Pairs};
use detente_core::fuse::cross_covariance::{Scan, cross_covariance};
use detente_core::fuse::increment::{Detections, increments};
use detente_core::fuse::many::covariance_intersection_of_many;
use detente_core::fuse::registration::{Matched, registration};
use detente_core::fuse::tracklet::gains;
use proptest::prelude::*;

/// A covariance of the plane by its two deviations and the angle of its ellipse.
fn ellipse() -> impl Strategy<Value = [f64; 4]> {
    (-1.0..1.0, -1.0..1.0, 0.0..3.2).prop_map(|(a, b, angle): (f64, f64, f64)| {
        let (a, b, sine, cosine) = (10f64.powf(a), 10f64.powf(b), angle.sin(), angle.cos());
        let off = (a - b) * sine * cosine;
        [a * cosine * cosine + b * sine * sine, off, off, a * sine * sine + b * cosine * cosine]
    })
}

fn point() -> impl Strategy<Value = [f64; 2]> {
    (-9.0..9.0, -9.0..9.0).prop_map(|(x, y)| [x, y])
}

fn near(one: &[f64], other: &[f64]) -> bool {
    let size = other.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-8 * size)
}

proptest! {
    #[test]
    fn the_order_of_increments_does_not_matter(
        x in point(), p in ellipse(), z in point(), r in ellipse(), w in point(), s in ellipse(),
    ) {
        let make = |values: [f64; 2], noise: [f64; 4]| increments(Detections {
            dim: 2,
            measured: 2,
            values: &values,
            matrix: PerRow::Shared(&[1.0, 0.5, 0.0, 2.0]),
            noise: PerRow::Shared(&noise),
        }).unwrap();
        let (one, two) = (make(z, r), make(w, s));
        let start = Estimates { mean: x.to_vec(), cov: p.to_vec() };
        let (mut there, mut back) = (start.clone(), start);
        for seen in [&one, &two] {
            apply(2, &mut there, &seen.matrix, &seen.vector).unwrap();
        }
        for seen in [&two, &one] {
            apply(2, &mut back, &seen.matrix, &seen.vector).unwrap();
        }
        prop_assert!(near(&there.mean, &back.mean) && near(&there.cov, &back.cov));
    }

    #[test]
    fn a_gain_leads_from_the_one_to_the_other(
        x in point(), p in ellipse(), z in point(), r in ellipse(),
    ) {
        let seen = increments(Detections {
            dim: 2,
            measured: 2,
            values: &z,
            matrix: PerRow::Shared(&[1.0, 0.0, 0.0, 1.0]),
            noise: PerRow::Shared(&r),
        }).unwrap();
        let before = Estimates { mean: x.to_vec(), cov: p.to_vec() };
        let mut after = before.clone();
        apply(2, &mut after, &seen.matrix, &seen.vector).unwrap();
        let pairs = Pairs {
            dim: 2,
            mean_a: &before.mean,
            cov_a: &before.cov,
            mean_b: &after.mean,
            cov_b: &after.cov,
        };
        let gain = gains(pairs, None).unwrap();
        prop_assert_eq!(&gain.clipped, &[0]);
        prop_assert!(near(&gain.information.matrix, &seen.matrix));
        prop_assert!(near(&gain.information.vector, &seen.vector));
    }

    #[test]
    fn exchanging_the_two_transposes_their_cross_covariance(
        c in point(), d in point(), p in ellipse(), q in ellipse(), r in ellipse(), s in ellipse(),
    ) {
        let cross = [c[0], c[1], d[0], d[1]];
        let flipped = [c[0], d[0], c[1], d[1]];
        let f = PerRow::Shared(&[1.0, 1.0, 0.0, 1.0]);
        let (a, b) = (Scan { predicted: &p, updated: &r }, Scan { predicted: &q, updated: &s });
        let noise = PerRow::Shared(&[1.0, 0.5, 0.5, 1.0]);
        let one = cross_covariance(2, &cross, f, noise, [a, b]).unwrap();
        let two = cross_covariance(2, &flipped, f, noise, [b, a]).unwrap();
        prop_assert!(near(&[one[0], one[2], one[1], one[3]], &two));
    }

    #[test]
    fn no_linear_combination_is_better_than_the_known_one(
        a in ellipse(), b in ellipse(), part in -0.9..0.9_f64, k in point(), l in point(),
    ) {
        // C = part · (A + B) / 4 is possible while |part| < 1
        let cross: [f64; 4] = std::array::from_fn(|i| part * 0.25 * (a[i].min(b[i])));
        let possible = (0..2).all(|i| cross[i * 2 + i].abs() < a[i * 2 + i].min(b[i * 2 + i]));
        prop_assume!(possible && part.abs() < 0.5);
        let zero = [0.0; 2];
        let pairs = Pairs { dim: 2, mean_a: &zero, cov_a: &a, mean_b: &zero, cov_b: &b };
        let diagonal = [cross[0], 0.0, 0.0, cross[3]];
        prop_assume!(is_joint(a, b, diagonal));
        let fused = bar_shalom_campo(pairs, &diagonal).unwrap();
        let gain = [k[0] / 9.0, k[1] / 9.0, l[0] / 9.0, l[1] / 9.0];
        let trace = combined_trace(a, b, diagonal, gain);
        prop_assert!(fused.cov[0] + fused.cov[3] <= trace + 1e-9);
    }
}

/// Whether [[A, C], [Cᵀ, B]] is a covariance: B − Cᵀ A⁻¹ C ≥ 0.
fn is_joint(a: [f64; 4], b: [f64; 4], c: [f64; 4]) -> bool {
    let det = a[0] * a[3] - a[1] * a[2];
    let inverse = [a[3] / det, -a[1] / det, -a[2] / det, a[0] / det];
    let left = product(transposed(c), product(inverse, c));
    let rest: [f64; 4] = std::array::from_fn(|i| b[i] - left[i]);
    rest[0] > 1e-6 && rest[0] * rest[3] - rest[1] * rest[2] > 1e-6
}

fn product(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    std::array::from_fn(|k| a[k / 2 * 2] * b[k % 2] + a[k / 2 * 2 + 1] * b[2 + k % 2])
}

fn transposed(a: [f64; 4]) -> [f64; 4] {
    [a[0], a[2], a[1], a[3]]
}

/// The trace of the covariance of a + K (b − a).
fn combined_trace(a: [f64; 4], b: [f64; 4], c: [f64; 4], k: [f64; 4]) -> f64 {
    let keep = [1.0 - k[0], -k[1], -k[2], 1.0 - k[3]];
    let terms = [
        product(product(keep, a), transposed(keep)),
        product(product(keep, c), transposed(k)),
        product(product(k, transposed(c)), transposed(keep)),
        product(product(k, b), transposed(k)),
    ];
    terms.iter().map(|term| term[0] + term[3]).sum()
}

#[test]
fn a_replay_is_its_scans_one_by_one() {
    let mut whole = Estimates { mean: vec![1.0, 2.0], cov: vec![4.0, 1.0, 1.0, 3.0] };
    let mut step = whole.clone();
    let (f, q) = ([1.0, 0.5, 0.0, 1.0], [0.2, 0.1, 0.1, 0.3]);
    let (matrix, vector) = ([1.0, 0.0, 0.0, 0.0], [3.0, 0.0]);
    replay(2, &mut whole, (&f.repeat(3), &q.repeat(3)), (&matrix.repeat(3), &vector.repeat(3)))
        .unwrap();
    for _ in 0..3 {
        replay(2, &mut step, (&f, &q), (&matrix, &vector)).unwrap();
    }
    assert_eq!(step, whole);
}

#[test]
fn equal_estimates_of_many_share_equally() {
    let cov = [2.0, 0.5, 0.5, 1.0].repeat(4);
    let mean = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0];
    for by in [Criterion::Determinant, Criterion::Trace] {
        let fused = covariance_intersection_of_many(2, 4, &mean, &cov, by).unwrap();
        assert!(near(&fused.weight, &[0.25; 4]));
        assert!(near(&fused.mean, &[1.5, 1.5]));
        assert!(near(&fused.cov, &cov[..4]));
    }
}

#[test]
fn a_shift_without_noise_is_found_to_the_last_digits() {
    let mean_a = [0.0, 0.0, 9.0, 1.0, 500.0, 20.0, 0.0, 9.0, 30.0, 700.0, -9.0, 9.0];
    let mean_b: Vec<f64> =
        mean_a.iter().enumerate().map(|(k, x)| if k % 4 == 0 { x + 30.0 } else { *x }).collect();
    let unit: Vec<f64> = (0..16).map(|k| f64::from(u8::from(k % 5 == 0))).collect();
    let cov = unit.repeat(3);
    let matched = Matched {
        axes: 2,
        mean_a: &mean_a,
        cov_a: &cov,
        mean_b: &mean_b,
        cov_b: &cov,
        about: &[0.0, 0.0],
        free: &[true; 4],
    };
    let found = registration(matched).unwrap();
    assert!(near(&found.estimate, &[-30.0, 0.0, 0.0, 0.0]));
    assert_eq!(found.observable, [true; 4]);
    let held = registration(Matched { free: &[false; 4], ..matched }).unwrap();
    assert_eq!(held.estimate, [0.0; 4]);
    assert_eq!(held.observable, [false; 4]);
}

#[test]
fn bad_input_is_refused() {
    let one = [1.0];
    let pairs = Pairs { dim: 1, mean_a: &one, cov_a: &one, mean_b: &one, cov_b: &one };
    let bad = bar_shalom_campo(pairs, &one);
    assert!(matches!(bad, Err(Error::NotPositiveDefinite { row: 0, .. })));
    let bad = bar_shalom_campo(pairs, &[]);
    assert!(matches!(bad, Err(Error::Shape { .. })));
    let bad = gains(Pairs { cov_b: &[-1.0], ..pairs }, None);
    assert!(matches!(bad, Err(Error::NotPositiveDefinite { row: 0, .. })));
    let bad = covariance_intersection_of_many(1, 0, &[], &[], Criterion::Trace);
    assert!(matches!(bad, Err(Error::Setting { .. })));
    let mut known = Estimates { mean: vec![0.0], cov: vec![1.0] };
    let bad = apply(1, &mut known, &[-2.0], &[0.0]);
    assert!(matches!(bad, Err(Error::NotPositiveDefinite { row: 0, .. })));
}
