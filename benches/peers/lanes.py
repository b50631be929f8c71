"""The honest Python bar: a Kalman filter on a structure of arrays, half of each covariance.

It uses what a careful user would: F adds velocity to position, H picks positions, the innovation
covariance is inverted in closed form, and only the upper triangle is computed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pairs = dict[tuple[int, int], Array]

CHUNK = 1024  # tracks whose planes stay in the second-level cache


class Planes:
    """Means and covariances of constant-velocity tracks, one plane for each number."""

    def __init__(self, mean: Array, cov: Array, *, noise: Array, noise_variance: float) -> None:
        dim = mean.shape[1]
        self.axes = dim // 2
        self.pairs = [(i, j) for i in range(dim) for j in range(i, dim)]
        self.mean = np.ascontiguousarray(mean.T)
        self.cov = np.stack([cov[:, i, j] for i, j in self.pairs])
        self.noise = {(i, j): float(noise[i, j]) for i, j in self.pairs if noise[i, j] != 0.0}
        self.noise_variance = noise_variance

    def step(self, measurement: Array) -> "Planes":
        """Predict by one second and update with planes of positions, (axes, tracks)."""
        out = object.__new__(Planes)
        out.__dict__ |= self.__dict__
        out.mean, out.cov = np.empty_like(self.mean), np.empty_like(self.cov)
        for start in range(0, self.mean.shape[1], CHUNK):
            part = slice(start, start + CHUNK)
            mean = list(self.mean[:, part])
            cov = dict(zip(self.pairs, self.cov[:, part], strict=True))
            mean, cov = _predict(mean, cov, self.axes, self.noise)
            mean, cov = _update(mean, cov, measurement[:, part], self.axes, self.noise_variance)
            for row, plane in enumerate(mean):
                out.mean[row, part] = plane
            for row, pair in enumerate(self.pairs):
                out.cov[row, part] = cov[pair]
        return out

    def arrays(self) -> tuple[Array, Array]:
        """Return them in NumPy's layout, (n, d) and (n, d, d)."""
        dim, tracks = self.mean.shape
        cov = np.empty((tracks, dim, dim))
        for plane, (i, j) in zip(self.cov, self.pairs, strict=True):
            cov[:, i, j] = cov[:, j, i] = plane
        return self.mean.T.copy(), cov


def _predict(
    mean: list[Array], cov: Pairs, axes: int, noise: dict[tuple[int, int], float]
) -> tuple[list[Array], Pairs]:
    """F = [[I, I], [0, I]] at one second: rows of velocity are added to rows of position."""
    moved = [mean[a] + mean[axes + a] for a in range(axes)] + mean[axes:]
    out = dict(cov)
    for a in range(axes):
        for b in range(axes):
            pair = (axes + min(a, b), axes + max(a, b))
            out[a, axes + b] = cov[a, axes + b] + cov[pair]
    for a in range(axes):
        for b in range(a, axes):
            out[a, b] = cov[a, b] + cov[b, axes + a] + out[a, axes + b]
    for pair, value in noise.items():
        out[pair] = out[pair] + value
    return moved, out


def _update(
    mean: list[Array], cov: Pairs, z: Array, axes: int, noise_variance: float
) -> tuple[list[Array], Pairs]:
    """H = [I, 0]: the gain is the first columns of P times S⁻¹."""
    dim = 2 * axes
    inverse = _inverse(
        {
            (a, b): cov[a, b] + noise_variance if a == b else cov[a, b]
            for a in range(axes)
            for b in range(a, axes)
        },
        axes,
    )
    innovation = [z[a] - mean[a] for a in range(axes)]
    column = [[cov[min(i, a), max(i, a)] for a in range(axes)] for i in range(dim)]
    gain = [
        [_dot(column[i], [inverse[min(a, b), max(a, b)] for b in range(axes)]) for a in range(axes)]
        for i in range(dim)
    ]
    out = {(i, j): cov[i, j] - _dot(gain[i], column[j]) for i in range(dim) for j in range(i, dim)}
    return [mean[i] + _dot(gain[i], innovation) for i in range(dim)], out


def _dot(left: Sequence[Array], right: Sequence[Array]) -> Array:
    """Return the sum of products, plane by plane."""
    total = left[0] * right[0]
    for a, b in zip(left[1:], right[1:], strict=True):
        total += a * b
    return total


def _inverse(s: Pairs, axes: int) -> Pairs:
    """Invert a symmetric 2 × 2 or 3 × 3 matrix by cofactors."""
    if axes == 2:
        scale = 1.0 / (s[0, 0] * s[1, 1] - s[0, 1] * s[0, 1])
        return {(0, 0): s[1, 1] * scale, (0, 1): -s[0, 1] * scale, (1, 1): s[0, 0] * scale}
    cofactor = {
        (0, 0): s[1, 1] * s[2, 2] - s[1, 2] * s[1, 2],
        (0, 1): s[0, 2] * s[1, 2] - s[0, 1] * s[2, 2],
        (0, 2): s[0, 1] * s[1, 2] - s[0, 2] * s[1, 1],
        (1, 1): s[0, 0] * s[2, 2] - s[0, 2] * s[0, 2],
        (1, 2): s[0, 1] * s[0, 2] - s[0, 0] * s[1, 2],
        (2, 2): s[0, 0] * s[1, 1] - s[0, 1] * s[0, 1],
    }
    scale = 1.0 / _dot(
        [s[0, 0], s[0, 1], s[0, 2]], [cofactor[0, 0], cofactor[0, 1], cofactor[0, 2]]
    )
    return {pair: value * scale for pair, value in cofactor.items()}
