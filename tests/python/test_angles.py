# pyright: basic
"""Angles alone: where an object may be along its ray, until other bearings tell."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.ranges import GaussianSum

import detente as dt
from detente import errors
from detente.tracking import Association

Array = NDArray[np.float64]
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.01)


def a_tracker(**settings: object) -> dt.Tracker:
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    chosen: dict[str, Any] = {"survival_per_s": 1.0, "birth": birth, **settings}
    return dt.Tracker(**{"motion": MOTION, **chosen})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def a_bearing_sensor(east_m: float, name: str, **settings: object) -> dt.BearingSensor:
    chosen: dict[str, Any] = {
        "bearing_std_rad": 0.01,
        "range_limits_m": (200.0, 5000.0),
        "detection_probability": 0.98,
        "clutter_density": 1e-3,
        "pose": dt.Pose(position_m=(east_m, 0.0)),
        "name": name,
        **settings,
    }
    return dt.BearingSensor(**chosen)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_bad_settings_of_angles_are_refused() -> None:
    for limits in ((0.0, 10.0), (10.0, 10.0), (1.0, math.inf)):
        with pytest.raises(errors.SettingError, match="range_limits_m must be"):
            a_bearing_sensor(0.0, "a", range_limits_m=limits).measure([[1.0, 1.0]], axes=2)
    with pytest.raises(errors.SettingError, match="the nearest and the farthest"):
        a_bearing_sensor(0.0, "a", range_limits_m=(1.0,))
    table = dt.RangeTable(ranges_m=[0.0], values=[1.0])
    with pytest.raises(errors.SettingError, match="for a sensor of angles only"):
        a_bearing_sensor(0.0, "a", clutter_density=table).measure([[1.0, 1.0]], axes=2)
    with pytest.raises(errors.SettingError, match="2 for a bearing, 3 with elevation"):
        a_bearing_sensor(0.0, "a").measure([[1.0, 1.0, 1.0]], axes=3)


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_a_bearing_begins_one_track_of_a_row_for_each_cell_of_the_range(
    association: Association,
) -> None:
    tracker = a_tracker(association=association)
    tracks = tracker.step(0.0, [[0.5]], sensor=a_bearing_sensor(0.0, "a"))
    # lambda p_D times the area for each unit of angle, beside clutter
    born = 1e-8 * 0.98 * 0.5 * (5000.0**2 - 200.0**2)
    assert len(tracks) == 1
    assert tracker.hypotheses.single == 5  # 25 is less than 2 to the fifth
    assert math.isclose(tracks.existence[0], born / (born + 1e-3), rel_tol=1e-9)
    along = np.array([math.sin(0.5), math.cos(0.5)])
    np.testing.assert_allclose(tracks.mean[0, :2], along * np.linalg.norm(tracks.mean[0, :2]))
    if association == "pmbm":
        return  # the likeliest cell
    whole = GaussianSum(0.5, 0.01, (200.0, 5000.0), 8.0).moments()
    np.testing.assert_allclose(tracks.mean[0], whole[0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(tracks.cov[0], whole[1], rtol=1e-9, atol=1e-9)


def test_the_rows_of_a_track_are_a_gaussian_sum() -> None:
    sensor, std = a_bearing_sensor(0.0, "a"), 0.01
    tracker, oracle = a_tracker(), GaussianSum(0.4, std, (200.0, 5000.0), 8.0)
    tracker.step(0.0, [[0.4]], sensor=sensor)
    for k in range(1, 9):
        place = np.array([12.0 * k, -2.0 * k])
        bearing = 0.4 - 0.006 * k + 0.005 * math.sin(9.0 * k)
        seen = [[bearing], [bearing + 2.0]] if k != 3 else [[bearing + 2.0]]
        pose = dt.Pose(position_m=(place[0], place[1]))
        tracks = tracker.step(float(k), seen, sensor=sensor, pose=pose)
        oracle.predict(MOTION.transition(1.0), MOTION.noise(1.0))
        if k != 3:
            oracle.update(bearing, std, place)
        mean, cov = oracle.moments()
        np.testing.assert_allclose(tracks.mean[0], mean, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(tracks.cov[0], cov, rtol=1e-9, atol=1e-9)
    assert oracle.weight.min() > 1e-4  # none is forgotten
    assert np.ptp(oracle.weight / oracle.weight.sum()) > 0.3


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_a_miss_of_one_sensor_leaves_the_range_open(association: Association) -> None:
    """As rivals, the largest cell would now take what one sensor sees, and stay."""
    x = np.array([[600.0, 1500.0, 4.0, -3.0]])
    sensors = (a_bearing_sensor(0.0, "a"), a_bearing_sensor(2000.0, "b"))
    tracker = a_tracker(association=association)
    for k in range(12):
        for sensor in sensors:
            z = sensor.measure(x, axes=2)[: int(k > 0 or sensor.name == "a")]
            tracks = tracker.step(float(k), z, sensor=sensor)
        x = x @ MOTION.transition(1.0).T
    confirmed = tracks.confirmed()
    assert len(confirmed) == 1
    assert np.linalg.norm(confirmed.mean[0, :2] - (x @ MOTION.transition(-1.0).T)[0, :2]) < 30.0


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_two_bearing_sensors_reach_the_cramer_rao_bound(association: Association) -> None:
    frames, runs = 40, 40
    sensors = (a_bearing_sensor(0.0, "a"), a_bearing_sensor(2000.0, "b"))
    start = np.array([600.0, 1500.0, 4.0, -3.0])
    F, Q = MOTION.transition(1.0), MOTION.noise(1.0)
    root = np.linalg.cholesky(Q)
    square = np.zeros((runs, frames))
    for run in range(runs):
        rng = np.random.default_rng(run)
        tracker, x = a_tracker(association=association), start
        for k in range(frames):
            x = F @ x + root @ rng.standard_normal(4) if k else x
            for sensor in sensors:
                z = sensor.measure(x[None], axes=2) + 0.01 * rng.standard_normal((1, 1))
                z = z[: int(rng.random() < 0.98)]
                tracks = tracker.step(float(k), z, sensor=sensor)
            best = tracks.mean[np.argmax(tracks.existence)]
            square[run, k] = ((best - x)[:2] ** 2).sum()
    nominal = np.array([np.linalg.matrix_power(F, k) @ start for k in range(frames)])
    jacobian = np.zeros((frames, 2, 4))
    for row, sensor in enumerate(sensors):
        east, north = (nominal[:, :2] - np.asarray(sensor.pose.position_m)).T
        jacobian[:, row, 0] = north / (east**2 + north**2)
        jacobian[:, row, 1] = -east / (east**2 + north**2)
    bound = dt.metrics.cramer_rao_bound(
        F,
        Q,
        jacobian,
        1e-4 * np.eye(2),
        frames=frames,
        initial_cov=np.diag([1e6, 1e6, 64.0, 64.0]),
        detection_probability=0.98,
    )
    least = bound[:, 0, 0] + bound[:, 1, 1]
    ratio = math.sqrt(square[:, 15:].mean() / least[15:].mean())
    assert 0.9 < ratio < 1.1


def test_a_recording_says_from_where_each_scan_was_taken() -> None:
    sensor = a_bearing_sensor(0.0, "a")
    tracker = a_tracker()
    rows: dict[str, list[float]] = {"time_s": [], "bearing_rad": []}
    looks: dict[str, list[float]] = {"time_s": [], "sensor_x_m": [], "sensor_heading_rad": []}
    target = np.array([[1000.0, 1500.0, 0.0, 0.0]])
    for k in range(20):
        pose = dt.Pose(position_m=(100.0 * k, 0.0), heading_rad=0.05 * k)
        z = a_bearing_sensor(0.0, "a", pose=pose).measure(target, axes=2)
        last = tracker.step(float(k), z, sensor=sensor, pose=pose).confirmed()
        rows["time_s"].append(k)
        rows["bearing_rad"].append(z[0, 0])
        looks["time_s"].append(k)
        looks["sensor_x_m"].append(100.0 * k)
        looks["sensor_heading_rad"].append(0.05 * k)
    found = dt.track(
        {name: np.array(column, float) for name, column in rows.items()},
        motion=MOTION,
        birth=dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0),
        sensor=sensor,
        scans={name: np.array(column, float) for name, column in looks.items()},
        survival_per_s=1.0,
    )
    assert len(last) >= 1
    at_end = found.points["time_s"] == 19.0
    mine = np.isin(found.points["track_id"][at_end], last.id)
    assert mine.sum() == len(last)
    np.testing.assert_array_equal(
        np.sort(found.points["x_m"][at_end][mine]), np.sort(last.mean[:, 0])
    )
    error = last.mean[0] - target[0]
    assert error @ np.linalg.solve(last.cov[0], error) < 18.5  # 99.9 % of chi-square with 4
    assert np.linalg.norm(error[:2]) < 200.0  # of 1800 m: it is not another cell


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_three_objects_under_two_bearing_sensors_are_three_tracks(association: Association) -> None:
    """Where rays cross that are of different objects there is nobody, and the ranges tell."""
    limits: dict[str, Any] = {"range_limits_m": (200.0, 3000.0)}
    sensors = (a_bearing_sensor(0.0, "a", **limits), a_bearing_sensor(2000.0, "b", **limits))
    root = np.linalg.cholesky(MOTION.noise(1.0))
    found = 0
    for run in range(10):
        rng = np.random.default_rng(run)
        x = np.array([[600.0, 1500, 4, -3], [1400, 2200, -5, 2], [2100, 1300, -3, 5]])
        tracker = a_tracker(association=association)
        for k in range(40):
            x = x @ MOTION.transition(1.0).T + rng.standard_normal(x.shape) @ root.T
            for sensor in sensors:
                z = sensor.measure(x, axes=2) + 0.01 * rng.standard_normal((3, 1))
                tracks = tracker.step(float(k), z[rng.random(3) < 0.98], sensor=sensor)
            if k >= 5:
                assert len(tracks.confirmed()) == 3
        off = np.linalg.norm(tracks.confirmed().mean[:, None, :2] - x[:, :2], axis=2)
        found += int((off.min(axis=0) < 100.0).all())
    assert found >= 7


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_one_sensor_that_changes_its_course_finds_the_range(association: Association) -> None:
    sensor = a_bearing_sensor(0.0, "a", range_limits_m=(200.0, 8000.0), detection_probability=0.9)
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=1e-4)
    root = np.linalg.cholesky(motion.noise(1.0))
    runs, squared = 20, []
    for run in range(runs):
        rng = np.random.default_rng(run)
        x, own = np.array([1200.0, 2500.0, -4.0, -3.0]), np.zeros(2)
        tracker = a_tracker(motion=motion, association=association)
        for k in range(240):
            x = motion.transition(1.0) @ x + root @ rng.standard_normal(4)
            own += 10.0 * np.array([math.copysign(0.7, 59.5 - k % 120), 0.15])
            pose = dt.Pose(position_m=(own[0], own[1]))
            z = math.atan2(x[0] - own[0], x[1] - own[1]) + 0.01 * rng.standard_normal()
            clutter = rng.uniform(-math.pi, math.pi, rng.poisson(2e-3 * math.pi))
            seen = np.append(clutter, [z] * int(rng.random() < 0.9))[:, None]
            tracks = tracker.step(float(k), seen, sensor=sensor, pose=pose).confirmed()
        assert len(tracks) == 1
        off = tracks.mean[0] - x
        assert np.linalg.norm(off[:2]) < 150.0
        squared.append(off @ np.linalg.solve(tracks.cov[0], off))
    assert 0.6 < np.mean(squared) / 4.0 < 1.5


@given(st.permutations(range(12)), st.sampled_from(["gnn", "jpda", "pmbm"]))
def test_late_bearings_and_snapshots_change_no_bit(
    order: list[int], association: Association
) -> None:
    rng = np.random.default_rng(5)
    x = np.array([[600.0, 1500.0, 4.0, -3.0], [1400.0, 2200.0, -5.0, 2.0]])
    sensors = [a_bearing_sensor(0.0, "a"), a_bearing_sensor(2000.0, "b")]
    scans = []
    for k in range(12):
        sensor = sensors[k % 2]
        z = sensor.measure(x, axes=2) + 0.01 * rng.standard_normal((2, 1))
        scans.append((float(k), z[rng.random(2) < 0.9], sensor))
    right = a_tracker(association=association)
    for k, (time_s, z, sensor) in enumerate(scans):
        want = right.step(time_s, z, sensor=sensor)
        if k == order[0]:
            bytes_, right = right.snapshot(), a_tracker(association=association)
            right.restore(bytes_)
    late = dt.Replay(a_tracker(association=association), window_s=100.0)
    for k in order:
        time_s, z, sensor = scans[k]
        late.step(time_s, z, sensor=sensor)
    for name in ("id", "mean", "cov", "existence", "first_time_s"):
        np.testing.assert_array_equal(getattr(late.tracks, name), getattr(want, name))


def test_a_report_nearby_leaves_one_row_of_a_track() -> None:
    """A single report is given to the rows near it; those far away are of the same track."""
    tracker = a_tracker()
    first = tracker.step(0.0, [[0.5]], sensor=a_bearing_sensor(0.0, "a"))
    place = 1600.0 * np.array([[math.sin(0.5), math.cos(0.5)]])
    ais = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.2, clutter_density=1e-9, name="ais")
    tracks = tracker.step(1.0, place, sensor=ais)
    assert tracks.id.tolist() == first.id.tolist()
    assert tracks.existence[0] > 0.999
    np.testing.assert_allclose(tracks.mean[:, :2], place, atol=1.0)
    assert tracks.cov[0, 0, 0] < 101.0


def test_a_recording_has_one_trajectory_from_the_first_bearing_on() -> None:
    """What is known afterwards moves the points of the time when the range was open."""
    sensors = {"a": a_bearing_sensor(0.0, "a"), "b": a_bearing_sensor(2000.0, "b")}
    x = np.array([[600.0, 1500.0, 4.0, -3.0]])
    rows: dict[str, list[object]] = {"time_s": [], "bearing_rad": [], "sensor": []}
    truth = []
    for k in range(20):
        name = "a" if k < 5 or k % 2 else "b"
        rows["time_s"].append(float(k))
        rows["bearing_rad"].append(sensors[name].measure(x, axes=2)[0, 0])
        rows["sensor"].append(name)
        truth.append(x[0, :2])
        x = x @ MOTION.transition(1.0).T
    settings: dict[str, Any] = {
        "motion": MOTION,
        "birth": dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0),
        "sensor": sensors,
        "survival_per_s": 1.0,
    }
    table = {name: np.array(column) for name, column in rows.items()}
    for association in ("gnn", "jpda"):
        filtered = dt.track(table, association=association, **settings)
        smoothed = dt.track(table, association=association, smooth=True, **settings)
        assert len(filtered.tracks) == len(smoothed.tracks) == 1
        off = [
            np.linalg.norm(np.column_stack([one.points["x_m"], one.points["y_m"]]) - truth, axis=1)
            for one in (filtered, smoothed)
        ]
        assert off[0][:5].min() > 500.0
        assert off[1][:5].max() < 100.0
