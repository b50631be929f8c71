# pyright: basic, reportMissingImports=false
"""Stone Soup where more than one association lives on: JPDA, GM-PHD and multi-frame assignment."""

from collections.abc import Iterator

import numpy as np
from ordered_set import OrderedSet
from score import Estimate
from stone_soup import REACH_M, START, Model, positions_m
from stonesoup.dataassociator.probability import JPDAwithEHM2
from stonesoup.dataassociator.tree import DetectionKDTreeMixIn
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.gaussianmixture import GaussianMixtureHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.measures import Mahalanobis
from stonesoup.mixturereducer.gaussianmixture import GaussianMixtureReducer
from stonesoup.tracker.pointprocess import PointProcessMultiTargetTracker
from stonesoup.tracker.simple import MultiTargetMixtureTracker
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.mixture import GaussianMixture
from stonesoup.types.numeric import Probability
from stonesoup.types.state import TaggedWeightedGaussianState
from stonesoup.types.track import Track
from stonesoup.types.update import GaussianMixtureUpdate
from stonesoup.updater.pointprocess import PHDUpdater

import detente as dt
from detente.simulate import Scenario


class KDTreeJPDAwithEHM2(DetectionKDTreeMixIn, JPDAwithEHM2):
    """Its EHM2 on the detections that a KD-tree finds near each track, as its GNN has it."""


def jpda(
    scene: Scenario,
    *,
    gate: float = 0.99,
    updates: int = 6,
    misses: int = 4,
    reach_m: float = REACH_M,
    missed_distance: float = 3.0,
) -> Iterator[Estimate]:
    """Joint probabilistic data association; new tracks are held back as for its GNN."""
    model = Model.of(scene)
    hypothesiser = PDAHypothesiser(
        model.predictor,
        model.updater,
        clutter_spatial_density=scene.sensor.clutter_density,
        prob_detect=scene.sensor.detection_probability,
        prob_gate=gate,
    )
    tracker = MultiTargetMixtureTracker(
        initiator=model.initiator(
            reach_m=reach_m, missed_distance=missed_distance, updates=updates, misses=misses
        ),
        deleter=UpdateTimeStepsDeleter(misses),
        detector=model.scans,
        data_associator=KDTreeJPDAwithEHM2(
            hypothesiser, model.predictor, model.updater, max_distance=reach_m
        ),
        updater=model.updater,
    )
    for _, tracks in tracker:
        yield Estimate(positions_m([track.state for track in tracks]), len(tracks))


def phd(
    scene: Scenario,
    *,
    births: float | None = None,
    prune: float = 1e-4,
    merge: float = 4.0,
    most: int | None = None,
    gate: float = 4.0,
    extract: float = 0.5,
) -> Iterator[Estimate]:
    """Gaussian mixture probability hypothesis density, one wide component for the births."""
    model = Model.of(scene)
    mean, spread, initial, later = _birth(scene)
    targets = scene.truth.present.shape[1]
    birth = TaggedWeightedGaussianState(
        StateVector(mean),
        CovarianceMatrix(np.diag(spread)),
        timestamp=START,
        weight=Probability(initial if births is None else births),
        tag=TaggedWeightedGaussianState.BIRTH,
    )
    base = DistanceHypothesiser(model.predictor, model.updater, Mahalanobis(), missed_distance=gate)
    tracker = PointProcessMultiTargetTracker(
        detector=model.scans,
        updater=PHDUpdater(
            model.updater,
            clutter_spatial_density=scene.sensor.clutter_density,
            prob_detection=scene.sensor.detection_probability,
            prob_survival=scene.survival_per_s,
        ),
        hypothesiser=GaussianMixtureHypothesiser(base, order_by_detection=True),
        reducer=GaussianMixtureReducer(
            prune_threshold=prune,
            merge_threshold=merge,
            max_number_components=most or 20 * targets,
        ),
        extraction_threshold=extract,
        birth_component=birth,
    )
    for _ in tracker:
        found = tracker.extracted_target_states
        # a component of weight 2 stands for two objects
        positions = np.repeat(
            positions_m(found), [max(1, round(float(one.weight))) for one in found], axis=0
        ).reshape(-1, 2)
        yield Estimate(positions, len(tracker.gaussian_mixture))
        birth.weight = Probability(later if births is None else births)


