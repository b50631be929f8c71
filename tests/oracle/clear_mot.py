# pyright: basic
"""Identity switches and fragmentations by the definitions of CLEAR MOT, with dictionaries."""

from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

Frame = dict[Any, Any]  # identity → position


def continuity(
    truth: list[Frame], estimate: list[Frame], cutoff: float
) -> tuple[int, int, int, int, int]:
    """Switches, fragmentations, matched, missed, false."""
    switches = fragmentations = matched = missed = false = 0
    before: dict[Any, Any] = {}
    last: dict[Any, Any] = {}
    broken: set[Any] = set()
    for objects, tracks in zip(truth, estimate, strict=True):
        now = {
            o: t
            for o, t in before.items()
            if o in objects and t in tracks and np.linalg.norm(objects[o] - tracks[t]) < cutoff
        }
        free_objects = [o for o in objects if o not in now]
        free_tracks = [t for t in tracks if t not in now.values()]
        cost = np.full((len(free_objects), len(free_tracks) + len(free_objects)), cutoff**2)
        for i, o in enumerate(free_objects):
            for j, t in enumerate(free_tracks):
                distance = np.linalg.norm(objects[o] - tracks[t])
                cost[i, j] = distance**2 if distance < cutoff else 2 * cutoff**2
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            if j < len(free_tracks):
                now[free_objects[i]] = free_tracks[j]
        for o in objects:
            if o in now:
                switches += o in last and last[o] != now[o]
                fragmentations += o in broken
                last[o] = now[o]
                broken.discard(o)
            elif o in last:
                broken.add(o)
        matched += len(now)
        missed += len(objects) - len(now)
        false += len(tracks) - len(now)
        before = now
    return switches, fragmentations, matched, missed, false
