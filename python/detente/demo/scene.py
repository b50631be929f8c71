"""The scene: objects that move, and two sensors that see parts of them. All of it is simulated.

Agreements live for weeks, objects move for minutes. So the scene is a series of short watches, one
on each of several days, each with objects of its own. Times are true dates and times; only the
page puts the watches side by side on one clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente import simulate
from detente.motion import ConstantVelocity
from detente.sensors import Disc, Pose, PositionSensor

AXES = 2
SCAN_S = 5.0
OBJECTS = 14
SPEED_STD_M_S = 6.0
RANGE_M = 9_000.0
CENTRES_M = ((-6_000.0, 0.0), (6_000.0, 0.0))
CLUTTER_PER_SCAN = 2.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scan:
    """One moment: the truth, and what each of the two sensors saw."""

    time_s: float
    """Since the watch began."""
    truth_id: NDArray[np.int64]
    """(n,) the objects that at least one of the sensors covers."""
    truth_m: Array
    """(n, 2) where they are."""
    seen_m: tuple[Array, Array]
    """(m, 2) for each sensor, false detections among them."""


def motion() -> ConstantVelocity:
    """Return how objects move, in the simulation and for the trackers alike."""
    return ConstantVelocity(axes=AXES, acceleration_psd=0.01)


def sensor_of(party: int, name: str) -> PositionSensor:
    """Return the sensor of the first or the second party: a camera above a disc of ground."""
    return PositionSensor(
        std_m=40.0,
        detection_probability=0.9,
        clutter_density=CLUTTER_PER_SCAN / (np.pi * RANGE_M**2),
        coverage=Disc(range_m=RANGE_M),
        pose=Pose(position_m=CENTRES_M[party]),
        name=name,
    )


def watch(duration_s: float, *, seed: np.random.SeedSequence) -> Iterator[Scan]:
    """Yield the scans of one watch.

    Parameters
    ----------
    duration_s : float
        How long it lasts [s].
    seed : SeedSequence
        The same seed gives the same watch.
    """
    place_seed, truth_seed, *sensor_seeds = seed.spawn(4)
    times_s = np.arange(0.0, duration_s, SCAN_S)
    truth = simulate.truth(
        motion(),
        times_s=times_s,
        initial_states=_start(np.random.default_rng(place_seed)),
        seed=truth_seed,
    )
    position_m = truth.states[:, :, :AXES]
    covered = [_inside(position_m, centre_m) for centre_m in CENTRES_M]
    known = truth.present & (covered[0] | covered[1])
    scans = [_scans(truth, party, seed=sensor_seeds[party]) for party in range(len(CENTRES_M))]
    for step, time_s in enumerate(times_s):
        yield Scan(
            float(time_s),
            np.flatnonzero(known[step]),
            position_m[step, known[step]],
            (scans[0][step], scans[1][step]),
        )


def _start(rng: np.random.Generator) -> Array:
    """Return initial states, uniform over what the two sensors cover."""
    states = np.empty((OBJECTS, 2 * AXES))
    for row in states:
        centre_m = CENTRES_M[rng.integers(2)]
        angle_rad, radius_m = rng.uniform(0.0, 2.0 * np.pi), RANGE_M * rng.uniform() ** 0.5
        row[:AXES] = centre_m + radius_m * np.array([np.cos(angle_rad), np.sin(angle_rad)])
        row[AXES:] = rng.normal(0.0, SPEED_STD_M_S, AXES)
    return states


def _inside(position_m: Array, centre_m: tuple[float, float]) -> NDArray[np.bool_]:
    return np.linalg.norm(position_m - centre_m, axis=-1) <= RANGE_M


def _scans(truth: simulate.Truth, party: int, *, seed: np.random.SeedSequence) -> list[Array]:
    """Return what one sensor saw, scan by scan: nothing outside its disc."""
    centre_m = CENTRES_M[party]
    seen = simulate.detections(
        truth,
        sensor_of(party, "simulated"),
        region=[(c - RANGE_M, c + RANGE_M) for c in centre_m],
        seed=seed,
    )
    keep = (seen.origin >= 0) | _inside(seen.measurements, centre_m)
    return [
        seen.measurements[start:stop][keep[start:stop]]
        for start, stop in zip(seen.offsets[:-1], seen.offsets[1:], strict=True)
    ]
