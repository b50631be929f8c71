//! Laws of interacting models over the store's blocks.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use detente_core::filter::{imm, predict};
use detente_core::gaussian::Gaussians;
use detente_core::linalg::{packed, packed_len};
use detente_core::motion::{CoordinatedTurn, Imm, Kind, Kinematic, Modes, Motion, Rate, UNUSED};
use proptest::prelude::*;

const VELOCITY: f64 = 900.0;
const ACCELERATION: f64 = 25.0;

fn kinematic(kind: Kind) -> Motion {
    Motion::Kinematic(Kinematic::new(kind, &[0.3, 0.2]).unwrap())
}

/// Constant velocity, an estimated turn and Singer: seven components in all.
fn three() -> Imm {
    let rate = Rate::Estimated { psd: 1e-5, std_rad_s: 0.1, unscented: true };
    let models = vec![
        kinematic(Kind::ConstantVelocity),
        Motion::Turn(CoordinatedTurn::new(2, rate, 0.1, 0.1).unwrap()),
        kinematic(Kind::Singer { rate_per_s: 0.1 }),
    ];
    Imm::new(models, &[0.0, 0.1, 0.02, 0.3, 0.0, 0.1, 0.2, 0.2, 0.0], None).unwrap()
}

/// New rows at different places, and time steps of their own.
fn rows(dim: usize, count: usize) -> (Gaussians, Vec<f64>) {
    let mut rows = Gaussians::new(dim);
    for row in 0..count {
        let mean: Vec<f64> = (0..dim).map(|i| ((row * dim + i) as f64 * 0.7).sin()).collect();
        let mut cov = vec![0.05; packed_len(dim)];
        (0..dim).for_each(|i| cov[packed(i, i)] = 1.0 + i as f64);
        rows.push(&mean, &cov);
    }
    (rows, (0..count).map(|row| (row / 5) as f64 * 0.8).collect())
}

fn entries(motion: &Imm, count: usize) -> (Modes, Gaussians, Vec<f64>, Vec<f64>) {
    let modes = motion.modes(VELOCITY, ACCELERATION);
    let (new, dt_s) = rows(motion.dim(), count);
    let gaussians = imm::begin(&modes, &new, 2 * motion.axes());
    let probability = motion.initial().repeat(count);
    (modes, gaussians, probability, dt_s)
}

#[test]
fn one_model_is_the_plain_filter_to_the_bit() {
    for model in three().models() {
        let alone = Imm::new(vec![model.clone()], &[0.0], Some(&[1.0])).unwrap();
        let modes = alone.modes(VELOCITY, ACCELERATION);
        let (mut plain, dt_s) = rows(alone.dim(), 19);
        let mut one = plain.clone();
        let mut probability = vec![1.0; 19];
        imm::predict(&alone, &modes, &mut one, &mut probability, &dt_s).unwrap();
        predict::predict(model, &mut plain, &dt_s).unwrap();
        assert_eq!(one, plain);
        assert_eq!(imm::combine(1, &one, &probability), plain);
        assert_eq!(probability, [1.0; 19]);
    }
}

#[test]
fn new_entries_know_what_their_models_give_them() {
    let motion = three();
    let (modes, gaussians, _, _) = entries(&motion, 3);
    let (new, _) = rows(7, 3);
    let variances = [
        [None, None, None, None, Some(UNUSED), Some(UNUSED), Some(UNUSED)],
        [None, None, None, None, Some(UNUSED), Some(UNUSED), Some(0.1 * 0.1)],
        [None, None, None, None, Some(1.5), Some(1.0), Some(UNUSED)],
    ];
    assert_eq!(modes.count(), 3);
    for row in 0..3 {
        for (model, variances) in variances.iter().enumerate() {
            let entry = 3 * row + model;
            for i in 0..7 {
                let known = variances[i].is_none();
                let want = variances[i].unwrap_or_else(|| new.cov(row, i, i));
                assert!((gaussians.cov(entry, i, i) - want).abs() < 1e-15);
                assert_eq!(gaussians.mean(entry, i), if known { new.mean(row, i) } else { 0.0 });
                if !known {
                    assert!((0..7).all(|j| j == i || gaussians.cov(entry, i, j) == 0.0));
                }
            }
        }
    }
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    let motion = three();
    let (modes, before, started, dt_s) = entries(&motion, 19);
    let (mut every, mut probability) = (before.clone(), started.clone());
    imm::predict(&motion, &modes, &mut every, &mut probability, &dt_s).unwrap();
    for row in 0..19 {
        let own: Vec<u32> = (0..3).map(|model| 3 * row + model).collect();
        let place = 3 * row as usize..3 * row as usize + 3;
        let (mut alone, mut chance) = (before.gather(&own), started[place.clone()].to_vec());
        let step = &dt_s[row as usize..row as usize + 1];
        imm::predict(&motion, &modes, &mut alone, &mut chance, step).unwrap();
        assert_eq!(alone, every.gather(&own));
        assert_eq!(chance, probability[place]);
    }
}

#[test]
fn models_keep_what_they_lack_at_zero() {
    let motion = three();
    let (modes, mut gaussians, mut probability, dt_s) = entries(&motion, 9);
    for _ in 0..5 {
        imm::predict(&motion, &modes, &mut gaussians, &mut probability, &dt_s).unwrap();
    }
    for entry in 0..27 {
        for (i, variance) in modes.lacking(entry % 3) {
            assert_eq!(gaussians.mean(entry, i), 0.0);
            assert_eq!(gaussians.cov(entry, i, i), variance);
            assert!((0..7).all(|j| j == i || gaussians.cov(entry, i, j) == 0.0));
        }
    }
}

proptest! {
    #[test]
    fn probabilities_sum_to_one_and_weights_are_those_of_bayes(
        prior in prop::collection::vec(0.01_f64..1.0, 3),
        log in prop::collection::vec(-50.0_f64..50.0, 3),
    ) {
        let total: f64 = prior.iter().sum();
        let mut probability: Vec<f64> = prior.iter().map(|p| p / total).collect();
        let evidence: f64 =
            probability.iter().zip(&log).map(|(p, log)| p * (log - 50.0).exp()).sum();
        let want: Vec<f64> = probability
            .iter()
            .zip(&log)
            .map(|(p, log)| p * (log - 50.0).exp() / evidence)
            .collect();
        let logs = imm::reweigh(3, &mut probability, &log);
        prop_assert!((probability.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!((logs[0] - evidence.ln() - 50.0).abs() < 1e-12 * logs[0].abs().max(1.0));
        for (got, want) in probability.iter().zip(want) {
            prop_assert!((got - want).abs() < 1e-12);
        }
    }
}
