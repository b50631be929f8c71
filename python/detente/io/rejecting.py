"""Rows of a recording that turn out to be unusable once all of them are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.io.recording import concatenate
from detente.io.screening import rejected_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.io.recording import Recording


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
