"""Scenarios of the Autoferry set: lidar and radar of a small ferry, with the truth about two boats.

Helgesen et al., *Heterogeneous multi-sensor tracking for an autonomous surface vehicle in a
littoral environment*, Ocean Engineering 252, 2022, 111152.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
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
    and north of the origin of the set. The truth in the file beside it is read if it is there.
    The bearings of the cameras are counted and left out.

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


def _from_scans(source: Source, scans: list[Any]) -> Recording:
    rejected: list[tuple[int, str, str]] = []
    looks: list[tuple[float, str]] = []
    found: list[tuple[float, str, int, float, float]] = []
    unused: Counter[str] = Counter()
    for number, scan in enumerate(scans, start=1):
        try:
            sensor, time_s = int(scan["sensorID"]), float(scan["time"])
            if sensor in _BEARINGS:
                unused["scans"] += 1
                unused["bearings"] += np.size(scan["measurement"])
                continue
            name = _POSITIONS[sensor]
            north, east = _north_east(scan["measurement"], scan["ownshipPosition"])
        except (KeyError, TypeError, ValueError) as error:
            reason = f"not a scan as the set writes them ({type(error).__name__}: {error})"
            rejected.append((number, reason, json_from(scan)))
            continue
        looks.append((time_s, name))
        found += [(time_s, name, number, e, n) for e, n in zip(east, north, strict=True)]
    if not looks:
        raise source.error(
            expected="scans of lidar or radar", found="none that can be read",
            remedy="name the file of the detections",
        )  # fmt: skip
    looks.sort(key=lambda look: look[0])
    found.sort(key=lambda row: row[0])
    time, sensor_name, number, east, north = zip(*found, strict=True) if found else ((),) * 5
    note = (
        f"{unused['bearings']} bearings in {unused['scans']} scans of the cameras were left out: "
        "cameras are not tracked yet."
    )
    return Recording(
        format="autoferry",
        files=(str(source.path),),
        kind="scanning",
        detections=Table(
            {
                "time_s": np.array(time, np.float64),
                "x_m": np.array(east, np.float64),
                "y_m": np.array(north, np.float64),
                "sensor": np.array(sensor_name, object),
                "source_row": np.array(number, np.int64),
            }
        ),
        rejected=rejected_table(str(source.path), rejected),
        frame=LocalFrame(*PIREN),
        scans=Table(
            {
                "time_s": np.array([time_s for time_s, _ in looks]),
                "sensor": np.array([name for _, name in looks], object),
            }
        ),
        notes=(note,) if unused else (),
    )


def _north_east(measurement: Any, own_ship: Any) -> Any:  # noqa: ANN401 - as in the file
    """Return rows of norths and easts from the origin: from ``[]``, one pair, or two rows."""
    relative = np.asarray(measurement, np.float64)
    if relative.size == 0:
        return np.empty((2, 0))
    if relative.ndim not in (1, 2) or len(relative) != 2:  # noqa: PLR2004 - north and east
        raise ValueError(f"a measurement of shape {relative.shape}")
    north_east = relative.reshape(2, -1) + np.asarray(own_ship, np.float64).reshape(2, 1)
    if not np.isfinite(north_east).all():
        raise ValueError("a position that is not finite")
    return north_east


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
