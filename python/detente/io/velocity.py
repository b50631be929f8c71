"""Speed and course over ground as a velocity in the frame of the positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.io.numbers import floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detente.geo import LocalFrame
    from detente.io.numbers import Column

_M_PER_DEG = 111_195.0  # of latitude; a step of a second needs it to a thousandth only
_STILL_M_S = 0.25  # below half a knot the course means nothing


def velocity_from_course(
    columns: Mapping[str, Column], *, unit_m_s: float, fastest_m_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read ``speed`` and ``course`` [°] as velocities to the east and the north [m/s].

    Parameters
    ----------
    columns : mapping
        The columns; without these two there are no velocities.
    unit_m_s : float
        What one unit of the speed is in m/s.
    fastest_m_s : float
        From here on a speed is not one: AIS writes 102.3 kn for "not available".

    Returns
    -------
    east, north : (n,) float64
        NaN where the row does not say.
    """
    speed, _, no_speed = floats(columns["speed"])
    course, _, no_course = floats(columns["course"])
    speed = np.where(no_speed | (speed < 0.0), np.nan, speed * unit_m_s)
    speed[speed >= fastest_m_s] = np.nan
    course[no_course | (course < 0.0) | (course >= 360.0)] = np.nan  # noqa: PLR2004 - a circle
    course[(speed < _STILL_M_S) & np.isnan(course)] = 0.0
    return speed * np.sin(np.deg2rad(course)), speed * np.cos(np.deg2rad(course))


def planar_velocity(
    lat_deg: NDArray[np.float64],
    lon_deg: NDArray[np.float64],
    east_north_m_s: tuple[NDArray[np.float64], NDArray[np.float64]],
    frame: LocalFrame,
) -> NDArray[np.float64]:
    """Turn velocities to the local east and north (n, 2) [m/s] into those of the frame.

    Away from the origin the meridians are not parallel to the frame's north: the place a second
    later is put into the frame as well.
    """
    east, north = (np.nan_to_num(part) for part in east_north_m_s)
    lat_then = np.clip(lat_deg + north / _M_PER_DEG, -90.0, 90.0)
    shrink = np.maximum(np.cos(np.deg2rad(lat_deg)), 1e-6)
    lon_then = lon_deg + east / (_M_PER_DEG * shrink)
    step_m = frame.enu_from_geodetic(lat_then, lon_then) - frame.enu_from_geodetic(lat_deg, lon_deg)
    step_m[np.isnan(east_north_m_s[0])] = np.nan
    return step_m[:, :2]
