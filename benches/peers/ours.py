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
        birth=dt.Birth(
            rate_density=scene.birth_rate_density,
            initial_density=scene.initial_density,
            velocity_std_m_s=scene.velocity_std_m_s,
        ),
        survival_per_s=scene.survival_per_s,
        association="gnn",
    )
    sensor = dt.PositionSensor(
        std_m=scene.std_m,
        detection_probability=scene.detection_probability,
        clutter_density=scene.clutter_density,
    )
    for time_s, positions_m in scene.detections:
        yield tracker.step(time_s, positions_m, sensor=sensor).confirmed().mean[:, :2]
