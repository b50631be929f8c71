"""SIAP: against dictionaries and every cover, and by hand."""

import numpy as np
import pytest
from oracle import siap as oracle
from oracle.runs import frames_from_dicts, random_run

import detente as dt
from detente.metrics import Frames, siap


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("cutoff", [3.0, 8.0])
def test_it_follows_its_definition(seed: int, cutoff: float) -> None:
    truth, estimate = random_run(seed)
    score = siap(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=cutoff)
    ours = (*score[:4], score.number_changes, score.longest_segment)
    np.testing.assert_allclose(ours, oracle.siap(truth, estimate, cutoff), rtol=1e-12)
    assert score.number_changes > 0


def test_truth_against_itself_is_perfect() -> None:
    truth, _ = random_run(1)
    frames = frames_from_dicts(truth)
    score = siap(frames, frames, cutoff=5.0, velocities=(frames.positions, frames.positions))
    assert score[:6] == (1.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    assert score.longest_segment == 1.0
    np.testing.assert_array_equal(score.truth_row, np.arange(len(frames.positions)))


def test_a_second_track_is_ambiguous_and_a_far_one_spurious() -> None:
    truth = [{"a": (0.0, 0.0)}] * 4
    estimate = [{"x": (1.0, 0.0), "y": (0.0, 2.0), "z": (90.0, 0.0)}] * 4
    score = siap(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    assert score[:4] == (1.0, 2.0, 1 / 3, 1.5)
    assert (score.number_changes, score.longest_segment) == (0.0, 1.0)


def test_a_handover_with_overlap_is_one_change() -> None:
    here = (0.0, 0.0)
    truth = [{"a": here}] * 6
    estimate = [{"x": here}, {"x": here}, {"x": here, "y": here}, {"y": here}, {}, {"y": here}]
    score = siap(frames_from_dicts(truth), frames_from_dicts(estimate), cutoff=5.0)
    assert score.number_changes == 1 / 5
    assert score.longest_segment == 3 / 6


def test_velocities_are_compared_over_the_assigned_rows() -> None:
    truth = frames_from_dicts([{"a": (0.0, 0.0)}, {"a": (1.0, 0.0)}])
    tracks = frames_from_dicts([{"x": (0.0, 0.0), "y": (99.0, 0.0)}, {"x": (1.0, 0.0)}])
    own = [[1.0, 0.0], [1.0, 0.0]]
    score = siap(truth, tracks, cutoff=5.0, velocities=(own, [[4.0, 4.0], [7.0, 7.0], [1.0, 0.0]]))
    assert score.velocity_accuracy == 2.5


def test_what_has_no_ratio_is_nan() -> None:
    one, none = frames_from_dicts([{"a": (0.0, 0.0)}]), frames_from_dicts([{}])
    lost = siap(one, none, cutoff=5.0)
    assert (lost.completeness, lost.longest_segment) == (0.0, 0.0)
    assert np.isnan([lost.ambiguity, lost.spuriousness, lost.positional_accuracy]).all()
    assert np.isnan(lost.velocity_accuracy)
    invented = siap(none, one, cutoff=5.0)
    assert invented.spuriousness == 1.0
    assert np.isnan(invented.completeness)


def test_bad_input_is_refused() -> None:
    good = frames_from_dicts([{"a": (0.0, 0.0)}])
    with pytest.raises(dt.errors.SettingError, match="cutoff must be positive"):
        siap(good, good, cutoff=0.0)
    with pytest.raises(dt.errors.SettingError, match="identities of estimate must be given"):
        siap(good, good._replace(identity=None), cutoff=5.0)
    twice = Frames(np.zeros((2, 2)), np.array([0, 2]), np.array([4, 4]))
    with pytest.raises(dt.errors.SettingError, match=r"identities of estimate.*twice in frame 0"):
        siap(good, twice, cutoff=5.0)
    with pytest.raises(dt.errors.ShapeError, match=r"velocities of estimate must have shape \(1"):
        siap(good, good, cutoff=5.0, velocities=([[0.0]], [[0.0], [1.0]]))
    with pytest.raises(dt.errors.ShapeError, match=r"velocities of truth must have shape \(1"):
        siap(good, good, cutoff=5.0, velocities=(0.0, [[0.0]]))
    with pytest.raises(dt.errors.NotFiniteError, match="velocities of truth must be finite"):
        siap(good, good, cutoff=5.0, velocities=([[np.nan]], [[0.0]]))
