"""The report of 2021, walked day by day; and scenarios that are not what they should be."""

from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.demo import story
from detente.exchange import Acceptance, Scenario, read_scenario, time_ns_from_text
from detente.exchange.scenario_toml import scenario_from_toml

EXAMPLE = Path(__file__).parents[3] / "examples" / "report-2021.toml"
REPORT = read_scenario(EXAMPLE)
DAY_NS = 86_400_000_000_000
FIRST_NS, LAST_NS = time_ns_from_text("2021-06-16"), time_ns_from_text("2021-08-31")
DAYS = range(FIRST_NS, LAST_NS + 2 * DAY_NS, DAY_NS)
HOSTS = ("Kyrgyzstan", "Tajikistan")


def _parties(*more: Acceptance) -> tuple[dt.Party, ...]:
    """Return the two parties, which have heard the scenario and what is supposed beyond it."""
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.01)
    birth = dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=5.0)
    sensor = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-9)
    parties = tuple(
        dt.Party(
            name,
            tracker=dt.Tracker(motion=motion, birth=birth),
            sensor=sensor,
            secret=bytes(16),
        )
        for name in REPORT.offers["exchange"].parties
    )
    for party in parties:
        for message in (*REPORT.offers.values(), *REPORT.messages, *more):
            party.hear(message)
    return parties


def test_the_example_is_what_the_demo_plays() -> None:
    assert REPORT == story.REPORT


def test_day_by_day_the_offer_is_pending_and_nothing_is_released() -> None:
    parties, offer = _parties(), REPORT.offers["exchange"]
    for now_ns in DAYS:
        expected = "pending" if now_ns < LAST_NS else "expired"
        for me, partner in (parties, parties[::-1]):
            me.observe(now_ns, [[0.0, 0.0]])
            with pytest.raises(dt.errors.AgreementError, match=f"nothing leaves: .* is {expected}"):
                me.release(offer.id, time_ns=now_ns)
            assert f"state: it is {expected} since" in me.why_not(partner.name, time_ns=now_ns)
            (standing,) = (s for s in me.agreements(now_ns) if s.offer == offer)
            assert standing.state == expected
            if expected == "pending":
                assert standing.must_act == ("United States", *HOSTS)
                assert (standing.since_ns, standing.by_ns) == (FIRST_NS, LAST_NS)
            else:
                assert (standing.must_act, standing.by_ns) == ((), None)
            assert len(me.audit) == 0


