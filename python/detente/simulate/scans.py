"""Scans of a sensor: detections, misses and clutter."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import SettingError, ShapeError
from detente.sensors import Sensor
from detente.simulate.draws import Seed, generator, matrix, square_root
from detente.simulate.targets import Truth


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
    """Simulate what a sensor reports: detections, misses and clutter.

    A scanning sensor detects what it covers with its detection probability. A reporting one is
    read at the times of the truth: an object has reported since the time before with probability
    1 − exp(−rate·Δt), and by the first time not at all.

    Parameters
    ----------
    truth : Truth
        What there is to see.
    sensor : Sensor
        Any of Détente's, or one of your own as a `dt.UserSensor`. Components whose name ends in
        ``_rad`` are wrapped into [−π, π); what noise takes beyond the sensor or the zenith is
        mirrored there.
    region : (m, 2) array_like
        Lowest and highest value in each dimension of the measurement space. Clutter is uniform
        in it, and Poisson with a mean of density × volume a scan (of a reporting sensor: and
        second). Targets are seen outside, too.
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
    checks.one_of("truth", truth, Truth, "a Truth, such as dt.simulate.truth(...) returns")
    checks.one_of("sensor", sensor, Sensor, "a Sensor such as dt.PositionSensor(...)")
    noise = sensor.noise(truth.axes)
    bounds = matrix("region", region, 2)
    if len(bounds) != len(noise):
        raise ShapeError(
            f"region must be ({len(noise)}, 2), one row per component of a measurement, "
            f"found {bounds.shape}"
        )
    low, high = bounds.T
    if np.any(low >= high):
        raise SettingError("region: each lowest value must be below its highest")

    rng = generator(seed)
    steps = len(truth.times_s)
    chance, clutter_density = _per_scan(sensor, truth)
    seen = truth.present & (rng.random(truth.present.shape) < chance)
    scan, origin = np.nonzero(seen)
    exact = sensor.measure(truth.states[seen], axes=truth.axes)
    real = exact + rng.standard_normal(exact.shape) @ square_root(noise)

    false_count = rng.poisson(clutter_density * math.prod((high - low).tolist()))
    false = rng.uniform(low, high, (false_count.sum(), len(low)))
    scan = np.concatenate([scan, np.repeat(np.arange(steps), false_count)])
    origin = np.concatenate([origin, np.full(len(false), -1)])

    measurements = np.concatenate([real, false])
    _make_possible(measurements, sensor.columns(truth.axes))
    order = np.lexsort((rng.random(len(scan)), scan))  # nothing is to be learnt from the order
    offsets = np.concatenate([[0], np.cumsum(np.bincount(scan, minlength=steps))])
    return Detections(truth.times_s, offsets, measurements[order], origin[order])


def _make_possible(measurements: NDArray[np.float64], columns: tuple[str, ...]) -> None:
    """Wrap angles, and mirror ranges at the sensor and elevations at the zenith and the nadir."""
    for k, name in enumerate(columns):
        column = measurements[:, k]
        if name.endswith("_rad"):
            column[:] = _wrapped(column)
        if name == "range_m":
            column[:] = np.abs(column)
        if name == "elevation_rad":
            column[:] = np.clip(column, -np.pi - column, np.pi - column)


def _per_scan(sensor: Sensor, truth: Truth) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the probability of a detection (steps, targets), and the clutter of each scan."""
    if not isinstance(sensor.clutter_density, float | int):
        raise SettingError("clutter can be simulated of one density, found a table or a raster")
    ground = np.zeros((*truth.present.shape, 2))
    ground[..., : min(truth.axes, 2)] = truth.states[..., : min(truth.axes, 2)]
    ground[~truth.present] = 0.0
    weight = sensor.probability_at(ground.reshape(-1, 2), axes=truth.axes)
    weight = weight.reshape(truth.present.shape)
    if sensor.detection_probability is not None:
        return weight, np.full(len(truth.times_s), float(sensor.clutter_density))
    gap_s = np.diff(truth.times_s, prepend=truth.times_s[0])
    return -np.expm1(-weight * gap_s[:, None]), sensor.clutter_density * gap_s


def _wrapped(angle_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle in [−π, π)."""
    return (angle_rad + np.pi) % (2.0 * np.pi) - np.pi
