"""ADS-B positions, as JSON records or CSV, with the column names of traffic and of OpenSky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.csv_rows import find_columns, header_from_csv, rows_from_csv
from detente.io.json_rows import json_from, list_from_json
from detente.io.numbers import column_from_list, floats, text_from_list
from detente.io.recording import Recording, planar_from_geodetic
from detente.io.rows import Malformed, Rows
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detente.geo import LocalFrame
    from detente.io.source import Source

M_PER_FT = 0.3048
COLUMNS = {
    "time": ("lastposupdate", "timestamp", "time", "datetime", "time_position"),
    "identity": ("icao24", "icao", "hex", "icao_address"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon", "lng"),
}
"""The names that each needed column goes by. ``lastposupdate`` comes first: OpenSky repeats a
position each second, and that is when it was true."""
ALTITUDES = {
    "geoaltitude": 1.0,
    "geo_altitude": 1.0,
    "baroaltitude": 1.0,
    "baro_altitude": 1.0,
    "altitude_m": 1.0,
    "altitude": M_PER_FT,
    "altitude_ft": M_PER_FT,
    "alt_baro": M_PER_FT,
    "alt_geom": M_PER_FT,
}
"""Columns of altitude and the metres in their unit: OpenSky writes metres, traffic and the
receivers of the readsb family write feet."""


def is_adsb(header: Iterable[str]) -> bool:
    """Tell whether columns are those of ADS-B positions."""
    return {"identity", "lat", "lon"} <= find_columns(list(header), COLUMNS).keys()


def read_adsb_json(
    source: Source, *, time_zone: str | None = None, frame: LocalFrame | None = None
) -> Recording:
    """Read a JSON list of records, or one record a line.

    ``source_row`` counts the records from 1.

    Raises
    ------
    DecodeError
        Not JSON, a column is missing, or no row is good.
    """
    entries = list_from_json(source)
    number = np.arange(1, len(entries) + 1)
    records: list[dict[str, Any]] = entries
    malformed: list[Malformed] = []
    if set(map(type, entries)) != {dict}:
        good = np.array([isinstance(entry, dict) for entry in entries])
        records = [entries[at] for at in np.flatnonzero(good)]
        malformed = [
            (at + 1, "not a record", json_from(entries[at]))
            for at in np.flatnonzero(~good).tolist()
        ]
        number = number[good]
    names = _needed(source, list(records[0]) if records else [])
    columns = {
        column: (text_from_list if column == "identity" else column_from_list)(
            [record.get(name) for record in records]
        )
        for column, name in names.items()
    }
    rows = Rows(columns, number, lambda at: [json_from(entries[i - 1]) for i in at], malformed)
    return _recording(source, names, rows, time_zone=time_zone, frame=frame)


def read_adsb_csv(
    source: Source, *, time_zone: str | None = None, frame: LocalFrame | None = None
) -> Recording:
    """Read ADS-B positions from CSV.

    Raises
    ------
    DecodeError
        A column is missing, or no row is good.
    """
    names = _needed(source, header_from_csv(source.data))
    rows = rows_from_csv(source, names)
    return _recording(source, names, rows, time_zone=time_zone, frame=frame)


def _needed(source: Source, header: Sequence[str]) -> dict[str, str]:
    names = find_columns(header, COLUMNS)
    if absent := [column for column in COLUMNS if column not in names]:
        tried = "; ".join(f"{column}: {', '.join(COLUMNS[column])}" for column in absent)
        raise source.error(
            expected=f"columns of ADS-B positions ({tried})",
            found=f"the columns {', '.join(header)}",
            remedy="rename them, or name the columns of a CSV: --time, --lat, --lon",
        )
    altitude = find_columns(header, {name: (name,) for name in ALTITUDES})
    return names | dict(list(altitude.items())[:1])


def _recording(
    source: Source,
    names: dict[str, str],
    rows: Rows,
    *,
    time_zone: str | None,
    frame: LocalFrame | None,
) -> Recording:
    screening = Screening(source, rows)
    times = read_times(source, rows.columns["time"], time_zone=time_zone)
    time_s = screening.times(times)
    lat_deg = screening.floats(rows.columns["lat"], "latitude", low=-90.0, high=90.0)
    lon_deg = screening.floats(rows.columns["lon"], "longitude", low=-180.0, high=180.0)
    identity = screening.identities(rows.columns["identity"], "ICAO address")
    screening.duplicates(time_s, lat_deg, lon_deg, identity)
    kept = screening.in_order_of(time_s)
    position_m, frame = planar_from_geodetic(lat_deg[kept], lon_deg[kept], frame)
    detections = {
        "time_s": time_s[kept],
        "x_m": position_m[:, 0],
        "y_m": position_m[:, 1],
        "sensor": np.full(len(kept), "adsb", object),
        "source_row": rows.number[kept],
        "identity": identity[kept],
    }
    notes = [times.note]
    for name in names.keys() & ALTITUDES.keys():
        altitude, _, unreadable = floats(rows.columns[name])
        altitude[unreadable] = np.nan  # such as "ground"
        detections["altitude_m"] = altitude[kept] * ALTITUDES[name]
        unit = "metres" if ALTITUDES[name] == 1.0 else "feet"
        notes.append(f"The column {names[name]} was read as altitude in {unit}.")
    return Recording(
        format="adsb",
        files=(str(source.path),),
        kind="reporting",
        detections=Table(detections),
        rejected=screening.rejected(),
        frame=frame,
        notes=tuple(filter(None, notes)),
    )
