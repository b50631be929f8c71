//! Laws of the tracker: results depend on inputs alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use detente_core::Error;
use detente_core::id::IdKey;
use detente_core::linalg::packed_from_dense;
use detente_core::motion::{Dynamics, Kind, Kinematic, Motion};
use detente_core::sensor::{Coverage, Linearisation, Mode, Model, Pose, Sensor, Value};
use detente_core::track::{
    Association, Birth, Each, Mixture, Named, Place, Scan, Settings, Store, Tracker,
};
use proptest::prelude::*;

const GNN: Association = Association::Gnn;
const ALL: [Association; 3] = [
    GNN,
    Association::Jpda,
    Association::Pmbm(Mixture {
        max_hypotheses: 50,
        prune_hypothesis: 1e-3,
        recycle_existence: 1e-3,
    }),
];

fn cv(density: f64) -> Motion {
    Motion::Kinematic(Kinematic::new(Kind::ConstantVelocity, &[density; 2]).unwrap())
}

fn tracker(association: Association) -> Tracker {
    Tracker::new(Settings {
        motion: Dynamics::Single(cv(0.05)),
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

fn sensor(mode: Mode) -> Sensor {
    Sensor {
        name: "radar".to_owned(),
        model: Model::Position,
        noise: packed_from_dense(2, &[100.0, 0.0, 0.0, 100.0]),
        mode,
        clutter_density: Value::Constant(1e-6),
        coverage: Coverage::Everywhere,
        pose: Pose::default(),
        linearisation: Linearisation::Extended,
    }
}

fn scanning() -> Sensor {
    sensor(Mode::Scanning { detection_probability: Value::Constant(0.9) })
}

/// Objects that move on straight lines, seen with a deterministic jitter, in `n` rows a scan.
fn scene(n: usize, scans: usize) -> Vec<Vec<[f64; 2]>> {
    let jitter = |k: usize| 9.0 * ((k * 7919 % 101) as f64 / 50.0 - 1.0);
    (0..scans)
        .map(|t| {
            (0..n)
                .filter(|i| (i + t) % 9 != 0) // now and then one is missed
                .map(|i| {
                    let (row, col) = ((i / 50) as f64, (i % 50) as f64);
                    let speed = (i % 7) as f64 - 3.0;
                    [
                        70.0 * col + speed * t as f64 + jitter(i + 31 * t),
                        70.0 * row - speed * t as f64 + jitter(i + 17 * t + 5),
                    ]
                })
                .collect()
        })
        .collect()
}

fn run(tracker: &mut Tracker, sensor: &Sensor, scans: &[Vec<[f64; 2]>], start: usize) {
    for (t, rows) in scans.iter().enumerate() {
        let values: Vec<f64> = rows.iter().flatten().copied().collect();
        let time_s = (start + t) as f64;
        tracker
            .step(Scan { time_s, values: &values, noise: None, named: None, each: None }, sensor)
            .unwrap();
    }
}

/// The store without the caller's numbering of the detections, and bit by bit.
fn bits(store: &Store) -> Vec<u64> {
    let floats = store.states.entries().lanes().iter().flat_map(|lanes| lanes.0).map(f64::to_bits);
    floats
        .chain(store.id.iter().copied())
        .chain(store.existence.iter().map(|r| r.to_bits()))
        .collect()
}

#[test]
fn one_thread_and_four_give_the_same_bits() {
    let scans = scene(5000, 3); // enough rows that gating runs in parallel
    for association in ALL {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut tracker = tracker(association);
                run(&mut tracker, &scanning(), &scans, 0);
                assert!(tracker.store().len() > 4096);
                bits(tracker.store())
            })
        };
        assert_eq!(with(1), with(4), "{association:?}");
    }
}

#[test]
fn a_restored_tracker_goes_on_as_if_nothing_had_happened() {
    let scans = scene(60, 12);
    for association in ALL {
        let mut whole = tracker(association);
        run(&mut whole, &scanning(), &scans, 0);
        let mut first = tracker(association);
        run(&mut first, &scanning(), &scans[..5], 0);
        let mut second = tracker(association);
        second.restore(&first.snapshot().unwrap()).unwrap();
        run(&mut second, &scanning(), &scans[5..], 5);
        assert_eq!(whole.snapshot().unwrap(), second.snapshot().unwrap(), "{association:?}");
    }
}

