"""A recording tracked under a preset, and what a reader should know of how it was used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.io.rejecting import STALE, stale_rows, without
from detente.presets.looks import used_rows
from detente.presets.senders import STRAY
from detente.view.figures import duration_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.io import Recording
    from detente.presets import Preset
    from detente.tracking import Association
    from detente.trajectories import TrackedRecording

_LISTED = 3  # identities that a note names


def follow(
    recording: Recording,
    preset: Preset,
    *,
    association: Association | None = None,
    smooth: bool = False,
    lag_s: float | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> TrackedRecording:
    """Track a recording as its preset says; `detection_row` is a row of its detections.

    Parameters
    ----------
    recording : Recording
        What was read, from some of the sensors of the preset or from all.
    preset : Preset
        What the tracker is told.
    association, smooth, lag_s, progress
        As of `Preset.track`.
    """
    return preset.track(
        recording.detections,
        scans=recording.scans,
        association=association,
        smooth=smooth,
        lag_s=lag_s,
        progress=progress,
    )


def without_strays(recording: Recording, preset: Preset) -> Recording:
    """Return the recording without rows that cannot be where they say, which are listed."""
    if recording.format == "adsb":
        recording = without(recording, stale_rows(recording), STALE)
    if preset.identity_error is None:
        return recording
    stray = preset.senders(recording.detections) == STRAY
    return without(recording, stray, "position out of reach for its identity")


def notes_on_use(recording: Recording, preset: Preset) -> tuple[str, ...]:
    """Return what a reader should know of how identities, looks and times were used."""
    return (*_notes_on_identity(recording, preset), *_notes_on_looks(recording, preset))


def _notes_on_identity(recording: Recording, preset: Preset) -> list[str]:
    notes: list[str] = []
    if preset.identity_error == 0.0:
        who = {"ais": "MMSI", "adsb": "ICAO address"}.get(recording.format, "identity")
        notes.append(
            f"The {who} told who is who: one track each until it was silent for more than "
            f"{duration_text(preset.longest_silence_s)} (--blind tracks without it)."
        )
        sender = preset.senders(recording.detections)
        names = recording.detections["identity"]
        several = np.unique(names[sender > 0].astype(str)).tolist()
        if several:
            more = f" and {len(several) - _LISTED} more" if len(several) > _LISTED else ""
            notes.append(
                f"Sent from several places at once, one track for each: "
                f"{', '.join(several[:_LISTED])}{more}."
            )
    elif preset.identity_error is not None:
        notes.append(
            "The identities in the file were used as evidence that is wrong in one of "
            f"{1 / preset.identity_error:.0f} rows."
        )
    elif "identity" in recording.detections:
        notes.append("Identities are from the file; the tracker did not use them.")
    return notes


def _notes_on_looks(recording: Recording, preset: Preset) -> list[str]:
    if recording.scans is None:
        return []
    notes: list[str] = []
    of_sensor = recording.scans["sensor"].astype(str)
    there = np.unique(of_sensor)
    kept = of_sensor[used_rows(recording.scans, recording.scans, preset.every_s)]
    shares = [
        f"{(kept == name).sum()} of {(of_sensor == name).sum()} looks of {name}"
        for name in preset.every_s
        if name in there
    ]
    late = [f"{name} {late_s:g} s" for name, late_s in preset.delay_s.items() if name in there]
    if shares:
        notes.append(f"Used {' and '.join(shares)}: what lies between repeats their errors.")
    if late:
        notes.append(f"Taken off the times, since sensors report late: {', '.join(late)}.")
    return notes
