"""What a sensor would measure of predicted states, to first order, and how far off it was."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.sensors import Sensor, UserSensor

_ANGLES = {"polar": (1,), "polar_rate": (1,), "spherical": (1, 2), "spherical_rate": (1, 2),
           "bearing": (0,), "bearing_elevation": (0, 1)}  # fmt: skip
_STEP = 1e-3  # of a deviation, for differences


class Projected(NamedTuple):
    """Predicted states in measurement space.

    Attributes
    ----------
    expected : (n, m) float64
        h(x̂).
    jacobian : (n, m, d) float64
        H at x̂.
    """

    expected: NDArray[np.float64]
    jacobian: NDArray[np.float64]

    def spread(self, cov: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return H P Hᵀ, (n, m, m)."""
        return np.einsum("nai,nij,nbj->nab", self.jacobian, cov, self.jacobian)


def projected(
    sensor: Sensor, mean: NDArray[np.float64], cov: NDArray[np.float64], *, axes: int
) -> Projected:
    """Return h(x̂) and its Jacobian by differences over a small part of each deviation."""
    expected = sensor.measure(mean, axes=axes)
    n, dim = mean.shape
    jacobian = np.empty((n, expected.shape[1], dim))
    for i in range(dim):
        step = _STEP * np.sqrt(cov[:, i, i])
        moved = np.zeros_like(mean)
        moved[:, i] = step
        ahead = sensor.measure(mean + moved, axes=axes)
        change = ahead - sensor.measure(mean - moved, axes=axes)
        jacobian[:, :, i] = wrapped(sensor, change) / (2.0 * step[:, None])
    return Projected(expected, jacobian)


def wrapped(sensor: Sensor, off: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return differences of measurements (..., m) with angles from -π to π."""
    is_angle = np.zeros(off.shape[-1], bool)
    is_angle[list(_ANGLES.get(sensor.kind, ()))] = True
    if isinstance(sensor, UserSensor):
        is_angle[:] = sensor.angular
    return np.where(is_angle, (off + np.pi) % (2.0 * np.pi) - np.pi, off)
