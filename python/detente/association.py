"""Association: which track takes which detection, and how likely."""

import operator
from typing import Literal, NamedTuple, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError


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
    return Assignment(*_core.assign(indptr, indices, cost, _one_a_row(miss_cost, indptr)))


class KBest(NamedTuple):
    """What `k_best` returns.

    Attributes
    ----------
    column : (f, n) int64
        Of each assignment found the column that each row takes, −1 for a miss.
    cost : (f,) float64
        The total cost of each, never falling.
    """

    column: NDArray[np.int64]
    cost: NDArray[np.float64]


def k_best(
    indptr: ArrayLike,
    indices: ArrayLike,
    cost: ArrayLike,
    *,
    miss_cost: ArrayLike,
    k: SupportsIndex,
    columns: SupportsIndex | None = None,
) -> KBest:
    """Find the k assignments of least total cost, on a sparse problem with misses.

    The problem is that of `assign`, but every finite candidate counts, also one that costs more
    than the miss of its row. No assignment comes twice; of several candidates for the same row
    and column the cheapest counts. The same problem always gives the same answer, ties included.

    Parameters
    ----------
    indptr : (n + 1,) integers
        Where each row's candidates begin, and at last their number.
    indices : (e,) integers
        The column of each candidate, from 0 to below 2³².
    cost : (e,) float64
        The cost of each candidate, any sign; +∞ forbids it.
    miss_cost : float or (n,) float64
        The cost of a miss, one for all rows or one for each.
    k : int
        How many assignments to find, at least 1.
    columns : int, optional
        The number of columns; without it no index is too large.

    Returns
    -------
    KBest
        ``column`` (f, n) int64, −1 for a miss, and ``cost`` (f,) float64; f is k, or less if there
        are fewer assignments.

    Raises
    ------
    ShapeError
        If lengths do not fit together.
    DTypeError
        If `indptr` or `indices` are not integers, or costs are not real numbers.
    SettingError
        If `indptr` does not rise from 0 to e, an index is out of range, or `k` is below 1.
    NotFiniteError
        If a cost is NaN or −∞, or a miss cost is not finite.

    References
    ----------
    Murty, *An algorithm for ranking all the assignments in order of increasing cost*, Operations
    Research 16, 1968. Miller, Stone and Cox, *Optimizing Murty's ranked assignment method*, IEEE
    Transactions on Aerospace and Electronic Systems 33, 1997.

    Examples
    --------
    >>> import detente as dt
    >>> found = dt.association.k_best([0, 2, 3], [0, 1, 0], [1.0, 2.0, 1.5], miss_cost=10.0, k=3)
    >>> found.column
    array([[ 1,  0],
           [ 0, -1],
           [-1,  0]])
    >>> found.cost
    array([ 3.5, 11. , 11.5])
    """
    number = _whole("k", k, least=1)
    misses = _one_a_row(miss_cost, indptr)
    return KBest(*_core.k_best(indptr, indices, cost, misses, number, _columns(columns)))


class Marginals(NamedTuple):
    """What `marginals` returns.

    Attributes
    ----------
    edge : (e,) float64
        The probability that the candidate's row takes its column.
    miss : (n,) float64
        The probability that the row takes no column.
    free : (columns,) float64
        The probability that no row takes the column.
    exact : bool
        Whether every cluster was summed exactly.
    """

    edge: NDArray[np.float64]
    miss: NDArray[np.float64]
    free: NDArray[np.float64]
    exact: bool


