"""Assignment problems as a tracker meets them: predicted tracks, detections, a gate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STD_M = 10.0  # of a prediction and of a detection, each axis
DETECTION_PROBABILITY = 0.9
GATE = 13.8  # squared Mahalanobis distance: 99.9 % of chi-square with two degrees
CANDIDATES = 5.5  # detections in a gate, on average
CLUTTER_PER_TRACK = 1.0


@dataclass(frozen=True)
class Gated:
    """Compressed sparse rows: negative log likelihood ratios, and what a miss costs."""

    indptr: Integers
    indices: Integers
    cost: Floats
    miss_cost: Floats
    columns: int

    @property
    def rows(self) -> Integers:
        """The row of each candidate."""
        return np.repeat(np.arange(len(self.miss_cost)), np.diff(self.indptr))


def gated_problem(tracks: int, *, seed: int, candidates: float = CANDIDATES) -> Gated:
    """Return tracks and detections on a square that is as large as the gates demand.

    Each track is detected with the probability above; clutter is Poisson, one a track. The cost
    of a candidate is −log(p_D N(z; ẑ, S) / λ), that of a miss −log(1 − p_D).
    """
    rng = np.random.default_rng(seed)
    variance = 2 * STD_M**2  # of the innovation, each axis
    gate_m2 = np.pi * GATE * variance
    clutter = CLUTTER_PER_TRACK * tracks
    expected = clutter + DETECTION_PROBABILITY * (tracks - 1)  # that are not the track's own
    area_m2 = expected * gate_m2 / (candidates - DETECTION_PROBABILITY)
    truth = rng.uniform(0.0, np.sqrt(area_m2), (tracks, 2))
    predicted = truth + rng.normal(0.0, STD_M, truth.shape)
    seen = truth[rng.random(tracks) < DETECTION_PROBABILITY]
    detections = np.concatenate(
        [
            seen + rng.normal(0.0, STD_M, seen.shape),
            rng.uniform(0.0, np.sqrt(area_m2), (rng.poisson(clutter), 2)),
        ]
    )
    detections = rng.permutation(detections)
    columns: list[Integers] = []
    distances: list[Floats] = []
    for place in predicted:
        squared = np.sum((detections - place) ** 2, axis=1) / variance
        columns.append(np.flatnonzero(squared < GATE))
        distances.append(squared[columns[-1]])
    density = clutter / area_m2
    ratio = DETECTION_PROBABILITY / (2 * np.pi * variance * density)
    return Gated(
        np.concatenate(([0], np.cumsum([len(c) for c in columns]))),
        np.concatenate(columns),
        0.5 * np.concatenate(distances) - np.log(ratio),
        np.full(tracks, -np.log(1.0 - DETECTION_PROBABILITY)),
        len(detections),
    )
