"""Four targets that meet: accuracy and CPU time of every association and of the peers."""

import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import lmb_peer
import numpy as np
import ours
from record import Row, full, record, rounded, version
from score import Estimate, Parts, gospa_parts

import detente as dt
from detente.simulate import Scenario
from detente.tracking import Association

CUTOFF_M = 10.0
RUNS = 100 if full() else 20
RUNS_CRATE = 20  # of the Rust crate, and of ours beside it with the same births
RUNS_PEER = 10 if full() else 3  # of the peers in Python

SETTINGS: dict[str, Any] = {
    "GOSPA": f"c {CUTOFF_M:g} m, p 2; root mean square over scans and runs, as its parts",
    "±": "standard error over the runs",
    "time": "CPU a scan, median over the runs",
    "detente": "the scenario's parameters, confirmed() as it comes; defaults unless told "
    "(pmbm: max_hypotheses 200, prune_hypothesis 1e-3)",
    "Stone Soup": "JPDAwithEHM2 with gate 0.99, 6 updates to begin, deleted after 4 scans "
    "without, over a KD-tree of 40 m; GM-PHD with the scenario's birth, gate 4, pruned at 1e-4, "
    "merged at 4, extracted at 0.5; MFA window 3, gate 0.999, told the starts, "
    "deleted after 4 misses",
    "multisensor-lmb-filters-rs": lmb_peer.SETTINGS,
}


@dataclass(frozen=True)
class Run:
    """Squared GOSPA of a run, its parts [m²], means over scans, and its CPU time a scan [s]."""

    parts: Parts
    scan_s: float


Follow = Callable[[Scenario], Iterator[tuple[Estimate, float]]]


def timed(tracker: Callable[[Scenario], Iterator[Estimate]]) -> Follow:
    """Return what yields the CPU time of each scan, too [s]."""

    def follow(scene: Scenario) -> Iterator[tuple[Estimate, float]]:
        estimates = tracker(scene)
        for _ in range(len(scene.detections)):
            start_s = time.process_time()
            estimate = next(estimates)
            yield estimate, time.process_time() - start_s

    return follow


def measure(follow: Follow, seed: int) -> Run:
    """Follow one run to its end."""
    scene = dt.simulate.scenario("coalescing", seed=seed)
    scans: list[Parts] = []
    times_s: list[float] = []
    for k, (estimate, scan_s) in enumerate(follow(scene)):
        truth_m = scene.truth.states[k][scene.truth.present[k], :2]
        scans.append(gospa_parts(truth_m, estimate.positions_m, cutoff_m=CUTOFF_M))
        times_s.append(scan_s)
    return Run(Parts(*np.mean(scans, axis=0).tolist()), statistics.mean(times_s))


def row_of(name: str, follow: Follow, runs: int) -> Row:
    """Return the figures of one contestant."""
    found = [measure(follow, seed) for seed in range(runs)]
    squared = [sum(run.parts) for run in found]
    value = math.sqrt(statistics.mean(squared))
    error = statistics.stdev(squared) / math.sqrt(runs) / (2.0 * value)
    located, missed, false = (
        math.sqrt(statistics.mean(run.parts[i] for run in found)) for i in range(3)
    )
    row: Row = {
        "tracker": name,
        "runs": runs,
        "RMS GOSPA": rounded(value),
        "±": rounded(error, 1),
        "located": rounded(located),
        "missed": rounded(missed),
        "false": rounded(false),
        "ms a scan": rounded(1e3 * statistics.median(run.scan_s for run in found)),
    }
    print(row, flush=True)
    return row


def detente(association: Association, **settings: float) -> Follow:
    """Détente with other settings than its own."""
    return timed(partial(ours.follow, association=association, **settings))


def told_starts(association: Association) -> Follow:
    """Détente with the births that the Rust crate is given: one at each true start."""

    def tracker(scene: Scenario) -> Iterator[Estimate]:
        places = lmb_peer.births_of(scene, lmb_peer.GIVEN)
        birth = dt.BirthMixture(
            mean=[place.mean for place in places],
            cov=[np.diag(place.variances) for place in places],
            rate_per_s=[place.later for place in places],
            initial=[place.initial for place in places],
        )
        return ours.follow(replace(scene, birth=birth), association=association)

    return timed(tracker)


def contestants() -> Iterator[tuple[str, Follow, int]]:
    """Name, tracker and number of runs."""
    yield "detente gnn", detente("gnn"), RUNS
    yield "detente jpda", detente("jpda"), RUNS
    yield "detente pmbm", detente("pmbm"), RUNS
    for most in (1, 5, 20, 50):
        yield f"detente pmbm, max_hypotheses {most}", detente("pmbm", max_hypotheses=most), RUNS
    fine = detente("pmbm", prune_hypothesis=1e-4)
    yield "detente pmbm, prune_hypothesis 1e-4", fine, RUNS
    coarse = detente("pmbm", prune_hypothesis=1e-2)
    yield "detente pmbm, prune_hypothesis 1e-2", coarse, RUNS
    for association in ("gnn", "jpda", "pmbm"):
        runs = min(RUNS, RUNS_CRATE)
        yield f"detente {association}, {lmb_peer.GIVEN}", told_starts(association), runs
    if lmb_peer.built():
        for name, births in lmb_peer.VARIANTS:
            follow = partial(lmb_peer.follow, name=name, births=births)
            yield f"multisensor-lmb-filters-rs {name}, {births}", follow, min(RUNS, RUNS_CRATE)
    if version("stonesoup"):
        import stone_soup_many as many  # noqa: PLC0415  # a peer may be missing

        jpda = partial(many.jpda, reach_m=40.0)
        yield "Stone Soup JPDA EHM2", timed(jpda), RUNS_PEER
        yield "Stone Soup GM-PHD", timed(many.phd), RUNS_PEER
        if version("ortools"):
            yield "Stone Soup MFA, starts known", timed(many.mfa), RUNS_PEER


def main() -> None:
    rows = [row_of(*one) for one in contestants()]
    record("coalescing", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
