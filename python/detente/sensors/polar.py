"""Sensors of range and angles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.sensors.sensor import Sensor


@dataclass(frozen=True, kw_only=True, repr=False)
class RangeBearingSensor(Sensor):
    """Measures range and bearing in the plane, perhaps the range rate.

    Parameters
    ----------
    range_std_m : float
        Standard deviation of the range [m].
    bearing_std_rad : float
        Standard deviation of the bearing [rad], clockwise from the sensor's heading.
    range_rate_std_m_s : float, optional
        Standard deviation of the range rate [m/s], if it is measured; it is the last component.
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`. Clutter is per m·rad (and m/s).

    Examples
    --------
    >>> import detente as dt
    >>> radar = dt.RangeBearingSensor(
    ...     range_std_m=10.0, bearing_std_rad=0.01, detection_probability=0.9
    ... )
    >>> radar.measure([[1000.0, 0.0, 0.0, 0.0]], axes=2)  # due east
    array([[1000.        ,    1.57079633]])
    """

    range_std_m: float
    bearing_std_rad: float
    range_rate_std_m_s: float | None = None
    name: str = "range-bearing"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        self._keep(
            range_std_m=checks.positive("range_std_m", self.range_std_m),
            bearing_std_rad=checks.angular_std("bearing_std_rad", self.bearing_std_rad),
        )
        if self.range_rate_std_m_s is not None:
            rate = checks.positive("range_rate_std_m_s", self.range_rate_std_m_s)
            self._keep(range_rate_std_m_s=rate)

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return `range_m`, `bearing_rad` and what else is measured."""
        rate = () if self.range_rate_std_m_s is None else ("range_rate_m_s",)
        return ("range_m", "bearing_rad", *self._elevation_column(), *rate)

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (m, m) in m², rad² and m²/s²."""
        return np.diag([std * std for std in self._stds()])

    def _elevation_column(self) -> tuple[str, ...]:
        return ()

    def _stds(self) -> list[float]:
        rate = self.range_rate_std_m_s
        return [self.range_std_m, self.bearing_std_rad, *([] if rate is None else [rate])]

    def _model(self) -> str:
        return "polar" if self.range_rate_std_m_s is None else "polar_rate"


@dataclass(frozen=True, kw_only=True, repr=False)
class RangeBearingElevationSensor(RangeBearingSensor):
    """Measures range, bearing and elevation in space, perhaps the range rate.

    Parameters
    ----------
    range_std_m, bearing_std_rad, range_rate_std_m_s
        As of `RangeBearingSensor`.
    elevation_std_rad : float
        Standard deviation of the elevation [rad], upwards from the horizontal plane.
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`. Clutter is per m·rad² (and m/s).

    Examples
    --------
    >>> import detente as dt
    >>> radar = dt.RangeBearingElevationSensor(
    ...     range_std_m=10.0,
    ...     bearing_std_rad=0.01,
    ...     elevation_std_rad=0.01,
    ...     detection_probability=0.9,
    ... )
    >>> radar.measure([[0.0, 1000.0, 1000.0, 0.0, 0.0, 0.0]], axes=3).round(4)
    array([[1.4142136e+03, 0.0000000e+00, 7.8540000e-01]])
    """

    elevation_std_rad: float
    name: str = "range-bearing-elevation"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        std_rad = checks.angular_std("elevation_std_rad", self.elevation_std_rad)
        self._keep(elevation_std_rad=std_rad)

    def _elevation_column(self) -> tuple[str, ...]:
        return ("elevation_rad",)

    def _stds(self) -> list[float]:
        first, second, *rate = super()._stds()
        return [first, second, self.elevation_std_rad, *rate]

    def _model(self) -> str:
        return "spherical" if self.range_rate_std_m_s is None else "spherical_rate"
