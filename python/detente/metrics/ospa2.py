"""OSPA⁽²⁾: the distance between two sets of tracks."""

import numpy as np
from numpy.typing import ArrayLike

from detente import _core
from detente.errors import SettingError
from detente.metrics.frames import Frames, numbered
from detente.metrics.sets import Ospa, OspaRun


def ospa2(
    truth: Frames,
    estimate: Frames,
    *,
    cutoff: float,
    order: float = 1.0,
    base_order: float = 1.0,
    weights: ArrayLike | None = None,
) -> Ospa:
    """Return the OSPA⁽²⁾ of two sets of tracks over a whole run.

    The distance of two tracks is the mean, over the frames in which either lives, of their
    distance there cut at the cutoff c, which is also what a frame costs in which only one lives.
    OSPA⁽²⁾ is the OSPA of the two sets of tracks under that distance: it counts errors of
    position, of number and of identity, for a track that swaps its object is far from both.

    Parameters
    ----------
    truth, estimate : Frames
        With `identity`, which stands at most once in a frame.
    cutoff : float
        The distance c at which distances are cut, and the cost of a track too many [m].
    order : float
        The order p of the assignment of tracks, finite and at least 1.
    base_order : float
        The order q of the mean over time, finite and at least 1.
    weights : (k,) float64, optional
        What each frame weighs in that mean, above 0; all alike by default.

    Returns
    -------
    Ospa
        ``value**order == localisation + cardinality``.

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position or a weight is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, or a setting is out of range.

    References
    ----------
    Beard, Vo and Vo, *A solution for large-scale multi-object tracking*, IEEE Transactions on
    Signal Processing 68, 2020.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames([1.0, 2.0, 3.0], [[1.0], [2.0], [5.0]], times_s=times, identity=[7, 7, 7])
    >>> dt.metrics.ospa2(truth, tracks, cutoff=10.0)
    Ospa(value=3.0, localisation=3.0, cardinality=0.0)
    """
    count = len(truth.offsets) - 1
    if count < 1:
        return Ospa(0.0, 0.0, 0.0)
    all_alike = np.ones(count) if weights is None else np.asarray(weights)
    if all_alike.shape != (count,):
        raise SettingError(
            f"weights must be one for each of the {count} frames, found shape {all_alike.shape}"
        )
    run = _score(truth, estimate, cutoff, (order, base_order), all_alike, [count - 1])
    return Ospa(float(run.value[0]), float(run.localisation[0]), float(run.cardinality[0]))


def ospa2_run(
    truth: Frames,
    estimate: Frames,
    *,
    cutoff: float,
    window: int | None = None,
    weights: ArrayLike | None = None,
    order: float = 1.0,
    base_order: float = 1.0,
    ends: ArrayLike | None = None,
) -> OspaRun:
    """Return `ospa2` of a window that slides over the run, in one call.

    Only tracks that come within the cutoff of each other are compared, found by a k-d tree of
    each frame: time and memory grow with the number of rows, not of pairs of tracks.

    Parameters
    ----------
    truth, estimate : Frames
        With `identity`, which stands at most once in a frame.
    cutoff : float
        As in `ospa2`.
    window : int, optional
        How many frames a window has, at least 1; at the beginning of the run it has fewer.
    weights : (window,) float64, optional
        Instead of `window`: what its frames weigh, the oldest first, above 0.
    order, base_order : float
        As in `ospa2`.
    ends : (j,) int64, optional
        The frames with which windows end; every frame by default.

    Returns
    -------
    OspaRun
        For each window.

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position or a weight is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, or a setting is out of range.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0]], times_s=times, identity=["a"] * 3)
    >>> tracks = frames(times, [[0.0], [1.0], [2.0]], times_s=times, identity=[1, 1, 2])
    >>> dt.metrics.ospa2_run(truth, tracks, cutoff=10.0, window=2).value
    array([0. , 0. , 7.5])
    """
    if (window is None) == (weights is None):
        raise SettingError("either window or weights must be given, and not both")
    if window is not None and window < 1:
        raise SettingError(f"window must be at least 1 frame, found {window}")
    count = len(truth.offsets) - 1
    shape = np.ones(window or 1) if weights is None else weights
    last = np.arange(count) if ends is None else ends
    return _score(truth, estimate, cutoff, (order, base_order), shape, last)


def _score(
    truth: Frames,
    estimate: Frames,
    cutoff: float,
    orders: tuple[float, float],
    weights: ArrayLike,
    ends: ArrayLike,
) -> OspaRun:
    both = numbered("truth", truth), numbered("estimate", estimate)
    return OspaRun(*_core.ospa2(*both, cutoff, orders, weights, ends))
