//! Laws of late scans: whatever their order of arrival, the tracker is as if they had come in order.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use detente_core::Error;
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
        max_hypotheses: 20,
        prune_hypothesis: 1e-3,
        recycle_existence: 1e-3,
    }),
];

fn tracker(association: Association) -> Tracker {
    Tracker::new(Settings {
        motion: Dynamics::Single(Motion::Kinematic(
            Kinematic::new(Kind::ConstantVelocity, &[0.05, 0.05]).unwrap(),
        )),
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
        id_key: IdKey(1, 2),
    })
    .unwrap()
}

fn sensor(name: &str, mode: Mode) -> Sensor {
    Sensor {
        name: name.to_owned(),
        model: Model::Position,
        noise: packed_from_dense(2, &[100.0, 0.0, 0.0, 100.0]),
        mode,
        clutter_density: Value::Constant(1e-6),
        coverage: Coverage::Everywhere,
        pose: Pose::default(),
        linearisation: Linearisation::Extended,
    }
}

fn radar() -> Sensor {
    sensor("radar", Mode::Scanning { detection_probability: Value::Constant(0.9) })
}

fn reports() -> Sensor {
    sensor("reports", Mode::Reporting { rate_per_s: 0.1 })
}

/// A scan of its own data.
#[derive(Clone, Debug)]
struct Taken {
    time_s: f64,
    reported: bool,
    values: Vec<f64>,
}

impl Taken {
    fn scan(&self) -> Scan<'_> {
        Scan { time_s: self.time_s, values: &self.values, noise: None, named: None, each: None }
    }

    fn sensor(&self) -> Sensor {
        if self.reported { reports() } else { radar() }
    }
}

/// Scans every two seconds of objects on a line, and a report of one of them each second.
fn schedule(seconds: usize) -> Vec<Taken> {
    let jitter = |k: usize| 9.0 * ((k * 7919 % 101) as f64 / 50.0 - 1.0);
    let place =
        |i: usize, t: usize| [120.0 * i as f64 + jitter(i + 31 * t), jitter(7 * i + 17 * t)];
    let mut out = Vec::new();
    for t in 0..seconds {
        let time_s = t as f64;
        if t % 2 == 0 {
            let seen = (0..4).filter(|i| (i + t) % 7 != 0);
            let values = seen.flat_map(|i| place(i, t)).collect();
            out.push(Taken { time_s, reported: false, values });
        }
        out.push(Taken { time_s, reported: true, values: place(t % 4, t + 1000).to_vec() });
        if t % 3 == 0 {
            out.push(Taken { time_s, reported: true, values: place((t + 1) % 4, t + 50).to_vec() });
        }
    }
    out
}

fn arrive(replay: &mut Replay, taken: &Taken) -> detente_core::Result<usize> {
    replay.step(taken.scan(), taken.sensor(), |_| {}).map(|landed| landed.steps)
}

/// What a tracker says that sees the scans in the order of time, sensor and values.
fn in_order(association: Association, mut scans: Vec<Taken>) -> Vec<u8> {
    scans.sort_by(|a, b| {
        let key = |taken: &Taken| (taken.time_s, taken.sensor().name, taken.values.len());
        key(a).partial_cmp(&key(b)).unwrap().then_with(|| {
            let bits = |taken: &Taken| taken.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            bits(a).cmp(&bits(b))
        })
    });
    let mut tracker = tracker(association);
    for taken in &scans {
        tracker.step(taken.scan(), &taken.sensor()).unwrap();
    }
    tracker.snapshot().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_of_arrival_gives_the_bytes_of_the_right_one(
        delays in prop::collection::vec(0.0..25.0f64, 55),
        again in prop::collection::vec(0usize..55, 0..20),
        association in 0usize..3,
    ) {
        let scans = schedule(30);
        let mut arrivals: Vec<(f64, usize)> =
            (0..scans.len()).map(|k| (scans[k].time_s + delays[k], k)).collect();
        arrivals.extend(again.iter().map(|&k| (scans[k].time_s + 25.0 - delays[k], k)));
        arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut replay = Replay::new(tracker(ALL[association]), 30.0).unwrap();
        for (_, k) in arrivals {
            arrive(&mut replay, &scans[k]).unwrap();
        }
        prop_assert_eq!(replay.duplicates(), again.len() as u64);
        prop_assert_eq!(replay.snapshot().unwrap(), in_order(ALL[association], scans));
    }
}

