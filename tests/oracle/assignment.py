"""Assignment, slow and obvious: every possibility, and scipy on a dense matrix."""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]


def dense_from_sparse(
    indptr: list[int], indices: list[int], cost: list[float], columns: int
) -> Floats:
    """The costs as a matrix, +∞ where there is no edge; of parallel edges the cheapest."""
    dense = np.full((len(indptr) - 1, columns), np.inf)
    for row in range(len(indptr) - 1):
        for edge in range(indptr[row], indptr[row + 1]):
            dense[row, indices[edge]] = min(dense[row, indices[edge]], cost[edge])
    return dense


def least_cost_by_enumeration(dense: Floats, miss_cost: Floats) -> float:
    """The least total cost over every way to give each row a column of its own or a miss."""
    rows, columns = dense.shape
    choices = [[*range(columns), -1] for _ in range(rows)]
    best = np.inf
    for choice in itertools.product(*choices):
        used = [j for j in choice if j >= 0]
        if len(used) == len(set(used)):
            total = sum(miss_cost[i] if j < 0 else dense[i, j] for i, j in enumerate(choice))
            best = min(best, float(total))
    return best


def least_cost_by_scipy(dense: Floats, miss_cost: Floats) -> float:
    """The least total cost by scipy's solver, each row with a miss column of its own."""
    rows, columns = dense.shape
    forbidden = 1e9
    full = np.full((rows, columns + rows), forbidden)
    full[:, :columns] = np.minimum(dense, forbidden)
    full[np.arange(rows), columns + np.arange(rows)] = miss_cost
    row, column = linear_sum_assignment(full)
    return float(full[row, column].sum())
