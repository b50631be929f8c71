"""The usual settings for each format, in one place, each value with its reason.

They are meant to work on any recording of the kind, not on a particular one: pass `std_m`, or
use `detente.track` with settings of your own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.births import Birth
from detente.errors import SettingError
from detente.motion import BoxMotion, ConstantVelocity
from detente.sensors import BearingSensor, BoxSensor, Everywhere, PositionSensor, StateSensor

if TYPE_CHECKING:
    from detente.io.recording import Recording
    from detente.sensors import Sensor
    from detente.tracking import Association


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
    association : {"gnn", "jpda", "pmbm"}
        As `detente.track` takes it.
    delay_s : dict of str to float
        By how much a sensor's times are late [s]; it is taken off them.
    every_s : dict of str to float
        How long a sensor's error lasts [s]: more frequent looks repeat it and are left out.
    """

    motion: ConstantVelocity | BoxMotion
    birth: Birth
    sensors: dict[str, Sensor]
    survival_per_s: float
    cutoff_m: float
    score_step_s: float
    longest_gap_s: float
    association: Association = "gnn"
    delay_s: dict[str, float] = field(default_factory=dict[str, float])
    every_s: dict[str, float] = field(default_factory=dict[str, float])

    def described(self) -> dict[str, Any]:
        """Return the values as JSON can hold them."""
        return {
            "axes": self.motion.axes,
            "noise_after_a_second": self._noise_after_a_second(),
            "birth": vars(self.birth),
            "survival_per_s": self.survival_per_s,
            "association": self.association,
            "delay_s": self.delay_s,
            "every_s": self.every_s,
            "sensors": {
                name: {
                    "std": np.sqrt(np.diag(sensor.noise(self.motion.axes))).tolist(),
                    "detection_probability": sensor.detection_probability,
                    "report_rate_per_s": sensor.report_rate_per_s,
                    "clutter_density": sensor.clutter_density,
                }
                for name, sensor in self.sensors.items()
            },
        }

    def _noise_after_a_second(self) -> list[float]:
        """Return the variances that a second adds to a state; of a box of height 1."""
        if isinstance(self.motion, BoxMotion):
            return np.diag(self.motion.noise([[0.0] * 4 + [1.0] * 2], 1.0)[0]).tolist()
        return np.diag(self.motion.noise(1.0)).tolist()


def settings_for(recording: Recording, *, std_m: float | None = None) -> Settings:
    """Return the usual settings for a recording.

    Parameters
    ----------
    recording : Recording
        What was read.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of the usual.

    Raises
    ------
    SettingError
        `std_m` is not positive.
    """
    if std_m is not None and not (math.isfinite(std_m) and std_m > 0.0):
        raise SettingError(f"the standard deviation of a position must be positive, found {std_m}")
    make = {"ais": _ais, "adsb": _adsb, "autoferry": _autoferry, "mot": _mot}.get(
        recording.format, _any
    )
    return make(recording, std_m)


def _ais(recording: Recording, std_m: float | None) -> Settings:
    del recording
    # silence must not count much: ships at anchor report every three minutes only
    return Settings(
        # a compromise of two motions: a ship at its berth stays there, a ferry turns at 0.1 m/s²
        # for some seconds, but then reports its new velocity often
        motion=ConstantVelocity(axes=2, acceleration_psd=0.01),
        # one ship on a square kilometre, as near a harbour: far fewer, and neighbours at their
        # berths would be taken for one
        birth=Birth(
            rate_density=1e-6 / 3600,
            initial_density=1e-6,
            velocity_std_m_s=6.0,  # most ships make less than 12 m/s
        ),
        # satellite navigation is good to some 5 m each way, its speed to half a knot
        sensors=_reporters("ais", std_m or 5.0, velocity_std_m_s=0.4, rate_per_s=1 / 600),
        survival_per_s=_survival(3600.0),
        cutoff_m=200.0,  # about a ship's length: beyond it is not the same ship
        score_step_s=10.0,
        longest_gap_s=400.0,  # twice the three minutes between reports at anchor
    )


def _adsb(recording: Recording, std_m: float | None) -> Settings:
    area_m2 = _area_m2(recording)
    return Settings(
        # an airliner turns at 3 m/s² for half a minute, and seldom
        motion=ConstantVelocity(axes=2, acceleration_psd=20.0),
        birth=Birth(
            rate_density=100 / 3600 / area_m2,  # a hundred come in an hour
            initial_density=30 / area_m2,  # thirty are there at the start
            velocity_std_m_s=150.0,  # they cruise at 230 m/s in any direction
        ),
        # the place is good to 50 m but the time of a row often to a second or two only, which at
        # 230 m/s is 400 m; aircraft keep more than 5 km apart or fly at other heights
        sensors=_reporters("adsb", std_m or 400.0, velocity_std_m_s=10.0, rate_per_s=1 / 60),
        survival_per_s=_survival(1800.0),  # half an hour to cross the region
        cutoff_m=2000.0,
        score_step_s=10.0,
        longest_gap_s=60.0,
    )


