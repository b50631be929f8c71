# pyright: basic, reportMissingImports=false
"""Stone Soup on the Solent file, with the settings of its own AIS demonstration."""

from datetime import timedelta
from pathlib import Path

import numpy as np
from stonesoup.dataassociator.neighbour import NearestNeighbour
from stonesoup.deleter.time import UpdateTimeDeleter
from stonesoup.feeder.filter import MetadataReducer
from stonesoup.feeder.geo import LongLatToUTMConverter
from stonesoup.feeder.time import TimeSyncFeeder
from stonesoup.gater.filtered import FilteredDetectionsGater
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import SimpleMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    OrnsteinUhlenbeck,
)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.reader.generic import CSVDetectionReader
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater


def tables(path: Path, *, by_the_minute: bool) -> tuple[int, int]:
    """Track the file to columns of points; return how many tracks and points there are.

    `by_the_minute` is the demonstration: one report a ship and minute.
    """
    reports = CSVDetectionReader(
        path,
        state_vector_fields=("Longitude_degrees", "Latitude_degrees"),
        time_field="Time",
    )
    if by_the_minute:
        reports = TimeSyncFeeder(reports, time_window=timedelta(seconds=60))
    reports = LongLatToUTMConverter(MetadataReducer(reports, "MMSI"))
    measurement = LinearGaussian(4, (0, 2), np.diag([15.0, 15.0]))
    predictor = KalmanPredictor(
        CombinedLinearGaussianTransitionModel([OrnsteinUhlenbeck(0.5, 1e-4)] * 2)
    )
    updater = KalmanUpdater(measurement)
    hypothesiser = FilteredDetectionsGater(
        DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=3),
        metadata_filter="MMSI",
    )
    tracker = MultiTargetTracker(
        initiator=SimpleMeasurementInitiator(
            GaussianState([0, 0, 0, 0], np.diag([0.0, 10.0, 0.0, 10.0])), measurement
        ),
        deleter=UpdateTimeDeleter(timedelta(minutes=10)),
        detector=reports,
        data_associator=NearestNeighbour(hypothesiser),
        updater=updater,
    )
    tracks = set()
    for _, current in tracker:
        tracks |= current
    states = [state for track in tracks for state in track]
    points = np.array([np.asarray(state.state_vector, float)[:, 0] for state in states])
    return len(tracks), len(points)
