"""GeoJSON: from a geometry or a feature to rings of latitude and longitude, and back."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from detente.checks import shown
from detente.errors import SettingError
from detente.exchange.area.polygons import PER_DEGREE, Polygon
from detente.exchange.values.names import check_name

Rings = list[NDArray[np.float64]]

MOST_CORNERS = 10_000
MOST_RINGS = 500


def rings_from_geojson(value: Mapping[str, Any]) -> tuple[list[Rings], str]:
    """Return the rings of each polygon, (n, 2) latitude, longitude [°], and the name.

    Raises
    ------
    SettingError
        Neither a Polygon nor a MultiPolygon nor a Feature of one.
    """
    if _type(value) == "Feature":
        inner: Any = value.get("geometry")
        properties: Any = value.get("properties")
        properties = {} if properties is None else properties
        if not isinstance(inner, Mapping) or not isinstance(properties, Mapping):
            raise SettingError(
                f"area: a Feature needs a geometry and properties, found {shown(value)}"
            )
        name: Any = cast("Mapping[str, Any]", properties).get("name")
        name = "" if name is None else name
        if not (isinstance(name, str) and name == ""):
            check_name(name, "area: the name of a Feature")
        return _polygons(cast("Mapping[str, Any]", inner)), name
    return _polygons(value), ""


def geojson_from_polygons(polygons: Sequence[Polygon], name: str) -> dict[str, Any]:
    """Return a Polygon or a MultiPolygon, inside a Feature if there is a name."""
    coordinates = [
        [
            [[lon / PER_DEGREE, lat / PER_DEGREE] for lat, lon in (*ring, ring[0])]
            for ring in polygon
        ]
        for polygon in polygons
    ]
    geometry = (
        {"type": "Polygon", "coordinates": coordinates[0]}
        if len(coordinates) == 1
        else {"type": "MultiPolygon", "coordinates": coordinates}
    )
    if not name:
        return geometry
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def corners_from_any(value: Any) -> NDArray[np.float64]:  # noqa: ANN401 - it is what is checked
    """Return the two columns of a ring's corners.

    Raises
    ------
    SettingError
        Not rows of two finite numbers, or too many.
    """
    corners = _numbers(value)
    if corners.ndim != 2 or corners.shape[1] != 2 or not np.all(np.isfinite(corners)):  # noqa: PLR2004 - rows of two
        raise SettingError(
            "area: a ring must be a list of corners of two finite numbers each (latitude, "
            "longitude; in GeoJSON longitude, latitude), without heights, found "
            f"{shown(value)}"
        )
    check_corners(len(corners))
    return corners


def check_corners(corners: int, rings: int = 1) -> None:
    """Refuse more corners or rings than can be compared with each other."""
    for found, most, what in ((corners, MOST_CORNERS, "corners"), (rings, MOST_RINGS, "rings")):
        if found > most:
            raise SettingError(
                f"area: it may have {most:,} {what}, found {found:,}; make it simpler, or several"
            )


def _numbers(value: object) -> NDArray[np.float64]:
    """Return an array of numbers, decimal ones among them; empty for anything else."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and array.ndim == 2:  # noqa: PLR2004 - rows of two
            of_numbers = set(map(type, array.flat)) <= {int, float, Decimal}
            array = array.astype(np.float64) if of_numbers else np.empty(0)
    except (TypeError, ValueError, OverflowError):
        array = np.empty(0)
    is_masked = isinstance(value, np.ma.MaskedArray)
    return array.astype(np.float64) if array.dtype.kind in "iuf" and not is_masked else np.empty(0)


def _polygons(geometry: Mapping[str, Any]) -> list[Rings]:
    kind, coordinates = _type(geometry), geometry.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"} or not _is_list(coordinates):
        raise SettingError(
            "area: GeoJSON must be a Polygon, a MultiPolygon or a Feature of one, with its "
            f"coordinates, found type {shown(geometry.get('type'))}"
        )
    polygons = cast("Sequence[Any]", [coordinates] if kind == "Polygon" else coordinates)
    if not all(_is_list(polygon) for polygon in polygons):
        raise SettingError(f"area: a polygon must be a list of rings, found {shown(polygons)}")
    check_corners(0, sum(map(len, polygons)))
    found = [[corners_from_any(ring)[:, ::-1] for ring in polygon] for polygon in polygons]
    check_corners(sum(len(ring) for polygon in found for ring in polygon))
    return found


def _type(value: Mapping[str, Any]) -> str:
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


def _is_list(value: object) -> bool:
    is_list = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)
    return is_list and np.ndim(cast("Any", value) if isinstance(value, np.ndarray) else [0]) > 0
