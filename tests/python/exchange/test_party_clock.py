"""No partner moves a party's clock: what is stamped ahead waits, and disturbs nothing."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.effort import cases
from strategies.parties import party, tracker
from strategies.terms import terms

import detente as dt
from detente.exchange import (
    Acceptance,
    Decline,
    Offer,
    Report,
    SensorDescription,
    Withdrawal,
    time_ns_from_text,
)
from detente.exchange.agreement.offer import Message
from detente.exchange.party.waiting import MOST_BYTES, MOST_REPORTS

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
MADE_NS = time_ns_from_text("2021-07-20")
FAR_NS = time_ns_from_text("2099-01-01")
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, coverage=dt.Everywhere())
SEEN = SensorDescription.from_sensor(RADAR, axes=2)


def _pair(level: str = "detections", **clauses: object) -> tuple[dt.Party, dt.Party, Offer]:
    """Return two parties of which the first hands over to the second."""
    north, south = party("north"), party("south")
    given: dict[str, Any] = {"level": level, "until": "2100-01-01", **clauses}
    offer = north.offer("south", dt.Terms(**given), time_ns=MADE_NS, answer_by_ns=FAR_NS)
    north.hear(south.accept(offer, time_ns=MADE_NS))
    return north, south, offer


def _scan(time_ns: int, east_m: float = 0.0) -> Report:
    return Report.detections("north", 0, time_ns, [[east_m, 0.0]], sensor=SEEN)


def _seen_by(south: dt.Party, time_ns: int) -> list[bytes]:
    shown = south.picture(time_ns)
    return [shown.mean.tobytes(), shown.cov.tobytes(), shown.existence.tobytes()]


# Offers, answers and consents at any time, of a partner that wants to harm.


@st.composite
def messages(draw: st.DrawFn) -> list[Offer | Message]:
    """Return what a partner may say: mostly about offers that there are, in any order."""
    times = st.sampled_from([MADE_NS - MINUTE_NS, MADE_NS, MADE_NS + MINUTE_NS, FAR_NS - 1])
    ends = st.sampled_from(["2021-08-31", "2099-06-01", "2100-01-01"])
    said: list[Offer | Message] = []
    for _ in range(draw(st.integers(1, 6))):
        names = draw(st.permutations(["north", "south", "east"]))
        made_ns, clauses = draw(times), draw(terms("detections", "tracklets", "tracks"))
        made = {**clauses.to_mapping(), "until": draw(ends)}
        made.pop("from", None)
        offers = [each for each in said if isinstance(each, Offer)]
        conditions = draw(st.sampled_from(["", "", "0" * 64, *(each.id for each in offers)]))
        hosts = draw(st.sampled_from([(), ("east",), ("west",)])) if not conditions else ()
        answer_ns = draw(st.sampled_from([made_ns + 1, MADE_NS + 2 * MINUTE_NS, FAR_NS]))
        with suppress(dt.errors.SettingError):
            asked = dt.Terms.from_mapping(made)
            said.append(Offer(*names[:2], asked, made_ns, answer_ns, hosts, conditions))
        for each in [each for each in said if isinstance(each, Offer)]:
            kind = draw(st.sampled_from([None, None, Acceptance, Decline, Withdrawal]))
            if kind is not None:
                by = draw(st.sampled_from([each.recipient, each.sender, "west"]))
                said.append(kind(each.id, by, draw(times)))
    return draw(st.permutations(said))


def _disturbed(me: dt.Party, said: list[Offer | Message]) -> list[str]:
    """Let a party hear all that, as far as it takes it; return the offers that it knows."""
    for message in said:
        with suppress(dt.errors.DetenteError):
            me.hear(message)
    return [message.id for message in said if isinstance(message, Offer)]


@settings(max_examples=cases(100))
@given(messages())
def test_whatever_a_partner_says_about_offers_a_party_goes_on_as_before(
    said: list[Offer | Message],
) -> None:
    me, undisturbed = party("north"), party("north")
    offers = _disturbed(me, said)
    for step in range(3):
        now_ns = MADE_NS + step * 10 * SECOND_NS
        own = [each.observe(now_ns, [[0.0, 0.0], [300.0, 0.0]]) for each in (me, undisturbed)]
        assert own[0].mean.tobytes() == own[1].mean.tobytes()
        assert _seen_by(me, now_ns) == _seen_by(undisturbed, now_ns)
        assert all(standing.offer.time_ns <= now_ns for standing in me.agreements(now_ns))
        for name in ("south", "east", "west"):
            assert me.why_not(name, time_ns=now_ns)
        assert me.received == me.waiting == me.set_aside == ()
        for offer_id in offers:
            with suppress(dt.errors.AgreementError):
                me.release(offer_id, time_ns=now_ns)
            with suppress(dt.errors.AgreementError):
                me.relay(offer_id, time_ns=now_ns)
        for message in [each for each in said if isinstance(each, Offer)]:
            for verb in (me.accept, me.decline, me.withdraw):
                if step == 1:
                    with suppress(dt.errors.AgreementError):
                        verb(message, time_ns=now_ns)
    assert me.audit.text()


def test_an_offer_of_2099_is_none_before() -> None:
    north, south = party("north"), party("south")
    offer = Offer("south", "north", dt.Terms(level="detections", until="2100-01-01"), FAR_NS,
                  FAR_NS + 1)  # fmt: skip
    north.hear(offer)
    north.observe(MADE_NS, [[0.0, 0.0]])
    assert north.agreements(MADE_NS) == []
    assert [standing.state for standing in north.agreements(FAR_NS)] == ["offered"]
    with pytest.raises(dt.errors.AgreementError, match="had not been made yet"):
        north.accept(offer, time_ns=MADE_NS)
    del south


# Reports stamped ahead.


@pytest.mark.parametrize("ahead_ns", [MINUTE_NS + 1, 86_400 * SECOND_NS])
@pytest.mark.parametrize("level", ["detections", "tracks"])
def test_a_report_stamped_ahead_counts_once_the_clock_is_near_as_if_it_had_just_come(
    level: str, ahead_ns: int
) -> None:
    north, south, offer = _pair(level)
    _, later, _ = _pair(level)
    report = (
        _scan(MADE_NS + ahead_ns)
        if level == "detections"
        else north.observe(MADE_NS + ahead_ns, [[0.0, 0.0]])
    )
    for each in (south, later):
        each.observe(MADE_NS, [[3_000.0, 0.0]])
    before = _seen_by(south, MADE_NS)
    south.receive(report, offer_id=offer.id)
    assert [waiting.time_ns for waiting in south.waiting] == [report.time_ns]
    assert south.received == ()
    assert len(south.audit) == 0
    assert _seen_by(south, MADE_NS) == before
    near_ns = MADE_NS + ahead_ns - MINUTE_NS
    for each in (south, later):
        each.observe(near_ns, [[3_000.0, 0.0]])
    later.receive(report, offer_id=offer.id)
    assert south.waiting == ()
    assert len(south.received) == len(later.received) == 1
    assert south.audit.text() == later.audit.text() != "Nobody got anything."
    assert _seen_by(south, report.time_ns) == _seen_by(later, report.time_ns)


def test_what_is_refused_by_then_is_set_aside_with_the_reason() -> None:
    _, south, offer = _pair()
    south.receive(_scan(MADE_NS + 5 * MINUTE_NS), offer_id=offer.id)
    south.withdraw(offer, time_ns=MADE_NS + MINUTE_NS)
    south.observe(MADE_NS + 5 * MINUTE_NS, np.empty((0, 2)))
    assert south.received == south.waiting == ()
    (aside,) = south.set_aside
    assert "is withdrawn" in aside.reason


def test_what_waits_is_bounded_and_what_is_farthest_ahead_is_dropped_and_shown() -> None:
    _, south, offer = _pair()
    extra = 5
    order = np.random.default_rng(1).permutation(MOST_REPORTS + extra).tolist()
    for k in order:
        south.receive(_scan(MADE_NS + 2 * MINUTE_NS + k * SECOND_NS), offer_id=offer.id)
    assert len(south.waiting) == MOST_REPORTS
    last_ns = MADE_NS + 2 * MINUTE_NS + MOST_REPORTS * SECOND_NS
    assert max(report.time_ns for report in south.waiting) == last_ns - SECOND_NS
    assert len(south.set_aside) == extra
    assert all(aside.report.time_ns >= last_ns for aside in south.set_aside)
    assert all("'north' waits" in aside.reason for aside in south.set_aside)
    large = Report.detections("north", 0, FAR_NS - 1, np.zeros((MOST_BYTES // 16, 2)), sensor=SEEN)
    south.receive(large, offer_id=offer.id)
    assert len(south.waiting) == MOST_REPORTS


def test_what_is_stamped_ahead_does_not_push_out_what_is_held_to_be_passed_on() -> None:
    north, south, offer = _pair(relay=True)
    for k in range(20):
        now_ns = MADE_NS + k * SECOND_NS
        north.observe(now_ns, [[0.0, 0.0]])
        south.observe(now_ns, np.empty((0, 2)))
        for report in north.release(offer.id, time_ns=now_ns):
            south.receive(report, offer_id=offer.id)
    held = south.received
    for ahead_ns in (59 * SECOND_NS, 10 * MINUTE_NS, 365 * 86_400 * SECOND_NS):
        south.receive(_scan(now_ns + ahead_ns), offer_id=offer.id)
    kept = [report for report in south.received if report.time_ns <= now_ns]
    assert [report.time_ns for report in kept] == [report.time_ns for report in held]


@pytest.fixture
def scans_taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count how many scans trackers take."""
    count = [0]
    for verb in ("step", "take"):
        real = getattr(dt.Tracker, verb)

        def counted(*args: Any, real: Any = real, **settings: Any) -> Any:  # noqa: ANN401
            count[0] += 1
            return real(*args, **settings)

        monkeypatch.setattr(dt.Tracker, verb, counted)
    return count


