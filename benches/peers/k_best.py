# pyright: basic, reportMissingImports=false
"""The k best assignments: CPU time beside nrl-tracker's Murty on the same problems."""

import statistics
from collections.abc import Callable

import numpy as np
from gated import gated_problem
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt

Array = NDArray[np.float64]
Solve = Callable[[], Array]

SIZES = (10, 50, 100, 200) if full() else (10, 50, 100)
K = 100
SEEDS = 3
REPEATS = 11
NEVER = 1e3  # what a miss costs, so that no row is missed
SETTINGS = {
    "dense": f"{SEEDS} of n × n, costs uniform in 0..1, nothing missed",
    "gated": f"{SEEDS} of gated.py, 5.5 candidates a track, each with a miss",
    "k": K,
    "time": f"CPU, the call alone, median of {REPEATS} calls (nrl-tracker 1), then of the problems",
}


def dense(n: int, seed: int) -> Array:
    return np.random.default_rng(seed).uniform(0.0, 1.0, (n, n))


def ours(cost: Array) -> Solve:
    n = len(cost)
    indptr, indices = np.arange(0, n * n + 1, n), np.tile(np.arange(n), n)
    return lambda: dt.association.k_best(indptr, indices, cost.ravel(), miss_cost=NEVER, k=K).cost


def nrl_tracker(cost: Array) -> Solve | None:
    if not version("nrl-tracker"):
        return None
    from pytcl.assignment_algorithms.two_dimensional.kbest import (  # noqa: PLC0415
        murty,  # a peer may be missing
    )

    return lambda: murty(cost, K).costs


def ours_gated(n: int, seed: int) -> Solve:
    p = gated_problem(n, seed=seed)
    return lambda: (
        dt.association.k_best(p.indptr, p.indices, p.cost, miss_cost=p.miss_cost, k=K).cost
    )


def timed(solves: list[Solve | None], *, repeats: int) -> float | str:
    """Return the median time [ms]."""
    present = [solve for solve in solves if solve is not None]
    if not present:
        return NOT_INSTALLED
    return rounded(statistics.median(cpu_s(solve, repeats=repeats) for solve in present) * 1e3)


def main() -> None:
    rows: list[Row] = []
    for n in SIZES:
        problems = [dense(n, seed) for seed in range(SEEDS)]
        theirs = [nrl_tracker(cost) for cost in problems]
        for cost, peer in zip(problems, theirs, strict=True):
            agrees = peer is None or np.allclose(peer(), ours(cost)(), rtol=0, atol=1e-9)
            assert agrees, "nrl-tracker finds other costs"
        contestants: list[tuple[str, list[Solve | None], int]] = [
            ("nrl-tracker murty", theirs, 1),
            ("detente.association.k_best", [ours(cost) for cost in problems], REPEATS),
        ]
        for name, solves, repeats in contestants:
            ms = timed(solves, repeats=repeats)
            rows.append({"problem": f"dense {n} × {n}", "solver": name, "ms": ms})
            print(rows[-1], flush=True)
    for n in (10, 100, 1000):
        ms = timed([ours_gated(n, seed) for seed in range(SEEDS)], repeats=REPEATS)
        solver = "detente.association.k_best"
        rows.append({"problem": f"gated, {n} tracks", "solver": solver, "ms": ms})
        print(rows[-1], flush=True)
    record("k_best", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
