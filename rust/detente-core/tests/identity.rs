//! Laws of identities: each is a keyed hash of what its own track was born from.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use detente_core::id::IdKey;
use detente_core::linalg::packed_from_dense;
use detente_core::motion::{Dynamics, Kind, Kinematic, Motion};
use detente_core::sensor::{Coverage, Linearisation, Mode, Model, Pose, Sensor, Value};
use detente_core::track::{Association, Birth, Mixture, Place, Replay, Scan, Settings, Tracker};
use proptest::prelude::*;

const ALL: [Association; 3] = [
    Association::Gnn,
    Association::Jpda,
    Association::Pmbm(Mixture {
        max_hypotheses: 50,
        prune_hypothesis: 1e-3,
        recycle_existence: 1e-3,
    }),
];
const FAR_M: f64 = -50_000.0;

fn tracker(association: Association, id_key: IdKey) -> Tracker {
    let kinematic = Kinematic::new(Kind::ConstantVelocity, &[0.05; 2]).unwrap();
    Tracker::new(Settings {
        motion: Dynamics::Single(Motion::Kinematic(kinematic)),
        birth: Birth {
            place: Place::Uniform { rate_density: 1e-7, initial_density: 1e-5, region_m: None },
            velocity_std_m_s: 10.0,
            acceleration_std_m_s2: 1.0,
        },
        survival_per_s: 0.99,
        association,
        gate_probability: 0.999,
        prune_existence: 1e-5,
        longest_silence_s: f64::INFINITY,
        id_key,
    })
    .unwrap()
}

fn radar(name: &str) -> Sensor {
    Sensor {
        name: name.to_owned(),
        model: Model::Position,
        noise: packed_from_dense(2, &[100.0, 0.0, 0.0, 100.0]),
        mode: Mode::Scanning { detection_probability: Value::Constant(0.9) },
        clutter_density: Value::Constant(1e-6),
        coverage: Coverage::Everywhere,
        pose: Pose::default(),
        linearisation: Linearisation::Extended,
    }
}

fn scan(time_s: f64, values: &[f64]) -> Scan<'_> {
    Scan { time_s, values, noise: None, named: None, each: None }
}

/// Objects around the origin, some closely spaced, so that hypotheses branch; no two alike.
fn near(second: usize) -> Vec<f64> {
    let jitter = |k: usize| 9.0 * ((k * 7919 % 101) as f64 / 50.0 - 1.0);
    (0..12)
        .filter(|i| !usize::is_multiple_of(i + second, 7))
        .flat_map(|i| [25.0 * i as f64 + jitter(i + 31 * second), jitter(i + 17 * second)])
        .collect()
}

type Row = (u64, Vec<u64>);

