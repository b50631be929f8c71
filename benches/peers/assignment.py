# pyright: basic, reportMissingImports=false
"""Gated assignment with misses: CPU time of scipy, lap and Détente on the same problems."""

import statistics
from collections.abc import Callable

import numpy as np
from gated import CANDIDATES, Gated, gated_problem
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt

Solve = Callable[[], object]
Cost = Callable[[], float]

SIZES = (100, 1000, 2000, 5000) if full() else (100, 1000, 5000)
SEEDS = 5 if full() else 3
REPEATS = 31 if full() else 11
LARGEST_DENSE = 1000  # beyond, the dense matrix takes hundreds of megabytes
SETTINGS = {
    "problems": f"{SEEDS} per size, {CANDIDATES} candidates a track, each with a miss",
    "time": f"CPU, the call alone, median of {REPEATS} calls, then of the problems",
    "scipy": "on n × (m + n), a miss column for each track",
    "lapmod": "on (m + n)², a miss column for each track and a row for each free detection",
}


def ours(p: Gated) -> tuple[Solve, Cost]:
    """Détente: misses are part of the problem."""

    def solve() -> dt.association.Assignment:
        return dt.association.assign(p.indptr, p.indices, p.cost, miss_cost=p.miss_cost)

    return solve, lambda: solve().cost


def with_miss_columns(p: Gated) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, columns and costs with a private miss column for each row, beyond the others."""
    tracks = np.arange(len(p.miss_cost))
    return (
        np.concatenate([p.rows, tracks]),
        np.concatenate([p.indices, p.columns + tracks]),
        np.concatenate([p.cost, p.miss_cost]),
    )


def scipy_sparse(p: Gated) -> tuple[Solve, Cost] | None:
    """`min_weight_full_bipartite_matching`."""
    if not version("scipy"):
        return None
    from scipy.sparse import csr_array  # noqa: PLC0415  # a peer may be missing
    from scipy.sparse.csgraph import (  # noqa: PLC0415  # a peer may be missing
        min_weight_full_bipartite_matching,
    )

    rows, columns, cost = with_miss_columns(p)
    shape = (len(p.miss_cost), p.columns + len(p.miss_cost))
    matrix = csr_array((cost, (rows, columns)), shape=shape)

    def solve() -> object:
        return min_weight_full_bipartite_matching(matrix)

    def total() -> float:
        row, column = min_weight_full_bipartite_matching(matrix)
        return float(np.sum(matrix[row, column]))

    return solve, total


def scipy_dense(p: Gated) -> tuple[Solve, Cost] | None:
    """`linear_sum_assignment`."""
    if not version("scipy") or len(p.miss_cost) > LARGEST_DENSE:
        return None
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  # a peer may be missing

    rows, columns, cost = with_miss_columns(p)
    dense = np.full((len(p.miss_cost), p.columns + len(p.miss_cost)), 1e6)
    dense[rows, columns] = cost

    def total() -> float:
        return float(np.sum(dense[linear_sum_assignment(dense)]))

    return lambda: linear_sum_assignment(dense), total


def lapmod(p: Gated) -> tuple[Solve, Cost] | None:
    """`lap.lapmod`, which wants a square (dummy rows take what tracks leave) and costs ≥ 0."""
    if not version("lap"):
        return None
    import lap  # noqa: PLC0415  # a peer may be missing

    tracks = len(p.miss_cost)
    size = p.columns + tracks
    rows, columns, cost = with_miss_columns(p)
    shift = -min(0.0, float(cost.min()))
    rows = np.concatenate([rows, tracks + np.arange(p.columns), tracks + p.indices])
    columns = np.concatenate([columns, np.arange(p.columns), p.columns + p.rows])
    cost = np.concatenate([cost + shift, np.zeros(p.columns + len(p.indices))])
    order = np.lexsort((columns, rows))
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))
    arguments = size, cost[order], starts.astype(np.int32), columns[order].astype(np.int32)

    def total() -> float:
        return float(lap.lapmod(*arguments)[0]) - shift * tracks

    return lambda: lap.lapmod(*arguments), total


CONTESTANTS: dict[str, Callable[[Gated], tuple[Solve, Cost] | None]] = {
    "scipy linear_sum_assignment": scipy_dense,
    "scipy min_weight_full_bipartite_matching": scipy_sparse,
    "lap.lapmod": lapmod,
    "detente.association.assign": ours,
}


def missing(name: str, tracks: int) -> str:
    """Why a contestant has no figure."""
    installed = version(name.partition(" ")[0].partition(".")[0])
    return "not run, too large" if installed and tracks > LARGEST_DENSE else NOT_INSTALLED


def main() -> None:
    rows: list[Row] = []
    for tracks in SIZES:
        problems = [gated_problem(tracks, seed=seed) for seed in range(SEEDS)]
        candidates = statistics.mean(len(p.indices) / tracks for p in problems)
        for name, contestant in CONTESTANTS.items():
            row: Row = {"tracks": tracks, "candidates": rounded(candidates), "solver": name}
            times_s: list[float] = []
            for p in problems:
                one = contestant(p)
                if one is None:
                    break
                solve, cost = one
                assert abs(cost() - ours(p)[1]()) < 1e-9 * tracks, f"{name} finds another cost"
                times_s.append(cpu_s(solve, repeats=REPEATS))
            row["ms"] = (
                rounded(statistics.median(times_s) * 1e3) if times_s else missing(name, tracks)
            )
            rows.append(row)
            print(row, flush=True)
    record("assignment", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
