"""The tracker as users call it: figures, consistency, errors by class and message."""

import sys
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente import errors

Array = NDArray[np.float64]


def a_tracker(**settings: object) -> dt.Tracker:
    chosen = {
        "motion": dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        "birth": dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0),
    }
    return dt.Tracker(**{**chosen, **settings})  # type: ignore[arg-type]


RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)


def test_every_column_has_its_shape_and_type() -> None:
    tracks = a_tracker().step(0.0, [[1.0, 2.0], [300.0, 4.0]], sensor=RADAR)
    assert (tracks.id.dtype, tracks.id.shape) == (np.uint64, (2,))
    assert (tracks.mean.shape, tracks.cov.shape) == ((2, 4), (2, 4, 4))
    assert tracks.detection_index.dtype == np.int64
    assert sorted(tracks.detection_index.tolist()) == [0, 1]
    np.testing.assert_array_equal(tracks.first_time_s, [0.0, 0.0])
    np.testing.assert_array_equal(tracks.mean[tracks.detection_index == 1, :2], [[300.0, 4.0]])


def test_the_newborn_weighs_the_integral_of_the_birth_density() -> None:
    # the integral of λ p_D likelihood over that and clutter: λ = 1e-6, p_D = 0.9, clutter 1e-6
    tracks = a_tracker().step(0.0, [[0.0, 0.0]], sensor=RADAR)
    assert tracks.existence[0] == pytest.approx(0.9 / 1.9, rel=1e-12)


def test_existence_follows_bayes_under_the_allocation() -> None:
    tracker = a_tracker(survival_per_s=1.0)
    first = tracker.step(0.0, [[0.0, 0.0]], sensor=RADAR)
    second = tracker.step(1.0, [[3.0, 0.0]], sensor=RADAR, diagnostics=True)
    spread = 2 * 100.0 + 10.0**2 + 0.05 / 3  # P + R, one second later, per axis
    likelihood = np.exp(-0.5 * 9.0 / spread) / (2 * np.pi * spread)
    unseen = 1e-6 * 0.1 + 1e-9
    elsewhere = 1e-6 + 0.9 * unseen
    r = first.existence[0]
    expected = r * 0.9 * likelihood / (r * 0.9 * likelihood + (1 - r) * elsewhere)
    assert second.existence[0] == pytest.approx(expected, rel=1e-12)
    assert second.diagnostics is not None
    assert second.diagnostics.nis[0] == pytest.approx(9.0 / spread, rel=1e-12)
    missed = tracker.step(2.0, np.empty((0, 2)), sensor=RADAR)
    assert missed.existence[0] == pytest.approx(expected * 0.1 / (1 - expected * 0.9), rel=1e-12)


def test_one_target_in_clutter_is_estimated_consistently() -> None:
    # ANEES over 40 runs × 20 scans of 4 components; neighbouring scans are correlated, so the
    # bound is that of the runs alone: chi-square with 160 degrees of freedom, 99.9 %
    nees = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
        step, noise = motion.transition(1.0), np.linalg.cholesky(motion.noise(1.0))
        state = np.array([0.0, 0.0, *rng.normal(0, 10, 2)])
        tracker = a_tracker()
        for k in range(40):
            seen = [state[:2] + rng.normal(0, 10, 2)] if rng.random() < 0.9 or k < 3 else []
            clutter = state[:2] + rng.uniform(-1000, 1000, (rng.poisson(4), 2))
            tracks = tracker.step(
                float(k), np.array([*seen, *clutter]).reshape(-1, 2), sensor=RADAR
            )
            known = tracks.confirmed()
            if k >= 20 and len(known):
                nearest = np.argmin(np.linalg.norm(known.mean[:, :2] - state[:2], axis=1))
                error = known.mean[nearest] - state
                nees.append(error @ np.linalg.solve(known.cov[nearest], error))
            state = step @ state + noise @ rng.normal(size=4)
    assert len(nees) > 700
    assert 109 / 160 < np.mean(nees) / 4 < 222 / 160


