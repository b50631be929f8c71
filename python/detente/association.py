"""Association: which track takes which detection."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core


class Assignment(NamedTuple):
    """What `assign` returns.

    Attributes
    ----------
    column : (n,) int64
        The column that each row takes, −1 for a miss.
    cost : float
        The sum of the costs of the edges taken and of the misses.
    """

    column: NDArray[np.int64]
    cost: float


def assign(
    indptr: ArrayLike, indices: ArrayLike, cost: ArrayLike, *, miss_cost: ArrayLike
) -> Assignment:
    """Assign rows to columns at the least total cost, on a sparse problem with misses.

    Row i may take one of the columns ``indices[indptr[i]:indptr[i + 1]]`` at the costs that
    stand in the same places of `cost`, or be missed at ``miss_cost[i]``. A column is taken at
    most once and costs nothing when it stays free. An edge that costs exactly as much as the
    miss is never taken. The same problem always gives the same solution, ties included.

    Parameters
    ----------
    indptr : (n + 1,) integers
        Where each row's candidates begin, and at last their number (compressed sparse rows,
        as in ``scipy.sparse.csr_array``).
    indices : (e,) integers
        The column of each candidate, from 0 to below 2³².
    cost : (e,) float64
        The cost of each candidate, any sign; +∞ forbids it.
    miss_cost : float or (n,) float64
        The cost of a miss, one for all rows or one for each.

    Returns
    -------
    Assignment
        ``column`` (n,) int64, −1 for a miss, and the total ``cost``.

    Raises
    ------
    ShapeError
        If lengths do not fit together.
    DTypeError
        If `indptr` or `indices` are not integers, or costs are not real numbers.
    SettingError
        If `indptr` does not rise from 0 to e, or an index is out of range.
    NotFiniteError
        If a cost is NaN or −∞, or a miss cost is not finite.

    References
    ----------
    Jonker and Volgenant, *A shortest augmenting path algorithm for dense and sparse linear
    assignment problems*, Computing 38, 1987. Crouse, *On implementing 2D rectangular assignment
    algorithms*, IEEE Transactions on Aerospace and Electronic Systems 52, 2016.

    Examples
    --------
    >>> import detente as dt
    >>> dt.association.assign([0, 2, 3, 4], [0, 1, 0, 0], [1.0, 2.0, 1.5, 9.0], miss_cost=5.0)
    Assignment(column=array([ 1,  0, -1]), cost=8.5)
    """
    if np.ndim(miss_cost) == 0:
        miss_cost = np.full(max(np.size(indptr) - 1, 0), miss_cost)
    return Assignment(*_core.assign(indptr, indices, cost, miss_cost))
