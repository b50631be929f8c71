"""Identity switches and fragmentations: against dictionaries, and by hand."""

from typing import Any

import numpy as np
import pytest
from oracle import clear_mot

import detente as dt
from detente.metrics import Frames, continuity, frames_from_times


def frames_from_dicts(run: list[dict[Any, Any]]) -> Frames:
    """Return a run with identities as the package takes it."""
    rows = [(k, name, place) for k, frame in enumerate(run) for name, place in frame.items()]
    return frames_from_times(
        [float(k) for k, _, _ in rows],
        np.reshape([place for _, _, place in rows], (-1, 2)),
        times_s=np.arange(len(run)),
        identity=np.array([name for _, name, _ in rows], dtype=str),
    )


def random_run(seed: int) -> tuple[list[dict[Any, Any]], list[dict[Any, Any]]]:
    """Objects that wander, come and go; tracks that miss, swap and invent."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(0, 40, (8, 2))
    names = np.arange(8)
    truth: list[dict[Any, Any]] = []
    estimate: list[dict[Any, Any]] = []
    for _ in range(30):
        place = place + rng.normal(0, 2, place.shape)
        if rng.random() < 0.3:
            i, j = rng.choice(8, 2, replace=False)
            names[[i, j]] = names[[j, i]]
        here, seen = rng.random((2, 8)) < 0.85
        truth.append({f"object {i}": place[i] for i in range(8) if here[i]})
        tracks = {f"t{names[i]}": place[i] + rng.normal(0, 2, 2) for i in range(8) if seen[i]}
        estimate.append(tracks | {f"clutter {rng.integers(99)}": rng.uniform(0, 40, 2)})
    return truth, estimate


@pytest.mark.parametrize("seed", range(20))
def test_counts_follow_the_definition(seed: int) -> None:
    truth, estimate = random_run(seed)
    score = continuity(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    assert score[:5] == clear_mot.continuity(truth, estimate, 5.0)
    assert score.switches > 0
    assert score.fragmentations > 0


@pytest.mark.parametrize("seed", range(5))
def test_names_and_the_order_within_a_frame_do_not_matter(seed: int) -> None:
    truth, estimate = random_run(seed)
    backwards = [dict(reversed(frame.items())) for frame in estimate]
    renamed = [{f"x{name[::-1]}": place for name, place in frame.items()} for frame in backwards]
    first = continuity(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    again = continuity(frames_from_dicts(truth), frames_from_dicts(renamed), cutoff=5.0)
    assert first[:5] == again[:5]


def test_a_valid_pair_is_kept_though_another_is_nearer() -> None:
    truth = [{"a": (0.0, 0.0)}, {"a": (0.0, 0.0)}]
    estimate = [{"x": (1.0, 0.0)}, {"x": (1.0, 0.0), "y": (0.0, 0.0)}]
    score = continuity(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    assert score.switches == 0
    assert score.false == 1
    np.testing.assert_array_equal(score.estimate_row, [0, 1])


def test_absence_is_no_fragmentation_but_a_new_track_is_a_switch() -> None:
    here = {"a": (0.0, 0.0)}
    truth = [here, {}, here]
    estimate = [{"x": (0.0, 0.0)}, {}, {"y": (0.0, 0.0)}]
    score = continuity(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    assert (score.switches, score.fragmentations) == (1, 0)
    assert (score.matched, score.missed, score.false) == (2, 0, 0)


def test_truth_against_itself_is_flawless() -> None:
    truth, _ = random_run(7)
    frames = frames_from_dicts(truth)
    score = continuity(frames, frames, cutoff=5.0)
    assert score[:5] == (0, 0, len(frames.positions), 0, 0)
    np.testing.assert_array_equal(score.estimate_row, np.arange(len(frames.positions)))


def test_bad_input_is_refused() -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(dt.errors.SettingError, match="identities of truth must be given"):
        continuity(good._replace(identity=None), good, cutoff=5.0)
    with pytest.raises(dt.errors.ShapeError, match="identities of estimate must have shape"):
        continuity(good, good._replace(identity=np.array(["a", "b"])), cutoff=5.0)
    with pytest.raises(dt.errors.SettingError, match="cutoff must be positive"):
        continuity(good, good, cutoff=-1.0)
    twice = Frames(np.zeros((2, 2)), np.array([0, 2]), np.array([4, 4]))
    with pytest.raises(dt.errors.SettingError, match="twice in frame 0"):
        continuity(good, twice, cutoff=5.0)
