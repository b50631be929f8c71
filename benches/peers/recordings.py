"""Where the recordings lie, and Détente's way from one to tables, as the command line goes it."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import detente as dt
from detente.cli.follow import follow
from detente.cli.run import confirmed
from detente.io import Recording
from detente.presets import Preset
from detente.tracking import Association

PROJECT = Path(__file__).parents[2]


def recordings() -> Path:
    """Return the folder of the recordings, or end the bench."""
    folder = Path(os.environ.get("DETENTE_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        sys.exit(f"no recordings in {folder}; set DETENTE_DATA to their folder")
    return folder


def tables(
    recording: Recording, settings: Preset, *, association: Association | None = None
) -> tuple[dt.Table, dt.Table]:
    """Return the points and the tracks that probably exist."""
    found = follow(recording, settings, association=association)
    return confirmed(found.points, found.tracks, kind=recording.kind)


def only(recording: Recording, sensors: tuple[str, ...]) -> Recording:
    """Return what some of the sensors saw."""
    rows = np.isin(recording.detections["sensor"].astype(str), sensors)
    scans = recording.scans
    if scans is not None:
        scans = scans.take(np.isin(scans["sensor"].astype(str), sensors))
    return replace(recording, detections=recording.detections.take(rows), scans=scans)
