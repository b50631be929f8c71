"""CLEAR MOT, HOTA and identity F1: against dense matrices, and TrackEval where it is installed."""

import importlib.util
import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import mot as oracle
from oracle.runs import Run, frames_from_dicts, random_run

import detente as dt
from detente.metrics import Frames, clear_mot, hota, identity_f1

Floats = NDArray[np.float64]

THRESHOLDS = np.arange(0.05, 0.99, 0.05)


def random_boxes(seed: int) -> tuple[Run, Run]:
    """Boxes around the points of a random run."""
    rng = np.random.default_rng(seed)

    def boxed(run: Run) -> Run:
        return [{n: (*p, *rng.uniform(8, 14, 2)) for n, p in frame.items()} for frame in run]

    truth, estimate = random_run(seed)
    return boxed(truth), boxed(estimate)


def with_holes(run: Run, seed: int) -> Run:
    """The run with some frames emptied."""
    rng = np.random.default_rng(seed)
    return [{} if rng.random() < 0.2 else frame for frame in run]


def cases() -> list[tuple[Run, Run, float | None]]:
    points = [(*random_run(seed), 12.0) for seed in range(8)]
    holes = [(with_holes(x, 1), with_holes(y, 2), 12.0) for x, y, _ in points[:3]]
    boxes = [(*random_boxes(seed), None) for seed in range(5)]
    return [*points, *holes, *boxes]


def as_frames(truth: Run, estimate: Run, cutoff: float | None) -> tuple[Frames, Frames]:
    dim = 4 if cutoff is None else 2
    return frames_from_dicts(truth, dim), frames_from_dicts(estimate, dim)


CASES = [pytest.param(*case, id=str(i)) for i, case in enumerate(cases())]


@pytest.mark.parametrize(("truth", "estimate", "cutoff"), CASES)
@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_clear_mot_follows_its_definition(
    truth: Run, estimate: Run, cutoff: float | None, threshold: float
) -> None:
    x, y = as_frames(truth, estimate, cutoff)
    found = clear_mot(x, y, cutoff=cutoff, threshold=threshold)
    matrices = oracle.likenesses(truth, estimate, cutoff)
    expected = oracle.clear(truth, estimate, matrices, threshold)
    for name, value in expected.items():
        if name != "likeness":
            assert getattr(found, name) == value, name
    rows = found.matched + found.missed
    assert found.motp == pytest.approx(expected["likeness"] / found.matched, rel=1e-12)
    errors = found.missed + found.false + found.switches
    assert found.mota == pytest.approx(1 - errors / rows)
    assert found.switches > 0


@pytest.mark.parametrize(("truth", "estimate", "cutoff"), CASES)
def test_hota_follows_its_definition(truth: Run, estimate: Run, cutoff: float | None) -> None:
    x, y = as_frames(truth, estimate, cutoff)
    found = hota(x, y, cutoff=cutoff)
    matrices = oracle.likenesses(truth, estimate, cutoff)
    expected = oracle.hota(truth, estimate, matrices, THRESHOLDS)
    np.testing.assert_allclose(found.by_threshold, expected, rtol=1e-9)
    np.testing.assert_allclose(found[:4], expected.mean(axis=0), rtol=1e-9)
    assert 0.1 < found.hota < 0.9


@pytest.mark.parametrize(("truth", "estimate", "cutoff"), CASES)
def test_identity_f1_follows_its_definition(
    truth: Run, estimate: Run, cutoff: float | None
) -> None:
    x, y = as_frames(truth, estimate, cutoff)
    found = identity_f1(x, y, cutoff=cutoff)
    matrices = oracle.likenesses(truth, estimate, cutoff)
    assert found.matched == oracle.identity(truth, estimate, matrices, 0.5)
    assert found.missed == len(x.positions) - found.matched
    assert found.false == len(y.positions) - found.matched
    assert found.f1 == pytest.approx(2 / (1 / found.precision + 1 / found.recall))


