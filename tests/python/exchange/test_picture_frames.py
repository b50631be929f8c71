"""Reports in another frame are brought into the picture's, or set aside; against PROJ."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Observer, Report, SensorDescription
from detente.exchange.picture.frames import REACH_M, in_frame
from detente.exchange.report.described import DescribedSensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.sensors import Sensor

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
HERE = dt.LocalFrame(47.0, 8.0, 400.0)
NEAR = dt.LocalFrame(47.6, 9.4, 900.0)  # 125 km away
FAR = dt.LocalFrame(37.0, 68.0)  # 5,000 km away
RADAR = dt.PositionSensor(
    std_m=10.0, detection_probability=0.9, clutter_density=1e-9, coverage=dt.Everywhere()
)
SEEN = SensorDescription.from_sensor(RADAR, axes=2)


def _proj(frame: dt.LocalFrame) -> pyproj.Transformer:
    """Return PROJ's way from geodetic coordinates to a frame."""
    steps = (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        "+step +proj=cart +ellps=WGS84 "
        f"+step +proj=topocentric +ellps=WGS84 +lat_0={frame.lat_deg} +lon_0={frame.lon_deg} "
        f"+h_0={frame.height_m}"
    )
    return pyproj.Transformer.from_pipeline(steps)


def _enu(frame: dt.LocalFrame, lat: Array, lon: Array, height: Array) -> Array:
    return np.stack(_proj(frame).transform(lon, lat, height), axis=1)


def _paths(axes: int, frame: dt.LocalFrame) -> Array:
    """Return states (n, 2 axes) in a frame of objects that move on the ellipsoid, or above it."""
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(46.6, 47.9, 40), rng.uniform(7.5, 9.9, 40)
    height = rng.uniform(0.0, 11e3, 40) if axes == 3 else np.zeros(40)
    step = np.stack([rng.normal(0, 1e-3, 40), rng.normal(0, 1e-3, 40), rng.normal(0, 10.0, 40)])
    step[2] *= axes == 3
    points = [
        _enu(frame, lat + k * step[0], lon + k * step[1], height + k * step[2])[:, :axes]
        for k in (-0.5, 0.0, 0.5)
    ]
    return np.concatenate([points[1], points[2] - points[0]], axis=1)


def _tracks(states: Array, frame: dt.LocalFrame | None, **more: Any) -> Report:  # noqa: ANN401 - passed through
    n, dim = states.shape
    rng = np.random.default_rng(2)
    root = rng.normal(size=(n, dim, dim))
    cov = root @ root.transpose(0, 2, 1) + np.eye(dim)
    ids = np.arange(1, n + 1, dtype=np.uint64)
    return Report.tracks(
        "south", 0, 0, ids, states, cov, np.full(n, 0.9), frame=frame, axes=dim // 2, **more
    )


