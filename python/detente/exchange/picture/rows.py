"""Rows of objects, and how they come to another time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.local.interval import LinearMotion
from detente.exchange.report.report import Report
from detente.exchange.values.instant import NS_PER_S


class Rows(NamedTuple):
    """Objects: identities (n,), states (n, d), covariances (n, d, d), existences (n,)."""

    track_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    existence: NDArray[np.float64]


def predicted(report: Report, motion: object, time_ns: int) -> Rows:
    """Return a report's rows at a later moment."""
    dt_s = (time_ns - report.time_ns) / NS_PER_S
    if not isinstance(motion, LinearMotion):
        raise SettingError(
            f"tracks of partners need a motion model with F and Q, found {motion!r}; ask for "
            "tracklets or detections instead"
        )
    f, q = motion.transition(dt_s), motion.noise(dt_s)
    cov = f @ report.cov @ f.T + q
    return Rows(report.track_id, report.mean @ f.T, cov, report.existence)
