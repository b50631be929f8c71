"""Every setting of every public class, with values that cannot be.

The settings are read off the signatures, so that a new class or setting is covered, or asks for an
example of what it takes.
"""

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente import errors
from detente.sensors import Sensor

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0)

GOOD: dict[str, Any] = {
    "acceleration_psd": 0.05,
    "acceleration_std_m_s2": 1.0,
    "angular": [False, False],
    "association": "gnn",
    "axes": 2,
    "bearing_rad": 0.1,
    "bearing_std_rad": 0.01,
    "birth": BIRTH,
    "cell_m": 10.0,
    "clutter_density": 1e-6,
    "component_names": ["a", "b"],
    "corners_m": [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
    "correlation_time_s": 10.0,
    "cov": np.eye(2),
    "coverage": dt.Disc(range_m=100.0),
    "damping_per_s": 0.1,
    "detection_probability": 0.9,
    "dim": 4,
    "elevation_std_rad": 0.01,
    "filter": "ekf",
    "gate_probability": 0.999,
    "heading_rad": 0.5,
    "height_m": 10.0,
    "horizontal_rad": 1.0,
    "id_key": 3,
    "initial": 1.0,
    "initial_density": 1e-6,
    "initial_probability": [0.5, 0.5],
    "interpolation": "nearest",
    "jerk_psd": 0.1,
    "lat_deg": 10.0,
    "linearisation": "extended",
    "lon_deg": 10.0,
    "longest_silence_s": 100.0,
    "max_hypotheses": 10,
    "measure": lambda x: x[:, :2],
    "models": [MOTION, dt.ConstantVelocity(axes=2, acceleration_psd=5.0)],
    "motion": MOTION,
    "name": "north",
    "near_m": 1.0,
    "noise": lambda dt_s: np.tile(np.eye(4), (len(dt_s), 1, 1)),
    "origin_m": (0.0, 0.0),
    "pitch_rad": 0.1,
    "pose": dt.Pose(position_m=(1.0, 2.0)),
    "position": lambda z: z,
    "position_m": (1.0, 2.0),
    "position_psd": 0.1,
    "position_std": 0.1,
    "position_std_m": 1.0,
    "prune_existence": 1e-5,
    "prune_hypothesis": 1e-3,
    "range_limits_m": (10.0, 1000.0),
    "range_m": 100.0,
    "range_rate_std_m_s": 1.0,
    "range_std_m": 1.0,
    "ranges_m": [0.0, 10.0],
    "rate_density": 1e-9,
    "rate_per_s": 0.1,
    "recycle_existence": 1e-3,
    "region_m": [[0.0, 0.0], [10.0, 10.0]],
    "report_rate_per_s": 0.1,
    "roll_rad": 0.1,
    "size_psd": 0.02,
    "size_std": 0.1,
    "std_m": 10.0,
    "survival_per_s": 0.99,
    "tracker": dt.Tracker(motion=MOTION, birth=BIRTH),
    "transition": lambda x, dt_s: x + 0.0 * dt_s[:, None],
    "transition_per_s": 0.1,
    "turn_rate_psd": 1e-5,
    "turn_rate_rad_s": 0.1,
    "turn_rate_std_rad_s": 0.1,
    "values": [0.5, 0.6],
    "velocity_m_s": (1.0, 0.0),
    "velocity_std_m_s": 10.0,
    "vertical_acceleration_psd": 0.1,
    "vertical_rad": 0.5,
    "width_rad": 1.0,
    "window_s": 60.0,
}
OF_CLASS: dict[str, dict[str, Any]] = {
    "BearingElevationSensor": {"pose": dt.Pose()},
    "BirthMixture": {
        "mean": [[0.0, 0.0, 0.0, 0.0]],
        "cov": [np.eye(4)],
        "rate_per_s": [0.1],
        "initial": [1.0],
    },
    "EstimatedTurn": {"axes": 3},
    "CoordinatedTurn": {"axes": 3},
    "Raster": {"values": [[0.5, 0.6]]},
}
EITHER = {"detection_probability", "report_rate_per_s"}

SETTINGS_OF = (
    dt.Annulus, dt.BearingElevationSensor, dt.BearingSensor, dt.Birth, dt.BirthFromDetections,
    dt.BirthMixture, dt.BoxMotion, dt.BoxSensor, dt.ConstantAcceleration, dt.ConstantVelocity,
    dt.CoordinatedTurn, dt.Disc, dt.EstimatedTurn, dt.Everywhere, dt.Footprint, dt.IMM,
    dt.OrnsteinUhlenbeck, dt.Polygon, dt.Pose, dt.PositionSensor, dt.RandomWalk,
    dt.RangeBearingElevationSensor, dt.RangeBearingSensor, dt.RangeTable, dt.Raster, dt.Replay,
    dt.Sector, dt.Singer, dt.StateSensor, dt.Tracker, dt.UserMotion, dt.UserSensor,
)  # fmt: skip
ELSEWHERE = {"LocalFrame", "Party", "Picture", "Table", "Terms", "TrackedRecording", "Tracks"}

BAD: list[Any] = [
    -10.0, float("nan"), float("inf"), -float("inf"), "N", "", None, True, 1e300, -1e300, 1000,
    [], (), [1.0] * 7, np.array([1.0, 2.0, 3.0, 4.0]), np.array([[1.0]]), np.nan * np.ones(2),
    object(), {}, 1j, b"x",
]  # fmt: skip


def settings_of(cls: type) -> list[str]:
    return list(inspect.signature(cls).parameters)


def example(cls: type, **given: object) -> Any:  # noqa: ANN401 - any class
    """Make one with an example of each setting."""
    known = GOOD | OF_CLASS.get(cls.__name__, {})
    names = settings_of(cls)
    unknown = [name for name in names if name not in known]
    assert not unknown, f"give examples of {unknown} of {cls.__name__} in this file"
    chosen = {name: known[name] for name in names}
    if set(names) >= EITHER:
        del chosen["detection_probability" if "report_rate_per_s" in given else "report_rate_per_s"]
    return cls(**chosen | given)


def test_every_public_class_is_here_or_tested_elsewhere() -> None:
    public = {name for name in dt.__all__ if inspect.isclass(getattr(dt, name))}
    assert public == {cls.__name__ for cls in SETTINGS_OF} | ELSEWHERE


@pytest.mark.parametrize("cls", SETTINGS_OF)
def test_every_setting_stands_in_the_signature_with_its_type(cls: type) -> None:
    for parameter in inspect.signature(cls).parameters.values():
        assert parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL), parameter
        assert parameter.annotation is not parameter.empty, parameter
        assert parameter.annotation is not Any, parameter


