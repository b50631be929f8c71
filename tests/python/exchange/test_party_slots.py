"""A party keeps to the slots of a cadence, and takes what came late by the agreed delay."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.parties import party

import detente as dt
from detente.exchange import Offer, time_ns_from_text
from detente.exchange.release import slots

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-07-20")
BEGIN_NS = MADE_NS + 3 * SECOND_NS  # between two slots of ten seconds


def _pair(**clauses: object) -> tuple[dt.Party, dt.Party, Offer]:
    north, south = party("north"), party("south")
    given: dict[str, Any] = {"level": "tracks", "until": "2021-08-31", "cadence_s": 10, **clauses}
    terms = dt.Terms(**given)
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns)
    north.hear(south.accept(offer, time_ns=BEGIN_NS))
    return north, south, offer


def _seconds(reports: list[dt.exchange.Report]) -> list[float]:
    return [(report.time_ns - MADE_NS) / SECOND_NS for report in reports]


def test_each_slot_has_a_report_and_an_empty_one_if_nothing_was_said() -> None:
    north, south, offer = _pair()
    _, at_8, at_31 = (
        north.observe(MADE_NS + second * SECOND_NS, [[0.0, 0.0], [east_m, 900.0]])
        for second, east_m in [(4, 100.0), (8, 100.0), (31, 5_000.0)]
    )
    due = north.release(offer.id, time_ns=MADE_NS + 45 * SECOND_NS)
    assert _seconds(due) == [10.0, 20.0, 30.0, 40.0]
    told = [sorted(report.track_id) for report in due]
    assert told == [sorted(at_8.track_id), [], [], sorted(at_31.track_id)]
    assert sorted(at_8.track_id) != sorted(at_31.track_id)
    south.observe(MADE_NS + 45 * SECOND_NS, np.empty((0, 2)))
    for report in due:
        south.receive(report, offer_id=offer.id)
    assert [report.time_ns for report in south.received] == [due[-1].time_ns]
    assert north.release(offer.id, time_ns=MADE_NS + 45 * SECOND_NS) == []
    assert _seconds(north.release(offer.id, time_ns=MADE_NS + 50 * SECOND_NS)) == [50.0]


def test_a_report_is_brought_to_its_slot_by_the_motion() -> None:
    north, _, offer = _pair()
    for second in (4, 6, 8):
        places = [[10.0 * second, 0.0], [0.0, 900.0 - 5.0 * second]]
        own = north.observe(MADE_NS + second * SECOND_NS, places)
    (report,) = north.release(offer.id, time_ns=MADE_NS + 10 * SECOND_NS)
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    f, q = motion.transition(2.0), motion.noise(2.0)
    of_row = np.searchsorted(own.track_id, report.track_id, sorter=np.argsort(own.track_id))
    mine = np.argsort(own.track_id)[of_row]
    np.testing.assert_allclose(report.mean, own.mean[mine] @ f.T, atol=1e-6)
    np.testing.assert_allclose(report.cov, f @ own.cov[mine] @ f.T + q, rtol=1e-9, atol=1e-6)
    assert (np.abs(report.mean[:, 2:]).max(axis=1) > 1.0).all()  # they move, so that it matters
    exact = north.observe(MADE_NS + 20 * SECOND_NS, [[200.0, 0.0]])
    (report,) = north.release(offer.id, time_ns=MADE_NS + 20 * SECOND_NS)
    assert sorted(map(bytes, report.mean)) == sorted(map(bytes, exact.mean))


def test_what_was_seen_before_the_yes_fills_no_slot() -> None:
    north, _, offer = _pair()
    late, _, same = _pair(from_="2021-07-20T00:00:06Z")
    for one in (north, late):
        one.observe(MADE_NS + 2 * SECOND_NS, [[1.0, 0.0]])
    now_ns = MADE_NS + 10 * SECOND_NS
    assert [len(report) for report in north.release(offer.id, time_ns=now_ns)] == [0]
    late.observe(MADE_NS + 5 * SECOND_NS, [[1.0, 0.0]])  # after the yes, before its terms begin
    assert [len(report) for report in late.release(same.id, time_ns=now_ns)] == [0]


def test_a_slot_leaves_late_by_the_delay_and_arrives() -> None:
    north, south, offer = _pair(delay_s=30)
    north.observe(MADE_NS + 9 * SECOND_NS, [[1.0, 0.0]])
    assert north.release(offer.id, time_ns=MADE_NS + 40 * SECOND_NS - 1) == []
    (report,) = north.release(offer.id, time_ns=MADE_NS + 40 * SECOND_NS)
    south.receive(report, offer_id=offer.id)
    assert [len(report) for report in south.received] == [1]
    (handover,) = south.audit
    assert handover.time_ns == MADE_NS + 40 * SECOND_NS


def test_a_report_that_could_leave_only_after_the_end_is_refused() -> None:
    north, south, offer = _pair(delay_s=30, cadence_s=0)
    last = north.observe(MADE_NS + 60 * SECOND_NS, [[1.0, 0.0]])
    south.withdraw(offer, time_ns=MADE_NS + 80 * SECOND_NS)  # it would leave at 90 s
    with pytest.raises(dt.errors.AgreementError, match="is withdrawn at"):
        south.receive(last, offer_id=offer.id)
    assert south.received == ()


def test_without_a_cadence_there_are_no_slots() -> None:
    north, _, offer = _pair(cadence_s=0)
    own = north.observe(MADE_NS + 9 * SECOND_NS, [[1.0, 0.0]])
    (report,) = north.release(offer.id, time_ns=MADE_NS + 90 * SECOND_NS)
    assert report.time_ns == own.time_ns


def test_before_the_yes_no_slot_is_filled() -> None:
    north, south, offer = _pair()
    with pytest.raises(dt.errors.AgreementError, match="is offered at"):
        north.release(offer.id, time_ns=MADE_NS)
    with pytest.raises(dt.errors.AgreementError, match="does not let 'south' hand tracks"):
        south.release(offer.id, time_ns=BEGIN_NS)


@law
@given(
    seen=st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=20),
    asked=st.lists(st.integers(3, 220), min_size=1, max_size=6),
    delay_s=st.integers(0, 25),
)
def test_when_a_party_releases_tells_nothing_of_what_it_saw(
    seen: list[tuple[int, bool]], asked: list[int], delay_s: int
) -> None:
    """A law: who sees nothing sends at the same moments; when one asks does not matter."""
    calls = sorted(asked)
    north, _, offer = _pair(delay_s=delay_s)
    blind, _, same = _pair(delay_s=delay_s)
    patient, _, late = _pair(delay_s=delay_s)
    scans = sorted(dict(seen).items())
    told: list[dt.exchange.Report] = []
    for call in calls:
        now_ns = MADE_NS + call * SECOND_NS
        for second, what in [scan for scan in scans if scan[0] <= call]:
            for one in (north, patient):
                one.observe(
                    MADE_NS + second * SECOND_NS, [[second, 0.0]] if what else np.empty((0, 2))
                )
        scans = [scan for scan in scans if scan[0] > call]
        found = north.release(offer.id, time_ns=now_ns)
        empty = blind.release(same.id, time_ns=now_ns)
        assert _seconds(found) == _seconds(empty)
        told += found
    last_s = calls[-1] - delay_s
    assert _seconds(told) == list(np.arange(10.0, last_s + 1, 10.0))
    once = patient.release(late.id, time_ns=MADE_NS + calls[-1] * SECOND_NS)
    assert [r.mean.tobytes() for r in once] == [r.mean.tobytes() for r in told]


def test_a_cadence_of_a_millisecond_fills_so_many_slots_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A month has 10⁹ of them; each call hands over the next few, and none is left out."""
    monkeypatch.setattr(slots, "MOST_SLOTS", 3)
    north, _, offer = _pair(cadence_s=1e-3, delay_s=5)
    later_ns = BEGIN_NS + 30 * 86_400 * SECOND_NS
    times = [
        report.time_ns for _ in range(2) for report in north.release(offer.id, time_ns=later_ns)
    ]
    assert times == [BEGIN_NS + k * 1_000_000 for k in range(len(times))]
    assert len(times) >= 5


def test_a_cadence_below_a_millisecond_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="cadence_s must be 0, or from a millisecond"):
        _pair(cadence_s=1e-6)