def test_the_same_key_gives_the_same_identities_and_another_gives_others() -> None:
    scan = [[0.0, 0.0], [500.0, 0.0]]
    once, again = (a_tracker(id_key=5).step(0.0, scan, sensor=RADAR).id for _ in range(2))
    np.testing.assert_array_equal(once, again)
    other = a_tracker(id_key=6).step(0.0, scan, sensor=RADAR).id
    assert not set(once.tolist()) & set(other.tolist())


def test_snapshot_and_restore() -> None:
    rng = np.random.default_rng(3)
    scans = [rng.uniform(0, 300, (5, 2)) for _ in range(8)]
    whole, first, second = a_tracker(), a_tracker(), a_tracker()
    for k, scan in enumerate(scans):
        expected = whole.step(float(k), scan, sensor=RADAR)
        if k < 4:
            first.step(float(k), scan, sensor=RADAR)
    second.restore(first.snapshot())
    for k in range(4, 8):
        tracks = second.step(float(k), scans[k], sensor=RADAR)
    np.testing.assert_array_equal(tracks.mean, expected.mean)
    np.testing.assert_array_equal(tracks.id, expected.id)
    with pytest.raises(errors.DecodeError, match="do not begin as a snapshot"):
        second.restore(b"nonsense")
    three = a_tracker(motion=dt.ConstantVelocity(axes=3, acceleration_psd=1.0))
    with pytest.raises(
        errors.DecodeError, match="4 components in 2 axes for 1 motion models, this"
    ):
        three.restore(first.snapshot())


def test_predict_leaves_the_tracker_as_it_is() -> None:
    tracker = a_tracker()
    tracker.step(0.0, [[0.0, 0.0]], sensor=RADAR)
    before = tracker.snapshot()
    later = tracker.predict(10.0)
    assert later.cov[0, 0, 0] > 1000.0
    assert tracker.snapshot() == before


def test_tracks_from_outside_are_added_and_removed() -> None:
    tracker = a_tracker()
    ids = tracker.add(0.0, [[1.0, 2.0, 3.0, 4.0]], [np.eye(4)], existence=[0.7])
    tracks = tracker.predict(0.0)
    assert tracks.id.tolist() == ids.tolist()
    assert tracks.existence[0] == 0.7
    tracker.remove(int(ids[0]))
    assert len(tracker.predict(0.0)) == 0
    with pytest.raises(errors.UnknownIdError, match=f"no living track has the identity {ids[0]}"):
        tracker.remove(int(ids[0]))
    with pytest.raises(errors.NotPositiveDefiniteError, match=r"cov .* row 0"):
        tracker.add(0.0, [[0.0] * 4], [np.zeros((4, 4))], existence=[0.5])


def test_a_miss_counts_only_where_a_scanning_sensor_could_have_seen() -> None:
    near = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.9,
        clutter_density=1e-6,
        coverage=dt.Disc(range_m=100.0),
        name="near",
    )
    tracker = a_tracker(survival_per_s=1.0)
    before = tracker.step(0.0, [[0.0, 0.0], [5000.0, 0.0]], sensor=RADAR)
    after = tracker.step(0.0, np.empty((0, 2)), sensor=near)
    far = before.mean[:, 0] > 1000
    np.testing.assert_array_equal(after.existence[far], before.existence[far])
    assert after.existence[~far] < 0.2 * before.existence[~far]


def test_rows_of_a_reporting_sensor_say_nothing_about_other_objects() -> None:
    ais = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.1, name="ais")
    tracker = a_tracker(survival_per_s=1.0)
    tracker.step(0.0, [[0.0, 0.0], [5000.0, 0.0]], sensor=ais)
    tracks = tracker.step(0.0, [[0.0, 0.0]], sensor=ais)
    np.testing.assert_array_equal(tracks.existence, [1.0, 1.0])


