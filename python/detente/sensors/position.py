"""Sensors of the position, perhaps of the velocity too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.sensors.sensor import Sensor


@dataclass(frozen=True, kw_only=True, repr=False)
class PositionSensor(Sensor):
    """Measures the position.

    Parameters
    ----------
    std_m : float or (axes,) array_like
        Standard deviation of the position, per axis [m].
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`.

    Examples
    --------
    >>> import detente as dt
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> radar.measure([[3.0, 4.0, 1.0, 0.0]], axes=2)
    array([[3., 4.]])
    >>> ais = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.1)
    >>> ais.is_scanning
    False
    """

    std_m: float | Sequence[float]
    name: str = "position"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        self._keep(std_m=checks.per_axis("std_m", self.std_m))

    def columns(self, axes: int) -> tuple[str, ...]:
        """Return `x_m`, `y_m`, `z_m`."""
        return ("x_m", "y_m", "z_m")[:axes]

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (axes, axes) of a position [m²]."""
        return _diagonal(self.std_m, axes, "std_m")

    def _model(self) -> str:
        return "position"


@dataclass(frozen=True, kw_only=True, repr=False)
class StateSensor(Sensor):
    """Measures the position and the velocity.

    Parameters
    ----------
    position_std_m : float or (axes,) array_like
        Standard deviation of the position, per axis [m].
    velocity_std_m_s : float or (axes,) array_like
        Standard deviation of the velocity, per axis [m/s].
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`.

    Examples
    --------
    >>> import detente as dt
    >>> adsb = dt.StateSensor(position_std_m=20.0, velocity_std_m_s=2.0, report_rate_per_s=1.0)
    >>> adsb.noise(axes=1)
    array([[400.,   0.],
           [  0.,   4.]])
    """

    position_std_m: float | Sequence[float]
    velocity_std_m_s: float | Sequence[float]
    name: str = "state"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        self._keep(
            position_std_m=checks.per_axis("position_std_m", self.position_std_m),
            velocity_std_m_s=checks.per_axis("velocity_std_m_s", self.velocity_std_m_s),
        )

    def columns(self, axes: int) -> tuple[str, ...]:
        """Return `x_m`, …, then `vx_m_s`, …."""
        return ("x_m", "y_m", "z_m")[:axes] + ("vx_m_s", "vy_m_s", "vz_m_s")[:axes]

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (2·axes, 2·axes) of position [m²] and velocity [m²/s²]."""
        return _blocks(
            _diagonal(self.position_std_m, axes, "position_std_m"),
            _diagonal(self.velocity_std_m_s, axes, "velocity_std_m_s"),
        )

    def _model(self) -> str:
        return "state"


def _diagonal(std: float | Sequence[float], axes: int, what: str) -> NDArray[np.float64]:
    """Return diag(std²) for one deviation or one for each axis."""
    each = np.asarray(checks.per_axis(what, std, axes))
    return np.diag(np.broadcast_to(each, (axes,)) ** 2)


def _blocks(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the block-diagonal matrix of two."""
    n, m = len(first), len(second)
    out = np.zeros((n + m, n + m))
    out[:n, :n], out[n:, n:] = first, second
    return out
