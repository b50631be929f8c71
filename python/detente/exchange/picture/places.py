"""Places that a report tells of, held against objects."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.exchange.local.projected import projected, wrapped
from detente.exchange.picture.reading import Reading
from detente.exchange.report.report import Report
from detente.tracks import Told

_HIT = 0.9999  # of detections that an object explains
_NEAR = 100.0  # squared deviations within which a place is that of an object, though off


class Objects(NamedTuple):
    """Objects at one time: identities (n,), states (n, d), covariances (n, d, d)."""

    track_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]

    def __len__(self) -> int:
        return self.mean.shape[0]


class Places(NamedTuple):
    """What a report says of places.

    Attributes
    ----------
    squared : (n, m) float64
        Squared distances of m places from n objects, in deviations of k components.
    k : int
    rate : (n,) float64
        How likely each object is seen; zero where silence says nothing.
    """

    squared: NDArray[np.float64]
    k: int
    rate: NDArray[np.float64]

    @property
    def is_hit(self) -> NDArray[np.bool_]:
        """Whether an object explains a place, (n, m)."""
        return self.squared < _core.chi_square_quantile(_HIT, float(self.k))

    def ratios(self) -> NDArray[np.float64]:
        """Return for pairs that are each other's nearest their distance by its median."""
        if not self.squared.size:
            return np.empty(0)
        nearest = self.squared.argmin(axis=1)
        mutual = self.squared.argmin(axis=0)[nearest] == np.arange(len(nearest))
        distance = self.squared[np.arange(len(nearest)), nearest]
        near = mutual & (distance < _NEAR)
        return distance[near] / _core.chi_square_quantile(0.5, float(self.k))


def places_of(
    report: Report, scan: Callable[[Report], Reading], objects: Objects, *, axes: int
) -> Places:
    """Return how the places of a report lie to objects."""
    n = len(objects)
    if report.kind == "tracks" or not n:
        z, noise = report_places(report, axes)
        gap = z[None] - objects.mean[:, None, :axes] if n else np.empty((0, len(z), axes))
        spread = objects.cov[:, None, :axes, :axes] + noise[None] if n else np.empty((0, 0, 0, 0))
        return Places(_squared(gap, spread), axes, np.zeros(n))
    one = scan(report)
    sensor = one.sensor
    z, noise = detections_of(one, axes)
    there = projected(sensor, objects.mean, objects.cov, axes=axes)
    gap = wrapped(sensor, z[None] - there.expected[:, None])
    spread = there.spread(objects.cov)[:, None] + noise[None]
    rate = sensor.probability_at(objects.mean[:, :2], axes=axes) if sensor.is_scanning else None
    return Places(_squared(gap, spread), z.shape[1], np.zeros(n) if rate is None else rate)


def report_places(report: Report, axes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (m, axes) and their covariances of a report of tracks; else none."""
    if report.kind != "tracks":
        return np.empty((0, axes)), np.empty((0, axes, axes))
    return report.mean[:, :axes], report.cov[:, :axes, :axes]


def detections_of(scan: Reading, axes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return detections (m, k) of a scan and their covariances, (m, k, k) or one for all."""
    if isinstance(scan.told, Told):
        return scan.told.measurement, scan.told.noise
    return scan.told, scan.sensor.noise(axes)[None] if scan.noise is None else scan.noise


def _squared(gap: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared deviations (n, m) of gaps (n, m, k) by covariances (n, m or 1, k, k)."""
    if not gap.size:
        return np.empty(gap.shape[:2])
    inverse = np.linalg.inv(spread)
    if inverse.shape[1] == 1:
        return np.einsum("nmi,nij,nmj->nm", gap, inverse[:, 0], gap)
    return np.einsum("nmi,nmij,nmj->nm", gap, inverse, gap)
