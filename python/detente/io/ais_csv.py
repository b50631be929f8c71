"""AIS position reports in CSV, as the Danish, the American and many other exports write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.io.csv_rows import find_columns, header_from_csv, rows_from_csv
from detente.io.numbers import without_decimals
from detente.io.recording import Recording, planar_from_geodetic
from detente.io.screening import Screening
from detente.io.times import read_times
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.geo import LocalFrame
    from detente.io.source import Source

COLUMNS = {
    "time": ("Time", "Timestamp", "# Timestamp", "BaseDateTime", "base_date_time", "datetime",
             "date_time_utc", "date time stamp", "ts", "t"),
    "identity": ("MMSI",),
    "lat": ("Latitude_degrees", "Latitude", "LAT", "lat_deg"),
    "lon": ("Longitude_degrees", "Longitude", "LON", "lon_deg", "LONG", "LNG"),
}  # fmt: skip
"""The names that each column goes by, compared without case and without a leading ``#``."""


def is_ais(header: Sequence[str]) -> bool:
    """Tell whether a header of a CSV file is one of AIS reports."""
    return {"identity", "lat", "lon"} <= find_columns(header, COLUMNS).keys()


def read_ais_csv(
    source: Source, *, time_zone: str | None = None, frame: LocalFrame | None = None
) -> Recording:
    """Read AIS position reports from CSV.

    Times without a zone are UTC, in which AIS reports are exported, unless `time_zone` says
    otherwise. A latitude of 91 or a longitude of 181, with which AIS says that there is none, is
    outside its range and rejected like any other.

    Raises
    ------
    DecodeError
        A column is missing, or no row is good.
    """
    header = header_from_csv(source.data)
    names = find_columns(header, COLUMNS)
    if absent := [column for column in COLUMNS if column not in names]:
        tried = "; ".join(f"{column}: {', '.join(COLUMNS[column])}" for column in absent)
        raise source.error(
            expected=f"columns of AIS reports ({tried})",
            found=f"the columns {', '.join(header)}",
            remedy="rename them, or name the columns: --time, --lat, --lon",
        )
    rows = rows_from_csv(source, names)
    screening = Screening(source, rows)
    times = read_times(
        source, rows.columns["time"], time_zone=time_zone, standard="UTC", day_first=True
    )
    time_s = screening.times(times)
    lat_deg = screening.floats(rows.columns["lat"], "latitude", low=-90.0, high=90.0)
    lon_deg = screening.floats(rows.columns["lon"], "longitude", low=-180.0, high=180.0)
    identity = screening.identities(without_decimals(rows.columns["identity"]), "MMSI")
    screening.duplicates(time_s, lat_deg, lon_deg, identity)
    kept = screening.in_order_of(time_s)
    position_m, frame = planar_from_geodetic(lat_deg[kept], lon_deg[kept], frame)
    return Recording(
        format="ais",
        files=(str(source.path),),
        kind="reporting",
        detections=Table(
            {
                "time_s": time_s[kept],
                "x_m": position_m[:, 0],
                "y_m": position_m[:, 1],
                "sensor": np.full(len(kept), "ais", object),
                "source_row": rows.number[kept],
                "identity": identity[kept],
            }
        ),
        rejected=screening.rejected(),
        frame=frame,
        notes=tuple(filter(None, (times.note,))),
    )
