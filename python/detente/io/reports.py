"""Reports in which each object tells its own time, place and perhaps velocity, as a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.extras import pc
from detente.io.numbers import floats, is_numpy, numpy_from_arrow
from detente.io.recording import ColumnRead, Recording, planar_from_geodetic
from detente.io.rejecting import STALE
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.io.units import factor
from detente.io.velocity import planar_velocity, velocity_from_course
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detente.io.rows import Rows
    from detente.io.source import Source
    from detente.io.told import Told


@dataclass(frozen=True)
class Custom:
    """The customs of a format.

    Attributes
    ----------
    format : str
        Its name, which its sensor takes too.
    who : str
        What its identities are called.
    zone : str, optional
        In which zone it writes times without one.
    day_first : bool
        Whether it may write dates as 31/12/2021.
    fastest_m_s : float
        From here on a speed is not one [m/s].
    """

    format: str
    who: str
    zone: str | None
    day_first: bool
    fastest_m_s: float


def recording_from_reports(
    source: Source,
    rows: Rows,
    custom: Custom,
    told: Told,
    *,
    names: Mapping[str, str],
    units: Mapping[str, str],
    notes: list[str],
) -> Recording:
    """Screen reports and put them into a frame.

    Rows that tell speed and course get ``vx_m_s`` and ``vy_m_s`` and the format's name as sensor;
    the others get NaN and a sensor of the name with ``" position"`` behind it.

    Parameters
    ----------
    source : Source
        The file.
    rows : Rows
        ``time``, ``lat``, ``lon``, ``identity`` and perhaps ``speed``, ``course``, ``altitude``
        and ``row time``, when the row was written, if that is not when the position was true.
    custom : Custom
        The customs of the format.
    told : Told
        What the user says.
    names, units : mapping of str to str
        By role the names of the columns in the file, and the units of speed and altitude.
    notes : list of str
        What else a reader should know.
    """
    units = {**units, **told.units}
    screening = Screening(source, rows)
    times = read_times(
        source,
        rows.columns["time"],
        time_zone=told.time_zone,
        standard=custom.zone,
        day_first=custom.day_first,
        unit=told.units.get("time"),
        time_format=told.time_format,
    )
    time_s = screening.times(times)
    lat_deg = screening.floats(rows.columns["lat"], "latitude", low=-90.0, high=90.0)
    lon_deg = screening.floats(rows.columns["lon"], "longitude", low=-180.0, high=180.0)
    identity = screening.identities(rows.columns["identity"], custom.who)
    local = None
    if {"speed", "course"} <= rows.columns.keys():
        local = velocity_from_course(
            rows.columns, unit_m_s=factor("speed", units["speed"]), fastest_m_s=custom.fastest_m_s
        )
    _screen_repeats(screening, rows, time_s, lat_deg, lon_deg, identity)
    kept = screening.in_order_of(time_s)
    lat_deg, lon_deg = lat_deg[kept], lon_deg[kept]
    position_m, frame = planar_from_geodetic(lat_deg, lon_deg, told.frame)
    detections = {
        "time_s": time_s[kept],
        "x_m": position_m[:, 0],
        "y_m": position_m[:, 1],
        "sensor": np.full(len(kept), f"{custom.format} position", object),
        "source_row": rows.number[kept],
        "identity": identity[kept],
    }
    if "altitude" in rows.columns:
        altitude, _, unreadable = floats(rows.columns["altitude"])
        altitude[unreadable] = np.nan  # such as "ground"
        detections["altitude_m"] = altitude[kept] * factor("altitude", units["altitude"])
    if local is not None:
        velocity = planar_velocity(lat_deg, lon_deg, (local[0][kept], local[1][kept]), frame)
        detections["vx_m_s"], detections["vy_m_s"] = velocity.T
        detections["sensor"][~np.isnan(velocity[:, 0])] = custom.format
    unit_of = {"time": times.unit, "lat": "°", "lon": "°", "course": "°", **units}
    unit_of["time"] = times.unit
    return Recording(
        format=custom.format,
        files=(str(source.path),),
        kind="reporting",
        detections=Table(detections),
        rejected=screening.rejected(),
        frame=frame,
        notes=tuple(filter(None, (times.note, *notes, *rows.notes))),
        columns=tuple(
            ColumnRead(role, name, unit_of.get(role, "")) for role, name in names.items()
        ),
    )


def _screen_repeats(
    screening: Screening, rows: Rows, time_s: NDArray[np.float64], *said: NDArray[Any]
) -> None:
    """Reject rows that are there twice, and those that repeat a position under a new time."""
    if "row time" not in rows.columns:
        screening.duplicates(time_s, *said)
        return
    column = rows.columns["row time"]
    written = column if is_numpy(column) else numpy_from_arrow(pc.fill_null(column, ""))
    screening.duplicates(written, time_s, *said)
    screening.repeats(STALE, time_s, *said)