@pytest.mark.parametrize(
    ("yes", "consent", "flows"),
    [
        ("2021-07-01", "2021-07-20", "2021-07-20"),
        ("2021-07-20", "2021-07-01", "2021-07-20"),
        ("2021-07-20", None, None),
        (None, "2021-07-20", None),
    ],
)
def test_day_by_day_what_if_both_are_given_and_only_then(
    yes: str | None, consent: str | None, flows: str | None
) -> None:
    supposed = story.suppose(accept_on=yes, host_consent=consent)
    parties, offer = _parties(*supposed), REPORT.offers["exchange"]
    begins_ns = LAST_NS if flows is None else time_ns_from_text(flows)
    for now_ns in DAYS:
        is_open = begins_ns <= now_ns < LAST_NS
        for me, partner in (parties, parties[::-1]):
            me.observe(now_ns, [[0.0, 0.0]])
            if is_open:
                assert len(me.release(offer.id, time_ns=now_ns)) == 1
                assert me.why_not(partner.name, time_ns=now_ns).startswith("No clause")
            else:
                with pytest.raises(dt.errors.AgreementError, match="nothing leaves"):
                    me.release(offer.id, time_ns=now_ns)
    days = int((LAST_NS - begins_ns) // DAY_NS)
    assert [len(party.audit) for party in parties] == [days, days]


def test_each_entry_has_who_said_it_in_which_stance() -> None:
    for said in (*REPORT.said.values(), *REPORT.statements):
        assert said.by
        assert said.stance
        assert bool(said.facts) != said.is_hypothetical  # of the report, or supposed
    facts = {fact for s in (*REPORT.statements, *REPORT.said.values()) for fact in s.facts}
    assert {1, 2, 3, 4, 5, 8, 9, 22, 23, 25, 27} <= facts
    hypothetical = [name for name, said in REPORT.said.items() if said.is_hypothetical]
    assert hypothetical == [f"consent of {host}" for host in ("Tajikistan", "Kyrgyzstan")]
    assert REPORT.messages == ()  # the report knows of no answer


def test_what_was_said_is_known_from_its_day_on() -> None:
    known = [len(REPORT.statements_at(now_ns)) for now_ns in DAYS]
    assert np.all(np.diff(known) >= 0)
    lavrov = [s for s in REPORT.statements if "Lavrov" in s.by]
    july = time_ns_from_text("2021-07-15")
    assert [s for s in REPORT.statements_at(july) if "Lavrov" in s.by] == lavrov
    assert not [s for s in REPORT.statements_at(july - 1) if "Lavrov" in s.by]


MADE = """
title = "A test"
source = "nobody"
[[offer]]
name = "one"
sender = "north"
recipient = "south"
on = 2021-06-16
answer_by = 2021-08-31
by = "north"
stance = "asserts"
text = "An offer."
[offer.terms]
level = "tracks"
until = 2021-08-31
"""
ANSWER = """
[[answer]]
offer = "one"
answer = "accept"
from = "south"
on = 2021-07-01
"""


def test_answers_are_read() -> None:
    agreement = scenario_from_toml(MADE + ANSWER).agreement("one")
    assert agreement.accepted_ns == time_ns_from_text("2021-07-01")


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("title =", dt.errors.DecodeError, "expected TOML"),
        ('source = "x"', dt.errors.DecodeError, "the file: title must be text, found None"),
        (MADE + "colour = 1", dt.errors.SettingError, "offer 1: terms cannot express colour"),
        (f"colour = 1\n{MADE}", dt.errors.DecodeError, "the file: colour is not known; known are"),
        (f"offer = 3\n{MADE}", dt.errors.DecodeError, "expected TOML"),
        (
            "statement = 3\n" + MADE,
            dt.errors.DecodeError,
            r"the file: statement must be",
        ),
        (
            "hypothetical = [3]\n" + MADE,
            dt.errors.DecodeError,
            "the file: hypothetical mu",
        ),
        (
            MADE + MADE[MADE.index("[[offer]]") :],
            dt.errors.DecodeError,
            "offer 2: there is another offer of the name 'one'",
        ),
        (MADE.replace("asserts", "hopes"), dt.errors.DecodeError, "offer 1: stance must be one of"),
        (
            MADE.replace("on = 2021-06-16", "on = 3"),
            dt.errors.DecodeError,
            "offer 1: on must be a date",
        ),
        (
            MADE.replace("on = 2021-06-16", 'on = "June"'),
            dt.errors.SettingError,
            "offer 1: on: a point in time",
        ),
        (MADE.replace('"south"', '"north"'), dt.errors.SettingError, "offer 1: an offer needs two"),
        (
            MADE[: MADE.index("[offer.terms]")],
            dt.errors.DecodeError,
            r"offer 1: it needs terms, a table written \[offer.terms\]",
        ),
        (
            MADE.replace('name = "one"', 'name = "one"\nconditions = "two"'),
            dt.errors.DecodeError,
            "offer 1: there is no offer 'two' before it",
        ),
        (
            MADE + ANSWER.replace('"south"', '"east"'),
            dt.errors.AgreementError,
            "answer 1: 'east' is a stranger",
        ),
        (
            MADE + ANSWER.replace('"accept"', '"perhaps"'),
            dt.errors.DecodeError,
            "answer 1: answer must be one of accept, decline, withdraw, found 'perhaps'",
        ),
    ],
)
def test_a_bad_scenario_is_refused_and_the_entry_named(
    text: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=f"^{why}"):
        scenario_from_toml(text)


def test_an_offer_that_is_not_there_is_refused() -> None:
    assert isinstance(REPORT, Scenario)
    with pytest.raises(dt.errors.SettingError, match="there is no offer 'x'; there are exchange"):
        REPORT.agreement("x")
