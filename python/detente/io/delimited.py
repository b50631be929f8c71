"""Any CSV or Parquet file whose columns the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from detente.io.csv_rows import header_from_csv, plain, rows_from_csv
from detente.io.extras import pa, pq
from detente.io.numbers import identities
from detente.io.recording import Recording, planar_from_geodetic
from detente.io.rows import Rows
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from detente.geo import LocalFrame
    from detente.io.numbers import Column
    from detente.io.source import Source

Kind: TypeAlias = Literal["reporting", "scanning"]
ROLES = ("time", "x", "y", "z", "lat", "lon", "sensor", "identity")
"""What a column can be named to be."""
PARQUET = b"PAR1"


def read_delimited(
    source: Source,
    columns: Mapping[str, str],
    *,
    kind: Kind | None = None,
    time_zone: str | None = None,
    frame: LocalFrame | None = None,
) -> Recording:
    """Read positions from the named columns of a CSV or Parquet file.

    Parameters
    ----------
    source : Source
        The file.
    columns : mapping
        Which column is what: ``time``, and either ``x`` and ``y`` [m] (perhaps ``z``) or ``lat``
        and ``lon`` [°]; perhaps ``sensor`` and ``identity``.
    kind : {"reporting", "scanning"}, optional
        Unless given, rows are taken to be scans if several share most times, and reports if not.
    time_zone : str, optional
        The zone of times that name none.
    frame : LocalFrame, optional
        Where to put latitudes and longitudes; unless given, around their middle.

    Raises
    ------
    DecodeError
        A column is missing, times have no zone and none is given, or no row is good.
    """
    position = ("lat", "lon") if "lat" in columns or "lon" in columns else ("x", "y")
    given = f"columns named for {', '.join(columns) or 'nothing'}"
    if not {"time", *position} <= columns.keys() or {"lat", "x"} <= columns.keys():
        raise source.error(
            expected="names for time, x and y or for time, lat and lon",
            found=given,
            remedy="name them: --time T --x X --y Y, or --time T --lat LAT --lon LON",
        )
    rows = _rows(source, columns)
    screening = Screening(source, rows)
    times = read_times(source, rows.columns["time"], utc="time" in rows.utc, time_zone=time_zone)
    time_s = screening.times(times)
    value: dict[str, NDArray[Any]] = {}
    if position == ("lat", "lon"):
        value["lat"] = screening.floats(rows.columns["lat"], "latitude", low=-90.0, high=90.0)
        value["lon"] = screening.floats(rows.columns["lon"], "longitude", low=-180.0, high=180.0)
    else:
        for role in ("x", "y", "z"):
            if role in columns:
                value[role] = screening.floats(rows.columns[role], role)
    if "sensor" in columns:
        value["sensor"] = screening.identities(rows.columns["sensor"], "sensor")
    if "identity" in columns:  # a row without one is a row all the same: nobody knows who it was
        value["identity"] = identities(rows.columns["identity"])
    screening.duplicates(time_s, *value.values())
    kept = screening.in_order_of(time_s)
    held: dict[str, NDArray[Any]] = {"time_s": time_s[kept]}
    if position == ("lat", "lon"):
        east_north, frame = planar_from_geodetic(value["lat"][kept], value["lon"][kept], frame)
        held["x_m"], held["y_m"] = east_north.T
    else:
        held |= {f"{role}_m": value[role][kept] for role in ("x", "y", "z") if role in value}
    sensor = value.get("sensor", np.full(len(rows.number), "sensor", object))
    held |= {"sensor": sensor[kept], "source_row": rows.number[kept]}
    if "identity" in value:
        held["identity"] = value["identity"][kept]
    notes = [times.note]
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
    )


def _kind(time_s: NDArray[np.float64]) -> tuple[Kind, str]:
    """Tell scans from reports by how many rows share a time."""
    _, count = np.unique(time_s, return_counts=True)
    if np.median(count) > 1:
        return "scanning", "Rows of equal time were read as one scan of a sensor that looks around."
    return "reporting", "Rows were read as reports, in which each object speaks for itself."


def _rows(source: Source, wanted: Mapping[str, str]) -> Rows:
    if not source.data.startswith(PARQUET):
        return rows_from_csv(source, _names(source, header_from_csv(source.data), wanted))
    try:
        file = pq.ParquetFile(pa.BufferReader(source.data))
        names = _names(source, file.schema_arrow.names, wanted)
        table = Table.from_any(file.read(columns=sorted(set(names.values()))))
    except pa.ArrowException as error:
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
    return Rows(columns, np.arange(1, len(table) + 1, dtype=np.int64), texts, utc=utc)


def _names(source: Source, header: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the names as the file writes them."""
    known = {plain(name): name for name in reversed(header)} | {name: name for name in header}
    found = {role: known.get(name, known.get(plain(name))) for role, name in wanted.items()}
    if absent := [wanted[role] for role, name in found.items() if name is None]:
        raise source.error(
            expected=f"a column {', '.join(absent)}",
            found=f"the columns {', '.join(header)}",
            remedy="name the columns as the file does",
        )
    return {role: name for role, name in found.items() if name is not None}
