"""Polygons: rings in the one form that equal ones share, checked, and what lies in them."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.area import rings
from detente.exchange.area.rings import SHIFTS, TURN, Ints

Corner: TypeAlias = tuple[int, int]
Ring: TypeAlias = tuple[Corner, ...]
Polygon: TypeAlias = tuple[Ring, ...]

PER_DEGREE = 1_000_000_000
_CORNERS = 3
_POLE_DEG = 90.0
MOST_LON_DEG = 1_080.0


def ring_from_degrees(degrees: NDArray[np.float64], *, is_hole: bool) -> Ring:
    """Return a checked ring in its one form: its first corner the least, shells run to the left."""
    if np.any(np.abs(degrees[:, 0]) > _POLE_DEG):
        worst = degrees[np.argmax(np.abs(degrees[:, 0])), 0]
        raise SettingError(
            f"area: a latitude must be from -90 to 90, found {worst:g}; GeoJSON has longitude "
            "first, plain corners have latitude first"
        )
    if np.any(np.abs(degrees[:, 1]) > MOST_LON_DEG):
        worst = degrees[np.argmax(np.abs(degrees[:, 1])), 1]
        raise SettingError(f"area: a longitude must be within three turns, ±1080, found {worst:g}")
    corners = whole_from_degrees(degrees)
    keep = np.any(corners != np.roll(corners, 1, axis=0), axis=1)
    corners = corners[keep]
    if len(corners) < _CORNERS:
        raise SettingError(f"area: a ring needs three different corners, found {len(corners)}")
    closing = rings.unrolled(np.vstack([corners, corners[:1]]))
    if np.any(np.abs(np.diff(closing[:, 1])) == TURN // 2):
        side = int(np.argmax(np.abs(np.diff(closing[:, 1])) == TURN // 2))
        raise SettingError(
            f"area: the side from {_place(corners[side])} spans 180° of longitude, so that its way "
            "round is not clear; put a corner between"
        )
    if closing[-1, 1] != closing[0, 1] or np.ptp(closing[:, 1]) > TURN:
        raise SettingError(
            "area: a ring goes round a pole or more than once round the Earth; cut it along a "
            "meridian, with corners at the pole"
        )
    crossed = rings.self_touch(closing[:-1])
    if crossed is not None:
        one, other = (_place(corners[side]) for side in crossed)
        raise SettingError(
            f"area: the polygon crosses or touches itself where the sides from {one} and from "
            f"{other} meet; list its corners in order around the area, each once, or make several "
            "polygons of it"
        )
    if (rings.signed_area(closing[:-1]) > 0) == is_hole:
        corners = corners[::-1]
    first = min(range(len(corners)), key=lambda row: tuple(corners[row].tolist()))
    return tuple((lat, lon) for lat, lon in np.roll(corners, -first, axis=0).tolist())


def aligned(polygon: Polygon, number: int) -> list[Ints]:
    """Return a polygon's rings on one turn; holes must lie in the shell, clear of each other."""
    shell, *holes = (rings.unrolled(np.array(ring, np.int64)) for ring in polygon)
    found = [shell]
    for hole in holes:
        turns = [hole + shift for shift in SHIFTS]
        placed = [turn for turn in turns if rings.inside(turn[:1], shell)[0]]
        if not placed or rings.any_touch(placed[:1], found):
            raise SettingError(
                f"area: a hole of polygon {number} must lie inside it and touch neither its shell "
                f"nor another hole; see the one from {_place(hole[0])}"
            )
        inner = placed[0]
        if any(rings.inside(a[:1], b)[0] for o in found[1:] for a, b in ((inner, o), (o, inner))):
            raise SettingError(
                f"area: a hole of polygon {number} lies within another hole; leave it out, or make "
                "an island a polygon of its own"
            )
        found.append(inner)
    return found


def lies_within(one: list[Ints], other: list[Ints]) -> bool:
    """Whether a polygon lies in another without touching its border."""
    for shift in SHIFTS:
        turned = [ring + shift for ring in one]
        if rings.inside(turned[0][:1], other[0])[0] and not rings.any_touch(turned, other):
            corner = turned[0][:1]
            return not any(
                rings.inside(corner, hole)[0] or rings.inside(hole[:1], turned[0])[0]
                for hole in other[1:]
            )
    return False


def whole_from_degrees(degrees: NDArray[np.float64]) -> Ints:
    """Return latitudes and longitudes in whole billionths of a degree, -180° up to 180°."""
    whole = np.rint(degrees * PER_DEGREE).astype(np.int64)
    whole[:, 1] = (whole[:, 1] + TURN // 2) % TURN - TURN // 2
    return whole


def _place(corner: Ints) -> str:
    lat, lon = corner.tolist()
    return f"{text_from_angle(lat, 'NS')} {text_from_angle(lon, 'EW')}"


def text_from_angle(whole: int, signs: str) -> str:
    """Return a latitude or a longitude as people write it."""
    if signs == "EW":
        whole = (whole + TURN // 2) % TURN - TURN // 2
    return f"{abs(whole) / PER_DEGREE:.10g}° {signs[whole < 0]}"
