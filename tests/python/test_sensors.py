"""What sensors see, from where, and how likely."""

import json
import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente import errors
from detente.exchange import SensorDescription

Array = NDArray[np.float64]
SETTINGS = {"std_m": 10.0, "detection_probability": 0.9, "clutter_density": 1e-6}
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.01)


def a_sensor(coverage: object = None, **settings: object) -> dt.PositionSensor:
    return dt.PositionSensor(**{**SETTINGS, "coverage": coverage, **settings})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def a_tracker(**settings: object) -> dt.Tracker:
    birth = dt.Birth(rate_density=1e-12, initial_density=1e-8, velocity_std_m_s=8.0)
    chosen = {"survival_per_s": 1.0, "birth": birth, **settings}
    return dt.Tracker(motion=MOTION, **chosen)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


angles = st.floats(-3.0, 3.0)


@given(angles, st.floats(-1.5, 1.5), angles)
def test_the_directions_of_a_pose_are_those_that_its_sensors_measure_by(
    heading: float, pitch: float, roll: float
) -> None:
    pose = dt.Pose(heading_rad=heading, pitch_rad=pitch, roll_rad=roll)
    sensor = dt.BearingElevationSensor(
        bearing_std_rad=0.1,
        elevation_std_rad=0.1,
        range_limits_m=(1.0, 2.0),
        detection_probability=0.9,
        pose=pose,
    )
    right, forward, up = pose.directions()
    np.testing.assert_allclose(np.linalg.det([right, forward, up]), 1.0, rtol=1e-12)
    states = np.stack([forward, forward + 0.5 * right, forward + 0.5 * up])
    slant = math.atan(0.5)
    expected = [[0.0, 0.0], [slant, 0.0], [0.0, slant]]
    np.testing.assert_allclose(sensor.measure(states, axes=3), expected, atol=1e-12)


def test_a_pose_given_for_one_scan_turns_the_sensor() -> None:
    radar = dt.RangeBearingSensor(range_std_m=1.0, bearing_std_rad=0.001, detection_probability=0.9)
    pose = dt.Pose(heading_rad=0.4, pitch_rad=0.5, roll_rad=-0.3, position_m=(10.0, 20.0))
    turned = dt.RangeBearingSensor(
        range_std_m=1.0, bearing_std_rad=0.001, detection_probability=0.9, pose=pose
    )
    z = turned.measure([[300.0, -200.0]], axes=2)
    for tracks in (
        a_tracker().step(0.0, z, sensor=radar, pose=pose),
        a_tracker().step(0.0, z, sensor=turned),
    ):
        np.testing.assert_allclose(tracks.mean[0, :2], [300.0, -200.0], rtol=1e-12)


def inside_polygon(corners: Array, points: Array) -> NDArray[np.bool_]:
    """By the winding angle, unlike the core."""
    spokes = corners[None] - points[:, None]
    following = np.roll(spokes, -1, axis=1)
    cross = spokes[..., 0] * following[..., 1] - spokes[..., 1] * following[..., 0]
    turned = np.arctan2(cross, (spokes * following).sum(axis=-1)).sum(axis=1)
    return np.asarray(np.abs(turned) > np.pi)


