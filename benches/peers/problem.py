"""The filter's problem: one predict and one update of every track."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import detente as dt

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """Means and covariances, one measurement for each, and the model."""

    mean: Array
    cov: Array
    transition: Array
    noise: Array
    measurement: Array
    measurement_matrix: Array
    measurement_noise: Array

    def first(self, tracks: int) -> "Problem":
        """Return the same with fewer tracks."""
        return replace(
            self,
            mean=self.mean[:tracks],
            cov=self.cov[:tracks],
            measurement=self.measurement[:tracks],
        )


def constant_velocity(axes: int, tracks: int) -> Problem:
    """Return tracks with dense covariances, no two alike, whose positions are measured."""
    rng = np.random.Generator(np.random.PCG64(axes))
    motion = dt.ConstantVelocity(axes=axes, acceleration_psd=0.05)
    root = rng.normal(0.0, 5.0, (tracks, 2 * axes, 2 * axes))
    return Problem(
        mean=rng.normal(0.0, 100.0, (tracks, 2 * axes)),
        cov=root @ root.swapaxes(1, 2) + np.eye(2 * axes),
        transition=motion.transition(1.0),
        noise=motion.noise(1.0),
        measurement=rng.normal(0.0, 100.0, (tracks, axes)),
        measurement_matrix=np.eye(axes, 2 * axes),
        measurement_noise=100.0 * np.eye(axes),
    )
