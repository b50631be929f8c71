"""Détente's trackers on the benches' scenarios."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import detente as dt
from detente.simulate import Scenario

Array = NDArray[np.float64]


def crowd_positions_m(scene: Scenario) -> Iterator[Array]:
    """Yield the positions of the confirmed tracks after each scan [m]."""
    tracker = dt.Tracker(
        motion=scene.motion,
        birth=scene.birth,
        survival_per_s=scene.survival_per_s,
        association="gnn",
    )
    for time_s, positions_m in scene.detections:
        yield tracker.step(time_s, positions_m, sensor=scene.sensor).confirmed().mean[:, :2]
