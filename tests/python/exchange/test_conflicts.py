"""Two agreements that together tell what neither tells are refused, on acceptance and release."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.parties import party
from strategies.terms import AREAS

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
    assert north.release(second.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_a_yes_all_the_same_releases_nothing() -> None:
    """The sender does not depend on the recipient's own restraint."""
    north, _, first, second = _two(count_cell_m=5_000)
    north.hear(Acceptance(second.id, "south", MADE_NS + 2))
    now_ns = MADE_NS + 20 * SECOND_NS
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        north.release(second.id, time_ns=now_ns)
    with pytest.raises(dt.errors.AgreementError, match=MATCH):
        north.relay(second.id, time_ns=now_ns)
    assert len(north.release(first.id, time_ns=now_ns)) == 2
    assert {handover.offer.id for handover in north.audit} == {first.id}


@pytest.mark.parametrize("clauses", [{"purpose": "rescue"}, {"area": "elsewhere"}])
def test_the_same_cells_or_others_are_accepted(clauses: dict[str, Any]) -> None:
    if "area" in clauses:
        clauses = {"area": _elsewhere(), "count_cell_m": 5_000}
    north, south, _, second = _two(**clauses)
    north.hear(south.accept(second, time_ns=MADE_NS + 2))
    assert north.release(second.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_counts_for_another_party_are_another_matter() -> None:
    north, _, _, _ = _two()
    west, terms = party("west"), _terms(count_cell_m=5_000)
    offer = north.offer("west", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    north.hear(west.accept(offer, time_ns=MADE_NS + 2))
    assert north.release(offer.id, time_ns=MADE_NS + 20 * SECOND_NS)


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


# Fields that would be joined with finer or earlier places.

NAMES_AT_13_KM: dict[str, Any] = {"level": "tracks", "fields": ["name"], "precision_m": 13_000}
FIELDS = (
    r"fields of offer .* conflict with agreement .*, which came into force before: in both "
    r"'north' hands tracks to 'south', and their identities would join name of the one with"
)


def _after(
    first: dict[str, Any], second: dict[str, Any], *, sender: str = "north"
) -> tuple[dt.Party, dt.Party, Offer, Offer]:
    """Return two parties with one agreement in force, and a second one offered."""
    parties = {name: party(name) for name in ("north", "south")}
    other = {"north": "south", "south": "north"}
    offers: list[Offer] = []
    for by, clauses in (("north", first), (sender, second)):
        terms = dt.Terms(**{"level": "tracks", "until": "2021-08-31", **clauses})
        offers.append(
            parties[by].offer(other[by], terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
        )
    parties["north"].hear(parties["south"].accept(offers[0], time_ns=MADE_NS + 1))
    return parties["north"], parties["south"], offers[0], offers[1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAMES_AT_13_KM, {}),
        ({}, NAMES_AT_13_KM),
        (NAMES_AT_13_KM, {"level": "tracklets"}),
        (NAMES_AT_13_KM, {"level": "detections"}),
        (NAMES_AT_13_KM, {"precision_m": 50, "fields": ["mmsi"]}),
        ({"fields": ["name"], "delay_s": 600}, {}),
        ({"fields": ["name"], "delay_s": 600}, {"delay_s": 599}),
        ({"fields": ["name"], "cadence_s": 600}, {}),
        ({"fields": ["name"], "cadence_s": 600}, {"cadence_s": 7}),
        (NAMES_AT_13_KM | {"area": AREAS[1]}, {"area": AREAS[3]}),
        (NAMES_AT_13_KM, {"from_": "2021-08-01"}),
        (NAMES_AT_13_KM | {"until": "2021-08-01"}, {}),
        (NAMES_AT_13_KM | {"both_ways": True}, {}),
        ({"both_ways": True}, NAMES_AT_13_KM | {"both_ways": True}),
    ],
)
def test_fields_are_not_joined_with_finer_or_earlier_places(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    north, south, one, two = _after(first, second)
    with pytest.raises(dt.errors.AgreementError, match=FIELDS) as refused:
        south.accept(two, time_ns=MADE_NS + 2)
    assert one.id[:12] in str(refused.value)
    north.hear(Acceptance(two.id, "south", MADE_NS + 2))  # a yes all the same releases nothing
    begun_ns = max(MADE_NS + 20 * SECOND_NS, (two.terms.from_ns or 0) + SECOND_NS)
    for verb in (north.release, north.relay):
        with pytest.raises(dt.errors.AgreementError, match=FIELDS):
            verb(two.id, time_ns=begun_ns)
    if one.terms.until_ns > MADE_NS + 20 * SECOND_NS:
        north.release(one.id, time_ns=MADE_NS + 20 * SECOND_NS)


@pytest.mark.parametrize("end", ["withdrawal", "expiry"])
def test_identities_outlast_an_agreement(end: str) -> None:
    first = NAMES_AT_13_KM | ({} if end == "withdrawal" else {"until": "2021-08-01"})
    north, south, one, two = _after(first, {})
    if end == "withdrawal":
        north.hear(south.withdraw(one, time_ns=MADE_NS + 2))
    later_ns = time_ns_from_text("2021-08-02")
    with pytest.raises(dt.errors.AgreementError, match=FIELDS):
        south.accept(two, time_ns=later_ns)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAMES_AT_13_KM, {"precision_m": 13_000}),
        (NAMES_AT_13_KM, {"precision_m": 13_500, "delay_s": 30, "cadence_s": 20}),
        (NAMES_AT_13_KM, {"fields": ["name"]}),
        ({"fields": ["name"]}, {"level": "tracklets"}),
        ({}, {"delay_s": 600}),
    ],
)
def test_what_joins_nothing_is_accepted(first: dict[str, Any], second: dict[str, Any]) -> None:
    north, south, _, two = _after(first, second)
    north.hear(south.accept(two, time_ns=MADE_NS + 2))
    north.release(two.id, time_ns=MADE_NS + 20 * SECOND_NS)


def test_the_other_direction_is_another_matter() -> None:
    north, south, _, two = _after(NAMES_AT_13_KM, {}, sender="south")
    south.hear(two)
    south.hear(north.accept(two, time_ns=MADE_NS + 2))


@law
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "level": st.sampled_from(["tracks", "tracklets", "detections"]),
                "fields": st.sets(st.sampled_from(["name", "mmsi"])),
                "delay_s": st.sampled_from([0, 60]),
                "cadence_s": st.sampled_from([0, 20]),
                "area": st.sampled_from([None, *AREAS[:2]]),
            }
        ),
        min_size=2,
        max_size=4,
    )
)
def test_no_field_is_told_with_places_that_were_not_agreed_for_it(
    several: list[dict[str, Any]],
) -> None:
    """A law: of all that is accepted, who names a field allows all places that others allow."""
    north, south = party("north"), party("south")
    accepted: list[dict[str, Any]] = []
    for clauses in several:
        terms = dt.Terms(**{**clauses, "until": "2021-08-31"})
        offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
        try:
            north.hear(south.accept(offer, time_ns=MADE_NS + 1 + len(accepted)))
        except dt.errors.AgreementError:
            assert accepted
            continue
        accepted.append(clauses)
    for named in accepted:
        for other in accepted:
            if named["fields"] - other["fields"]:
                assert named["delay_s"] <= other["delay_s"]
                assert named["cadence_s"] in (0, other["cadence_s"])
