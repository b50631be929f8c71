# pyright: basic, reportMissingImports=false
"""nrl-tracker's global nearest neighbour, set up as a careful user would."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pytcl.trackers import MultiTargetTracker

from detente.simulate import Scenario

Array = NDArray[np.float64]

SETTINGS = "gate 0.99, 4 hits of 5 confirm, 3 misses end"


def crowd_positions_m(scene: Scenario) -> Iterator[Array]:
    """Yield the positions of the confirmed tracks after each scan [m]."""
    variance, speed_variance = float(scene.sensor.noise(2)[0, 0]), scene.birth.velocity_std_m_s**2
    tracker = MultiTargetTracker(
        4,
        2,
        scene.motion.transition,
        np.eye(2, 4),
        scene.motion.noise,
        variance * np.eye(2),
        gate_probability=0.995,
        confirm_hits=5,
        confirm_window=7,
        max_misses=3,
        init_covariance=np.diag([variance, variance, speed_variance, speed_variance]),
    )
    before_s = float(scene.truth.times_s[0])
    for time_s, positions_m in scene.detections:
        tracker.process(list(positions_m), dt=time_s - before_s)
        before_s = time_s
        yield np.array([track.state[:2] for track in tracker.confirmed_tracks]).reshape(-1, 2)
