"""ADS-B positions, as JSON records or CSV, with the column names of traffic and of OpenSky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.csv_rows import find_columns, header_from_csv, plain, rows_from_csv
from detente.io.json_rows import json_from, list_from_json
from detente.io.numbers import column_from_list, floats, text_from_list
from detente.io.reports import Custom, recording_from_reports
from detente.io.rows import Malformed, Rows
from detente.io.velocity import M_S_PER_KT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from detente.geo import LocalFrame
    from detente.io.recording import Recording
    from detente.io.source import Source

COLUMNS = {
    "time": ("lastposupdate", "timestamp", "time", "datetime", "time_position"),
    "identity": ("icao24", "icao", "hex", "icao_address"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon", "lng"),
}
"""The names that each needed column goes by. ``lastposupdate`` comes first: OpenSky repeats a
position each second, and that is when it was true."""
OPTIONAL = {
    "altitude": ("geoaltitude", "geo_altitude", "baroaltitude", "baro_altitude", "altitude_m",
                 "altitude", "altitude_ft", "alt_baro", "alt_geom"),
    "speed": ("velocity", "groundspeed", "gs", "ground_speed"),
    "course": ("heading", "track", "true_track"),
}  # fmt: skip
"""The names of what a file may also have."""
UNITS = {
    **dict.fromkeys(("altitude", "altitude_ft", "alt_baro", "alt_geom"), ("feet", 0.3048)),
    **dict.fromkeys(("groundspeed", "gs", "ground_speed"), ("knots", M_S_PER_KT)),
}
"""The unit of a column by its name: traffic and the receivers of the readsb family write feet and
knots under these names; under the other names OpenSky writes metres and metres per second."""
CUSTOM = Custom(
    format="adsb",
    who="ICAO address",
    zone=None,
    day_first=False,
    fastest_m_s=1000.0,  # thrice the speed of sound: a broken row
)


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
    header = list(dict.fromkeys(key for record in records[:1000] for key in record))
    names = _names(source, header)
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
    names = _names(source, header_from_csv(source.data))
    rows = rows_from_csv(source, names)
    return _recording(source, names, rows, time_zone=time_zone, frame=frame)


def _names(source: Source, header: Sequence[str]) -> dict[str, str]:
    """Return the columns' names in the file."""
    names = find_columns(header, COLUMNS)
    if absent := [column for column in COLUMNS if column not in names]:
        tried = "; ".join(f"{column}: {', '.join(COLUMNS[column])}" for column in absent)
        raise source.error(
            expected=f"columns of ADS-B positions ({tried})",
            found=f"the columns {', '.join(header)}",
            remedy="rename them, or name the columns of a CSV: --time, --lat, --lon",
        )
    return names | find_columns(header, OPTIONAL)


def _recording(
    source: Source,
    names: dict[str, str],
    rows: Rows,
    *,
    time_zone: str | None,
    frame: LocalFrame | None,
) -> Recording:
    also: dict[str, NDArray[np.float64]] = {}
    notes: list[str] = []
    if "altitude" in names:
        unit, unit_m = UNITS.get(plain(names["altitude"]), ("metres", 1.0))
        altitude, _, unreadable = floats(rows.columns["altitude"])
        altitude[unreadable] = np.nan  # such as "ground"
        also["altitude_m"] = altitude * unit_m
        notes.append(f"The column {names['altitude']} was read as altitude in {unit}.")
    speed_unit, speed_unit_m_s = "metres per second", 1.0
    if {"speed", "course"} <= names.keys():
        speed_unit, speed_unit_m_s = UNITS.get(plain(names["speed"]), (speed_unit, 1.0))
        notes.append(f"The column {names['speed']} was read as speed in {speed_unit}.")
    return recording_from_reports(
        source,
        rows,
        CUSTOM,
        speed_unit_m_s=speed_unit_m_s,
        also=also,
        notes=notes,
        time_zone=time_zone,
        frame=frame,
    )