@pytest.mark.parametrize("axes", [2, 3])
def test_places_and_velocities_of_tracks_are_those_of_the_ellipsoid(axes: int) -> None:
    """To a micrometre, and to 1e-6 of a velocity of 100 m/s, which PROJ's own differences have."""
    there, here = _paths(axes, NEAR), _paths(axes, HERE)
    moved = in_frame(_tracks(there, NEAR), HERE)
    assert moved.frame == HERE
    assert moved.mean[:, :axes] == pytest.approx(here[:, :axes], abs=1e-6)
    assert moved.mean[:, axes:] == pytest.approx(here[:, axes:], abs=2e-4)
    back = in_frame(moved, NEAR)
    assert back.mean == pytest.approx(there, abs=1e-6)
    assert back.cov == pytest.approx(_tracks(there, NEAR).cov, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("axes", [2, 3])
def test_covariances_and_information_are_those_of_samples(axes: int) -> None:
    """Against the covariance of 200,000 places that go by way of the ellipsoid."""
    state = _paths(axes, NEAR)[:1]
    root = np.random.default_rng(1).normal(size=(axes, axes)) * 50.0
    cov = np.zeros((1, 2 * axes, 2 * axes))
    cov[0, :axes, :axes], cov[0, axes:, axes:] = root @ root.T, 25.0 * np.eye(axes)
    report = _tracks(state, NEAR)
    report = replace(report, columns={**report.columns, "cov": cov})
    moved = in_frame(report, HERE)
    cloud = state[:, :axes] + np.random.default_rng(2).normal(size=(200_000, axes)) @ root.T
    if axes == 3:
        mapped = HERE.enu_from_geodetic(*NEAR.geodetic_from_enu(cloud))
    else:
        mapped = HERE.enu_from_geodetic(*NEAR.geodetic_from_en(cloud))[:, :2]
    assert np.cov(mapped.T) == pytest.approx(moved.cov[0, :axes, :axes], rel=0.02, abs=30.0)
    y = np.linalg.inv(cov)
    told = Report.tracklets(
        "south", 0, 0, track_id=[1], position_m=state[:, :axes], from_ns=[-1], information=y,
        information_vector=np.einsum("nij,nj->ni", y, state), log_evidence=[3.0],
        is_reset=[False], axes=axes, frame=NEAR,
        sensor=SensorDescription.from_sensor(RADAR, axes=axes),
    )  # fmt: skip
    same = in_frame(told, HERE)
    known = np.linalg.inv(same["information"])
    assert known == pytest.approx(moved.cov, rel=1e-6, abs=1e-6)
    found = np.einsum("nij,nj->ni", known, same["information_vector"])
    assert found == pytest.approx(moved.mean, abs=1e-3)
    assert same["position_m"] == pytest.approx(moved.mean[:, :axes], abs=1e-6)


def test_the_error_of_a_height_is_what_is_said() -> None:
    """With two axes an object 100 m above the ellipsoid is off by h d / R."""
    lat, lon, height = np.array([47.3]), np.array([8.7]), np.array([100.0])
    there, here = (_enu(frame, lat, lon, height)[:, :2] for frame in (NEAR, HERE))
    moved = in_frame(_tracks(np.c_[there, np.zeros((1, 2))], NEAR), HERE)
    apart_m = float(np.hypot(*_enu(HERE, np.array([47.6]), np.array([9.4]), np.zeros(1))[0, :2]))
    off_m = float(np.hypot(*(moved.mean[0, :2] - here[0])))
    assert off_m == pytest.approx(100.0 * apart_m / 6.37e6, rel=0.1)


@pytest.mark.parametrize(
    ("kind", "axes"),
    [
        *(("position", 2), ("position", 3), ("state", 2), ("state", 3)),
        *(("polar", 2), ("spherical", 3), ("bearing", 2), ("bearing_elevation", 3)),
    ],
)
def test_what_a_sensor_measures_means_the_same_place(kind: str, axes: int) -> None:
    """Measurements, noise, pose and field of view, against the places themselves."""
    pose = dt.Pose(
        position_m=(2_000.0, -3_000.0, 50.0 * (axes == 3)),
        heading_rad=0.7,
        pitch_rad=0.1 * (axes == 3),
        roll_rad=-0.2 * (axes == 3),
        velocity_m_s=(5.0, 3.0, 1.0),
    )
    more: dict[str, Any] = {"detection_probability": 0.9, "pose": pose}
    makes: dict[str, Callable[[], Sensor]] = {
        "position": lambda: dt.PositionSensor(std_m=10.0, **more),
        "state": lambda: dt.StateSensor(position_std_m=10.0, velocity_std_m_s=1.0, **more),
        "polar": lambda: dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=0.003, **more),
        "spherical": lambda: dt.RangeBearingElevationSensor(
            range_std_m=10.0, bearing_std_rad=0.003, elevation_std_rad=0.003, **more
        ),
        "bearing": lambda: dt.BearingSensor(
            bearing_std_rad=0.003, range_limits_m=(1.0, 2e4), **more
        ),
        "bearing_elevation": lambda: dt.BearingElevationSensor(
            bearing_std_rad=0.003, elevation_std_rad=0.003, range_limits_m=(1.0, 2e4), **more
        ),
    }
    sensor = makes[kind]()
    corners = np.array([[-3e4, -3e4], [3e4, -3e4], [0.0, 3e4]])
    states = np.random.default_rng(3).uniform(-1.0, 1.0, (30, 2 * axes)) * (
        [1e4] * axes + [50.0] * axes
    )
    seen = replace(
        SensorDescription.from_sensor(sensor, axes=axes),
        field_of_view=dt.Polygon(corners_m=corners),
    )
    z = sensor.measure(states, axes=axes)
    report = Report.detections("south", 0, 0, z, sensor=seen, axes=axes, frame=NEAR,
                               position_m=states[:, :axes])  # fmt: skip
    moved = in_frame(report, HERE)
    assert moved.sensor is not None
    there = in_frame(_tracks(states, NEAR), HERE).mean
    told = {"position": dt.PositionSensor, "state": dt.StateSensor}.get(kind)
    if told is not None:
        assert moved["measurement"] == pytest.approx(there[:, : z.shape[1]], abs=1e-6)
    else:
        again = DescribedSensor(moved.sensor, "").measure(there, axes=axes)
        scale = np.sqrt(np.diag(np.asarray(seen.noise)))
        tolerance = 1e-6 if axes == 3 else 0.25  # of a deviation: the plane is 2e-4 too short
        assert np.abs((again - moved["measurement"]) / scale).max() < tolerance
    assert moved["position_m"] == pytest.approx(there[:, :axes], abs=1e-6)
    view = moved.sensor.field_of_view
    assert isinstance(view, dt.Polygon)
    flat = np.c_[corners, np.zeros((3, 2 * axes - 2))]
    assert np.asarray(view.corners_m) == pytest.approx(
        in_frame(_tracks(flat, NEAR), HERE).mean[:, :2], abs=1e-6
    )


