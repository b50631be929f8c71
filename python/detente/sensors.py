"""Sensors: what they measure, how well, what they can see, and how they look.

A sensor is *scanning* (it looks at a region; not seeing is evidence; `detection_probability`) or
*reporting* (each object speaks for itself, as with AIS and ADS-B; `report_rate_per_s`). Bearings
count clockwise from north, the second axis, as a compass does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import tau
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError

Filter = Literal["ekf", "ukf"]


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a sensor stands, which way it faces and how it moves.

    Parameters
    ----------
    position_m : tuple of float
        East, north and up in the tracker's frame [m]; missing components are zero.
    heading_rad : float
        Clockwise from north [rad]; bearings are relative to it.
    velocity_m_s : tuple of float
        East, north and up [m/s]; range rates are relative to it.
    """

    position_m: Sequence[float] = (0.0, 0.0, 0.0)
    heading_rad: float = 0.0
    velocity_m_s: Sequence[float] = (0.0, 0.0, 0.0)

    def _core(self) -> tuple[list[float], float, list[float]]:
        return _three(self.position_m), float(self.heading_rad), _three(self.velocity_m_s)


@dataclass(frozen=True, kw_only=True)
class Disc:
    """A sensor sees everything up to a horizontal range [m]."""

    range_m: float


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A sensor sees up to a horizontal range [m], between two bearings [rad].

    `bearing_rad` is the middle of the sector, clockwise from the sensor's heading, `width_rad` the
    whole angle between its edges.
    """

    range_m: float
    bearing_rad: float
    width_rad: float


class Sensor:
    """The parent of all sensors; make one of its children.

    Parameters
    ----------
    detection_probability : float, optional
        Of a scanning sensor: the probability that an object it covers is detected in one scan.
    report_rate_per_s : float, optional
        Of a reporting sensor: how often an object reports [1/s]. Give exactly one of the two.
    clutter_density : float
        False detections per unit of the measurement space and scan (of a reporting sensor: per
        second), in the units of the measurement: per m², per m·rad, …
    coverage : Disc or Sector, optional
        What the sensor can see around its pose; everything if left out.
    pose : Pose
        Where it stands; `Tracker.step(..., pose=...)` overrides it for one scan.
    filter : {"ekf", "ukf"}
        How a nonlinear measurement is linearised: by its Jacobian or by the unscented transform.
    name : str
        Distinguishes the sensors of a tracker; part of the identities of the tracks they start.
    """

    _default_name = "sensor"

    def __init__(
        self,
        *,
        detection_probability: float | None = None,
        report_rate_per_s: float | None = None,
        clutter_density: float = 0.0,
        coverage: Disc | Sector | None = None,
        pose: Pose | None = None,
        filter: Filter = "ekf",  # noqa: A002 - the word that users of trackers look for
        name: str | None = None,
    ) -> None:
        if filter not in ("ekf", "ukf"):
            message = f'filter must be "ekf" or "ukf", found {filter!r}'
            raise SettingError(message)
        self.detection_probability = detection_probability
        self.report_rate_per_s = report_rate_per_s
        self.clutter_density = float(clutter_density)
        self.coverage = coverage
        self.pose = pose if pose is not None else Pose()
        self.filter = filter
        self.name = self._default_name if name is None else name
        self._built: dict[int, _core.Sensor] = {}

    @property
    def is_scanning(self) -> bool:
        """Whether not seeing an object is evidence."""
        return self.detection_probability is not None

    @property
    def kind(self) -> str:
        """What it measures: "position", "state", "polar", …; "user" for a model of one's own."""
        model = self._model()
        return model if isinstance(model, str) else "user"

    def columns(self, axes: int) -> tuple[str, ...]:
        """Return the names of a measurement's components in a table, for so many axes."""
        raise NotImplementedError

    def measure(self, states: ArrayLike, *, axes: int) -> NDArray[np.float64]:
        """Return the noise-free measurement of each state.

        Parameters
        ----------
        states : (n, d) float64
            Positions [m], velocities [m/s], accelerations [m/s²], in the tracker's frame.
        axes : int
            The axes of space in the state.

        Returns
        -------
        (n, m) float64
            In the sensor's measurement space.
        """
        return self._core(axes).measure(states)

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (m, m) of a measurement."""
        raise NotImplementedError

    def _model(self) -> str | tuple[object, ...]:
        raise NotImplementedError

    def _core(self, axes: int) -> _core.Sensor:
        if axes not in self._built:
            self._built[axes] = _core.Sensor(
                self._model(),
                axes,
                name=self.name,
                noise=self.noise(axes),
                detection_probability=self.detection_probability,
                report_rate_per_s=self.report_rate_per_s,
                clutter_density=self.clutter_density,
                coverage=_coverage(self.coverage),
                position_m=_three(self.pose.position_m),
                heading_rad=float(self.pose.heading_rad),
                unscented=self.filter == "ukf",
            )
        return self._built[axes]


class PositionSensor(Sensor):
    """Measures the position.

    Parameters
    ----------
    std_m : float or (axes,) array_like
        Standard deviation of the position, per axis [m].
    **settings
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

    _default_name = "position"

    def __init__(self, *, std_m: float | Sequence[float], **settings: object) -> None:
        super().__init__(**settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - passed through
        self.std_m = std_m

    def columns(self, axes: int) -> tuple[str, ...]:
        """Return `x_m`, `y_m`, `z_m`."""
        return ("x_m", "y_m", "z_m")[:axes]

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (axes, axes) of a position [m²]."""
        return _diagonal(self.std_m, axes, "std_m")

    def _model(self) -> str:
        return "position"


class StateSensor(Sensor):
    """Measures the position and the velocity.

    Parameters
    ----------
    position_std_m : float or (axes,) array_like
        Standard deviation of the position, per axis [m].
    velocity_std_m_s : float or (axes,) array_like
        Standard deviation of the velocity, per axis [m/s].
    **settings
        As of `Sensor`.

    Examples
    --------
    >>> import detente as dt
    >>> adsb = dt.StateSensor(position_std_m=20.0, velocity_std_m_s=2.0, report_rate_per_s=1.0)
    >>> adsb.noise(axes=1)
    array([[400.,   0.],
           [  0.,   4.]])
    """

    _default_name = "state"

    def __init__(
        self,
        *,
        position_std_m: float | Sequence[float],
        velocity_std_m_s: float | Sequence[float],
        **settings: object,
    ) -> None:
        super().__init__(**settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - passed through
        self.position_std_m = position_std_m
        self.velocity_std_m_s = velocity_std_m_s

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
    **settings
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

    _default_name = "range-bearing"
    _axes = 2

    def __init__(
        self,
        *,
        range_std_m: float,
        bearing_std_rad: float,
        range_rate_std_m_s: float | None = None,
        **settings: object,
    ) -> None:
        super().__init__(**settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - passed through
        self.range_std_m = range_std_m
        self.bearing_std_rad = bearing_std_rad
        self.range_rate_std_m_s = range_rate_std_m_s

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


class RangeBearingElevationSensor(RangeBearingSensor):
    """Measures range, bearing and elevation in space, perhaps the range rate.

    Parameters
    ----------
    range_std_m, bearing_std_rad, range_rate_std_m_s
        As of `RangeBearingSensor`.
    elevation_std_rad : float
        Standard deviation of the elevation [rad], upwards from the horizontal plane.
    **settings
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

    _default_name = "range-bearing-elevation"

    def __init__(
        self,
        *,
        range_std_m: float,
        bearing_std_rad: float,
        elevation_std_rad: float,
        range_rate_std_m_s: float | None = None,
        **settings: object,
    ) -> None:
        super().__init__(
            range_std_m=range_std_m,
            bearing_std_rad=bearing_std_rad,
            range_rate_std_m_s=range_rate_std_m_s,
            **settings,
        )
        self.elevation_std_rad = elevation_std_rad

    def _elevation_column(self) -> tuple[str, ...]:
        return ("elevation_rad",)

    def _stds(self) -> list[float]:
        first, second, *rate = super()._stds()
        return [first, second, self.elevation_std_rad, *rate]

    def _model(self) -> str:
        return "spherical" if self.range_rate_std_m_s is None else "spherical_rate"


class UserSensor(Sensor):
    """A measurement model of your own: a NumPy function over all tracks at once.

    The unscented transform carries it, so no Jacobian is needed. It is called once per scan.

    Parameters
    ----------
    measure : callable
        (n, d) states → (n, m) measurements.
    cov : (m, m) array_like
        Covariance of a measurement.
    angular : sequence of bool
        Which of the m components are angles [rad], wrapped into [−π, π).
    position : callable, optional
        (n, m) measurements → (n, axes) positions [m], where m equals the axes. Without it the
        sensor updates tracks but starts none.
    component_names : sequence of str, optional
        The names of the components in a table.
    **settings
        As of `Sensor`.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> depth = dt.UserSensor(
    ...     measure=lambda x: x[:, :1] ** 2,
    ...     cov=[[0.1]],
    ...     angular=[False],
    ...     detection_probability=0.9,
    ... )
    >>> depth.measure(np.array([[3.0, 1.0]]), axes=1)
    array([[9.]])
    """

    _default_name = "user"

    def __init__(
        self,
        *,
        measure: Callable[[NDArray[np.float64]], ArrayLike],
        cov: ArrayLike,
        angular: Sequence[bool],
        position: Callable[[NDArray[np.float64]], ArrayLike] | None = None,
        component_names: Sequence[str] | None = None,
        **settings: object,
    ) -> None:
        super().__init__(**{"filter": "ukf", **settings})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - passed through
        if self.filter != "ukf":
            message = 'a UserSensor has no Jacobian; leave filter out or set it to "ukf"'
            raise SettingError(message)
        self._functions = (measure, position, [bool(angle) for angle in angular])
        self._cov = np.asarray(cov, float)
        names = component_names or [f"z{i}" for i in range(len(angular))]
        self._component_names = tuple(names)

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return the names given as `component_names`."""
        return self._component_names

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (m, m) given as `cov`."""
        return self._cov

    def _model(self) -> tuple[object, ...]:
        return self._functions


def _three(values: Sequence[float]) -> list[float]:
    """Fill up to three components with zeros."""
    given = [float(value) for value in values]
    if len(given) > 3:  # noqa: PLR2004 - space has three axes
        message = f"a place has at most three components, found {len(given)}"
        raise SettingError(message)
    return given + [0.0] * (3 - len(given))


def _coverage(coverage: Disc | Sector | None) -> tuple[float, float, float] | None:
    """Return range, middle bearing and width, as the core takes them."""
    match coverage:
        case None:
            return None
        case Disc():
            return (float(coverage.range_m), 0.0, tau)
        case Sector():
            return (float(coverage.range_m), float(coverage.bearing_rad), float(coverage.width_rad))


def _diagonal(std: float | Sequence[float], axes: int, what: str) -> NDArray[np.float64]:
    """Return diag(std²) for one deviation or one for each axis."""
    given = np.asarray(std, float)
    if given.ndim > 1 or given.size not in (1, axes):
        message = f"{what} must be one number or one for each of {axes} axes, found {std!r}"
        raise SettingError(message)
    return np.diag(np.broadcast_to(given, (axes,)) ** 2)


def _blocks(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the block-diagonal matrix of two."""
    n, m = len(first), len(second)
    out = np.zeros((n + m, n + m))
    out[:n, :n], out[n:, n:] = first, second
    return out
