"""OSPA⁽²⁾: against its definition, the laws of a metric, and at scale."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import track_metrics as oracle
from oracle.runs import Run, frames_from_dicts, random_run, small_run

import detente as dt
from detente.metrics import Frames, ospa2, ospa2_run

Floats = NDArray[np.float64]

ORDERS = [(1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (2.0, 2.0), (3.3, 1.7)]


def both(truth: Run, estimate: Run) -> tuple[Frames, Frames]:
    return frames_from_dicts(truth), frames_from_dicts(estimate)


@pytest.mark.parametrize(("order", "base_order"), ORDERS)
@pytest.mark.parametrize("seed", range(6))
def test_it_follows_its_definition(seed: int, order: float, base_order: float) -> None:
    truth, estimate = random_run(seed)
    weights = np.random.default_rng(seed).uniform(0.1, 3.0, len(truth))
    score = ospa2(
        *both(truth, estimate), cutoff=5.0, order=order, base_order=base_order, weights=weights
    )
    expected = oracle.ospa2(truth, estimate, 5.0, order, base_order, weights)
    assert score.value == pytest.approx(expected, rel=1e-9)
    assert score.value**order == pytest.approx(score.localisation + score.cardinality)


@pytest.mark.parametrize("seed", range(3))
def test_windows_are_the_parts_of_the_run(seed: int) -> None:
    truth, estimate = random_run(seed)
    weights = np.array([0.2, 0.5, 0.9, 1.0])
    run = ospa2_run(*both(truth, estimate), cutoff=5.0, weights=weights, order=2.0)
    assert run.value.shape == (len(truth),)
    for end, value in enumerate(run.value):
        part = slice(max(end - 3, 0), end + 1)
        x, y = truth[part], estimate[part]
        assert value == pytest.approx(oracle.ospa2(x, y, 5.0, 2.0, 1.0, weights[-len(x) :]))
    some = ospa2_run(*both(truth, estimate), cutoff=5.0, weights=weights, order=2.0, ends=[29, 3])
    np.testing.assert_array_equal(some.value, run.value[[29, 3]])
    whole = ospa2_run(*both(truth, estimate), cutoff=5.0, window=30, ends=[29])
    assert whole.value[0] == ospa2(*both(truth, estimate), cutoff=5.0).value


def test_a_window_of_one_frame_is_ospa() -> None:
    x, y = both(*random_run(3))
    frames = (x.positions, x.offsets), (y.positions, y.offsets)
    expected = dt.metrics.ospa_run(*frames, cutoff=5.0, order=2.0)
    run = ospa2_run(x, y, cutoff=5.0, window=1, order=2.0)
    np.testing.assert_allclose(run.value, expected.value, rtol=1e-12)
    np.testing.assert_allclose(run.cardinality, expected.cardinality, rtol=1e-12)


@pytest.mark.parametrize(("order", "base_order"), ORDERS)
def test_it_is_a_metric_of_sets_of_tracks(order: float, base_order: float) -> None:
    rng = np.random.default_rng(8)

    def distance(a: Run, b: Run) -> float:
        return ospa2(*both(a, b), cutoff=3.0, order=order, base_order=base_order).value

    strict = 0
    for _ in range(150):
        x, y, z = (small_run(rng, int(rng.integers(0, 4)), 4) for _ in range(3))
        there = distance(x, y)
        assert distance(x, x) == 0.0
        assert distance(y, x) == pytest.approx(there, abs=1e-12)
        assert there <= distance(x, z) + distance(z, y) + 1e-12
        renamed = [{f"{9 - name}": place for name, place in frame.items()} for frame in x]
        assert distance(renamed, y) == pytest.approx(there, abs=1e-12)
        strict += there > 0.0
    assert strict > 100


def test_a_swap_costs_though_every_frame_is_perfect() -> None:
    place = {"a": (0.0, 0.0), "b": (9.0, 0.0)}
    swapped = {"b": (0.0, 0.0), "a": (9.0, 0.0)}
    score = ospa2(*both([place] * 4, [place] * 2 + [swapped] * 2), cutoff=5.0)
    assert score.value == 2.5


def test_sixty_thousand_tracks_are_scored_exactly() -> None:
    """A grid wide enough that each track meets its own alone; the value is known."""
    n, frames = 60_000, 3
    place = np.stack(np.divmod(np.arange(n), 250), axis=1) * 100.0
    positions = np.concatenate([place] * frames)
    offsets = np.arange(0, n * frames + 1, n)
    names = np.tile(np.arange(n), frames)
    moved = positions + np.where(names % 2 == 0, 3.0, 0.0)[:, np.newaxis] * [1.0, 0.0]
    run = ospa2_run(
        Frames(positions, offsets, names), Frames(moved, offsets, names), cutoff=10.0, window=2
    )
    np.testing.assert_allclose(run.value, 1.5, rtol=1e-12)


def test_nothing_is_at_distance_nothing() -> None:
    empty = frames_from_dicts([{}, {}])
    one = frames_from_dicts([{"a": (0.0, 0.0)}, {}])
    assert ospa2(empty, empty, cutoff=4.0).value == 0.0
    assert ospa2(one, empty, cutoff=4.0) == (4.0, 0.0, 4.0)
    none = Frames(np.zeros((0, 2)), np.array([0]), np.array([], int))
    assert ospa2(none, none, cutoff=4.0).value == 0.0


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"cutoff": 0.0}, dt.errors.SettingError, "cutoff must be positive"),
    ({"order": 0.5}, dt.errors.SettingError, "order must be finite and at least 1"),
    ({"base_order": np.inf}, dt.errors.SettingError, "order must be finite and at least 1"),
    ({"window": None}, dt.errors.SettingError, "either window or weights must be given"),
    ({"weights": [1.0]}, dt.errors.SettingError, "either window or weights must be given"),
    ({"window": 0}, dt.errors.SettingError, "window must be at least 1 frame, found 0"),
    ({"window": None, "weights": [1.0, 0.0]}, dt.errors.SettingError, "weights must be positive"),
    ({"window": None, "weights": []}, dt.errors.SettingError, "weights must be positive"),
    ({"window": None, "weights": [np.nan]}, dt.errors.NotFiniteError, "weights must be finite"),
    ({"ends": [1]}, dt.errors.SettingError, "found 1 of 1 frames"),
    ({"ends": [-1]}, dt.errors.SettingError, "the frames at which windows end must lie in"),
]


@pytest.mark.parametrize(("setting", "error", "message"), BAD)
def test_bad_settings_are_refused(
    setting: dict[str, Any], error: type[Exception], message: str
) -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(error, match=message):
        ospa2_run(good, good, **({"cutoff": 5.0, "window": 2} | setting))


def test_bad_runs_are_refused() -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(dt.errors.SettingError, match="identities of truth must be given"):
        ospa2(good._replace(identity=None), good, cutoff=5.0)
    twice = Frames(np.zeros((2, 2)), np.array([0, 2]), np.array([4, 4]))
    with pytest.raises(dt.errors.SettingError, match="twice in frame 0"):
        ospa2(good, twice, cutoff=5.0)
    with pytest.raises(dt.errors.ShapeError, match="identities of estimate must have shape"):
        ospa2(good, good._replace(identity=np.array(["a", "b"])), cutoff=5.0)
    with pytest.raises(dt.errors.SettingError, match=r"weights must be one for each of the 1"):
        ospa2(good, good, cutoff=5.0, weights=[1.0, 1.0])
