"""An agreement moves forward only, whatever order its messages come in."""

import dataclasses
import hashlib
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.agreement import Life
from strategies.effort import law

import detente as dt
from detente.exchange import (
    Acceptance,
    Agreement,
    Decline,
    Offer,
    Withdrawal,
    time_ns_from_text,
)
from detente.exchange.agreement.answers import NEVER
from detente.exchange.agreement.offer import Message

DAY_NS = 86_400_000_000_000
MADE_NS = time_ns_from_text("2021-06-16")
ANSWER_BY_NS = MADE_NS + 50 * DAY_NS
UNTIL_NS = time_ns_from_text("2021-08-31")
OFFER = Offer("north", "south", dt.Terms(level="tracks", until="2021-08-31"), MADE_NS, ANSWER_BY_NS)
FORWARD = ["pending", "offered", "accepted", "ended", "withdrawn"]
HOSTED = dataclasses.replace(OFFER, hosts=("east", "west"))
CONSENTS = {
    host: Offer("north", host, OFFER.terms, MADE_NS, ANSWER_BY_NS, conditions=HOSTED.id)
    for host in HOSTED.hosts
}
YES = Acceptance(HOSTED.id, "south", MADE_NS)

days = st.integers(0, 90).map(lambda day: MADE_NS + day * DAY_NS)


def said_about(offer: Offer) -> st.SearchStrategy[list[Message]]:
    """Return what may be said about an offer, each at any time and by whom it may be."""
    answer = st.sampled_from([Acceptance, Decline])
    answers = st.tuples(answer, days).map(lambda said: said[0](offer.id, offer.recipient, said[1]))
    withdrawals = st.builds(Withdrawal, st.just(offer.id), st.sampled_from(offer.parties), days)
    return st.lists(answers | withdrawals, max_size=4)


class Said(NamedTuple):
    """What was said about an offer with two hosts, and about each consent to it."""

    offer: list[Message]
    east: list[Message]
    west: list[Message]

    def agreement(self, until_ns: int = NEVER) -> Agreement:
        """Return the agreement of what was said up to a time."""
        known = [[m for m in each if m.time_ns <= until_ns] for each in self]
        consents = zip(CONSENTS.values(), known[1:], strict=True)
        return Agreement(HOSTED, known[0], [Agreement(*consent) for consent in consents])


saids = st.builds(Said, *map(said_about, (HOSTED, *CONSENTS.values())))


def _rank(state: str) -> int:
    return FORWARD.index("ended" if state in {"declined", "expired"} else state)


@law
@given(saids, st.randoms(), days)
def test_order_and_repetition_do_not_matter(said: Said, random: Random, time_ns: int) -> None:
    again = Said(*(each + random.choices(each, k=3) if each else each for each in said))
    for each in again:
        random.shuffle(each)
    assert again.agreement().since_at(time_ns) == said.agreement().since_at(time_ns)
    assert again.agreement().must_act_at(time_ns) == said.agreement().must_act_at(time_ns)


@law
@given(saids)
def test_time_moves_the_state_forward_only(said: Said) -> None:
    agreement = said.agreement()
    states = [agreement.state_at(MADE_NS + day * DAY_NS) for day in range(92)]
    for earlier, later in pairwise(states):
        assert _rank(earlier) <= _rank(later)
        assert (earlier, later) not in {("declined", "expired"), ("expired", "declined")}


@law
@given(saids)
def test_a_state_holds_since_it_began(said: Said) -> None:
    agreement = said.agreement()
    for day in range(0, 92, 7):
        state, since_ns = agreement.since_at(MADE_NS + day * DAY_NS)
        assert agreement.state_at(since_ns) == state
        assert since_ns == MADE_NS or agreement.state_at(since_ns - 1) != state


@law
@given(saids, st.sampled_from(HOSTED.parties), days, days)
def test_nothing_revives_what_was_withdrawn(
    said: Said, by: str, withdrawn_ns: int, later_ns: int
) -> None:
    said.offer.append(Withdrawal(HOSTED.id, by, withdrawn_ns))
    assert said.agreement().state_at(max(withdrawn_ns, later_ns)) == "withdrawn"


@law
@given(saids, saids, days)
def test_what_is_said_after_the_end_revives_nothing(said: Said, more: Said, time_ns: int) -> None:
    before = said.agreement(time_ns)
    if _rank(before.state_at(time_ns)) < FORWARD.index("ended"):
        return
    known = Said(*([m for m in each if m.time_ns <= time_ns] for each in said))
    later = Said(
        *(
            [*before_it, *(m for m in after_it if m.time_ns > time_ns)]
            for before_it, after_it in zip(known, more, strict=True)
        )
    )
    for day in range(92):
        state = later.agreement().state_at(time_ns + day * DAY_NS)
        assert _rank(state) >= FORWARD.index("ended")


@law
@given(saids, days)
def test_what_is_said_later_does_not_change_what_was(said: Said, time_ns: int) -> None:
    assert said.agreement().since_at(time_ns) == said.agreement(time_ns).since_at(time_ns)


