"""Why a row does not leave names the clause; and it agrees with what the release does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.terms import AREAS

import detente as dt
from detente.exchange import Acceptance, Agreement, Offer, Report, release, time_ns_from_text
from detente.exchange.release.reasons import Row, reasons, text_from_reasons

DAY_NS = 86_400_000_000_000
SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-06-16")
YES_NS = time_ns_from_text("2021-07-01")
NOW_NS = time_ns_from_text("2021-07-24")


def _agreement(**clauses: Any) -> Agreement:  # noqa: ANN401 - each of its own type
    terms = dt.Terms(**{"level": "tracks", "until": "2021-08-31", **clauses})
    offer = Offer("North", "South", terms, MADE_NS, terms.until_ns)
    return Agreement(offer, [Acceptance(offer.id, "South", YES_NS)])


def _row(**change: Any) -> Row:  # noqa: ANN401 - each of its own type
    return Row(**{"origin": "North", "recipient": "South", "report_ns": NOW_NS, "now_ns": NOW_NS,
                  "lat_deg": 4.5, "lon_deg": 4.5, **change})  # fmt: skip


@pytest.mark.parametrize(
    ("clauses", "change", "clause", "text"),
    [
        ({}, {"origin": "East"}, "parties", "it is between North and South"),
        ({}, {"origin": "South", "recipient": "North"}, "both_ways", "it goes one way, from North"),
        ({}, {"now_ns": MADE_NS - 1, "report_ns": MADE_NS - 1}, "state", "offered only on 16 June"),
        ({}, {"now_ns": YES_NS - 1, "report_ns": YES_NS - 1}, "state", "it is offered since 16"),
        ({}, {"report_ns": YES_NS - 1}, "state", "it came into force on 1 July 2021, after this"),
        ({"until": "2021-07-24"}, {}, "state", "it is expired since 24 July 2021"),
        ({"from_": "2021-07-25"}, {}, "from", "nothing seen before 25 July 2021 leaves"),
        ({"level": "tracklets"}, {}, "level", "it lets tracklets go, and this is of the kind"),
        ({"delay_s": 30}, {}, "delay_s", "it leaves 30 s late, at 24 July 2021 00:00:30 UTC"),
        ({}, {"report_ns": NOW_NS + 1}, "delay_s", "it leaves 0 s late"),
        ({"cadence_s": 7}, {}, "cadence_s", "only reports of every 7 s leave"),
        ({"area": AREAS[2]}, {}, "area", "latitude and longitude 4.5°, 4.5° lie outside 4 corners"),
        ({"fields": ["name"]}, {"fields": ("mmsi", "name")}, "fields", "mmsi leaves only where"),
    ],
)  # fmt: skip
def test_the_clause_that_withholds_is_named(
    clauses: dict[str, Any], change: dict[str, Any], clause: str, text: str
) -> None:
    found = reasons(_agreement(**clauses), _row(**change))
    assert [reason.clause for reason in found] == [clause]
    assert text in found[0].text


def test_each_reason_is_told_and_none_if_there_is_none() -> None:
    agreement, row = _agreement(delay_s=30, area=AREAS[2]), _row(level="detections")
    text = text_from_reasons(agreement, row, reasons(agreement, row))
    assert text.startswith("South does not get it from North under agreement ")
    for clause in ("level: ", "delay_s: ", "area: "):
        assert clause in text
    free = _agreement(area=AREAS[0], cadence_s=10, fields=["mmsi"])
    assert reasons(free, _row(fields=("mmsi",))) == []
    assert "No clause of agreement" in text_from_reasons(free, _row(), [])
    # Without a place no area is asked about; at a delay's very end it leaves.
    assert reasons(_agreement(area=AREAS[2]), _row(lat_deg=None, lon_deg=None)) == []
    assert reasons(_agreement(delay_s=30), _row(report_ns=NOW_NS - 30 * SECOND_NS)) == []


def test_under_a_consent_nothing_flows() -> None:
    terms = dt.Terms(level="tracks", until="2021-08-31")
    consent = Offer("North", "South", terms, MADE_NS, terms.until_ns, conditions="0" * 64)
    (reason,) = reasons(Agreement(consent), _row())
    assert (reason.clause, reason.text) == (
        "parties",
        "it is a host's consent, under which nothing flows",
    )


@law
@given(
    st.booleans(),
    st.sampled_from([None, "2021-07-05"]),
    st.integers(14, 80),
    st.integers(14, 80),
    st.sampled_from([("North", "South"), ("South", "North"), ("East", "South")]),
)
def test_there_is_a_reason_if_and_only_if_nothing_is_released(
    both_ways: bool, from_: str | None, seen: int, now: int, parties: tuple[str, str]
) -> None:
    agreement = _agreement(both_ways=both_ways, from_=from_)
    report_ns, now_ns = (MADE_NS + day * DAY_NS for day in (seen, now))
    report = Report.tracks(
        parties[0],
        0,
        report_ns,
        track_id=np.ones(1, np.uint64),
        mean=np.zeros((1, 4)),
        cov=np.eye(4)[None],
        existence=np.ones(1),
    )
    try:
        released = release(report, agreement, recipient=parties[1], time_ns=now_ns)
    except dt.errors.AgreementError:
        released = None
    found = reasons(agreement, Row(*parties, report_ns=report_ns, now_ns=now_ns))
    assert (released is None) == bool(found)
