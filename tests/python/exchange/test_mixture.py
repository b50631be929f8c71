"""Tracklets under "pmbm": never taken back, and worth what pooled detections are."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Look, Observer, Watcher, rehearse
from detente.exchange.rehearsal import How
from detente.metrics import Frames
from detente.tracking import Association

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
SIDE_M, STD_M, CLUTTER, SCANS, PAIRS = 60.0, 1.0, 2.0, 40, 4
CUTOFF_M = 6.0
TRACKER = dt.Tracker(
    motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    birth=dt.Birth(rate_density=1e-5, initial_density=5e-4, velocity_std_m_s=2.0),
    association="pmbm",
)


class Scene(NamedTuple):
    """What two parties saw, and where the objects are at each scan, (SCANS, n, 2)."""

    watchers: list[Watcher]
    truth_m: Array


class Score(NamedTuple):
    """What the parties' pictures are worth, of both together."""

    gospa_m: float
    switches: int
    alike: float
    """The share of objects in both pictures that have one name in both."""


def _scene(seed: int, detection_probability: float) -> Scene:
    """Return pairs that walk a few deviations apart, crossing each other's way."""
    rng = np.random.default_rng(seed)
    start = np.repeat(rng.uniform(-20.0, 20.0, (PAIRS, 2)), 2, axis=0)
    start += rng.normal(0.0, 2.5, start.shape)
    velocity = np.repeat(rng.normal(0.0, 0.8, (PAIRS, 2)), 2, axis=0)
    truth_m = start + np.arange(SCANS)[:, None, None] * velocity
    radar = dt.PositionSensor(
        std_m=STD_M,
        detection_probability=detection_probability,
        clutter_density=CLUTTER / (2.0 * SIDE_M) ** 2,
        coverage=dt.Everywhere(),
        name="radar",
    )
    watchers: list[Watcher] = []
    for party, name in enumerate(("north", "south")):
        looks: list[Look] = []
        for k, at_m in enumerate(truth_m):
            seen_m: Array = at_m[rng.random(len(at_m)) < detection_probability]
            seen_m = seen_m + rng.normal(0.0, STD_M, seen_m.shape)
            false_m = rng.uniform(-SIDE_M, SIDE_M, (rng.poisson(CLUTTER), 2))
            time_ns = k * SECOND_NS + party * SECOND_NS // 3
            looks.append(Look(time_ns, radar, np.r_[seen_m, false_m]))
        watchers.append(Watcher(name, looks))
    return Scene(watchers, truth_m)


def _score(scene: Scene, how: How) -> Score:
    times_ns = [look.time_ns for look in scene.watchers[1].looks]
    shown = list(rehearse(scene.watchers, TRACKER, how=how, times_ns=times_ns))
    gospa: list[float] = []
    switches, same, both = 0, 0, 0
    for party in ("north", "south"):
        mine = [one.snapshot.confirmed() for one in shown if one.party == party]
        places, ids = ([getattr(s, name) for s in mine] for name in ("mean", "track_id"))
        places = [mean[:, :2] for mean in places]
        for truth_m, mean in zip(scene.truth_m, places, strict=True):
            gospa.append(dt.metrics.gospa(truth_m, mean, cutoff=CUTOFF_M).value)
        objects = scene.truth_m.shape[1]
        truth = Frames(
            scene.truth_m.reshape(-1, 2),
            np.arange(SCANS + 1) * objects,
            np.tile(np.arange(objects, dtype=np.int64), SCANS),
        )
        ends = np.cumsum([0, *(len(each) for each in ids)])
        known = Frames(np.concatenate(places), ends, np.concatenate(ids))
        switches += dt.metrics.continuity(truth, known, cutoff=CUTOFF_M).switches
    for north, south in zip(shown[::2], shown[1::2], strict=True):
        a, b = north.snapshot.confirmed(), south.snapshot.confirmed()
        apart = np.linalg.norm(a.mean[:, None, :2] - b.mean[None, :, :2], axis=2)
        near = apart.argmin(axis=1)[apart.min(axis=1, initial=np.inf) < 0.5 * STD_M]
        of = np.flatnonzero(apart.min(axis=1, initial=np.inf) < 0.5 * STD_M)
        both += len(of)
        same += int(np.sum(a.track_id[of] == b.track_id[near]))
    return Score(float(np.mean(gospa)), switches, same / both)


def _both(detection_probability: float) -> tuple[list[Score], list[Score]]:
    scenes = [_scene(seed, detection_probability) for seed in range(2)]
    pooled, told = ([_score(s, how) for s in scenes] for how in ("detections", "tracklets"))
    return pooled, told


def test_tracklets_keep_identities_as_pooled_detections_do() -> None:
    """At most 1.1 times the switches and 1.02 times the error, whatever the sensors detect."""
    confused = 0
    for detection_probability in (0.9, 0.6):
        pooled, told = _both(detection_probability)
        switches = [sum(score.switches for score in scores) for scores in (pooled, told)]
        error_m = [np.mean([score.gospa_m for score in scores]) for scores in (pooled, told)]
        assert switches[1] <= 1.1 * switches[0]
        assert error_m[1] <= 1.02 * error_m[0]
        confused += switches[0]
    assert confused > 0, "objects that are never confused show nothing"