#[test]
fn broken_snapshots_are_refused_and_change_nothing() {
    for association in ALL {
        let mut tracker = tracker(association);
        run(&mut tracker, &scanning(), &scene(10, 3), 0);
        let before = bits(tracker.store());
        let bytes = tracker.snapshot().unwrap();
        for cut in 0..bytes.len() {
            assert!(matches!(tracker.restore(&bytes[..cut]), Err(Error::Decode { .. })), "{cut}");
        }
        assert_eq!(bits(tracker.store()), before);
    }
}

#[test]
fn a_snapshot_of_a_mixture_is_refused_by_the_others_and_theirs_by_it() {
    let mut mixture = tracker(ALL[2]);
    run(&mut mixture, &scanning(), &scene(5, 2), 0);
    let mut single = tracker(GNN);
    run(&mut single, &scanning(), &scene(5, 2), 0);
    let refused = single.clone().restore(&mixture.snapshot().unwrap());
    assert!(refused.unwrap_err().to_string().contains("another association"));
    let refused = mixture.clone().restore(&single.snapshot().unwrap());
    assert!(refused.unwrap_err().to_string().contains("another association"));
}

#[test]
fn a_failed_scan_changes_nothing() {
    let bad = [
        Scan { time_s: 1.0, values: &[0.0, 0.0], noise: None, named: None, each: None },
        Scan { time_s: 9.0, values: &[0.0], noise: None, named: None, each: None },
        Scan { time_s: 9.0, values: &[0.0, f64::NAN], noise: None, named: None, each: None },
        Scan {
            time_s: 9.0,
            values: &[0.0, 0.0],
            noise: Some(&[1.0, 2.0, 1.0]),
            named: None,
            each: None,
        },
        Scan { time_s: f64::NAN, values: &[], noise: None, named: None, each: None },
    ];
    for association in ALL {
        let mut tracker = tracker(association);
        run(&mut tracker, &scanning(), &scene(20, 3), 0);
        let before = tracker.snapshot().unwrap();
        for scan in bad {
            assert!(tracker.step(scan, &scanning()).is_err());
            assert_eq!(tracker.snapshot().unwrap(), before);
        }
    }
}

#[test]
fn clutter_that_detections_bring_is_that_of_the_sensor() {
    for association in ALL {
        let (mut plain, mut each) = (tracker(association), tracker(association));
        let scans = scene(20, 6);
        run(&mut plain, &scanning(), &scans, 0);
        let silent = Sensor { clutter_density: Value::Constant(0.5), ..scanning() };
        for (t, rows) in scans.iter().enumerate() {
            let values: Vec<f64> = rows.iter().flatten().copied().collect();
            let (clutter_density, begins) = (vec![1e-6; rows.len()], vec![true; rows.len()]);
            let own = Each { clutter_density: &clutter_density, begins: &begins };
            let time_s = t as f64;
            let scan = Scan { time_s, values: &values, noise: None, named: None, each: Some(own) };
            each.step(scan, &silent).unwrap();
        }
        assert_eq!(bits(plain.store()), bits(each.store()));
    }
}

#[test]
fn a_detection_that_may_not_begin_a_track_begins_none() {
    for association in ALL {
        let mut tracker = tracker(association);
        let values = [0.0, 0.0, 500.0, 0.0];
        let own = Each { clutter_density: &[1e-6; 2], begins: &[true, false] };
        let scan = Scan { time_s: 0.0, values: &values, noise: None, named: None, each: Some(own) };
        tracker.step(scan, &scanning()).unwrap();
        assert_eq!(tracker.store().len(), 1);
        assert_eq!(tracker.store().states.mean(0, 0), 0.0);
        let short = Scan { each: Some(Each { begins: &[], ..own }), time_s: 1.0, ..scan };
        assert!(matches!(tracker.step(short, &scanning()), Err(Error::Shape { .. })));
        let negative = Each { clutter_density: &[-1.0, 0.0], ..own };
        let bad = Scan { each: Some(negative), time_s: 1.0, ..scan };
        assert!(matches!(tracker.step(bad, &scanning()), Err(Error::Setting { .. })));
    }
}

