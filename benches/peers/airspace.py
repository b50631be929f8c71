"""The sky over Switzerland as radars would see it: recorded flights, simulated detections."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from recordings import recordings

import detente as dt
from detente import io
from detente.simulate import Detections, Truth

ROTATION_S = 4.0
STD_M, SEEN, CLUTTER_PER_SCAN = 100.0, 0.9, 50.0
BUSIEST_S = 22_000.0  # after the first report: two hours with 31 aircraft on average, 47 at most
BIRTHS_PER_H, PRESENT, MEAN_STAY_S = 75.0, 30.0, 1500.0  # of the whole day
SIMULATED = (
    "recorded ADS-B positions in the plane, fitted to their velocities and joined by splines "
    "(dt.simulate.truth_from_reports: 100 m, 2 m/s, gaps of 60 s end a flight); every aircraft at "
    "the time of the scan, as if the beam were everywhere at once"
)


@dataclass(frozen=True)
class Sky:
    """What flew, and what a tracker may know of the region."""

    truth: Truth
    region_m: NDArray[np.float64]
    birth: dt.Birth
    survival_per_s: float


@cache
def reports() -> dt.Table:
    """Return the recorded reports."""
    return io.read(recordings() / "adsb" / "switzerland.json.gz").detections


def sky(*, start_s: float = BUSIEST_S, duration_s: float = 7200.0) -> Sky:
    """Return what flew from so long after the first report on, at each rotation of a radar."""
    rows = reports()
    times_s = rows["time_s"].min() + start_s + np.arange(0.0, duration_s, ROTATION_S)
    truth = dt.simulate.truth_from_reports(
        rows,
        times_s=times_s,
        longest_gap_s=60.0,
        position_std_m=100.0,
        velocity_std_m_s=2.0,
    )
    truth = Truth(times_s - times_s[0], truth.states, truth.present, truth.axes)
    region_m = np.array([[rows[name].min(), rows[name].max()] for name in ("x_m", "y_m")])
    area_m2 = float(np.prod(np.diff(region_m, axis=1)))
    birth = dt.Birth(
        rate_density=BIRTHS_PER_H / 3600.0 / area_m2,
        initial_density=PRESENT / area_m2,
        velocity_std_m_s=165.0,  # 230 m/s in any direction
    )
    return Sky(truth, region_m, birth, float(np.exp(-1.0 / MEAN_STAY_S)))


def radar(
    over: Sky,
    *,
    name: str = "radar",
    place_m: tuple[float, float] = (0.0, 0.0),
    range_m: float | None = None,
) -> dt.PositionSensor:
    """Return a radar that sees all of the region, or up to a range from where it stands."""
    area_m2 = float(np.prod(np.diff(over.region_m, axis=1)))
    return dt.PositionSensor(
        std_m=STD_M,
        detection_probability=SEEN,
        clutter_density=CLUTTER_PER_SCAN / area_m2,
        coverage=None if range_m is None else dt.Disc(range_m=range_m),
        pose=dt.Pose(position_m=place_m),
        name=name,
    )


def seen_by(sensor: dt.PositionSensor, over: Sky, *, seed: int) -> Detections:
    """Return what a radar makes of it, scan by scan; another seed for another radar."""
    scans = dt.simulate.detections(over.truth, sensor, region=over.region_m, seed=seed)
    covered = sensor.probability_at(scans.measurements, axes=2) > 0.0
    kept = (scans.origin >= 0) | covered  # clutter lies where the radar looks
    offsets = np.concatenate([[0], np.cumsum(kept)])[scans.offsets]
    return Detections(scans.times_s, offsets, scans.measurements[kept], scans.origin[kept])