def test_an_annulus_a_polygon_and_a_footprint_see_what_they_say() -> None:
    points = np.random.default_rng(1).uniform(-400.0, 400.0, (4000, 2))
    place = np.array([50.0, -30.0])
    distance = np.linalg.norm(points - place, axis=1)
    pose = dt.Pose(position_m=(50.0, -30.0, 80.0), heading_rad=0.7, pitch_rad=-0.5, roll_rad=0.2)

    def seen(coverage: object) -> NDArray[np.bool_]:
        return a_sensor(coverage, pose=pose).probability_at(points, axes=2) > 0.0

    np.testing.assert_array_equal(
        seen(dt.Annulus(near_m=100.0, range_m=250.0)), (distance >= 100) & (distance <= 250)
    )
    star = np.array([[-300, -300], [0, -50], [300, -200], [100, 100], [0, 350], [-50, 0.0]])
    for corners in (star, star[::-1]):
        np.testing.assert_array_equal(
            seen(dt.Polygon(corners_m=corners)), inside_polygon(corners, points)
        )
    view = dt.Footprint(horizontal_rad=0.9, vertical_rad=0.6, range_m=350.0)
    to_points = np.concatenate([points - place, np.full((len(points), 1), -80.0)], axis=1)
    right, forward, up = (to_points @ axis for axis in pose.directions())
    ahead = (np.abs(np.arctan2(right, forward)) <= 0.45) & (distance <= 350.0)
    expected = ahead & (np.abs(np.arctan2(up, forward)) <= 0.3)
    np.testing.assert_array_equal(seen(view), expected)
    assert 50 < expected.sum() < 3950
    # the polygon has the range as a polygon of 128 edges, which leaves out 0.03 % of it
    drawn = inside_polygon(view.polygon(pose), points)
    assert not (drawn & ~expected).any()
    assert (distance[expected & ~drawn] > 349.0).all()


def test_a_camera_that_looks_at_the_sky_sees_no_ground() -> None:
    pose = dt.Pose(position_m=(0.0, 0.0, 100.0), pitch_rad=0.5)
    view = dt.Footprint(horizontal_rad=0.5, vertical_rad=0.5, range_m=1000.0)
    assert len(view.polygon(pose)) == 0
    points = np.random.default_rng(2).uniform(-1000, 1000, (200, 2))
    assert not a_sensor(view, pose=pose).probability_at(points, axes=2).any()


def test_rasters_and_tables_are_interpolated_as_they_say() -> None:
    values = np.random.default_rng(3).uniform(0.0, 1.0, (4, 5))
    points = np.random.default_rng(4).uniform([-50.0, -50.0], [300.0, 250.0], (500, 2))
    east, north = ((points - [10.0, -20.0]) / 50.0).T

    nearest = dt.Raster(origin_m=(10, -20), cell_m=50.0, values=values, interpolation="nearest")
    rows = np.clip(np.floor(north).astype(int), 0, 3)
    columns = np.clip(np.floor(east).astype(int), 0, 4)
    found = a_sensor(clutter_density=nearest).clutter_at(points, axes=2)
    np.testing.assert_array_equal(found, values[rows, columns])

    smooth = dt.Raster(origin_m=(10, -20), cell_m=50.0, values=values)
    along = np.array([np.interp(east - 0.5, range(5), row) for row in values])
    expected = [np.interp(n - 0.5, range(4), along[:, k]) for k, n in enumerate(north)]
    found = a_sensor(clutter_density=smooth).clutter_at(points, axes=2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)

    table = dt.RangeTable(ranges_m=[20.0, 100.0, 200.0], values=[0.9, 0.5, 0.1])
    found = a_sensor(clutter_density=table).clutter_at(points, axes=2)
    distance = np.linalg.norm(points, axis=1)
    np.testing.assert_allclose(found, np.interp(distance, *(table.ranges_m, table.values)))


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
@pytest.mark.parametrize("east_m", [60.0, 95.0, 100.0, 108.0, 150.0])
def test_a_miss_counts_by_the_mass_that_is_covered(association: str, east_m: float) -> None:
    # Monte Carlo over the state is the oracle of q; 8 by 8 points are right to 1 / 16
    table = dt.RangeTable(ranges_m=[0.0, 100.0], values=[0.95, 0.5])
    sensor = a_sensor(dt.Disc(range_m=100.0), detection_probability=table)
    cov = np.diag([100.0, 60.0, 1.0, 1.0])
    tracker = a_tracker(association=association)
    tracker.add(0.0, [[east_m, 5.0, 0.0, 0.0]], [cov], existence=[0.8])
    draws = np.random.default_rng(5).normal(0.0, 1.0, (100_000, 2))
    points = [east_m, 5.0] + draws * np.sqrt([100.0, 60.0])
    distance = np.linalg.norm(points, axis=1)
    q = np.where(distance <= 100.0, np.interp(distance, [0, 100], [0.95, 0.5]), 0.0).mean()
    after = tracker.step(0.0, np.empty((0, 2)), sensor=sensor).existence[0]
    bounds = [0.8 * (1 - x) / (1 - 0.8 * x) for x in (q + 0.03, max(q - 0.03, 0.0))]
    assert bounds[0] <= after <= bounds[1]