@law
@given(saids, days)
def test_the_state_is_what_the_rules_say(said: Said, time_ns: int) -> None:
    consents = [Life(CONSENTS["east"], said.east), Life(CONSENTS["west"], said.west)]
    life = Life(HOSTED, said.offer, consents)
    days = range(MADE_NS, time_ns + 1, DAY_NS)
    assert said.agreement().state_at(time_ns) == [life.live_through(day) for day in days][-1]


@pytest.mark.parametrize("again", [Acceptance, Decline])
def test_a_no_ends_it_even_after_a_yes_and_before_another(
    again: type[Acceptance] | type[Decline],
) -> None:
    yes, no = Acceptance(OFFER.id, "south", MADE_NS + DAY_NS), MADE_NS + 2 * DAY_NS
    said = [yes, Decline(OFFER.id, "south", no), again(OFFER.id, "south", no + DAY_NS)]
    agreement = Agreement(OFFER, said)
    assert agreement.state_at(no - 1) == "accepted"
    assert agreement.state_at(no) == agreement.state_at(no + 2 * DAY_NS) == "declined"
    assert agreement.ends_ns == no


def _hosted(*held: str, yes: bool = True) -> Agreement:
    said = [Acceptance(HOSTED.id, "south", MADE_NS + DAY_NS)] if yes else []
    consents = [
        Agreement(consent, [Acceptance(consent.id, host, MADE_NS + 5 * DAY_NS)] * (host in held))
        for host, consent in CONSENTS.items()
    ]
    return Agreement(HOSTED, said, consents)


def test_it_is_pending_until_every_host_has_consented() -> None:
    later_ns = MADE_NS + 5 * DAY_NS
    assert _hosted().since_at(later_ns) == ("pending", MADE_NS)
    assert _hosted("east").state_at(later_ns) == "pending"
    assert _hosted("east").must_act_at(later_ns) == ("west",)
    assert _hosted("east", "west").state_at(later_ns - 1) == "pending"
    assert _hosted("east", "west").since_at(later_ns) == ("accepted", later_ns)
    assert _hosted("east", "west").in_force_ns == later_ns
    assert _hosted("east", "west", yes=False).since_at(later_ns) == ("offered", later_ns)
    assert _hosted("east", yes=False).must_act_at(later_ns) == ("south", "west")
    assert _hosted("east").state_at(ANSWER_BY_NS) == "expired"


def test_a_host_that_was_not_asked_or_said_no_is_for_the_sender_to_ask() -> None:
    assert Agreement(HOSTED).must_act_at(MADE_NS) == ("south", "north")
    declined = Agreement(CONSENTS["east"], [Decline(CONSENTS["east"].id, "east", MADE_NS)])
    asked = Agreement(HOSTED, [], [declined, Agreement(CONSENTS["west"])])
    assert asked.must_act_at(MADE_NS) == ("south", "north", "west")


def test_a_consent_taken_back_takes_the_agreement_with_it() -> None:
    east = CONSENTS["east"]
    taken_ns = MADE_NS + 9 * DAY_NS
    whole = _hosted("east", "west")
    back = Agreement(
        east,
        [Acceptance(east.id, "east", MADE_NS + DAY_NS), Withdrawal(east.id, "east", taken_ns)],
    )
    agreement = Agreement(HOSTED, [YES], [back, whole.consents[1]])
    assert agreement.state_at(taken_ns - 1) == "accepted"
    assert agreement.since_at(taken_ns + DAY_NS) == ("withdrawn", taken_ns)


def test_a_consent_given_anew_in_time_holds_on() -> None:
    east = CONSENTS["east"]
    anew = dataclasses.replace(east, time_ns=MADE_NS + DAY_NS)
    taken_ns = MADE_NS + 9 * DAY_NS
    said = [Acceptance(east.id, "east", MADE_NS), Withdrawal(east.id, "east", taken_ns)]
    for given_ns, state in ((taken_ns - DAY_NS, "accepted"), (taken_ns + DAY_NS, "withdrawn")):
        consents = [
            Agreement(east, said),
            Agreement(anew, [Acceptance(anew.id, "east", given_ns)]),
            _hosted("west").consents[1],
        ]
        agreement = Agreement(HOSTED, [YES], consents)
        assert agreement.state_at(taken_ns + 2 * DAY_NS) == state


def test_under_a_consent_itself_nothing_flows() -> None:
    east = CONSENTS["east"]
    consent = Agreement(east, [Acceptance(east.id, "east", MADE_NS)])
    with pytest.raises(dt.errors.AgreementError, match="is a consent to offer"):
        consent.grant_at("north", "east", MADE_NS)