@pytest.mark.parametrize("ahead_s", [30, 600])
def test_what_is_stamped_ahead_makes_no_look_dearer(scans_taken: list[int], ahead_s: int) -> None:
    _, south, offer = _pair()
    looks: list[int] = []
    for k in range(60):
        now_ns = MADE_NS + k * SECOND_NS
        south.observe(now_ns, [[0.0, 0.0]])
        south.receive(_scan(now_ns + ahead_s * SECOND_NS), offer_id=offer.id)
        before = scans_taken[0]
        south.picture(now_ns)
        looks.append(scans_taken[0] - before)
    assert max(looks) <= 3, "the own scan, and the one that it is time for"


def test_a_clock_that_is_handed_in_is_the_clock() -> None:
    now_ns = MADE_NS
    south = dt.Party(
        "south", tracker=tracker(),
        sensor=RADAR, clock=lambda: now_ns,
    )  # fmt: skip
    offer = Offer("north", "south", dt.Terms(level="detections", until="2100-01-01"), MADE_NS,
                  FAR_NS)  # fmt: skip
    south.accept(offer, time_ns=MADE_NS)
    south.observe(MADE_NS + 10 * MINUTE_NS, [[0.0, 0.0]])  # its own user's word does not move it
    south.receive(_scan(MADE_NS + 5 * MINUTE_NS), offer_id=offer.id)
    assert len(south.waiting) == 1
    now_ns = MADE_NS + 4 * MINUTE_NS
    assert len(south.received) == 1
    assert south.waiting == ()


