"""ADS-B positions, as JSON records or CSV, with the column names of traffic and of OpenSky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.csv_rows import find_columns, header_from_csv, named_columns, plain, rows_from_csv
from detente.io.json_rows import json_from, list_from_json
from detente.io.numbers import column_from_list, floats, is_numpy, numpy_from_arrow, text_from_list
from detente.io.reports import Custom, recording_from_reports
from detente.io.rows import Malformed, Rows
from detente.io.units import unit_from_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detente.io.numbers import Column
    from detente.io.recording import Recording
    from detente.io.source import Source
    from detente.io.told import Told

OF_POSITION = ("lastposupdate", "last_position", "last_pos_update", "time_position")
"""When a position was true. OpenSky and traffic write a row each second, which repeats the last
position under a new time: these come before that time."""
COLUMNS = {
    "time": (*OF_POSITION, "timestamp", "time", "datetime"),
    "identity": ("icao24", "icao", "hex", "icao_address"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon", "lng"),
}
"""The names that each needed column goes by."""
OPTIONAL = {
    "altitude": ("geoaltitude", "geo_altitude", "baroaltitude", "baro_altitude", "altitude_m",
                 "altitude", "altitude_ft", "alt_baro", "alt_geom"),
    "speed": ("velocity", "groundspeed", "gs", "ground_speed"),
    "course": ("heading", "track", "true_track"),
    "row time": ("timestamp", "time", "datetime"),
}  # fmt: skip
"""The names of what a file may also have."""
UNITS = {
    **dict.fromkeys(("altitude", "altitude_ft", "alt_baro", "alt_geom"), "ft"),
    **dict.fromkeys(("groundspeed", "gs", "ground_speed"), "kt"),
}
"""The unit of a column by its name: traffic and the receivers of the readsb family write feet and
knots under these names; under the other names OpenSky writes metres and metres per second."""
OF_TRAFFIC = {"groundspeed", "vertical_rate", "altitude", "last_position"}
OF_OPENSKY = {"velocity", "heading", "vertrate", "baroaltitude", "lastposupdate"}
"""Names by which the two are told apart: both write ``geoaltitude``, traffic in feet."""
HIGHEST_M = 20_000.0  # no airliner and hardly a balloon flies higher: the number is in feet
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


def read_adsb_json(source: Source, told: Told) -> Recording:
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
    names = _names(source, header, told)

    def column(role: str, name: str) -> Column:
        make = text_from_list if role == "identity" else column_from_list
        return make([record.get(name) for record in records])

    columns = {role: column(role, name) for role, name in names.items()}
    rows = Rows(columns, number, lambda at: [json_from(entries[i - 1]) for i in at], malformed)
    return _recording(source, header, names, rows, told)


def read_adsb_csv(source: Source, told: Told) -> Recording:
    """Read ADS-B positions from CSV.

    Raises
    ------
    DecodeError
        A column is missing, or no row is good.
    """
    header = header_from_csv(source.data, delimiter=told.delimiter)
    names = _names(source, header, told)
    return _recording(source, header, names, rows_from_csv(source, names, told=told), told)


def _names(source: Source, header: Sequence[str], told: Told) -> dict[str, str]:
    """Return the columns' names in the file, with that of the row's time if there is another."""
    names = named_columns(source, header, COLUMNS, OPTIONAL, told, what="ADS-B positions")
    if names.get("row time") == names["time"] or "time" in told.columns:
        names.pop("row time", None)
    return names


def _recording(
    source: Source, header: Sequence[str], names: dict[str, str], rows: Rows, told: Told
) -> Recording:
    columns = dict(rows.columns)
    if "row time" in names and _is_empty(columns["time"]):
        names["time"], columns["time"] = names.pop("row time"), columns.pop("row time")
    rows = Rows(columns, rows.number, rows.texts_of, rows.malformed, utc=rows.utc, notes=rows.notes)
    notes: list[str] = []
    units: dict[str, str] = {}
    if "altitude" in names:
        units["altitude"], why = _altitude_unit(names["altitude"], header, columns["altitude"])
        notes += [why] if why and "altitude" not in told.units else []
    if "speed" in names:
        said = unit_from_name("speed", names["speed"])
        units["speed"] = said or UNITS.get(plain(names["speed"]), "m/s")
    if "row time" in names:
        notes.append(
            f"A position counts at the time in {names['time']}, not at that of its row "
            f"({names['row time']})."
        )
    shown = {role: name for role, name in names.items() if role != "row time"}
    return recording_from_reports(source, rows, CUSTOM, told, names=shown, units=units, notes=notes)


def _altitude_unit(name: str, header: Sequence[str], column: Column) -> tuple[str, str | None]:
    """Return the unit of altitudes and, if the name alone does not say it, a sentence why."""
    said = unit_from_name("altitude", name)
    if said is not None:
        return said, None
    if plain(name) in UNITS:
        return "ft", None
    value, _, unreadable = floats(column)
    known = value[~unreadable & np.isfinite(value)]
    if len(known) and float(np.quantile(known, 0.995)) > HIGHEST_M:
        return "ft", f"{name} was read in feet, since in metres it would be too high."
    there = {plain(each) for each in header}
    if there & OF_TRAFFIC and not there & OF_OPENSKY:
        return "ft", f"{name} was read in feet, as the package traffic writes it."
    return "m", None


def _is_empty(column: Column) -> bool:
    """Tell whether no row says anything."""
    if is_numpy(column):
        return bool(np.isnan(column).all()) if column.dtype.kind == "f" else False
    return all(not text for text in numpy_from_arrow(column).tolist())
