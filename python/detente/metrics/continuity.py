"""Identities over a run: whether tracks keep to their objects."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.metrics.frames import Frames, numbered


class Continuity(NamedTuple):
    """What `continuity` returns.

    Attributes
    ----------
    switches : int
        How often an object is matched to another track than when it was last matched.
    fragmentations : int
        How often an object is matched again after frames in which it existed unmatched.
    matched, missed : int
        Rows of truth with and without a match.
    false : int
        Rows of the estimate without a match.
    estimate_row : (n,) int64
        For each row of truth the matched row of the estimate, −1 for none.
    """

    switches: int
    fragmentations: int
    matched: int
    missed: int
    false: int
    estimate_row: NDArray[np.int64]


def continuity(truth: Frames, estimate: Frames, *, cutoff: float) -> Continuity:
    """Count identity switches and fragmentations over a run.

    Frame by frame, as in CLEAR MOT: a pair of the frame before is kept while it is closer than
    the cutoff; the remaining objects and tracks are matched so that the sum of d² and of
    cutoff² for each object left over is least, as in GOSPA. An object that leaves and comes
    back is not interrupted by its absence, but a new track on its return is a switch.

    Parameters
    ----------
    truth, estimate : Frames
        With `identity`, which stands at most once in a frame.
    cutoff : float
        The distance from which on two points do not belong together [m].

    Returns
    -------
    Continuity

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, or the cutoff is not positive.

    References
    ----------
    Bernardin and Stiefelhagen, *Evaluating multiple object tracking performance: the CLEAR MOT
    metrics*, EURASIP Journal on Image and Video Processing, 2008. Li, Huang and Nevatia,
    *Learning to associate*, CVPR 2009 (fragmentations).

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames([0.0, 2.0, 3.0], [[0.0], [2.0], [3.0]], times_s=times, identity=[7, 7, 8])
    >>> score = dt.metrics.continuity(truth, tracks, cutoff=0.5)
    >>> score.switches, score.fragmentations
    (1, 1)
    """
    run = _core.continuity(numbered("truth", truth), numbered("estimate", estimate), cutoff)
    return Continuity(*run)
