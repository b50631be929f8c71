# pyright: basic
"""Assignment, slow and obvious: every possibility, and scipy on a dense matrix."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]


def dense_from_sparse(
    indptr: list[int], indices: list[int], cost: list[float], columns: int
) -> Floats:
    """Return the costs as a matrix, +∞ where there is no edge; of parallel edges the cheapest."""
    dense = np.full((len(indptr) - 1, columns), np.inf)
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row], indptr[row + 1]):
            dense[row, indices[edge]] = min(dense[row, indices[edge]], cost[edge])
    return dense


def least_cost_by_enumeration(dense: Floats, miss_cost: Floats) -> float:
    """Return the least total cost over every way to give each row a column or a miss."""
    rows, columns = dense.shape
    padded = np.hstack([dense, miss_cost[:, np.newaxis]])  # the last column is the miss

    def least(row: int, used: frozenset[int]) -> float:
        if row == rows:
            return 0.0
        free = [j for j in range(columns) if j not in used and np.isfinite(dense[row, j])]
        return min(
            float(padded[row, j]) + least(row + 1, used | {j} if j < columns else used)
            for j in [*free, columns]
        )

    return least(0, frozenset())


def least_cost_by_scipy(dense: Floats, miss_cost: Floats) -> float:
    """Return the least total cost by scipy's solver, each row with a miss column of its own."""
    rows, columns = dense.shape
    forbidden = 1e9
    full = np.full((rows, columns + rows), forbidden)
    full[:, :columns] = np.minimum(dense, forbidden)
    full[np.arange(rows), columns + np.arange(rows)] = miss_cost
    row, column = linear_sum_assignment(full)
    return float(full[row, column].sum())
