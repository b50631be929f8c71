"""Late scans: whatever the order of arrival, the tracks are those of the right one, to the bit."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente import errors

Array = NDArray[np.float64]
ASSOCIATIONS = ("gnn", "jpda", "pmbm")
SCANS, LATEST_S = 30, 25.0
STRAIGHT = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
MOTIONS = {
    "straight": STRAIGHT,
    "interacting": dt.IMM(
        [STRAIGHT, dt.CoordinatedTurn(axes=2, turn_rate_rad_s=0.2, acceleration_psd=0.05)],
        transition_per_s=[[0.0, 0.05], [0.05, 0.0]],
    ),
}
LIDAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6, name="lidar")
SHIP = dt.RangeBearingSensor(
    range_std_m=10.0,
    bearing_std_rad=0.01,
    detection_probability=0.9,
    clutter_density=1e-3,
    coverage=dt.Disc(range_m=3000.0),
    name="ship",
)
AIS = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.2, clutter_density=1e-9, name="ais")


@dataclass(frozen=True)
class Taken:
    """A scan of one of the three sensors, the moving one with its pose, reports with a name."""

    time_s: float
    sensor: dt.PositionSensor | dt.RangeBearingSensor
    measurements: Array
    pose: dt.Pose | None = None
    identity: list[str] | None = None

    def into(self, tracker: dt.Tracker | dt.Replay) -> dt.Tracks:
        return tracker.step(
            self.time_s,
            self.measurements,
            sensor=self.sensor,
            pose=self.pose,
            identity=self.identity,
        )


@cache
def schedule() -> tuple[Taken, ...]:
    """In the order of time and of the sensors' names: three objects over half a minute."""
    rng = np.random.default_rng(3)
    start, velocity = rng.uniform(-600, 600, (3, 2)), rng.normal(0, 8, (3, 2))
    taken = []
    for k in range(SCANS):
        states = np.c_[start + k * velocity, velocity]
        places = states[:, :2]
        name = k % 3
        place = places[name] + rng.normal(0, 10, 2)
        code = "" if k % 4 == 0 else f"ship {name if k % 11 else 9}"
        taken.append(Taken(float(k), AIS, place[None], identity=[code]))
        if k % 2 == 0:
            seen = places[rng.random(3) < 0.9]
            clutter = rng.uniform(-1000, 1000, (rng.poisson(2), 2))
            scan = np.concatenate([seen + rng.normal(0, 10, seen.shape), clutter])
            taken.append(Taken(float(k), LIDAR, scan))
        pose = dt.Pose(position_m=(20.0 * k - 900.0, -900.0), heading_rad=0.05 * k)
        here = dt.RangeBearingSensor(
            range_std_m=10.0, bearing_std_rad=0.01, detection_probability=0.9, pose=pose
        )
        polar = here.measure(states, axes=2) + rng.normal(0, 1, (3, 2)) * [10.0, 0.01]
        taken.append(Taken(float(k), SHIP, polar[rng.random(3) < 0.9], pose=pose))
    return tuple(taken)


def a_tracker(association: str = "gnn", motion: object = STRAIGHT) -> dt.Tracker:
    return dt.Tracker(
        motion=motion,  # type: ignore[arg-type]
        birth=dt.Birth(rate_density=1e-8, initial_density=1e-6, velocity_std_m_s=10.0),
        association=association,  # type: ignore[arg-type]
        max_hypotheses=20,
    )


@cache
def in_order(association: str, motion: str) -> tuple[dt.Tracks, bytes]:
    tracker = a_tracker(association, MOTIONS[motion])
    for taken in schedule():
        tracks = taken.into(tracker)
    return tracks, tracker.snapshot()


def assert_same(found: dt.Tracks, expected: dt.Tracks) -> None:
    for field in fields(dt.Tracks):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(expected, field.name))


