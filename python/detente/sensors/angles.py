"""Sensors of angles alone: a direction, and no range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.errors import SettingError
from detente.sensors.sensor import Sensor


@dataclass(frozen=True, kw_only=True, repr=False)
class BearingSensor(Sensor):
    """Measures the bearing in the plane, as a passive sonar or a direction finder.

    A detection begins a track in several Gaussians along its ray, one for each cell of the range,
    with ends in one ratio of at most 2 (Peach 1995). They are alternatives among which later
    detections choose: under ``"gnn"`` and ``"jpda"`` the track shows mean and covariance of their
    mixture, under ``"pmbm"`` the likeliest hypothesis.

    Parameters
    ----------
    bearing_std_rad : float
        Standard deviation of the bearing [rad], clockwise from the sensor's forward direction.
    range_limits_m : (2,) sequence of float
        The nearest and the farthest range of an object when it is first seen [m].
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`. Clutter is per rad, and one number.

    Examples
    --------
    >>> import detente as dt
    >>> sonar = dt.BearingSensor(
    ...     bearing_std_rad=0.01, range_limits_m=(100.0, 3000.0), detection_probability=0.9
    ... )
    >>> sonar.measure([[1000.0, 0.0, 0.0, 0.0]], axes=2)  # due east
    array([[1.57079633]])
    """

    _core_name: ClassVar[str] = "bearing"

    bearing_std_rad: float
    range_limits_m: Sequence[float]
    name: str = "bearing"

    def __post_init__(self) -> None:
        """Check the deviation and the ranges."""
        super().__post_init__()
        expected = "the nearest and the farthest range"
        given = checks.items("range_limits_m", self.range_limits_m, expected)
        limits = tuple(checks.positive("range_limits_m", limit) for limit in given)
        if len(limits) != 2:  # noqa: PLR2004 - the nearest and the farthest
            raise SettingError(f"range_limits_m must be {expected}, found {limits}")
        if limits[0] >= limits[1]:
            expected = "a positive range and a larger, finite one"
            raise SettingError(f"range_limits_m must be {expected}, found {limits}")
        if not isinstance(self.clutter_density, float):
            raise SettingError(
                "clutter_density must be one number, for a sensor of angles only, "
                f"found {checks.shown(self.clutter_density)}"
            )
        self._keep(
            bearing_std_rad=checks.angular_std("bearing_std_rad", self.bearing_std_rad),
            range_limits_m=limits,
        )

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return `bearing_rad`."""
        return ("bearing_rad",)

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (m, m) in rad²."""
        return np.diag([std * std for std in self._stds()])

    def _stds(self) -> list[float]:
        return [self.bearing_std_rad]

    def _model(self) -> tuple[object, ...]:
        return (self._core_name, *self.range_limits_m)


@dataclass(frozen=True, kw_only=True, repr=False)
class BearingElevationSensor(BearingSensor):
    """Measures bearing and elevation in space, as a camera.

    Parameters
    ----------
    bearing_std_rad, range_limits_m
        As of `BearingSensor`.
    elevation_std_rad : float
        Standard deviation of the elevation [rad], upwards from the sensor's own plane.
    detection_probability, report_rate_per_s, clutter_density, coverage, pose, filter, name
        As of `Sensor`. Clutter is per rad², and one number.

    Examples
    --------
    >>> import detente as dt
    >>> camera = dt.BearingElevationSensor(
    ...     bearing_std_rad=0.001,
    ...     elevation_std_rad=0.001,
    ...     range_limits_m=(100.0, 3000.0),
    ...     detection_probability=0.9,
    ... )
    >>> camera.measure([[0.0, 1000.0, 1000.0]], axes=3).round(4)
    array([[0.    , 0.7854]])
    """

    _core_name: ClassVar[str] = "bearing_elevation"

    elevation_std_rad: float
    name: str = "bearing-elevation"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        std_rad = checks.angular_std("elevation_std_rad", self.elevation_std_rad)
        self._keep(elevation_std_rad=std_rad)

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return `bearing_rad` and `elevation_rad`."""
        return ("bearing_rad", "elevation_rad")

    def _stds(self) -> list[float]:
        return [self.bearing_std_rad, self.elevation_std_rad]
