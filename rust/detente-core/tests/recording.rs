//! Laws of whole recordings: lags between the filter and the smoother, and what tracks are made of.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use detente_core::Error;
use detente_core::id::IdKey;
use detente_core::linalg::packed_from_dense;
use detente_core::motion::{Dynamics, Kind, Kinematic, Motion};
use detente_core::sensor::{Coverage, Linearisation, Mode, Model, Pose, Sensor, Value};
use detente_core::track::{
    Association, Birth, Keep, Mixture, Place, Recorded, Recording, Settings, Tracker,
};
use proptest::prelude::*;

const ALL: [Association; 3] = [
    Association::Gnn,
    Association::Jpda,
    Association::Pmbm(Mixture {
        max_hypotheses: 20,
        prune_hypothesis: 1e-3,
        recycle_existence: 1e-3,
    }),
];

fn tracker(association: Association) -> Tracker {
    let kinematic = Kinematic::new(Kind::ConstantVelocity, &[0.05, 0.05]).unwrap();
    Tracker::new(Settings {
        motion: Dynamics::Single(Motion::Kinematic(kinematic)),
        birth: Birth {
            place: Place::Uniform { rate_density: 1e-9, initial_density: 1e-5, region_m: None },
            velocity_std_m_s: 10.0,
            acceleration_std_m_s2: 1.0,
        },
        survival_per_s: 0.99,
        association,
        gate_probability: 0.999,
        prune_existence: 1e-5,
        longest_silence_s: f64::INFINITY,
        id_key: IdKey(1, 2),
    })
    .unwrap()
}

fn radar() -> Sensor {
    Sensor {
        name: "radar".to_owned(),
        model: Model::Position,
        noise: packed_from_dense(2, &[100.0, 0.0, 0.0, 100.0]),
        mode: Mode::Scanning { detection_probability: Value::Constant(0.9) },
        clutter_density: Value::Constant(1e-6),
        coverage: Coverage::Everywhere,
        pose: Pose::default(),
        linearisation: Linearisation::Extended,
    }
}

/// Scans a second apart of three objects side by side, each seen unless told that it is missed.
fn track(
    association: Association,
    scans: usize,
    missed: &[bool],
    lag_s: f64,
) -> Result<Recorded, Error> {
    let jitter = |k: usize| 9.0 * ((k * 7919 % 101) as f64 / 50.0 - 1.0);
    let (mut values, mut start) = (Vec::new(), vec![0]);
    for t in 0..scans {
        for object in (0..3).filter(|object| !missed[3 * t + object]) {
            values.push(30.0 * object as f64 + jitter(object + 31 * t));
            values.push(8.0 * t as f64 + jitter(7 * object + 17 * t));
        }
        start.push(values.len() / 2);
    }
    let time_s: Vec<f64> = (0..scans).map(|t| t as f64).collect();
    let sensor = vec![0; scans];
    let (time_s, sensor, start, values) = (&*time_s, &*sensor, &*start, &*values);
    let recording = Recording { time_s, sensor, start, values, named: None, pose: None };
    let keep = Keep { confirmation: 0.0, lag_s };
    tracker(association).track(recording, &[radar()], keep, |_| Ok(()))
}

/// Where each point stands, by its track and its time.
fn places(recorded: &Recorded) -> BTreeMap<(u64, u64), usize> {
    let ids = recorded.track.iter().map(|&track| recorded.tracks[track as usize].id);
    let keys = ids.zip(recorded.time_s.iter().map(|time_s| time_s.to_bits()));
    keys.enumerate().map(|(point, key)| (key, point)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_lag_knows_what_is_known_by_then(
        missed in prop::collection::vec(prop::bool::weighted(0.15), 60),
        lag in 0usize..8,
        now in 3usize..11,
        association in 0usize..3,
    ) {
        let association = ALL[association];
        let lagged = track(association, 20, &missed, lag as f64).unwrap();
        let end = if lag == 0 { 0.0 } else { f64::INFINITY };
        let then = track(association, now + lag + 1, &missed, end).unwrap();
        let (later, mut compared) = (places(&then), 0);
        for (key, &point) in places(&lagged).iter().filter(|(_, p)| lagged.time_s[**p] == now as f64) {
            let Some(&other) = later.get(key) else { continue }; // it was last seen before
            if then.tracks[then.track[other] as usize].last_time_s < (now + lag) as f64 {
                continue; // points after the last detection, which may say a little, are left out
            }
            compared += 1;
            for i in 0..4 {
                let (a, b) = (lagged.mean[4 * point + i], then.mean[4 * other + i]);
                prop_assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} {b}");
            }
            for i in 0..16 {
                let (a, b) = (lagged.cov[16 * point + i], then.cov[16 * other + i]);
                prop_assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} {b}");
            }
        }
        prop_assume!(compared > 0);
        let all = track(association, 20, &missed, 20.0).unwrap();
        prop_assert_eq!(all, track(association, 20, &missed, f64::INFINITY).unwrap());
    }

    #[test]
    fn tracks_are_made_of_their_detections(
        missed in prop::collection::vec(prop::bool::weighted(0.15), 60),
        association in 0usize..3,
    ) {
        let recorded = track(ALL[association], 20, &missed, 0.0).unwrap();
        let shares = &recorded.shares;
        let pairs: BTreeMap<(u32, i64), f64> = shares
            .track
            .iter()
            .zip(&shares.detection)
            .zip(&shares.weight)
            .map(|((&track, &detection), &weight)| ((track, detection), weight))
            .collect();
        prop_assert_eq!(pairs.len(), shares.track.len());
        prop_assert!(pairs.len() > 30);
        let mut of_scan: BTreeMap<(u32, u64), f64> = BTreeMap::new();
        for k in 0..shares.track.len() {
            *of_scan.entry((shares.track[k], shares.time_s[k].to_bits())).or_default() +=
                shares.weight[k];
        }
        prop_assert!(of_scan.values().all(|&sum| sum > 0.0 && sum < 1.0 + 1e-9));
        let given = (0..recorded.track.len()).filter(|&point| recorded.detection[point] >= 0);
        let mut count = 0;
        for point in given {
            prop_assert!(pairs.contains_key(&(recorded.track[point], recorded.detection[point])));
            count += 1;
        }
        if ALL[association] != Association::Jpda {
            prop_assert_eq!(count, pairs.len());
            prop_assert!(pairs.values().all(|&weight| weight == 1.0));
            let mut taken: Vec<i64> = shares.detection.clone();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), pairs.len());
        }
    }
}

#[test]
fn a_lag_is_not_negative() {
    for lag_s in [-1.0, f64::NAN] {
        let refused = track(Association::Gnn, 3, &[false; 9], lag_s);
        assert!(matches!(refused, Err(Error::Setting { what: "lag_s", .. })), "{refused:?}");
    }
}
