"""Areas: ground on the ellipsoid that polygons cover, read from and written as GeoJSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.exchange.area import polygons as shapes_of
from detente.exchange.area.geojson import (
    corners_from_any,
    geojson_from_polygons,
    rings_from_geojson,
)
from detente.exchange.area.polygons import MOST_LON_DEG, PER_DEGREE, Polygon, text_from_angle
from detente.exchange.area.rings import Ints
from detente.exchange.values.names import check_name

_HALF_TURN_DEG = 180.0


@dataclass(frozen=True, repr=False)
class Area:
    """Ground that one polygon or several cover together.

    Sides are straight in longitude and latitude (RFC 7946) and go the shorter way round, so that
    an area across the antimeridian needs no cut. Corners are kept to 1e-9° (a tenth of a
    millimetre); an area is equal to another if they have the same corners, wherever the list of
    them begins and whichever way it runs.

    Attributes
    ----------
    polygons : tuple of polygons
        Each a tuple of rings, the shell first, then the holes; each ring a tuple of corners
        (latitude, longitude) in whole billionths of a degree, the first not repeated. Shells run
        counter-clockwise, holes clockwise.
    name : str
        What people call it; it changes nothing.

    Examples
    --------
    >>> from detente.exchange import Area
    >>> strip = Area.from_any([[36.5, 67.0], [36.5, 68.5], [37.2, 68.5], [37.2, 67.0]])
    >>> strip
    Area(4 corners, 36.5° N to 37.2° N, 67° E to 68.5° E)
    >>> strip.contains([37.0, 38.0], [68.0, 68.0])
    array([ True, False])

    References
    ----------
    Butler et al., *The GeoJSON format*, RFC 7946, 2016.
    """

    polygons: tuple[Polygon, ...]
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.name:
            check_name(self.name, "area: the name of an area")

    @classmethod
    def from_any(cls, value: Any) -> "Area":  # noqa: ANN401 - GeoJSON holds anything
        """Return the area that is given as GeoJSON or as corners.

        Parameters
        ----------
        value : Area, mapping or (n, 2) array_like
            A GeoJSON Polygon, MultiPolygon or Feature of one; or the corners of one ring as
            latitude and longitude [°]. A Feature's property ``name`` names the area.

        Returns
        -------
        Area

        Raises
        ------
        SettingError
            Anything else; a polygon that crosses or touches itself, goes round a pole or has a
            hole outside its shell; a polygon within another.
        """
        if isinstance(value, Area):
            return value
        if isinstance(value, Mapping):
            given, name = rings_from_geojson(cast("Mapping[str, Any]", value))
        else:
            given, name = [[corners_from_any(value)]], ""
        known = {
            tuple(
                shapes_of.ring_from_degrees(ring, is_hole=hole > 0)
                for hole, ring in enumerate(each)
            )
            for each in given
        }
        if not known or () in known:
            raise SettingError("area: it has no corners; leave the area out if it is everywhere")
        area = cls(tuple(sorted((shell, *sorted(holes)) for shell, *holes in known)), name)
        area._check()
        return area

    def _check(self) -> None:
        """Refuse a polygon that lies within another."""
        boxes = np.array([[shell.min(axis=0), shell.max(axis=0)] for shell, *_ in self.shapes])
        for one, inner in enumerate(self.shapes):
            # in latitude, which does not turn round
            may = (boxes[:, 0, 0] < boxes[one, 0, 0]) & (boxes[:, 1, 0] > boxes[one, 1, 0])
            for other in np.flatnonzero(may).tolist():
                if shapes_of.lies_within(inner, self.shapes[other]):
                    raise SettingError(
                        f"area: polygon {one + 1} lies within polygon {other + 1} and adds "
                        "nothing; leave it out, or make it a hole"
                    )

    @cached_property
    def shapes(self) -> list[list[Ints]]:
        """Each polygon's rings, unrolled and on one turn, (n, 2) int64 [1e-9 °]."""
        return [
            shapes_of.aligned(polygon, number) for number, polygon in enumerate(self.polygons, 1)
        ]

    @cached_property
    def degrees(self) -> list[list[NDArray[np.float64]]]:
        """Each polygon's rings, (n, 2) float64: latitude, longitude [°], running on beyond ±180."""
        return [[ring / PER_DEGREE for ring in shape] for shape in self.shapes]

    def to_geojson(self) -> dict[str, Any]:
        """Return it as GeoJSON: a MultiPolygon, inside a Feature if it has a name."""
        return geojson_from_polygons(self.polygons, self.name)

    @cached_property
    def compiled(self) -> _core.Area:
        """The area as the release asks it."""
        return _core.Area(self.degrees)

    def contains(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.bool_]:
        """Return which points lie in it, as the release has it.

        Of two areas with a common border a point on it lies in one: sides belong to what lies east
        of them, parallels to what lies north.

        Parameters
        ----------
        lat_deg, lon_deg : (m,) array_like or float
            WGS 84 latitude and longitude [°]; a place that is not a number lies in no area.

        Returns
        -------
        (m,) bool
        """
        lat, lon = np.broadcast_arrays(np.atleast_1d(lat_deg), np.atleast_1d(lon_deg))
        points = np.column_stack([lat, lon]).astype(np.float64)
        with np.errstate(invalid="ignore"):
            known = np.all(np.abs(points) <= [_HALF_TURN_DEG / 2, MOST_LON_DEG], axis=1)
        points[~known] = np.nan
        beyond = np.abs(points[:, 1]) > _HALF_TURN_DEG
        points[beyond, 1] = (points[beyond, 1] + _HALF_TURN_DEG) % 360.0 - _HALF_TURN_DEG
        return self.compiled.contains(points)

    def lies_within(self, other: "Area") -> bool:
        """Return whether it is certain that all of it lies in another area.

        It is where each polygon equals one of the other's, or lies in it without touching its
        border. A polygon that touches the other's border, or that only several polygons together
        cover, is not decided, which reads as no.
        """
        return all(
            any(
                mine == theirs or shapes_of.lies_within(shape, other_shape)
                for theirs, other_shape in zip(other.polygons, other.shapes, strict=True)
            )
            for mine, shape in zip(self.polygons, self.shapes, strict=True)
        )

    @property
    def text(self) -> str:
        """Where it is, in words, its name first if it has one."""
        corners = sum(len(ring) for polygon in self.polygons for ring in polygon)
        points = np.vstack([polygon[0] for polygon in self.shapes])
        (south, west), (north, east) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        where = (
            f"{corners} corners, {text_from_angle(south, 'NS')} to {text_from_angle(north, 'NS')}, "
            f"{text_from_angle(west, 'EW')} to {text_from_angle(east, 'EW')}"
        )
        return f"{self.name} ({where})" if self.name else where

    def __repr__(self) -> str:
        return f"Area({self.text})"