def marginals(
    indptr: ArrayLike,
    indices: ArrayLike,
    log_weight: ArrayLike,
    *,
    miss_log_weight: ArrayLike,
    columns: SupportsIndex | None = None,
    method: Literal["exact", "belief_propagation", "auto"] = "auto",
) -> Marginals:
    """Compute how likely each row takes each of its columns, over all joint events.

    A joint event gives each row at most one of its columns ``indices[indptr[i]:indptr[i + 1]]``
    and each column to at most one row. It weighs as much as the product of its candidates and of
    the misses of the other rows; a column that no row takes weighs 1, so whatever else explains a
    column (clutter, a new object) divides its candidates. Weights may be of any size: only their
    ratios count, and nothing overflows.

    Rows that share no column, not even through others, are independent: each such cluster is
    summed by itself.

    Parameters
    ----------
    indptr : (n + 1,) integers
        Where each row's candidates begin, and at last their number.
    indices : (e,) integers
        The column of each candidate, from 0 to below `columns`.
    log_weight : (e,) float64
        The logarithm of each candidate's weight; −∞ makes it impossible.
    miss_log_weight : float or (n,) float64
        The logarithm of the weight of a miss, one for all rows or one for each; −∞ for a row that
        must take a column.
    columns : int, optional
        The number of columns; as many as `indices` names if it is not given.
    method : {"auto", "exact", "belief_propagation"}
        ``"exact"`` sums all joint events in a net that shares what events have in common; a net
        grows exponentially with how tightly a cluster is knit. ``"belief_propagation"`` is fast
        on any cluster, exact on those without loops and approximate on others: on the gated
        problems of ``benches/`` by 0.01 on average, by 0.23 at worst. ``"auto"`` is exact while
        a cluster's net has at most 2¹⁵ states and propagates beyond.

    Returns
    -------
    Marginals
        ``edge`` (e,), ``miss`` (n,) and ``free`` (columns,) float64, and whether all are
        ``exact``. The candidates of a row and its miss sum to 1, so do the candidates of a column
        and its freedom: by belief propagation to within 10⁻⁶, unless misses are so unlikely that
        it has not converged in 2,000 rounds.

    Raises
    ------
    ShapeError
        If lengths do not fit together.
    DTypeError
        If `indptr` or `indices` are not integers, or weights are not real numbers.
    SettingError
        If `indptr` does not rise from 0 to e, an index is out of range, `method` has no such
        name, no joint event is possible, or ``"exact"`` meets a cluster whose net would have more
        than 2²⁵ states.
    NotFiniteError
        If a weight is NaN or +∞.

    References
    ----------
    Horridge and Maskell, *Real-time tracking of hundreds of targets with efficient exact JPDAF
    implementation*, 9th International Conference on Information Fusion, 2006. Williams and Lau,
    *Approximate evaluation of marginal association probabilities with belief propagation*, IEEE
    Transactions on Aerospace and Electronic Systems 50, 2014.

    Examples
    --------
    Two tracks and one detection: the joint events weigh 1, 3 and 4.

    >>> import detente as dt
    >>> found = dt.association.marginals(
    ...     [0, 1, 2], [0, 0], [1.0986, 1.3863], miss_log_weight=0.0
    ... )
    >>> found.edge.round(3), found.miss.round(3), found.free.round(3), found.exact
    (array([0.375, 0.5  ]), array([0.625, 0.5  ]), array([0.125]), True)
    """
    misses = _one_a_row(miss_log_weight, indptr)
    found = _core.marginals(indptr, indices, log_weight, misses, _columns(columns), method)
    return Marginals(*found)


def _one_a_row(value: ArrayLike, indptr: ArrayLike) -> ArrayLike:
    """Return one value for each row where one was given for all."""
    return np.full(max(np.size(indptr) - 1, 0), value) if np.ndim(value) == 0 else value


def _columns(columns: SupportsIndex | None) -> int | None:
    return None if columns is None else _whole("columns", columns, least=0)


def _whole(what: str, number: SupportsIndex, *, least: int) -> int:
    """Return a whole number from `least` to below 2³²."""
    try:
        whole = operator.index(number)
    except TypeError:
        raise SettingError(f"{what} must be a whole number, found {number!r}") from None
    if not least <= whole < 2**32:
        raise SettingError(f"{what} must be in {least}..2³², found {whole}")
    return whole