@pytest.mark.skipif(not importlib.util.find_spec("trackeval"), reason="trackeval not installed")
@pytest.mark.parametrize(("truth", "estimate", "cutoff"), CASES)
def test_all_are_those_of_trackeval(truth: Run, estimate: Run, cutoff: float | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from trackeval.metrics import CLEAR, HOTA, Identity  # noqa: PLC0415  # may be missing

    x, y = as_frames(truth, estimate, cutoff)
    (truth_id, objects), (track_id, tracks) = (oracle.numbers(run) for run in (truth, estimate))
    data = {
        "num_timesteps": len(truth),
        "num_gt_ids": objects,
        "num_tracker_ids": tracks,
        "num_gt_dets": len(x.positions),
        "num_tracker_dets": len(y.positions),
        "gt_ids": truth_id,
        "tracker_ids": track_id,
        "similarity_scores": oracle.likenesses(truth, estimate, cutoff),
    }
    quiet = {"PRINT_CONFIG": False}
    theirs: dict[str, Any] = CLEAR(quiet).eval_sequence(data)
    ours = clear_mot(x, y, cutoff=cutoff)
    names = ("MOTA", "MOTP", "IDSW", "Frag", "CLR_TP", "CLR_FN", "CLR_FP", "MT", "ML")
    np.testing.assert_allclose(ours, [theirs[name] for name in names], rtol=1e-12)

    theirs = HOTA().eval_sequence(data)
    score = hota(x, y, cutoff=cutoff)
    for column, name in enumerate(("HOTA", "DetA", "AssA", "LocA")):
        np.testing.assert_allclose(score.by_threshold[:, column], theirs[name], rtol=1e-9)
    for array, name in zip(score[5:], ("DetRe", "DetPr", "AssRe", "AssPr"), strict=True):
        np.testing.assert_allclose(array, theirs[name], rtol=1e-9)

    theirs = Identity(quiet).eval_sequence(data)
    names = ("IDF1", "IDP", "IDR", "IDTP", "IDFN", "IDFP")
    ids = identity_f1(x, y, cutoff=cutoff)
    np.testing.assert_allclose(ids, [theirs[name] for name in names], rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_truth_against_itself_is_perfect_and_names_do_not_matter(seed: int) -> None:
    truth, estimate = random_run(seed)
    x, y = frames_from_dicts(truth), frames_from_dicts(estimate)
    renamed = frames_from_dicts([{f"z{n}"[::-1]: p for n, p in f.items()} for f in estimate])
    assert clear_mot(x, x, cutoff=12.0)[:4] == (1.0, 1.0, 0, clear_mot(x, x, cutoff=12.0)[3])
    assert hota(x, x, cutoff=12.0)[:4] == (1.0, 1.0, 1.0, 1.0)
    assert identity_f1(x, x, cutoff=12.0).f1 == 1.0
    assert clear_mot(x, y, cutoff=12.0) == clear_mot(x, renamed, cutoff=12.0)
    assert hota(x, y, cutoff=12.0).hota == pytest.approx(hota(x, renamed, cutoff=12.0).hota)
    assert identity_f1(x, y, cutoff=12.0) == identity_f1(x, renamed, cutoff=12.0)


def test_boxes_overlap_as_by_hand() -> None:
    truth = frames_from_dicts([{"a": (0.0, 0.0, 2.0, 2.0)}], dim=4)
    half = frames_from_dicts([{"x": (1.0, 0.0, 2.0, 2.0)}], dim=4)
    assert clear_mot(truth, half, cutoff=None, threshold=0.3).motp == pytest.approx(1 / 3)
    apart = frames_from_dicts([{"x": (2.0, 0.0, 2.0, 2.0)}], dim=4)
    assert clear_mot(truth, apart, cutoff=None, threshold=0.01).matched == 0


def test_nothing_at_all_has_scores() -> None:
    one = frames_from_dicts([{"a": (0.0, 0.0)}, {}])
    none = frames_from_dicts([{}, {}])
    assert clear_mot(one, none, cutoff=5.0)[:7] == (0.0, 0.0, 0, 0, 0, 1, 0)
    assert clear_mot(none, one, cutoff=5.0)[:7] == (0.0, 0.0, 0, 0, 0, 0, 1)
    assert hota(one, none, cutoff=5.0)[:4] == (0.0, 0.0, 0.0, 1.0)
    assert identity_f1(none, none, cutoff=5.0).f1 == 0.0


@pytest.mark.parametrize("score", [clear_mot, hota, identity_f1])
def test_bad_input_is_refused(score: Any) -> None:  # noqa: ANN401  # one of three functions
    good = frames_from_dicts([{"a": (1.0, 2.0)}])
    with pytest.raises(dt.errors.SettingError, match="cutoff must be positive and finite"):
        score(good, good, cutoff=0.0)
    with pytest.raises(dt.errors.SettingError, match="identities of truth must be given"):
        score(good._replace(identity=None), good, cutoff=5.0)
    twice = Frames(np.ones((2, 2)), np.array([0, 2]), np.array([4, 4]))
    with pytest.raises(dt.errors.SettingError, match="twice in frame 0"):
        score(good, twice, cutoff=5.0)
    odd = frames_from_dicts([{"a": (1.0, 2.0, 3.0)}], dim=3)
    with pytest.raises(dt.errors.ShapeError, match=r"boxes of truth must have shape \(n, 2a\)"):
        score(odd, odd, cutoff=None)
    flat = frames_from_dicts([{"a": (1.0, 0.0)}])
    with pytest.raises(dt.errors.SettingError, match="boxes of estimate must be of positive size"):
        score(good, flat, cutoff=None)


@pytest.mark.parametrize("threshold", [0.0, 1.1, np.nan])
def test_bad_thresholds_are_refused(threshold: float) -> None:
    good = frames_from_dicts([{"a": (1.0, 2.0)}])
    with pytest.raises(dt.errors.SettingError, match="threshold must be above 0 and at most 1"):
        clear_mot(good, good, cutoff=5.0, threshold=threshold)
    with pytest.raises(dt.errors.SettingError, match="threshold must be above 0 and at most 1"):
        identity_f1(good, good, cutoff=5.0, threshold=threshold)
    with pytest.raises((dt.errors.SettingError, dt.errors.NotFiniteError), match="threshold"):
        hota(good, good, cutoff=5.0, thresholds=[0.5, threshold])