def test_range_and_bearing_find_a_target_by_both_filters() -> None:
    for chosen in ("ekf", "ukf"):
        radar = dt.RangeBearingSensor(
            range_std_m=5.0,
            bearing_std_rad=0.005,
            range_rate_std_m_s=0.5,
            detection_probability=0.95,
            clutter_density=1e-6,
            pose=dt.Pose(position_m=(-100.0, 50.0), heading_rad=3.0),
            filter=chosen,  # type: ignore[arg-type]
        )
        rng = np.random.default_rng(4)
        tracker = a_tracker()
        state = np.array([-110.0, -800.0, 5.0, 3.0])  # crosses the wrap of the bearing
        for k in range(30):
            z = radar.measure(state[None], axes=2) + rng.normal(0, [5.0, 0.005, 0.5], (1, 3))
            tracks = tracker.step(float(k), z, sensor=radar)
            state[:2] += state[2:]
        state[:2] -= state[2:]
        assert len(tracks.confirmed()) == 1
        error = tracks.confirmed().mean[0] - state
        assert error @ np.linalg.solve(tracks.confirmed().cov[0], error) < 25.0
        assert np.linalg.norm(error[:2]) < 15.0


def test_a_users_models_track_as_the_built_in_ones() -> None:
    linear = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)

    def transition(states: Array, dt_s: Array) -> Array:
        moved = states.copy()
        moved[:, :2] += dt_s[:, None] * states[:, 2:]
        return moved

    mine = dt.UserMotion(
        axes=2,
        dim=4,
        transition=transition,
        noise=lambda dt_s: np.array([linear.noise(step) for step in dt_s]).reshape(-1, 4, 4),
    )
    sensor = dt.UserSensor(
        measure=lambda x: x[:, :2],
        cov=100.0 * np.eye(2),
        angular=[False, False],
        position=lambda z: z,
        detection_probability=0.9,
        clutter_density=1e-6,
    )
    rng = np.random.default_rng(5)
    ours, theirs = a_tracker(), a_tracker(motion=mine)
    for k in range(10):
        scan = rng.normal(0, 10, (3, 2)) + np.array([[0, 0], [400, 5 * k], [10 * k, 900]])
        a = ours.step(float(k), scan, sensor=RADAR)
        b = theirs.step(float(k), scan, sensor=sensor)
    np.testing.assert_allclose(b.mean, a.mean, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(b.cov, a.cov, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(b.existence, a.existence, rtol=1e-8)


def test_what_a_users_model_raises_reaches_the_caller_and_changes_nothing() -> None:
    def broken(_: Array) -> Array:
        raise RuntimeError("my own mistake")

    sensor = dt.UserSensor(
        measure=broken, cov=np.eye(2), angular=[False, False], detection_probability=0.9
    )
    tracker = a_tracker()
    tracker.step(0.0, [[0.0, 0.0]], sensor=RADAR)
    before = tracker.snapshot()
    with pytest.raises(RuntimeError, match="my own mistake"):
        tracker.step(1.0, [[0.0, 0.0]], sensor=sensor)
    assert tracker.snapshot() == before


def test_own_noise_of_each_detection_counts() -> None:
    tracker = a_tracker()
    noise = np.array([np.eye(2), 400.0 * np.eye(2)])
    tracks = tracker.step(0.0, [[0.0, 0.0], [900.0, 0.0]], sensor=RADAR, noise=noise)
    np.testing.assert_array_equal(np.sort(tracks.cov[:, 0, 0]), [1.0, 400.0])
    same = np.repeat(100.0 * np.eye(2)[None], 2, axis=0)
    shared, each = a_tracker(), a_tracker()
    for k in range(3):
        scan = [[3.0 * k, 0.0], [900.0, 4.0 * k]]
        a = shared.step(float(k), scan, sensor=RADAR)
        b = each.step(float(k), scan, sensor=RADAR, noise=same)
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-12)
    np.testing.assert_allclose(a.existence, b.existence, rtol=1e-9)


def test_the_lock_is_released() -> None:
    # a second thread counts while the first tracks 20,000 detections
    ticks: list[int] = []
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            ticks.append(1)
            stop.wait(0.0005)

    rng = np.random.default_rng(6)
    tracker = a_tracker()
    scans = [rng.uniform(0, 1e5, (20_000, 2)) for _ in range(4)]
    old = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)  # without a release nobody else gets a turn
    thread = threading.Thread(target=count)
    thread.start()
    try:
        before = len(ticks)
        for k, scan in enumerate(scans):
            tracker.step(float(k), scan, sensor=RADAR)
        during = len(ticks) - before
    finally:
        sys.setswitchinterval(old)
        stop.set()
        thread.join()
    assert during > 0


