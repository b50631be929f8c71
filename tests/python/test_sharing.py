"""Trackers that are copied, that threads share, and that the user's functions ask again."""

import copy
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente import errors

RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
BIRTH = dt.Birth(rate_density=1e-8, initial_density=1e-6, velocity_std_m_s=10.0)
MOTIONS: dict[str, Any] = {
    "straight": dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    "several": dt.IMM(
        [
            dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
            dt.EstimatedTurn(
                axes=2, acceleration_psd=0.05, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.1
            ),
        ],
        transition_per_s=0.1,
    ),
}


def stay(states: np.ndarray, dt_s: np.ndarray) -> np.ndarray:
    return states + 0.0 * dt_s[:, None]


def spread(dt_s: np.ndarray) -> np.ndarray:
    return dt_s[:, None, None] * np.eye(2)


def scan(k: int) -> np.ndarray:
    rng = np.random.default_rng(k)
    seen = np.array([[5.0 * k, 0.0], [400.0, 9.0 * k]]) + rng.normal(0.0, 10.0, (2, 2))
    return np.concatenate([seen, rng.uniform(0.0, 900.0, (3, 2))])


def a_tracker(association: str = "gnn", motion: str = "straight") -> dt.Tracker:
    return dt.Tracker(
        motion=MOTIONS[motion],
        birth=BIRTH,
        association=association,  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        max_hypotheses=20,
        id_key=7,
    )


def stepped(tracker: Any, first: int, last: int) -> dt.Tracks:  # noqa: ANN401 - or a Replay
    for k in range(first, last):
        tracks = tracker.step(float(k), scan(k), sensor=RADAR)
    return tracks


WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda made: pickle.loads(pickle.dumps(made)),  # noqa: S301 - our own
}


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
@pytest.mark.parametrize("way", WAYS)
def test_a_copy_goes_its_own_way_to_the_bit(way: str, association: str, motion: str) -> None:
    original, alone = a_tracker(association, motion), a_tracker(association, motion)
    stepped(original, 0, 6)
    stepped(alone, 0, 6)
    other = WAYS[way](original)
    assert repr(other) == repr(original)
    stepped(other, 20, 24)  # what the copy sees is nothing to the original
    assert original.snapshot() == alone.snapshot()
    ours, theirs = stepped(original, 6, 10), stepped(alone, 6, 10)
    np.testing.assert_array_equal(ours.id, theirs.id)
    np.testing.assert_array_equal(ours.mean, theirs.mean)
    again = WAYS[way](alone)
    assert stepped(again, 10, 13).mean.tobytes() == stepped(original, 10, 13).mean.tobytes()
    assert again.snapshot() == original.snapshot()


@pytest.mark.parametrize("way", ["copy", "deepcopy"])
def test_a_copy_of_a_replay_goes_its_own_way(way: str) -> None:
    original, alone = (dt.Replay(a_tracker(), window_s=60.0) for _ in range(2))
    stepped(original, 0, 6)
    stepped(alone, 0, 6)
    other = WAYS[way](original)
    late = other.step(2.5, scan(50), sensor=RADAR)
    assert (other.replayed, late.time_s) == (4, 5.0)
    assert original.snapshot() == alone.snapshot() != other.snapshot()


def test_functions_of_ones_own_are_pickled_by_their_names() -> None:
    motion = dt.UserMotion(axes=2, dim=2, transition=stay, noise=spread)
    tracker = dt.Tracker(motion=motion, birth=dt.Birth(rate_density=1e-8, initial_density=1e-6))
    stepped(tracker, 0, 3)
    assert WAYS["pickle"](tracker).snapshot() == tracker.snapshot()


def in_threads(count: int, work: Callable[[int], object]) -> list[BaseException]:
    failures: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - whatever it is
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60.0)
    finally:
        sys.setswitchinterval(interval)
    assert not any(thread.is_alive() for thread in threads)
    return failures


@pytest.mark.parametrize("is_late", [False, True])
def test_threads_that_share_a_tracker_wait_for_each_other(is_late: bool) -> None:
    """All at one time, so that the order of the threads is one of time."""
    calls: list[int] = []

    def measure(states: np.ndarray) -> np.ndarray:
        calls.append(len(states))  # holds the interpreter lock in the middle of a step
        return states[:, :2]

    sensor = dt.UserSensor(
        measure=measure,
        cov=100.0 * np.eye(2),
        angular=[False, False],
        position=lambda z: z,
        detection_probability=0.9,
        clutter_density=1e-6,
    )
    shared: Any = dt.Replay(a_tracker(), window_s=10.0) if is_late else a_tracker()
    shared.step(1.0, scan(0), sensor=sensor)

    def work(number: int) -> None:
        for k in range(15):
            tracks = shared.step(1.0, scan(1 + number * 100 + k), sensor=sensor)
            assert tracks.time_s == shared.time_s == 1.0
            shared.predict(2.0)
            shared.estimate()
            shared.snapshot()

    assert in_threads(4, work) == []
    assert len(calls) > 60


