"""One late scan among two hundred objects: what it is worth, and what it costs at each lag."""

import statistics
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from record import Row, full, record, rounded

import detente as dt
from detente.tracking import Association

TARGETS, LAST_S, CUTOFF_M = 200, 120, 50.0
LAGS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
SEEDS = 10 if full() else 4
REPEATS: dict[Association, int] = {"gnn": 5, "jpda": 5, "pmbm": 1}
SETTINGS = {
    "scene": f"the crowd of {TARGETS}, one scan a second for {LAST_S} s; a second radar like the "
    "first takes one scan more, which comes after the last",
    "MSE": f"of confirmed tracks within {CUTOFF_M:g} m of a target, at the last scan, {SEEDS} "
    "seeds; over that of a tracker that saw all scans in order",
    "discard": "the tracker that leaves the late scan out",
    "same bits": "the replay's snapshot is that of the tracker that saw all scans in order",
    "ms": "CPU, median of all seeds, of gnn and jpda five times each; of a scan in order over the "
    "last 20",
}
SCENE = dt.simulate.scenario("crowd", targets=TARGETS, steps=1)
LATE = dt.PositionSensor(
    std_m=10.0,
    detection_probability=0.9,
    clutter_density=SCENE.sensor.clutter_density,
    name="second",
)


@dataclass(frozen=True)
class Run:
    """Truth and scans of both radars, the second at every lag, and where targets are at last."""

    scans: list[tuple[float, NDArray[np.float64]]]
    late: dict[float, NDArray[np.float64]]
    truth_m: NDArray[np.float64]


def a_run(seed: int) -> Run:
    start = dt.simulate.scenario("crowd", targets=TARGETS, steps=1, seed=seed)
    times_s = np.arange(0.0, LAST_S + 0.5, 0.5)
    truth = dt.simulate.truth(
        SCENE.motion, times_s=times_s, initial_states=start.truth.states[0], seed=seed
    )
    first, second = (
        list(dt.simulate.detections(truth, SCENE.sensor, region=SCENE.region_m, seed=number))
        for number in (2 * seed, 2 * seed + 1)
    )
    late = {lag: second[round(2 * (LAST_S - lag))][1] for lag in LAGS}
    return Run(first[::2], late, truth.states[-1, :, :2])


def a_tracker(association: Association) -> dt.Tracker:
    return dt.Tracker(
        motion=SCENE.motion,
        birth=SCENE.birth,
        survival_per_s=SCENE.survival_per_s,
        association=association,
    )


def in_order(association: Association, run: Run, lag: float) -> dt.Tracker:
    """Return a tracker that saw the late scan in its place; of one time the radar comes first."""
    tracker, then_s = a_tracker(association), LAST_S - lag
    scans = [(time_s, z, SCENE.sensor) for time_s, z in run.scans]
    scans.append((then_s, run.late[lag], LATE))
    for time_s, z, sensor in sorted(scans, key=lambda scan: (scan[0], scan[2].name)):
        tracker.step(time_s, z, sensor=sensor)
    return tracker


def errors_m(tracks: dt.Tracks, truth_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance of each target to the nearest confirmed track, NaN beyond the cutoff."""
    places = tracks.confirmed().mean[:, :2]
    nearest = np.linalg.norm(places[:, None] - truth_m, axis=2).min(axis=0)
    return np.where(nearest < CUTOFF_M, nearest, np.nan)


def ratio(found: list[NDArray[np.float64]], known: list[NDArray[np.float64]]) -> float:
    """Return the ratio of mean squares, each over all targets that it follows."""
    mean = [np.nanmean(np.concatenate(errors) ** 2) for errors in (found, known)]
    return float(mean[0] / mean[1])


def measure(association: Association, runs: list[Run]) -> list[Row]:
    rows: list[Row] = []
    errors: dict[float, list[tuple[NDArray[np.float64], ...]]] = {lag: [] for lag in LAGS}
    cost_s: dict[float, list[float]] = {lag: [] for lag in LAGS}
    same, steps = dict.fromkeys(LAGS, True), dict.fromkeys(LAGS, 0)
    scan_s: list[float] = []
    for run in runs:
        for lag in LAGS:
            right = in_order(association, run, lag)
            for repeat in range(REPEATS[association]):
                replay = dt.Replay(a_tracker(association), window_s=np.inf)
                for time_s, z in run.scans:
                    start_s = time.process_time()
                    replay.step(time_s, z, sensor=SCENE.sensor)
                    if time_s > LAST_S - 20.0:
                        scan_s.append(time.process_time() - start_s)
                discarded = replay.tracks
                start_s = time.process_time()
                tracks = replay.step(LAST_S - lag, run.late[lag], sensor=LATE)
                cost_s[lag].append(time.process_time() - start_s)
                if repeat == 0:
                    same[lag] = same[lag] and replay.snapshot() == right.snapshot()
                    steps[lag] = max(steps[lag], replay.replayed)
                    known = right.predict(float(LAST_S))
                    trio = (tracks, discarded, known)
                    errors[lag].append(tuple(errors_m(each, run.truth_m) for each in trio))
    for lag in LAGS:
        found, discarded, known = (list(each) for each in zip(*errors[lag], strict=True))
        rows.append(
            {
                "association": association,
                "lag [scans]": lag,
                "MSE ratio": f"{ratio(found, known):.3f}",
                "MSE ratio, discard": f"{ratio(discarded, known):.3f}",
                "same bits": "yes" if same[lag] else "no",
                "scans stepped through": steps[lag],
                "ms for the late scan": rounded(1e3 * statistics.median(cost_s[lag])),
                "ms for a scan in order": rounded(1e3 * statistics.median(scan_s)),
            }
        )
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    runs = [a_run(seed) for seed in range(SEEDS)]
    rows = [row for association in REPEATS for row in measure(association, runs)]
    record("late", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