def test_both_parties_name_an_object_alike() -> None:
    _, told = _both(0.6)
    assert np.mean([score.alike for score in told]) > 0.9


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.95, 0.6]))
def test_a_picture_of_tracklets_is_that_of_the_detections(
    seed: int, detection_probability: float
) -> None:
    """Position sensors: every explanation weighs the same, whatever the sender took for true."""
    scene = _scene(seed, detection_probability)
    north, south = scene.watchers
    observer = Observer("south", TRACKER)
    pictures = dt.Picture(TRACKER), dt.Picture(TRACKER)
    for own, look in zip(north.looks[:12], south.looks[:12], strict=True):
        first = Observer("north", TRACKER).observe(own.time_ns, own.measurement, sensor=own.sensor)
        seen = observer.observe(look.time_ns, look.measurement, sensor=look.sensor)
        (told,) = observer.tracklets()
        assert len(told) == len(seen.detections)
        for picture, theirs in zip(pictures, (seen.detections, told), strict=True):
            picture.add(first.detections)
            picture.add(theirs)
    pooled, known = (picture.as_of(12 * SECOND_NS) for picture in pictures)
    assert len(known) == len(pooled)
    assert known.existence == pytest.approx(pooled.existence, abs=1e-9)
    assert known.mean == pytest.approx(pooled.mean, abs=1e-6)
    assert known.cov == pytest.approx(pooled.cov, abs=1e-6)


def test_what_was_told_is_never_taken_back() -> None:
    """Of each detection one row, once, whatever comes later; and tracks have its number."""
    for watcher in _scene(5, 0.6).watchers:
        observer = Observer(watcher.name, TRACKER)
        known: set[int] = set()
        for look in watcher.looks:
            seen = observer.observe(look.time_ns, look.measurement, sensor=look.sensor)
            (told,) = observer.tracklets()
            assert told.time_ns == look.time_ns
            assert len(told) == len(look.measurement)
            assert not told["is_reset"].any()
            known |= set(told.track_id.tolist())
            assert set(seen.tracks.track_id.tolist()) <= known


def test_exchange_of_tracklets_takes_as_many_steps_as_that_of_detections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No look at the picture replays what was known already."""
    scene, steps = _scene(7, 0.6), 0

    def counted(method: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*given: object, **more: object) -> object:
            nonlocal steps
            steps += 1
            return method(*given, **more)

        return wrapper

    for name in ("step", "take"):
        monkeypatch.setattr(dt.Tracker, name, counted(getattr(dt.Tracker, name)))
    taken: list[int] = []
    for how in ("detections", "tracklets"):
        steps = 0
        _score(scene, how)
        taken.append(steps)
    assert taken[1] == taken[0]


@pytest.mark.parametrize("association", ["gnn", "pmbm"])
def test_the_number_of_a_track_is_evidence_unless_all_explanations_are_kept(
    association: Association,
) -> None:
    """A partner whose numbers change with every scan: of a mixture they weigh nothing."""
    tracker = TRACKER.fresh(association)
    observer, scene = Observer("south", tracker, threshold=1e-9), _scene(3, 0.95)
    same, other = dt.Picture(tracker), dt.Picture(tracker)
    for look in scene.watchers[1].looks[:10]:
        observer.observe(look.time_ns, look.measurement, sensor=look.sensor)
        (told,) = observer.tracklets()
        changed = {"track_id": told.track_id ^ np.uint64(look.time_ns)}
        same.add(told)
        other.add(replace(told, columns={**told.columns, **changed}))
    shown, renamed = (picture.as_of(10 * SECOND_NS) for picture in (same, other))
    alike = len(shown) == len(renamed) and np.array_equal(shown.existence, renamed.existence)
    assert alike == (association == "pmbm")


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_the_number_of_a_doubtful_track_names_nothing(association: Association) -> None:
    """Two objects, of which the partner doubts one: only the other has its number."""
    tracker = TRACKER.fresh(association)
    radar = dt.PositionSensor(
        std_m=STD_M, detection_probability=0.9, clutter_density=1e-4, coverage=dt.Everywhere()
    )
    observer, picture = Observer("south", tracker, threshold=1e-9), dt.Picture(tracker)
    for k in range(6):
        observer.observe(k * SECOND_NS, [[0.0, 0.0], [30.0, 0.0]], sensor=radar)
        (told,) = observer.tracklets()
        doubted = told["position_m"][:, 0] > 15.0
        picture.add(replace(told, columns={**told.columns, "is_tentative": doubted}))
        shown = picture.as_of(k * SECOND_NS)
        assert len(shown) == 2
        named = shown.theirs["south"] != 0
        assert np.array_equal(named, shown.mean[:, 0] < 15.0)
        assert shown.breaks == ()
