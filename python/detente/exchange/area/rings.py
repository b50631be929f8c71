"""Rings on the ellipsoid: corners in whole billionths of a degree, sides straight in lon and lat.

A billionth of a degree is a tenth of a millimetre. Whole numbers make every test here exact: turns
are computed in floating point and, where rounding could change the sign, again in whole numbers.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]

TURN = 360_000_000_000
"""Once around the Earth [1e-9 °]."""
SHIFTS: tuple[Ints, ...] = tuple(np.array([0, turn * TURN]) for turn in (-1, 0, 1))
"""Added to corners, they bring them a turn back, leave them, bring them a turn on."""
_PAIRS = 1_000_000
_ROUNDING = 4e-16  # relative error of a turn: Shewchuk 1997, section 3.1, rounded up


def unrolled(corners: Ints) -> Ints:
    """Return corners with longitudes that run on across the antimeridian.

    Parameters
    ----------
    corners : (n, 2) int64
        Latitude, longitude [1e-9 °]; each side goes the shorter way round.

    Returns
    -------
    (n, 2) int64
        The first is unchanged; the others differ from their predecessor by less than half a turn.
    """
    step = np.diff(corners[:, 1], prepend=corners[:1, 1])
    turns = np.cumsum((step < -TURN // 2).astype(np.int64) - (step > TURN // 2))
    return np.column_stack([corners[:, 0], corners[:, 1] + TURN * turns])


def sides_of(ring: Ints) -> Ints:
    """Return the sides of an unrolled ring, (n, 4): latitude, longitude of start and of end."""
    return np.hstack([ring, np.roll(ring, -1, axis=0)])


def turns(a: Ints, b: Ints, c: Ints) -> NDArray[np.int8]:
    """Return 1 where c lies left of the way from a to b, −1 right of it, 0 on it.

    Parameters
    ----------
    a, b, c : (n, 2) int64
        Latitude, longitude [1e-9 °].

    References
    ----------
    Shewchuk, *Adaptive precision floating-point arithmetic and fast robust geometric predicates*,
    Discrete and Computational Geometry 18, 1997.
    """
    ab, ac = (b - a).astype(np.float64), (c - a).astype(np.float64)
    left, right = ab[:, 1] * ac[:, 0], ab[:, 0] * ac[:, 1]
    sign = np.sign(left - right).astype(np.int8)
    doubtful = np.abs(left - right) <= _ROUNDING * (np.abs(left) + np.abs(right))
    for row in np.flatnonzero(doubtful):
        (a_lat, a_lon), (b_lat, b_lon), (c_lat, c_lon) = (p[row].tolist() for p in (a, b, c))
        exact = (b_lon - a_lon) * (c_lat - a_lat) - (b_lat - a_lat) * (c_lon - a_lon)
        sign[row] = (exact > 0) - (exact < 0)
    return sign


def touching(sides: Ints) -> Iterator[Ints]:
    """Yield, in blocks, the pairs (n, 2) of sides that have a point in common.

    Parameters
    ----------
    sides : (n, 4) int64
        As `sides_of` returns them.
    """
    low, high = np.minimum(sides[:, :2], sides[:, 2:]), np.maximum(sides[:, :2], sides[:, 2:])
    order = np.argsort(low[:, 1], kind="stable")
    starts, ends = low[order, 1], high[order, 1]
    stop = np.asarray(np.searchsorted(starts, ends, side="right"), np.int64)
    count = stop - np.arange(len(order)) - 1
    done = np.concatenate([[0], np.cumsum(count)])
    begin = 0
    while begin < len(order):
        end = max(begin + 1, int(np.searchsorted(done, done[begin] + _PAIRS, side="right")) - 1)
        first: Ints = np.repeat(np.arange(begin, end), count[begin:end])
        second = first + 1 + np.arange(done[begin], done[end], dtype=np.int64) - done[first]
        i, j = order[first], order[second]
        near = (low[i, 0] <= high[j, 0]) & (low[j, 0] <= high[i, 0])
        pairs = np.sort(np.column_stack([i[near], j[near]]), axis=1)
        yield pairs[_touch(sides[pairs[:, 0]], sides[pairs[:, 1]])]
        begin = end


def _touch(one: Ints, other: Ints) -> NDArray[np.bool_]:
    """Whether sides whose boxes overlap have a point in common."""
    a, b, c, d = one[:, :2], one[:, 2:], other[:, :2], other[:, 2:]
    return (turns(a, b, c) * turns(a, b, d) <= 0) & (turns(c, d, a) * turns(c, d, b) <= 0)


def self_touch(ring: Ints) -> tuple[int, int] | None:
    """Return the numbers of the first two sides through which a ring crosses or touches itself."""
    n = len(ring)
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    ahead = np.sum((ring - before).astype(np.float64) * (after - ring), axis=1) > 0.0
    back = np.flatnonzero((turns(before, ring, after) == 0) & ~ahead)
    if len(back):
        corner = int(back[0])
        return (corner - 1) % n, corner
    for pairs in touching(sides_of(ring)):
        gap = pairs[:, 1] - pairs[:, 0]
        apart = pairs[(gap > 1) & (gap < n - 1)]
        if len(apart):
            first, second = min(apart.tolist())
            return first, second
    return None


def any_touch(one: list[Ints], other: list[Ints]) -> bool:
    """Whether a side of one of these rings has a point in common with a side of one of those."""
    ours = np.vstack([sides_of(ring) for ring in one])
    sides = np.vstack([ours, *(sides_of(ring) for ring in other)])
    return any(
        bool(np.any((pairs[:, 0] < len(ours)) & (pairs[:, 1] >= len(ours))))
        for pairs in touching(sides)
    )


def inside(points: Ints, ring: Ints) -> NDArray[np.bool_]:
    """Return which points lie inside an unrolled ring or on it.

    A ray to the east meets the ring an odd number of times from inside.

    Parameters
    ----------
    points : (m, 2) int64
        Latitude, longitude [1e-9 °], on the same turn as the ring.
    ring : (n, 2) int64
    """
    found = np.zeros(len(points), dtype=bool)
    in_box = np.all((points >= ring.min(axis=0)) & (points <= ring.max(axis=0)), axis=1)
    rows = np.flatnonzero(in_box)
    block = max(1, _PAIRS // len(ring))
    for begin in range(0, len(rows), block):
        part = rows[begin : begin + block]
        found[part] = _inside_box(points[part], ring)
    return found


def _inside_box(points: Ints, ring: Ints) -> NDArray[np.bool_]:
    """As `inside`, for points in the ring's box."""
    a, b = ring, np.roll(ring, -1, axis=0)
    low, high = np.minimum(a, b), np.maximum(a, b)
    lat, lon = points[:, :1], points[:, 1:]
    row, side = np.nonzero((lat >= low[:, 0]) & (lat <= high[:, 0]) & (lon <= high[:, 1]))
    turn = turns(a[side], b[side], points[row])
    north, south = b[side, 0] > points[row, 0], a[side, 0] > points[row, 0]
    meets = (north != south) & (turn == np.where(north, 1, -1))
    found = np.bincount(row[meets], minlength=len(points)) % 2 == 1
    found[row[(turn == 0) & (points[row, 1] >= low[side, 1])]] = True
    return found


def signed_area(ring: Ints) -> int:
    """Return twice the area of an unrolled ring, positive where it runs counter-clockwise."""
    lat, lon = ring[:, 0].tolist(), ring[:, 1].tolist()
    return sum(lon[i - 1] * lat[i] - lon[i] * lat[i - 1] for i in range(len(lat)))