/// Two objects 40 m apart change places within the noise; who they are is told under two givers.
#[test]
fn codes_of_different_givers_do_not_compare() {
    let told = |by: [u64; 2]| {
        let mut tracker = tracker(GNN);
        for (t, (values, code)) in
            [([0.0, 0.0, 30.0, 0.0], [7, 8]), ([0.0, 0.0, 30.0, 0.0], [8, 7])].iter().enumerate()
        {
            let named = Some(Named { by: by[t], code, error: 0.01, is_evidence: true });
            let scan = Scan { time_s: t as f64, values, noise: None, named, each: None };
            tracker.step(scan, &scanning()).unwrap();
        }
        tracker.store().detection.clone()
    };
    assert_eq!(told([1, 1]), [1, 0]); // the codes outweigh 30 m
    assert_eq!(told([1, 2]), [0, 1]); // nobody is known by such a code
}

#[test]
fn a_single_report_touches_only_its_neighbourhood() {
    let reporting = sensor(Mode::Reporting { rate_per_s: 0.1 });
    let mut tracker = tracker(GNN);
    run(&mut tracker, &reporting, &scene(200, 1), 0);
    let before = tracker.store().clone();
    let near = [before.states.mean(0, 0), before.states.mean(0, 1)];
    let stepped = tracker
        .step(Scan { time_s: 1.0, values: &near, noise: None, named: None, each: None }, &reporting)
        .unwrap();
    assert!(stepped.id.contains(&before.id[0]) && stepped.id.len() < 20);
    let moved = (0..before.len()).filter(|&row| tracker.store().time_s[row] == 1.0).count();
    assert_eq!(moved, stepped.id.len());
}

#[test]
fn a_reporting_object_is_doubted_as_it_stays_silent_and_others_are_not() {
    let reporting = sensor(Mode::Reporting { rate_per_s: 0.1 });
    let mut tracker = tracker(GNN);
    run(&mut tracker, &reporting, &[vec![[0.0, 0.0]]], 0);
    run(&mut tracker, &scanning(), &[vec![[0.0, 0.0]], vec![[0.0, 0.0]]], 1);
    let now = tracker.store().existence[0];
    let later = tracker.predict(62.0).unwrap().rows.existence[0];
    let alive = now * libm::exp(60.0 * libm::log(0.99));
    let silent = libm::exp(-6.0);
    assert!((later - alive * silent / (1.0 - alive + alive * silent)).abs() < 1e-12);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_the_detections_does_not_matter(seed in any::<u64>()) {
        let scans = scene(40, 6);
        let mut shuffled = scans.clone();
        let mut state = seed | 1;
        for scan in &mut shuffled {
            for i in (1..scan.len()).rev() {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                scan.swap(i, (state >> 33) as usize % (i + 1));
            }
        }
        for association in ALL {
            let (mut a, mut b) = (tracker(association), tracker(association));
            run(&mut a, &scanning(), &scans, 0);
            run(&mut b, &scanning(), &shuffled, 0);
            prop_assert_eq!(bits(a.store()), bits(b.store()));
            for row in 0..a.store().len() {
                let of = |store: &Store, scan: &[[f64; 2]]| match store.detection[row] {
                    -1 => None,
                    k => Some(scan[k as usize]),
                };
                prop_assert_eq!(of(a.store(), &scans[5]), of(b.store(), &shuffled[5]));
            }
        }
    }
}

#[test]
fn where_a_limited_sensor_has_looked_there_is_less_left_to_find() {
    let mut limited = scanning();
    limited.coverage = Coverage::Disc { range_m: 1e4 };
    let born = |looks: usize, sensor: &Sensor| {
        let mut tracker = tracker(GNN);
        run(&mut tracker, sensor, &vec![Vec::new(); looks], 0);
        run(&mut tracker, sensor, &[vec![[0.0, 0.0]]], looks);
        tracker.store().existence[0]
    };
    assert!(born(5, &limited) < 0.5 * born(0, &limited));
    assert!(born(5, &limited) > born(5, &scanning()), "others come in from around");
}
