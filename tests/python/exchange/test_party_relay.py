"""Relay through agreements and parties: each holds exactly what the model says it may."""

import itertools
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.effort import law
from strategies.parties import party

import detente as dt
from detente.exchange import Offer, Report, release, time_ns_from_text
from detente.exchange.report.digest import digest_of
from detente.exchange.report.hops import hops_of

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-07-20")
SEEN_NS = MADE_NS + 10 * SECOND_NS
NOW_NS = SEEN_NS + 60 * SECOND_NS
NAMES = ["north", "south", "east", "west"]
LEVEL = {None: None, 50: 11, 1_000: 6}  # of the grid, by precision
UNTIL = "2021-08-31"
Edges = dict[tuple[str, str], dict[str, Any]]
Parties = dict[str, dt.Party]
Held = dict[tuple[str, int | None], bool]
"""Whose and on which grid; and whether it may be passed on by any of the paths it came by."""


def _met(
    names: list[str], edges: Edges
) -> tuple[Parties, dict[tuple[str, str], Offer], dict[str, Report]]:
    """Return parties that agreed on all that, and have looked."""
    parties = {name: party(name) for name in names}
    offers: dict[tuple[str, str], Offer] = {}
    for (sender, recipient), clauses in edges.items():
        terms = dt.Terms(**{"level": "tracks", "until": UNTIL, **clauses})
        offer = parties[sender].offer(
            recipient, terms, time_ns=MADE_NS, answer_by_ns=terms.until_ns
        )
        parties[sender].hear(parties[recipient].accept(offer, time_ns=MADE_NS + 1))
        offers[sender, recipient] = offer
    seen = {
        name: parties[name].observe(SEEN_NS, [[5_000.0 * k, 0.0], [5_000.0 * k, 300.0]])
        for k, name in enumerate(names)
    }
    return parties, offers, seen


def _flood(parties: Parties, offers: dict[tuple[str, str], Offer]) -> None:
    """Let everyone hand on all it holds until nothing is new."""
    before = -1
    while before != (before := sum(len(each.received) for each in parties.values())):
        for (sender, recipient), offer in offers.items():
            me = parties[sender]
            for report in [
                *me.release(offer.id, time_ns=NOW_NS),
                *me.relay(offer.id, time_ns=NOW_NS),
            ]:
                parties[recipient].receive(report, offer_id=offer.id, sender=sender)


def _model(names: list[str], edges: Edges) -> dict[str, Held]:
    """Walk every path: the first agreement rounds, each next one allows no more than the last."""
    found: dict[str, Held] = {name: {} for name in names}

    def walk(path: list[str], said_m: int | None, last: dict[str, Any] | None) -> None:
        for (sender, recipient), clauses in edges.items():
            if sender != path[-1] or recipient in path:
                continue
            precision_m = clauses.get("precision_m")
            if last is None:
                passed_m = precision_m
            elif _allows_no_more(clauses, last) and precision_m == said_m:
                passed_m = said_m
            else:
                continue
            relay = clauses.get("relay", False)
            what = (path[0], LEVEL[passed_m])
            found[recipient][what] = found[recipient].get(what, False) or relay
            if relay:
                walk([*path, recipient], passed_m, clauses)

    for name in names:
        walk([name], None, None)
    return found


