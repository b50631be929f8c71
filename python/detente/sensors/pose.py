"""Where a sensor stands, which way it faces and how it moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.errors import SettingError


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a sensor stands, which way it faces and how it moves.

    The orientation is three turns, each about an axis that the one before has moved: by the heading
    clockwise from north (the second axis), as a compass counts, then the nose up by the pitch, then
    the right side down by the roll. Bearings count clockwise from forward in the sensor's own
    plane, elevations upwards from that plane; range and range rate do not depend on the
    orientation. In a frame of two axes all objects lie at the sensor's height.

    Parameters
    ----------
    position_m : sequence of float
        East, north and up in the tracker's frame [m]; missing components are zero.
    heading_rad : float
        Clockwise from north [rad], within ±2π as all three angles.
    pitch_rad : float
        The nose up [rad].
    roll_rad : float
        The right side down [rad].
    velocity_m_s : sequence of float
        East, north and up [m/s]; range rates are relative to it.

    Raises
    ------
    SettingError
        A place or a velocity of more than three components, or something other than finite
        numbers; an angle that is not in radians.

    Examples
    --------
    >>> import detente as dt
    >>> tilted = dt.RangeBearingElevationSensor(
    ...     range_std_m=1.0,
    ...     bearing_std_rad=0.01,
    ...     elevation_std_rad=0.01,
    ...     detection_probability=0.9,
    ...     pose=dt.Pose(heading_rad=1.5707963267948966, pitch_rad=0.1),
    ... )
    >>> tilted.measure([[1000.0, 0.0, 0.0]], axes=3).round(6)  # due east: ahead, 0.1 rad low
    array([[ 1.e+03,  0.e+00, -1.e-01]])
    """

    position_m: Sequence[float] = (0.0, 0.0, 0.0)
    heading_rad: float = 0.0
    pitch_rad: float = 0.0
    roll_rad: float = 0.0
    velocity_m_s: Sequence[float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Keep what was checked."""
        for name in ("position_m", "velocity_m_s"):
            object.__setattr__(self, name, _up_to_three(name, getattr(self, name)))
        for name in ("heading_rad", "pitch_rad", "roll_rad"):
            object.__setattr__(self, name, checks.angle(name, getattr(self, name)))

    def directions(self) -> NDArray[np.float64]:
        """Return right, forward and up of the sensor in east, north and up, (3, 3), row by row."""
        (sh, ch), (sp, cp), (sr, cr) = (
            (sin(turn), cos(turn)) for turn in (self.heading_rad, self.pitch_rad, self.roll_rad)
        )
        level, above = np.array([ch, -sh, 0.0]), np.array([-sp * sh, -sp * ch, cp])
        right, up = cr * level - sr * above, sr * level + cr * above
        return np.stack([right, np.array([cp * sh, cp * ch, sp]), up])

    def _core(self) -> tuple[list[float], list[float], list[float]]:
        """Return place, turns and velocity, as the core takes them."""
        turns = [self.heading_rad, self.pitch_rad, self.roll_rad]
        return _three(self.position_m), turns, _three(self.velocity_m_s)


def pose_of(pose: Pose | None) -> tuple[list[float], list[float], list[float]] | None:
    """Return a pose given for one scan, as the core takes it.

    Raises
    ------
    SettingError
        It is something else.
    """
    if pose is None:
        return None
    checked = checks.one_of("pose", pose, Pose, "a dt.Pose(position_m=..., heading_rad=...)")
    return checked._core()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same module


def _up_to_three(name: str, values: object) -> tuple[float, ...]:
    given = checks.items(name, values, "up to three numbers")
    if len(given) > 3:  # noqa: PLR2004 - space has three axes
        raise SettingError(f"{name} must have at most three components, found {len(given)}")
    return tuple(checks.number(name, value) for value in given)


def _three(values: Sequence[float]) -> list[float]:
    """Fill up to three components with zeros."""
    return [*values, 0.0, 0.0, 0.0][:3]
