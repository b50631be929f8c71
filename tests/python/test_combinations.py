# pyright: basic
"""Each motion with each sensor and each association: filtered, smoothed, and with late scans."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.errors import SettingError
from detente.motion.model import Motion
from detente.sensors.sensor import Sensor
from detente.tracking import Association

Floats = NDArray[np.float64]
ASSOCIATIONS: tuple[Association, ...] = ("gnn", "jpda", "pmbm")
SCANS = 24


def straight(axes: int) -> dt.ConstantVelocity:
    return dt.ConstantVelocity(axes=axes, acceleration_psd=0.05)


def turning(axes: int) -> dt.EstimatedTurn:
    settings: dict[str, Any] = {"turn_rate_psd": 1e-6, "turn_rate_std_rad_s": 0.02}
    return dt.EstimatedTurn(axes=axes, acceleration_psd=0.05, **settings)


def singer(axes: int) -> dt.Singer:
    return dt.Singer(axes=axes, correlation_time_s=5.0, acceleration_std_m_s2=0.5)


def mixed(axes: int) -> dt.IMM:
    models = [straight(axes), turning(axes), *([singer(axes)] if axes == 2 else [])]
    return dt.IMM(models, transition_per_s=0.05)


def of_the_user(axes: int) -> dt.UserMotion:
    own = straight(axes)
    return dt.UserMotion(
        axes=axes,
        dim=2 * axes,
        transition=lambda x, dt_s: np.einsum(
            "nij,nj->ni", np.array([own.transition(dt) for dt in dt_s]), x
        ),
        noise=lambda dt_s: np.array([own.noise(dt) for dt in dt_s]),
    )


MOTIONS: dict[str, Callable[[int], Motion]] = {
    "random walk": lambda axes: dt.RandomWalk(axes=axes, position_psd=40.0),
    "constant velocity": straight,
    "constant acceleration": lambda axes: dt.ConstantAcceleration(axes=axes, jerk_psd=1e-3),
    "Singer": singer,
    "Ornstein-Uhlenbeck": lambda axes: dt.OrnsteinUhlenbeck(
        axes=axes, damping_per_s=0.01, acceleration_psd=0.05
    ),
    "known turn": lambda axes: dt.CoordinatedTurn(
        axes=axes, turn_rate_rad_s=0.0, acceleration_psd=0.05
    ),
    "estimated turn": turning,
    "extended turn": lambda axes: dt.EstimatedTurn(
        axes=axes,
        acceleration_psd=0.05,
        turn_rate_psd=1e-6,
        turn_rate_std_rad_s=0.02,
        linearisation="extended",
    ),
    "interacting": mixed,
    "of the user": of_the_user,
}
BOXES: dict[str, Motion] = {
    "box": dt.BoxMotion(),
    "interacting boxes": dt.IMM(
        [dt.BoxMotion(acceleration_psd=0.05), dt.BoxMotion(acceleration_psd=5.0)],
        transition_per_s=1.0,
    ),
}


def pair(kind: Callable[..., Sensor], **settings: object) -> list[Sensor]:
    """Two on a crossing baseline."""
    each = (("a", 0.0), ("b", 2000.0))
    return [kind(name=name, pose=dt.Pose(position_m=(x, 0.0)), **settings) for name, x in each]


SEES: dict[str, Any] = {"detection_probability": 0.95, "clutter_density": 1e-7}
ANGLE: dict[str, Any] = {
    "bearing_std_rad": 0.005,
    "detection_probability": 0.95,
    "clutter_density": 1e-4,
}
LIMITS: dict[str, Any] = {"range_limits_m": (200.0, 5000.0)}
SENSORS: dict[str, tuple[int, list[Sensor]]] = {
    "position": (2, [dt.PositionSensor(std_m=10.0, **SEES)]),
    "range, bearing": (2, [dt.RangeBearingSensor(range_std_m=10.0, **ANGLE)]),
    "range, bearing, elevation": (
        3,
        [dt.RangeBearingElevationSensor(range_std_m=10.0, elevation_std_rad=0.005, **ANGLE)],
    ),
    "bearing": (2, pair(dt.BearingSensor, **ANGLE, **LIMITS)),
    "bearing, elevation": (
        3,
        pair(dt.BearingElevationSensor, elevation_std_rad=0.005, **ANGLE, **LIMITS),
    ),
    "of the user": (
        2,
        [
            dt.UserSensor(
                measure=lambda x: 2.0 * x[:, :2],
                cov=np.diag([400.0, 400.0]),
                angular=[False, False],
                position=lambda z: 0.5 * z,
                component_names=["twice_x", "twice_y"],
                **SEES,
            )
        ],
    ),
}


def looks(sensors: list[Sensor], path: Floats, axes: int) -> list[tuple[float, Sensor, Floats]]:
    """What each sensor sees of one object at each place, but for one look."""
    rng = np.random.default_rng(7)
    out = []
    for (k, x), sensor in itertools.product(enumerate(path), sensors):
        z = sensor.measure(x[None], axes=axes)
        noise = np.linalg.cholesky(sensor.noise(axes))
        if isinstance(sensor, dt.BoxSensor):
            noise = noise * x[-1]
        z = z + rng.standard_normal(z.shape) @ noise.T
        out.append((float(k), sensor, z[: int(k != 10)]))
    return out


def follow(
    motion: Motion, sensors: list[Sensor], path: Floats, axes: int, association: Association
) -> tuple[Floats, Floats]:
    """One track, filtered, smoothed and replayed: its last error, and the smoothed ones."""
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    settings: dict[str, Any] = {"motion": motion, "birth": birth, "association": association}
    seen = looks(sensors, path, axes)
    tracker = dt.Tracker(survival_per_s=1.0, **settings)
    replay = dt.Replay(dt.Tracker(survival_per_s=1.0, **settings), window_s=100.0)
    for time_s, sensor, z in seen:
        tracks = tracker.step(time_s, z, sensor=sensor)
    for time_s, sensor, z in seen[::2] + seen[1::2]:
        replay.step(time_s, z, sensor=sensor)
    for name in ("id", "mean", "cov", "existence", "mode_probability"):
        np.testing.assert_array_equal(getattr(replay.tracks, name), getattr(tracks, name))
    confirmed = tracks.confirmed()
    assert len(confirmed) == 1
    assert np.linalg.eigvalsh(confirmed.cov).min() > 0.0
    np.testing.assert_allclose(confirmed.mode_probability.sum(axis=1), 1.0)

    columns = sensors[0].columns(axes)
    table = {
        "time_s": np.concatenate([[time_s] * len(z) for time_s, _, z in seen]),
        "sensor": np.concatenate([[sensor.name] * len(z) for _, sensor, z in seen]).astype(str),
        **dict(zip(columns, np.concatenate([z for *_, z in seen]).T, strict=True)),
    }
    scans = {
        "time_s": np.array([time_s for time_s, *_ in seen]),
        "sensor": np.array([sensor.name for _, sensor, _ in seen]),
    }
    found = dt.track(
        table,
        sensor={sensor.name: sensor for sensor in sensors},
        scans=scans,
        smooth=True,
        survival_per_s=1.0,
        **settings,
    )
    assert len(found.tracks) == 1
    place = ("x_m", "y_m", "z_m")[:axes] if "x_m" in found.points else ("x_px", "y_px")
    smoothed = np.column_stack([found.points[name] for name in place])
    time = found.points["time_s"].astype(int)
    return confirmed.mean[0, :axes] - path[-1, :axes], smoothed - path[time, :axes]


@pytest.mark.parametrize("association", ASSOCIATIONS)
@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("motion", MOTIONS)
def test_every_motion_goes_with_every_sensor(
    motion: str, sensor: str, association: Association
) -> None:
    axes, sensors = SENSORS[sensor]
    start, velocity = np.array([600.0, 1500.0, 300.0])[:axes], np.array([4.0, -3.0, 1.0])[:axes]
    path = np.array([np.append(start + k * velocity, velocity) for k in range(SCANS)])
    last, smoothed = follow(MOTIONS[motion](axes), sensors, path, axes, association)
    assert np.linalg.norm(last) < 40.0
    assert math.sqrt((smoothed**2).sum(axis=1).mean()) < 25.0


@pytest.mark.parametrize("association", ASSOCIATIONS)
@pytest.mark.parametrize("motion", BOXES)
def test_every_motion_of_boxes_goes_with_boxes(motion: str, association: Association) -> None:
    path = np.array([[100.0 + 3.0 * k, 200.0, 3.0, 0.0, 40.0, 90.0] for k in range(SCANS)])
    camera = dt.BoxSensor(detection_probability=0.95)
    last, smoothed = follow(BOXES[motion], [camera], path, 2, association)
    assert np.linalg.norm(last) < 10.0
    assert math.sqrt((smoothed**2).sum(axis=1).mean()) < 6.0


@pytest.mark.parametrize("motion", BOXES)
@pytest.mark.parametrize("sensor", [name for name, (axes, _) in SENSORS.items() if axes == 2])
def test_boxes_go_with_no_other_sensor(motion: str, sensor: str) -> None:
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    other = SENSORS[sensor][1][0]
    with pytest.raises(SettingError, match="a BoxSensor where the motion is a BoxMotion"):
        dt.Tracker(motion=BOXES[motion], birth=birth).step(
            0.0, np.ones((1, len(other.columns(2)))), sensor=other
        )


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_sensor_of_boxes_goes_with_no_other_motion(motion: str) -> None:
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    tracker = dt.Tracker(motion=MOTIONS[motion](2), birth=birth)
    with pytest.raises(SettingError, match="BoxMotion"):
        tracker.step(0.0, [[1.0, 2.0, 3.0, 4.0]], sensor=dt.BoxSensor())


@pytest.mark.parametrize(
    ("sensor", "axes"),
    [
        (name, 5 - axes)
        for name, (axes, _) in SENSORS.items()
        if name not in ("position", "of the user")
    ],
)
def test_a_sensor_of_other_axes_is_refused(sensor: str, axes: int) -> None:
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    tracker = dt.Tracker(motion=straight(axes), birth=birth)
    other = SENSORS[sensor][1][0]
    with pytest.raises(SettingError, match=r"axes|elevation|bearing"):
        tracker.step(0.0, np.empty((0, len(other.columns(axes)))), sensor=other)
