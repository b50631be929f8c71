"""Aircraft over Switzerland as a radar would see them: motion models and associations."""

import time
from collections.abc import Sequence

import numpy as np
from airspace import BUSIEST_S, CLUTTER_PER_SCAN, ROTATION_S, SIMULATED, Sky, radar, seen_by, sky
from record import Row, full, record, rounded

import detente as dt
from detente.metrics import Frames
from detente.motion.model import Motion
from detente.simulate import Detections
from detente.tracking import Association

CUTOFF_M = 1000.0
HOURS = tuple(range(0, 57_600, 7200)) if full() else (BUSIEST_S,)
Tracker = tuple[str, Association, str, Motion]


def _velocity(psd: float) -> dt.ConstantVelocity:
    return dt.ConstantVelocity(axes=2, acceleration_psd=psd)


# a cruise of ten minutes, a manoeuvre of a minute
RATES_PER_S = [[0.0, 1 / 600], [1 / 60, 0.0]]
TURN = dt.EstimatedTurn(axes=2, acceleration_psd=0.5, turn_rate_psd=1e-6, turn_rate_std_rad_s=0.02)
MODELS: dict[str, Motion] = {
    "CV 3": _velocity(3.0),
    "CV 10": _velocity(10.0),
    "IMM of CV 0.1, CV 30": dt.IMM([_velocity(0.1), _velocity(30.0)], transition_per_s=RATES_PER_S),
}
TRACKERS: list[Tracker] = [
    (("IMM-" if name.startswith("IMM") else "") + one.upper(), one, name, motion)
    for name, motion in MODELS.items()
    for one in ("gnn", "jpda", "pmbm")
]
TRACKERS.append(
    (
        "IMM-JPDA",
        "jpda",
        "IMM of CV 0.1, turn of estimated rate",
        dt.IMM([_velocity(0.1), TURN], transition_per_s=RATES_PER_S),
    )
)


def followed(
    over: Sky, scans: Detections, association: Association, motion: Motion
) -> tuple[Frames, float]:
    """Return the confirmed tracks of each scan, and the CPU time of all steps [s]."""
    tracker = dt.Tracker(
        motion=motion,
        birth=over.birth,
        survival_per_s=over.survival_per_s,
        association=association,
    )
    sensor = radar(over)
    places: list[np.ndarray] = []
    names: list[np.ndarray] = []
    spent_s = 0.0
    for time_s, positions_m in scans:
        start_s = time.process_time()
        tracks = tracker.step(time_s, positions_m, sensor=sensor).confirmed()
        spent_s += time.process_time() - start_s
        places.append(tracks.mean[:, :2])
        names.append(tracks.id)
    offsets = np.cumsum([0, *(len(each) for each in names)])
    return Frames(np.concatenate(places), offsets, np.concatenate(names)), spent_s


def real(over: Sky) -> Frames:
    """Return where the aircraft were at each scan."""
    scan, target = np.nonzero(over.truth.present)
    offsets = np.concatenate([[0], np.cumsum(over.truth.present.sum(axis=1))])
    return Frames(over.truth.states[scan, target, :2], offsets, target)


def scores(stretches: Sequence[tuple[Sky, Detections]], tracker: Tracker) -> Row:
    """Return a row: means over all scans, sums over all stretches."""
    name, association, words, motion = tracker
    gospa: list[np.ndarray] = []
    errors: list[np.ndarray] = []
    missed: list[np.ndarray] = []
    false: list[np.ndarray] = []
    switches = fragments = 0
    spent_s = 0.0
    for over, scans in stretches:
        truth = real(over)
        estimate, took_s = followed(over, scans, association, motion)
        spent_s += took_s
        run = dt.metrics.gospa_run(truth, estimate, cutoff=CUTOFF_M)
        gospa.append(run.value)
        missed.append(run.missed_count)
        false.append(run.false_count)
        found = run.estimate_row >= 0
        off_m = truth.positions[found] - estimate.positions[run.estimate_row[found]]
        errors.append((off_m**2).sum(axis=1))
        identity = dt.metrics.continuity(truth, estimate, cutoff=CUTOFF_M)
        switches += identity.switches
        fragments += identity.fragmentations
    number = len(np.concatenate(gospa))
    return {
        "tracker": name,
        "motion": words,
        "scans": number,
        "GOSPA [m]": rounded(float(np.concatenate(gospa).mean())),
        "RMSE [m]": rounded(float(np.sqrt(np.concatenate(errors).mean()))),
        "missed": rounded(float(np.concatenate(missed).mean())),
        "false": rounded(float(np.concatenate(false).mean())),
        "switches": switches,
        "fragments": fragments,
        "CPU ms a scan": rounded(1e3 * spent_s / number),
    }


def main() -> None:
    stretches: list[tuple[Sky, Detections]] = []
    for seed, start_s in enumerate(HOURS):
        over = sky(start_s=float(start_s))
        stretches.append((over, seen_by(radar(over), over, seed=seed)))
    present = np.concatenate([over.truth.present.sum(axis=1) for over, _ in stretches])
    rows: list[Row] = []
    for tracker in TRACKERS:
        rows.append(scores(stretches, tracker))
        print(rows[-1], flush=True)
    settings = {
        "radar": f"100 m each way, detection 0.9, {CLUTTER_PER_SCAN:g} false detections a scan "
        f"over 352 km × 225 km, a scan in {ROTATION_S:g} s",
        "truth": SIMULATED,
        "stretches": f"{len(stretches)} of two hours, "
        f"{rounded(float(present.mean()))} aircraft on average, {present.max()} at most",
        "GOSPA": f"c {CUTOFF_M:g} m, p 2, mean over scans",
        "trackers": "one set of births and deaths, confirmed() as it comes; CV q: constant "
        "velocity, accelerations of q m²/s³",
    }
    record("switzerland", settings=settings, rows=rows)


if __name__ == "__main__":
    main()
