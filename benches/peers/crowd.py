"""The crowd, followed by global nearest neighbour: CPU time a scan and GOSPA, side by side."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import ours
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, full, record, rounded, version
from score import gospa_m

import detente as dt
from detente.simulate import Scenario

Tracker = Callable[[Scenario], Iterator[NDArray[np.float64]]]

FIRST_SCAN = 10  # the tracks have been found by then
CUTOFF_M = 50.0
# targets: scans, so that one run of the slowest takes about a minute
SCANS = {10: 50, 50: 50, 100: 40, 200: 40} | ({500: 20, 1000: 14} if full() else {})
SEEDS = {targets: 3 if full() and targets <= 200 else 1 for targets in SCANS}

SETTINGS = {
    "GOSPA": f"c {CUTOFF_M:g} m, p 2, mean over scans ≥ {FIRST_SCAN}, as is the time",
    "Stone Soup": "GNNWith2DAssignment over a KD-tree of 200 m, Mahalanobis with missed distance "
    "3, MultiMeasurementInitiator of 6 points, deleted after 4 scans without update",
    "nrl-tracker": "gate 0.995, 5 hits of 7 confirm, 3 misses end",
    "detente": "the scenario's parameters, tracks of existence ≥ 0.5",
}


@dataclass(frozen=True)
class Contestant:
    """A tracker, None if it is not installed, and how often it repeats a run."""

    name: str
    tracker: Tracker | None
    repeats: int = 1


def measure(tracker: Tracker, scene: Scenario) -> tuple[float, float]:
    """Return CPU time per scan [s] and GOSPA [m], means over the scans from the tenth on."""
    positions_m = tracker(scene)
    times_s: list[float] = []
    scores_m: list[float] = []
    for k in range(len(scene.detections)):
        start_s = time.process_time()
        estimate_m = next(positions_m)
        elapsed_s = time.process_time() - start_s
        if k >= FIRST_SCAN:
            times_s.append(elapsed_s)
            scores_m.append(gospa_m(scene.truth.states[k, :, :2], estimate_m, cutoff_m=CUTOFF_M))
    return statistics.mean(times_s), statistics.mean(scores_m)


def contestants() -> list[Contestant]:
    """Return the trackers, the slowest peer first."""
    stone_soup = nrl_tracker = None
    if version("stonesoup"):
        import stone_soup  # noqa: PLC0415  # a peer may be missing
    if version("nrl-tracker"):
        import nrl_tracker  # noqa: PLC0415  # a peer may be missing
    return [
        Contestant("Stone Soup", stone_soup and stone_soup.crowd_positions_m),
        Contestant("nrl-tracker", nrl_tracker and nrl_tracker.crowd_positions_m),
        Contestant("detente", ours.crowd_positions_m, repeats=7),
    ]


def main() -> None:
    rows: list[Row] = []
    for targets, scans in SCANS.items():
        scenes = [
            dt.simulate.scenario("crowd", targets=targets, steps=scans, seed=seed)
            for seed in range(SEEDS[targets])
        ]
        slowest_s = 0.0
        for one in contestants():
            row: Row = {"targets": targets, "scans": scans, "runs": len(scenes), "GNN": one.name}
            if one.tracker is None:
                row["ms a scan"] = NOT_INSTALLED
            else:
                runs = [
                    [measure(one.tracker, scene) for _ in range(one.repeats)] for scene in scenes
                ]
                scan_s = statistics.median(s for run in runs for s, _ in run)
                slowest_s = slowest_s or scan_s
                row["ms a scan"] = rounded(scan_s * 1e3)
                row["GOSPA [m]"] = rounded(statistics.mean(run[0][1] for run in runs))
                row["× faster than the first"] = rounded(slowest_s / scan_s)
            rows.append(row)
            print(row, flush=True)
    record("crowd", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
