# pyright: basic, reportMissingImports=false
"""Stone Soup, set up as a careful user would."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from problem import Problem
from score import Estimate
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    ConstantVelocity,
    LinearGaussianTimeInvariantTransitionModel,
)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater

import detente as dt
from detente.simulate import Scenario

Array = NDArray[np.float64]

START = datetime(2026, 1, 1)  # noqa: DTZ001  # its readers have no zones either
REACH_M = 200.0  # of the KD-tree: every detection in the gate


def filter_step(p: Problem) -> Callable[[], tuple[Array, Array]]:
    """Return one predict and one update of every track."""
    axes = p.measurement.shape[1]
    transition = LinearGaussianTimeInvariantTransitionModel(
        transition_matrix=p.transition, covariance_matrix=CovarianceMatrix(p.noise)
    )
    measurement = LinearGaussian(
        2 * axes, tuple(range(axes)), CovarianceMatrix(p.measurement_noise)
    )
    predictor, updater = KalmanPredictor(transition), KalmanUpdater(measurement)
    later = START + timedelta(seconds=1)
    priors = [
        GaussianState(StateVector(mean), CovarianceMatrix(cov), timestamp=START)
        for mean, cov in zip(p.mean, p.cov, strict=True)
    ]
    detections = [Detection(StateVector(z), timestamp=later) for z in p.measurement]

    def step() -> tuple[Array, Array]:
        posteriors = []
        for prior, detection in zip(priors, detections, strict=True):
            prediction = predictor.predict(prior, timestamp=later)
            posteriors.append(updater.update(SingleHypothesis(prediction, detection)))
        means = np.stack([np.asarray(state.state_vector, float)[:, 0] for state in posteriors])
        return means, np.stack([np.asarray(state.covar, float) for state in posteriors])

    return step


@dataclass(frozen=True)
class Model:
    """A scenario in Stone Soup's terms: state (x, vx, y, vy), scans of `Detection`."""

    predictor: KalmanPredictor
    updater: KalmanUpdater
    measurement: LinearGaussian
    variance: float
    velocity_variance: float
    scans: list[tuple[datetime, set[Detection]]]

    @classmethod
    def of(cls, scene: Scenario) -> "Model":
        """Build it; making the detections is not timed by any bench."""
        psd = float(scene.motion.noise(1.0)[2, 2])
        variance = float(scene.sensor.noise(2)[0, 0])
        transition = CombinedLinearGaussianTransitionModel([ConstantVelocity(psd)] * 2)
        measurement = LinearGaussian(4, (0, 2), CovarianceMatrix(np.eye(2) * variance))
        birth = scene.birth
        if isinstance(birth, dt.Birth):
            velocity_variance = birth.velocity_std_m_s**2
        else:
            velocity_variance = float(np.asarray(birth.cov)[0, 2, 2])
        scans = []
        for time_s, positions_m in scene.detections:
            now = START + timedelta(seconds=time_s)
            found = {
                Detection(StateVector(z), timestamp=now, measurement_model=measurement)
                for z in positions_m
            }
            scans.append((now, found))
        predictor, updater = KalmanPredictor(transition), KalmanUpdater(measurement)
        return cls(predictor, updater, measurement, variance, velocity_variance, scans)

    def initiator(
        self, *, reach_m: float, missed_distance: float = 3.0, updates: int = 6, misses: int = 4
    ) -> MultiMeasurementInitiator:
        """Hold new tracks back until they have been updated often enough."""
        prior = GaussianState(
            [0, 0, 0, 0], np.diag([0, self.velocity_variance, 0, self.velocity_variance])
        )
        return MultiMeasurementInitiator(
            prior,
            deleter=UpdateTimeStepsDeleter(misses),
            data_associator=self.nearest(reach_m=reach_m, missed_distance=missed_distance),
            updater=self.updater,
            measurement_model=self.measurement,
            min_points=updates,
        )

    def nearest(self, *, reach_m: float, missed_distance: float = 3.0) -> DetectionKDTreeGNN2D:
        """Global nearest neighbour over a KD-tree."""
        hypothesiser = DistanceHypothesiser(
            self.predictor, self.updater, Mahalanobis(), missed_distance=missed_distance
        )
        return DetectionKDTreeGNN2D(
            hypothesiser, self.predictor, self.updater, max_distance=reach_m
        )


def gnn(scene: Scenario) -> Iterator[Estimate]:
    """Follow by global nearest neighbour, tuned on the crowd."""
    model = Model.of(scene)
    tracker = MultiTargetTracker(
        initiator=model.initiator(reach_m=REACH_M),
        deleter=UpdateTimeStepsDeleter(4),
        detector=model.scans,
        data_associator=model.nearest(reach_m=REACH_M),
        updater=model.updater,
    )
    for _, tracks in tracker:
        yield Estimate(positions_m([track.state for track in tracks]), len(tracks))


def positions_m(states: Iterable[GaussianState]) -> Array:
    """Return the positions of states [m], (n, 2)."""
    vectors = [state.state_vector for state in states]
    return np.array([[float(x[0]), float(x[2])] for x in vectors]).reshape(-1, 2)
