"""Scenarios of the Autoferry set: four sensors of a small ferry, with the truth about two boats.

Helgesen et al., *Heterogeneous multi-sensor tracking for an autonomous surface vehicle in a
littoral environment*, Ocean Engineering 252, 2022, 111152.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import DecodeError
from detente.geo import LocalFrame
from detente.io.json_rows import json_from, list_from_json
from detente.io.recording import Recording
from detente.io.screening import rejected_table
from detente.io.source import Source, open_source
from detente.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PIREN = (63.4389029083, 10.39908278, 39.923)
"""Latitude and longitude [°] and height [m] of the origin, a pier in Trondheim."""
_POSITIONS = {1: "lidar", 2: "radar"}
_BEARINGS = {3: "infrared", 4: "optical"}
_DETECTIONS, _TRUTH = "_detections.json", "_groundTruth.json"


def is_autoferry(data: bytes) -> bool:
    """Tell whether a file begins like the detections of a scenario."""
    head = data[:4096].lstrip()
    return head.startswith(b"[") and b'"sensorID"' in head


def read_autoferry(path: Path, *, frame: LocalFrame | None = None) -> Recording:
    """Read a scenario: its folder, or the file of its detections.

    Lidar and radar positions are relative to the own ship in north and east; they become east
    and north of the origin of the set. The cameras' bearings count clockwise from north at the own
    ship, wherever it heads; its place stands beside each scan. The truth in the file beside it is
    read if it is there.

    Raises
    ------
    DecodeError
        No such file in the folder, or not what it should be.
    """
    source = open_source(_detections_file(path))
    if frame is not None and (frame.lat_deg, frame.lon_deg) != PIREN[:2]:
        raise source.error(
            expected="a recording in the frame of the others",
            found="an Autoferry scenario, which has its own",
            remedy="track it on its own",
        )
    recording = _from_scans(source, list_from_json(source))
    truth = source.path.with_name(source.path.name.replace(_DETECTIONS, _TRUTH))
    if truth == source.path or not truth.exists():
        note = "There is no file of the truth beside it."
        return replace(recording, notes=(*recording.notes, note))
    return replace(recording, truth=_truth(open_source(truth)))


def _detections_file(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob(f"*{_DETECTIONS}"))
    if len(found) != 1:
        raise DecodeError(
            f"{path}: expected a folder with one file *{_DETECTIONS}, found {len(found)} of them; "
            "name a file, or the folder of one scenario"
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class _Look:
    """One scan: when, by which sensor, from where (east, north), and what it saw, row by row."""

    time_s: float
    sensor: str
    source_row: int
    own_ship_m: tuple[float, float]
    seen: NDArray[np.float64]  # (n, 3): east and north [m], bearing [rad]; what is not said is NaN


def _from_scans(source: Source, scans: list[Any]) -> Recording:
    rejected: list[tuple[int, str, str]] = []
    looks: list[_Look] = []
    for number, scan in enumerate(scans, start=1):
        try:
            looks.append(_look(scan, number))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"not a scan as the set writes them ({type(error).__name__}: {error})"
            rejected.append((number, reason, json_from(scan)))
    if not looks:
        raise source.error(
            expected="scans of lidar, radar or cameras", found="none that can be read",
            remedy="name the file of the detections",
        )  # fmt: skip
    looks.sort(key=lambda look: look.time_s)
    scan_table = Table(
        {
            "time_s": np.array([look.time_s for look in looks]),
            "sensor": np.array([look.sensor for look in looks], object),
            "sensor_x_m": np.array([look.own_ship_m[0] for look in looks]),
            "sensor_y_m": np.array([look.own_ship_m[1] for look in looks]),
        }
    )
    seen = np.concatenate([look.seen for look in looks])
    of_look = np.repeat(np.arange(len(looks)), [len(look.seen) for look in looks])
    return Recording(
        format="autoferry",
        files=(str(source.path),),
        kind="scanning",
        detections=Table(
            {
                "time_s": scan_table["time_s"][of_look],
                "x_m": np.ascontiguousarray(seen[:, 0]),
                "y_m": np.ascontiguousarray(seen[:, 1]),
                "bearing_rad": np.ascontiguousarray(seen[:, 2]),
                "sensor": scan_table["sensor"][of_look],
                "source_row": np.array([look.source_row for look in looks], np.int64)[of_look],
            }
        ),
        rejected=rejected_table(str(source.path), rejected),
        frame=LocalFrame(*PIREN),
        scans=scan_table,
    )


def _look(scan: Any, number: int) -> _Look:  # noqa: ANN401 - as in the file
    """Return a scan.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is not as the set writes them.
    """
    sensor, time_s = int(scan["sensorID"]), float(scan["time"])
    north_m, east_m = (float(x) for x in np.reshape(scan["ownshipPosition"], 2))
    if not (math.isfinite(time_s) and math.isfinite(north_m) and math.isfinite(east_m)):
        raise ValueError("a time or a place of the own ship that is not finite")
    if sensor in _BEARINGS:
        bearings = _bearings(scan["measurement"])
        seen = np.stack([np.full_like(bearings, np.nan)] * 2 + [bearings], axis=1)
        return _Look(time_s, _BEARINGS[sensor], number, (east_m, north_m), seen)
    name = _POSITIONS[sensor]
    north, east = _north_east(scan["measurement"])
    seen = np.stack([east + east_m, north + north_m, np.full_like(east, np.nan)], axis=1)
    return _Look(time_s, name, number, (east_m, north_m), seen)


def _bearings(measurement: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as in the file
    """Return bearings: from ``[]``, one number, or a flat list."""
    bearings = np.asarray(measurement, np.float64)
    if bearings.ndim > 1:
        raise ValueError(f"bearings of shape {bearings.shape}")
    if not np.isfinite(bearings).all():
        raise ValueError("a bearing that is not finite")
    return bearings.reshape(-1)


def _north_east(measurement: Any) -> NDArray[np.float64]:  # noqa: ANN401 - as in the file
    """Return rows of norths and easts from the own ship: from ``[]``, one pair, or two rows."""
    relative = np.asarray(measurement, np.float64)
    if relative.size == 0:
        return np.empty((2, 0))
    if relative.ndim not in (1, 2) or len(relative) != 2:  # noqa: PLR2004 - north and east
        raise ValueError(f"a measurement of shape {relative.shape}")
    if not np.isfinite(relative).all():
        raise ValueError("a position that is not finite")
    return relative.reshape(2, -1)


def _truth(source: Source) -> Table:
    """Read where the boats were: each sample once, sorted by time."""
    try:
        samples = {
            (float(boat["time"]), int(boat["targetID"])): boat["position"]
            for entry in list_from_json(source)
            for boat in entry
        }
        north_east = np.array([sample[:2] for sample in samples.values()], np.float64)
        time_s = np.array([time for time, _ in samples])
        identity = np.array([boat for _, boat in samples], np.int64)
        order = np.lexsort((identity, time_s))
        x_m, y_m = north_east[order, 1], north_east[order, 0]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise source.error(
            expected="the truth of a scenario (targetID, position, time)",
            found=f"{type(error).__name__}: {error}",
            remedy="fetch it again, or move it away to track without truth",
        ) from error
    return Table({"time_s": time_s[order], "truth_id": identity[order], "x_m": x_m, "y_m": y_m})
