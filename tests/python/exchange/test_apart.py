"""Agreements on counts whose cells overlap are refused, on acceptance and on release."""

from typing import Any

import pytest
from strategies.parties import party

import detente as dt
from detente.exchange import Acceptance, Offer, time_ns_from_text

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-07-20")
EAST = [[36.0, 68.0], [36.0, 69.0], [37.0, 69.0], [37.0, 68.0]]
WEST = [[36.0, 60.0], [36.0, 61.0], [37.0, 61.0], [37.0, 60.0]]
MATCH = (
    r"count_cell_m, count_at_least and cadence_s of offer .* must be those of agreement .* "
    r"'north' counts for 'south' in cells that overlap, .* withdraw from that agreement"
)


def _terms(**clauses: object) -> dt.Terms:
    area = {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in [*EAST, EAST[0]]]]}
    given: dict[str, Any] = {
        "level": "counts",
        "until": "2021-08-31",
        "area": area,
        "count_cell_m": 10_000,
        "count_at_least": 3,
        "cadence_s": 10,
    }
    return dt.Terms(**{**given, **clauses})


def _elsewhere() -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in [*WEST, WEST[0]]]]}


def _two(**clauses: object) -> tuple[dt.Party, dt.Party, Offer, Offer]:
    """Return two parties with one agreement in force, and a second one offered."""
    north, south = party("north"), party("south")
    first, second = (
        north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
        for terms in (_terms(), _terms(**clauses))
    )
    north.hear(south.accept(first, time_ns=MADE_NS + 1))
    return north, south, first, second


@pytest.mark.parametrize(
    "clauses", [{"count_cell_m": 5_000}, {"count_at_least": 5}, {"cadence_s": 20}]
)
def test_counts_of_cells_that_overlap_are_not_accepted(clauses: dict[str, Any]) -> None:
    north, south, first, second = _two(**clauses)
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        south.accept(second, time_ns=MADE_NS + 2)
    assert south.agreement(second.id).state_at(MADE_NS + 2) == "offered"
    north.hear(south.withdraw(first, time_ns=MADE_NS + 3))
    north.hear(south.accept(second, time_ns=MADE_NS + 4))  # the cure
    assert north.release_slots(second.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_a_yes_all_the_same_releases_nothing() -> None:
    """The sender does not depend on the recipient's own restraint."""
    north, _, first, second = _two(count_cell_m=5_000)
    north.hear(Acceptance(second.id, "south", MADE_NS + 2))
    now_ns = MADE_NS + 20 * SECOND_NS
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        north.release_slots(second.id, time_ns=now_ns)
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        north.release(second.id, time_ns=now_ns)
    assert len(north.release_slots(first.id, time_ns=now_ns)) == 2
    assert {handover.offer.id for handover in north.audit} == {first.id}


@pytest.mark.parametrize("clauses", [{"purpose": "rescue"}, {"area": "elsewhere"}])
def test_the_same_cells_or_others_are_accepted(clauses: dict[str, Any]) -> None:
    if "area" in clauses:
        clauses = {"area": _elsewhere(), "count_cell_m": 5_000}
    north, south, _, second = _two(**clauses)
    north.hear(south.accept(second, time_ns=MADE_NS + 2))
    assert north.release_slots(second.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_counts_for_another_party_are_another_matter() -> None:
    north, _, _, _ = _two()
    west, terms = party("west"), _terms(count_cell_m=5_000)
    offer = north.offer("west", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    north.hear(west.accept(offer, time_ns=MADE_NS + 2))
    assert north.release_slots(offer.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_both_ways_are_looked_at() -> None:
    north, south = party("north"), party("south")
    terms = _terms(both_ways=True)
    first = south.offer("north", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    south.hear(north.accept(first, time_ns=MADE_NS + 1))
    other = _terms(count_cell_m=5_000)
    second = north.offer("south", other, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    south.hear(first)
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        south.accept(second, time_ns=MADE_NS + 2)
