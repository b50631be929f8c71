"""Presets of ships and boats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.births import Birth
from detente.errors import SettingError
from detente.motion import ConstantVelocity
from detente.presets.preset import Preset
from detente.presets.reporters import checked_std, reporters, survival
from detente.sensors import BearingSensor, Everywhere, PositionSensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.sensors import Sensor

KNOT_M_S = 1852.0 / 3600.0


def ais(*, blind: bool = False, std_m: float | None = None) -> Preset:
    """Return the preset of AIS reports: one ship is one track per voyage.

    The MMSI is the key, unless `blind`. ITU-R M.1371 has a ship at anchor report every three
    minutes, and one under way every 2 to 10 s (class B up to 30 s); a track ends after an hour of
    silence, twenty reports of a ship at anchor.

    Parameters
    ----------
    blind : bool
        Track by place and time alone.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of 5 m.

    Raises
    ------
    SettingError
        `std_m` is not positive.
    """
    # silence must not count much: ships at anchor report every three minutes only
    return Preset(
        name="ais",
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
        sensors=reporters("ais", checked_std(std_m, 5.0), velocity_std_m_s=0.4, rate_per_s=1 / 600),
        survival_per_s=survival(3600.0),
        longest_silence_s=3600.0,
        identity_error=None if blind else 0.0,
        fastest_m_s=102.2 * KNOT_M_S,  # any higher speed is written so
        slack_m=1000.0,  # antenna, rounding, and times that are off by some seconds
        cutoff_m=200.0,  # about a ship's length: beyond it is not the same ship
        score_step_s=10.0,
        longest_gap_s=400.0,  # twice the three minutes between reports at anchor
    )


def autoferry(
    *,
    sensors: Sequence[str] = ("lidar", "radar", "infrared", "optical"),
    std_m: float | None = None,
) -> Preset:
    """Return the preset of the Autoferry set: lidar, radar and cameras of a small ferry.

    Its numbers were fitted to five of the set's scenarios.

    Parameters
    ----------
    sensors : sequence of str
        Which of ``"lidar"``, ``"radar"``, ``"infrared"``, ``"optical"``.
    std_m : float, optional
        Standard deviation of a position of lidar and radar, each way [m], instead of the usual.

    Raises
    ------
    SettingError
        There is no such sensor, or `std_m` is not positive.
    """
    # boats are not points: the lidar sees a side of 10 m; both see the shore too, where clutter is
    # dense
    every: dict[str, Sensor] = {
        name: PositionSensor(
            std_m=checked_std(std_m, usual_m),
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
    every |= {
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
    if unknown := sorted(set(sensors) - set(every)) or not sensors:
        raise SettingError(f"sensors must be some of {', '.join(every)}, found {unknown or 'none'}")
    # by the first boat lidar and optical camera lag the truth by 0.7 s and the radar by 2.0 s;
    # the second tells it less well, for something follows it 18 m behind
    delay_s = {"lidar": 0.7, "radar": 2.0, "infrared": 0.7, "optical": 0.7}
    # the cameras look 5 to 20 times a second, but the errors of their bearings are correlated
    # by 0.7 after a second and by 0.3 after five, and a boat is missed for seconds on end
    every_s = {"infrared": 3.0, "optical": 3.0}
    return Preset(
        name="autoferry",
        motion=ConstantVelocity(axes=2, acceleration_psd=0.1),  # small boats: 0.2 m/s² for seconds
        birth=Birth(
            rate_density=3e-9,  # a boat an hour on a square of 300 m
            initial_density=4e-6,  # two boats on a square of 700 m, which is what the sensors see
            velocity_std_m_s=2.5,
        ),
        sensors={name: every[name] for name in every if name in sensors},
        survival_per_s=survival(1000.0),
        association="pmbm",  # of objects in one line of sight, which is it? that stays open
        delay_s={name: late_s for name, late_s in delay_s.items() if name in sensors},
        every_s={name: least_s for name, least_s in every_s.items() if name in sensors},
        cutoff_m=20.0,
        score_step_s=1.0,
        longest_gap_s=5.0,
    )


def autoferry_radar(*, std_m: float | None = None) -> Preset:
    """Return the preset of the radar of the Autoferry set alone.

    Parameters
    ----------
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of 7 m.
    """
    return autoferry(sensors=("radar",), std_m=std_m)
