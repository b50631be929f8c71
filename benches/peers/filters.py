"""Predict and update: track·steps per second and core, side by side."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from lanes import Planes
from numpy.typing import NDArray
from problem import Problem, constant_velocity
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt

Array = NDArray[np.float64]
Step = Callable[[], tuple[Array, Array]]

TRACKS = 10_000
TRACKS_ONE_BY_ONE = 300
REPEATS = 15 if full() else 5


@dataclass(frozen=True)
class Contestant:
    """A filter: what is timed, and how its answer reads as means and covariances."""

    name: str
    tracks: int
    step: Callable[[], object] | None
    answer: Step | None


def matmul(p: Problem) -> tuple[Array, Array]:
    """Batched `matmul`, the textbook's equations as they stand."""
    mean = p.mean @ p.transition.T
    cov = p.transition @ p.cov @ p.transition.T + p.noise
    cross = cov @ p.measurement_matrix.T
    innovation_cov = p.measurement_matrix @ cross + p.measurement_noise
    gain = cross @ np.linalg.inv(innovation_cov)
    innovation = p.measurement - mean @ p.measurement_matrix.T
    return mean + (gain @ innovation[:, :, None])[:, :, 0], cov - gain @ cross.swapaxes(1, 2)


def ours(p: Problem) -> tuple[Array, Array]:
    """Détente on NumPy's layout."""
    mean, cov = dt.filters.predict(p.mean, p.cov, p.transition, p.noise)
    after = dt.filters.update(mean, cov, p.measurement, p.measurement_matrix, p.measurement_noise)
    return after.mean, after.cov


def contestants(p: Problem) -> list[Contestant]:
    """Return each of them; one that is not installed has no step."""
    few = p.first(TRACKS_ONE_BY_ONE)
    stone_soup = filterpy = simdkalman = None
    if version("stonesoup"):
        from stone_soup import filter_step  # noqa: PLC0415  # a peer may be missing

        stone_soup = filter_step(few)
    if version("filterpy"):
        from filterpy_bank import filter_step  # noqa: PLC0415  # a peer may be missing

        filterpy = filter_step(few)
    if version("simdkalman"):
        from simdkalman_primitives import filter_step  # noqa: PLC0415  # a peer may be missing

        simdkalman = filter_step(p)
    planes = Planes(p.mean, p.cov, noise=p.noise, noise_variance=float(p.measurement_noise[0, 0]))
    z = np.ascontiguousarray(p.measurement.T)

    def textbook() -> tuple[Array, Array]:
        return matmul(p)

    def detente() -> tuple[Array, Array]:
        return ours(p)

    return [
        Contestant("Stone Soup", TRACKS_ONE_BY_ONE, stone_soup, stone_soup),
        Contestant("filterpy", TRACKS_ONE_BY_ONE, filterpy, filterpy),
        Contestant("simdkalman", TRACKS, simdkalman, simdkalman),
        Contestant("NumPy, batched matmul", TRACKS, textbook, textbook),
        Contestant(
            "NumPy, structure of arrays",
            TRACKS,
            lambda: planes.step(z),
            lambda: planes.step(z).arrays(),
        ),
        Contestant("detente.filters", TRACKS, detente, detente),
    ]


def main() -> None:
    rows: list[Row] = []
    for axes in (2, 3):
        p = constant_velocity(axes, TRACKS)
        expected_mean, expected_cov = matmul(p)
        for one in contestants(p):
            row: Row = {
                "states/measured": f"{2 * axes}/{axes}",
                "filter": one.name,
                "tracks": one.tracks,
                "track·steps/s": NOT_INSTALLED,
            }
            if one.step and one.answer:
                mean, cov = one.answer()  # be right before you are fast
                assert np.allclose(mean, expected_mean[: one.tracks], rtol=1e-9, atol=1e-6)
                assert np.allclose(cov, expected_cov[: one.tracks], rtol=1e-9, atol=1e-6)
                row["track·steps/s"] = rounded(one.tracks / cpu_s(one.step, repeats=REPEATS))
            rows.append(row)
    record("filters", settings={"repeats": REPEATS, "step_s": 1.0}, rows=rows)


if __name__ == "__main__":
    main()
