"""The laws of release as parties meet them, and the rules once more in slow Python.

`DETENTE_CASES=10000` makes the long run.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import release as oracle
from oracle.release_cases import (
    FIELDS,
    SECOND_NS,
    fields_of,
    grant_from,
    joined,
    leaving,
    payload,
    rows_of,
    rules_of,
    star,
    tracks,
)
from strategies.effort import cases

import detente as dt
from detente.exchange import count_total, grid_cells, release_under, withheld

LAW = settings(max_examples=cases(150), deadline=None)
FRAMES = [(0.0, 0.0), (10.0, 179.99), (-20.0, -180.0), (60.0, 25.0), (-77.9, 166.0), (89.0, 3.0)]
seeds = st.integers(0, 2**32 - 1)


@LAW
@given(seeds, st.sampled_from(FRAMES), st.sampled_from([2, 3]), st.sampled_from([210, 240, 250]))
def test_the_rules_in_slow_python_agree(
    seed: int, where: tuple[float, float], axes: int, now_s: int
) -> None:
    rng = np.random.default_rng(seed)
    frame = dt.LocalFrame(*where)
    report = tracks(rng, frame, int(rng.integers(0, 12)), axes)
    rules = rules_of(rng, frame)
    recipient = "south" if rng.uniform() < 0.9 else "east"
    asked: dict[str, Any] = {"recipient": recipient, "time_ns": now_s * SECOND_NS}
    found = release_under(report, grant_from(rules), **asked)
    said = {"origin": "north", "kind": "tracks", "time_ns": report.time_ns}
    leaves = oracle.may_leave(rules, **said, recipient=recipient, now_ns=now_s * SECOND_NS)
    assert (found is not None) == leaves
    why = withheld(report, grant_from(rules), **asked)
    if found is None:
        assert isinstance(why, str)
        return
    positions = report.mean[:, :axes].tolist()
    expected = [
        row
        for row, position in enumerate(positions)
        if oracle.row_leaves(rules, (*where, 0.0), position)
    ]
    assert [row for row, clause in enumerate(why) if clause is None] == expected
    order = sorted(expected, key=lambda row: report.row_id[row].tobytes())
    assert found.row_id.tobytes() == report.row_id[order].tobytes()
    assert found.track_id.tolist() == report.track_id[order].tolist()
    assert list(found.fields) == sorted(set(rules.fields))
    for name, column in found.fields.items():
        assert column.tolist() == report[name][order].tolist()
    for place, row in enumerate(order):
        if rules.precision_m is None:
            assert found.mean[place].tolist() == report.mean[row].tolist()
            continue
        box = oracle.cell(rules.precision_m, oracle.place((*where, 0.0), positions[row]))
        assert box is not None
        released = oracle.place((*where, 0.0), found.mean[place, :axes].tolist())
        assert released[0] == pytest.approx((box[0] + box[2]) / 2, abs=1e-9)
        assert released[1] == pytest.approx((box[1] + box[3]) / 2, abs=1e-7)
    assert found.relay == rules.relay


@LAW
@given(seeds, st.sampled_from(FRAMES), st.sampled_from([2, 3]))
def test_what_is_withheld_changes_no_byte(seed: int, where: tuple[float, float], axes: int) -> None:
    rng = np.random.default_rng(seed)
    frame = dt.LocalFrame(*where)
    report = tracks(rng, frame, int(rng.integers(0, 12)), axes)
    rules = replace(rules_of(rng, frame), from_ns=0, cadence_ns=0, delay_ns=0)
    grant = grant_from(rules)
    asked: dict[str, Any] = {"recipient": "south", "time_ns": 240 * SECOND_NS}
    before = release_under(report, grant, **asked)
    # other rows that are withheld, other values in the fields that are, another order
    kept = rows_of(report, leaving(report, grant, **asked))
    noise = fields_of(rng, len(kept))
    kept = replace(
        kept, fields={n: kept[n] if n in rules.fields else noise[n] for n in reversed(FIELDS)}
    )
    others = tracks(rng, frame, int(rng.integers(0, 12)), axes, spread_m=1e5)
    others = rows_of(others, ~leaving(others, grant, **asked))
    mixed = joined(kept, others)
    mixed = rows_of(mixed, rng.permutation(len(mixed)))
    mixed = replace(mixed, notes={"note": "not known here"})
    assert payload(release_under(mixed, grant, **asked)) == payload(before)


@LAW
@given(seeds, st.sampled_from(FRAMES), st.sampled_from([2, 3]))
def test_twice_is_once(seed: int, where: tuple[float, float], axes: int) -> None:
    rng = np.random.default_rng(seed)
    frame = dt.LocalFrame(*where)
    rules = rules_of(rng, frame)
    asked: dict[str, Any] = {"recipient": "south", "time_ns": 240 * SECOND_NS}
    once = release_under(tracks(rng, frame, 8, axes), grant_from(rules), **asked)
    if once is not None:
        assert payload(release_under(once, grant_from(rules), **asked)) == payload(once)


@LAW
@given(seeds, st.sampled_from(FRAMES[:5]), st.integers(1, 4))
def test_counts_agree_with_counting(seed: int, where: tuple[float, float], k: int) -> None:
    rng = np.random.default_rng(seed)
    frame = dt.LocalFrame(*where)
    rules = replace(
        rules_of(rng, frame, "counts"),
        fields=[],
        from_ns=0,
        delay_ns=0,
        cadence_ns=SECOND_NS,
        areas=[[[star(rng, frame, 4.0)]] for _ in range(rng.integers(1, 3))],
        count_cell_m=4_000.0,
        count_at_least=k,
    )
    try:
        grant = grant_from(rules)
    except dt.errors.SettingError:  # no cell within it
        return
    report = tracks(rng, frame, int(rng.integers(0, 40)), spread_m=8e3)
    asked: dict[str, Any] = {"recipient": "south", "time_ns": report.time_ns}
    found = release_under(report, grant, **asked)
    assert found is not None
    assert found.kind == "counts"
    assert not found.fields
    holds = oracle.counted(rules, (*where, 0.0), report.mean[:, :2].tolist())
    boxes = [tuple(box) for box in grid_cells(found).tolist()]
    assert set(holds) <= set(boxes)
    expected = np.array([holds.get(box, 0) for box in boxes], float)
    expected[expected < k] = np.nan
    np.testing.assert_array_equal(found["count"], expected)
    assert all(oracle.covers(area, box) for area in rules.areas for box in boxes)
    assert payload(release_under(found, grant, **asked)) == payload(found)
    if np.isnan(expected).any():
        with pytest.raises(dt.errors.SettingError, match="cells below the threshold"):
            count_total(found)
    told = np.flatnonzero(~np.isnan(expected))
    assert count_total(found, told) == np.nansum(expected)