def test_a_grant_lasts_from_when_all_was_held_until_it_ends() -> None:
    now_ns = MADE_NS + 6 * DAY_NS
    grant = _hosted("east", "west").grant_at("north", "south", now_ns)
    assert (grant["from_ns"], grant["until_ns"]) == (MADE_NS + 5 * DAY_NS, UNTIL_NS)
    with pytest.raises(dt.errors.AgreementError, match=r"is pending at .* 'west' must act first"):
        _hosted("east").grant_at("north", "south", now_ns)
    with pytest.raises(
        dt.errors.AgreementError, match="does not let 'south' hand tracks to 'north'"
    ):
        _hosted("east", "west").grant_at("south", "north", now_ns)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"conditions": OFFER.id}, "the consent conditions offer"),
        ({"recipient": "nobody"}, r"asked of a host \(east, west\) .* found asked of 'nobody'"),
        ({"time_ns": MADE_NS - 1}, "the consent of 2021-06-15T23:59:59Z is older than its offer"),
        ({"sender": "nobody"}, "found asked of 'east' by 'nobody'"),
        (
            {"terms": dt.Terms(level="tracks", until="2021-08-20", delay_s=5)},
            "the consent of 'east' permits less than offer .* in until, delay_s; ask for all",
        ),
    ],
)
def test_consents_that_do_not_serve_are_refused(change: dict[str, Any], why: str) -> None:
    consent = dataclasses.replace(CONSENTS["east"], **change)
    with pytest.raises(dt.errors.AgreementError, match=why):
        Agreement(HOSTED, [], [Agreement(consent)])


def test_unanswered_it_is_offered_and_then_expires() -> None:
    agreement = Agreement(OFFER)
    assert agreement.state_at(MADE_NS) == "offered"
    assert agreement.state_at(ANSWER_BY_NS - 1) == "offered"
    assert agreement.state_at(ANSWER_BY_NS) == "expired"
    assert agreement.must_act_at(MADE_NS) == ("south",)
    assert agreement.must_act_at(ANSWER_BY_NS) == ()


def test_accepted_it_lasts_as_long_as_its_terms() -> None:
    yes_ns = MADE_NS + 3 * DAY_NS
    agreement = Agreement(OFFER, [Acceptance(OFFER.id, "south", yes_ns)])
    assert agreement.state_at(yes_ns - 1) == "offered"
    assert agreement.state_at(yes_ns) == "accepted"
    assert agreement.state_at(UNTIL_NS - 1) == "accepted"
    assert agreement.state_at(UNTIL_NS) == "expired"
    assert agreement.must_act_at(yes_ns) == ()


def test_an_answer_too_late_does_not_count() -> None:
    agreement = Agreement(OFFER, [Acceptance(OFFER.id, "south", ANSWER_BY_NS)])
    assert agreement.state_at(ANSWER_BY_NS) == "expired"


def test_the_identity_is_the_hash_of_the_canonical_offer() -> None:
    text = (
        '{"answer_by_ns":1628121600000000000,"conditions":"","hosts":[],"recipient":"south",'
        '"schema":"detente.offer/1","sender":"north","terms":{"area":[],"both_ways":false,'
        '"cadence_ns":0,"count_at_least":null,"count_cell_mm":null,"delay_ns":0,"fields":[],'
        '"from_ns":null,"level":"tracks","precision_mm":null,"purpose":"","relay":false,'
        '"relay_hops":null,"retention_ns":null,"rows_per_s":null,'
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
    others += [HOSTED, *CONSENTS.values()]
    assert len({OFFER.id, *(other.id for other in others)}) == 1 + len(others)
    hosts = ("west", "east")
    assert dataclasses.replace(OFFER, hosts=hosts).id == HOSTED.id  # in whatever order


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (Acceptance("0" * 64, "south", MADE_NS), "about offer 000000000000"),
        (Acceptance(OFFER.id, "east", MADE_NS), "'east' is a stranger"),
        (Withdrawal(OFFER.id, "east", MADE_NS), "'east' is a stranger"),
        (Acceptance(OFFER.id, "north", MADE_NS), "only 'south' can accept"),
        (Decline(OFFER.id, "north", MADE_NS), "only 'south' can decline"),
        (Decline(OFFER.id, "east", MADE_NS), "'east' is a stranger"),
        (Acceptance(OFFER.id, "south", MADE_NS - 1), "older than its offer"),
    ],
)
def test_messages_that_cannot_belong_are_refused(message: Message, why: str) -> None:
    with pytest.raises(dt.errors.AgreementError, match=why):
        Agreement(OFFER, [message])


def test_there_is_no_state_before_the_offer() -> None:
    with pytest.raises(dt.errors.AgreementError, match="dates from 2021-06-16T00:00:00Z"):
        Agreement(OFFER).state_at(MADE_NS - 1)


def test_offers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match=r"two different parties, .* found 'a', 'a'"):
        dataclasses.replace(OFFER, sender="a", recipient="a")
    with pytest.raises(dt.errors.SettingError, match="the name of a party must be text"):
        dataclasses.replace(OFFER, sender="")
    with pytest.raises(dt.errors.SettingError, match=r"hosts that are neither, found .* 'north'"):
        dataclasses.replace(OFFER, hosts=("north",))
    with pytest.raises(dt.errors.SettingError, match="hosts must be a list of names"):
        dataclasses.replace(OFFER, hosts="east")
    with pytest.raises(dt.errors.SettingError, match="answered before its terms end"):
        dataclasses.replace(OFFER, answer_by_ns=UNTIL_NS + 1)
    with pytest.raises(dt.errors.SettingError, match="made before it must be answered"):
        dataclasses.replace(OFFER, time_ns=ANSWER_BY_NS)
