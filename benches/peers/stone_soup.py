# pyright: basic, reportMissingImports=false
"""Stone Soup, set up as a careful user would."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from problem import Problem
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

from detente.simulate import Scenario

Array = NDArray[np.float64]

START = datetime(2026, 1, 1)  # noqa: DTZ001  # its readers have no zones either


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


def crowd_positions_m(scene: Scenario) -> Iterator[Array]:
    """Yield the positions of the tracks after each scan [m]."""
    psd = float(scene.motion.noise(1.0)[2, 2])
    transition = CombinedLinearGaussianTransitionModel([ConstantVelocity(psd)] * 2)
    measurement = LinearGaussian(
        4, (0, 2), CovarianceMatrix(np.eye(2) * float(scene.sensor.noise(2)[0, 0]))
    )
    predictor, updater = KalmanPredictor(transition), KalmanUpdater(measurement)
    hypothesiser = DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=3)
    speed_variance = scene.birth.velocity_std_m_s**2
    prior = GaussianState([0, 0, 0, 0], np.diag([0, speed_variance, 0, speed_variance]))

    def associator() -> DetectionKDTreeGNN2D:
        return DetectionKDTreeGNN2D(hypothesiser, predictor, updater, max_distance=200.0)

    scans = []
    for time_s, positions_m in scene.detections:
        now = START + timedelta(seconds=time_s)
        found = {
            Detection(StateVector(z), timestamp=now, measurement_model=measurement)
            for z in positions_m
        }
        scans.append((now, found))
    tracker = MultiTargetTracker(
        initiator=MultiMeasurementInitiator(
            prior,
            deleter=UpdateTimeStepsDeleter(4),
            data_associator=associator(),
            updater=updater,
            measurement_model=measurement,
            min_points=6,
        ),
        deleter=UpdateTimeStepsDeleter(4),
        detector=scans,
        data_associator=associator(),
        updater=updater,
    )
    for _, tracks in tracker:
        states = [track.state.state_vector for track in tracks]
        yield np.array([[float(x[0]), float(x[2])] for x in states]).reshape(-1, 2)
