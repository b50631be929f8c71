"""SIAP: how complete, unambiguous, free of spurious tracks, accurate and continuous it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import NotFiniteError, ShapeError
from detente.metrics.frames import Frames, numbered


class Siap(NamedTuple):
    """What `siap` returns; NaN where there is nothing to take a ratio of.

    Attributes
    ----------
    completeness : float
        Rows of truth with a track over rows of truth; best 1.
    ambiguity : float
        Assigned rows of the estimate over rows of truth with a track; best 1.
    spuriousness : float
        Rows of the estimate that are assigned to no object over all its rows; best 0.
    positional_accuracy : float
        The mean distance of the assigned rows [m].
    velocity_accuracy : float
        The mean difference of their velocities [m/s]; NaN without velocities.
    number_changes : float
        The least number of changes of the track that follows an object, over the frames in which
        objects are tracked; divided by the time between frames it is SIAP's rate [1/s]; best 0.
    longest_segment : float
        The frames of the longest uninterrupted hold of an object by one track, summed over the
        objects, over rows of truth; best 1.
    truth_row : (m,) int64
        For each row of the estimate the row of truth that it is assigned to, −1 for none.
    """

    completeness: float
    ambiguity: float
    spuriousness: float
    positional_accuracy: float
    velocity_accuracy: float
    number_changes: float
    longest_segment: float
    truth_row: NDArray[np.int64]


def siap(
    truth: Frames,
    estimate: Frames,
    *,
    cutoff: float,
    velocities: tuple[ArrayLike, ArrayLike] | None = None,
) -> Siap:
    """Return the attributes of a single integrated air picture, over a run.

    In each frame a track is assigned to the nearest object closer than the cutoff. Several
    tracks may be assigned to one object, which is what ambiguity measures.

    Parameters
    ----------
    truth, estimate : Frames
        With `identity`, which stands at most once in a frame.
    cutoff : float
        The distance from which on a track is not assigned to an object [m].
    velocities : two arrays (n, d), (m, d) float64, optional
        The velocities of the rows of truth and of the estimate [m/s], in the order of their
        positions.

    Returns
    -------
    Siap

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames or rows differ.
    NotFiniteError
        If a position or a velocity is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, or the cutoff is not positive.

    References
    ----------
    Votruba, Nisley, Rothrock and Zombro, *Single Integrated Air Picture (SIAP) metrics
    implementation*, technical report 2001-001, SIAP System Engineering Task Force, 2001.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames([0.0, 2.0, 3.0], [[0.0], [2.0], [3.5]], times_s=times, identity=[7, 7, 8])
    >>> score = dt.metrics.siap(truth, tracks, cutoff=1.0)
    >>> score.completeness, score.ambiguity, score.spuriousness, score.longest_segment
    (0.75, 1.0, 0.0, 0.25)
    """
    both = numbered("truth", truth), numbered("estimate", estimate)
    counts, distance, truth_row = _core.siap(*both, cutoff)
    tracked, assigned, changes, longest = counts
    objects, tracks = len(truth.positions), len(estimate.positions)
    return Siap(
        _ratio(tracked, objects),
        _ratio(assigned, tracked),
        _ratio(tracks - assigned, tracks),
        _ratio(distance, assigned),
        np.nan if velocities is None else _velocity_accuracy(velocities, truth_row, objects),
        _ratio(changes, tracked),
        _ratio(longest, objects),
        truth_row,
    )


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else np.nan


def _velocity_accuracy(
    velocities: tuple[ArrayLike, ArrayLike], truth_row: NDArray[np.int64], objects: int
) -> float:
    """Return the mean of |v − v̂| over the assigned rows."""
    true, found = (np.asarray(velocity, np.float64) for velocity in velocities)
    for what, velocity, rows in (("truth", true, objects), ("estimate", found, len(truth_row))):
        if velocity.shape[:1] != (rows,) or velocity.shape[1:] != true.shape[1:]:
            raise ShapeError(
                f"the velocities of {what} must have shape ({rows}, d), found {velocity.shape}"
            )
        if not bool(np.isfinite(velocity).all()):
            raise NotFiniteError(f"the velocities of {what} must be finite; repair them first")
    assigned = truth_row >= 0
    difference = true[truth_row[assigned]] - found[assigned]
    return _ratio(float(np.linalg.norm(difference, axis=1).sum()), int(assigned.sum()))
