"""An agreement moves forward only, whatever order its messages come in."""

import dataclasses
import hashlib
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente.exchange import (
    Acceptance,
    Agreement,
    Offer,
    Withdrawal,
    time_ns_from_text,
)

DAY_NS = 86_400_000_000_000
MADE_NS = time_ns_from_text("2021-06-16")
ANSWER_BY_NS = MADE_NS + 50 * DAY_NS
UNTIL_NS = time_ns_from_text("2021-08-31")
OFFER = Offer("north", "south", dt.Terms(level="tracks", until="2021-08-31"), MADE_NS, ANSWER_BY_NS)
FORWARD = ["pending", "accepted", "expired", "withdrawn"]

days = st.integers(0, 90).map(lambda day: MADE_NS + day * DAY_NS)
acceptances = days.map(lambda time_ns: Acceptance(OFFER.id, "south", time_ns))
withdrawals = st.builds(Withdrawal, st.just(OFFER.id), st.sampled_from(["north", "south"]), days)
messages = st.lists(acceptances | withdrawals, max_size=5)


@given(messages, st.randoms(), days)
def test_order_and_repetition_do_not_matter(
    said: list[Acceptance | Withdrawal], random: Random, time_ns: int
) -> None:
    repeated = said + random.choices(said, k=7) if said else said
    random.shuffle(repeated)
    assert Agreement(OFFER, repeated).state_at(time_ns) == Agreement(OFFER, said).state_at(time_ns)


@given(messages)
def test_time_moves_the_state_forward_only(said: list[Acceptance | Withdrawal]) -> None:
    agreement = Agreement(OFFER, said)
    states = [FORWARD.index(agreement.state_at(MADE_NS + day * DAY_NS)) for day in range(92)]
    assert all(earlier <= later for earlier, later in pairwise(states))


@given(messages, days, days)
def test_nothing_revives_what_was_withdrawn(
    said: list[Acceptance | Withdrawal], withdrawn_ns: int, later_ns: int
) -> None:
    withdrawal = Withdrawal(OFFER.id, "north", withdrawn_ns)
    agreement = Agreement(OFFER, [*said, withdrawal])
    assert agreement.state_at(max(withdrawn_ns, later_ns)) == "withdrawn"


@given(messages, days)
def test_what_is_said_later_does_not_change_what_was(
    said: list[Acceptance | Withdrawal], time_ns: int
) -> None:
    known = [m for m in said if m.time_ns <= time_ns]
    assert Agreement(OFFER, said).state_at(time_ns) == Agreement(OFFER, known).state_at(time_ns)


def test_unanswered_it_is_pending_and_then_expires() -> None:
    agreement = Agreement(OFFER)
    assert agreement.state_at(MADE_NS) == "pending"
    assert agreement.state_at(ANSWER_BY_NS - 1) == "pending"
    assert agreement.state_at(ANSWER_BY_NS) == "expired"
    assert agreement.must_act_at(MADE_NS) == "south"
    assert agreement.must_act_at(ANSWER_BY_NS) == ""


def test_accepted_it_lasts_as_long_as_its_terms() -> None:
    yes_ns = MADE_NS + 3 * DAY_NS
    agreement = Agreement(OFFER, [Acceptance(OFFER.id, "south", yes_ns)])
    assert agreement.state_at(yes_ns - 1) == "pending"
    assert agreement.state_at(yes_ns) == "accepted"
    assert agreement.state_at(UNTIL_NS - 1) == "accepted"
    assert agreement.state_at(UNTIL_NS) == "expired"
    assert agreement.must_act_at(yes_ns) == ""


def test_an_answer_too_late_does_not_count() -> None:
    agreement = Agreement(OFFER, [Acceptance(OFFER.id, "south", ANSWER_BY_NS)])
    assert agreement.state_at(ANSWER_BY_NS) == "expired"


def test_the_identity_is_the_hash_of_the_canonical_offer() -> None:
    text = (
        '{"answer_by_ns":1628121600000000000,"recipient":"south","schema":"detente.offer/1",'
        '"sender":"north","terms":{"both_ways":false,"level":"tracks",'
        '"until_ns":1630368000000000000},"time_ns":1623801600000000000}'
    )
    assert OFFER.id == hashlib.sha256(text.encode()).hexdigest()


def test_any_change_is_another_offer() -> None:
    others = [
        dataclasses.replace(OFFER, sender="east"),
        dataclasses.replace(OFFER, recipient="east"),
        dataclasses.replace(OFFER, time_ns=MADE_NS + 1),
        dataclasses.replace(OFFER, answer_by_ns=ANSWER_BY_NS + 1),
        dataclasses.replace(OFFER, terms=dt.Terms(level="tracks", until="2021-09-01")),
        dataclasses.replace(
            OFFER, terms=dt.Terms(level="tracks", until="2021-08-31", both_ways=True)
        ),
    ]
    assert len({OFFER.id, *(other.id for other in others)}) == 1 + len(others)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (Acceptance("0" * 64, "south", MADE_NS), "about offer 000000000000"),
        (Acceptance(OFFER.id, "east", MADE_NS), "'east' is a stranger"),
        (Withdrawal(OFFER.id, "east", MADE_NS), "'east' is a stranger"),
        (Acceptance(OFFER.id, "north", MADE_NS), "only 'south' can accept"),
        (Acceptance(OFFER.id, "south", MADE_NS - 1), "older than its offer"),
    ],
)
def test_messages_that_cannot_belong_are_refused(
    message: Acceptance | Withdrawal, why: str
) -> None:
    with pytest.raises(dt.errors.AgreementError, match=why):
        Agreement(OFFER, [message])


def test_there_is_no_state_before_the_offer() -> None:
    with pytest.raises(dt.errors.AgreementError, match="dates from 2021-06-16T00:00:00Z"):
        Agreement(OFFER).state_at(MADE_NS - 1)


def test_offers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="two different parties, found 'a', 'a'"):
        dataclasses.replace(OFFER, sender="a", recipient="a")
    with pytest.raises(dt.errors.SettingError, match="two different parties"):
        dataclasses.replace(OFFER, sender="")
    with pytest.raises(dt.errors.SettingError, match="answered before its terms end"):
        dataclasses.replace(OFFER, answer_by_ns=UNTIL_NS + 1)
    with pytest.raises(dt.errors.SettingError, match="made before it must be answered"):
        dataclasses.replace(OFFER, time_ns=ANSWER_BY_NS)
