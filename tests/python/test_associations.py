"""JPDA and PMBM in the tracker: against enumeration, on published scenes, calibrated."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle.multi_bernoulli import Bernoulli, Mixture, Model, track_oriented

import detente as dt
from detente import errors

Array = NDArray[np.float64]
MODEL = Model()
RADAR = dt.PositionSensor(
    std_m=MODEL.noise_m2**0.5, detection_probability=MODEL.seen, clutter_density=MODEL.clutter
)
EXACT = {"prune_hypothesis": 1e-30, "recycle_existence": 0.0, "max_hypotheses": 1_000_000}


def a_tracker(association: str, **settings: object) -> dt.Tracker:
    birth = dt.Birth(
        rate_density=MODEL.rate_density,
        initial_density=MODEL.initial_density,
        velocity_std_m_s=MODEL.velocity_std,
    )
    chosen: dict[str, object] = {
        "motion": dt.ConstantVelocity(axes=2, acceleration_psd=MODEL.acceleration_psd),
        "birth": birth,
        "survival_per_s": MODEL.survival,
        "association": association,
        "gate_probability": 1 - 1e-12,
        "prune_existence": 0.0,
    }
    return dt.Tracker(**{**chosen, **settings})  # type: ignore[arg-type]


def test_jpda_is_the_marginal_of_all_joint_events() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        means = np.hstack([rng.normal(0, 15, (3, 2)), rng.normal(0, 5, (3, 2))])
        covs = np.array([np.diag([80.0, 120.0, 9.0, 4.0]) * rng.uniform(0.5, 2) for _ in range(3)])
        existence = np.array([0.98, 0.7, 0.95])
        scan = rng.normal(0, 30, (3, 2))
        tracker = a_tracker("jpda")
        tracker.add(0.0, means, covs, existence=existence)
        tracks = tracker.step(0.0, scan, sensor=RADAR)
        rows = [Bernoulli(*row) for row in zip(existence, means, covs, strict=True)]
        old, new = track_oriented(MODEL, rows, scan, MODEL.initial_density)
        ours = tracks[:3]
        united = ours.existence - [one.existence for one in old]
        if len(tracks) < 6 or np.abs(united).max() > 1e-6:
            continue  # a newborn was taken in by another track
        for k, one in enumerate(old):
            np.testing.assert_allclose(ours.mean[k], one.mean, rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(ours.cov[k], one.cov, rtol=1e-4, atol=1e-4)
        new_tracks = tracks[3:]
        born = dict(zip(new_tracks.detection_index.tolist(), new_tracks.existence, strict=True))
        for j, one in enumerate(new):
            assert born.get(j, 0.0) == pytest.approx(one.existence, abs=2e-4)
        break
    else:
        pytest.fail("newborns were united with old tracks in every scene")


@pytest.mark.parametrize("seed", range(6))
def test_pmbm_without_pruning_is_the_enumeration_of_all_hypotheses(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tracker, mixture = a_tracker("pmbm", **EXACT), Mixture(MODEL)
    keys: dict[int, tuple[int, int]] = {}
    for scan in range(4):
        z = rng.normal([[0.0, 0.0]] * rng.integers(1, 3), 12.0) + 3.0 * scan
        tracks = tracker.step(float(scan), z, sensor=RADAR)
        mixture.step(z)
        for track_id, first, j in zip(
            tracks.id, tracks.first_time_s, tracks.detection_index, strict=True
        ):
            if first == scan:
                keys.setdefault(int(track_id), (scan, int(j)))
    expected = mixture.existence()
    best = mixture.likeliest()
    assert len(tracks) >= 1
    for k, track_id in enumerate(tracks.id.tolist()):
        if track_id not in keys:
            continue  # born in a hypothesis that was not the likeliest one then
        key = keys[track_id]
        assert tracks.existence[k] == pytest.approx(expected[key], abs=1e-5)
        assert tracks.conditional_existence[k] == pytest.approx(best[key].existence, abs=1e-9)
        np.testing.assert_allclose(tracks.mean[k], best[key].mean, atol=1e-6)
        np.testing.assert_allclose(tracks.cov[k], best[key].cov, rtol=1e-6)
    assert sum(expected.values()) == pytest.approx(
        sum(tracker.estimate("existence", threshold=0.0).existence), abs=0.5
    )


def gospa_of(association: str, seed: int) -> Array:
    """Squared GOSPA of each scan of the coalescing scene."""
    scene = dt.simulate.scenario("coalescing", seed=seed)
    tracker = dt.Tracker(
        motion=scene.motion,
        birth=scene.birth,
        survival_per_s=scene.survival_per_s,
        association=association,  # type: ignore[arg-type]
    )
    squared = []
    for k, (time_s, z) in enumerate(scene.detections):
        tracks = tracker.step(time_s, z, sensor=scene.sensor).confirmed()
        truth = scene.truth.states[k][scene.truth.present[k]]
        squared.append(dt.metrics.gospa(truth[:, :2], tracks.mean[:, :2], cutoff=10.0).value ** 2)
    return np.array(squared)


@pytest.mark.parametrize(("association", "bound"), [("gnn", 3.3), ("jpda", 3.5), ("pmbm", 3.0)])
def test_four_targets_that_meet_are_told_apart_as_well_as_published(
    association: str, bound: float
) -> None:
    """García-Fernández et al. 2018: 2.94 ± 0.03 with PMBM, 3.60 ± 0.07 track-oriented (40 runs)."""
    runs = np.array([gospa_of(association, seed) for seed in range(20)])
    assert np.sqrt(runs.mean()) < bound


@pytest.mark.parametrize("association", ["jpda", "pmbm"])
def test_existence_is_calibrated(association: str) -> None:
    """Of the tracks that exist with probability r, the share r are near a target that is there."""
    claimed, true = [], []
    for seed in range(24):
        scene = dt.simulate.scenario("crowd", targets=20, steps=30, seed=seed)
        tracker = dt.Tracker(
            motion=scene.motion,
            birth=scene.birth,
            survival_per_s=scene.survival_per_s,
            association=association,  # type: ignore[arg-type]
        )
        for k, (time_s, z) in enumerate(scene.detections):
            tracks = tracker.step(time_s, z, sensor=scene.sensor)
            off = tracks.mean[:, None, :2] - scene.truth.states[k][None, :, :2]
            spread = tracks.cov[:, :2, :2]
            distance = np.einsum("ijk,ikl,ijl->ij", off, np.linalg.inv(spread), off)
            pairs = np.argwhere(distance < 25.0)
            # each target makes true the likeliest of the tracks that it may belong to
            order = np.lexsort((distance[*pairs.T], -tracks.existence[pairs[:, 0]]))
            good, taken = np.zeros(len(tracks), bool), set()
            for row, target in pairs[order].tolist():
                if not good[row] and target not in taken:
                    good[row] = True
                    taken.add(target)
            claimed.append(tracks.existence)
            true.append(good)
    claim, truth = np.concatenate(claimed), np.concatenate(true)
    edges = np.linspace(0.0, 1.0, 11)
    checked = 0
    for low, high in pairwise(edges.tolist()):
        here = (claim >= low) & ((claim < high) | (high == 1.0))
        if here.sum() >= 500:
            checked += 1
            assert truth[here].mean() == pytest.approx(claim[here].mean(), abs=0.05)
    assert checked >= 3


@pytest.mark.parametrize("association", ["jpda", "pmbm"])
def test_one_target_in_clutter_is_estimated_consistently(association: str) -> None:
    squared = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
        scene = dt.simulate.truth(
            motion,
            times_s=np.arange(40.0),
            initial_states=np.append([0.0, 0.0], rng.normal(0, 10, 2))[None],
            seed=seed,
        )
        sensor = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=3e-5)
        seen = dt.simulate.detections(
            scene, sensor, region=np.array([[-600.0, 600.0]] * 2), seed=seed + 1000
        )
        tracker = dt.Tracker(
            motion=motion,
            birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0),
            survival_per_s=0.999,
            association=association,  # type: ignore[arg-type]
        )
        for k, (time_s, z) in enumerate(seen):
            tracks = tracker.step(time_s, z, sensor=sensor).confirmed()
            if k < 10 or not len(tracks):
                continue
            off = tracks.mean - scene.states[k, 0]
            nees = np.einsum("ij,ijk,ik->i", off, np.linalg.inv(tracks.cov), off)
            if nees.min() < 50.0:  # lost targets are scored by GOSPA, not here
                squared.append(nees.min() / 4)
    assert len(squared) > 1500
    assert 0.9 < np.mean(squared) < 1.1


class TestEstimators:
    def test_all_agree_where_nothing_is_doubtful(self) -> None:
        tracker = a_tracker("pmbm")
        for k in range(6):
            tracker.step(float(k), [[0.0, 5.0 * k], [500.0, 0.0]], sensor=RADAR)
        for method in ("existence", "cardinality", "joint"):
            assert len(tracker.estimate(method)) == 2  # type: ignore[arg-type]

    @pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
    def test_the_first_estimator_is_confirmed(self, association: str) -> None:
        tracker = a_tracker(association)
        for k in range(4):
            tracks = tracker.step(float(k), [[0.0, 5.0 * k], [500.0, 90.0 * k]], sensor=RADAR)
        np.testing.assert_array_equal(tracker.estimate("existence").id, tracks.confirmed().id)

    def test_an_unknown_one_is_refused(self) -> None:
        with pytest.raises(errors.SettingError, match='method must be "existence", "cardinality"'):
            a_tracker("jpda").estimate("magic")  # type: ignore[arg-type]


def test_a_track_keeps_its_name_when_the_hypotheses_about_it_change() -> None:
    tracker = a_tracker("pmbm", prune_existence=1e-5)
    names = set()
    rng = np.random.default_rng(1)
    for k in range(40):
        z = np.vstack([rng.normal([8.0 * k, 0.0], 10.0), rng.uniform(-200, 500, (6, 2))])
        tracks = tracker.step(float(k), z[rng.permutation(7)], sensor=RADAR).confirmed()
        if k > 8:
            names |= set(tracks.id[np.abs(tracks.mean[:, 1]) < 40.0].tolist())
    assert len(names) == 1


@pytest.mark.parametrize("association", ["jpda", "pmbm"])
def test_no_object_is_counted_twice_for_long(association: str) -> None:
    tracker = a_tracker(association, prune_existence=1e-5)
    rng = np.random.default_rng(0)
    for k in range(30):
        z = rng.normal([[8.0 * k, 0.0]], 10.0)
        tracks = tracker.step(float(k), z, sensor=RADAR)
    assert tracks.existence.sum() == pytest.approx(1.0, abs=0.05)
    assert len(tracks) <= 2


@pytest.mark.parametrize("association", ["jpda", "pmbm"])
def test_tracks_from_outside_and_removal_work(association: str) -> None:
    tracker = a_tracker(association)
    ids = tracker.add(0.0, [[0, 0, 1, 0], [400, 0, 0, 0]], [np.eye(4)] * 2, existence=[0.9, 0.8])
    tracks = tracker.step(1.0, [[1.0, 0.0]], sensor=RADAR)
    assert tracks.existence[tracks.id == ids[0]] > 0.99
    assert tracks.existence[tracks.id == ids[1]] < 0.4
    tracker.remove(int(ids[0]))
    assert ids[0] not in tracker.predict(1.0).id


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_hypotheses": 0}, "max_hypotheses must be a whole number from 1 to 1000000, found 0"),
        ({"prune_hypothesis": 0.0}, "prune_hypothesis must be above 0 and below 0.1, found 0"),
        ({"prune_hypothesis": 0.5}, "prune_hypothesis must be above 0 and below 0.1, found 0.5"),
        ({"recycle_existence": 1.0}, "recycle_existence must be at least 0 and below 1, found 1"),
    ],
)
def test_bad_settings_are_refused_by_name(settings: dict[str, object], message: str) -> None:
    with pytest.raises(errors.SettingError, match=message):
        a_tracker("pmbm", **settings)


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_what_is_kept_is_told(association: str) -> None:
    scene = dt.simulate.scenario("crowd", targets=20, steps=8, seed=1)
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-5, velocity_std_m_s=10.0),
        association=association,  # pyright: ignore[reportArgumentType] - one of the three
    )
    assert tracker.hypotheses == (0, 0, 0)
    for time_s, z in scene.detections:
        tracks = tracker.step(time_s, z, sensor=scene.sensor)
    kept = tracker.hypotheses
    if association == "pmbm":
        assert kept.clusters < kept.global_
        assert kept.clusters <= kept.single
    else:
        assert kept == (len(tracks),) * 3
