"""AIS position reports in CSV, as the Danish, the American and many other exports write them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.io.csv_rows import find_columns, header_from_csv, named_columns, rows_from_csv
from detente.io.numbers import without_decimals
from detente.io.reports import Custom, recording_from_reports
from detente.io.units import KNOT_M_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.io.recording import Recording
    from detente.io.source import Source
    from detente.io.told import Told

COLUMNS = {
    "time": ("Time", "Timestamp", "# Timestamp", "BaseDateTime", "base_date_time", "datetime",
             "date_time_utc", "date time stamp", "ts", "t"),
    "identity": ("MMSI",),
    "lat": ("Latitude_degrees", "Latitude", "LAT", "lat_deg"),
    "lon": ("Longitude_degrees", "Longitude", "LON", "lon_deg", "LONG", "LNG"),
}  # fmt: skip
"""The names that each column goes by, compared without case and without a leading ``#``."""
VELOCITY = {
    "speed": ("SOG_knots", "SOG", "speed_over_ground"),
    "course": ("COG_degrees", "COG", "course_over_ground"),
}
"""The names of speed [kn] and course [°] over ground, if they are there."""
CUSTOM = Custom(
    format="ais",
    who="MMSI",
    zone="UTC",
    day_first=True,
    fastest_m_s=102.2 * KNOT_M_S,  # any higher speed is written so; 102.3 is "not available"
)


def is_ais(header: Sequence[str]) -> bool:
    """Tell whether a header of a CSV file is one of AIS reports."""
    return {"identity", "lat", "lon"} <= find_columns(header, COLUMNS).keys()


def read_ais_csv(source: Source, told: Told) -> Recording:
    """Read AIS position reports from CSV.

    Times without a zone are UTC, in which AIS reports are exported, unless the user says
    otherwise. A latitude of 91 or a longitude of 181, with which AIS says that there is none, is
    outside its range and rejected like any other.

    Raises
    ------
    DecodeError
        A column is missing, or no row is good.
    """
    header = header_from_csv(source.data, delimiter=told.delimiter)
    names = named_columns(source, header, COLUMNS, VELOCITY, told, what="AIS reports")
    rows = rows_from_csv(source, names, told=told)
    whole = {"identity": without_decimals(rows.columns["identity"])}
    return recording_from_reports(
        source,
        replace(rows, columns={**rows.columns, **whole}),
        CUSTOM,
        told,
        names=names,
        units={"speed": "kt"},
        notes=[],
    )
