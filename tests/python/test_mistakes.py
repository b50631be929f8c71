"""What a new user of the tracker gets wrong in the first hour, and what is said then."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente import errors
from detente.exchange import Observer, Terms
from detente.exchange.agreement.signatory import Signatory

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
POLAR = dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=0.01, detection_probability=0.9)
DOME = dt.RangeBearingElevationSensor(
    range_std_m=10.0, bearing_std_rad=0.01, elevation_std_rad=0.01, detection_probability=0.9
)
ROWS: dict[str, Any] = {"time_s": [0.0, 1.0], "range_m": [50.0, 60.0], "bearing_rad": [0.1, 0.2]}


def a_tracker(**settings: Any) -> dt.Tracker:  # noqa: ANN401 - any, that is the point
    return dt.Tracker(**{"motion": MOTION, "birth": BIRTH} | settings)


def step(z: Any, *, time_s: Any = 1.0, **given: Any) -> dt.Tracks:  # noqa: ANN401
    tracker = a_tracker(motion=given.pop("motion", MOTION))
    return tracker.step(time_s, z, **{"sensor": RADAR} | given)


def track(rows: Any, **given: Any) -> dt.TrackedRecording:  # noqa: ANN401
    return dt.track(rows, **{"motion": MOTION, "birth": BIRTH, "sensor": POLAR} | given)


def moving(**columns: Any) -> dt.TrackedRecording:  # noqa: ANN401
    return track(ROWS, scans={"time_s": [0.0, 1.0], **columns})


SPACE = dt.ConstantVelocity(axes=3, acceleration_psd=0.05)
MISTAKES: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "one detection without brackets": (
        lambda: step([3.0, 4.0]),
        errors.ShapeError,
        "measurements must have shape (n, 2), found (2,)",
    ),
    "three columns of a sensor of two": (
        lambda: step([[1.0, 2.0, 3.0]]),
        errors.ShapeError,
        "measurements must have shape (n, 2), found (1, 3)",
    ),
    "columns and rows swapped": (
        lambda: step(np.zeros((2, 5))),
        errors.ShapeError,
        "measurements must have shape (n, 2), found (2, 5)",
    ),
    "rows of different lengths": (
        lambda: step([[1.0, 2.0], [3.0]]),
        errors.ShapeError,
        "measurements must be an array, with rows of one length",
    ),
    "numbers as text": (
        lambda: step([["1.0", "2.0"]]),
        errors.DTypeError,
        "measurements must hold real numbers, found dtype <U3; convert it to float64 first",
    ),
    "None for an empty scan": (
        lambda: step(None),
        errors.DTypeError,
        "measurements must hold real numbers, found dtype object",
    ),
    "a missing value": (
        lambda: step([[1.0, 2.0], [np.nan, 0.0]]),
        errors.NotFiniteError,
        "measurements must be finite, found NaN at row 1; remove or repair that row first",
    ),
    "time that runs backwards": (
        lambda: (tracker := a_tracker(), tracker.step(5.0, [], sensor=RADAR),
                 tracker.step(4.0, [], sensor=RADAR)),
        errors.TimeOrderError,
        "found 4 after 5; sort the scans by time",
    ),
    "a datetime without a zone": (
        lambda: step([], time_s=datetime(2021, 1, 1)),  # noqa: DTZ001 - that is the mistake
        errors.SettingError,
        "zone",
    ),
    "time and scan swapped": (
        lambda: step(1.0, time_s=[[1.0, 2.0]]),
        errors.SettingError,
        "found [[1.0, 2.0]]",
    ),
    "bearings in degrees": (
        lambda: step([[500.0, 1.0], [500.0, 45.0]], sensor=POLAR),
        errors.SettingError,
        "within ±2π, found 45 at row 1; are they degrees, or in another order?",
    ),
    "range and bearing swapped": (
        lambda: step([[0.3, 500.0]], sensor=POLAR),
        errors.SettingError,
        "the bearing of a detection must be in radians, within ±2π, found 500 at row 0",
    ),
    "a range below zero": (
        lambda: step([[-3.0, 0.5]], sensor=POLAR),
        errors.SettingError,
        "the range of a detection must be zero or positive, found -3 at row 0",
    ),
    "an elevation in degrees": (
        lambda: step([[500.0, 0.3, 5.0]], sensor=DOME, motion=SPACE),
        errors.SettingError,
        "the elevation of a detection must be in radians, within ±π/2, found 5 at row 0",
    ),
    "an angle of one's own in degrees": (
        lambda: step(
            [[45.0]],
            sensor=dt.UserSensor(
                measure=lambda x: x[:, :1], cov=[[1.0]], angular=[True], detection_probability=0.9
            ),
        ),
        errors.SettingError,
        "an angle of a detection must be in radians, within ±2π, found 45 at row 0",
    ),
    "a sensor for space on a plane": (
        lambda: step([[500.0, 0.3, 0.1]], sensor=DOME),
        errors.SettingError,
        "the motion model's axes must be 2 for a bearing, 3 with elevation, found 2",
    ),
    "a list of sensors": (
        lambda: step([], sensor=[RADAR]),
        errors.SettingError,
        "sensor must be a Sensor such as dt.PositionSensor(...), found [PositionSensor(",
    ),
    "the class of a sensor": (
        lambda: step([], sensor=dt.PositionSensor),
        errors.SettingError,
        "sensor must be a Sensor such as dt.PositionSensor(...), found <class",
    ),
    "the class of a motion": (
        lambda: a_tracker(motion=dt.ConstantVelocity),
        errors.SettingError,
        "motion must be a motion model such as dt.ConstantVelocity(...), found <class",
    ),
    "a tuple for a pose": (
        lambda: step([], pose=(0.0, 0.0)),
        errors.SettingError,
        "pose must be a dt.Pose(position_m=..., heading_rad=...), found (0.0, 0.0)",
    ),
    "a tuple for the pose of a sensor": (
        lambda: dt.PositionSensor(std_m=1.0, detection_probability=0.9, pose=(0.0, 0.0)),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        errors.SettingError,
        "pose must be a dt.Pose(position_m=..., heading_rad=...), found (0.0, 0.0)",
    ),
    "a number for a coverage": (
        lambda: dt.PositionSensor(std_m=1.0, detection_probability=0.9, coverage=1000.0),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        errors.SettingError,
        "coverage must be what can be seen, such as a dt.Disc(range_m=...), found 1000.0",
    ),
    "a percentage for a probability": (
        lambda: dt.PositionSensor(std_m=1.0, detection_probability=90),
        errors.SettingError,
        "detection_probability must be above 0 and at most 1, found 90",
    ),
    "no detection probability": (
        lambda: dt.PositionSensor(std_m=1.0),
        errors.SettingError,
        "give exactly one of the two, found neither",
    ),
    "a compass point for a heading": (
        lambda: dt.Pose(heading_rad="N"),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        errors.SettingError,
        "heading_rad must be a number, in radians, within ±2π, found 'N'",
    ),
    "no velocity of new objects": (
        lambda: a_tracker(birth=dt.Birth(rate_density=1e-9, initial_density=1e-7)),
        errors.SettingError,
        "birth.velocity_std_m_s must be given, since the motion has velocities",
    ),
    "deviations of three axes on a plane": (
        lambda: step(
            [], sensor=dt.PositionSensor(std_m=[1.0, 2.0, 3.0], detection_probability=0.9)
        ),
        errors.ShapeError,
        "std_m must be one number or have shape (2,), found (3,)",
    ),
    "a column that is missing": (
        lambda: track({"time_s": [0.0], "range_m": [3.0]}),
        errors.SettingError,
        "detections must have a column bearing_rad; the columns are time_s, range_m",
    ),
    "a column in degrees": (
        lambda: track(ROWS | {"time_s": [9.0, 1.0], "bearing_rad": [1.0, 20.0]}),
        errors.SettingError,
        "bearing_rad of detections must be in radians, within ±2π, found 20.0 at row 1",
    ),
    "a column of text": (
        lambda: track(ROWS | {"range_m": ["far", "near"]}),
        errors.DTypeError,
        "range_m of detections must hold numbers",
    ),
    "a list of sensors for a table": (
        lambda: track(ROWS, sensor=[POLAR]),
        errors.SettingError,
        "sensor must be a Sensor such as dt.PositionSensor(...), or a dict of them by name",
    ),
    "a dict of something else": (
        lambda: track(ROWS | {"sensor": ["a", "a"]}, sensor={"a": 10.0}),
        errors.SettingError,
        "sensor['a'] must be a Sensor such as dt.PositionSensor(...), found 10.0",
    ),
    "a misspelt column of a pose": (
        lambda: moving(sensor_x=[0.0, 1.0]),
        errors.SettingError,
        "a pose in scans must be one of sensor_x_m, ",
    ),
    "a column of a pose in degrees": (
        lambda: moving(sensor_heading_rad=[0.0, 90.0]),
        errors.SettingError,
        "sensor_heading_rad of scans must be in radians, within ±2π, found 90.0 at row 1",
    ),
    "poses with the detections": (
        lambda: track(ROWS | {"sensor_x_m": [0.0, 1.0]}),
        errors.SettingError,
        "scans must have the column sensor_x_m, found it in detections",
    ),
    "seconds for nanoseconds": (
        lambda: Observer("a", a_tracker()).observe(1_600_000_000, [], sensor=RADAR),
        errors.SettingError,
        "time_ns must be in nanoseconds, found 1600000000, which looks like seconds; multiply",
    ),
    "seconds with a fraction": (
        lambda: Observer("a", a_tracker()).observe(1.6e9, [], sensor=RADAR),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        errors.SettingError,
        "found 1600000000.0; if it looks like seconds, multiply",
    ),
    "seconds of a scan that follows": (
        lambda: (north := Observer("a", a_tracker()),
                 north.observe(1_700_000_000 * 10**9, [], sensor=RADAR),
                 Observer("a", a_tracker()).observe(1_700_000_001, [], sensor=RADAR)),
        errors.SettingError,
        "which looks like seconds",
    ),
    "a list of sensors for an observer": (
        lambda: Observer("a", a_tracker()).observe(0, [], sensor=[RADAR]),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        errors.SettingError,
        "sensor must be a Sensor",
    ),
    "a list of sensors to simulate": (
        lambda: dt.simulate.detections(
            dt.simulate.scenario("crowd", targets=2, steps=2).truth,
            [RADAR],  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
            region=[[0.0, 1.0]] * 2,
            seed=1,
        ),
        errors.SettingError,
        "sensor must be a Sensor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_by_name(mistake: str) -> None:
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error, match=re.escape(message)) as raised:
        make()
    assert isinstance(raised.value, errors.DetenteError)


@pytest.mark.parametrize("empty", [[], (), np.empty(0), np.empty((0, 2)), np.empty((0, 2), int)])
def test_an_empty_scan_may_be_written_in_any_way(empty: Any) -> None:  # noqa: ANN401
    assert len(step(empty, noise=[], identity=[])) == 0
    assert len(dt.Replay(a_tracker(), window_s=9.0).step(0.0, empty, sensor=RADAR)) == 0
    assert len(Observer("a", a_tracker()).observe(0, empty, sensor=RADAR).detections) == 0
    nothing = dict.fromkeys(ROWS, np.empty(0))
    assert len(track(nothing, scans={"time_s": [0.0, 1.0]}).points) == 0


def test_data_frames_and_whole_numbers_are_taken() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [3, 4], "y": [5.0, 6.0]})
    np.testing.assert_array_equal(step(frame).mean, step([[3.0, 5.0], [4.0, 6.0]]).mean)
    np.testing.assert_array_equal(
        step([[3, 5]], time_s=np.float32(1.0)).mean, step([[3.0, 5.0]]).mean
    )


def test_a_random_walk_asks_for_no_velocity_and_makes_no_use_of_one() -> None:
    motion = dt.RandomWalk(axes=2, position_psd=1.0)
    without = dt.Birth(rate_density=1e-9, initial_density=1e-7)
    found = [
        a_tracker(motion=motion, birth=birth).step(0.0, [[1.0, 2.0]], sensor=RADAR)
        for birth in (without, BIRTH)
    ]
    assert found[0].mean.shape == (1, 2)
    np.testing.assert_array_equal(found[0].cov, found[1].cov)
    with pytest.raises(errors.SettingError, match=r"birth\.velocity_std_m_s must be given"):
        a_tracker(motion=dt.IMM([motion, MOTION], transition_per_s=0.1), birth=without)


@pytest.mark.parametrize("axes", [2, 3])
def test_what_is_simulated_near_a_sensor_can_be_tracked(axes: int) -> None:
    """Noise takes ranges below zero and elevations over the zenith; a sensor reports neither."""
    motion = dt.ConstantVelocity(axes=axes, acceleration_psd=0.05)
    above = [[0.0, 0.0, 30.0][:axes] + [1.0] * axes] * 20
    truth = dt.simulate.truth(
        motion, times_s=np.arange(8.0), initial_states=np.array(above), seed=1
    )
    sensor = (
        dt.RangeBearingSensor(range_std_m=30.0, bearing_std_rad=0.5, detection_probability=0.9)
        if axes == 2
        else dt.RangeBearingElevationSensor(
            range_std_m=30.0,
            bearing_std_rad=0.5,
            elevation_std_rad=0.5,
            detection_probability=0.9,
        )
    )
    region = [[0.0, 1e3], [-3.0, 3.0], [-1.5, 1.5]][:axes]
    tracker = dt.Tracker(motion=motion, birth=BIRTH)
    for time_s, scan in dt.simulate.detections(truth, sensor, region=region, seed=2):
        assert (scan[:, 0] >= 0.0).all()
        tracker.step(time_s, scan, sensor=sensor)


def test_two_trackers_of_one_key_may_name_objects_alike_and_of_two_keys_do_not() -> None:
    def first(**settings: int) -> int:
        return int(a_tracker(**settings).step(0.0, [[1.0, 2.0]], sensor=RADAR).id[0])

    assert first() == first() == first(id_key=0)
    assert len({first(), first(id_key=1), first(id_key=2)}) == 3


def test_an_agreement_is_named_by_its_offer_or_by_its_identity() -> None:
    party = Signatory("a")
    offer = party.offer(
        "b", Terms(level="tracks", until="2030-01-01"), time_ns=0, answer_by_ns=10**18
    )
    assert party.agreement(offer).offer == party.agreement(offer.id).offer  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(errors.SettingError, match="offer_id must be text"):
        party.agreement(7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
