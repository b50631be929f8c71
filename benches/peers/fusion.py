"""Two parties: every way of fusing against one filter of all detections; and how fast it is."""

import numpy as np
from record import Row, cpu_s, full, record, rounded
from two_parties import MARK, SENSORS, methods, scene, score

import detente as dt

RUNS, SCANS, SEED = 1000, (20 if full() else 10) * MARK, 1
PAIRS, REPEATS = 100_000, 15 if full() else 5


def quality() -> list[Row]:
    scenes = {name: scene(name, runs=RUNS, scans=SCANS, seed=SEED) for name in SENSORS}
    rows: list[Row] = []
    reference = {name: methods()["centralised"](scenes[name]) for name in SENSORS}
    for method, run in methods().items():
        row: Row = {"fusion": method}
        for sensors, one in scenes.items():
            ratio, anees = score(one, run(one), reference[sensors])
            row[f"{sensors}: RMSE ÷ centralised"] = f"{ratio:.4f}"
            row[f"{sensors}: ANEES"] = f"{anees:.3f}"
        rows.append(row)
    return rows


def speed() -> list[Row]:
    """Pairs a second and core, from Python, by dimension."""
    rng = np.random.default_rng(SEED)
    rows: list[Row] = []
    for dim in (2, 3, 4, 6):
        mean_a, mean_b = rng.normal(size=(2, PAIRS, dim))
        roots = rng.normal(size=(2, PAIRS, dim, dim))
        cov_a, cov_b = roots @ roots.swapaxes(-1, -2) + 0.1 * dim * np.eye(dim)
        for inverse in (False, True):
            function = (
                dt.fuse.inverse_covariance_intersection
                if inverse
                else dt.fuse.covariance_intersection
            )
            row: Row = {"fusion": f"{function.__name__}, dimension {dim}"}
            for criterion in ("determinant", "trace"):
                time_s = cpu_s(
                    lambda fuse=function, by=criterion, a=(mean_a, cov_a), b=(mean_b, cov_b): fuse(
                        *a, *b, criterion=by
                    ),
                    repeats=REPEATS,
                )
                row[f"pairs/s by {criterion}"] = rounded(PAIRS / time_s)
            rows.append(row)
    return rows


def main() -> None:
    noises = "complementary sensors q 0.1 m²/s³, R 1 and 25 m²; equal sensors q 1, R 1"
    settings: dict[str, object] = {"runs": RUNS, "scans": SCANS, "noise": noises}
    settings |= {"pairs": PAIRS, "repeats": REPEATS}
    record("fusion", settings=settings, rows=[*quality(), *speed()])


if __name__ == "__main__":
    main()
