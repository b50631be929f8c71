"""GOSPA of trajectories: against the paper's programme by HiGHS, whole pairs, and its laws."""

from typing import Any

import numpy as np
import pytest
from oracle import track_metrics as oracle
from oracle.runs import Run, frames_from_dicts, near_run, random_run, small_run

import detente as dt
from detente.metrics import Frames, TrajectoryGospa, gospa_run, trajectory_gospa

SETTINGS = [(3.0, 1.0, 1.0), (3.0, 2.0, 2.0), (2.0, 2.0, 0.3), (4.0, 1.5, 2.0)]


def score(
    truth: Run, estimate: Run, cutoff: float, order: float, switch_penalty: float
) -> TrajectoryGospa:
    return trajectory_gospa(
        frames_from_dicts(truth),
        frames_from_dicts(estimate),
        cutoff=cutoff,
        order=order,
        switch_penalty=switch_penalty,
    )


@pytest.mark.parametrize(("cutoff", "order", "penalty"), SETTINGS)
def test_it_is_the_papers_linear_programme(cutoff: float, order: float, penalty: float) -> None:
    rng = np.random.default_rng(2)
    switched = 0
    for _ in range(25):
        truth = small_run(rng, int(rng.integers(0, 5)), 6)
        estimate = near_run(rng, truth)
        found = score(truth, estimate, cutoff, order, penalty)
        expected = oracle.trajectory_gospa(truth, estimate, cutoff, order, penalty)
        assert found.value == pytest.approx(expected, rel=1e-6, abs=1e-6)
        assert found.value**order == pytest.approx(sum(part.sum() for part in found[1:]))
        switched += found.switch.sum() > 0
    assert switched > 5


@pytest.mark.parametrize("penalty", [0.2, 1.0, 3.0])
def test_crowds_in_which_objects_compete_for_tracks_are_solved_too(penalty: float) -> None:
    rng = np.random.default_rng(9)
    for _ in range(4):
        truth = small_run(rng, 7, 8)
        estimate = near_run(rng, truth)
        found = score(truth, estimate, 4.0, 2.0, penalty).value
        expected = oracle.trajectory_gospa(truth, estimate, 4.0, 2.0, penalty)
        assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("cutoff", "order", "penalty"), SETTINGS)
def test_whole_pairs_cost_no_less_and_seldom_more(
    cutoff: float, order: float, penalty: float
) -> None:
    rng = np.random.default_rng(3)
    equal = 0
    for _ in range(25):
        truth = small_run(rng, int(rng.integers(1, 4)), 7)
        estimate = near_run(rng, truth)
        found = score(truth, estimate, cutoff, order, penalty).value
        whole = oracle.trajectory_gospa_whole(truth, estimate, cutoff, order, penalty)
        assert found <= whole + 1e-9
        equal += found == pytest.approx(whole, rel=1e-9)
    assert equal >= 23


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_one_object_against_many_tracks_and_the_reverse(order: float) -> None:
    """Groups of this form go by dynamic programming, not by the simplex method."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        one, many = small_run(rng, 1, 8), small_run(rng, 4, 8)
        expected = oracle.trajectory_gospa_whole(one, many, 5.0, order, 1.5)
        assert score(one, many, 5.0, order, 1.5).value == pytest.approx(expected, rel=1e-9)
        assert score(many, one, 5.0, order, 1.5).value == pytest.approx(expected, rel=1e-9)


def test_without_a_penalty_it_is_gospa_frame_by_frame() -> None:
    truth, estimate = random_run(5)
    x, y = frames_from_dicts(truth), frames_from_dicts(estimate)
    free = trajectory_gospa(x, y, cutoff=5.0, switch_penalty=0.0)
    frames = gospa_run((x.positions, x.offsets), (y.positions, y.offsets), cutoff=5.0)
    np.testing.assert_allclose(free.localisation, frames.localisation, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(free.missed, frames.missed, rtol=1e-6)
    np.testing.assert_allclose(free.false, frames.false, rtol=1e-6)
    assert free.switch.sum() == 0.0
    assert free.value == pytest.approx(np.sqrt((frames.value**2).sum()))


def test_a_larger_penalty_costs_no_less() -> None:
    truth, estimate = random_run(6)
    values = [score(truth, estimate, 5.0, 2.0, g).value for g in (0.0, 0.5, 1.0, 3.0, 10.0)]
    assert all(np.diff(values) >= -1e-9)
    assert values[-1] > values[0]


@pytest.mark.parametrize("order", [1.0, 2.0])
def test_it_is_a_metric_of_sets_of_trajectories(order: float) -> None:
    rng = np.random.default_rng(7)

    def distance(a: Run, b: Run) -> float:
        return score(a, b, 3.0, order, 1.0).value

    for _ in range(60):
        x, y, z = (small_run(rng, int(rng.integers(0, 4)), 5) for _ in range(3))
        there = distance(x, y)
        assert distance(x, x) == 0.0
        assert distance(y, x) == pytest.approx(there, abs=1e-7)
        assert there <= distance(x, z) + distance(z, y) + 1e-7


@pytest.mark.parametrize("penalty", [1.0, 2.0])
def test_a_swap_costs_a_penalty_for_each_object(penalty: float) -> None:
    place = {"a": (0.0, 0.0), "b": (4.0, 0.0)}
    swapped = {"b": (0.0, 0.0), "a": (4.0, 0.0)}
    found = score([place] * 6, [place] * 3 + [swapped] * 3, 10.0, 2.0, penalty)
    np.testing.assert_allclose(found.switch, [0, 0, 0, 2 * penalty**2, 0, 0], atol=1e-9)
    assert found.value == pytest.approx(np.sqrt(2) * penalty)


def test_fine_differences_survive_a_large_cutoff() -> None:
    truth = [{"a": (0.0, 0.0)}] * 3
    found = score(truth, [{"x": (1e-3, 0.0)}] * 3, 1e6, 2.0, 1.0)
    assert found.value == pytest.approx(1e-3 * np.sqrt(3), rel=1e-12)


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"cutoff": -1.0}, dt.errors.SettingError, "cutoff must be positive"),
    ({"order": np.inf}, dt.errors.SettingError, "order must be finite"),
    ({"switch_penalty": -1.0}, dt.errors.SettingError, "switch_penalty must be finite and at"),
    ({"switch_penalty": np.nan}, dt.errors.SettingError, "switch_penalty must be finite and at"),
]


@pytest.mark.parametrize(("setting", "error", "message"), BAD)
def test_bad_settings_are_refused(
    setting: dict[str, Any], error: type[Exception], message: str
) -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(error, match=message):
        trajectory_gospa(good, good, **({"cutoff": 5.0, "switch_penalty": 1.0} | setting))


def test_bad_runs_are_refused() -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(dt.errors.SettingError, match="identities of estimate must be given"):
        trajectory_gospa(good, good._replace(identity=None), cutoff=5.0, switch_penalty=1.0)
    twice = Frames(np.zeros((2, 2)), np.array([0, 2]), np.array([4, 4]))
    with pytest.raises(dt.errors.SettingError, match="twice in frame 0"):
        trajectory_gospa(twice, good, cutoff=5.0, switch_penalty=1.0)
