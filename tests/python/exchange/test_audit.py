"""Who got what, under which clause, when: for a party, a partner, an object, an area."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.parties import party
from strategies.terms import AREAS

import detente as dt
from detente.exchange import (
    Audit,
    Grant,
    Offer,
    Report,
    SensorDescription,
    release_under,
    time_ns_from_text,
)
from detente.exchange.release.audit import Handover, handover_of

TERMS = dt.Terms(level="tracks", until="2021-08-31", area=AREAS[0], fields=["mmsi"], relay=True)
MADE_NS = time_ns_from_text("2021-07-20")
SECOND_NS = 1_000_000_000
SQUARE = [[36.9, 67.9], [36.9, 68.1], [37.1, 68.1], [37.1, 67.9]]
OFFERS = {
    (sender, recipient): Offer(sender, recipient, TERMS, MADE_NS, TERMS.until_ns)
    for sender in ("North", "East")
    for recipient in ("South", "West")
}
PLACES = [(1.5, 1.5), (4.5, 4.5), (30.0, 30.0), (np.nan, np.nan)]  # of objects 1 to 4


def _handover(sender: str, recipient: str, sequence: int, objects: list[int]) -> Handover:
    places = np.array([PLACES[each - 1] for each in objects]).reshape(-1, 2)
    report_ns = MADE_NS + sequence * 10 * SECOND_NS
    return Handover(
        report_ns + SECOND_NS,
        OFFERS[sender, recipient],
        sender,
        recipient,
        sequence,
        report_ns,
        "tracks",
        "",
        b"",
        np.array(objects, np.uint64),
        places[:, 0],
        places[:, 1],
    )


handovers = st.builds(
    _handover,
    st.sampled_from(["North", "East"]),
    st.sampled_from(["South", "West"]),
    st.integers(0, 3),
    st.lists(st.integers(1, 4), unique=True).map(sorted),
)
# A report is what it is: the same number never has other rows.
logs = st.lists(handovers, max_size=8, unique_by=lambda handover: handover.key)


def _rows(audit: Audit) -> list[tuple[str, str, int, int]]:
    """Return every row that was handed over."""
    return [(h.origin, h.recipient, h.sequence, int(each)) for h in audit for each in h.object_id]


@given(logs, st.randoms())
def test_order_and_repetition_do_not_matter(log: list[Handover], random: Random) -> None:
    again = [*log, *log]
    random.shuffle(again)
    assert _rows(Audit(again)) == _rows(Audit(log))
    assert Audit(again).text() == Audit(log).text()
    assert len(Audit(again)) == len(log)


@given(
    logs,
    st.sampled_from([None, "North", "East"]),
    st.sampled_from([None, "South", "West"]),
    st.sampled_from([None, 1, 2, 3, 4]),
    st.sampled_from([None, *AREAS]),
)
def test_selecting_keeps_the_rows_that_were_asked_about_and_no_others(
    log: list[Handover],
    party: str | None,
    partner: str | None,
    object_id: int | None,
    area: dt.exchange.Area | None,
) -> None:
    audit = Audit(log)
    selected = audit.select(party=party, partner=partner, object_id=object_id, area=area)
    expected = [
        (origin, recipient, sequence, each)
        for origin, recipient, sequence, each in _rows(audit)
        if party in {None, origin}
        and partner in {None, recipient}
        and object_id in {None, each}
        and (area is None or area.contains(*PLACES[each - 1])[0])
    ]
    assert _rows(selected) == expected
    table = selected.table()
    assert table["rows"].sum() == len(expected)
    assert len(table) == len(selected)
    if object_id is not None or area is not None:
        assert np.all(table["rows"] > 0)


def test_the_table_says_who_got_what_under_which_clauses_when() -> None:
    table = Audit([_handover("North", "South", k, [1, 2]) for k in (1, 0)]).table()
    assert table["origin"].tolist() == ["North", "North"]
    assert table["recipient"].tolist() == ["South", "South"]
    assert table["sequence"].tolist() == [0, 1]
    assert table["reported"][1] == np.datetime64("2021-07-20T00:00:10", "ns")
    assert table["handed_over"][1] == np.datetime64("2021-07-20T00:00:11", "ns")
    assert table["agreement"][0] == OFFERS["North", "South"].id
    assert table["clauses"][0] == (
        "level tracks; until 2021-08-31; area 4 corners, 0° N to 9° N, 0° E to 9° E; fields mmsi; "
        "relay"
    )


def test_the_sentence_says_it_too() -> None:
    audit = Audit(
        [_handover("North", "South", k, [1, 2]) for k in range(3)]
        + [_handover("East", "South", 0, [3])]
    )
    name, other = (OFFERS[sender, "South"].id[:12] for sender in ("North", "East"))
    clauses = (
        "(level tracks; until 2021-08-31; area 4 corners, 0° N to 9° N, 0° E to 9° E; fields mmsi; "
        "relay)."
    )
    assert audit.select(party="North", object_id=2).text() == (
        "South got from North 3 rows of tracks in 3 reports, from 20 July 2021 00:00:01 UTC to "
        f"20 July 2021 00:00:21 UTC, under agreement {name} {clauses}"
    )
    assert audit.select(party="East").text() == (
        "South got from East 1 row of tracks in 1 report, on 20 July 2021 00:00:01 UTC, under "
        f"agreement {other} {clauses}"
    )
    assert audit.text().count("\n") == 1
    assert audit.select(partner="West").text() == "Nobody got anything."


def test_an_empty_audit_has_an_empty_table() -> None:
    table = Audit().table()
    assert len(table) == 0
    assert "clauses" in table.column_names


def test_what_was_handed_over_again_counts_at_its_first_time() -> None:
    first = _handover("North", "South", 0, [1])
    later = Handover(**{**first.__dict__, "time_ns": first.time_ns + 5})
    for log in ([first, later], [later, first]):
        (kept,) = Audit(log)
        assert kept.time_ns == first.time_ns
    with pytest.raises(AttributeError):
        first.time_ns = 0  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("frame", [None, dt.LocalFrame(4.0, 4.0)])
def test_a_report_of_any_kind_can_be_noted(frame: dt.LocalFrame | None) -> None:
    sensor = dt.PositionSensor(std_m=10.0, detection_probability=0.9)
    seen = Report.detections(
        "North",
        0,
        MADE_NS,
        np.zeros((2, 2)),
        sensor=SensorDescription.from_sensor(sensor, axes=2),
        position_m=[[0.0, 0.0], [np.nan, np.nan]],
        frame=frame,
    )
    noted = handover_of(seen, OFFERS["North", "South"], "South", time_ns=MADE_NS + SECOND_NS)
    assert len(set(noted.object_id.tolist())) == 2
    assert np.isnan(noted.lat_deg[1])
    assert np.isnan(noted.lat_deg[0]) == (frame is None)
    if frame is not None:
        assert (noted.lat_deg[0], noted.lon_deg[0]) == pytest.approx((4.0, 4.0))
    area = {"type": "Polygon", "coordinates": [[[4, 4], [5, 4], [5, 5], [4, 5], [4, 4]]]}
    terms = dt.Terms(
        level="counts", until="2021-08-31", area=area, count_cell_m=10_000, count_at_least=1,
        cadence_s=10,
    )  # fmt: skip
    grant = Grant(**terms.grant("North", "South", 0, terms.until_ns))
    none = np.empty((0, 4)), np.empty((0, 4, 4)), np.empty(0)
    empty = Report.tracks("North", 0, MADE_NS, [], *none, frame=dt.LocalFrame(4.0, 4.0))
    counts = release_under(empty, grant, recipient="South", time_ns=MADE_NS)
    assert counts is not None
    noted = handover_of(counts, OFFERS["North", "South"], "South", time_ns=MADE_NS)
    assert len(noted.object_id) == len(counts) > 1
    inside = dt.exchange.Area.from_any(area).contains(noted.lat_deg, noted.lon_deg)
    assert inside.all()


# What left is what is noted, row for row.


@settings(max_examples=40)
@given(
    st.sampled_from(["detections", "tracklets", "tracks", "counts"]),
    st.integers(0, 2**32 - 1),
    st.booleans(),
)
def test_what_left_and_what_came_is_noted_row_for_row(
    level: str, seed: int, is_relayed: bool
) -> None:
    """A law over levels, several sensors, tracklets that follow, and relays."""
    rng = np.random.default_rng(seed)
    clauses = _SLOTS if level == "counts" else {}
    terms = dt.Terms(level=level, until="2021-08-31", relay=True, **clauses)
    north, south, east = (party(name) for name in ("North", "South", "East"))
    offers = [
        _agreed(a, b, terms) for a, b in ((north, south), (south, east), (south, east))
    ]  # fmt: skip
    radars = [
        dt.PositionSensor(std_m=10.0, detection_probability=0.5, clutter_density=1e-7, name=name)
        for name in ("one", "two")
    ]
    left: Counter[tuple[object, ...]] = Counter()
    for step in range(6):
        now_ns = MADE_NS + (1 + step) * 10 * SECOND_NS
        for radar in radars:
            places = np.array([[0.0, 0.0], [400.0, 0.0]]) + rng.normal(0, 10, (2, 2))
            north.observe(now_ns, places[rng.uniform(size=2) < 0.7], sensor=radar)
        for report in north.release(offers[0].id, time_ns=now_ns):
            left.update(_noted(report, offers[0], south))
            south.receive(report, offer_id=offers[0].id)
        for offer in offers[1:] if is_relayed else []:
            for report in south.relay(offer.id, time_ns=now_ns):
                left.update(_noted(report, offer, east))
                east.receive(report, offer_id=offer.id, sender="South")
    for name, audits in (("South", [north, south]), ("East", [south, east])):
        for each in audits:
            found = Counter(
                (h.recipient, h.offer.id, h.kind, h.sensor, h.report_ns, h.sequence, row)
                for h in each.audit
                for row in [*h.object_id.tolist(), None]
                if h.recipient == name
            )
            assert found == Counter({row: n for row, n in left.items() if row[0] == name})
    assert sum(left.values()) > 6


_SLOTS = {"cadence_s": 10, "area": SQUARE, "count_cell_m": 1_000, "count_at_least": 2}


def _agreed(sender: dt.Party, recipient: dt.Party, terms: dt.Terms) -> Offer:
    made_ns = MADE_NS + len(sender.agreements(MADE_NS + 100))
    offer = sender.offer(
        recipient.name, terms, time_ns=made_ns, answer_by_ns=terms.until_ns
    )  # fmt: skip
    sender.hear(recipient.accept(offer, time_ns=made_ns))
    return offer


def _noted(report: Report, offer: Offer, recipient: dt.Party) -> Iterator[tuple[object, ...]]:
    """Yield what the audit is to note: each row, and once more for the report itself."""
    said = (
        recipient.name,
        offer.id,
        report.kind,
        "" if report.sensor is None else report.sensor.name,
    )
    if report.kind in {"tracks", "tracklets"}:
        ids: list[int] = report.track_id.tolist()
    elif report.kind == "counts":
        ids = report["cell"].tolist()
    else:
        ids = [int.from_bytes(row[:8], "little") for row in map(bytes, report.row_id)]
    for row in [*ids, None]:
        yield *said, report.time_ns, report.sequence, row


def test_what_the_picture_did_not_accept_is_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    north, south = party("North"), party("South")
    offer = _agreed(north, south, dt.Terms(level="tracks", until="2021-08-31"))
    report = north.observe(MADE_NS + SECOND_NS, [[0.0, 0.0]])

    def failing(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(dt.Picture, "add", failing)
    with pytest.raises(MemoryError):
        south.receive(report, offer_id=offer.id)
    assert len(south.audit) == 0
    assert south.received == ()
