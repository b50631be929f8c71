"""The usual settings for each format, in one place, each value with its reason.

They are meant to work on any recording of the kind, not on a particular one: pass `std_m`, or
use `detente.track` with settings of your own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.motion import ConstantVelocity
from detente.sensors import PositionSensor
from detente.tracking import Birth

if TYPE_CHECKING:
    from detente.io.recording import Recording
    from detente.sensors import Sensor


@dataclass(frozen=True)
class Settings:
    """What the tracker is told about a recording.

    Attributes
    ----------
    motion, birth, sensors, survival_per_s
        As `detente.track` takes them.
    cutoff_m : float
        From which distance on a track is of something else, for the scores [m].
    score_step_s : float
        The step of the grid on which tracks are compared with identities [s].
    longest_gap_s : float
        How long an object may be silent and still be there, for the scores [s].
    """

    motion: ConstantVelocity
    birth: Birth
    sensors: dict[str, Sensor]
    survival_per_s: float
    cutoff_m: float
    score_step_s: float
    longest_gap_s: float

    def described(self) -> dict[str, Any]:
        """Return the values as JSON can hold them."""
        return {
            "axes": self.motion.axes,
            "motion_noise": np.diag(self.motion.noise(1.0)).tolist(),
            "birth": vars(self.birth),
            "survival_per_s": self.survival_per_s,
            "sensors": {
                name: {
                    "std_m": getattr(sensor, "std_m", None),
                    "detection_probability": sensor.detection_probability,
                    "report_rate_per_s": sensor.report_rate_per_s,
                    "clutter_density": sensor.clutter_density,
                }
                for name, sensor in self.sensors.items()
            },
        }


def settings_for(recording: Recording, *, std_m: float | None = None) -> Settings:
    """Return the usual settings for a recording.

    Parameters
    ----------
    recording : Recording
        What was read.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of the usual.
    """
    make = {"ais": _ais, "adsb": _adsb, "autoferry": _autoferry}.get(recording.format, _any)
    return make(recording, std_m)


def _ais(recording: Recording, std_m: float | None) -> Settings:
    area_m2, span_s = _area_m2(recording), _span_s(recording)
    return Settings(
        # ships turn at about 0.1 m/s² for some ten seconds: 0.1² · 10
        motion=ConstantVelocity(axes=2, acceleration_psd=0.1),
        # ships come and go slowly: a hundred there from the start, a hundred an hour
        birth=Birth(
            rate_density=100 / 3600 / area_m2,
            initial_density=100 / area_m2,
            velocity_std_m_s=8.0,  # ferries and pilots make 20 m/s, most half of that
        ),
        # GPS is good to 5 m, the antenna is not in the ship's middle, reports are late by a second;
        # ships at anchor report every 3 minutes, so the mean rate must not make silence suspicious
        sensors={"ais": PositionSensor(std_m=std_m or 15.0, report_rate_per_s=1 / 180, name="ais")},
        survival_per_s=float(np.exp(-1 / max(span_s, 3600.0))),
        cutoff_m=200.0,
        score_step_s=10.0,
        longest_gap_s=400.0,  # twice the 3 minutes between reports at anchor
    )


def _adsb(recording: Recording, std_m: float | None) -> Settings:
    area_m2, span_s = _area_m2(recording), _span_s(recording)
    return Settings(
        # airliners turn at 3 m/s² at most, seldom, for half a minute
        motion=ConstantVelocity(axes=2, acceleration_psd=2.0),
        birth=Birth(
            rate_density=100 / 3600 / area_m2,
            initial_density=30 / area_m2,
            velocity_std_m_s=150.0,  # airliners cruise at 230 m/s in any direction
        ),
        # the position is good to 50 m, but the time of a row to some tenths of a second only
        sensors={
            "adsb": PositionSensor(std_m=std_m or 80.0, report_rate_per_s=1 / 30, name="adsb")
        },
        survival_per_s=float(np.exp(-1 / max(min(span_s, 3600.0), 600.0))),
        cutoff_m=1000.0,
        score_step_s=10.0,
        longest_gap_s=60.0,
    )


def _autoferry(recording: Recording, std_m: float | None) -> Settings:
    area_m2 = _area_m2(recording)
    return Settings(
        # small boats: half a metre per second squared for a few seconds
        motion=ConstantVelocity(axes=2, acceleration_psd=0.3),
        birth=Birth(rate_density=1e-7, initial_density=2 / area_m2, velocity_std_m_s=3.0),
        sensors={
            "lidar": PositionSensor(
                std_m=std_m or 2.5, detection_probability=0.6, clutter_density=2e-6, name="lidar"
            ),
            "radar": PositionSensor(
                std_m=std_m or 5.0, detection_probability=0.7, clutter_density=1e-5, name="radar"
            ),
        },
        survival_per_s=0.999,
        cutoff_m=20.0,
        score_step_s=1.0,
        longest_gap_s=5.0,
    )


def _any(recording: Recording, std_m: float | None) -> Settings:
    area_m2, span_s = _area_m2(recording), _span_s(recording)
    times_s, count = np.unique(recording.detections["time_s"], return_counts=True)
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    objects = float(np.median(count)) if recording.kind == "scanning" else 10.0
    std = std_m or 10.0
    if recording.kind == "scanning":
        clutter = 0.1 * objects / area_m2
        seen: dict[str, Any] = {"detection_probability": 0.9, "clutter_density": clutter}
    else:
        seen = {"report_rate_per_s": 1 / max(30 * step_s, 1.0)}
    axes = 3 if "z_m" in recording.detections else 2
    return Settings(
        motion=ConstantVelocity(axes=axes, acceleration_psd=1.0),
        birth=Birth(
            rate_density=objects / span_s / area_m2,
            initial_density=objects / area_m2,
            velocity_std_m_s=15.0,
        ),
        sensors={
            name: PositionSensor(std_m=std, name=name, **seen)
            for name in np.unique(recording.detections["sensor"].astype(str)).tolist()
        },
        survival_per_s=float(np.exp(-1 / max(span_s, 100.0))),
        cutoff_m=10 * std,
        score_step_s=max(step_s, span_s / 1000),
        longest_gap_s=20 * step_s,
    )


def _span_s(recording: Recording) -> float:
    first_s, last_s = recording.detections["time_s"][[0, -1]]
    return max(float(last_s - first_s), 1.0)


def _area_m2(recording: Recording) -> float:
    """Return the area of the box that holds all but the outermost hundredth of the positions."""
    sides = [
        np.ptp(np.quantile(recording.detections[name], [0.005, 0.995])) for name in ("x_m", "y_m")
    ]
    return max(float(sides[0] * sides[1]), 1e4)
