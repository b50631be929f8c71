"""Scores: how far estimates are from truth, and whether they know it.

Sets of points: `gospa`, `ospa`, and `gospa_run`, `ospa_run` for all frames of a run at once.
Identities over a run: `continuity`. Errors and covariances: `rmse`, `nees`, `nis`.
"""

from detente.metrics.consistency import Consistency, nees, nis, rmse
from detente.metrics.continuity import Continuity, continuity
from detente.metrics.frames import Frames, frames_from_times
from detente.metrics.sets import (
    Gospa,
    GospaRun,
    Ospa,
    OspaRun,
    gospa,
    gospa_run,
    ospa,
    ospa_run,
)

__all__ = [
    "Consistency",
    "Continuity",
    "Frames",
    "Gospa",
    "GospaRun",
    "Ospa",
    "OspaRun",
    "continuity",
    "frames_from_times",
    "gospa",
    "gospa_run",
    "nees",
    "nis",
    "ospa",
    "ospa_run",
    "rmse",
]