def _autoferry(recording: Recording, std_m: float | None) -> Settings:
    del recording
    # boats are not points: the lidar sees a side of 10 m; both see the shore too, where clutter is
    # dense
    sensors: dict[str, Sensor] = {
        name: PositionSensor(
            std_m=std_m or usual_m,
            detection_probability=seen,
            clutter_density=3e-5,
            coverage=Everywhere(),  # all boats are within reach of all sensors
            name=name,
        )
        for name, usual_m, seen in (("lidar", 4.5, 0.6), ("radar", 7.0, 0.85))
    }
    # scatter beside the truth with what is the same for seconds in it: 0.03 to 0.06 rad optical,
    # 0.03 to 0.1 infrared; a boat is seen in 0.8 and 0.55 of the scans, less where two are in line
    # and make one bearing
    sensors |= {
        name: BearingSensor(
            bearing_std_rad=std_rad,
            range_limits_m=(10.0, 400.0),  # the boats are 16 to 374 m away
            detection_probability=seen,
            clutter_density=clutter,
            coverage=Everywhere(),
            name=name,
        )
        for name, std_rad, seen, clutter in (
            ("infrared", 0.1, 0.4, 0.1),
            ("optical", 0.06, 0.6, 0.3),
        )
    }
    return Settings(
        motion=ConstantVelocity(axes=2, acceleration_psd=0.1),  # small boats: 0.2 m/s² for seconds
        birth=Birth(
            rate_density=3e-9,  # a boat an hour on a square of 300 m
            initial_density=4e-6,  # two boats on a square of 700 m, which is what the sensors see
            velocity_std_m_s=2.5,
        ),
        sensors=sensors,
        survival_per_s=_survival(1000.0),
        cutoff_m=20.0,
        score_step_s=1.0,
        longest_gap_s=5.0,
        association="pmbm",  # of objects in one line of sight, which is it? that stays open
        # by the first boat lidar and optical camera lag the truth by 0.7 s and the radar by 2.0 s;
        # the second tells it less well, for something follows it 18 m behind
        delay_s={"lidar": 0.7, "radar": 2.0, "infrared": 0.7, "optical": 0.7},
        # the cameras look 5 to 20 times a second, but the errors of their bearings are correlated
        # by 0.7 after a second and by 0.3 after five, and a boat is missed for seconds on end
        every_s={"infrared": 3.0, "optical": 3.0},
    )


def _mot(recording: Recording, std_m: float | None) -> Settings:
    if std_m is not None:
        raise SettingError(
            "boxes have a noise in proportion to their height; leave the standard deviation out"
        )
    area_px2 = _area(recording, ("x_px", "y_px"))
    # one in an image, where sizes differ by e² = 7 each way
    per_image = 1 / 4 / area_px2
    return Settings(
        motion=BoxMotion(),
        # ten people are there at the start, and one comes in a second
        birth=Birth(rate_density=per_image, initial_density=10 * per_image, velocity_std_m_s=0.5),
        sensors={"camera": BoxSensor(clutter_density=per_image)},
        survival_per_s=_survival(100.0),
        cutoff_m=0.0,  # not scored
        score_step_s=1.0,
        longest_gap_s=1.0,
    )


def _any(recording: Recording, std_m: float | None) -> Settings:
    area_m2, span_s = _area_m2(recording), _span_s(recording)
    times_s, count = np.unique(recording.detections["time_s"], return_counts=True)
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    objects = float(np.median(count)) if recording.kind == "scanning" else 10.0
    std = std_m or 10.0
    if recording.kind == "scanning":
        clutter = 0.1 * objects / area_m2
        seen: dict[str, Any] = {
            "detection_probability": 0.9,
            "clutter_density": clutter,
            "coverage": Everywhere(),  # nothing is known of what a sensor misses
        }
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
        survival_per_s=_survival(max(span_s, 100.0)),
        cutoff_m=10 * std,
        score_step_s=max(step_s, span_s / 1000),
        longest_gap_s=20 * step_s,
    )


def _reporters(
    name: str, std_m: float, *, velocity_std_m_s: float, rate_per_s: float
) -> dict[str, Sensor]:
    """Return the sensors of rows with a velocity and of rows without."""
    return {
        name: StateSensor(
            position_std_m=std_m,
            velocity_std_m_s=velocity_std_m_s,
            report_rate_per_s=rate_per_s,
            name=name,
        ),
        f"{name} position": PositionSensor(
            std_m=std_m, report_rate_per_s=rate_per_s, name=f"{name} position"
        ),
    }


def _survival(mean_s: float) -> float:
    """Return the probability per second of living on, for a mean time in sight."""
    return math.exp(-1.0 / mean_s)


def _span_s(recording: Recording) -> float:
    first_s, last_s = recording.detections["time_s"][[0, -1]]
    return max(float(last_s - first_s), 1.0)


def _area_m2(recording: Recording) -> float:
    return _area(recording, ("x_m", "y_m"))


def _area(recording: Recording, names: tuple[str, str]) -> float:
    """Return the area of the box that holds all but the outermost hundredth of the positions."""
    sides = [np.ptp(np.quantile(recording.detections[name], [0.005, 0.995])) for name in names]
    return max(float(sides[0] * sides[1]), 1e4)