def test_two_parties_in_frames_of_their_own_make_one_picture() -> None:
    """One ship, seen by both, is where either has it; the report that left stays as it was."""
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    )
    frames = {"north": HERE, "south": NEAR}
    parties = {name: Observer(name, tracker, frame=frame) for name, frame in frames.items()}
    for kind in ("detections", "tracklets", "tracks"):
        pictures = {name: dt.Picture(tracker, frame=frame) for name, frame in frames.items()}
        parties = {name: Observer(name, tracker, frame=frame) for name, frame in frames.items()}
        for k in range(10):
            lat, lon = np.array([47.3 + 1e-4 * k]), np.array([8.7])
            for name, party in parties.items():
                z = _enu(frames[name], lat, lon, np.zeros(1))[:, :2]
                seen = party.observe(k * SECOND_NS, z, sensor=RADAR)
                for report in {
                    "detections": [seen.detections],
                    "tracklets": party.tracklets(),
                    "tracks": [seen.tracks],
                }[kind]:
                    for picture in pictures.values():
                        picture.add(report)
        for name, picture in pictures.items():
            assert picture.set_aside == ()
            shown = picture.as_of(9 * SECOND_NS).confirmed()
            assert len(shown) == 1, (kind, name)
            expected = _enu(frames[name], np.array([47.3009]), np.array([8.7]), np.zeros(1))[0, :2]
            assert shown.mean[0, :2] == pytest.approx(expected, abs=1.0)
            assert list(shown.origin("north")) == ["both"]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("kind", ["detections", "tracks"])
def test_two_parties_far_apart_are_never_one_object(axes: int, kind: str) -> None:
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=axes, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-12, velocity_std_m_s=15.0),
    )
    picture = dt.Picture(tracker, frame=HERE)
    for name, frame in (("north", HERE), ("south", FAR)):
        party = Observer(name, tracker, frame=frame)
        for k in range(5):
            seen = party.observe(k * SECOND_NS, np.zeros((1, axes)), sensor=RADAR)
            picture.add(getattr(seen, kind))
    shown = picture.as_of(4 * SECOND_NS)
    if axes == 2:
        assert set(shown.origin("north")) == {"own"}
        assert all("1000 km from both origins" in reason for _, reason in picture.set_aside)
        assert len(picture.set_aside) == 5 if kind == "detections" else 4
    else:
        expected = HERE.enu_from_geodetic(FAR.lat_deg, FAR.lon_deg)[0]
        (south,) = np.flatnonzero(shown.origin("north") == "partner")
        assert shown.mean[south, :3] == pytest.approx(expected, abs=20.0)


def test_no_frame_meets_only_no_frame() -> None:
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    )
    named, nameless = (
        Report.detections("south", 0, 0, [[0.0, 0.0]], sensor=SEEN, frame=frame)
        for frame in (HERE, None)
    )
    for frame, taken, refused in ((HERE, named, nameless), (None, nameless, named)):
        picture = dt.Picture(tracker, frame=frame)
        assert picture.add(taken)
        assert not picture.add(refused)
        ((report, reason),) = picture.set_aside
        assert report is refused
        assert "the other names no frame" in reason


def test_bearings_that_would_be_off_by_more_than_their_noise_are_set_aside() -> None:
    """In a plane: a bearing good to 1e-5 rad, of objects 300 km from the sensor."""
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    )
    for std_rad, is_taken in ((1e-5, False), (0.1, True)):
        camera = dt.BearingSensor(
            bearing_std_rad=std_rad, range_limits_m=(1.0, 3e5), detection_probability=0.9
        )
        seen = SensorDescription.from_sensor(camera, axes=2)
        report = Report.detections("south", 0, 0, [[0.3]], sensor=seen, frame=NEAR)
        picture = dt.Picture(tracker, frame=HERE)
        assert picture.add(report) == is_taken
        assert all("of their own deviations" in reason for _, reason in picture.set_aside)


def test_the_reach_is_that_of_the_docs() -> None:
    assert REACH_M == 1e6