@pytest.mark.parametrize("is_late", [False, True])
def test_a_function_that_asks_the_tracker_that_calls_it_is_refused(is_late: bool) -> None:
    asked: list[Any] = []

    def measure(states: np.ndarray) -> np.ndarray:
        asked[0].predict(99.0)
        return states[:, :2]

    sensor = dt.UserSensor(
        measure=measure, cov=np.eye(2), angular=[False, False], detection_probability=0.9
    )
    tracker: Any = dt.Replay(a_tracker(), window_s=10.0) if is_late else a_tracker()
    tracker.step(0.0, scan(0), sensor=RADAR)
    before = tracker.snapshot()
    asked.append(tracker)
    with pytest.raises(errors.DetenteError, match="must not use that tracker; look at its tracks"):
        tracker.step(1.0, scan(1), sensor=sensor)
    assert tracker.snapshot() == before
    asked[0] = a_tracker()  # another one is free
    tracker.step(1.0, scan(1), sensor=sensor)


POSES = {
    1: dt.Pose(position_m=(30.0,), velocity_m_s=(2.0,)),
    2: dt.Pose(position_m=(30.0, -20.0), heading_rad=0.7, velocity_m_s=(2.0, 1.0)),
    3: dt.Pose(position_m=(30.0, -20.0, 5.0), heading_rad=0.7, pitch_rad=0.2, roll_rad=-0.4),
}


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_function_sees_positions_and_velocities_as_its_sensor_does(axes: int) -> None:
    pose = POSES[axes]
    sensor = dt.UserSensor(
        measure=lambda x: x,
        cov=np.eye(2 * axes),
        angular=[False] * 2 * axes,
        detection_probability=0.9,
        pose=pose,
    )
    rng = np.random.default_rng(1)
    states = rng.normal(0.0, 100.0, (20, 2 * axes))
    place, velocity = np.zeros(3), np.zeros(3)
    place[: len(pose.position_m)] = pose.position_m
    velocity[: len(pose.velocity_m_s)] = pose.velocity_m_s
    wide = np.zeros((2, 20, 3))
    wide[0, :, :axes] = states[:, :axes] - place[:axes]
    wide[1, :, :axes] = states[:, axes:] - velocity[:axes]
    seen = wide @ pose.directions().T
    expected = np.hstack([seen[0, :, :axes], seen[1, :, :axes]])
    np.testing.assert_allclose(sensor.measure(states, axes=axes), expected, atol=1e-9)


def test_a_pose_moves_a_sensor_of_ones_own_as_it_moves_one_of_detentes() -> None:
    """Range and bearing by a function, and by the core: the same tracks, wherever it stands."""

    def measure(x: np.ndarray) -> np.ndarray:
        return np.column_stack([np.hypot(x[:, 0], x[:, 1]), np.arctan2(x[:, 0], x[:, 1])])

    def position(z: np.ndarray) -> np.ndarray:
        return np.column_stack([z[:, 0] * np.sin(z[:, 1]), z[:, 0] * np.cos(z[:, 1])])

    cov = np.diag([100.0, 1e-4])
    settings: Any = {"detection_probability": 0.9, "clutter_density": 1e-5, "name": "r"}
    settings["coverage"] = dt.Disc(range_m=2000.0)
    mine = dt.UserSensor(
        measure=measure, cov=cov, angular=[False, True], position=position, **settings
    )
    theirs = dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=0.01, filter="ukf", **settings)
    found: list[dt.Tracks] = []
    for sensor in (mine, theirs):
        tracker = a_tracker()
        for k in range(12):
            pose = dt.Pose(position_m=(40.0 * k, -300.0), heading_rad=0.1 * k)
            z = theirs.measure([[500.0 + 5.0 * k, 400.0]], axes=2) * 0.0
            here = dt.RangeBearingSensor(
                range_std_m=10.0, bearing_std_rad=0.01, pose=pose, detection_probability=0.9
            )
            z = here.measure([[500.0 + 5.0 * k, 400.0]], axes=2)
            tracks = tracker.step(float(k), z, sensor=sensor, pose=pose)
        found.append(tracks.confirmed())
    assert len(found[0]) == len(found[1]) == 1
    np.testing.assert_allclose(found[0].mean[0, :2], [555.0, 400.0], atol=3.0)
    np.testing.assert_allclose(found[0].mean, found[1].mean, atol=0.1)


def test_a_pose_that_a_function_cannot_be_turned_by_is_refused_by_name() -> None:
    sensor = dt.UserSensor(
        measure=lambda x: x[:, :1], cov=[[1.0]], angular=[False], detection_probability=0.9
    )
    tracker = a_tracker()
    tracker.step(0.0, scan(0), sensor=RADAR)
    with pytest.raises(errors.SettingError, match="pitch_rad of a UserSensor's pose must be zero"):
        tracker.step(1.0, [[3.0]], sensor=sensor, pose=dt.Pose(pitch_rad=0.1))
    placed = dt.UserSensor(
        measure=lambda x: x[:, :1],
        position=lambda z: z,
        cov=[[1.0]],
        angular=[False],
        detection_probability=0.9,
    )
    with pytest.raises(errors.SettingError, match="position must be left out"):
        tracker.step(1.0, [[3.0]], sensor=placed)


def test_a_replay_says_why_it_cannot_be_pickled() -> None:
    replay = dt.Replay(a_tracker(), window_s=10.0)
    with pytest.raises(TypeError, match="its window of scans is in no snapshot; keep"):
        pickle.dumps(replay)