#[test]
fn a_narrow_window_is_as_good_as_a_wide_one_for_what_it_lets_in() {
    for association in ALL {
        let scans = schedule(60);
        let mut replay = Replay::new(tracker(association), 3.0).unwrap();
        let mut taken = Vec::new();
        for k in (0..scans.len()).map(|k| k / 9 * 9 + (k * 4) % 9).filter(|&k| k < scans.len()) {
            match arrive(&mut replay, &scans[k]) {
                Ok(_) => taken.push(scans[k].clone()),
                Err(error) => assert!(matches!(error, Error::TooLate { .. })),
            }
        }
        assert!(taken.len() > 60 && (taken.len() as u64) + replay.refused_count() > 90);
        assert_eq!(replay.snapshot().unwrap(), in_order(association, taken));
        assert!(replay.held().0 < 20, "{:?}", replay.held());
    }
}

#[test]
fn a_scan_that_is_too_late_is_refused_listed_and_changes_nothing() {
    let mut replay = Replay::new(tracker(Association::Gnn), 10.0).unwrap();
    for taken in schedule(40) {
        arrive(&mut replay, &taken).unwrap();
    }
    let before = replay.snapshot().unwrap();
    let late = Taken { time_s: 28.5, reported: false, values: vec![0.0, 0.0, 9.0, 9.0] };
    let message = arrive(&mut replay, &late).unwrap_err().to_string();
    assert!(message.contains("from before 29"), "{message}");
    assert_eq!(replay.snapshot().unwrap(), before);
    let listed: Vec<_> = replay.refused().cloned().collect();
    assert_eq!((listed.len(), replay.refused_count()), (1, 1));
    assert_eq!((listed[0].time_s, listed[0].detections, listed[0].latest_s), (28.5, 2, 39.0));
    assert_eq!(listed[0].sensor, "radar");
    let at_the_edge = Taken { time_s: 29.0, ..late };
    assert!(arrive(&mut replay, &at_the_edge).is_ok());
}

#[test]
fn a_late_scan_costs_the_steps_since_and_few_copies_are_kept() {
    let mut replay = Replay::new(tracker(Association::Gnn), f64::INFINITY).unwrap();
    let look = |time_s: f64| Taken { time_s, reported: false, values: vec![0.0, time_s] };
    for t in 0..2000 {
        arrive(&mut replay, &look(f64::from(t))).unwrap();
        let (scans, copies) = replay.held();
        assert!(copies <= 2 + 4 * (scans.ilog2() as usize), "{copies} copies of {scans} scans");
    }
    for lag in [1, 2, 5, 20, 100, 1000] {
        let mut late = replay.clone();
        let mut steps = 0;
        let taken = look(1999.5 - f64::from(lag));
        let landed = late.step(taken.scan(), taken.sensor(), |_| steps += 1).unwrap();
        assert_eq!((landed.steps, steps), (lag as usize + 1, lag as usize + 1));
        assert!(late.replayed() as f64 <= 1.5 * f64::from(lag) + 3.0, "{lag}: {}", late.replayed());
    }
}

#[test]
fn a_scan_that_fails_changes_nothing_however_late() {
    for association in ALL {
        let mut replay = Replay::new(tracker(association), 100.0).unwrap();
        for taken in schedule(20) {
            arrive(&mut replay, &taken).unwrap();
        }
        let (before, held) = (replay.snapshot().unwrap(), replay.held());
        for time_s in [10.5, 30.0] {
            for values in [vec![0.0], vec![0.0, f64::NAN]] {
                let bad = Taken { time_s, reported: false, values };
                assert!(arrive(&mut replay, &bad).is_err());
            }
        }
        let nowhere = Taken { time_s: f64::NAN, reported: false, values: vec![] };
        assert!(matches!(arrive(&mut replay, &nowhere), Err(Error::TimeOrder { .. })));
        assert_eq!((replay.snapshot().unwrap(), replay.held()), (before, held));
    }
}

#[test]
fn sensors_of_one_name_start_tracks_of_different_identities() {
    let mut tracker = tracker(Association::Gnn);
    let values = [0.0, 0.0];
    let far = [9000.0, 0.0];
    for (values, sensor) in [
        (&values, sensor("eye", Mode::Scanning { detection_probability: Value::Constant(0.9) })),
        (&far, sensor("eye", Mode::Reporting { rate_per_s: 0.1 })),
    ] {
        tracker
            .step(Scan { time_s: 0.0, values, noise: None, named: None, each: None }, &sensor)
            .unwrap();
    }
    assert_ne!(tracker.store().id[0], tracker.store().id[1]);
}
