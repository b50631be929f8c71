"""GOSPA of trajectories: localisation, missed, false and switch costs over a run."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.metrics.frames import Frames, numbered


class TrajectoryGospa(NamedTuple):
    """What `trajectory_gospa` returns.

    ``value**order`` is the sum of all parts over all frames.

    Attributes
    ----------
    value : float
        The distance of the two sets of trajectories [m].
    localisation : (k,) float64
        For each frame the sum of d^order over the pairs [m^order].
    missed, false : (k,) float64
        For each frame cutoff^order / 2 for each missed object and each false row [m^order].
    switch : (k,) float64
        For each frame switch_penalty^order for each object whose track is another than before,
        half of it where a pair begins or ends [m^order].
    """

    value: float
    localisation: NDArray[np.float64]
    missed: NDArray[np.float64]
    false: NDArray[np.float64]
    switch: NDArray[np.float64]


def trajectory_gospa(
    truth: Frames,
    estimate: Frames,
    *,
    cutoff: float,
    switch_penalty: float,
    order: float = 2.0,
) -> TrajectoryGospa:
    """Return the GOSPA of two sets of trajectories, with a penalty for switches.

    As GOSPA with alpha 2 in every frame, but the pairs of successive frames are chosen together:
    an object that changes from one track to another costs switch_penalty^order, and half of that
    when it goes from none to one or back. Costs of frames and of switches add at power `order`.

    The shares in which objects and tracks are paired solve a linear programme; they are whole
    but in rare cases, and the value is then the one with whole pairs, whose exact computation
    takes exponential time. The value of the programme is a metric itself.

    Parameters
    ----------
    truth, estimate : Frames
        With `identity`, which stands at most once in a frame.
    cutoff : float
        The distance at which a pair is as bad as one missed and one false row [m].
    switch_penalty : float
        The cost of a switch, at least 0 [m]; with 0 the parts are those of `gospa_run`.
    order : float
        The order p, finite and at least 1.

    Returns
    -------
    TrajectoryGospa

    Raises
    ------
    ShapeError
        If dimensions or numbers of frames differ.
    NotFiniteError
        If a position is NaN or infinite.
    SettingError
        If `identity` is missing or stands twice in a frame, or a setting is out of range.

    References
    ----------
    García-Fernández, Rahmathullah and Svensson, *A metric on the space of finite sets of
    trajectories for evaluation of multi-target tracking algorithms*, IEEE Transactions on Signal
    Processing 68, 2020.

    Examples
    --------
    >>> import detente as dt
    >>> frames = dt.metrics.frames_from_times
    >>> times = [0.0, 1.0, 2.0, 3.0]
    >>> truth = frames(times, [[0.0], [1.0], [2.0], [3.0]], times_s=times, identity=["a"] * 4)
    >>> tracks = frames(times, [[1.0], [2.0], [3.0], [4.0]], times_s=times, identity=[7, 7, 8, 8])
    >>> score = dt.metrics.trajectory_gospa(
    ...     truth, tracks, cutoff=10.0, switch_penalty=2.0, order=1.0)
    >>> score.value, score.switch
    (6.0, array([0., 0., 2., 0.]))
    """
    both = numbered("truth", truth), numbered("estimate", estimate)
    return TrajectoryGospa(*_core.trajectory_gospa(*both, cutoff, order, switch_penalty))
