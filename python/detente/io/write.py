"""Tracks for data frames and maps: Parquet, GeoJSON, JSON and CSV files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.io.extras import orjson, pq
from detente.io.folder import whole_file
from detente.table import Table
from detente.trajectories import with_identities

if TYPE_CHECKING:
    from os import PathLike

    from numpy.typing import NDArray

    from detente.geo import LocalFrame

_DECIMALS = 7  # of a degree: a centimetre
_ALTITUDE = 4  # its place beside longitude, latitude, time and existence


def write_parquet(table: Table, path: str | PathLike[str]) -> None:
    """Write a table to a Parquet file, which replaces an older one whole.

    Parameters
    ----------
    table : Table
        The columns; a two-dimensional one becomes a column of fixed-size lists.
    path : path
        The file.
    """
    with whole_file(Path(path)) as partial:
        pq.write_table(table.to_arrow(), partial, compression="zstd")


def write_json(value: Any, path: str | PathLike[str]) -> None:  # noqa: ANN401 - any JSON
    """Write a value to a JSON file, indented; NumPy arrays and numbers may be in it."""
    with whole_file(Path(path)) as partial:
        partial.write_bytes(
            orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY) + b"\n"
        )


def write_csv(table: Table, path: str | PathLike[str]) -> None:
    """Write a table to a CSV file with a header."""
    with whole_file(Path(path)) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows(zip(*(array.tolist() for array in table.columns.values()), strict=True))


def write_geojson(points: Table, path: str | PathLike[str], *, frame: LocalFrame) -> None:
    """Write tracks to a GeoJSON file (RFC 7946), which replaces an older one whole.

    Parameters
    ----------
    points : Table
        ``track_id``, ``time_s`` POSIX time [s], ``x_m``, ``y_m`` east and north [m], and
        perhaps ``existence``, ``altitude_m`` [m] and ``identity``, sorted by time within each
        track.
    path : path
        The file.
    frame : LocalFrame
        Where x = y = 0 is.
    """
    with whole_file(Path(path)) as partial:
        partial.write_bytes(orjson.dumps(geojson_from_points(points, frame=frame)))


def geojson_from_points(points: Table, *, frame: LocalFrame) -> dict[str, Any]:
    """Return tracks as a GeoJSON feature collection (RFC 7946).

    Each track is a feature: a LineString, a MultiLineString if it crosses 180° (section 3.1.9), or
    a Point if it has but one. Coordinates are longitude and latitude [°]. Its properties are
    ``id`` (a text, as it does not fit a number of JSON), ``times_s``, ``existence`` and, if the
    points have them, ``altitudes_m`` (null where unknown; it may be barometric, so it is no third
    coordinate), one per position in the same nesting as the coordinates, and ``identity``.

    Parameters
    ----------
    points : Table
        As for `write_geojson`.
    frame : LocalFrame
        Where x = y = 0 is.

    Returns
    -------
    dict

    Examples
    --------
    >>> import detente as dt
    >>> points = dt.Table(
    ...     {"track_id": [7, 7], "time_s": [0.0, 1.0], "x_m": [0.0, 100.0], "y_m": [0.0, 0.0]}
    ... )
    >>> geojson_from_points(points, frame=dt.LocalFrame(0.0, 179.9995))["features"][0]["geometry"]
    {'type': 'MultiLineString',
     'coordinates': [[[179.9995, 0.0], [180.0, 0.0]], [[-180.0, 0.0], [-179.9996017, 0.0]]]}
    """
    order = np.argsort(points["track_id"], kind="stable")
    position_m = np.stack([points["x_m"][order], points["y_m"][order]], axis=1)
    lat_deg, lon_deg, _ = frame.geodetic_from_en(position_m)
    existence = points["existence"][order] if "existence" in points else np.ones(len(order))
    altitude = [points["altitude_m"][order]] if "altitude_m" in points else []
    columns = np.stack([lon_deg, lat_deg, points["time_s"][order], existence, *altitude], axis=1)
    track_id = points["track_id"][order]
    start = np.flatnonzero(np.diff(track_id, prepend=track_id[:1] + 1))
    tracks = np.split(columns, start[1:]) if len(start) else []
    features = [_feature(str(track_id[at]), each) for at, each in zip(start, tracks, strict=True)]
    if "identity" in points:
        named = with_identities(
            Table({"track_id": track_id[start]}),
            Table({"track_id": track_id, "detection_row": np.arange(len(order))}),
            points["identity"][order],
        )
        for feature, identity in zip(features, named["identity"].tolist(), strict=True):
            feature["properties"]["identity"] = identity or None
    return {"type": "FeatureCollection", "features": features}


def _feature(track_id: str, track: NDArray[np.float64]) -> dict[str, Any]:
    """Return one track, given rows of longitude, latitude, time, existence, perhaps altitude."""
    parts = [
        {
            "coordinates": np.round(part[:, :2], _DECIMALS).tolist(),
            "times_s": np.round(part[:, 2], 3).tolist(),
            "existence": np.round(part[:, 3], 4).tolist(),
        }
        | ({"altitudes_m": _or_null(part[:, 4])} if part.shape[1] > _ALTITUDE else {})
        for part in _split_at_antimeridian(track)
    ]
    if len(parts) > 1:
        kind, nested = "MultiLineString", {key: [part[key] for part in parts] for key in parts[0]}
    elif len(track) > 1:
        kind, nested = "LineString", parts[0]
    else:
        kind, nested = "Point", parts[0] | {"coordinates": parts[0]["coordinates"][0]}
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": nested["coordinates"]},
        "properties": {"id": track_id, **{k: v for k, v in nested.items() if k != "coordinates"}},
    }


def _or_null(values: NDArray[np.float64]) -> list[float | None]:
    """Return numbers as JSON has them, null for NaN."""
    return [None if np.isnan(value) else round(value, 1) for value in values.tolist()]


def _split_at_antimeridian(track: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Cut a track where it crosses 180°, with a point on either side of each cut."""
    jump = np.diff(track[:, 0])
    parts: list[NDArray[np.float64]] = []
    head, start = track[:0], 0
    for at in np.flatnonzero(np.abs(jump) > 180.0):  # noqa: PLR2004 - half way round
        side = -np.sign(jump[at])  # +1 when it leaves eastwards over +180°
        before, step = track[at], track[at + 1] - track[at]
        step[0] += 360.0 * side
        share = (180.0 * side - before[0]) / step[0] if step[0] else 0.0
        edge = before + share * step
        here, there = edge.copy(), edge.copy()
        here[0], there[0] = 180.0 * side, -180.0 * side
        parts.append(np.vstack([head, track[start : at + 1], here]))
        head, start = there[None], at + 1
    return [*parts, np.vstack([head, track[start:]])]
