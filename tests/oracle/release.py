"""The rules of release once more: slow, plain Python, one row and one clause at a time.

Nothing here is shared with the engine: places by Newton's method on the ellipsoid, areas by
counting crossings ring by ring, cells by halving, covered cells by clipping every edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]
Ring = list[Point]

A_M = 6_378_137.0
F = 1 / 298.257223563
E2 = F * (2 - F)


@dataclass
class Rules:
    """What a grant says."""

    sender: str = "north"
    recipient: str = "south"
    level: str = "tracks"
    from_ns: int = 0
    until_ns: int = 10**18
    areas: list[list[list[Ring]]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    delay_ns: int = 0
    cadence_ns: int = 0
    precision_m: float | None = None
    count_cell_m: float | None = None
    count_at_least: int = 0
    relay: bool = False


def ecef(lat_deg: float, lon_deg: float, height_m: float) -> list[float]:
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    n = A_M / math.sqrt(1 - E2 * math.sin(lat) ** 2)
    return [
        (n + height_m) * math.cos(lat) * math.cos(lon),
        (n + height_m) * math.cos(lat) * math.sin(lon),
        (n * (1 - E2) + height_m) * math.sin(lat),
    ]


def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return latitude, longitude and height, by repeating φ = atan((z + e² N sin φ) / p)."""
    p = math.hypot(x, y)
    lat = math.atan2(z, p * (1 - E2))
    for _ in range(12):
        n = A_M / math.sqrt(1 - E2 * math.sin(lat) ** 2)
        lat = math.atan2(z + E2 * n * math.sin(lat), p)
    n = A_M / math.sqrt(1 - E2 * math.sin(lat) ** 2)
    height = p * math.cos(lat) + z * math.sin(lat) - A_M * A_M / n
    return math.degrees(lat), math.degrees(math.atan2(y, x)), height


def place(frame: tuple[float, float, float], position: Sequence[float]) -> Point:
    """Return latitude and longitude of a position in a frame; with two axes, on the ellipsoid."""
    lat, lon = math.radians(frame[0]), math.radians(frame[1])
    east = (-math.sin(lon), math.cos(lon), 0.0)
    north = (
        -math.sin(lat) * math.cos(lon),
        -math.sin(lat) * math.sin(lon),
        math.cos(lat),
    )
    up = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
    origin = ecef(*frame)

    def at(height_in_frame: float) -> tuple[float, float, float]:
        e, n = position[0], position[1]
        return geodetic(
            *(origin[i] + e * east[i] + n * north[i] + height_in_frame * up[i] for i in range(3))
        )

    if len(position) > 2:
        return at(position[2])[:2]
    height = -frame[2]
    for _ in range(12):
        height -= at(height)[2]
    return at(height)[:2]


def in_ring(ring: Ring, point: Point) -> bool:
    """Return whether the parallel west of a point crosses the ring an odd number of times."""
    lat, lon = point
    crossings = 0
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat_a <= lat) != (lat_b <= lat):
            crossings += lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a) <= lon
    return crossings % 2 == 1


def turned(ring: Ring, turns: int) -> Ring:
    return [(lat, lon + 360.0 * turns) for lat, lon in ring]


def in_area(polygons: list[list[Ring]], point: Point) -> bool:
    return any(
        in_ring(turned(shell, turns), point)
        and not any(in_ring(turned(hole, turns), point) for hole in holes)
        for shell, *holes in polygons
        for turns in (-1, 0, 1)
    )


def cell(size_m: float, point: Point) -> tuple[float, float, float, float] | None:
    """Return south, west, north, east of the smallest nested cell of at least that size."""
    lat, lon = point
    if not abs(lat) < 89.0:
        return None
    degree_m = math.radians(1.0) * A_M * (1 - E2)  # the shortest degree of latitude
    height = 1 / 8
    while height / 2 * degree_m >= size_m and height > 2**-24:
        height /= 2
    south = math.floor(lat / height) * height
    equatorward = min(abs(south), abs(south + height))
    doublings = [60, 75, 82, 86, 88, 89]
    zone = next(i for i, end in enumerate(doublings, 1) if equatorward < end)
    width = height * 2**zone
    west = -180.0 + math.floor((lon + 180.0) / width) * width
    if west >= 180.0:
        west = -180.0
    return south, west, south + height, west + width


def touches(a: Point, b: Point, box: tuple[float, float, float, float]) -> bool:
    """Return whether a segment has a point inside an open box (Liang and Barsky)."""
    south, west, north, east = box
    start, end = 0.0, 1.0
    for origin, step, low, high in (
        (a[0], b[0] - a[0], south, north),
        (a[1], b[1] - a[1], west, east),
    ):
        if step == 0.0:
            if not low < origin < high:
                return False
            continue
        enter, leave = sorted(((low - origin) / step, (high - origin) / step))
        start, end = max(start, enter), min(end, leave)
    return start < end


def covers(polygons: list[list[Ring]], box: tuple[float, float, float, float]) -> bool:
    """Return whether one polygon holds all of a box: no edge inside it, and its centre."""
    south, west, north, east = box
    centre = ((south + north) / 2, (west + east) / 2)
    for polygon in polygons:
        for turns in (-1, 0, 1):
            rings = [turned(ring, turns) for ring in polygon]
            edges = [edge for r in rings for edge in zip(r, r[1:] + r[:1], strict=True)]
            shell, *holes = (in_ring(ring, centre) for ring in rings)
            if shell and not any(holes) and not any(touches(a, b, box) for a, b in edges):
                return True
    return False


def may_leave(
    rules: Rules, *, origin: str, kind: str, time_ns: int, recipient: str, now_ns: int
) -> bool:
    """Return whether a report of one's own may leave at all."""
    return (
        recipient == rules.recipient
        and origin == rules.sender
        and (kind == rules.level or (kind, rules.level) == ("tracks", "counts"))
        and rules.from_ns <= time_ns
        and time_ns <= now_ns - rules.delay_ns
        and now_ns < rules.until_ns
        and (rules.cadence_ns == 0 or time_ns % rules.cadence_ns == 0)
    )


def row_leaves(rules: Rules, frame: tuple[float, float, float], position: Sequence[float]) -> bool:
    """Return whether a row at a position leaves, given that its report does."""
    if not rules.areas and rules.precision_m is None:
        return True
    if any(math.isnan(x) for x in position):
        return False
    point = place(frame, position)
    if rules.precision_m is None:
        return all(in_area(area, point) for area in rules.areas)
    box = cell(rules.precision_m, point)
    return box is not None and all(covers(area, box) for area in rules.areas)


def counted(
    rules: Rules, frame: tuple[float, float, float], positions: Sequence[Sequence[float]]
) -> dict[tuple[float, float, float, float], int]:
    """Return how many rows each cell holds that any holds, as far as areas cover it."""
    found: dict[tuple[float, float, float, float], int] = {}
    assert rules.count_cell_m is not None
    for position in positions:
        box = cell(rules.count_cell_m, place(frame, position))
        if box is not None and all(covers(area, box) for area in rules.areas):
            found[box] = found.get(box, 0) + 1
    return found
