# pyright: basic
"""GOSPA and OSPA by their definitions, with scipy's dense solver or by every permutation."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]


def gospa(
    truth: Floats, estimate: Floats, cutoff: float, order: float, alpha: float
) -> tuple[float, float, int, int]:
    """Value, localisation, missed and false count; equation 1 and proposition 1 of the paper.

    Rahmathullah, García-Fernández, Svensson 2017. Pairs at the cutoff or beyond count as one
    missed and one false point for alpha = 2 alone.
    """
    n, m = len(truth), len(estimate)
    distance = cdist(truth, estimate)
    cut = np.minimum(distance, cutoff) ** order
    row, column = linear_sum_assignment(cut)
    total = float(cut[row, column].sum()) + cutoff**order / alpha * abs(n - m)
    near = distance[row, column] < cutoff
    if alpha == 2.0:
        localisation = float(cut[row, column][near].sum())
        missed, false = n - int(near.sum()), m - int(near.sum())
    else:
        localisation = float(cut[row, column].sum())
        missed, false = max(n - m, 0), max(m - n, 0)
    return total ** (1 / order), localisation, missed, false


def gospa_over_partial_assignments(
    truth: Floats, estimate: Floats, cutoff: float, order: float
) -> float:
    """GOSPA for alpha = 2 in its second form: over all sets of pairs; proposition 1."""
    distance = cdist(truth, estimate)
    n, m = distance.shape
    best = np.inf
    for size in range(min(n, m) + 1):
        for rows in itertools.combinations(range(n), size):
            for columns in itertools.permutations(range(m), size):
                near = sum(distance[i, j] ** order for i, j in zip(rows, columns, strict=True))
                best = min(best, near + cutoff**order / 2 * (n + m - 2 * size))
    return float(best ** (1 / order))


def ospa(truth: Floats, estimate: Floats, cutoff: float, order: float) -> float:
    """OSPA over every injection of the smaller set; Schuhmacher, Vo, Vo 2008, definition 1."""
    few, many = (truth, estimate) if len(truth) <= len(estimate) else (estimate, truth)
    m, n = len(few), len(many)
    if n == 0:
        return 0.0
    cut = np.minimum(cdist(few, many), cutoff)
    pick = np.arange(m)
    chosen = [cut[pick, list(columns)] for columns in itertools.permutations(range(n), m)]
    if np.isinf(order):
        return cutoff if m < n else float(min(d.max(initial=0.0) for d in chosen))
    least = min(float((d**order).sum()) for d in chosen)
    return float(((least + cutoff**order * (n - m)) / n) ** (1 / order))
