"""GOSPA by SciPy's assignment: one judge for all trackers, independent of `detente.metrics`."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """What a tracker says after a scan: positions (n, 2) [m], and how much it keeps in mind."""

    positions_m: Array
    kept: int
    hypotheses: tuple[int, int, int] | None = None  # clusters, global, single-object


class Parts(NamedTuple):
    """What GOSPA of order 2 is the root of the sum of [m²]."""

    located: float
    missed: float
    false: float

    @property
    def gospa_m(self) -> float:
        """The metric [m]."""
        return math.sqrt(sum(self))


def gospa_parts(truth_m: Array, estimate_m: Array, *, cutoff_m: float) -> Parts:
    """Return the parts of GOSPA of order 2 with alpha 2 (Rahmathullah et al. 2017)."""
    cost = np.minimum(cdist(truth_m, estimate_m), cutoff_m) ** 2
    rows, columns = linear_sum_assignment(cost)
    pairs = cost[rows, columns]
    located = pairs[pairs < cutoff_m**2]
    half = 0.5 * cutoff_m**2
    missed, false = len(truth_m) - len(located), len(estimate_m) - len(located)
    return Parts(float(located.sum()), half * missed, half * false)


def gospa_m(truth_m: Array, estimate_m: Array, *, cutoff_m: float) -> float:
    """Return GOSPA of order 2 with alpha 2 [m]."""
    return gospa_parts(truth_m, estimate_m, cutoff_m=cutoff_m).gospa_m
