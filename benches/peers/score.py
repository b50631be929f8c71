"""GOSPA by SciPy's assignment: one judge for all trackers, independent of `detente.metrics`."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]


def gospa_m(truth_m: Array, estimate_m: Array, *, cutoff_m: float) -> float:
    """Return GOSPA of order 2 with alpha 2 [m] (Rahmathullah et al. 2017)."""
    cost = np.minimum(cdist(truth_m, estimate_m), cutoff_m) ** 2
    rows, columns = linear_sum_assignment(cost)
    pairs = cost[rows, columns]
    located = pairs[pairs < cutoff_m**2]
    unassigned = len(truth_m) + len(estimate_m) - 2 * len(located)
    return float(np.sqrt(located.sum() + 0.5 * cutoff_m**2 * unassigned))