def _allows_no_more(clauses: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether nothing is allowed that the other clauses do not allow; written apart."""
    return (
        clauses.get("delay_s", 0) >= other.get("delay_s", 0)
        and (clauses.get("precision_m") or 0) >= (other.get("precision_m") or 0)
        and other.get("purpose", "") in {"", clauses.get("purpose", "")}
        and clauses.get("retention_days", inf) <= other.get("retention_days", inf)
        and clauses.get("until", UNTIL) <= other.get("until", UNTIL)
    )


@law
@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_each_party_holds_exactly_what_the_model_says(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    names = NAMES[:count]
    edges: Edges = {}
    for way in [(a, b) for a in names for b in names if a != b and rng.uniform() < 0.6]:
        edges[way] = {"relay": bool(rng.uniform() < 0.6), "delay_s": int(rng.integers(3)) * 30}
        precision_m = [None, 50, 50, 1_000][rng.integers(4)]
        if precision_m is not None:
            edges[way]["precision_m"] = precision_m
    parties, offers, seen = _met(names, edges)
    assert all(len(report) == 2 for report in seen.values())
    _flood(parties, offers)
    expected = _model(names, edges)
    for name, each in parties.items():
        held: Held = {}
        for report in each.received:
            what = (report.origin, report.grid_level)
            held[what] = held.get(what, False) or report.relay
            assert sorted(report.track_id) == sorted(seen[report.origin].track_id)
        assert held == expected[name]
        named = {(h.origin, h.offer.id) for h in each.audit if h.recipient == name}
        assert {origin for origin, _ in named} == {origin for origin, _ in expected[name]}


def _chain(first: dict[str, Any], second: dict[str, Any]) -> tuple[Parties, Report, Offer]:
    """Return parties in a row, what the middle one got, and the agreement with the last."""
    edges = {("north", "south"): first, ("south", "east"): second}
    parties, offers, _ = _met(NAMES[:3], edges)
    (report,) = parties["north"].release(offers["north", "south"].id, time_ns=NOW_NS)
    parties["south"].receive(report, offer_id=offers["north", "south"].id)
    (held,) = parties["south"].received
    return parties, held, offers["south", "east"]


def test_a_relay_leaves_word_for_word_and_once() -> None:
    parties, held, offer = _chain({"relay": True, "precision_m": 50}, {"precision_m": 50})
    (passed,) = parties["south"].relay(offer.id, time_ns=NOW_NS)
    assert (passed.origin, passed.relay) == ("north", False)
    for column in ("row_id", "mean", "cov", "existence"):
        assert passed[column].tobytes() == held[column].tobytes()
    parties["east"].receive(passed, offer_id=offer.id, sender="south")
    assert [report.origin for report in parties["east"].received] == ["north"]
    assert parties["south"].audit.select(party="north", partner="east")
    assert parties["south"].relay(offer.id, time_ns=NOW_NS) == []


RESCUE_A_DAY = {"relay": True, "purpose": "search and rescue", "retention_days": 1}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"relay": False}, {}),
        ({"relay": True}, {"precision_m": 50}),  # finer than the second lets through
        ({"relay": True, "precision_m": 50}, {}),  # the second would let through what is finer
        ({"relay": True}, {"area": [[37.0, 70.0], [37.0, 71.0], [38.0, 71.0]]}),
        ({"relay": True}, {"delay_s": 90}),
        ({"relay": True, "delay_s": 30}, {}),
        (RESCUE_A_DAY, {}),
        (RESCUE_A_DAY, {"purpose": "search and rescue"}),
        (RESCUE_A_DAY, {"retention_days": 1}),
        (RESCUE_A_DAY, {"purpose": "search and rescue", "retention_days": 2}),
        ({"relay": True, "until": "2021-08-30"}, {}),
    ],
)
def test_what_either_agreement_does_not_permit_does_not_pass(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    if "area" in second:
        ring = [[lon, lat] for lat, lon in [*second["area"], second["area"][0]]]
        second = {"area": {"type": "Polygon", "coordinates": [ring]}}
    parties, _, offer = _chain(first, second)
    assert parties["south"].relay(offer.id, time_ns=NOW_NS) == []
    assert len(parties["south"].release(offer.id, time_ns=NOW_NS + 90 * SECOND_NS)) == 1


def test_narrower_terms_pass_it_on() -> None:
    narrow = {"purpose": "search and rescue", "retention_days": 0.5, "until": "2021-08-30"}
    parties, _, offer = _chain(RESCUE_A_DAY, narrow)
    assert len(parties["south"].relay(offer.id, time_ns=NOW_NS)) == 1


@pytest.mark.parametrize("by", ["north", "south"])
def test_after_a_withdrawal_nothing_more_is_passed_on(by: str) -> None:
    parties, _, offer = _chain({"relay": True}, {})
    first = next(s.offer for s in parties["north"].agreements(NOW_NS))
    parties["south"].hear(parties[by].withdraw(first, time_ns=NOW_NS))
    assert len(parties["south"].received) == 1
    assert parties["south"].relay(offer.id, time_ns=NOW_NS) == []


def test_a_second_way_is_as_good_as_the_first() -> None:
    """It came by two agreements, and one of them has ended."""
    parties, held, offer = _chain({"relay": True}, {})
    north, south = parties["north"], parties["south"]
    first = next(s.offer for s in north.agreements(NOW_NS))
    again = north.offer("south", first.terms, time_ns=MADE_NS + 2, answer_by_ns=first.answer_by_ns)
    south.accept(again, time_ns=MADE_NS + 3)
    south.receive(replace(held, relay=True), offer_id=again.id)
    south.withdraw(first, time_ns=NOW_NS)
    assert len(south.relay(offer.id, time_ns=NOW_NS)) == 1
    south.withdraw(again, time_ns=NOW_NS + 1)
    assert south.relay(offer.id, time_ns=NOW_NS + 1) == []


def test_what_is_older_than_its_retention_is_neither_passed_on_nor_held() -> None:
    parties, held, offer = _chain(RESCUE_A_DAY, RESCUE_A_DAY)
    day_ns = 86_400 * SECOND_NS
    south = parties["south"]
    assert south.relay(offer.id, time_ns=held.time_ns + day_ns) == []
    assert south.received == ()


def test_the_right_to_pass_on_ends_after_the_agreed_hops() -> None:
    names = [*NAMES, "fifth"]
    clauses = {"relay": True, "relay_hops": 2}
    ways = list(itertools.pairwise(names))
    parties, offers, _ = _met(names, dict.fromkeys(ways, clauses))
    _flood(parties, offers)
    hops = {
        name: [(r.relay, r.relay_hops) for r in each.received if r.origin == "north"]
        for name, each in parties.items()
    }
    assert hops["south"] == [(True, 2)]
    assert hops["east"] == [(True, 1)]
    assert hops["west"] == [(False, None)]
    assert hops["fifth"] == []


def test_what_passes_only_late_is_held_until_then() -> None:
    """Tracks of every second; under the second agreement they leave a minute late."""
    parties, offers, _ = _met(
        NAMES[:3], {("north", "south"): {"relay": True}, ("south", "east"): {"delay_s": 60}}
    )
    (first, second), passed = offers.values(), 0
    for k in range(100):
        now_ns = SEEN_NS + (k + 1) * SECOND_NS
        parties["north"].observe(now_ns, [[0.0, 0.0]])
        parties["south"].observe(now_ns, np.empty((0, 2)))
        for report in parties["north"].release(first.id, time_ns=now_ns):
            parties["south"].receive(report, offer_id=first.id)
        passed += len(parties["south"].relay(second.id, time_ns=now_ns))
    assert passed == 41  # of the scene, and of all that are a minute old


CLAUSES = {
    "precision_m": [None, None, 50, 1_000],
    "delay_s": [0, 0, 20],
    "purpose": ["", "", "rescue"],
    "retention_days": [None, None, 40 / 86_400, 80 / 86_400],
    "until": [UNTIL, UNTIL, "2021-07-20T00:01:30Z"],
    "relay_hops": [None, None, 1, 2],
}


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(3, 4))
def test_every_row_that_is_passed_on_was_permitted_by_every_agreement_on_its_path(
    seed: int, count: int
) -> None:
    """A law over topologies, terms, withdrawals and expiries at random times."""
    rng = np.random.default_rng(seed)
    names, edges = NAMES[:count], _random_edges(rng, NAMES[:count])
    parties, offers, _ = _met(names, edges)
    ends_ns = {way: offer.terms.until_ns for way, offer in offers.items()}
    ways: dict[tuple[str, bytes], list[tuple[tuple[str, str], float]]] = {}
    for step in range(1, 8):
        now_ns = SEEN_NS + 15 * step * SECOND_NS
        for way in offers:
            if rng.uniform() < 0.05:
                message = parties[way[rng.integers(2)]].withdraw(offers[way], time_ns=now_ns)
                ends_ns[way] = min(ends_ns[way], now_ns)
                for name in way:
                    parties[name].hear(message)
        for k, name in enumerate(names):
            if rng.uniform() < 0.7:
                parties[name].observe(now_ns, [[5_000.0 * k, 0.0]])
        open_ = [way for way in offers if now_ns < ends_ns[way]]
        for sender, recipient in rng.permutation(np.array(open_).reshape(-1, 2)).tolist():
            offer_id, under = offers[sender, recipient].id, edges[sender, recipient]
            passed = parties[sender].relay(offer_id, time_ns=now_ns)
            for report in passed:
                assert report.origin not in {sender, recipient}
                left = [
                    hops - 1
                    for a, hops in ways[sender, digest_of(report)]
                    if _may_pass(report, edges[a], under, ends_ns[a], now_ns)
                ]
                assert max(left, default=-1) >= 0
                assert hops_of(report) == min(max(left), _hops(under))
            for report in [*parties[sender].release(offer_id, time_ns=now_ns), *passed]:
                came = (sender, recipient), hops_of(report)
                ways.setdefault((recipient, digest_of(report)), []).append(came)
                parties[recipient].receive(report, offer_id=offer_id, sender=sender)


def _random_edges(rng: np.random.Generator, names: list[str]) -> Edges:
    """Return agreements of which many differ in one clause alone, so that rows pass at all."""
    common = {name: values[rng.integers(len(values))] for name, values in CLAUSES.items()}
    edges: Edges = {}
    for way in [(a, b) for a in names for b in names if a != b and rng.uniform() < 0.7]:
        clauses = dict(common)
        for name, values in CLAUSES.items():
            if rng.uniform() < 0.15:
                clauses[name] = values[rng.integers(len(values))]
        if rng.uniform() < 0.2:
            clauses["relay_hops"] = None
            clauses["relay"] = False
        edges[way] = {"relay": True} | {k: v for k, v in clauses.items() if v is not None}
    return edges


def _hops(clauses: dict[str, Any]) -> float:
    return clauses.get("relay_hops", inf) if clauses["relay"] else 0


def _may_pass(
    report: Report, came_by: dict[str, Any], under: dict[str, Any], ends_ns: int, now_ns: int
) -> bool:
    kept_s = came_by.get("delay_s", 0) + came_by.get("retention_days", inf) * 86_400
    return (
        now_ns < ends_ns
        and (now_ns - report.time_ns) / SECOND_NS < kept_s
        and report.time_ns + under.get("delay_s", 0) * SECOND_NS <= now_ns
        and _allows_no_more(under, came_by)
    )


def test_a_strangers_report_needs_one_who_may_hand_it_on() -> None:
    parties, held, offer = _chain({"relay": True}, {"relay": True})
    with pytest.raises(dt.errors.AgreementError, match="does not let 'north' hand tracks"):
        parties["east"].receive(held, offer_id=offer.id)
    with pytest.raises(dt.errors.AgreementError, match="does not let 'west' hand tracks"):
        parties["east"].receive(held, offer_id=offer.id, sender="west")


def test_the_own_report_that_comes_back_changes_nothing() -> None:
    ways = [("north", "south"), ("south", "north")]
    parties, offers, _ = _met(NAMES[:2], {way: {"relay": True} for way in ways})
    _flood(parties, offers)
    assert [report.origin for report in parties["north"].received] == ["south"]


def test_who_says_less_than_its_agreement_lets_it_is_believed() -> None:
    parties, _, offer = _chain({"relay": True}, {"relay": True})
    (passed,) = parties["south"].relay(offer.id, time_ns=NOW_NS)
    assert passed.relay
    parties["east"].receive(replace(passed, relay=False), offer_id=offer.id, sender="south")
    assert [report.relay for report in parties["east"].received] == [False]


def test_what_a_relay_changed_does_not_count_and_is_shown() -> None:
    """East passes South's tracks on with other places, before or after West has South's own."""
    edges: Edges = {
        ("south", "west"): {"relay": True},
        ("south", "east"): {"relay": True},
        ("east", "west"): {"relay": True},
    }
    for order in (("south", "east"), ("east", "south")):
        parties, offers, seen = _met(["south", "east", "west"], edges)
        west = parties["west"]
        agreed = west.agreement(offers["south", "west"].id)
        true = release(seen["south"], agreed, recipient="west", time_ns=NOW_NS)
        assert true is not None
        forged = replace(
            true, sequence=true.sequence + 5, columns={**true.columns, "mean": true.mean + 7_000.0}
        )
        for sender in order:
            west.receive(
                true if sender == "south" else forged,
                offer_id=offers[sender, "west"].id,
                sender=sender,
            )
        shown = west.picture(SEEN_NS)
        rows = np.argsort(shown.theirs["south"])[-len(true) :]  # before them are West's own
        assert shown.theirs["south"][rows].tolist() == sorted(true.track_id.tolist())
        assert np.count_nonzero(shown.theirs["south"]) == len(true)
        assert shown.mean[rows] == pytest.approx(true.mean[np.argsort(true.track_id)], abs=1e-6)
        (found,) = west.contradictions
        assert [passed.sender for passed in found.set_aside] == ["east"]
        assert [passed.sender for passed in found.stands] == ["south"]