CASES = [
    pytest.param(cls, name, bad, id=f"{cls.__name__}-{name}-{k}")
    for cls in SETTINGS_OF
    for name in settings_of(cls)
    for k, bad in enumerate(BAD)
]


@pytest.mark.parametrize(("cls", "name", "bad"), CASES)
def test_a_value_that_cannot_be_is_refused_by_name_when_it_is_given(
    cls: type, name: str, bad: object
) -> None:
    """Or it is taken, and what was taken shows, copies and works."""
    refusal = ""
    try:
        made = example(cls, **{name: bad})
    except errors.DetenteError as error:
        refusal = str(error)
    if refusal:
        before, found, _ = refusal.partition("found")
        assert found
        assert name in before, refusal
    else:
        assert is_legitimate(cls, name, bad), f"{cls.__name__} took {name}={bad!r}"
        works(made)


def is_legitimate(cls: type, name: str, bad: object) -> bool:
    """Whether a value of the list is one that the setting may have."""
    default = inspect.signature(cls).parameters[name].default
    if bad is None or isinstance(bad, bool):
        return bad is default
    if name in {"window_s", "longest_silence_s"} and bad == float("inf"):
        return True
    if isinstance(bad, str):
        return name == "name" and bad != ""
    if isinstance(bad, int | float):
        signed = {"turn_rate_rad_s", "height_m"}
        return (bad == 1000 and name not in {"axes", "dim"}) or (bad == -10.0 and name in signed)
    if isinstance(bad, np.ndarray) and bad.shape == (1, 1):
        return cls is dt.Raster and name == "values"
    return name in {"position_m", "velocity_m_s"} and bad in ([], ())


def works(made: object) -> None:
    assert len(repr(made).splitlines()) <= 25
    assert all(len(line) <= 500 for line in repr(made).splitlines())
    if isinstance(made, Sensor):
        axes = 3 if "elevation_rad" in made.columns(3) else 2
        dim = 6 if "width_px" in made.columns(2) else 2 * axes
        assert np.isfinite(made.measure(np.ones((1, dim)), axes=axes)).all()


@pytest.mark.parametrize("cls", SETTINGS_OF)
def test_an_example_shows_its_numbers_and_can_be_copied(cls: type) -> None:
    made = example(cls)
    works(made)
    for name in settings_of(cls):
        if isinstance(GOOD.get(name), float) and name not in OF_CLASS.get(cls.__name__, {}):
            assert name in repr(made) or name == "report_rate_per_s", repr(made)
    assert repr(copy.copy(made)) == repr(copy.deepcopy(made)) == repr(made)
    if cls not in (dt.Replay, dt.UserMotion, dt.UserSensor):  # functions of a test, late scans
        assert repr(pickle.loads(pickle.dumps(made))) == repr(made)  # noqa: S301 - our own


@pytest.mark.parametrize(
    "make",
    [
        lambda: example(dt.PositionSensor),
        lambda: example(dt.Birth),
        lambda: example(dt.ConstantVelocity),
        lambda: example(dt.Pose),
        lambda: example(dt.Disc),
    ],
)
def test_settings_do_not_change(make: Callable[[], Any]) -> None:
    made = make()
    for name in settings_of(type(made)):
        with pytest.raises(AttributeError, match="cannot assign"):
            setattr(made, name, 1.0)
