"""Détente's trackers on the benches' scenarios."""

from collections.abc import Iterator
from typing import Any

from score import Estimate

import detente as dt
from detente.simulate import Scenario
from detente.tracking import Association


def tracker_for(scene: Scenario, association: Association, **settings: Any) -> dt.Tracker:  # noqa: ANN401
    """Return a tracker with the scenario's parameters."""
    return dt.Tracker(
        motion=scene.motion,
        birth=scene.birth,
        survival_per_s=scene.survival_per_s,
        association=association,
        **settings,
    )


def follow(
    scene: Scenario,
    association: Association = "gnn",
    **settings: Any,  # noqa: ANN401
) -> Iterator[Estimate]:
    """Yield the positions of the confirmed tracks after each scan, and how many tracks live."""
    tracker = tracker_for(scene, association, **settings)
    for time_s, positions_m in scene.detections:
        tracks = tracker.step(time_s, positions_m, sensor=scene.sensor)
        confirmed_m = tracks.confirmed().mean[:, :2]
        yield Estimate(confirmed_m, len(tracks), tuple(tracker.hypotheses))
