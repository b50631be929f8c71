"""GeoJSON: from a geometry or a feature to rings of latitude and longitude, and back."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.names import check_name
from detente.exchange.polygons import PER_DEGREE, Polygon

Rings = list[NDArray[np.float64]]


def rings_from_geojson(value: Mapping[str, Any]) -> tuple[list[Rings], str]:
    """Return the rings of each polygon, (n, 2) latitude, longitude [°], and the name.

    Raises
    ------
    SettingError
        Neither a Polygon nor a MultiPolygon nor a Feature of one.
    """
    if value.get("type") == "Feature":
        inner: Any = value.get("geometry")
        properties: Any = value.get("properties") or {}
        if not isinstance(inner, Mapping) or not isinstance(properties, Mapping):
            raise SettingError(
                f"area: a Feature needs a geometry and properties, found {_shown(value)}"
            )
        name = cast("Mapping[str, Any]", properties).get("name") or ""
        if name:
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
        Not rows of two finite numbers.
    """
    try:
        corners = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        corners = np.empty(0)
    if corners.shape != (len(corners), 2) or not np.all(np.isfinite(corners)):
        raise SettingError(
            "area: a ring must be a list of corners of two finite numbers each (latitude, "
            "longitude; in GeoJSON longitude, latitude), without heights, found "
            f"{_shown(value)}"
        )
    return corners


def _polygons(geometry: Mapping[str, Any]) -> list[Rings]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in {"Polygon", "MultiPolygon"} or not _is_list(coordinates):
        raise SettingError(
            "area: GeoJSON must be a Polygon, a MultiPolygon or a Feature of one, with its "
            f"coordinates, found type {kind!r}"
        )
    polygons = cast("Sequence[Any]", [coordinates] if kind == "Polygon" else coordinates)
    if not all(_is_list(polygon) for polygon in polygons):
        raise SettingError(f"area: a polygon must be a list of rings, found {_shown(polygons)}")
    return [[corners_from_any(ring)[:, ::-1] for ring in polygon] for polygon in polygons]


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - the width of a line
