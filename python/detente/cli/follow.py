"""A recording tracked under settings: clocks set right, looks that repeat an error left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente.recordings import track
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from detente.io import Recording
    from detente.io.presets import Settings
    from detente.tracking import Association
    from detente.trajectories import TrackedRecording


def follow(
    recording: Recording,
    settings: Settings,
    *,
    association: Association | None = None,
    identity_error: float | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> TrackedRecording:
    """Track a recording as its settings say; `detection_row` is a row of its detections.

    Parameters
    ----------
    recording : Recording
        What was read, from some of the sensors of the settings or from all.
    settings : Settings
        What the tracker is told.
    association : {"gnn", "jpda", "pmbm"}, optional
        Instead of that of the settings.
    identity_error, progress
        As `detente.track` takes them.
    """
    rows = used_rows(recording.detections, recording.scans, settings.every_s)
    scans = recording.scans
    if scans is not None:
        scans = on_time(scans.take(used_rows(scans, scans, settings.every_s)), settings.delay_s)
    found = track(
        on_time(recording.detections.take(rows), settings.delay_s),
        motion=settings.motion,
        birth=settings.birth,
        sensor=settings.sensors,
        scans=scans,
        survival_per_s=settings.survival_per_s,
        association=association or settings.association,
        identity_error=identity_error,
        progress=progress,
    )
    row = np.append(rows, -1)[found.points["detection_row"]]
    return replace(found, points=Table({**found.points.columns, "detection_row": row}))


def used_rows(rows: Table, scans: Table | None, every_s: Mapping[str, float]) -> NDArray[np.int64]:
    """Return the rows of detections, or of the scans themselves, that are used.

    Of a sensor named in `every_s` the first look is used and then each that is at least so long
    after the one used before [s].
    """
    used = np.ones(len(rows), np.bool_)
    if scans is not None:
        for name, least_s in every_s.items():
            times_s = np.unique(scans["time_s"][scans["sensor"] == name])
            kept: list[float] = []
            while len(times_s):
                kept.append(float(times_s[0]))
                times_s = times_s[np.searchsorted(times_s, kept[-1] + least_s) :]
            used &= (rows["sensor"] != name) | np.isin(rows["time_s"], kept)
    return np.flatnonzero(used)


def notes_on_use(recording: Recording, settings: Settings) -> tuple[str, ...]:
    """Return what a reader should know of looks that were left out and of times that were moved."""
    if recording.scans is None:
        return ()
    notes: list[str] = []
    of_sensor = recording.scans["sensor"].astype(str)
    there = np.unique(of_sensor)
    kept = of_sensor[used_rows(recording.scans, recording.scans, settings.every_s)]
    shares = [
        f"{(kept == name).sum()} of {(of_sensor == name).sum()} looks of {name}"
        for name in settings.every_s
        if name in there
    ]
    late = [f"{name} {late_s:g} s" for name, late_s in settings.delay_s.items() if name in there]
    if shares:
        notes.append(f"Used {' and '.join(shares)}: what lies between repeats their errors.")
    if late:
        notes.append(f"Taken off the times, since sensors report late: {', '.join(late)}.")
    return tuple(notes)


def on_time(rows: Table, delay_s: Mapping[str, float]) -> Table:
    """Return rows with the delay of their sensor taken off their times."""
    time_s = rows["time_s"]
    for name, late_s in delay_s.items():
        time_s = np.where(rows["sensor"] == name, time_s - late_s, time_s)
    return Table({**rows.columns, "time_s": time_s})
