# pyright: basic, reportMissingImports=false
"""nrl-tracker's global nearest neighbour, set up as a careful user would."""

from collections.abc import Iterator

import numpy as np
from pytcl.trackers import MultiTargetTracker
from score import Estimate

from detente.simulate import Scenario


def gnn(scene: Scenario) -> Iterator[Estimate]:
    """Yield the confirmed tracks after each scan."""
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
        found = [track.state[:2] for track in tracker.confirmed_tracks]
        yield Estimate(np.array(found).reshape(-1, 2), len(tracker.tracks))
