"""Every topology of up to four parties: each holds exactly what the model says it may."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import release as oracle
from oracle.release_cases import SECOND_NS, grant_from, payload, tracks
from strategies.effort import cases

import detente as dt
from detente.exchange import Report, release_under

LAW = settings(max_examples=cases(150), deadline=None)
NOW_NS = 240 * SECOND_NS
NAMES = ["north", "south", "east", "west"]
PRECISION_M = {None: None, 11: 50.0, 6: 1_000.0}  # by level of the grid

Edges = dict[tuple[str, str], oracle.Rules]
Said = tuple[tuple[str, ...], float | None]  # fields and precision
Holding = dict[tuple[str, tuple[str, ...], float | None], bool]  # and whether to pass it on


def agreements(rng: np.random.Generator, names: list[str]) -> Edges:
    return {
        (sender, recipient): oracle.Rules(
            sender=sender,
            recipient=recipient,
            relay=bool(rng.uniform() < 0.6),
            fields=[name for name in ("mmsi", "name") if rng.uniform() < 0.7],
            precision_m=[None, 50.0, 50.0, 1_000.0][rng.integers(4)],
        )
        for sender in names
        for recipient in names
        if sender != recipient and rng.uniform() < 0.6
    }


def model(edges: Edges, names: list[str]) -> dict[str, Holding]:
    """Walk every path: the first agreement makes the report, the others pass it on or not."""
    found: dict[str, Holding] = {name: {} for name in names}

    def walk(path: list[str], said: Said | None) -> None:
        for (sender, recipient), rules in edges.items():
            if sender == path[-1] and recipient not in path:
                passed = (tuple(rules.fields), rules.precision_m) if said is None else said
                if admits(rules, passed):
                    what = (path[0], *passed)
                    found[recipient][what] = found[recipient].get(what, False) or rules.relay
                    if rules.relay:
                        walk([*path, recipient], passed)

    for name in names:
        walk([name], None)
    return found


def admits(rules: oracle.Rules, said: Said) -> bool:
    """Return whether a report with these fields, of this precision, passes word for word."""
    fields, precision_m = said
    if not set(fields) <= set(rules.fields):
        return False
    return rules.precision_m is None or (precision_m or 0.0) >= rules.precision_m


def flooded(own: dict[str, Report], edges: Edges) -> dict[str, dict[bytes, Report]]:
    """Let everyone hand on all it holds until nothing is new."""
    grants = {edge: grant_from(rules) for edge, rules in edges.items()}
    held: dict[str, dict[bytes, Report]] = {name: {} for name in own}
    grew = True
    while grew:
        grew = False
        for (sender, recipient), grant in grants.items():
            for report in [own[sender], *held[sender].values()]:
                passed = release_under(report, grant, recipient=recipient, time_ns=NOW_NS)
                if passed is None or passed.origin == recipient:
                    continue
                grew |= payload(passed) not in held[recipient]
                held[recipient][payload(passed)] = passed
    return held


def own_reports(rng: np.random.Generator, names: list[str]) -> dict[str, Report]:
    frame = dt.LocalFrame(37.0, 68.0)
    reports = {name: tracks(rng, frame, 3) for name in names}
    return {name: replace(report, origin=name) for name, report in reports.items()}


@LAW
@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_each_party_holds_exactly_what_the_model_says(seed: int, parties: int) -> None:
    rng = np.random.default_rng(seed)
    names = NAMES[:parties]
    edges = agreements(rng, names)
    own = own_reports(rng, names)
    expected = model(edges, names)
    for name, reports in flooded(own, edges).items():
        found: Holding = {}
        for r in reports.values():
            what = (r.origin, tuple(r.fields), PRECISION_M[r.grid_level])
            found[what] = found.get(what, False) or r.relay
        assert found == expected[name]
        for report in reports.values():  # the same rows, by whatever path and however coarse
            origin = own[report.origin]
            assert sorted(map(bytes, report.row_id)) == sorted(map(bytes, origin.row_id))


def test_a_diamond_brings_the_same_rows_by_both_ways() -> None:
    rng = np.random.default_rng(1)
    ways = [("north", "south"), ("north", "east"), ("south", "west"), ("east", "west")]
    edges = {way: oracle.Rules(sender=way[0], recipient=way[1], relay=True) for way in ways}
    own = own_reports(rng, NAMES)
    held = flooded(own, edges)["west"]
    assert [report.origin for report in held.values()].count("north") == 1, "one report, not two"
    edges["south", "west"] = replace(edges["south", "west"], relay=False)
    held = flooded(own, edges)["west"]
    north = [report for report in held.values() if report.origin == "north"]
    assert len(north) == 2, "with the right to pass it on, and without"
    assert north[0].row_id.tobytes() == north[1].row_id.tobytes()


def test_a_relay_keeps_what_this_version_does_not_know() -> None:
    own = own_reports(np.random.default_rng(1), ["north"])["north"]
    later = replace(own, notes={"theirs": "kept"}, relay=True, fields={}, columns=own.columns)
    order = np.lexsort(later.row_id.T[::-1])
    later = replace(later, columns={name: column[order] for name, column in later.columns.items()})
    grant = grant_from(oracle.Rules(sender="south", recipient="east"))
    passed = release_under(later, grant, recipient="east", time_ns=NOW_NS)
    assert passed is not None
    assert payload(passed) == payload(replace(later, relay=False))


def test_no_right_no_relay() -> None:
    rng = np.random.default_rng(1)
    edges = {
        way: oracle.Rules(sender=way[0], recipient=way[1])
        for way in [("north", "south"), ("south", "east")]
    }
    held = flooded(own_reports(rng, NAMES[:3]), edges)
    assert [r.origin for r in held["south"].values()] == ["north"]
    assert [r.origin for r in held["east"].values()] == ["south"]
