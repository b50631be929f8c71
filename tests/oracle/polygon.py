"""Polygons with fractions: every pair of sides, and winding numbers by turning."""

from collections.abc import Sequence
from fractions import Fraction

Point = tuple[float, float]


def _turn(a: Point, b: Point, c: Point) -> Fraction:
    (a0, a1), (b0, b1), (c0, c1) = ([Fraction(x) for x in p] for p in (a, b, c))
    return (b0 - a0) * (c1 - a1) - (b1 - a1) * (c0 - a0)


def _is_on(point: Point, a: Point, b: Point) -> bool:
    return _turn(a, b, point) == 0 and all(
        min(a[k], b[k]) <= point[k] <= max(a[k], b[k]) for k in (0, 1)
    )


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    if any([_is_on(a, c, d), _is_on(b, c, d), _is_on(c, a, b), _is_on(d, a, b)]):
        return True
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def is_simple(loop: Sequence[Point]) -> bool:
    """Whether no two sides have a point in common but neighbours their corner."""
    n = len(loop)
    sides = [(loop[i], loop[(i + 1) % n]) for i in range(n)]
    for i in range(n):
        for j in range(i + 1, n):
            if j - i in {1, n - 1}:
                shared = set(sides[i]) & set(sides[j])
                (one,), (other,) = (set(side) - shared for side in (sides[i], sides[j]))
                if _is_on(one, *sides[j]) or _is_on(other, *sides[i]):
                    return False
            elif _meet(*sides[i], *sides[j]):
                return False
    return True


def covers(loop: Sequence[Point], point: Point) -> bool:
    """Whether a point lies on a ring, or the ring winds around it."""
    winding = 0
    for a, b in zip(loop, [*loop[1:], loop[0]], strict=True):
        if _is_on(point, a, b):
            return True
        if a[0] <= point[0] < b[0] and _turn(a, b, point) > 0:
            winding += 1
        if b[0] <= point[0] < a[0] and _turn(a, b, point) < 0:
            winding -= 1
    return winding != 0


def is_on_ring(loop: Sequence[Point], point: Point) -> bool:
    """Whether a point lies on a ring."""
    sides = zip(loop, [*loop[1:], loop[0]], strict=True)
    return any(_is_on(point, a, b) for a, b in sides)
