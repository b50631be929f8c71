"""Poisson multi-Bernoulli recursions by enumeration: slow, obvious, in NumPy.

Constant velocity in the plane, measured positions, births of uniform density. Every association of
every detection is written down; nothing is gated, pruned, merged or split.

Williams, IEEE TAES 51 (2015); García-Fernández et al., IEEE TAES 54 (2018).
"""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """The scene: one second a scan."""

    noise_m2: float = 100.0
    acceleration_psd: float = 0.05
    seen: float = 0.9
    clutter: float = 1e-5
    survival: float = 0.99
    rate_density: float = 1e-7
    initial_density: float = 1e-5
    velocity_std: float = 10.0

    @property
    def transition(self) -> Array:
        return np.kron([[1.0, 1.0], [0.0, 1.0]], np.eye(2))

    @property
    def process_noise(self) -> Array:
        return self.acceleration_psd * np.kron([[1 / 3, 1 / 2], [1 / 2, 1.0]], np.eye(2))

    def newborn(self, z: Array) -> tuple[Array, Array]:
        velocity = self.velocity_std**2
        return np.append(z, [0.0, 0.0]), np.diag([self.noise_m2] * 2 + [velocity] * 2)


@dataclass(frozen=True)
class Bernoulli:
    """An object that exists with some probability."""

    existence: float
    mean: Array
    cov: Array

    def predicted(self, model: Model) -> "Bernoulli":
        f = model.transition
        cov = f @ self.cov @ f.T + model.process_noise
        return Bernoulli(self.existence * model.survival, f @ self.mean, cov)

    def missed(self, model: Model) -> tuple[float, "Bernoulli"]:
        weight = 1 - self.existence * model.seen
        existence = self.existence * (1 - model.seen) / weight
        return weight, Bernoulli(existence, self.mean, self.cov)

    def detected(self, model: Model, z: Array) -> tuple[float, "Bernoulli"]:
        spread = self.cov[:2, :2] + model.noise_m2 * np.eye(2)
        gain = self.cov[:, :2] @ np.linalg.inv(spread)
        off = z - self.mean[:2]
        density = np.exp(-0.5 * off @ np.linalg.solve(spread, off))
        density /= 2 * np.pi * np.sqrt(np.linalg.det(spread))
        after = Bernoulli(1.0, self.mean + gain @ off, self.cov - gain @ self.cov[:2])
        return float(self.existence * model.seen * density), after


def allocations(tracks: int, detections: int) -> list[tuple[int, ...]]:
    """Every way to give each track one detection or none (−1), each detection to one at most."""
    every = product(range(-1, detections), repeat=tracks)
    return [a for a in every if len({j for j in a if j >= 0}) == sum(j >= 0 for j in a)]


def track_oriented(
    model: Model, tracks: list[Bernoulli], scan: Array, unseen: float
) -> tuple[list[Bernoulli], list[Bernoulli]]:
    """One update by the marginals of all joint events: the old tracks and the new ones."""
    elsewhere = model.clutter + unseen * model.seen
    ways = allocations(len(tracks), len(scan))
    weights = np.empty(len(ways))
    for w, way in enumerate(ways):
        weights[w] = elsewhere ** (len(scan) - sum(j >= 0 for j in way))
        for track, j in zip(tracks, way, strict=True):
            weights[w] *= track.missed(model)[0] if j < 0 else track.detected(model, scan[j])[0]
    weights /= weights.sum()
    old = []
    for i, track in enumerate(tracks):
        parts = []
        for j in range(-1, len(scan)):
            p = sum(w for w, way in zip(weights, ways, strict=True) if way[i] == j)
            after = (track.missed(model) if j < 0 else track.detected(model, scan[j]))[1]
            parts.append((p * after.existence, after))
        existence = sum(p for p, _ in parts)
        mean = sum(p * after.mean for p, after in parts) / existence
        cov = sum(
            p * (after.cov + np.outer(after.mean - mean, after.mean - mean)) for p, after in parts
        )
        old.append(Bernoulli(existence, mean, cov / existence))
    new = []
    for j, z in enumerate(scan):
        free = sum(w for w, way in zip(weights, ways, strict=True) if j not in way)
        new.append(Bernoulli(free * unseen * model.seen / elsewhere, *model.newborn(z)))
    return old, new


@dataclass
class Mixture:
    """All global hypotheses: each a weight and the objects of some tracks, by (scan, detection)."""

    model: Model
    hypotheses: list[tuple[float, dict[tuple[int, int], Bernoulli]]] = field(
        default_factory=lambda: [(1.0, {})]
    )
    unseen: float = -1.0
    scans: int = 0

    def step(self, scan: Array) -> None:
        model = self.model
        if self.scans == 0:
            self.unseen = model.initial_density
        else:
            log = np.log(model.survival)
            self.unseen = self.unseen * model.survival + model.rate_density * np.expm1(log) / log
            self.hypotheses = [
                (w, {k: b.predicted(model) for k, b in objects.items()})
                for w, objects in self.hypotheses
            ]
        elsewhere = model.clutter + self.unseen * model.seen
        children = []
        for weight, objects in self.hypotheses:
            for way in allocations(len(objects), len(scan)):
                w, after = weight, {}
                for (key, one), j in zip(objects.items(), way, strict=True):
                    factor, after[key] = (
                        one.missed(model) if j < 0 else one.detected(model, scan[j])
                    )
                    w *= factor
                for j, z in enumerate(scan):
                    if j not in way:
                        w *= elsewhere
                        r = self.unseen * model.seen / elsewhere
                        after[self.scans, j] = Bernoulli(r, *model.newborn(z))
                children.append((w, after))
        total = sum(w for w, _ in children)
        self.hypotheses = [(w / total, objects) for w, objects in children]
        self.unseen *= 1 - model.seen
        self.scans += 1

    def existence(self) -> dict[tuple[int, int], float]:
        """The probability of each track over all hypotheses."""
        out: dict[tuple[int, int], float] = {}
        for weight, objects in self.hypotheses:
            for key, one in objects.items():
                out[key] = out.get(key, 0.0) + weight * one.existence
        return out

    def likeliest(self) -> dict[tuple[int, int], Bernoulli]:
        return max(self.hypotheses, key=lambda pair: pair[0])[1]
