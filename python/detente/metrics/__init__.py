"""Scores: how far estimates are from truth, and whether they know it.

Sets of points: `gospa`, `ospa`, and `gospa_run`, `ospa_run` for all frames of a run at once.
Sets of tracks: `ospa2`, `ospa2_run`, `trajectory_gospa`. Identities over a run: `continuity`,
`clear_mot`, `hota`, `identity_f1`, `siap`. Errors and covariances: `rmse`, `nees`, `nis`,
`anees`, and the least that any tracker can reach: `cramer_rao_bound`, `information_reduction`.
"""

from detente.metrics.bound import cramer_rao_bound, information_reduction
from detente.metrics.consistency import Consistency, anees, nees, nis, rmse
from detente.metrics.continuity import Continuity, continuity
from detente.metrics.frames import Frames, frames_from_times
from detente.metrics.mot import ClearMot, Hota, IdentityF1, clear_mot, hota, identity_f1
from detente.metrics.ospa2 import ospa2, ospa2_run
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
from detente.metrics.siap import Siap, siap
from detente.metrics.trajectories import TrajectoryGospa, trajectory_gospa

__all__ = [
    "ClearMot",
    "Consistency",
    "Continuity",
    "Frames",
    "Gospa",
    "GospaRun",
    "Hota",
    "IdentityF1",
    "Ospa",
    "OspaRun",
    "Siap",
    "TrajectoryGospa",
    "anees",
    "clear_mot",
    "continuity",
    "cramer_rao_bound",
    "frames_from_times",
    "gospa",
    "gospa_run",
    "hota",
    "identity_f1",
    "information_reduction",
    "nees",
    "nis",
    "ospa",
    "ospa2",
    "ospa2_run",
    "ospa_run",
    "rmse",
    "siap",
    "trajectory_gospa",
]
