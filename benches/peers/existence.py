"""Whether existence and covariances are honest: calibration in a crowd, ANEES in clutter."""

from itertools import pairwise

import numpy as np
import ours
from numpy.typing import NDArray
from record import Row, full, record, rounded

import detente as dt
from detente.tracking import Association

Array = NDArray[np.float64]
Truths = NDArray[np.bool_]

ASSOCIATIONS: tuple[Association, ...] = ("gnn", "jpda", "pmbm")
CROWDS = 48 if full() else 24
SINGLES = 120 if full() else 60
SMALLEST_BIN = 500
SETTINGS = {
    "calibration": f"crowd of 20, 30 scans, {CROWDS} seeds; a track is true if within 5 sigma of a "
    "target, each target making true the likeliest of its tracks; bins of a tenth with "
    f"{SMALLEST_BIN} rows or more",
    "ANEES": f"one target in clutter, {SINGLES} runs, confirmed tracks from the tenth of 40 scans, "
    "per dimension; tracks beyond 50 are lost",
}


def claims(association: Association) -> tuple[Array, Truths]:
    """Return the existence of every track at every scan, and whether it was true."""
    claimed: list[Array] = []
    true: list[Truths] = []
    for seed in range(CROWDS):
        scene = dt.simulate.scenario("crowd", targets=20, steps=30, seed=seed)
        tracker = ours.tracker_for(scene, association)
        for k, (time_s, z) in enumerate(scene.detections):
            tracks = tracker.step(time_s, z, sensor=scene.sensor)
            claimed.append(tracks.existence)
            true.append(truths(tracks, scene.truth.states[k][:, :2]))
    return np.concatenate(claimed), np.concatenate(true)


def truths(tracks: dt.Tracks, truth_m: Array) -> Truths:
    """Return which tracks stand for a target, no two for the same."""
    off = tracks.mean[:, None, :2] - truth_m
    distance = np.einsum("ijk,ikl,ijl->ij", off, np.linalg.inv(tracks.cov[:, :2, :2]), off)
    pairs = np.argwhere(distance < 25.0)
    order = np.lexsort((distance[*pairs.T], -tracks.existence[pairs[:, 0]]))
    good, taken = np.zeros(len(tracks), bool), set[int]()
    for row, target in pairs[order].tolist():
        if not good[row] and target not in taken:
            good[row] = True
            taken.add(target)
    return good


def anees(association: Association) -> float:
    """Return the mean normalised error squared of confirmed tracks, per dimension."""
    squared: list[float] = []
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    sensor = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=3e-5)
    for seed in range(SINGLES):
        velocity = np.random.default_rng(seed).normal(0, 10, 2)
        scene = dt.simulate.truth(
            motion,
            times_s=np.arange(40.0),
            initial_states=np.append([0.0, 0.0], velocity)[None],
            seed=seed,
        )
        seen = dt.simulate.detections(scene, sensor, region=[[-600.0, 600.0]] * 2, seed=seed + 1000)
        tracker = dt.Tracker(
            motion=motion,
            birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0),
            survival_per_s=0.999,
            association=association,
        )
        for k, (time_s, z) in enumerate(seen):
            tracks = tracker.step(time_s, z, sensor=sensor).confirmed()
            if k >= 10 and len(tracks):
                off = tracks.mean - scene.states[k, 0]
                nees = np.einsum("ij,ijk,ik->i", off, np.linalg.inv(tracks.cov), off).min()
                if nees < 50.0:
                    squared.append(float(nees) / 4)
    return float(np.mean(squared))


def main() -> None:
    rows: list[Row] = []
    for association in ASSOCIATIONS:
        consistency = rounded(anees(association))
        claim, truth = claims(association)
        for low, high in pairwise(np.linspace(0.0, 1.0, 11).tolist()):
            here = (claim >= low) & ((claim < high) | (high == 1.0))
            if here.sum() >= SMALLEST_BIN:
                said, held = float(claim[here].mean()), float(truth[here].mean())
                rows.append(
                    {
                        "association": association,
                        "ANEES": consistency,
                        "existence": f"{low:.1f} to {high:.1f}",
                        "rows": int(here.sum()),
                        "claimed": rounded(said),
                        "true": rounded(held),
                        "off": rounded(held - said, 2),
                    }
                )
                print(rows[-1], flush=True)
    record("existence", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
