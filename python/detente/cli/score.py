"""Scores of tracks against what the file says of who was where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente import metrics
from detente.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.io import Recording


_MOST_TIMES = 100_000  # of the grid, however long a recording is


@dataclass(frozen=True)
class Reference:
    """Where objects were, as far as the file tells.

    Attributes
    ----------
    name : str
        What it is: ``"truth"``, or ``"identity"`` for the reports themselves, sorted by who
        says to have sent them.
    rows : Table
        ``identity``, ``time_s``, ``x_m``, ``y_m``.
    grid_s : (k,) float64
        The times at which to compare, increasing.
    """

    name: str
    rows: Table
    grid_s: NDArray[np.float64]


def reference_from_recording(recording: Recording, *, step_s: float) -> Reference | None:
    """Return what to compare with, if the file says anything.

    Truth is compared at the times of the scans, identities on a grid of `step_s`.
    """
    detections, truth = recording.detections, recording.truth
    if truth is not None:
        times = detections if recording.scans is None else recording.scans
        rows = Table({**truth.columns, "identity": truth["truth_id"]})
        return Reference("truth", rows, np.unique(times["time_s"]))
    if "identity" not in detections:
        return None
    said = detections["identity"].astype(str) != ""  # what has no identity is no object
    if not said.any():
        return None
    first_s, last_s = (float(time) for time in detections["time_s"][[0, -1]])
    step_s = max(step_s, (last_s - first_s) / _MOST_TIMES)
    grid_s: NDArray[np.float64] = step_s * np.arange(np.ceil(first_s / step_s), last_s / step_s)
    return Reference(
        "identity", detections.take(said), grid_s if len(grid_s) else np.array([first_s])
    )


def score(
    points: Table, reference: Reference, *, cutoff_m: float, longest_gap_s: float
) -> dict[str, Any]:
    """Return the scores of the points of tracks.

    Both sides are interpolated to the grid, in a straight line between rows of one object that
    are no more than `longest_gap_s` apart; where they are farther apart nothing is compared, and
    an object that comes back counts as another appearance.

    Parameters
    ----------
    points : Table
        ``track_id``, ``time_s``, ``x_m``, ``y_m`` of the tracks that are taken to exist.
    reference : Reference
        Where the objects were.
    cutoff_m : float
        From which distance on a track is of something else [m].
    longest_gap_s : float
        How long an object may be silent and still be there [s].
    """
    _, objects = np.unique(reference.rows["identity"], return_inverse=True)
    appearances = number_appearances(objects, reference.rows["time_s"], longest_gap_s)
    _, tracks = np.unique(points["track_id"], return_inverse=True)
    truth = frames_on_grid(reference.rows, appearances, reference.grid_s, longest_gap_s)
    estimate = frames_on_grid(points, tracks, reference.grid_s, longest_gap_s)
    gospa = metrics.gospa_run(truth, estimate, cutoff=cutoff_m)
    identity = metrics.continuity(truth, estimate, cutoff=cutoff_m)
    matched = gospa.estimate_row >= 0
    pair_m = truth.positions[matched], estimate.positions[gospa.estimate_row[matched]]
    return {
        "against": reference.name,
        "times": len(reference.grid_s),
        "objects": int(objects.max(initial=-1)) + 1,
        "appearances": int(appearances.max(initial=-1)) + 1,
        "cutoff_m": cutoff_m,
        "gospa_m": float(gospa.value.mean()),
        "gospa_rms_m": float(np.sqrt(np.mean(gospa.value**2))),
        "position_rmse_m": metrics.rmse(*pair_m) if matched.any() else None,
        "present": float(len(truth.positions) / len(reference.grid_s)),
        "missed": float(gospa.missed_count.mean()),
        "false": float(gospa.false_count.mean()),
        "identity_switches": identity.switches,
        "fragments": identity.fragmentations,
    }


def number_appearances(
    who: NDArray[np.int64], time_s: NDArray[np.float64], longest_gap_s: float
) -> NDArray[np.int64]:
    """Return a number for each stretch of rows of one object without a longer gap."""
    order = np.lexsort((time_s, who))
    begins = (np.diff(who[order]) != 0) | (np.diff(time_s[order]) > longest_gap_s)
    number = np.zeros(len(who), np.int64)
    number[order[1:]] = np.cumsum(begins)
    return number


def frames_on_grid(
    rows: Table, who: NDArray[np.int64], grid_s: NDArray[np.float64], longest_gap_s: float
) -> metrics.Frames:
    """Interpolate the rows of each object, told by number, to the times of a grid."""
    order = np.lexsort((rows["time_s"], who))
    who, time_s = who[order], rows["time_s"][order]
    xy_m = np.stack([rows["x_m"][order], rows["y_m"][order]], axis=1)
    following = np.r_[time_s[1:], np.inf]
    joined = np.r_[who[1:] == who[:-1], False] & (following - time_s <= longest_gap_s)
    end_s = np.where(joined, following, np.nextafter(time_s, np.inf))
    first, last = np.searchsorted(grid_s, time_s), np.searchsorted(grid_s, end_s)
    count = last - first
    row = np.repeat(np.arange(len(time_s)), count)
    at = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    after = np.where(joined, np.arange(len(time_s)) + 1, np.arange(len(time_s)))[row]
    share = (grid_s[at] - time_s[row]) / np.where(joined, following - time_s, 1.0)[row]
    place_m = xy_m[row] + share[:, None] * (xy_m[after] - xy_m[row])
    return metrics.frames_from_times(grid_s[at], place_m, times_s=grid_s, identity=who[row])