def test_an_edge_weighs_by_the_detection_probability_at_its_row() -> None:
    # r h l / (r h l + (1 - r) b) of integrated data association, with h and b of the place
    probability = dt.Raster(
        origin_m=(-500, -500), cell_m=500.0, values=[[0.2, 0.9]], interpolation="nearest"
    )
    clutter = dt.Raster(
        origin_m=(-500, -500), cell_m=500.0, values=[[1e-4, 1e-5]], interpolation="nearest"
    )
    sensor = a_sensor(
        dt.Disc(range_m=450.0), detection_probability=probability, clutter_density=clutter
    )
    birth = dt.Birth(rate_density=0.0, initial_density=0.0, velocity_std_m_s=1.0)
    for east_m, h, b in ((-250.0, 0.2, 1e-4), (250.0, 0.9, 1e-5)):
        tracker = a_tracker(birth=birth)
        tracker.add(0.0, [[east_m, 0, 0, 0]], [np.diag([100.0, 100.0, 1, 1])], existence=[0.3])
        found = tracker.step(0.0, [[east_m + 5.0, 0.0]], sensor=sensor).existence[0]
        likelihood = math.exp(-0.5 * 25.0 / 200.0) / (2.0 * math.pi * 200.0)
        hit = 0.3 * h * likelihood / b
        np.testing.assert_allclose(found, hit / (hit + 0.7), rtol=1e-9)


def test_newborns_are_weighed_by_probability_and_clutter_at_their_place() -> None:
    fading = dt.RangeTable(ranges_m=[0.0, 1000.0], values=[1.0, 0.0])
    sensor = a_sensor(dt.Disc(range_m=1000.0), detection_probability=fading)
    birth = dt.Birth(rate_density=0.0, initial_density=1e-6, velocity_std_m_s=1.0)
    tracks = a_tracker(birth=birth).step(0.0, [[100.0, 0.0], [0.0, 800.0]], sensor=sensor)
    weight = 1e-6 * np.array([0.9, 0.2])
    order = np.argsort(tracks.detection_index)
    np.testing.assert_allclose(tracks.existence[order], weight / (weight + 1e-6), rtol=1e-9)


