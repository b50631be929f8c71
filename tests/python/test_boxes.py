# pyright: basic
"""Boxes of a video through the tracker: the textbook filter, scale, crossings, what is refused."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import kalman

import detente as dt
from detente.errors import SettingError, ShapeError
from detente.metrics import Frames, clear_mot, hota
from detente.sensors import boxes_from_corners, corners_from_boxes
from detente.tracking import Association

Floats = NDArray[np.float64]
MEASURED = [0, 1, 4, 5]
BIRTH = dt.Birth(rate_density=1e-7, initial_density=1e-6, velocity_std_m_s=0.5)


def tracker(association: Association = "gnn") -> dt.Tracker:
    return dt.Tracker(motion=dt.BoxMotion(), birth=BIRTH, association=association)


def walkers(
    rng: np.random.Generator, *, frames: int = 120, scale: float = 1.0
) -> tuple[list[Floats], list[Floats]]:
    """Eight people in four rows who cross in the middle: the truth and noisy, incomplete boxes."""
    side = np.tile([-1.0, 1.0], 4)
    row = np.repeat(np.arange(4.0), 2)
    tall = np.repeat([60.0, 90.0, 120.0, 150.0], 2)
    truth, seen = [], []
    for k in range(frames):
        across = side * (400.0 - 800.0 * k / frames)
        up = 150.0 * row + 0.3 * side * tall
        boxes = np.column_stack([across, up, 0.4 * tall, tall])
        noisy = boxes + rng.normal(0.0, 0.03, boxes.shape) * tall[:, None]
        truth.append(scale * boxes)
        seen.append(scale * noisy[rng.uniform(size=8) < 0.9])
    return truth, seen


def test_one_box_is_filtered_as_in_the_textbook() -> None:
    motion, camera = dt.BoxMotion(acceleration_psd=0.7, size_psd=0.05), dt.BoxSensor()
    rng = np.random.default_rng(3)
    h = np.zeros((4, 6))
    h[range(4), MEASURED] = 1.0
    tracks = dt.Tracker(motion=motion, birth=BIRTH)
    mean, cov = np.empty(0), np.empty(0)
    for k in range(30):
        z = np.array([50.0 + 3 * k, 80.0 - k, 20.0 + 0.1 * k, 45.0 + 0.3 * k]) + rng.normal(0, 1, 4)
        noise = camera.noise(2) * z[3] ** 2
        if k == 0:
            mean = np.array([z[0], z[1], 0.0, 0.0, z[2], z[3]])
            cov = h.T @ noise @ h + np.diag([0, 0, 1, 1, 0, 0]) * (0.5 * z[3]) ** 2
        else:
            f = np.eye(6)
            f[0, 2] = f[1, 3] = 1 / 30
            q = motion.noise(mean[None], 1 / 30)[0]
            mean, cov = kalman.predict(mean, cov, f, q)
            mean, cov = kalman.update(mean, cov, z, h, noise)[:2]
        found = tracks.step(k / 30, z[None], sensor=camera)
        np.testing.assert_allclose(found.mean[0], mean, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.cov[0], cov, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_people_who_cross_keep_their_tracks(association: Association) -> None:
    truth, seen = walkers(np.random.default_rng(1))
    tracks, camera = tracker(association=association), dt.BoxSensor()
    found = [tracks.step(k / 30, z, sensor=camera).confirmed() for k, z in enumerate(seen)]
    whole = Frames(np.vstack(truth), 8 * np.arange(121), np.tile(np.arange(8), 120))
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in found])])
    boxes = np.vstack([camera.measure(one.mean, axes=2) for one in found])
    estimate = Frames(boxes, offsets, np.concatenate([one.id for one in found]))
    counted = clear_mot(whole, estimate, cutoff=None)
    assert (counted.switches, counted.mostly_tracked) == (0, 8)
    assert counted.missed <= 20  # of 960: before they are confirmed
    assert hota(whole, estimate, cutoff=None).hota > 0.85


@pytest.mark.parametrize("scale", [0.25, 8.0])
def test_the_resolution_does_not_matter(scale: float) -> None:
    """A law: an image of k times the pixels, of k² smaller densities, gives the same, k times."""
    _, seen = walkers(np.random.default_rng(2))
    one, other = (
        dt.Tracker(
            motion=dt.BoxMotion(),
            birth=dt.Birth(
                rate_density=1e-7 / k**2, initial_density=1e-6 / k**2, velocity_std_m_s=0.5
            ),
        )
        for k in (1.0, scale)
    )
    camera, larger = dt.BoxSensor(), dt.BoxSensor(clutter_density=1e-7 / scale**2)
    for k, z in enumerate(seen):
        a = one.step(k / 30, z, sensor=camera)
        b = other.step(k / 30, scale * z, sensor=larger)
        assert a.detection_index.tolist() == b.detection_index.tolist()
        np.testing.assert_allclose(scale * a.mean, b.mean, rtol=1e-9, atol=1e-9 * scale)
        np.testing.assert_allclose(a.existence, b.existence, rtol=1e-9)


def test_a_covariance_for_each_box_overrides_the_sensors() -> None:
    z = np.array([[50.0, 80.0, 20.0, 40.0], [500.0, 80.0, 30.0, 60.0]])
    camera = dt.BoxSensor()
    own = camera.noise(2) * (z[:, 3] ** 2)[:, None, None]
    same = tracker().step(0.0, z, sensor=camera)
    given = tracker().step(0.0, z, sensor=camera, noise=own)
    np.testing.assert_array_equal(same.cov, given.cov)
    wider = tracker().step(0.0, z, sensor=camera, noise=4 * own)
    np.testing.assert_allclose(
        wider.cov[:, MEASURED, MEASURED], 4 * same.cov[:, MEASURED, MEASURED]
    )


def test_the_order_of_the_boxes_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    _, seen = walkers(rng)
    one, other, camera = tracker(), tracker(), dt.BoxSensor()
    for k, z in enumerate(seen):
        a = one.step(k / 30, z, sensor=camera)
        b = other.step(k / 30, rng.permutation(z), sensor=camera)
        np.testing.assert_array_equal(a.mean, b.mean)
        assert a.id.tolist() == b.id.tolist()


def test_a_recording_of_boxes_has_their_columns_and_is_smoothed() -> None:
    truth, seen = walkers(np.random.default_rng(5))
    time_s = np.repeat(np.arange(120) / 30, [len(z) for z in seen])
    columns = dict(zip(dt.BoxSensor().columns(2), np.vstack(seen).T, strict=True))
    settings: Any = {"motion": dt.BoxMotion(), "birth": BIRTH, "sensor": dt.BoxSensor()}
    found = dt.track({"time_s": time_s, **columns}, **settings)
    smooth = dt.track({"time_s": time_s, **columns}, smooth=True, **settings)
    assert found.points.column_names[2:8] == dt.BoxMotion.columns
    assert len(found.tracks) == 8

    def rmse(points: dt.Table) -> float:
        frame = np.rint(points["time_s"] * 30).astype(int)
        boxes = np.stack([points[name] for name in dt.BoxSensor().columns(2)], axis=1)
        near = [np.abs(truth[k] - box).sum(axis=1).min() for k, box in zip(frame, boxes)]  # noqa: B905
        return float(np.sqrt(np.mean(np.square(near))))

    assert rmse(smooth.points) < 0.9 * rmse(found.points)


def test_the_noise_of_a_step_is_in_proportion_to_the_height() -> None:
    motion = dt.BoxMotion(acceleration_psd=2.0, size_psd=0.5)
    small, large = motion.noise([[0.0, 0, 0, 0, 3, 10.0], [9.0, 9, 9, 9, 9, 30.0]], 0.5)
    np.testing.assert_allclose(large, 9 * small)
    np.testing.assert_allclose(small[4:, 4:], 0.5 * 0.5 * 100 * np.eye(2))
    one_axis = dt.ConstantVelocity(axes=1, acceleration_psd=200.0).noise(0.5)
    np.testing.assert_allclose(small[np.ix_([1, 3], [1, 3])], one_axis)


def test_corners_and_back() -> None:
    corners = np.random.default_rng(6).uniform(0, 100, (20, 4)).cumsum(axis=1)
    np.testing.assert_allclose(corners_from_boxes(boxes_from_corners(corners)), corners)
    for wrong in (corners_from_boxes, boxes_from_corners):
        with pytest.raises(ShapeError, match=r"must have shape \(n, 4\), found \(3,\)"):
            wrong([1.0, 2.0, 3.0])


@pytest.mark.parametrize("size", [[0.0, 40.0], [20.0, 0.0], [-3.0, 40.0]])
def test_a_box_without_a_size_is_refused_and_changes_nothing(size: list[float]) -> None:
    tracks, camera = tracker(), dt.BoxSensor()
    tracks.step(0.0, [[50.0, 80.0, 20.0, 40.0]], sensor=camera)
    before = tracks.snapshot()
    with pytest.raises(
        SettingError, match=r"width and height of a box must be positive, found .* at row 1"
    ):
        tracks.step(0.1, [[50.0, 80.0, 20.0, 40.0], [5.0, 8.0, *size]], sensor=camera)
    assert tracks.snapshot() == before


def test_boxes_go_with_boxes() -> None:
    match = "a BoxSensor where the motion is a BoxMotion, and only there"
    with pytest.raises(SettingError, match=match):
        tracker().step(
            0.0, [[1.0, 2.0]], sensor=dt.PositionSensor(std_m=1.0, detection_probability=0.9)
        )
    accelerating = dt.ConstantAcceleration(axes=2, jerk_psd=1.0)  # of six components too
    with pytest.raises(SettingError, match=match):
        dt.Tracker(motion=accelerating, birth=BIRTH).step(
            0.0, [[1.0, 2.0, 3.0, 4.0]], sensor=dt.BoxSensor()
        )
    with pytest.raises(SettingError, match="a BoxMotion, for a BoxSensor"):
        dt.BoxSensor().measure([[1.0, 2.0, 3.0]], axes=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"acceleration_psd": 0.0}, "acceleration_psd must be positive and finite, found 0"),
        ({"size_psd": float("inf")}, "size_psd must be positive and finite, found inf"),
    ],
)
def test_a_motion_of_boxes_needs_positive_densities(
    settings: dict[str, float], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        dt.BoxMotion(**settings)
    with pytest.raises(SettingError, match="dt_s must be finite and not negative, found -1"):
        dt.BoxMotion().noise([[0.0] * 6], -1.0)
