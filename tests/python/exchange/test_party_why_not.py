"""Why a rounded row does not leave: by its cell, as the release has it."""

from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies.effort import law
from strategies.parties import FRAME, party

import detente as dt
from detente.exchange import Offer, time_ns_from_text
from detente.exchange.release.release import places_of

Array = NDArray[np.float64]

MADE_NS = time_ns_from_text("2021-07-20")
NOW_NS = MADE_NS + 10_000_000_000


def _pair(
    frame: dt.LocalFrame = FRAME, *, half_m: float = 4_000.0, **clauses: object
) -> tuple[dt.Party, Offer]:
    """Return a party with an agreement about a square around the origin of its frame."""
    north, south = party("north", frame), party("south", frame)
    corners = half_m * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    lat_deg, lon_deg, _ = frame.geodetic_from_en(corners)
    ring = np.column_stack([lon_deg, lat_deg]).round(9).tolist()
    square = {"type": "Polygon", "coordinates": [ring]}
    given: dict[str, Any] = {"level": "tracks", "until": "2021-08-31", "area": square, **clauses}
    terms = dt.Terms(**given)
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    north.hear(south.accept(offer, time_ns=MADE_NS + 1))
    return north, offer


def test_a_place_within_whose_cell_is_not_is_told() -> None:
    north, offer = _pair(precision_m=1_000)
    own = north.observe(NOW_NS, [[3_990.0, 3_990.0], [0.0, 0.0], [9_000.0, 0.0]])
    within, at_edge, beyond = own.track_id[np.argsort(own.mean[:, 0])].tolist()
    (released,) = north.release(offer.id, time_ns=NOW_NS)
    assert released.track_id.tolist() == [within]
    edge, far = (north.why_not("south", time_ns=NOW_NS, object_id=k) for k in (at_edge, beyond))
    assert "area: its place lies within, but not all of the cell to which it is rounded" in edge
    assert "of 1000 m" in edge
    assert "lie outside" in far
    assert "its place lies within" not in far


def test_beyond_the_grid_is_told() -> None:
    pole = dt.LocalFrame(89.5, 0.0)
    north, offer = _pair(pole, area=None, precision_m=50)
    own = north.observe(NOW_NS, [[0.0, 0.0]])
    (released,) = north.release(offer.id, time_ns=NOW_NS)
    assert len(released) == 0
    text = north.why_not("south", time_ns=NOW_NS, object_id=int(own.track_id[0]))
    assert "precision_m: the grid of 50 m does not reach beyond 89° north and south" in text


def test_an_end_or_a_delay_is_told_beside_the_cell() -> None:
    north, _ = _pair(precision_m=1_000, delay_s=60)
    own = north.observe(NOW_NS, [[3_990.0, 3_990.0]])
    text = north.why_not("south", time_ns=NOW_NS, object_id=int(own.track_id[0]))
    assert "delay_s: it leaves 60 s late" in text or "delay_s: it leaves 1 min" in text
    assert "area: its place lies within" in text


@law
@given(
    st.lists(st.tuples(*[st.floats(-5_000.0, 5_000.0)] * 2), min_size=1, max_size=5),
    st.sampled_from([None, 50, 400, 1_000]),
)
def test_a_row_leaves_if_and_only_if_no_clause_is_named(
    places: list[tuple[float, float]], precision_m: int | None
) -> None:
    clauses = {} if precision_m is None else {"precision_m": precision_m}
    north, offer = _pair(**clauses)
    own = north.observe(NOW_NS, places)
    (released,) = north.release(offer.id, time_ns=NOW_NS)
    for number in own.track_id.tolist():
        text = north.why_not("south", time_ns=NOW_NS, object_id=number)
        assert ("No clause of" in text) == (number in released.track_id)


# Areas whose sides and corners go through the rows themselves, with holes, also at 180 degrees.

FRAMES = [FRAME, dt.LocalFrame(0.0, 180.0), dt.LocalFrame(-70.0, -179.99)]


def _terms_around(lat_deg: Array, lon_deg: Array, pick: list[int], **clauses: Any) -> dt.Terms:  # noqa: ANN401
    """Return terms of the box through some rows, without that through others if it fits."""
    lon_deg = np.where(lon_deg - lon_deg[0] > 180.0, lon_deg - 360.0, lon_deg)
    lon_deg = np.where(lon_deg - lon_deg[0] < -180.0, lon_deg + 360.0, lon_deg)
    rings: list[list[list[float]]] = []
    for some in (pick[:2], pick[2:]):
        (south, north), (west, east) = np.sort(lat_deg[some]), np.sort(lon_deg[some])
        rings.append([[west, south], [east, south], [east, north], [west, north], [west, south]])
    for coordinates in (rings, rings[:1]):
        with suppress(dt.errors.SettingError):
            area = {"type": "Polygon", "coordinates": coordinates}
            return dt.Terms(level="tracks", until="2021-08-31", area=area, **clauses)
    return dt.Terms(level="tracks", until="2021-08-31", **clauses)


@law
@given(
    st.sampled_from(FRAMES),
    st.lists(
        st.tuples(*[st.integers(-4, 4).map(lambda k: 700.0 * k)] * 2),
        min_size=4,
        max_size=7,
        unique=True,
    ),
    st.permutations(range(4)),
    st.sampled_from([{}, {}, {"precision_m": 400}]),
)
def test_release_explanation_and_audit_agree_about_every_row(
    frame: dt.LocalFrame,
    places: list[tuple[float, float]],
    pick: list[int],
    clauses: dict[str, Any],
) -> None:
    lat_deg, lon_deg = places_of(party("north", frame).observe(NOW_NS, places))
    assert len(lat_deg) == len(places)
    terms = _terms_around(lat_deg, lon_deg, pick, **clauses)
    north, south = party("north", frame), party("south", frame)
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    north.hear(south.accept(offer, time_ns=MADE_NS + 1))
    own = north.observe(NOW_NS, places)
    (released,) = north.release(offer.id, time_ns=NOW_NS)
    left = sorted(released.track_id.tolist())
    explained = [
        number
        for number in own.track_id.tolist()
        if "No clause of" in north.why_not("south", time_ns=NOW_NS, object_id=number)
    ]
    assert sorted(explained) == left
    south.receive(released, offer_id=offer.id)
    for each in (north, south):
        for area in terms.area:
            noted = [row for h in each.audit.select(area=area) for row in h.object_id.tolist()]
            assert sorted(noted) == left
    if terms.area and not clauses:
        inside = terms.area[0].contains(*places_of(own))
        assert sorted(own.track_id[inside].tolist()) == left