/// The identities and states of the tracks that are near, in the order of the tracker.
fn rows(tracker: &Tracker) -> Vec<Row> {
    let tracks = tracker.tracks();
    let states = &tracks.rows.states;
    let near = (0..tracks.rows.len()).filter(|&row| states.mean(row, 0) > 0.5 * FAR_M);
    near.map(|row| {
        let mean = (0..4).map(|i| states.mean(row, i));
        let cov = (0..4).flat_map(|i| (0..=i).map(move |j| states.cov(row, i, j)));
        let numbers = mean.chain(cov).chain([tracks.rows.existence[row], tracks.conditional[row]]);
        (tracks.rows.id[row], numbers.map(f64::to_bits).collect())
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_far_away_moves_no_identity_no_value_and_no_order(
        far in prop::collection::vec(prop::collection::vec((-900.0..900.0f64, 0.0..900.0f64), 0..5), 6),
    ) {
        for association in ALL {
            let (mut alone, mut beside) =
                (tracker(association, IdKey(1, 2)), tracker(association, IdKey(1, 2)));
            for (second, far) in far.iter().enumerate() {
                let few = near(second);
                let mut many: Vec<f64> =
                    far.iter().flat_map(|&(east, north)| [FAR_M + east, north]).collect();
                many.extend(&few);
                alone.step(scan(second as f64, &few), &radar("radar")).unwrap();
                beside.step(scan(second as f64, &many), &radar("radar")).unwrap();
                prop_assert_eq!(rows(&alone), rows(&beside), "{:?}", association);
            }
        }
    }
}

#[test]
fn another_key_moves_identities_alone() {
    for association in ALL {
        let (mut one, mut other) =
            (tracker(association, IdKey(1, 2)), tracker(association, IdKey(3, 2)));
        let mut renamed = std::collections::BTreeMap::new();
        for second in 0..8 {
            let values = near(second);
            one.step(scan(second as f64, &values), &radar("radar")).unwrap();
            other.step(scan(second as f64, &values), &radar("radar")).unwrap();
            let (one, other) = (rows(&one), rows(&other));
            assert_eq!(one.len(), other.len());
            for ((id, state), (other_id, other_state)) in one.iter().zip(&other) {
                assert_eq!(state, other_state, "{association:?}");
                assert_ne!(id, other_id);
                assert_eq!(renamed.entry(*id).or_insert(*other_id), other_id, "{association:?}");
            }
        }
    }
}

#[test]
fn equal_births_are_told_apart_whatever_comes_first() {
    let twice = [7.0, 7.0, 7.0, 7.0, 500.0, 7.0];
    let once = [7.0, 7.0, 900.0, 7.0];
    let run = |order: [(&str, &[f64]); 3]| {
        let tracker = tracker(Association::Jpda, IdKey(1, 2));
        let mut replay = Replay::new(tracker, 60.0).unwrap();
        replay.step(scan(0.0, &[]), radar("first"), |_| ()).unwrap();
        for (name, values) in order {
            replay.step(scan(1.0, values), radar(name), |_| ()).unwrap();
        }
        let mut id = replay.tracks().rows.id;
        id.sort_unstable();
        id
    };
    let found = run([("radar", &twice), ("radar", &once), ("camera", &once)]);
    assert!(found.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(found, run([("camera", &once), ("radar", &once), ("radar", &twice)]));
}

#[test]
fn a_birth_is_called_alike_whether_its_measurement_is_told_or_solved_for() {
    let told = [12_345.678_9, -0.0, 40_000.5, 7.25];
    let solved = told.map(|value: f64| value * (1.0 + 3e-16) + 1e-13);
    assert_ne!(told, solved);
    let noise = [100.000_001, 0.0, 100.0].repeat(2);
    for association in ALL {
        let mut one = tracker(association, IdKey(1, 2));
        let mut other = tracker(association, IdKey(1, 2));
        one.step(scan(0.0, &told), &radar("radar")).unwrap();
        let scan = Scan { noise: Some(&noise), ..scan(0.0, &solved) };
        other.step(scan, &radar("radar")).unwrap();
        assert_eq!(one.tracks().rows.id, other.tracks().rows.id);
        assert_ne!(one.tracks().rows.id[0], one.tracks().rows.id[1]);
    }
}

#[test]
fn tracks_from_outside_are_called_by_what_they_are() {
    let cov: Vec<f64> = (0..16).map(|k| if k % 5 == 0 { 9.0 } else { 0.0 }).collect();
    let add = |tracker: &mut Tracker, east: &[f64]| {
        let means: Vec<f64> = east.iter().flat_map(|&east| [east, 0.0, 0.0, 0.0]).collect();
        let covs = cov.repeat(east.len());
        tracker.add(3.0, &means, &covs, &vec![0.5; east.len()]).unwrap()
    };
    for association in ALL {
        let (mut few, mut many) =
            (tracker(association, IdKey(1, 2)), tracker(association, IdKey(1, 2)));
        let one = add(&mut few, &[5.0]);
        let more = add(&mut many, &[FAR_M, 9.0, 5.0, 5.0]);
        assert_eq!(one[0], more[2]);
        assert_ne!(more[2], more[3]);
        assert!(!more.contains(&add(&mut many, &[5.0])[0]));
    }
}
