# pyright: basic
"""An object under bearings alone as a Gaussian sum over its range, one Gaussian at a time."""

import itertools

import numpy as np
from numpy.typing import NDArray
from oracle import kalman
from scipy.integrate import quad

Floats = NDArray[np.float64]


class GaussianSum:
    """Sorenson and Alspach 1971, with the cells of Peach 1995 and an extended filter for each."""

    def __init__(
        self, bearing: float, std: float, limits: tuple[float, float], velocity_std: float
    ) -> None:
        count = int(np.ceil(np.log2(limits[1] / limits[0]) - 1e-9))
        ends = limits[0] * (limits[1] / limits[0]) ** (np.arange(count + 1) / count)
        along = np.array([np.sin(bearing), np.cos(bearing)])
        across = np.array([along[1], -along[0]])
        self.weight, self.states = np.empty(count), []
        for k, (near, far) in enumerate(itertools.pairwise(ends)):
            area, mean, square = (
                quad(lambda r, p=power: r ** (p + 1), near, far)[0] for power in range(3)
            )
            self.weight[k] = area
            cov = np.zeros((4, 4))
            radial = square / area - (mean / area) ** 2
            lever = square / area * std**2
            cov[:2, :2] = radial * np.outer(along, along) + lever * np.outer(across, across)
            cov[2:, 2:] = velocity_std**2 * np.eye(2)
            self.states.append((np.append(mean / area * along, [0.0, 0.0]), cov))
        self.weight /= self.weight.sum()

    def predict(self, F: Floats, Q: Floats) -> None:
        """Each by the same motion."""
        self.states = [kalman.predict(x, P, F, Q) for x, P in self.states]

    def update(self, bearing: float, std: float, place: Floats) -> None:
        """Each by the bearing from a place, and the weights by the likelihoods."""
        for k, (x, P) in enumerate(self.states):
            east, north = x[:2] - place
            h = np.array([[north, -east, 0.0, 0.0]]) / (east**2 + north**2)
            off = bearing - np.arctan2(east, north)
            spread = float((h @ P @ h.T).item()) + std**2
            self.weight[k] *= np.exp(-0.5 * off**2 / spread) / np.sqrt(2.0 * np.pi * spread)
            self.states[k] = kalman.update(x, P, h @ x + off, h, np.array([[std**2]]))[:2]
        self.weight /= self.weight.sum()

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and covariance of the sum."""
        means = np.array([x for x, _ in self.states])
        mean = self.weight @ means
        off = means - mean
        covs = np.array([P for _, P in self.states]) + off[:, :, None] * off[:, None, :]
        return mean, np.einsum("k,kij->ij", self.weight, covs)
