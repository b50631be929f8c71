"""The flat plane that a map is drawn on: Mercator for latitudes and longitudes, or plain metres.

Positions go to the page as whole numbers of a quantum from the plane's corner.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError

RADIUS_M = 6_378_137.0
"""Radius of the sphere of the Mercator projection [m]; it only sets the plane's unit."""

LATITUDE_LIMIT_DEG = 85.0
"""Positions nearer to a pole are drawn at this latitude."""

_STEPS = 2**24  # of the quantum over the extent: finer than a screen can show at any useful zoom
_FINEST_M = 0.01
_WIDEST_M = 1e9

Kind = Literal["mercator", "metric"]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A plane and the grid of whole numbers laid over it.

    Parameters
    ----------
    kind : {"mercator", "metric"}
        Mercator (spherical) of latitude and longitude, or a metric plane taken as it is.
    longitude_deg : float
        The meridian in the middle: longitudes are unwrapped around it, so that a map may lie
        across the 180th meridian.
    x_m, y_m : float
        The plane's corner: the place of the whole numbers (0, 0).
    quantum_m : float
        The length of one step of the whole numbers, in the plane's metres.
    """

    kind: Kind
    longitude_deg: float = 0.0
    x_m: float = 0.0
    y_m: float = 0.0
    quantum_m: float = 1.0

    def place(self, lon_or_x: FloatArray, lat_or_y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the plane's x and y [m] of positions: degrees (Mercator) or metres (metric)."""
        if self.kind == "metric":
            return lon_or_x, lat_or_y
        away_deg = (lon_or_x - self.longitude_deg + 180.0) % 360.0 - 180.0
        lat_rad = np.radians(np.clip(lat_or_y, -LATITUDE_LIMIT_DEG, LATITUDE_LIMIT_DEG))
        return RADIUS_M * np.radians(away_deg), RADIUS_M * np.arcsinh(np.tan(lat_rad))

    def integers(self, x_m: FloatArray, y_m: FloatArray) -> tuple[NDArray[np.int64], ...]:
        """Return the whole numbers of places on the plane."""
        return tuple(
            np.rint((value - corner) / self.quantum_m).astype(np.int64)
            for value, corner in ((x_m, self.x_m), (y_m, self.y_m))
        )

    def description(self) -> dict[str, object]:
        """Return what the page must know to turn whole numbers back into places."""
        return {
            "kind": self.kind,
            "longitude_deg": self.longitude_deg,
            "x_m": self.x_m,
            "y_m": self.y_m,
            "quantum_m": self.quantum_m,
            "radius_m": RADIUS_M,
        }


def middle_longitude(lon_deg: FloatArray) -> float:
    """Return the mean direction of longitudes [deg]."""
    if lon_deg.size == 0:
        return 0.0
    lon_rad = np.radians(lon_deg)
    return float(np.degrees(np.arctan2(np.sin(lon_rad).mean(), np.cos(lon_rad).mean())))


def plane_over(kind: Kind, longitude_deg: float, x_m: FloatArray, y_m: FloatArray) -> Plane:
    """Return the plane whose whole numbers cover these places.

    Raises
    ------
    SettingError
        The places are so far apart that they cannot be on one map.
    """
    if x_m.size == 0:
        return Plane(kind=kind, longitude_deg=longitude_deg)
    x_low, y_low = float(x_m.min()), float(y_m.min())
    extent_m = max(float(x_m.max()) - x_low, float(y_m.max()) - y_low)
    if extent_m > _WIDEST_M:
        raise SettingError(
            f"the positions are {extent_m:.3g} m apart; a map holds up to {_WIDEST_M:.0e} m: "
            "check the units of x_m and y_m"
        )
    quantum_m = max(_FINEST_M, 2.0 ** np.ceil(np.log2(max(extent_m, _FINEST_M) / _STEPS)))
    return Plane(
        kind=kind, longitude_deg=longitude_deg, x_m=x_low, y_m=y_low, quantum_m=float(quantum_m)
    )
