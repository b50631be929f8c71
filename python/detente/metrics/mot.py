"""CLEAR MOT, HOTA and identity F1: what benchmarks of tracking by video report.

All compare rows by their likeness, from 0 to 1: of points at distance d it is
max(0, 1 − d / cutoff), of boxes the intersection over the union.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.metrics.frames import Frames, numbered

THRESHOLDS = np.arange(0.05, 0.99, 0.05)
"""The thresholds over which HOTA is averaged."""


class ClearMot(NamedTuple):
    """What `clear_mot` returns.

    Attributes
    ----------
    mota : float
        1 − (missed + false + switches) / rows of truth; may be negative.
    motp : float
        The mean likeness of the matches; for points the mean distance is (1 − motp)·cutoff.
    switches : int
        How often an object is matched to another track than when it was last matched.
    fragmentations : int
        How often an object is matched again after a frame in which it was not, be it missed or
        absent; frames without any object or without any track are passed over.
    matched, missed, false : int
        Rows of truth with and without a match, and rows of the estimate without.
    mostly_tracked, mostly_lost : int
        Objects matched in more than 80 % and in less than 20 % of their frames.
    """

    mota: float
    motp: float
    switches: int
    fragmentations: int
    matched: int
    missed: int
    false: int
    mostly_tracked: int
    mostly_lost: int


class Hota(NamedTuple):
    """What `hota` returns: means over the thresholds, and the values at each.

    Attributes
    ----------
    hota : float
        The mean of √(detection · association).
    detection : float
        DetA: matches over matches, missed and false rows together.
    association : float
        AssA: how well the matched pairs hold over the run, averaged over the matches.
    localisation : float
        LocA: the mean likeness of the matches, 1 where there are none.
    by_threshold : (t, 4) float64
        These four at each threshold.
    detection_recall, detection_precision : (t,) float64
        Matches over the rows of truth, over those of the estimate.
    association_recall, association_precision : (t,) float64
        As `association`, with respect to the object's rows, to the track's rows.
    """

    hota: float
    detection: float
    association: float
    localisation: float
    by_threshold: NDArray[np.float64]
    detection_recall: NDArray[np.float64]
    detection_precision: NDArray[np.float64]
    association_recall: NDArray[np.float64]
    association_precision: NDArray[np.float64]


class IdentityF1(NamedTuple):
    """What `identity_f1` returns.

    Attributes
    ----------
    f1 : float
        IDF1: 2·matched / (rows of truth + rows of the estimate).
    precision, recall : float
        IDP and IDR: matched over the rows of the estimate, over those of truth.
    matched, missed, false : int
        IDTP, IDFN and IDFP.
    """

    f1: float
    precision: float
    recall: float
    matched: int
    missed: int
    false: int


def clear_mot(
    truth: Frames, estimate: Frames, *, cutoff: float | None, threshold: float = 0.5
) -> ClearMot:
    """Return the CLEAR MOT scores of a run.

    A pair of the frame before is kept while its likeness reaches the threshold; the remaining
    rows are matched so that the sum of likenesses is largest. `continuity` matches by squared
    distance instead and does not count absence as a fragmentation.

    Parameters
    ----------
    truth, estimate : Frames
        Points or boxes with `identity`, which stands at most once in a frame.
    cutoff : float or None
        The distance at which the likeness of points is 0 [m]; None if the rows are boxes.
    threshold : float
        The least likeness of a match, above 0 and at most 1.

    Returns
    -------
    ClearMot

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ, or boxes have an odd number of columns.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, a box has no size, or a setting is
        out of range.

    References
    ----------
    Bernardin and Stiefelhagen, *Evaluating multiple object tracking performance: the CLEAR MOT
    metrics*, EURASIP Journal on Image and Video Processing, 2008; in detail as TrackEval.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames([0.0, 2.0, 3.0], [[0.0], [2.0], [4.0]], times_s=times, identity=[7, 7, 8])
    >>> score = dt.metrics.clear_mot(truth, tracks, cutoff=4.0)
    >>> score.mota, round(score.motp, 3), score.switches
    (0.5, 0.917, 1)
    """
    both = numbered("truth", truth), numbered("estimate", estimate)
    counts, likeness = _core.clear_mot(*both, cutoff, threshold)
    matched, missed, false, switches, fragmentations, tracked, lost = counts
    mota = (matched - false - switches) / max(matched + missed, 1) if matched + missed else 0.0
    motp = likeness / max(matched, 1)
    return ClearMot(mota, motp, switches, fragmentations, matched, missed, false, tracked, lost)


def hota(
    truth: Frames, estimate: Frames, *, cutoff: float | None, thresholds: ArrayLike | None = None
) -> Hota:
    """Return HOTA and its parts.

    Parameters
    ----------
    truth, estimate : Frames
        Points or boxes with `identity`, which stands at most once in a frame.
    cutoff : float or None
        The distance at which the likeness of points is 0 [m]; None if the rows are boxes.
    thresholds : (t,) float64, optional
        The least likenesses of a match over which to average; by default 0.05, 0.1, … 0.95.

    Returns
    -------
    Hota

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ, or boxes have an odd number of columns.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, a box has no size, or a setting is
        out of range.

    References
    ----------
    Luiten, Ošep, Dendorfer, Torr, Geiger, Leal-Taixé and Leibe, *HOTA: a higher order metric for
    evaluating multi-object tracking*, International Journal of Computer Vision 129, 2021; in
    detail as TrackEval.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=[7, 7, 8, 8])
    >>> score = dt.metrics.hota(truth, tracks, cutoff=4.0)
    >>> round(score.hota, 3), round(score.detection, 3), round(score.association, 3)
    (0.707, 1.0, 0.5)
    """
    alpha = THRESHOLDS if thresholds is None else thresholds
    both = numbered("truth", truth), numbered("estimate", estimate)
    matched, association, recall, precision, likeness = _core.hota(*both, cutoff, alpha)
    objects, tracks = len(truth.positions), len(estimate.positions)
    at_least_one = np.maximum(1, matched)
    detection = matched / np.maximum(1, objects + tracks - matched)
    association = association / at_least_one
    localisation = np.where(matched > 0, likeness / at_least_one, 1.0)
    both_parts = np.sqrt(detection * association)
    by_threshold = np.column_stack([both_parts, detection, association, localisation])
    means = by_threshold.mean(axis=0)
    return Hota(
        float(means[0]),
        float(means[1]),
        float(means[2]),
        float(means[3]),
        by_threshold,
        matched / max(objects, 1),
        matched / max(tracks, 1),
        recall / at_least_one,
        precision / at_least_one,
    )


def identity_f1(
    truth: Frames, estimate: Frames, *, cutoff: float | None, threshold: float = 0.5
) -> IdentityF1:
    """Return the identity scores: objects and tracks are paired once for the whole run.

    Parameters
    ----------
    truth, estimate : Frames
        Points or boxes with `identity`, which stands at most once in a frame.
    cutoff : float or None
        The distance at which the likeness of points is 0 [m]; None if the rows are boxes.
    threshold : float
        The least likeness of a match, above 0 and at most 1.

    Returns
    -------
    IdentityF1

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ, or boxes have an odd number of columns.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, a box has no size, or a setting is
        out of range.

    References
    ----------
    Ristani, Solera, Zou, Cucchiara and Tomasi, *Performance measures and a data set for
    multi-target, multi-camera tracking*, ECCV workshops 2016.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=[7, 7, 7, 8])
    >>> dt.metrics.identity_f1(truth, tracks, cutoff=4.0).f1
    0.75
    """
    both = numbered("truth", truth), numbered("estimate", estimate)
    matched = _core.identity_matches(*both, cutoff, threshold)
    objects, tracks = len(truth.positions), len(estimate.positions)
    return IdentityF1(
        2.0 * matched / max(objects + tracks, 1),
        matched / max(tracks, 1),
        matched / max(objects, 1),
        matched,
        objects - matched,
        tracks - matched,
    )