@pytest.mark.parametrize(
    ("error", "message", "time_s", "scan", "noise"),
    [
        (
            errors.ShapeError,
            r"measurements must have shape \(n, 2\), found \(1, 3\)",
            5,
            [[0, 0, 0]],
            None,
        ),
        (errors.ShapeError, r"must have shape \(n, 2\), found \(2,\)", 5, [0, 0], None),
        (errors.DTypeError, "measurements must hold real numbers", 5, [["a", "b"]], None),
        (
            errors.NotFiniteError,
            "must be finite, found NaN at row 1",
            5,
            [[0, 0], [0, np.nan]],
            None,
        ),
        (errors.NotFiniteError, "must be finite, found inf at row 0", 5, [[np.inf, 0]], None),
        (errors.TimeOrderError, "found 1 after 3; sort the scans by time", 1, [[0, 0]], None),
        (errors.ShapeError, r"noise must have shape \(1, 2, 2\)", 5, [[0, 0]], np.eye(2)),
        (
            errors.NotPositiveDefiniteError,
            "noise must be symmetric positive definite, row 0 is not",
            5,
            [[0, 0]],
            [[[1, 2], [2, 1]]],
        ),
    ],
)
def test_bad_scans_are_refused_by_name(
    error: type[Exception], message: str, time_s: float, scan: object, noise: object
) -> None:
    tracker = a_tracker()
    tracker.step(3.0, [[0.0, 0.0]], sensor=RADAR)
    before = tracker.snapshot()
    with pytest.raises(error, match=message):
        tracker.step(time_s, scan, sensor=RADAR, noise=noise)  # type: ignore[arg-type]
    assert tracker.snapshot() == before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"association": "magic"}, 'association must be "gnn", "jpda" or "pmbm", found .magic.'),
        ({"survival_per_s": 1.5}, "survival_per_s must be above 0 and at most 1, found 1.5"),
        ({"gate_probability": 1.0}, "gate_probability must be between 0 and 1"),
        ({"prune_existence": -1.0}, "prune_existence must be at least 0"),
        ({"motion": "fast"}, "motion must be a motion model"),
        (
            {"birth": "anywhere"},
            "birth must be a birth model",
        ),
    ],
)
def test_bad_settings_are_refused_by_name(settings: dict[str, object], message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        a_tracker(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "either scans .* or is reported to"),
        ({"detection_probability": 0.9, "report_rate_per_s": 1.0}, "give exactly one of the two"),
        ({"detection_probability": 1.5}, "detection_probability must be above 0 and at most 1"),
        ({"report_rate_per_s": 0.0}, "report_rate_per_s must be positive"),
        ({"detection_probability": 0.9, "clutter_density": -1.0}, "clutter_density must be zero"),
        ({"detection_probability": 0.9, "filter": "magic"}, 'filter must be "ekf" or "ukf"'),
    ],
)
def test_bad_sensors_are_refused_by_name(settings: dict[str, object], message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        a_tracker().step(0.0, [[0, 0]], sensor=dt.PositionSensor(std_m=1.0, **settings))


def test_an_unknown_sensor_is_refused() -> None:
    with pytest.raises(errors.SettingError, match="sensor must be a Sensor"):
        a_tracker().step(0.0, [[0, 0]], sensor="radar")  # type: ignore[arg-type]
    with pytest.raises(errors.SettingError, match="std_m must be positive and finite, found 0"):
        dt.PositionSensor(std_m=0.0, detection_probability=0.9)
