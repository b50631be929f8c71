"""Two cars whose pictures are mixtures: errors, switches, names and cost of each exchange."""

import time

import numpy as np
from record import Row, full, record, rounded
from two_cars import CUTOFF_M, NAMES, SETTLED_S, Drive, drive

import detente as dt
from detente.exchange import Snapshot, rehearse
from detente.exchange.rehearsal import How
from detente.metrics import Frames

SEEDS = range(20, 26) if full() else range(20, 23)
LASTS_S = 20.0 if full() else 10.0
PLACES = ("crossing", "oncoming", "convoy")
NEAR_M = 1.0  # two rows are of one object
DETECTORS = {  # what scores less is dropped, and what is added to the scores of objects
    "strong": (0.35, 0.0),
    "fewer": (0.5, 0.0),
    "weak": (0.35, -0.18),
}
WAYS: tuple[tuple[How, float], ...] = (  # what, and how long it waits [s]
    ("nothing", 0.0),
    ("tracks", 0.0),
    ("gains", 1.0),
    ("tracklets", 0.0),
    ("detections", 0.0),
)


def main() -> None:
    rows: list[Row] = []
    for name, (least, skill) in DETECTORS.items():
        drives = [
            drive(
                seed,
                place=PLACES[seed % len(PLACES)],
                lasts_s=LASTS_S,
                least_score=least,
                skill=skill,
            )
            for seed in SEEDS
        ]
        for how, every_s in WAYS:
            start_s = time.process_time()
            played = [_played(each, how, every_s) for each in drives]
            spent_s = time.process_time() - start_s
            looks = sum(len(watcher.looks) for each in drives for watcher in each.watchers)
            shown = list(zip(drives, played, strict=True))
            values = [_errors(*each) for each in shown]
            rows.append(
                {
                    "detector": name,
                    "seen": rounded(float(np.mean([each.seen for each in drives])), 2),
                    "handed over": how,
                    "GOSPA [m]": rounded(float(np.mean(np.concatenate(values))), 4),
                    "switches": sum(_switches(*each) for each in shown),
                    "one name": rounded(float(np.mean([_alike(each) for each in played])), 2),
                    "CPU ms a look": rounded(1e3 * spent_s / looks),
                }
            )
            print(rows[-1], flush=True)
    settings = {
        "scene": f"two cars that meet (`two_cars.py`), {len(SEEDS)} drives of {LASTS_S:g} s",
        "GOSPA": f"c {CUTOFF_M:g} m, p 2, mean over both parties and all looks from "
        f"{SETTLED_S:g} s on",
        "one name": f"share of objects in both pictures, within {NEAR_M:g} m, with one identity",
        "trackers": "pmbm",
    }
    record("mixture", settings=settings, rows=rows)


def _played(of: Drive, how: How, every_s: float) -> dict[str, list[Snapshot]]:
    """Return the confirmed objects of each party's picture at each time from `SETTLED_S` on."""
    times_ns = [time_ns for time_ns in of.times_ns if time_ns >= SETTLED_S * 1e9]
    out: dict[str, list[Snapshot]] = {name: [] for name in NAMES}
    tracker = of.tracker("pmbm")
    for party, snapshot, _ in rehearse(
        of.watchers, tracker, how=how, times_ns=times_ns, every_s=every_s
    ):
        out[party].append(snapshot.confirmed())
    return out


def _errors(of: Drive, played: dict[str, list[Snapshot]]) -> list[float]:
    return [
        dt.metrics.gospa(
            of.truth_m[of.times_ns.index(one.time_ns)], one.mean[:, :2], cutoff=CUTOFF_M
        ).value
        for shown in played.values()
        for one in shown
    ]


def _switches(of: Drive, played: dict[str, list[Snapshot]]) -> int:
    """Return how often an object changed its identity, over both pictures."""
    count = 0
    for shown in played.values():
        at = [of.times_ns.index(one.time_ns) for one in shown]
        truth_m, ids = [of.truth_m[k] for k in at], [of.truth_id[k] for k in at]
        ends = np.cumsum([0, *map(len, ids)])
        truth = Frames(np.concatenate(truth_m), ends, np.concatenate(ids))
        known = Frames(
            np.concatenate([one.mean[:, :2] for one in shown]),
            np.cumsum([0, *map(len, shown)]),
            np.concatenate([one.track_id for one in shown]),
        )
        count += dt.metrics.continuity(truth, known, cutoff=CUTOFF_M).switches
    return count


def _alike(played: dict[str, list[Snapshot]]) -> float:
    """Return the share of objects that both pictures show which have one identity in both."""
    same, both = 0, 0
    for north, south in zip(*(played[name] for name in NAMES), strict=True):
        if not len(north) or not len(south):
            continue
        apart_m = np.linalg.norm(north.mean[:, None, :2] - south.mean[None, :, :2], axis=2)
        near = np.flatnonzero(apart_m.min(axis=1) < NEAR_M)
        both += len(near)
        same += int(np.sum(north.track_id[near] == south.track_id[apart_m.argmin(axis=1)[near]]))
    return same / max(both, 1)


if __name__ == "__main__":
    main()
