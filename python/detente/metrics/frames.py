"""Point sets of a whole run, frame after frame, in one array."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import SettingError, ShapeError
from detente.times import seconds_from_times


class Frames(NamedTuple):
    """The points of a run: those of frame k are ``positions[offsets[k]:offsets[k + 1]]``.

    Attributes
    ----------
    positions : (n, d) float64
        Positions [m], in one frame of reference for truth and estimate. For the scores of
        boxes, (n, 2a): the a coordinates of the centre, then the a lengths of the sides.
    offsets : (k + 1,) int64
        Where each frame begins, and at last n.
    identity : (n,) array or None
        Who each point is: integers or strings; needed for the scores of tracks.
    row : (n,) int64 or None
        Where each point stood before `frames_from_times` sorted it.
    """

    positions: NDArray[np.float64]
    offsets: NDArray[np.int64]
    identity: NDArray[np.generic] | None = None
    row: NDArray[np.int64] | None = None


FramesLike: TypeAlias = Frames | tuple[ArrayLike, ArrayLike]


def frames_from_times(
    time_s: ArrayLike,
    positions: ArrayLike,
    *,
    times_s: ArrayLike,
    identity: ArrayLike | None = None,
) -> Frames:
    """Sort rows that carry a time each into frames, one for each of the given times.

    Parameters
    ----------
    time_s : (n,) float64
        The time of each row [s], in any order; each must be one of `times_s`, exactly.
    positions : (n, d) float64
        The position of each row [m].
    times_s : (k,) float64
        The times of the frames [s], strictly increasing; a time without rows is an empty frame.
    identity : (n,) array, optional
        Who each row is.

    Returns
    -------
    Frames
        With `row` set; rows of one time keep their order.

    Raises
    ------
    ShapeError
        If lengths differ.
    SettingError
        If `times_s` does not increase strictly or a row's time is not among them.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times(
    ...     [2.0, 1.0, 2.0], [[5.0], [6.0], [7.0]], times_s=[1.0, 2.0, 3.0])
    >>> frames.offsets
    array([0, 1, 3, 3])
    >>> frames.positions[:, 0]
    array([6., 5., 7.])
    """
    time = seconds_from_times(time_s)
    points = np.asarray(positions, np.float64)
    times = seconds_from_times(times_s, of="times_s")
    names = None if identity is None else np.asarray(identity)
    for what, column in (("positions", points), ("identity", names)):
        if column is not None and column.shape[:1] != time.shape:
            raise ShapeError(
                f"{what} must have one row for each of the {time.size} times, "
                f"found shape {column.shape}"
            )
    if times.ndim != 1 or not bool(np.all(np.diff(times) > 0)):
        raise SettingError("times_s must be one-dimensional and strictly increasing")
    frame = np.searchsorted(times, time)
    known = np.append(times, np.nan)[frame] == time
    if not bool(known.all()):
        first = int(np.argmin(known))
        raise SettingError(
            f"each time must be one of times_s, found {time[first]} at row {first}; "
            "leave out the rows between the frames or interpolate them first"
        )
    row = np.argsort(frame, kind="stable").astype(np.int64)
    counts = np.bincount(frame, minlength=times.size)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Frames(points[row], offsets, None if names is None else names[row], row)


def numbered(what: str, frames: Frames) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
    """Return positions, offsets and the identities, numbered from 0."""
    if frames.identity is None:
        raise SettingError(f"the identities of {what} must be given, found None")
    _, number = np.unique(frames.identity, return_inverse=True)
    return frames.positions, frames.offsets, number
