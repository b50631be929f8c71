"""What all sensors share."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import SettingError
from detente.sensors.coverage import Coverage, coverage_of
from detente.sensors.pose import Pose
from detente.sensors.value import RangeTable, Raster, Value, checked_value, value_of
from detente.settled import Settled

Filter = Literal["ekf", "ukf"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Sensor(Settled):
    """The parent of all sensors; make one of its children. Its settings do not change.

    Parameters
    ----------
    detection_probability : float, RangeTable or Raster, optional
        Of a scanning sensor: the probability that an object it covers is detected in one scan; a
        table or raster needs a coverage. A track that the coverage holds in part counts in
        proportion to the mass of its position there (a sum over 8 × 8 points).
    report_rate_per_s : float, optional
        Of a reporting sensor: how often an object reports [1/s]. Give exactly one of the two.
    clutter_density : float, RangeTable or Raster
        False detections per unit of the measurement space and scan (of a reporting sensor: per
        second), in the units of the measurement: per m², per m·rad, …; of a table or raster at the
        place of the detection.
    coverage : Everywhere, Disc, Annulus, Sector, Polygon or Footprint, optional
        What the sensor can see around its pose; everything if left out. Partners are told of it: to
        them a coverage left out is unknown, and only `Everywhere` says everything.
    pose : Pose
        Where it stands; `Tracker.step(..., pose=...)` overrides it for one scan.
    filter : {"ekf", "ukf"}
        How a nonlinear measurement is linearised: by its Jacobian or by the unscented transform.
    name : str
        Distinguishes the sensors of a tracker; part of the identities of the tracks they start.

    Raises
    ------
    SettingError
        A setting is of another kind or outside its range.
    """

    detection_probability: Value | None = None
    report_rate_per_s: float | None = None
    clutter_density: Value = 0.0
    coverage: Coverage | None = None
    pose: Pose = Pose()  # noqa: RUF009 - frozen
    filter: Filter = "ekf"
    name: str = "sensor"

    def __post_init__(self) -> None:
        """Check what all sensors share."""
        probability, rate_per_s = self.detection_probability, self.report_rate_per_s
        if (probability is None) == (rate_per_s is None):
            found = "neither" if probability is None else "both"
            raise SettingError(
                "a sensor either scans (detection_probability) or is reported to "
                f"(report_rate_per_s); give exactly one of the two, found {found}"
            )
        if probability is not None:
            probability = checked_value("detection_probability", probability, is_probability=True)
        if rate_per_s is not None:
            rate_per_s = checks.positive("report_rate_per_s", rate_per_s)
        coverage, such_as = self.coverage, "what can be seen, such as a dt.Disc(range_m=...)"
        if coverage is not None:
            checks.one_of("coverage", coverage, get_args(Coverage), such_as)
        if isinstance(probability, RangeTable | Raster) and coverage_of(coverage) is None:
            raise SettingError(
                "coverage must be a region, where the detection probability is a table or a "
                f"raster, found {coverage}"
            )
        checks.one_of("pose", self.pose, Pose, "a dt.Pose(position_m=..., heading_rad=...)")
        checks.choice("filter", self.filter, ("ekf", "ukf"))
        self._keep(
            detection_probability=probability,
            report_rate_per_s=rate_per_s,
            clutter_density=checked_value(
                "clutter_density", self.clutter_density, is_probability=False
            ),
            name=checks.text("name", self.name),
        )

    @property
    def is_scanning(self) -> bool:
        """Whether not seeing an object is evidence."""
        return self.detection_probability is not None

    @property
    def kind(self) -> str:
        """What it measures: "position", "polar", "bearing", …; "user" for a model of one's own."""
        model = self._model()
        name = model if isinstance(model, str) else model[0]
        return name if isinstance(name, str) else "user"

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

    def probability_at(self, points_m: ArrayLike, *, axes: int) -> NDArray[np.float64]:
        """Return how likely an object is detected at places (n, 2), east and north [m], (n,).

        It is zero where the sensor does not see; of a reporting sensor it is the rate [1/s].
        """
        return self._core(axes).seen_at(points_m)

    def clutter_at(self, points_m: ArrayLike, *, axes: int) -> NDArray[np.float64]:
        """Return the density of clutter at places (n, 2), east and north [m], (n,)."""
        return self._core(axes).clutter_at(points_m)

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (m, m) of a measurement."""
        raise NotImplementedError

    def _model(self) -> str | tuple[object, ...]:
        raise NotImplementedError

    def _core(self, axes: int) -> _core.Sensor:
        built: dict[int, _core.Sensor] = vars(self).setdefault("_built", {})
        if axes not in built:
            probability = self.detection_probability
            built[axes] = _core.Sensor(
                self._model(),
                axes,
                name=self.name,
                noise=self.noise(axes),
                detection_probability=None if probability is None else value_of(probability),
                report_rate_per_s=self.report_rate_per_s,
                clutter_density=value_of(self.clutter_density),
                coverage=coverage_of(self.coverage),
                pose=self.pose._core(),  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
                unscented=self.filter == "ukf",
            )
        return built[axes]


def core_sensor(sensor: Sensor, axes: int) -> _core.Sensor:
    """Return a sensor as the core takes it, after saying what is wrong with one."""
    such_as = "a Sensor such as dt.PositionSensor(...)"
    return checks.one_of("sensor", sensor, Sensor, such_as)._core(axes)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same file
