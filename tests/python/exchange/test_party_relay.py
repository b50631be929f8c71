"""Relay through agreements and parties: each holds exactly what the model says it may."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.parties import party

import detente as dt
from detente.exchange import Offer, Report, time_ns_from_text

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-07-20")
SEEN_NS = MADE_NS + 10 * SECOND_NS
NOW_NS = SEEN_NS + 60 * SECOND_NS
NAMES = ["north", "south", "east", "west"]
LEVEL = {None: None, 50: 11, 1_000: 6}  # of the grid, by precision
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
        terms = dt.Terms(level="tracks", until="2021-08-31", **clauses)
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
            for report in [None, *parties[sender].received]:
                passed = parties[sender].release(offer.id, time_ns=NOW_NS, report=report)
                if passed is not None:
                    parties[recipient].receive(passed, offer_id=offer.id, sender=sender)


def _model(names: list[str], edges: Edges) -> dict[str, Held]:
    """Walk every path: the first agreement rounds, the others pass that on as it is, or nothing."""
    found: dict[str, Held] = {name: {} for name in names}

    def walk(path: list[str], said_m: int | None) -> None:
        for (sender, recipient), clauses in edges.items():
            if sender != path[-1] or recipient in path:
                continue
            precision_m = clauses.get("precision_m")
            if len(path) == 1:
                passed_m = precision_m
            elif precision_m is None or (said_m or 0) >= precision_m:
                passed_m = said_m
            else:
                continue
            relay = clauses.get("relay", False)
            what = (path[0], LEVEL[passed_m])
            found[recipient][what] = found[recipient].get(what, False) or relay
            if relay:
                walk([*path, recipient], passed_m)

    for name in names:
        walk([name], None)
    return found


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
    report = parties["north"].release(offers["north", "south"].id, time_ns=NOW_NS)
    assert report is not None
    parties["south"].receive(report, offer_id=offers["north", "south"].id)
    (held,) = parties["south"].received
    return parties, held, offers["south", "east"]


def test_a_relay_leaves_word_for_word() -> None:
    parties, held, offer = _chain({"relay": True, "precision_m": 50}, {"precision_m": 50})
    passed = parties["south"].release(offer.id, time_ns=NOW_NS, report=held)
    assert passed is not None
    assert (passed.origin, passed.relay) == ("north", False)
    for column in ("row_id", "mean", "cov", "existence"):
        assert passed[column].tobytes() == held[column].tobytes()
    parties["east"].receive(passed, offer_id=offer.id, sender="south")
    assert [report.origin for report in parties["east"].received] == ["north"]
    assert parties["south"].audit.select(party="north", partner="east")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"relay": False}, {}),
        ({"relay": True}, {"precision_m": 50}),  # finer than the second lets through
        ({"relay": True}, {"area": [[37.0, 70.0], [37.0, 71.0], [38.0, 71.0]]}),
        ({"relay": True}, {"delay_s": 90}),
    ],
)
def test_what_either_agreement_does_not_permit_does_not_pass(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    if "area" in second:
        ring = [[lon, lat] for lat, lon in [*second["area"], second["area"][0]]]
        second = {"area": {"type": "Polygon", "coordinates": [ring]}}
    parties, held, offer = _chain(first, second)
    assert parties["south"].release(offer.id, time_ns=NOW_NS, report=held) is None
    assert parties["south"].release(offer.id, time_ns=NOW_NS + 90 * SECOND_NS) is not None


def test_a_party_passes_on_what_it_holds_alone() -> None:
    parties, _, offer = _chain({"relay": True}, {})
    made_up = parties["north"].observe(NOW_NS, [[0.0, 0.0]])
    with pytest.raises(dt.errors.SettingError, match="one of 'north' that it does not hold"):
        parties["south"].release(offer.id, time_ns=NOW_NS, report=made_up)


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
    parties, held, offer = _chain({"relay": True}, {"relay": True})
    passed = parties["south"].release(offer.id, time_ns=NOW_NS, report=held)
    assert passed is not None
    assert passed.relay
    parties["east"].receive(replace(passed, relay=False), offer_id=offer.id, sender="south")
    assert [report.relay for report in parties["east"].received] == [False]
