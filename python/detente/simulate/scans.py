"""Scans of a sensor: detections, misses and clutter."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import SettingError, ShapeError
from detente.simulate.draws import Seed, generator, matrix, square_root
from detente.simulate.targets import Truth


class Sensor(Protocol):
    """What a scanning sensor must offer to be simulated."""

    @property
    def detection_probability(self) -> float:
        """The probability that it detects an object in a scan."""
        ...

    @property
    def clutter_density(self) -> float:
        """False detections per scan and unit of its measurement space."""
        ...

    @property
    def noise(self) -> NDArray[np.float64]:
        """The covariance of its error, (m, m)."""
        ...

    def measure(self, states: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return what it would measure without error, (n, m) of (n, dim)."""
        ...


@dataclass(frozen=True)
class Detections:
    """What a sensor made of it: scans, one after the other.

    Attributes
    ----------
    times_s : (steps,) float64
        Times of the scans [s].
    offsets : (steps + 1,) int64
        Scan k is the rows ``offsets[k]:offsets[k + 1]``.
    measurements : (rows, m) float64
        In the sensor's measurement space; the order within a scan is random.
    origin : (rows,) int64
        The target that caused the row, −1 for clutter. For scores and tests only.
    """

    times_s: NDArray[np.float64]
    offsets: NDArray[np.int64]
    measurements: NDArray[np.float64]
    origin: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.times_s)

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.float64]]]:
        """Yield the time [s] and the measurements of each scan."""
        bounds = zip(self.offsets[:-1], self.offsets[1:], strict=True)
        for time_s, (start, stop) in zip(self.times_s, bounds, strict=True):
            yield float(time_s), self.measurements[start:stop]


def detections(
    truth: Truth,
    sensor: Sensor,
    *,
    region: ArrayLike,
    seed: Seed,
) -> Detections:
    """Simulate what a scanning sensor reports: detections, misses and clutter.

    Parameters
    ----------
    truth : Truth
        What there is to see.
    sensor : Sensor
        Any object with ``measure(states)``, ``noise``, ``detection_probability`` and
        ``clutter_density``.
    region : (m, 2) array_like
        Lowest and highest value in each dimension of the measurement space. Clutter is uniform
        in it, and Poisson with a mean of density × volume a scan. Targets are seen outside, too.
    seed : int or numpy.random.SeedSequence
        The same seed gives the same detections.

    Returns
    -------
    Detections

    Raises
    ------
    ShapeError, NotFiniteError
        ``region`` is not as described.
    SettingError
        A lowest value is not below its highest.

    Examples
    --------
    >>> import detente as dt
    >>> crowd = dt.simulate.scenario("crowd", targets=10, steps=20, seed=0)
    >>> time_s, positions_m = next(iter(crowd.detections))
    >>> time_s, positions_m.shape[1]
    (0.0, 2)
    """
    noise = np.asarray(sensor.noise, float)
    bounds = matrix("region", region, 2)
    if bounds.shape[0] != noise.shape[0]:
        raise ShapeError(
            f"region must be ({noise.shape[0]}, 2), one row per dimension of a measurement, "
            f"found {bounds.shape}"
        )
    low, high = bounds.T
    if np.any(low >= high):
        raise SettingError("region: each lowest value must be below its highest")

    rng = generator(seed)
    seen = truth.present & (rng.random(truth.present.shape) < sensor.detection_probability)
    scan, origin = np.nonzero(seen)
    exact = np.asarray(sensor.measure(truth.states[seen]), float)
    real = exact + rng.standard_normal(exact.shape) @ square_root(noise)

    volume = math.prod((high - low).tolist())
    false_count = rng.poisson(sensor.clutter_density * volume, len(truth.times_s))
    false = rng.uniform(low, high, (false_count.sum(), len(low)))
    scan = np.concatenate([scan, np.repeat(np.arange(len(false_count)), false_count)])
    origin = np.concatenate([origin, np.full(len(false), -1)])

    order = np.lexsort((rng.random(len(scan)), scan))  # nothing is to be learnt from the order
    counts = np.bincount(scan, minlength=len(truth.times_s))
    return Detections(
        truth.times_s,
        np.concatenate([[0], np.cumsum(counts)]),
        np.concatenate([real, false])[order],
        origin[order],
    )
