"""Nothing leaves a party without an agreement, and then only what its own sensors say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente.exchange import Acceptance, Offer, Report, Withdrawal, release, time_ns_from_text
from detente.exchange.agreement.offer import Message

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
DAY_NS = 86_400_000_000_000
SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-06-16")
ACCEPTED_NS = time_ns_from_text("2021-07-20")
WITHDRAWN_NS = time_ns_from_text("2021-08-10")
ANSWER_BY_NS = time_ns_from_text("2021-08-31")


def _party(name: str, *, most_age_s: float = 30.0, frame: dt.LocalFrame | None = None) -> dt.Party:
    """Return a party that is sure of what it sees at once."""
    birth = dt.Birth(rate_density=1e-3, initial_density=1e-3, velocity_std_m_s=5.0)
    return dt.Party(
        name,
        tracker=dt.Tracker(motion=MOTION, birth=birth),
        sensor=dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-9),
        most_age_s=most_age_s,
        frame=frame,
        secret=bytes(16),
    )


def _pair(*, both_ways: bool = False) -> tuple[dt.Party, dt.Party, Offer]:
    north, south = _party("north"), _party("south")
    terms = dt.Terms(level="tracks", until="2021-08-31", both_ways=both_ways)
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=ANSWER_BY_NS)
    south.hear(offer)
    return north, south, offer


def test_while_pending_no_row_and_no_byte_leaves() -> None:
    north, south, offer = _pair(both_ways=True)
    for day in range(76):
        now_ns = MADE_NS + day * DAY_NS
        north.observe(now_ns, [[0.0, 0.0]])
        south.observe(now_ns, [[5_000.0, 0.0]])
        for party in (north, south):
            with pytest.raises(
                dt.errors.AgreementError, match=r"is offered at .* 'south' must act first"
            ):
                party.release(offer.id, time_ns=now_ns)
        assert list(south.picture(now_ns).origin("south")) == ["own"]
        assert list(north.picture(now_ns).origin("north")) == ["own"]


def test_after_acceptance_only_later_rows_flow() -> None:
    north, south, offer = _pair()
    north.observe(ACCEPTED_NS - 1, [[0.0, 0.0]])
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    assert north.release(offer.id, time_ns=ACCEPTED_NS) == []  # its row is older than the yes
    after = north.observe(ACCEPTED_NS, [[0.0, 0.0], [40.0, 40.0]])
    (released,) = north.release(offer.id, time_ns=ACCEPTED_NS)
    assert sorted(released.track_id) == sorted(after.track_id)
    south.receive(after, offer_id=offer.id)
    south.observe(ACCEPTED_NS, [[5_000.0, 0.0], [41.0, 41.0]])
    picture = south.picture(ACCEPTED_NS)
    assert sorted(picture.origin("south")) == ["both", "own", "partner"]


def test_withdrawal_stops_it_and_what_was_received_fades() -> None:
    north, south, offer = _pair(both_ways=True)
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    last = north.observe(WITHDRAWN_NS - SECOND_NS, [[0.0, 0.0]])
    (released,) = north.release(offer.id, time_ns=WITHDRAWN_NS - SECOND_NS)
    assert np.array_equal(released.mean, last.mean)
    south.receive(last, offer_id=offer.id)
    north.hear(south.withdraw(offer, time_ns=WITHDRAWN_NS))
    later = north.observe(WITHDRAWN_NS, [[0.0, 0.0]])
    for party in (north, south):
        with pytest.raises(dt.errors.AgreementError, match="is withdrawn at 2021-08-10"):
            party.release(offer.id, time_ns=WITHDRAWN_NS)
    with pytest.raises(dt.errors.AgreementError, match="is withdrawn"):
        south.receive(later, offer_id=offer.id)
    south.observe(WITHDRAWN_NS, np.empty((0, 2)))
    assert list(south.picture(WITHDRAWN_NS).confirmed().origin("south")) == ["partner"]
    assert len(south.picture(WITHDRAWN_NS + 60 * SECOND_NS)) == 0


def test_terms_end_by_themselves() -> None:
    north, south, offer = _pair()
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    north.observe(ANSWER_BY_NS, [[0.0, 0.0]])
    with pytest.raises(dt.errors.AgreementError, match="is expired at 2021-08-31"):
        north.release(offer.id, time_ns=ANSWER_BY_NS)


def test_one_way_means_one_way() -> None:
    north, south, offer = _pair()
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    south.observe(ACCEPTED_NS, [[0.0, 0.0]])
    with pytest.raises(dt.errors.AgreementError, match="does not let 'south' hand tracks to"):
        south.release(offer.id, time_ns=ACCEPTED_NS)


coordinates = st.floats(-1e4, 1e4)
scans = st.lists(st.tuples(coordinates, coordinates), max_size=4)


@given(scans, scans)
def test_release_does_not_depend_on_what_was_received(
    own: list[tuple[float, float]], theirs: list[tuple[float, float]]
) -> None:
    released: list[Report] = []
    for hears in (False, True):
        north, south, offer = _pair(both_ways=True)
        north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
        if hears:
            south.observe(ACCEPTED_NS, theirs)
            (report,) = south.release(offer.id, time_ns=ACCEPTED_NS)
            north.receive(report, offer_id=offer.id)
        north.observe(ACCEPTED_NS, own)
        if hears:
            assert len(north.picture(ACCEPTED_NS)) >= len(own)
        (report,) = north.release(offer.id, time_ns=ACCEPTED_NS)
        released.append(report)
    deaf, hearing = released
    assert deaf.origin == hearing.origin == "north"
    for column in ("track_id", "mean", "cov", "existence"):
        assert getattr(deaf, column).tobytes() == getattr(hearing, column).tobytes()


@given(st.permutations(range(5)))
def test_a_report_replaces_its_predecessor_in_any_order(order: list[int]) -> None:
    north, south, offer = _pair()
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    reports = [north.observe(ACCEPTED_NS + i * SECOND_NS, [[10.0 * i, 0.0]]) for i in range(5)]
    for index in [*order, *order]:
        south.receive(reports[index], offer_id=offer.id)
    now_ns = ACCEPTED_NS + 4 * SECOND_NS
    south.observe(now_ns, np.empty((0, 2)))
    picture = south.picture(now_ns)
    assert np.array_equal(picture.mean, reports[-1].mean)


@given(st.permutations(range(4)))
def test_parties_with_the_same_messages_agree(order: list[int]) -> None:
    north, _, offer = _pair()
    messages: list[Offer | Acceptance | Withdrawal] = [
        offer,
        Acceptance(offer.id, "south", ACCEPTED_NS),
        Withdrawal(offer.id, "north", WITHDRAWN_NS),
        Acceptance(offer.id, "south", WITHDRAWN_NS + 1),  # a replayed yes revives nothing
    ]
    other = _party("south")
    for message in messages:
        north.hear(message)
    for index in order:
        other.hear(messages[index])
    for time_ns in (MADE_NS, ACCEPTED_NS, WITHDRAWN_NS, WITHDRAWN_NS + 2):
        expected = north.agreement(offer.id).state_at(time_ns)
        assert other.agreement(offer.id).state_at(time_ns) == expected


def test_a_party_that_has_not_looked_has_nothing_to_hand_over() -> None:
    north, south, offer = _pair()
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    assert north.release(offer.id, time_ns=ACCEPTED_NS) == []
    with pytest.raises(dt.errors.TimeOrderError, match="no report from before 2021-07-20"):
        north.picture(ACCEPTED_NS)


def test_strangers_and_relays_are_refused() -> None:
    north, south, offer = _pair()
    east = _party("east")
    with pytest.raises(dt.errors.AgreementError, match="'east' has no part in offer"):
        east.hear(offer)
    with pytest.raises(dt.errors.AgreementError, match="'east' has no part in offer"):
        east.accept(offer, time_ns=ACCEPTED_NS)
    with pytest.raises(dt.errors.AgreementError, match="heard of no offer"):
        east.release(offer.id, time_ns=ACCEPTED_NS)
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    foreign = east.observe(ACCEPTED_NS, [[0.0, 0.0]])
    with pytest.raises(dt.errors.AgreementError, match="does not let 'east' hand tracks"):
        south.receive(foreign, offer_id=offer.id)


def test_only_the_recipient_accepts_and_only_while_pending() -> None:
    north, south, offer = _pair()
    with pytest.raises(dt.errors.AgreementError, match="only 'south' can accept"):
        north.accept(offer, time_ns=ACCEPTED_NS)
    with pytest.raises(dt.errors.AgreementError, match=r"is expired at .* no longer be accepted"):
        south.accept(offer, time_ns=ANSWER_BY_NS)
    south.withdraw(offer, time_ns=ACCEPTED_NS)
    with pytest.raises(dt.errors.AgreementError, match=r"is withdrawn at .* no longer"):
        south.accept(offer, time_ns=ACCEPTED_NS)


def test_a_strangers_answer_that_came_before_its_offer_counts_for_nothing() -> None:
    _, _, offer = _pair()
    south = _party("south")
    south.hear(Acceptance(offer.id, "east", ACCEPTED_NS))
    south.hear(offer)
    assert south.agreement(offer.id).state_at(ACCEPTED_NS) == "offered"


def test_a_report_dated_later_than_now_stays() -> None:
    north, south, offer = _pair()
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    report = north.observe(ACCEPTED_NS + SECOND_NS, [[0.0, 0.0]])
    with pytest.raises(dt.errors.AgreementError, match="the report is dated"):
        release(report, north.agreement(offer.id), recipient="south", time_ns=ACCEPTED_NS)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(
        dt.errors.SettingError, match="the name of a party must be text of at least"
    ):
        _party("")
    with pytest.raises(dt.errors.SettingError, match="most_age_s must be positive, found 0"):
        _party("a", most_age_s=0.0)


def test_a_declined_offer_is_over() -> None:
    north, south, offer = _pair()
    north.hear(south.decline(offer, time_ns=ACCEPTED_NS))
    assert north.agreement(offer.id).state_at(ACCEPTED_NS) == "declined"
    for again in (south.accept, south.decline):
        with pytest.raises(dt.errors.AgreementError, match=r"is declined at .* make a new offer"):
            again(offer, time_ns=ACCEPTED_NS + 1)
    with pytest.raises(dt.errors.AgreementError, match="only 'south' can decline"):
        _pair()[0].decline(offer, time_ns=ACCEPTED_NS)


def test_a_yes_is_given_once() -> None:
    _, south, offer = _pair()
    south.accept(offer, time_ns=ACCEPTED_NS)
    with pytest.raises(dt.errors.AgreementError, match=r"is accepted at .* withdraw from it"):
        south.decline(offer, time_ns=ACCEPTED_NS + 1)


def _hosted() -> tuple[dict[str, dt.Party], Offer, list[Offer | Message]]:
    """Return the parties of an offer with two hosts, and all that is said, each consenting."""
    parties = {name: _party(name) for name in ("north", "south", "east", "west")}
    terms = dt.Terms(level="tracks", until="2021-08-31")
    offer = parties["north"].offer(
        "south", terms, time_ns=MADE_NS, answer_by_ns=ANSWER_BY_NS, hosts=["west", "east"]
    )
    said: list[Offer | Message] = [offer, parties["south"].accept(offer, time_ns=ACCEPTED_NS)]
    for host in ("east", "west"):
        consent = parties["north"].ask(host, offer, time_ns=MADE_NS + DAY_NS)
        said += [consent, parties[host].accept(consent, time_ns=ACCEPTED_NS + DAY_NS)]
    return parties, offer, said


@given(st.permutations(range(6)), st.permutations(range(6)), st.integers(0, 60))
def test_who_has_heard_the_same_in_whatever_order_knows_the_same(
    first: list[int], second: list[int], day: int
) -> None:
    _, offer, said = _hosted()
    north, south = _party("north"), _party("south")
    for party, order in ((north, first), (south, second)):
        for index in [*order, *order[:3]]:
            party.hear(said[index])
    now_ns = MADE_NS + day * DAY_NS
    assert north.agreements(now_ns) == south.agreements(now_ns)
    state = north.agreement(offer.id).state_at(now_ns)
    assert state == ("accepted" if now_ns >= ACCEPTED_NS + DAY_NS else "pending")


def test_nothing_flows_until_every_host_has_consented() -> None:
    _, offer, said = _hosted()
    for missing in (3, 5):  # the yes of one host
        north = _party("north")
        for index, message in enumerate(said):
            if index != missing:
                north.hear(message)
        north.observe(WITHDRAWN_NS, [[0.0, 0.0]])
        host = "east" if missing == 3 else "west"
        with pytest.raises(dt.errors.AgreementError, match=f"is pending at .* '{host}' must act"):
            north.release(offer.id, time_ns=WITHDRAWN_NS)
        north.hear(said[missing])
        assert north.release(offer.id, time_ns=WITHDRAWN_NS) == []  # but what came before
        north.observe(WITHDRAWN_NS + SECOND_NS, [[0.0, 0.0]])
        assert len(north.release(offer.id, time_ns=WITHDRAWN_NS + SECOND_NS)) == 1


def test_a_party_says_where_each_agreement_stands() -> None:
    _, offer, said = _hosted()
    north, east = _party("north"), _party("east")
    for message in said[:4]:
        north.hear(message)
    now_ns = ACCEPTED_NS + DAY_NS
    standings = north.agreements(now_ns)
    assert [(s.state, s.must_act) for s in standings] == [("pending", ("north",)), ("accepted", ())]
    assert standings[0].text == (
        "north to south: pending since 16 June 2021; north must act before 31 August 2021."
    )
    assert standings[1].text == (
        "east's consent, asked by north: accepted since 21 July 2021. It ends on 31 August 2021 "
        "unless withdrawn before."
    )
    assert north.agreements(MADE_NS - 1) == []
    north.hear(north.withdraw(offer, time_ns=WITHDRAWN_NS))
    assert north.agreements(WITHDRAWN_NS)[0].text == (
        "north to south: withdrawn by north since 10 August 2021."
    )
    for message in said[2:4]:
        east.hear(message)  # a host may hear its consent without the offer
    assert [s.state for s in east.agreements(now_ns)] == ["accepted"]


def test_a_consent_to_someone_elses_offer_counts_for_nothing_and_shows_nowhere() -> None:
    _, _, said = _hosted()
    stranger = _party("stranger")
    for message in said[2:]:
        stranger.hear(message)
    assert stranger.agreements(ACCEPTED_NS) == []
    with pytest.raises(dt.errors.AgreementError, match="has no part in offer"):
        stranger.hear(said[0])


def test_consents_that_do_not_serve_are_refused_or_do_not_count() -> None:
    parties, offer, said = _hosted()
    with pytest.raises(dt.errors.AgreementError, match=r"asked of a host \(east, west\)"):
        parties["north"].ask("nobody", offer, time_ns=MADE_NS)
    less = Offer("north", "east", dt.Terms(level="tracks", until="2021-08-31", delay_s=5), MADE_NS,
                 ANSWER_BY_NS, conditions=offer.id)  # fmt: skip
    with pytest.raises(dt.errors.AgreementError, match=r"permits less than offer .* in delay_s"):
        parties["north"].hear(less)
    early = _party("north")
    early.hear(less)  # it cannot be judged yet
    early.hear(Acceptance(less.id, "east", ACCEPTED_NS))
    for message in (*said[:2], *said[4:]):
        early.hear(message)
    assert early.agreement(offer.id).state_at(WITHDRAWN_NS) == "pending"


def test_the_audit_tells_what_left_and_what_came() -> None:
    frame = dt.LocalFrame(4.0, 4.0)
    north = _party("north", frame=frame)
    _, south, offer = _pair()
    north.hear(offer)
    north.hear(south.accept(offer, time_ns=ACCEPTED_NS))
    for step in range(3):
        now_ns = ACCEPTED_NS + step * SECOND_NS
        own = north.observe(now_ns, [[0.0, 0.0], [0.0, 500_000.0]])
        (report,) = north.release(offer.id, time_ns=now_ns)
        assert north.release(offer.id, time_ns=now_ns) == []  # it has left
        south.receive(report, offer_id=offer.id)
    box = dt.exchange.Area.from_any([[3, 3], [3, 5], [5, 5], [5, 3]])
    assert north.audit.table()["rows"].tolist() == [2, 2, 2]
    assert north.audit.select(area=box).table()["rows"].tolist() == [1, 1, 1]
    first, second = own.track_id.tolist()
    assert (
        south.audit.select(partner="south", object_id=second)
        .text()
        .startswith("south got from north 3 rows of tracks in 3 reports, from 20 July 2021 to")
    )
    assert south.audit.select(area=box).table()["rows"].tolist() == [1, 1, 1]  # a report says where
    assert "No clause" in north.why_not("south", time_ns=now_ns, object_id=first)
    assert "both_ways" in south.why_not("north", time_ns=now_ns)
    assert north.why_not("west", time_ns=now_ns).startswith("Nothing was ever offered")
    with pytest.raises(dt.errors.UnknownIdError, match="'north' has no track 7"):
        north.why_not("south", time_ns=now_ns, object_id=7)
