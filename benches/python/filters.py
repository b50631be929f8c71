"""How fast are the filters on NumPy's layout? CPU time of one core, the fastest of several calls.

Run: python benches/python/filters.py. The work per row is constant: the rate should not depend on n
until the arrays leave the caches, and from there on by the memory's bandwidth alone.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import detente as dt


def fastest(call: Callable[[], object], repeats: int) -> float:
    """Return the least CPU time of several calls [s]."""
    times: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def covariances(rng: np.random.Generator, n: int, d: int) -> NDArray[np.float64]:
    a = rng.normal(size=(n, d, d))
    return a @ a.transpose(0, 2, 1) + d * np.eye(d)


def linear(n: int, axes: int) -> None:
    """Constant velocity; H = [I 0], another shared H, and all matrices one per row."""
    rng = np.random.default_rng(1)
    motion = dt.ConstantVelocity(axes=axes, acceleration_psd=0.05)
    d = motion.dim
    mean, cov, z = rng.normal(size=(n, d)), covariances(rng, n, d), rng.normal(size=(n, axes))
    matrices = motion.transition(1.0), motion.noise(1.0), np.eye(axes, d), np.eye(axes)
    cases = {
        "[I 0]": matrices,
        "shared H": (*matrices[:2], 2 * matrices[2], matrices[3]),
        "per row": tuple(np.repeat(matrix[np.newaxis], n, axis=0) for matrix in matrices),
    }
    repeats = max(3, 1_000_000 // n)
    for name, (F, Q, H, R) in cases.items():
        predicted = fastest(lambda F=F, Q=Q: dt.filters.predict(mean, cov, F, Q), repeats)
        updated = fastest(lambda H=H, R=R: dt.filters.update(mean, cov, z, H, R), repeats)
        rates = [n / seconds / 1e6 for seconds in (predicted, updated, predicted + updated)]
        print(f"{d}/{axes} {name:9} {n:>9,}" + "".join(f"{rate:9.1f}" for rate in rates))


def unscented(n: int) -> None:
    rng = np.random.default_rng(2)
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    mean, cov, z = rng.normal(size=(n, 4)), covariances(rng, n, 4), rng.normal(size=(n, 2))

    def moved(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.hstack([x[:, :2] + x[:, 2:], x[:, 2:]])  # no BLAS: its threads would count

    predicted = fastest(
        lambda: dt.filters.predict_unscented(mean, cov, moved, motion.noise(1.0)), repeats=5
    )
    updated = fastest(
        lambda: dt.filters.update_unscented(mean, cov, z, lambda x: x[:, :2], np.eye(2)), repeats=5
    )
    rates = [n / seconds / 1e6 for seconds in (predicted, updated, predicted + updated)]
    print(f"4/2 unscented {n:>9,}" + "".join(f"{rate:9.2f}" for rate in rates))


def smoother(n: int, length: int) -> None:
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    mean = np.random.default_rng(3).normal(size=(n, length, 4))
    cov = np.broadcast_to(np.eye(4), (n, length, 4, 4)).copy()
    F, Q = motion.transition(1.0), motion.noise(1.0)
    seconds = fastest(lambda: dt.filters.smooth(mean, cov, F, Q), repeats=5)
    print(f"4   smoother  {n:>5,} x {length}: {n * length / seconds / 1e6:.2f} M steps/s")


def main() -> None:
    print(f"{'d/m':3} {'matrices':9} {'rows':>9}  predict   update     both   [M rows/s and core]")
    for axes in (2, 3):
        for n in (10_000, 100_000, 1_000_000):
            linear(n, axes)
    unscented(10_000)
    smoother(1_000, 100)


if __name__ == "__main__":
    main()
