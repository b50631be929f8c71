# pyright: basic
"""Boxes that follow one of several motions: the step of the papers, the smoother, MOT files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import imm

import detente as dt
from detente.errors import SettingError
from detente.io import read_mot, write_mot
from detente.tracking import Association

Floats = NDArray[np.float64]
CALM = dt.BoxMotion(acceleration_psd=0.02, size_psd=0.002)
AGILE = dt.BoxMotion(acceleration_psd=20.0, size_psd=0.02)
BOTH = dt.IMM([CALM, AGILE], transition_per_s=[[0.0, 0.5], [1.0, 0.0]])
BIRTH = dt.Birth(rate_density=1e-7, initial_density=1e-6, velocity_std_m_s=0.5)
CAMERA = dt.BoxSensor(detection_probability=0.95)
FRAME_S = 1 / 30
H = np.zeros((4, 6))
H[range(4), [0, 1, 4, 5]] = 1.0
F = np.eye(6)
F[0, 2] = F[1, 3] = FRAME_S
USED, PRIOR = np.ones((2, 6), bool), np.zeros((2, 6))


def q(model: int, x: Floats) -> Floats:
    return (CALM, AGILE)[model].noise(x[None], FRAME_S)[0]


def a_walker(rng: np.random.Generator, frames: int = 90) -> Floats:
    """One who walks, turns about at the middle and comes nearer: a box each frame."""
    k = np.arange(frames)
    x = 300.0 + 4.0 * np.minimum(k, frames - k)
    tall = 80.0 + 0.4 * k
    return np.column_stack([x, 200.0 + 0.5 * k, 0.4 * tall, tall]) + rng.normal(0, 1.5, (frames, 4))


def textbook(boxes: Floats) -> tuple[Floats, Floats, Floats]:
    """The filter of Blom and Bar-Shalom, each noise at the height of the mixed state."""
    z = boxes[0]
    noise = CAMERA.noise(2) * z[3] ** 2
    x = np.tile([z[0], z[1], 0.0, 0.0, z[2], z[3]], (2, 1))
    P = np.tile(H.T @ noise @ H + np.diag([0, 0, 1, 1, 0, 0]) * (0.5 * z[3]) ** 2, (2, 1, 1))
    mu, p = BOTH.initial_probability, BOTH.mode_transition(FRAME_S)
    history = [(x, P, mu)]
    for z in boxes[1:]:
        x, P, mu = imm.mix(x, P, mu, p, USED, PRIOR)
        noises = np.array([q(j, x[j]) for j in range(2)])
        x, P = imm.predict(x, P, np.tile(F, (2, 1, 1)), noises, USED)
        x, P, mu = imm.update(x, P, mu, z, H, CAMERA.noise(2) * z[3] ** 2)
        history.append((x, P, mu))
    return tuple(map(np.array, zip(*history, strict=True)))  # type: ignore[return-value]


def test_a_step_is_that_of_the_papers() -> None:
    boxes = a_walker(np.random.default_rng(1))
    tracker = dt.Tracker(motion=BOTH, birth=BIRTH)
    agile = []
    for k, (box, x, P, mu) in enumerate(zip(boxes, *textbook(boxes), strict=True)):
        tracks = tracker.step(k * FRAME_S, box[None], sensor=CAMERA)
        mean, cov = imm.moments(mu, x, P)
        np.testing.assert_allclose(tracks.mean[0], mean, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(tracks.cov[0], cov, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(tracks.mode_probability[0], mu, rtol=1e-9, atol=1e-12)
        agile.append(mu[1])
    assert max(agile[46:56]) > 0.9  # turning about
    assert np.median(agile[20:45]) < 0.3


def test_a_recording_is_smoothed_as_in_the_oracle() -> None:
    boxes = a_walker(np.random.default_rng(2), frames=40)
    names = ("x_px", "y_px", "width_px", "height_px")
    table = {"time_s": np.arange(40) * FRAME_S, **dict(zip(names, boxes.T, strict=True))}
    found = dt.track(table, motion=BOTH, birth=BIRTH, sensor=CAMERA, smooth=True)
    x, P, mu = imm.smooth(
        *textbook(boxes), BOTH.mode_transition(FRAME_S), np.tile(F, (2, 1, 1)), q, USED, PRIOR
    )
    points = found.points
    mean = np.einsum("tm,tmd->td", mu, x)
    for i, name in enumerate(("x_px", "y_px", "vx_px_s", "vy_px_s", "width_px", "height_px")):
        np.testing.assert_allclose(points[name], mean[:, i], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(points["mode_probability"], mu, atol=1e-7)
    cov = [imm.moments(*one)[1] for one in zip(mu, x, P, strict=True)]
    np.testing.assert_allclose(points["cov"].reshape(-1, 6, 6), cov, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_mot_files_go_in_and_out_and_late_frames_change_no_bit(
    association: Association, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    walkers = [a_walker(rng), a_walker(rng) + np.array([0.0, 250.0, 0.0, 0.0])]
    table = {
        "track_id": np.repeat([1, 2], 90),
        "time_s": np.tile(np.arange(90) * FRAME_S, 2),
        **dict(zip(("x_px", "y_px", "width_px", "height_px"), np.vstack(walkers).T, strict=True)),
    }
    write_mot(dt.Table(table), tmp_path / "det.txt", frame_rate_hz=30)
    seen = read_mot(tmp_path / "det.txt", frame_rate_hz=30)
    settings: dict[str, Any] = {"motion": BOTH, "birth": BIRTH, "association": association}
    found = dt.track(seen.detections, sensor=CAMERA, smooth=True, **settings)
    assert len(found.tracks) == 2
    assert found.points["mode_probability"].shape == (len(found.points), 2)
    write_mot(found.points, tmp_path / "out.txt", frame_rate_hz=30)
    again = read_mot(tmp_path / "out.txt", frame_rate_hz=30)
    assert len(again.detections) == len(found.points)

    scans = [(k * FRAME_S, np.array([one[k] for one in walkers])) for k in range(90)]
    tracker, replay = dt.Tracker(**settings), dt.Replay(dt.Tracker(**settings), window_s=9.0)
    for time_s, z in scans:
        tracks = tracker.step(time_s, z, sensor=CAMERA)
    for k in rng.permutation(90):
        replay.step(scans[k][0], scans[k][1], sensor=CAMERA)
    for name in ("id", "mean", "cov", "existence", "mode_probability"):
        np.testing.assert_array_equal(getattr(replay.tracks, name), getattr(tracks, name))


def test_boxes_go_with_boxes() -> None:
    radar = dt.PositionSensor(std_m=1.0, detection_probability=0.9)
    with pytest.raises(SettingError, match="a BoxSensor where the motion is"):
        dt.Tracker(motion=BOTH, birth=BIRTH).step(0.0, [[1.0, 2.0]], sensor=radar)
