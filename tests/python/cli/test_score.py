"""Scores of tracks against identities or truth, on a grid of times."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import detente as dt
from detente.cli.score import (
    Reference,
    frames_on_grid,
    number_appearances,
    reference_from_recording,
    score,
)
from detente.io import Recording
from detente.io.screening import rejected_table


def rows(who: list[int], time_s: list[float], x_m: list[float], name: str = "identity") -> dt.Table:
    return dt.Table({name: who, "time_s": time_s, "x_m": x_m, "y_m": np.zeros(len(who))})


TIME_S = np.repeat(np.arange(0.0, 61.0, 6.0), 2)
WHO = np.tile([0, 1], len(TIME_S) // 2)
PLACE = {"time_s": TIME_S, "x_m": 5 * TIME_S, "y_m": 100.0 * WHO}
TRUTH = dt.Table({**PLACE, "identity": WHO})
"""Two objects that drive side by side, 100 m apart, for a minute."""


def scored(columns: dict[str, Any], gap_s: float = 30.0) -> dict[str, Any]:
    points = dt.Table({**PLACE, "track_id": WHO, **columns})
    reference = Reference("identity", TRUTH, np.arange(0.0, 61.0, 10.0))
    return score(points, reference, cutoff_m=50.0, longest_gap_s=gap_s)


def test_perfect_tracks_have_no_error() -> None:
    found = scored({"track_id": 7 - WHO})
    zero = ("gospa_m", "missed", "false", "identity_switches", "fragments", "position_rmse_m")
    assert [found[name] for name in zero] == [0] * len(zero)
    assert (found["objects"], found["appearances"], found["present"]) == (2, 2, 2.0)


def test_a_shift_is_an_error_of_position() -> None:
    found = scored({"y_m": 100.0 * WHO + 3.0})
    assert found["position_rmse_m"] == pytest.approx(3.0)
    assert found["gospa_m"] == pytest.approx(3.0 * np.sqrt(2))


def test_tracks_that_swap_are_two_switches() -> None:
    swapped = np.where(TIME_S > 30, 1 - WHO, WHO)  # between 30 s and 36 s they cross over
    found = scored({"track_id": swapped}, gap_s=6.5)
    assert found["identity_switches"] == 2
    assert (found["missed"], found["false"]) == (0.0, 0.0)


def test_a_missing_and_a_false_track() -> None:
    found = scored({"y_m": 200.0 * WHO})
    assert (found["missed"], found["false"]) == (1.0, 1.0)
    assert found["position_rmse_m"] == 0.0


def test_no_tracks() -> None:
    reference = Reference("identity", TRUTH, np.arange(0.0, 61.0, 10.0))
    nothing = dt.Table({**PLACE, "track_id": WHO}).take(slice(0))
    found = score(nothing, reference, cutoff_m=50.0, longest_gap_s=30.0)
    assert found["missed"] == 2.0
    assert found["position_rmse_m"] is None


def test_an_object_that_returns_is_another_appearance() -> None:
    times = [0.0, 10.0, 20.0, 500.0, 510.0]
    truth = rows([3] * 5, times, times)
    points = rows([1, 1, 1, 2, 2], times, times, "track_id")
    reference = Reference("identity", truth, np.arange(0.0, 520.0, 10.0))
    found = score(points, reference, cutoff_m=50.0, longest_gap_s=60.0)
    assert (found["objects"], found["appearances"]) == (1, 2)
    assert found["identity_switches"] == 0
    assert found["present"] == pytest.approx(5 / 52)


@given(
    hnp.arrays(np.int64, st.shared(st.integers(1, 30), key="n"), elements=st.integers(0, 3)),
    hnp.arrays(np.int64, st.shared(st.integers(1, 30), key="n"), elements=st.integers(0, 100)),
)
def test_the_grid_agrees_with_interpolation_object_by_object(
    who: np.ndarray[Any, np.dtype[np.int64]], ticks: np.ndarray[Any, np.dtype[np.int64]]
) -> None:
    _, first = np.unique(np.stack([who, ticks]), axis=1, return_index=True)
    who, time_s = who[first], ticks[first] / 7.0
    table = dt.Table({"time_s": time_s, "x_m": np.cos(time_s) * who, "y_m": time_s**2})
    grid_s, gap_s = np.arange(0.0, 15.0, 0.5), 3.0
    frames = frames_on_grid(table, who, grid_s, gap_s)
    part = number_appearances(who, time_s, gap_s)
    expected: list[tuple[float, int, float, float]] = []
    for number in np.unique(part):
        mine = part == number
        order = np.argsort(time_s[mine])
        t, x, y = (table[name][mine][order] for name in ("time_s", "x_m", "y_m"))
        expected += [
            (k, int(who[mine][0]), np.interp(k, t, x), np.interp(k, t, y))
            for k in grid_s
            if t[0] <= k <= t[-1]
        ]
    expected.sort()
    assert frames.identity is not None
    times_s = np.repeat(grid_s, np.diff(frames.offsets))
    found = sorted(
        zip(times_s.tolist(), frames.identity.tolist(), *frames.positions.T.tolist(), strict=True)
    )
    np.testing.assert_allclose(np.array(found).reshape(-1, 4), np.array(expected).reshape(-1, 4))


def recording(truth: dt.Table | None = None, scans: dt.Table | None = None) -> Recording:
    table = rows([0, 0], [3.0, 27.0], [0.0, 1.0]).columns
    columns = {name: column for name, column in table.items() if name != "identity"}
    rejected = rejected_table("f", [])
    table = dt.Table(columns)
    return Recording("ais", ("f",), "reporting", table, rejected, truth=truth, scans=scans)


def test_what_there_is_to_compare_with() -> None:
    assert reference_from_recording(recording(), step_s=5.0) is None
    truth = dt.Table({"time_s": [0.0], "truth_id": [4], "x_m": [0.0], "y_m": [0.0]})
    scans = dt.Table({"time_s": [1.0, 2.0, 2.0], "sensor": ["a", "a", "b"]})
    found = reference_from_recording(recording(truth=truth, scans=scans), step_s=5.0)
    assert found is not None
    assert found.name == "truth"
    assert found.grid_s.tolist() == [1.0, 2.0]
    named = rows([0, 0], [3.0, 27.0], [0.0, 1.0])
    one = Recording("ais", ("f",), "reporting", named, rejected_table("f", []))
    found = reference_from_recording(one, step_s=5.0)
    assert found is not None
    assert found.grid_s.tolist() == [5.0, 10.0, 15.0, 20.0, 25.0]