@given(
    delays_s=st.lists(st.floats(0.0, LATEST_S), min_size=75, max_size=75),
    again=st.sets(st.integers(0, 74), max_size=10),
    association=st.sampled_from(ASSOCIATIONS),
    motion=st.sampled_from(sorted(MOTIONS)),
)
def test_any_order_of_arrival_gives_the_tracks_of_the_right_one(
    delays_s: list[float], again: set[int], association: str, motion: str
) -> None:
    scans = schedule()
    assert len(scans) == len(delays_s)
    arrivals = [
        (taken.time_s + delay, k)
        for k, (taken, delay) in enumerate(zip(scans, delays_s, strict=True))
    ]
    arrivals += [(scans[k].time_s + LATEST_S - delays_s[k], k) for k in again]
    replay = dt.Replay(a_tracker(association, MOTIONS[motion]), window_s=LATEST_S + 1.0)
    for _, k in sorted(arrivals):
        tracks = scans[k].into(replay)
    expected, memory = in_order(association, motion)
    assert len(expected.confirmed()) >= 3
    assert_same(tracks, expected)
    assert_same(replay.tracks, expected)
    assert_same(replay.confirmed(), expected.confirmed())
    assert replay.snapshot() == memory
    assert (replay.duplicates, replay.refused_count) == (len(again), 0)


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_it_says_what_the_tracker_says(association: str) -> None:
    tracker, scans = a_tracker(association), schedule()
    for taken in scans[:20]:
        taken.into(tracker)
    replay = dt.Replay(tracker, window_s=30.0)
    assert replay.time_s == replay.earliest_s == tracker.time_s
    before = tracker.snapshot()
    late = list(scans[20:])
    late.insert(-5, late.pop(3))
    for taken in late:
        taken.into(replay)
    assert tracker.snapshot() == before  # it was copied
    for taken in scans[20:]:
        taken.into(tracker)
    assert replay.time_s == tracker.time_s
    methods: tuple[Literal["existence", "cardinality", "joint"], ...]
    methods = ("existence", "cardinality", "joint")
    for method in methods:
        assert_same(replay.estimate(method), tracker.estimate(method))
    assert_same(replay.predict(40.0), tracker.predict(40.0))
    other = a_tracker(association)
    other.restore(replay.snapshot())
    assert_same(other.predict(40.0), tracker.predict(40.0))


def test_a_scan_that_is_too_late_is_refused_counted_and_listed() -> None:
    replay = dt.Replay(a_tracker(), window_s=10.0)
    for taken in schedule():
        taken.into(replay)
    before, tracks = replay.snapshot(), replay.tracks
    assert replay.earliest_s == 19.0
    for place in (0.0, 50.0):
        message = r"from before 19 to be replayed, found 17\.5 when the latest is of 29"
        with pytest.raises(errors.TooLateError, match=message):
            replay.step(17.5, [[place, 0.0], [9.0, 9.0]], sensor=LIDAR)
    assert replay.snapshot() == before
    assert_same(replay.tracks, tracks)
    listed = replay.refused
    assert replay.refused_count == len(listed) == 2
    assert [(name, column.tolist()) for name, column in listed.columns.items()] == [
        ("time_s", [17.5, 17.5]),
        ("sensor", ["lidar", "lidar"]),
        ("detections", [2, 2]),
        ("late_s", [11.5, 11.5]),
    ]
    replay.step(19.0, [[0.0, 0.0]], sensor=LIDAR)
    assert replay.refused_count == 2


def test_the_diagnostics_of_a_late_scan_are_its_own() -> None:
    replay, tracker = dt.Replay(a_tracker(), window_s=10.0), a_tracker()
    for k in (0.0, 1.0, 2.0, 4.0):
        tracks = replay.step(k, [[10.0 * k, 0.0]], sensor=LIDAR)
    late = replay.step(3.0, [[500.0, 500.0], [31.0, 0.0]], sensor=LIDAR, diagnostics=True)
    for k in (0.0, 1.0, 2.0):
        tracker.step(k, [[10.0 * k, 0.0]], sensor=LIDAR)
    own = tracker.step(3.0, [[500.0, 500.0], [31.0, 0.0]], sensor=LIDAR, diagnostics=True)
    assert late.time_s == 4.0
    assert late.diagnostics is not None
    assert own.diagnostics is not None
    assert late.diagnostics.detection_index.tolist() == [1]
    assert late.diagnostics.nis == own.diagnostics.nis
    assert late.id[0] == tracks.id[0]
    assert replay.replayed == 2