def test_offers_without_an_answer_are_bounded_and_can_be_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detente.exchange.agreement.notebook.MOST_OPEN", 3)
    monkeypatch.setattr("detente.exchange.agreement.notebook.MOST_EARLY", 2)
    _, south, offer = _pair()  # answered
    terms = offer.terms
    flood = [Offer("north", "south", terms, FAR_NS + k, FAR_NS + MINUTE_NS) for k in range(5)]
    for each in flood[:3]:
        south.hear(each)
        south.hear(each)
    with pytest.raises(dt.errors.AgreementError, match="3 offers of 'north' without an answer"):
        south.hear(flood[3])
    south.hear(Offer("west", "south", terms, FAR_NS, FAR_NS + MINUTE_NS))  # another's
    south.forget(flood[0])
    south.hear(flood[3])
    with pytest.raises(dt.errors.AgreementError, match="heard of no offer"):
        south.agreement(flood[0].id)
    with pytest.raises(dt.errors.AgreementError, match="was answered"):
        south.forget(offer)
    for by in ("north", "west"):
        south.hear(Withdrawal(flood[4].id, by, FAR_NS))
    with pytest.raises(dt.errors.AgreementError, match="keeps 2 answers to offers"):
        south.hear(Withdrawal("f" * 64, "north", FAR_NS))


def test_a_party_takes_reports_out_of_its_picture() -> None:
    north, south, offer = _pair()
    for second in range(3):
        north.observe(MADE_NS + second * SECOND_NS, [[0.0, 5.0 * second]])
    now_ns = MADE_NS + 3 * SECOND_NS
    south.observe(now_ns, np.empty((0, 2)))
    for report in north.release(offer.id, time_ns=now_ns):
        south.receive(report, offer_id=offer.id)
    assert len(south.picture(now_ns)) == 1
    assert south.discard(origin="north") == 3
    assert len(south.picture(now_ns)) == 0


@pytest.mark.parametrize("given", [1_626_739_203, "2021-07-20", 1.6e18, None])
def test_what_is_no_time_in_nanoseconds_is_refused_at_every_door(given: Any) -> None:  # noqa: ANN401
    north, south, offer = _pair()
    terms = offer.terms
    doors: list[Any] = [
        lambda: north.offer("south", terms, time_ns=given, answer_by_ns=FAR_NS),
        lambda: north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=given),
        lambda: north.ask("south", offer, time_ns=given),
        lambda: south.accept(offer, time_ns=given),
        lambda: south.decline(offer, time_ns=given),
        lambda: south.withdraw(offer, time_ns=given),
        lambda: south.agreements(given),
        lambda: north.release(offer.id, time_ns=given),
        lambda: north.relay(offer.id, time_ns=given),
        lambda: north.observe(given, [[0.0, 0.0]]),
        lambda: north.picture(given),
        lambda: north.consistency(given),
        lambda: north.why_not("south", time_ns=given),
    ]
    for door in doors:
        with pytest.raises(dt.errors.SettingError, match="nanoseconds"):
            door()
