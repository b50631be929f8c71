"""A recording: what a file says was seen, in one form whatever the file's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from detente.errors import DecodeError
from detente.geo import LocalFrame
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class ColumnRead(NamedTuple):
    """What a column of a file was read as.

    Attributes
    ----------
    role : str
        What it means here: ``"time"``, ``"lat"``, ``"altitude"``, …
    name : str
        What the file calls it.
    unit : str
        In which unit it was read, empty for none.
    """

    role: str
    name: str
    unit: str


@dataclass(frozen=True)
class Recording:
    """What one or more files say was seen.

    Attributes
    ----------
    format : str
        Which reader read it: ``"ais"``, ``"adsb"``, ``"autoferry"``, ``"mot"`` or ``"delimited"``.
    files : tuple of str
        The files.
    kind : {"reporting", "scanning"}
        Whether each object speaks for itself, or a sensor looks at a region.
    detections : Table
        Sorted by time: ``time_s`` float64 POSIX time [s]; ``x_m``, ``y_m`` float64 [m], east and
        north in `frame` (or as the file has them), perhaps ``z_m``; ``sensor`` str;
        ``source_row`` int64, the line or row in the file; perhaps ``identity`` str, who the file
        says it was (MMSI, ICAO address), and ``altitude_m``, NaN where unknown; perhaps
        ``bearing_rad``, clockwise from north at the sensor, of rows that have it instead of a
        position; a row's columns are NaN where it does not have them.
    rejected : Table
        The rows that were not used: ``file``, ``source_row``, ``reason``, ``text``.
    frame : LocalFrame, optional
        Where x = y = 0 is. A position is the point of the ellipsoid (height 0) under the object.
    scans : Table, optional
        ``time_s``, ``sensor`` of every look that a scanning sensor took, the empty ones too, and
        perhaps from where, as `detente.track` takes it.
    truth : Table, optional
        ``time_s``, ``truth_id`` int64, ``x_m``, ``y_m``: where the objects really were.
    notes : tuple of str
        What a reader should know about how the file was understood.
    columns : tuple of ColumnRead
        Which column was read as what, in which unit, where a file has columns.
    """

    format: str
    files: tuple[str, ...]
    kind: Literal["reporting", "scanning"]
    detections: Table
    rejected: Table
    frame: LocalFrame | None = None
    scans: Table | None = None
    truth: Table | None = None
    notes: tuple[str, ...] = field(default=())
    columns: tuple[ColumnRead, ...] = ()

    def rejections(self) -> dict[str, int]:
        """Return how many rows were rejected for each reason, most frequent first."""
        count: Counter[str] = Counter(self.rejected["reason"].tolist())
        return dict(count.most_common())


def planar_from_geodetic(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], frame: LocalFrame | None
) -> tuple[NDArray[np.float64], LocalFrame]:
    """Return east and north (n, 2) [m] of points of the ellipsoid, and the frame.

    Without a frame the origin is the median latitude and the median longitude, the latter around
    the circular mean, so that it holds across 180°.
    """
    if frame is None:
        angle = np.deg2rad(lon_deg)
        around = np.rad2deg(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean()))
        offset = (lon_deg - around + 180.0) % 360.0 - 180.0
        lon = (around + np.median(offset) + 180.0) % 360.0 - 180.0
        frame = LocalFrame(round(float(np.median(lat_deg)), 6), round(float(lon), 6))
    return frame.enu_from_geodetic(lat_deg, lon_deg)[:, :2], frame


def join(recordings: Sequence[Recording]) -> Recording:
    """Return several recordings of one format and frame as one.

    The detections get a column ``file``.

    Raises
    ------
    DecodeError
        They are of different formats, or carry scans or truth, which belong to one scene.
    """
    first = recordings[0]
    if len(recordings) == 1:
        return first
    formats = sorted({recording.format for recording in recordings})
    if len(formats) > 1 or any(r.scans is not None or r.truth is not None for r in recordings):
        raise DecodeError(
            f"expected several files of one format and one scene, found {', '.join(formats)} in "
            f"{', '.join(file for r in recordings for file in r.files)}; track them one by one"
        )
    named = [
        Table({**r.detections.columns, "file": np.full(len(r.detections), r.files[0], object)})
        for r in recordings
    ]
    detections = concatenate(named)
    order = np.argsort(detections["time_s"], kind="stable")
    return replace(
        first,
        files=tuple(file for r in recordings for file in r.files),
        detections=detections.take(order),
        rejected=concatenate([r.rejected for r in recordings]),
        notes=tuple(dict.fromkeys(note for r in recordings for note in r.notes)),
        columns=tuple(dict.fromkeys(column for r in recordings for column in r.columns)),
    )


def concatenate(tables: Sequence[Table]) -> Table:
    """Return the rows of several tables, in the columns that all of them have."""
    names = [name for name in tables[0].column_names if all(name in table for table in tables)]
    return Table({name: np.concatenate([table[name] for table in tables]) for name in names})
