"""Reports in which each object tells its own time, place and perhaps velocity, as a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.recording import Recording, planar_from_geodetic
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.io.velocity import planar_velocity, velocity_from_course
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detente.geo import LocalFrame
    from detente.io.rows import Rows
    from detente.io.source import Source


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
    *,
    speed_unit_m_s: float,
    also: Mapping[str, NDArray[Any]],
    notes: list[str],
    time_zone: str | None,
    frame: LocalFrame | None,
) -> Recording:
    """Screen reports and put them into a frame.

    Rows that tell speed and course get ``vx_m_s`` and ``vy_m_s`` and the format's name as sensor;
    the others get NaN and a sensor of the name with ``" position"`` behind it.

    Parameters
    ----------
    source : Source
        The file.
    rows : Rows
        ``time``, ``lat``, ``lon``, ``identity`` and perhaps ``speed`` and ``course``.
    custom : Custom
        The customs of the format.
    speed_unit_m_s : float
        One unit of the speed in m/s.
    also : mapping of str to (n,) array
        Further columns of the detections.
    notes : list of str
        What else a reader should know.
    time_zone, frame
        As in `detente.io.read`.
    """
    screening = Screening(source, rows)
    times = read_times(
        source,
        rows.columns["time"],
        time_zone=time_zone,
        standard=custom.zone,
        day_first=custom.day_first,
    )
    time_s = screening.times(times)
    lat_deg = screening.floats(rows.columns["lat"], "latitude", low=-90.0, high=90.0)
    lon_deg = screening.floats(rows.columns["lon"], "longitude", low=-180.0, high=180.0)
    identity = screening.identities(rows.columns["identity"], custom.who)
    screening.duplicates(time_s, lat_deg, lon_deg, identity)
    kept = screening.in_order_of(time_s)
    lat_deg, lon_deg = lat_deg[kept], lon_deg[kept]
    position_m, frame = planar_from_geodetic(lat_deg, lon_deg, frame)
    detections = {
        "time_s": time_s[kept],
        "x_m": position_m[:, 0],
        "y_m": position_m[:, 1],
        "sensor": np.full(len(kept), f"{custom.format} position", object),
        "source_row": rows.number[kept],
        "identity": identity[kept],
        **{name: column[kept] for name, column in also.items()},
    }
    if {"speed", "course"} <= rows.columns.keys():
        local = velocity_from_course(
            rows.columns, unit_m_s=speed_unit_m_s, fastest_m_s=custom.fastest_m_s
        )
        velocity = planar_velocity(lat_deg, lon_deg, (local[0][kept], local[1][kept]), frame)
        detections["vx_m_s"], detections["vy_m_s"] = velocity.T
        detections["sensor"][~np.isnan(velocity[:, 0])] = custom.format
    return Recording(
        format=custom.format,
        files=(str(source.path),),
        kind="reporting",
        detections=Table(detections),
        rejected=screening.rejected(),
        frame=frame,
        notes=tuple(filter(None, (times.note, *notes))),
    )
