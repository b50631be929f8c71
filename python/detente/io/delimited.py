"""Any CSV or Parquet file whose columns the user names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.csv_rows import header_from_csv, names_in_header, rows_from_csv
from detente.io.encodings import PARQUET
from detente.io.extras import pa, pq
from detente.io.numbers import floats, identities
from detente.io.recording import ColumnRead, Recording, planar_from_geodetic
from detente.io.rows import Rows
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.io.units import factor, unit_from_name
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detente.io.numbers import Column
    from detente.io.source import Source
    from detente.io.told import Kind, Told

ROLES = (
    "time", "x", "y", "z", "lat", "lon", "altitude", "speed", "course", "sensor", "identity",
)  # fmt: skip
"""What a column can be named to be; speed and course of AIS and ADS-B."""


def is_placed(columns: Mapping[str, str]) -> bool:
    """Tell whether named columns are all that is needed of a file of any kind."""
    return "time" in columns and ({"x", "y"} <= columns.keys() or {"lat", "lon"} <= columns.keys())


def read_delimited(source: Source, told: Told) -> Recording:
    """Read positions from the named columns of a CSV or Parquet file.

    Unless told, rows are taken to be scans if several share most times, and reports if not.

    Raises
    ------
    DecodeError
        A column is missing, times have no zone and none is given, or no row is good.
    """
    columns, kind = told.columns, told.kind
    position = ("lat", "lon") if "lat" in columns or "lon" in columns else ("x", "y")
    given = f"columns named for {', '.join(columns) or 'nothing'}"
    if not {"time", *position} <= columns.keys() or {"lat", "x"} <= columns.keys():
        raise source.error(
            expected="names for time, x and y or for time, lat and lon",
            found=given,
            remedy="name them: --time T --x X --y Y, or --time T --lat LAT --lon LON",
        )
    names, rows = _rows(source, told)
    said = {role: unit_from_name(role, name) for role, name in names.items() if role != "time"}
    in_names = {role: unit for role, unit in said.items() if unit is not None}
    told = replace(told, units={**in_names, **told.units})
    screening = Screening(source, rows)
    times = read_times(
        source,
        rows.columns["time"],
        utc="time" in rows.utc,
        time_zone=told.time_zone,
        unit=told.units.get("time"),
        time_format=told.time_format,
    )
    time_s = screening.times(times)
    value = _values(screening, rows, told)
    screening.duplicates(time_s, *value.values())
    kept = screening.in_order_of(time_s)
    held: dict[str, NDArray[Any]] = {"time_s": time_s[kept]}
    frame = told.frame
    if position == ("lat", "lon"):
        east_north, frame = planar_from_geodetic(value["lat"][kept], value["lon"][kept], told.frame)
        held["x_m"], held["y_m"] = east_north.T
    else:
        held |= {f"{role}_m": value[role][kept] for role in ("x", "y", "z") if role in value}
    sensor = value.get("sensor", np.full(len(rows.number), "sensor", object))
    held |= {"sensor": sensor[kept], "source_row": rows.number[kept]}
    if "identity" in value:
        held["identity"] = value["identity"][kept]
    if "altitude" in columns:
        altitude, _, unreadable = floats(rows.columns["altitude"])
        altitude[unreadable] = np.nan
        held["altitude_m"] = altitude[kept] * factor("altitude", told.units.get("altitude", "m"))
    unit_of = {
        **dict.fromkeys(("x", "y", "z", "altitude"), "m"),
        **dict.fromkeys(("lat", "lon"), "°"),
        **told.units,
        "time": times.unit,
    }
    notes = [times.note, *rows.notes]
    if kind is None:
        kind, note = _kind(held["time_s"])
        notes.append(note)
    return Recording(
        format="delimited",
        files=(str(source.path),),
        kind=kind,
        detections=Table(held),
        rejected=screening.rejected(),
        frame=frame,
        notes=tuple(filter(None, notes)),
        columns=tuple(
            ColumnRead(role, name, unit_of.get(role, "")) for role, name in names.items()
        ),
    )


def _values(screening: Screening, rows: Rows, told: Told) -> dict[str, NDArray[Any]]:
    """Read places, sensors and identities, in metres or degrees."""
    columns = rows.columns
    value: dict[str, NDArray[Any]] = {}
    if "lat" in columns:
        value["lat"] = screening.floats(columns["lat"], "latitude", low=-90.0, high=90.0)
        value["lon"] = screening.floats(columns["lon"], "longitude", low=-180.0, high=180.0)
    else:
        for role in ("x", "y", "z"):
            if role in columns:
                unit_m = factor(role, told.units.get(role, "m"))
                value[role] = screening.floats(columns[role], role) * unit_m
    if "sensor" in columns:
        value["sensor"] = screening.identities(columns["sensor"], "sensor")
    if "identity" in columns:  # a row without one is a row all the same: nobody knows who it was
        value["identity"] = identities(columns["identity"])
    return value


def _kind(time_s: NDArray[np.float64]) -> tuple[Kind, str]:
    """Tell scans from reports by how many rows share a time."""
    _, count = np.unique(time_s, return_counts=True)
    if np.median(count) > 1:
        return "scanning", "Rows of equal time were read as one scan of a sensor that looks around."
    return "reporting", "Rows were read as reports, in which each object speaks for itself."


def _rows(source: Source, told: Told) -> tuple[dict[str, str], Rows]:
    """Return the names of the columns in the file, and their rows."""
    if not source.data.startswith(PARQUET):
        header = header_from_csv(source.data, delimiter=told.delimiter)
        names = names_in_header(source, header, told.columns)
        return names, rows_from_csv(source, names, told=told)
    try:
        file = pq.ParquetFile(pa.BufferReader(source.data))
        names = names_in_header(source, file.schema_arrow.names, told.columns)
        table = Table.from_any(file.read(columns=sorted(set(names.values()))))
    except (pa.ArrowException, OSError) as error:
        raise source.error(
            expected="a sound Parquet file", found=str(error), remedy="fetch or write it again"
        ) from error

    def texts(rows: NDArray[np.int64]) -> list[str]:
        return [
            ", ".join(f"{name}={table[name][row - 1]}" for name in table.column_names)
            for row in rows.tolist()
        ]

    columns: dict[str, Column] = {
        role: pa.array(table[name], pa.string()) if table[name].dtype.kind == "O" else table[name]
        for role, name in names.items()
    }
    utc = frozenset(role for role, name in names.items() if name in table.utc)
    return names, Rows(columns, np.arange(1, len(table) + 1, dtype=np.int64), texts, utc=utc)
