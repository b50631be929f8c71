"""What the presets of objects that report themselves share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detente.errors import SettingError
from detente.sensors import PositionSensor, StateSensor

if TYPE_CHECKING:
    from detente.sensors import Sensor


def reporters(
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


def survival(mean_s: float) -> float:
    """Return the probability per second of living on, for a mean time in sight."""
    return math.exp(-1.0 / mean_s)


def checked_std(std_m: float | None, usual_m: float) -> float:
    """Return a standard deviation of positions.

    Raises
    ------
    SettingError
        It is not positive.
    """
    if std_m is None:
        return usual_m
    if not (math.isfinite(std_m) and std_m > 0.0):
        raise SettingError(f"the standard deviation of a position must be positive, found {std_m}")
    return std_m