def mfa(
    scene: Scenario,
    *,
    window: int = 3,
    gate: float = 0.999,
    misses: int = 4,
) -> Iterator[Estimate]:
    """Multi-frame assignment; it begins no tracks, so it is told where the targets start."""
    from stonesoup.dataassociator.mfa import MFADataAssociator  # noqa: PLC0415  # needs ortools
    from stonesoup.hypothesiser.mfa import MFAHypothesiser  # noqa: PLC0415

    model = Model.of(scene)
    base = PDAHypothesiser(
        model.predictor,
        model.updater,
        clutter_spatial_density=scene.sensor.clutter_density,
        prob_detect=scene.sensor.detection_probability,
        prob_gate=gate,
    )
    associator = MFADataAssociator(MFAHypothesiser(base), slide_window=window)
    spread = np.diag([model.variance, model.velocity_variance] * 2)
    tracks = OrderedSet(
        Track(
            [
                GaussianMixture(
                    [
                        TaggedWeightedGaussianState(
                            StateVector([x, vx, y, vy]),
                            CovarianceMatrix(0.1 * spread),
                            timestamp=START,
                            weight=Probability(1),
                            tag=[],
                        )
                    ]
                )
            ]
        )
        for x, y, vx, vy in scene.truth.states[0]
    )
    missed: dict[Track, int] = {}
    for now, detections in model.scans:
        for track, hypotheses in associator.associate(tracks, detections, now).items():
            components = [_component(model, one) for one in hypotheses]
            track.append(GaussianMixtureUpdate(hypothesis=hypotheses, components=components))
            best = max(hypotheses, key=lambda one: float(one.prediction.weight))
            missed[track] = 0 if best else missed.get(track, 0) + 1
        tracks = OrderedSet(track for track in tracks if missed[track] < misses)
        likeliest = [max(t.state.components, key=lambda one: float(one.weight)) for t in tracks]
        yield Estimate(positions_m(likeliest), sum(len(t.state.components) for t in tracks))


def _component(model: Model, hypothesis: object) -> TaggedWeightedGaussianState:
    """Carry a hypothesis on: updated where it has a detection."""
    prediction = hypothesis.prediction
    state = model.updater.update(hypothesis) if hypothesis else prediction
    return TaggedWeightedGaussianState(
        state.state_vector,
        state.covar,
        timestamp=state.timestamp,
        weight=prediction.weight,
        tag=prediction.tag,
    )


def _birth(scene: Scenario) -> tuple[list[float], list[float], float, float]:
    """Mean and variances (x, vx, y, vy) of a wide component, and its weight at first and later."""
    birth = scene.birth
    if isinstance(birth, dt.Birth):
        low, high = scene.region_m.T
        side = high - low
        middle, spread = 0.5 * (low + high), side**2 / 12 * 1.5  # the corners, too
        area = float(np.prod(side))
        velocity = birth.velocity_std_m_s**2
        return (
            [middle[0], 0.0, middle[1], 0.0],
            [spread[0], velocity, spread[1], velocity],
            birth.initial_density * area,
            birth.rate_density * area,
        )
    x, y, vx, vy = np.asarray(birth.mean)[0]
    variances = np.diag(np.asarray(birth.cov)[0])
    return (
        [x, vx, y, vy],
        [variances[0], variances[2], variances[1], variances[3]],
        float(np.asarray(birth.initial)[0]),
        float(np.asarray(birth.rate_per_s)[0]),
    )
