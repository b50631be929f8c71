"""The crowd: CPU time a scan and GOSPA of each association, beside the peers that have it."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import ours
from record import NOT_INSTALLED, Row, full, record, rounded, version
from score import Estimate, gospa_m

import detente as dt
from detente.simulate import Scenario

Tracker = Callable[[Scenario], Iterator[Estimate]]

FIRST_SCAN = 10  # the tracks have been found by then
CUTOFF_M = 50.0
# targets: scans, so that one run of the slowest takes about a minute
SCANS = {10: 50, 50: 50, 100: 40, 200: 40, 500: 20, 1000: 14}
MOST = 1000 if full() else 100  # targets of the peers' GNN
SEEDS = {targets: 3 if full() and targets <= 200 else 1 for targets in SCANS}

SETTINGS = {
    "GOSPA": f"c {CUTOFF_M:g} m, p 2, mean over scans ≥ {FIRST_SCAN}, as is the time",
    "kept": "tracks at the end, of GM-PHD and MFA components, the mean of the runs; of pmbm the "
    "tracks of the likeliest global hypothesis, beside the single-object hypotheses, the global "
    "ones and their clusters",
    "Stone Soup GNN": "GNNWith2DAssignment over a KD-tree of 200 m, Mahalanobis with missed "
    "distance 3, MultiMeasurementInitiator of 6 points, deleted after 4 scans without update",
    "Stone Soup JPDA": "JPDAwithEHM2 over the same KD-tree, PDAHypothesiser of gate 0.99, begun "
    "and deleted as for GNN",
    "Stone Soup GM-PHD": "births in one component over the square with the scenario's numbers, "
    "gate 4, pruned at 1e-4, merged at 4, at most 20 components a target, extracted at 0.5, a "
    "component of weight 2 twice",
    "Stone Soup MFA": "window 3, gate 0.999, told where the targets start; deleted after 4 misses",
    "nrl-tracker": "gate 0.995, 5 hits of 7 confirm, 3 misses end",
    "detente": "the scenario's parameters, confirmed() as it comes",
    "faster": "than the first of the same association",
}


@dataclass(frozen=True)
class Contestant:
    """A tracker, None if it is not installed, its size limit, and how often it repeats a run."""

    association: str
    name: str
    tracker: Tracker | None
    most_targets: int = 1_000_000
    repeats: int = 1


@dataclass(frozen=True)
class Figures:
    """CPU time per scan [s] and GOSPA [m], means from the tenth scan on, and what was kept."""

    scan_s: float
    gospa_m: float
    kept: int
    hypotheses: tuple[int, int, int] | None


def measure(tracker: Tracker, scene: Scenario) -> Figures:
    """Follow one scene to its end."""
    estimates = tracker(scene)
    times_s: list[float] = []
    scores_m: list[float] = []
    kept, hypotheses = 0, None
    for k in range(len(scene.detections)):
        start_s = time.process_time()
        estimate = next(estimates)
        elapsed_s = time.process_time() - start_s
        if k >= FIRST_SCAN:
            kept, hypotheses = estimate.kept, estimate.hypotheses
            times_s.append(elapsed_s)
            truth_m = scene.truth.states[k, :, :2]
            scores_m.append(gospa_m(truth_m, estimate.positions_m, cutoff_m=CUTOFF_M))
    return Figures(statistics.mean(times_s), statistics.mean(scores_m), kept, hypotheses)


def contestants() -> list[Contestant]:
    """Return the trackers by association, the peer first."""
    stone_soup = many = nrl_tracker = None
    if version("stonesoup"):
        import stone_soup  # noqa: PLC0415  # a peer may be missing
        import stone_soup_many as many  # noqa: PLC0415
    if version("nrl-tracker"):
        import nrl_tracker  # noqa: PLC0415  # a peer may be missing
    mfa = many and version("ortools") and many.mfa
    return [
        Contestant("GNN", "Stone Soup", stone_soup and stone_soup.gnn, MOST),
        Contestant("GNN", "nrl-tracker", nrl_tracker and nrl_tracker.gnn, MOST),
        Contestant("GNN", "detente gnn", ours.follow, repeats=7),
        Contestant("JPDA", "Stone Soup EHM2", many and many.jpda, 50),
        Contestant("JPDA", "detente jpda", partial(ours.follow, association="jpda"), repeats=7),
        Contestant("mixture", "Stone Soup GM-PHD", many and many.phd, 50),
        Contestant("mixture", "Stone Soup MFA", mfa or None, 10),
        Contestant("mixture", "detente pmbm", partial(ours.follow, association="pmbm"), repeats=3),
    ]


def main() -> None:
    rows: list[Row] = []
    for targets, scans in SCANS.items():
        scenes = [
            dt.simulate.scenario("crowd", targets=targets, steps=scans, seed=seed)
            for seed in range(SEEDS[targets])
        ]
        first_s: dict[str, float] = {}
        first: dict[str, str] = {}
        for one in contestants():
            if targets > one.most_targets:
                continue
            row: Row = {
                "targets": targets,
                "scans": scans,
                "runs": len(scenes),
                "association": one.association,
                "tracker": one.name,
            }
            if one.tracker is None:
                row["ms a scan"] = NOT_INSTALLED
            else:
                runs = [
                    [measure(one.tracker, scene) for _ in range(one.repeats)] for scene in scenes
                ]
                scan_s = statistics.median(figures.scan_s for run in runs for figures in run)
                first_s.setdefault(one.association, scan_s)
                first.setdefault(one.association, one.name)
                row["ms a scan"] = rounded(scan_s * 1e3)
                row["GOSPA [m]"] = rounded(statistics.mean(run[0].gospa_m for run in runs))
                row["kept"] = round(statistics.mean(run[0].kept for run in runs))
                if one.name == "detente pmbm":
                    clusters, over, single = (
                        round(statistics.mean(values))
                        for values in zip(*(run[0].hypotheses or () for run in runs), strict=True)
                    )
                    row["hypotheses"] = f"{single} single, {over} global in {clusters} clusters"
                if first[one.association] != one.name:
                    row["× faster"] = rounded(first_s[one.association] / scan_s)
            rows.append(row)
            print(row, flush=True)
    record("crowd", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
