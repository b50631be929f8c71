# pyright: basic
"""Joint events, slow and obvious: every way to give each row a column or a miss."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def joint_events(possible: NDArray[np.bool_]) -> Iterator[list[int]]:
    """Yield the columns of all rows, −1 for a miss; no column twice, none that is impossible."""
    rows, columns = possible.shape

    def extend(event: list[int]) -> Iterator[list[int]]:
        if len(event) == rows:
            yield event
            return
        for j in [-1, *range(columns)]:
            if j < 0 or (possible[len(event), j] and j not in event):
                yield from extend([*event, j])

    return extend([])


def costs_of_all(cost: Floats, miss_cost: Floats) -> Floats:
    """Return the total costs of all joint events, sorted; +∞ is impossible."""
    rows = range(len(miss_cost))
    totals = [
        sum(miss_cost[i] if event[i] < 0 else cost[i, event[i]] for i in rows)
        for event in joint_events(np.isfinite(cost))
    ]
    return np.sort(np.array(totals, dtype=float))


def marginals_by_enumeration(weight: Floats, miss: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the probabilities of each pair, each miss and each free column."""
    rows, columns = weight.shape
    pair, missed, free = np.zeros(weight.shape), np.zeros(rows), np.zeros(columns)
    total = 0.0
    for event in joint_events(weight > 0):
        p = float(np.prod([miss[i] if j < 0 else weight[i, j] for i, j in enumerate(event)]))
        total += p
        for i, j in enumerate(event):
            if j < 0:
                missed[i] += p
            else:
                pair[i, j] += p
        free[[j for j in range(columns) if j not in event]] += p
    return pair / total, missed / total, free / total
