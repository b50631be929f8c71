"""Areas: read in any way they are written, checked exactly, and honest about what lies in them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle.polygon import covers, is_on_ring, is_simple
from strategies.effort import law

import detente as dt
from detente.exchange import Area

STRIP = [[36.5, 67.0], [36.5, 68.5], [37.2, 68.5], [37.2, 67.0]]
BOX = {
    "type": "Polygon",
    "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]], [[3, 3], [3, 6], [6, 6], [6, 3]]],
}

whole = st.integers(-8, 8)
loops = st.lists(st.tuples(whole, whole), min_size=3, max_size=7, unique=True)


@st.composite
def stars(draw: st.DrawFn) -> list[list[float]]:
    """Return a ring that is simple: one corner in each direction from its middle."""
    lat, lon = draw(st.floats(-60, 60)), draw(st.floats(-180, 180))
    n = draw(st.integers(3, 12))
    reach = draw(st.lists(st.floats(1.0, 20.0), min_size=n, max_size=n))
    angle = 2 * np.pi * np.arange(n) / n
    return np.column_stack([lat + reach * np.sin(angle), lon + reach * np.cos(angle)]).tolist()


@law
@given(loops)
def test_a_ring_is_refused_if_and_only_if_it_crosses_or_touches_itself(
    loop: list[tuple[int, int]],
) -> None:
    # Small whole numbers: corners on sides, sides on one line and crossings at corners abound.
    if is_simple(loop):
        assert len(Area.from_any(loop).polygons[0][0]) == len(loop)
    else:
        with pytest.raises(dt.errors.SettingError, match="crosses or touches itself"):
            Area.from_any(loop)


@law
@given(stars(), st.integers(-2, 2), st.integers(0, 11), st.booleans(), st.booleans())
def test_equal_areas_are_equal_however_they_are_written(
    ring: list[list[float]], turns: int, first: int, reverse: bool, close: bool
) -> None:
    again = [[lat, lon + 360.0 * turns] for lat, lon in np.roll(ring, first, axis=0).tolist()]
    if reverse:
        again.reverse()
    if close:
        again.append(again[0])
    one, other = Area.from_any(ring), Area.from_any(again)
    # Adding a turn may round the last digit of a corner, so compare what is far coarser.
    assert np.allclose(one.polygons[0][0], other.polygons[0][0], rtol=0, atol=1)
    if turns == 0:
        assert one == other
        assert hash(one) == hash(other)


@law
@given(stars())
def test_geojson_and_back(ring: list[list[float]]) -> None:
    area = Area.from_any(ring)
    assert Area.from_any(area.to_geojson()) == area


@law
@given(loops, st.lists(st.tuples(st.integers(-18, 18), st.integers(-18, 18)), min_size=1))
def test_what_lies_inside_agrees_with_winding_numbers(
    loop: list[tuple[int, int]], halves: list[tuple[int, int]]
) -> None:
    assume(is_simple(loop))
    points = [(lat / 2, lon / 2) for lat, lon in halves]
    points = [point for point in points if not is_on_ring(loop, point)]
    assume(points)
    found = Area.from_any(loop).contains(*zip(*points, strict=True))
    assert found.tolist() == [covers(loop, point) for point in points]


@law
@given(stars(), st.integers(3, 12), st.floats(0.0, 1.0))
def test_a_point_on_a_common_border_lies_in_one_of_the_two(
    ring: list[list[float]], parts: int, share: float
) -> None:
    """A star is cut from its middle in two: what lies on the cut or within lies in one."""
    area = Area.from_any(ring)
    middle = np.mean(ring, axis=0)
    assume(area.contains(*middle)[0])
    cut = parts % len(ring)
    halves = [[*ring[: cut + 1], middle.tolist()], [*ring[cut:], ring[0], middle.tolist()]]
    try:
        one, other = (Area.from_any(half) for half in halves)
    except dt.errors.SettingError:
        assume(False)
    corners = np.array([degrees for shape in one.degrees for degrees in shape[0]])
    places = np.vstack([corners, corners[:-1] + share * np.diff(corners, axis=0)])
    found = one.contains(*places.T).astype(int) + other.contains(*places.T)
    assert found.max() <= 1


@law
@given(loops, st.integers(-180, 180), st.lists(st.tuples(whole, whole), min_size=1))
def test_an_area_may_lie_anywhere_along_the_equator(
    loop: list[tuple[int, int]], east: int, points: list[tuple[int, int]]
) -> None:
    assume(is_simple(loop))
    lat, lon = np.array(points).T
    moved = Area.from_any([[lat, lon + east] for lat, lon in loop])
    for turn in (-360, 0, 360):
        found = moved.contains(lat, lon + east + turn)
        assert found.tolist() == Area.from_any(loop).contains(lat, lon).tolist()


def test_of_a_border_the_south_and_the_west_belong_to_it_and_of_a_hole_the_north_and_the_east() -> (
    None
):
    box = Area.from_any(BOX)
    found = box.contains([1, 4, 10, np.nan], [1, 4, 1, 1])
    assert found.tolist() == [True, False, False, False]
    assert box.contains([0, 0, 1], [0, 1, 0]).all()
    assert not box.contains([9, 9, 1, 9], [9, 1, 9, 0]).any()
    assert not box.contains([3, 3, 4], [3, 4, 3]).any()
    assert box.contains([6, 6, 4], [6, 4, 6]).all()


def test_the_pole_may_be_a_side() -> None:
    cap = [[60, -180], [60, -60], [60, 60], [60, 180], [90, 180], [90, 60], [90, -60], [90, -180]]
    area = Area.from_any(cap)
    assert area.contains([61, 59, 75], [170, 0, -180]).tolist() == [True, False, True]
    assert not area.contains(90, 12)[0]  # what lies on the northern side lies north of it


@law
@given(stars(), st.floats(0.05, 0.95))
def test_what_is_shrunk_lies_within_and_not_the_other_way(
    ring: list[list[float]], share: float
) -> None:
    middle = np.mean(ring, axis=0)  # a star with equal angles need not hold its mean: try all
    area, small = Area.from_any(ring), Area.from_any(middle + share * (np.array(ring) - middle))
    assert area.lies_within(area)
    assert not (small.lies_within(area) and area.lies_within(small))
    if small.lies_within(area):
        lat, lon = small.degrees[0][0].T
        assert area.contains(lat, lon).all()
        assert not area.lies_within(small)


def test_lying_within_knows_holes_several_polygons_and_the_antimeridian() -> None:
    box = Area.from_any(BOX)

    def square(south: float, west: float, size: float) -> dict[str, Any]:
        north, east = south + size, west + size
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}

    assert Area.from_any(square(1, 1, 1)).lies_within(box)
    assert not Area.from_any(square(4, 4, 1)).lies_within(box)  # in the hole
    assert not Area.from_any(square(2, 2, 5)).lies_within(box)  # around the hole
    assert not Area.from_any(square(0, 0, 2)).lies_within(box)  # touches: not decided, so no
    assert not box.lies_within(Area.from_any(square(1, 1, 1)))
    many = {
        "type": "MultiPolygon",
        "coordinates": [square(0, 0, 9)["coordinates"], square(20, 20, 9)["coordinates"]],
    }
    two = Area.from_any(many)
    assert Area.from_any(square(21, 21, 1)).lies_within(two)
    assert not two.lies_within(Area.from_any(square(0, 0, 9)))
    dateline = Area.from_any(square(-5, 175, 10))
    assert Area.from_any(square(-1, -179, 2)).lies_within(dateline)
    assert Area.from_any(square(-1, 181, 2)).lies_within(dateline)
    assert not Area.from_any(square(-1, 170, 2)).lies_within(dateline)


def test_a_name_is_shown_beside_the_place_and_changes_nothing() -> None:
    feature = {"type": "Feature", "properties": {"name": "Border strip"},
               "geometry": Area.from_any(STRIP).to_geojson()}  # fmt: skip
    area = Area.from_any(feature)
    assert area == Area.from_any(STRIP)
    assert area.to_geojson() == feature
    assert area.text == "Border strip (4 corners, 36.5° N to 37.2° N, 67° E to 68.5° E)"
    dateline = Area.from_any([[-1, 179], [-1, -179], [1, -179]])
    assert dateline.text == "3 corners, 1° S to 1° N, 179° E to 179° W"


@pytest.mark.parametrize(
    ("given_area", "why"),
    [
        ([[0, 0], [1, 1], [0, 1], [1, 0]], "crosses or touches .* list its corners in order"),
        ([[0, 0], [0, 2], [0, 1]], "crosses or touches itself"),
        ([[0, 0], [1, 1], [0, 0]], "three different corners, found 2"),
        ([[67, 36], [91, 36], [67, 37]], "latitude must be from -90 to 90, found 91; GeoJSON has"),
        ([[80, 0], [80, 120], [80, 240]], "goes round a pole .* cut it along a meridian"),
        ([[0, 0], [1, 180], [2, 2]], "spans 180° of longitude, .* put a corner between"),
        ([[0, 0, 5], [1, 1, 5], [0, 1, 5]], "without heights"),
        ([[0, 0], [1, float("nan")], [0, 1]], "two finite numbers"),
        ("everywhere", "must be a list of corners"),
        ([], "must be a list of corners"),
        ({"type": "Point", "coordinates": [0, 0]}, "a Polygon, .* found type 'Point'"),
        ({"type": "Polygon"}, "with its coordinates"),
        ({"type": "Polygon", "coordinates": []}, "no corners; leave the area out if it is everyw"),
        ({"type": "MultiPolygon", "coordinates": [3]}, "a polygon must be a list of rings"),
        ({"type": "Feature", "geometry": None}, "a Feature needs a geometry"),
        (
            {"type": "Feature", "geometry": BOX, "properties": {"name": "a\nb"}},
            "without control characters, found",
        ),
        (
            {"type": "Polygon", "coordinates": [BOX["coordinates"][0], [[3, 3], [3, 10], [6, 6]]]},
            "a hole of polygon 1 must lie inside it",
        ),
        (
            {"type": "Polygon", "coordinates": [*BOX["coordinates"], [[4, 4], [4, 5], [5, 5]]]},
            "a hole of polygon 1 lies within another hole",
        ),
        (
            {"type": "MultiPolygon",
             "coordinates": [[BOX["coordinates"][0]], [[[1, 1], [2, 1], [2, 2]]]]},
            "polygon 2 lies within polygon 1 and adds nothing; leave it out",
        ),
    ],
)  # fmt: skip
def test_bad_areas_are_refused_with_the_cure(given_area: object, why: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=f"^area: .*{why}"):
        Area.from_any(given_area)
