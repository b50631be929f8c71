# pyright: basic
"""Runs as lists of dictionaries, one a frame, and random ones."""

from typing import Any

import numpy as np

from detente.metrics import Frames, frames_from_times

Run = list[dict[Any, Any]]  # identity → position, for each frame


def frames_from_dicts(run: Run, dim: int = 2) -> Frames:
    """Return a run with identities as the package takes it."""
    rows = [(k, name, place) for k, frame in enumerate(run) for name, place in frame.items()]
    return frames_from_times(
        [float(k) for k, _, _ in rows],
        np.reshape([place for _, _, place in rows], (-1, dim)),
        times_s=np.arange(len(run)),
        identity=np.array([name for _, name, _ in rows], dtype=str),
    )


def random_run(seed: int) -> tuple[Run, Run]:
    """Objects that wander, come and go; tracks that miss, swap and invent."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 40, (8, 2))
    names = np.arange(8)
    truth: Run = []
    estimate: Run = []
    for _ in range(30):
        place = place + rng.normal(0, 2, place.shape)
        if rng.random() < 0.3:
            i, j = rng.choice(8, 2, replace=False)
            names[[i, j]] = names[[j, i]]
        here, seen = rng.random((2, 8)) < 0.85
        truth.append({f"object {i}": place[i] for i in range(8) if here[i]})
        tracks = {f"t{names[i]}": place[i] + rng.normal(0, 2, 2) for i in range(8) if seen[i]}
        estimate.append(tracks | {f"clutter {rng.integers(99)}": rng.uniform(0, 40, 2)})
    return truth, estimate


def small_run(rng: np.random.Generator, objects: int, frames: int) -> Run:
    """Few points on a small square, each there half of the time and more."""
    place = rng.uniform(0, 6, (objects, 2))
    run: Run = []
    for _ in range(frames):
        place = place + rng.normal(0, 1, place.shape)
        run.append({i: place[i] for i in range(objects) if rng.random() < 0.7})
    return run


def near_run(rng: np.random.Generator, truth: Run) -> Run:
    """Most of a small run, displaced, under names that are dealt anew in some frames."""
    names = [*{name: None for frame in truth for name in frame}]
    estimate: Run = []
    for frame in truth:
        if rng.random() < 0.4:
            rng.shuffle(names)
        seen = {i: place for i, place in enumerate(names) if place in frame and rng.random() < 0.9}
        estimate.append({i: frame[name] + rng.normal(0, 0.7, 2) for i, name in seen.items()})
    return estimate
