"""GOSPA and OSPA: the distance between a set of truths and a set of estimates."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.metrics.frames import FramesLike


class Gospa(NamedTuple):
    """GOSPA of one frame; ``value**order == localisation + missed + false``.

    Attributes
    ----------
    value : float
        The distance [m].
    localisation : float
        The sum of d^order over the pairs [m^order].
    missed, false : float
        cutoff^order / alpha for each missed truth and each false estimate [m^order].
    missed_count, false_count : int
        How many there are.
    estimate_row : (n,) int64
        For each truth the row of its estimate if closer than the cutoff, −1 for none.
    """

    value: float
    localisation: float
    missed: float
    false: float
    missed_count: int
    false_count: int
    estimate_row: NDArray[np.int64]


class GospaRun(NamedTuple):
    """GOSPA of each frame of a run, the fields as in `Gospa`.

    Attributes
    ----------
    value, localisation, missed, false : (k,) float64
        For each frame.
    missed_count, false_count : (k,) int64
        For each frame.
    estimate_row : (n,) int64
        For each row of truth a row of the estimate's positions, −1 for none.
    """

    value: NDArray[np.float64]
    localisation: NDArray[np.float64]
    missed: NDArray[np.float64]
    false: NDArray[np.float64]
    missed_count: NDArray[np.int64]
    false_count: NDArray[np.int64]
    estimate_row: NDArray[np.int64]


class Ospa(NamedTuple):
    """OSPA of one frame; ``value**order == localisation + cardinality``.

    Attributes
    ----------
    value : float
        The distance [m].
    localisation, cardinality : float
        What distances and the difference in number contribute [m^order]; with an infinite
        order both are distances [m] and the value is the larger one.
    """

    value: float
    localisation: float
    cardinality: float


class OspaRun(NamedTuple):
    """OSPA of each frame of a run, the fields as in `Ospa`.

    Attributes
    ----------
    value, localisation, cardinality : (k,) float64
        For each frame.
    """

    value: NDArray[np.float64]
    localisation: NDArray[np.float64]
    cardinality: NDArray[np.float64]


def gospa(
    truth: ArrayLike,
    estimate: ArrayLike,
    *,
    cutoff: float,
    order: float = 2.0,
    alpha: float = 2.0,
) -> Gospa:
    """Return the generalised optimal sub-pattern assignment metric of two sets of points.

    The parts are sums of p-th powers, as in the paper's decomposition and in Stone Soup:
    ``value**order == localisation + missed + false``. With ``alpha=2`` a pair at the cutoff or
    beyond is one missed truth and one false estimate; with a smaller `alpha` there is no such
    reading, it remains a pair that adds cutoff^order to the localisation, and only the
    difference in number counts as missed or false.

    Parameters
    ----------
    truth : (n, d) float64
        Positions [m]; ``[]`` is the empty set.
    estimate : (m, d) float64
        Positions [m], in the same frame of reference.
    cutoff : float
        The distance c at which a pair is as bad as one missed and one false point [m].
    order : float
        The order p, finite and at least 1.
    alpha : float
        Above 0 and at most 2; each point too many costs c^p / alpha.

    Returns
    -------
    Gospa

    Raises
    ------
    ShapeError
        If the dimensions differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If a setting is out of range.

    References
    ----------
    Rahmathullah, García-Fernández and Svensson, *Generalized optimal sub-pattern assignment
    metric*, 20th International Conference on Information Fusion, 2017.

    Examples
    --------
    >>> import detente as dt
    >>> score = dt.metrics.gospa([[0.0, 0.0], [90.0, 0.0]], [[3.0, 4.0]], cutoff=10.0)
    >>> score.localisation, score.missed, score.false
    (25.0, 50.0, 0.0)
    >>> round(score.value, 3)
    8.66
    """
    run = gospa_run(*_one_frame(truth, estimate), cutoff=cutoff, order=order, alpha=alpha)
    return Gospa(
        float(run.value[0]),
        float(run.localisation[0]),
        float(run.missed[0]),
        float(run.false[0]),
        int(run.missed_count[0]),
        int(run.false_count[0]),
        run.estimate_row,
    )


def gospa_run(
    truth: FramesLike,
    estimate: FramesLike,
    *,
    cutoff: float,
    order: float = 2.0,
    alpha: float = 2.0,
) -> GospaRun:
    """Return `gospa` of each frame of a run, in one call.

    Parameters
    ----------
    truth, estimate : Frames or (positions, offsets)
        Points (n, d) [m] and where each frame begins, (k + 1,) integers; see
        `frames_from_times` for rows that carry a time.
    cutoff, order, alpha : float
        As in `gospa`.

    Returns
    -------
    GospaRun

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If a setting is out of range or offsets do not rise from 0 to n.

    Examples
    --------
    >>> import detente as dt
    >>> truth = [[0.0], [0.0], [50.0]], [0, 1, 3]
    >>> estimate = [[3.0], [4.0]], [0, 1, 2]
    >>> run = dt.metrics.gospa_run(truth, estimate, cutoff=10.0, order=1.0)
    >>> run.value, run.missed_count
    (array([3., 9.]), array([0, 1]))
    """
    return GospaRun(*_core.gospa(_frames(truth), _frames(estimate), cutoff, order, alpha))


def ospa(truth: ArrayLike, estimate: ArrayLike, *, cutoff: float, order: float = 2.0) -> Ospa:
    """Return the optimal sub-pattern assignment metric of two sets of points.

    The assignment minimises the sum of d^order; with ``order=inf`` it is the bottleneck
    assignment, which makes the largest distance least.

    Parameters
    ----------
    truth : (n, d) float64
        Positions [m]; ``[]`` is the empty set.
    estimate : (m, d) float64
        Positions [m], in the same frame of reference.
    cutoff : float
        The distance at which distances are cut, and the cost of a point too many [m].
    order : float
        The order p, at least 1; may be ``inf``.

    Returns
    -------
    Ospa

    Raises
    ------
    ShapeError
        If the dimensions differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If a setting is out of range.

    References
    ----------
    Schuhmacher, Vo and Vo, *A consistent metric for performance evaluation of multi-object
    filters*, IEEE Transactions on Signal Processing 56(8), 2008.

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.ospa([[0.0], [40.0]], [[3.0], [41.0]], cutoff=10.0, order=1.0)
    Ospa(value=2.0, localisation=2.0, cardinality=0.0)
    """
    run = ospa_run(*_one_frame(truth, estimate), cutoff=cutoff, order=order)
    return Ospa(float(run.value[0]), float(run.localisation[0]), float(run.cardinality[0]))


def ospa_run(
    truth: FramesLike, estimate: FramesLike, *, cutoff: float, order: float = 2.0
) -> OspaRun:
    """Return `ospa` of each frame of a run, in one call.

    Parameters
    ----------
    truth, estimate : Frames or (positions, offsets)
        As in `gospa_run`.
    cutoff, order : float
        As in `ospa`.

    Returns
    -------
    OspaRun

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If a setting is out of range or offsets do not rise from 0 to n.

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.ospa_run(([[0.0]], [0, 1, 1]), ([[4.0]], [0, 1, 1]), cutoff=9.0).value
    array([4., 0.])
    """
    return OspaRun(*_core.ospa(_frames(truth), _frames(estimate), cutoff, order))


def _frames(frames: FramesLike) -> tuple[ArrayLike, ArrayLike]:
    return frames[0], frames[1]


def _one_frame(
    truth: ArrayLike, estimate: ArrayLike
) -> tuple[tuple[ArrayLike, ArrayLike], tuple[ArrayLike, ArrayLike]]:
    """Two runs of one frame; an empty list gets the dimension of the other side."""
    x, y = np.asarray(truth), np.asarray(estimate)
    if x.shape == (0,):
        x = np.empty((0, y.shape[1] if y.ndim == 2 else 1))  # noqa: PLR2004 (points are 2-D)
    if y.shape == (0,):
        y = np.empty((0, x.shape[1] if x.ndim == 2 else 1))  # noqa: PLR2004 (points are 2-D)
    return (x, (0, x.shape[0] if x.ndim else 0)), (y, (0, y.shape[0] if y.ndim else 0))
