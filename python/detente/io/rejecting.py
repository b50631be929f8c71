"""Rows of a recording that turn out to be unusable once all of them are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente.io.recording import concatenate
from detente.io.screening import rejected_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.io.recording import Recording


STALE = "stale: an older position under a new time"
_MOVED_M = 100.0  # who flew so far is not where he was; positions are good to 5 m and rounded to 1


def stale_rows(recording: Recording) -> NDArray[np.bool_]:
    """Tell which reports of objects that move are of the very place of the report before.

    Where a file has the time of a position beside that of its row, reading it leaves such rows
    out; this is for files that have but one time.
    """
    rows = recording.detections
    stale = np.zeros(len(rows), bool)
    if not {"identity", "vx_m_s", "vy_m_s"} <= set(rows.column_names):
        return stale
    _, who = np.unique(rows["identity"].astype(str), return_inverse=True)
    order = np.lexsort((rows["time_s"], who.reshape(-1)))
    before, after = order[:-1], order[1:]
    same = who.reshape(-1)[before] == who.reshape(-1)[after]
    for name in ("x_m", "y_m"):
        same &= rows[name][before] == rows[name][after]
    speed_m_s = np.hypot(rows["vx_m_s"], rows["vy_m_s"])[after]
    stale[after] = same & (speed_m_s * np.diff(rows["time_s"][order]) > _MOVED_M)
    return stale


def without(recording: Recording, rows: NDArray[np.bool_], reason: str) -> Recording:
    """Return the recording without some of its detections, which are listed as rejected."""
    if not rows.any():
        return recording
    detections = recording.detections
    gone = detections.take(rows)
    shown = [name for name in ("time_s", "identity", "x_m", "y_m") if name in gone]
    texts = [", ".join(f"{name}={gone[name][row]}" for name in shown) for row in range(len(gone))]
    files = gone["file"].tolist() if "file" in gone else [recording.files[0]] * len(gone)
    listed = [
        rejected_table(file, [(number, reason, text)])
        for file, number, text in zip(files, gone["source_row"].tolist(), texts, strict=True)
    ]
    rejected = concatenate([recording.rejected, *listed])
    return replace(recording, detections=detections.take(~rows), rejected=rejected)