def test_memory_is_bounded_by_the_window() -> None:
    replay = dt.Replay(a_tracker(), window_s=20.0)
    for k in range(1000):
        replay.step(float(k), [[1.0 * k, 0.0]], sensor=LIDAR)
        scans, copies = replay.held
        assert scans <= 35
        assert copies <= 15
    forever = dt.Replay(a_tracker(), window_s=np.inf)
    for k in range(1000):
        forever.step(float(k), [[1.0 * k, 0.0]], sensor=LIDAR)
    scans, copies = forever.held
    assert scans == 1000
    assert copies <= 2 + 4 * np.log2(scans)
    forever.restore(replay.snapshot())
    assert forever.held == (0, 1)
    with pytest.raises(errors.TooLateError):
        forever.step(998.0, [[0.0, 0.0]], sensor=LIDAR)


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_models_of_the_users_are_called_again(association: str) -> None:
    motion = dt.UserMotion(
        axes=2,
        dim=4,
        transition=lambda x, dt_s: np.c_[x[:, :2] + dt_s[:, None] * x[:, 2:], x[:, 2:]],
        noise=lambda dt_s: 0.1 * dt_s[:, None, None] * np.eye(4),
    )
    odd = dt.UserSensor(
        measure=lambda x: x[:, :2] + 0.001 * x[:, 1::-1],
        cov=100.0 * np.eye(2),
        angular=[False, False],
        position=lambda z: z,
        detection_probability=0.9,
        clutter_density=1e-6,
    )
    scans = {k: [[10.0 * k, 500.0], [40.0, -20.0 * k]] for k in range(8)}
    tracker = a_tracker(association, motion)
    replay = dt.Replay(a_tracker(association, motion), window_s=60.0)
    for k, scan in scans.items():
        tracks = tracker.step(float(k), scan, sensor=odd)
    for k in (0, 3, 1, 7, 2, 2, 6, 5, 4):
        late = replay.step(float(k), scans[k], sensor=odd)
    assert_same(late, tracks)
    assert replay.duplicates == 1


def test_a_scan_that_fails_changes_nothing() -> None:
    replay = dt.Replay(a_tracker(), window_s=60.0)
    assert len(replay.tracks) == 0
    for taken in schedule():
        taken.into(replay)
    before, held = replay.snapshot(), replay.held

    def broken(_: Array) -> Array:
        raise ArithmeticError("no such place")

    wrong = dt.UserSensor(
        measure=broken, cov=np.eye(2), angular=[False, False], detection_probability=0.9
    )
    with pytest.raises(ArithmeticError, match="no such place"):
        replay.step(10.5, [[0.0, 0.0]], sensor=wrong)
    with pytest.raises(errors.ShapeError, match="measurements"):
        replay.step(10.5, [[0.0]], sensor=LIDAR)
    with pytest.raises(errors.NotFiniteError, match="measurements"):
        replay.step(10.5, [[0.0, np.nan]], sensor=LIDAR)
    with pytest.raises(errors.TimeOrderError, match="found NaN after 29"):
        replay.step(np.nan, [[0.0, 0.0]], sensor=LIDAR)
    with pytest.raises(errors.SettingError, match="sensor must be a Sensor"):
        replay.step(10.5, [[0.0, 0.0]], sensor="lidar")  # type: ignore[arg-type]
    with pytest.raises(errors.SettingError, match="method must be"):
        replay.estimate("best")  # type: ignore[arg-type]
    assert (replay.snapshot(), replay.held, replay.refused_count) == (before, held, 0)


@pytest.mark.parametrize("window_s", [-1.0, np.nan])
def test_a_bad_window_is_refused(window_s: float) -> None:
    with pytest.raises(errors.SettingError, match="window_s must be at least 0, found"):
        dt.Replay(a_tracker(), window_s=window_s)


def test_only_a_tracker_is_replayed() -> None:
    with pytest.raises(errors.SettingError, match=r"tracker must be a dt\.Tracker"):
        dt.Replay(STRAIGHT, window_s=1.0)  # type: ignore[arg-type]