def test_unseen_objects_thin_out_by_how_well_one_has_looked() -> None:
    fading = dt.RangeTable(ranges_m=[0.0, 100.0], values=[0.9, 0.1])
    looking = a_sensor(dt.Disc(range_m=100.0), detection_probability=fading, name="looking")
    birth = dt.Birth(rate_density=0.0, initial_density=1e-6, velocity_std_m_s=1.0)
    places = np.array([[3.0, 3.0], [53.0, 3.0], [500.0, 0.0]])
    tracker = a_tracker(birth=birth)
    tracker.step(0.0, np.empty((0, 2)), sensor=looking)
    tracks = tracker.step(0.0, places, sensor=a_sensor())
    left = 1e-6 * tracks.existence[np.argsort(tracks.detection_index)] / 0.9
    left /= 1.0 - tracks.existence[np.argsort(tracks.detection_index)]
    np.testing.assert_allclose(left / 1e-6, [1 - 0.86, 1 - 0.46, 1.0], atol=0.03)


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: dt.Disc(range_m=0.0), "range_m must be positive and finite, found 0"),
    (lambda: dt.Annulus(near_m=5.0, range_m=5.0), "near_m must be below range_m"),
    (lambda: dt.Polygon(corners_m=[[0, 0], [1, 1]]), "a polygon of at least three corners"),
    (
        lambda: dt.Footprint(horizontal_rad=4.0, vertical_rad=1.0, range_m=9.0),
        "horizontal_rad must be in radians, between 0 and π, found 4.0; convert degrees",
    ),
    (
        lambda: dt.Sector(range_m=9.0, bearing_rad=0.0, width_rad=90.0),
        "width_rad must be in radians, above 0 and at most 2π, found 90.0; convert degrees",
    ),
    (
        lambda: a_sensor(
            detection_probability=dt.RangeTable(ranges_m=[0.0, 9.0], values=[0.9, 0.1])
        ),
        "coverage must be a region, where the detection probability is a table",
    ),
    (
        lambda: a_sensor(
            detection_probability=dt.RangeTable(ranges_m=[0.0, 9.0], values=[0.9, 1.1])
        ),
        "detection_probability must be at most 1 everywhere, found 1.1",
    ),
    (
        lambda: dt.RangeTable(ranges_m=[5.0, 5.0], values=[1.0, 1.0]),
        "ranges_m must rise, found (5.0, 5.0); sort them",
    ),
    (
        lambda: dt.Raster(origin_m=(0, 0), cell_m=1.0, values=[[-1.0]]),
        "values must be zero or positive, and finite, found -1",
    ),
    (
        lambda: dt.Raster(origin_m=(0, 0), cell_m=0.0, values=[[1.0]]),
        "cell_m must be positive and finite, found 0",
    ),
    (
        lambda: dt.Raster(
            origin_m=(0, 0),
            cell_m=1.0,
            values=[[1.0]],
            interpolation="cubic",  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        ),
        'interpolation must be "bilinear" or "nearest"',
    ),
    (lambda: dt.Pose(pitch_rad=math.nan), "pitch_rad must be in radians, within ±2π, found nan"),
    (lambda: dt.Pose(heading_rad=90.0), "heading_rad must be in radians, within ±2π, found 90.0"),
    (lambda: dt.Pose(position_m=(1, 2, 3, 4)), "position_m must have at most three components"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_settings_outside_their_range_are_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises((errors.SettingError, errors.ShapeError), match=re.escape(message)):
        make()


def test_a_table_of_two_lengths_is_refused() -> None:
    with pytest.raises(errors.ShapeError, match="two lists of one length"):
        dt.RangeTable(ranges_m=[0.0, 1.0], values=[1.0])


@pytest.mark.parametrize(
    "coverage",
    [
        dt.Annulus(near_m=1.0, range_m=2.0),
        dt.Polygon(corners_m=np.array([[0, 0], [1, 0], [0, 1.0]])),
        dt.Footprint(horizontal_rad=1.0, vertical_rad=0.5, range_m=9.0),
    ],
)
def test_a_description_of_a_sensor_says_how_it_stands_and_what_it_sees(coverage: object) -> None:
    table = dt.RangeTable(ranges_m=[0.0, 9.0], values=[0.9, 0.1])
    pose = dt.Pose(position_m=(1.0, 2.0, 3.0), pitch_rad=-0.3, roll_rad=0.1)
    sensor = a_sensor(coverage, detection_probability=table, pose=pose)
    description = SensorDescription.from_sensor(sensor, axes=2)
    assert (description.pose, description.field_of_view) == (pose, coverage)
    sent = json.loads(json.dumps(description.to_mapping()))
    assert SensorDescription.from_mapping(sent) == description


def test_a_raster_is_more_than_a_description_holds() -> None:
    raster = dt.Raster(origin_m=(0, 0), cell_m=1.0, values=[[1e-6]])
    with pytest.raises(errors.SettingError, match="describe it by a number or a table"):
        SensorDescription.from_sensor(a_sensor(clutter_density=raster), axes=2)
