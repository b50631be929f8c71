# pyright: basic, reportMissingImports=false
"""GOSPA of a whole run, 100 × 100 over 100 steps: CPU time of Stone Soup, scipy and Détente."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt

Floats = NDArray[np.float64]

STEPS, POINTS = 100, 100
CUTOFF_M = 50.0
SIDE_M = 1000.0 * np.sqrt(POINTS / 10)  # the density of the crowd
REPEATS = 51 if full() else 21
SETTINGS = {
    "run": f"{POINTS} truths and {POINTS} estimates (std 10 m; every tenth elsewhere) on a square "
    f"of side {SIDE_M:.0f} m, {STEPS} steps; c {CUTOFF_M:g} m, p 2, alpha 2",
    "time": f"CPU of the whole run, the call alone, median of {REPEATS}; scipy 5, Stone Soup 1",
    "scipy": "cdist and linear_sum_assignment, step by step",
}


def points(seed: int) -> tuple[Floats, Floats]:
    """Truth and estimates, (steps, points, 2), in different orders."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0.0, SIDE_M, (STEPS, POINTS, 2))
    estimate = truth + rng.normal(0.0, 10.0, truth.shape)
    estimate[:, ::10] = rng.uniform(0.0, SIDE_M, estimate[:, ::10].shape)
    return truth, estimate[:, rng.permutation(POINTS)]


def stone_soup(truth: Floats, estimate: Floats) -> Callable[[], Floats] | None:
    """Its GOSPAMetric over all steps."""
    if not version("stonesoup"):
        return None
    from stonesoup.metricgenerator.ospametric import GOSPAMetric  # noqa: PLC0415  # may be missing
    from stonesoup.types.state import State  # noqa: PLC0415  # may be missing

    start = datetime(2026, 1, 1)  # noqa: DTZ001  # its readers have no zones either
    times = [start + timedelta(seconds=k) for k in range(STEPS)]
    metric = GOSPAMetric(p=2.0, c=CUTOFF_M)

    def states(run: Floats) -> tuple[list[object], list[int]]:
        flat = [State(x, timestamp=t) for t, xs in zip(times, run, strict=True) for x in xs]
        return flat, [*range(POINTS)] * STEPS

    arguments = (*states(estimate), *states(truth))

    def score() -> Floats:
        values = metric.compute_over_time(*arguments).value
        return np.array([one.value["distance"] for one in values])

    return score


def scipy(truth: Floats, estimate: Floats) -> Callable[[], Floats] | None:
    """Return the judge of the other benches."""
    if not version("scipy"):
        return None
    from score import gospa_m  # noqa: PLC0415  # needs scipy

    pairs = list(zip(truth, estimate, strict=True))
    return lambda: np.array([gospa_m(x, y, cutoff_m=CUTOFF_M) for x, y in pairs])


def ours(truth: Floats, estimate: Floats) -> Callable[[], Floats]:
    """One call."""
    offsets = np.arange(0, STEPS * POINTS + 1, POINTS)
    x, y = (np.ascontiguousarray(run.reshape(-1, 2)) for run in (truth, estimate))
    return lambda: dt.metrics.gospa_run((x, offsets), (y, offsets), cutoff=CUTOFF_M).value


def main() -> None:
    truth, estimate = points(1)
    contestants = {
        "Stone Soup": (stone_soup(truth, estimate), 1),
        "scipy": (scipy(truth, estimate), min(REPEATS, 5)),
        "detente.metrics.gospa_run": (ours(truth, estimate), REPEATS),
    }
    expected = ours(truth, estimate)()
    slowest_s = 0.0
    rows: list[Row] = []
    for name, (score, repeats) in contestants.items():
        row: Row = {"GOSPA": name, "ms": NOT_INSTALLED}
        if score is not None:
            assert np.allclose(score(), expected, rtol=1e-9), f"{name} finds another value"
            seconds = cpu_s(score, repeats=repeats)
            slowest_s = slowest_s or seconds
            row |= {"ms": rounded(seconds * 1e3), "× faster": rounded(slowest_s / seconds)}
        rows.append(row)
        print(row, flush=True)
    record("gospa", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
