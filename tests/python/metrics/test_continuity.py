"""Identity switches and fragmentations: against dictionaries, and by hand."""

import numpy as np
import pytest
from oracle import clear_mot
from oracle.runs import frames_from_dicts, random_run

import detente as dt
from detente.metrics import Frames, continuity


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
