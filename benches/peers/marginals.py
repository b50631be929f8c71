# pyright: basic, reportMissingImports=false
"""Marginal association: CPU time beside pyehm, and how far propagation is from exact sums."""

import statistics
from collections.abc import Callable
from typing import Literal

import numpy as np
from gated import Gated, gated_problem
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt

Array = NDArray[np.float64]
Solve = Callable[[], Array | None]
Method = Literal["exact", "auto", "belief_propagation"]

SIZES = ((10, 4.0), (50, 3.4), (100, 2.6), (500, 2.6), (1000, 2.6), (1000, 5.5))
SEEDS = 5 if full() else 3
REPEATS = 11
REPEATS_LARGE = 1  # of pyehm from here on
LARGE = 500
DENSEST_PYEHM = 4.0  # candidates; denser, one cluster holds most tracks
SETTINGS = {
    "problems": f"gated.py, {SEEDS} per size: detection 0.9, one clutter point a track, "
    "gate 99.9 %, area for the mean number of candidates",
    "time": f"CPU, the call alone, median of {REPEATS} calls (pyehm from {LARGE} tracks "
    f"{REPEATS_LARGE}), then of the problems",
    "errors": "of a candidate's probability against exact sums, largest and mean over all "
    "problems that can be summed exactly",
    "pyehm": "EHM2 on matrices prepared beforehand; checked to agree to 1e-9",
}


def ours(p: Gated, method: Method) -> Solve:
    """Détente; nothing where the cluster is too large to be exact."""

    def solve() -> Array | None:
        try:
            return dt.association.marginals(
                p.indptr,
                p.indices,
                -p.cost,
                miss_log_weight=-p.miss_cost,
                columns=p.columns,
                method=method,
            ).edge
        except dt.errors.SettingError:
            return None

    return solve


def pyehm(p: Gated) -> Solve | None:
    """Its C++ EHM2."""
    if not version("pyehm"):
        return None
    from _pyehm.core import EHM2  # noqa: PLC0415  # a peer may be missing

    likelihood = np.zeros((len(p.miss_cost), p.columns + 1))
    likelihood[:, 0] = np.exp(-p.miss_cost)
    likelihood[p.rows, p.indices + 1] = np.exp(-p.cost)
    possible = (likelihood > 0).astype(np.int32)
    return lambda: EHM2().run(possible, likelihood)[p.rows, p.indices + 1]


CONTESTANTS: dict[str, Callable[[Gated], Solve | None]] = {
    "pyehm EHM2": pyehm,
    "detente exact": lambda p: ours(p, "exact"),
    "detente auto": lambda p: ours(p, "auto"),
    "detente belief_propagation": lambda p: ours(p, "belief_propagation"),
}


def measure(name: str, problems: list[Gated], exact: list[Array | None]) -> Row:
    """Time and errors of one contestant."""
    tracks = len(problems[0].miss_cost)
    candidates = statistics.mean(len(p.indices) / tracks for p in problems)
    row: Row = {"tracks": tracks, "candidates": rounded(candidates), "method": name}
    is_pyehm = name.startswith("pyehm")
    if is_pyehm and candidates > DENSEST_PYEHM + 0.5:
        return row | {"ms": "not run, too dense"}
    times_s: list[float] = []
    errors: list[Array] = []
    for p, truth in zip(problems, exact, strict=True):
        solve = CONTESTANTS[name](p)
        if solve is None:
            return row | {"ms": NOT_INSTALLED}
        found = solve()
        if found is None:
            continue
        if truth is not None:
            errors.append(np.abs(found - truth))
            assert not is_pyehm or errors[-1].max() < 1e-9, "pyehm finds other probabilities"
        slow = is_pyehm and tracks >= LARGE
        times_s.append(cpu_s(solve, repeats=REPEATS_LARGE if slow else REPEATS))
    row["ms"] = rounded(statistics.median(times_s) * 1e3) if times_s else "too large"
    row["problems"] = f"{len(times_s)} of {len(problems)}"
    if errors and name not in ("pyehm EHM2", "detente exact"):
        every = np.concatenate(errors)
        row["largest error"] = rounded(float(every.max()))
        row["mean error"] = rounded(float(every.mean()))
    return row


def main() -> None:
    rows: list[Row] = []
    for tracks, candidates in SIZES:
        problems = [
            gated_problem(tracks, seed=seed, candidates=candidates) for seed in range(SEEDS)
        ]
        exact = [ours(p, "exact")() for p in problems]
        for name in CONTESTANTS:
            rows.append(measure(name, problems, exact))
            print(rows[-1], flush=True)
    record("marginals", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
