"""What all sensors share."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.sensors.coverage import Coverage, coverage_of
from detente.sensors.pose import Pose
from detente.sensors.value import Value, value_of

Filter = Literal["ekf", "ukf"]


class Sensor:
    """The parent of all sensors; make one of its children.

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
    """

    _default_name = "sensor"

    def __init__(
        self,
        *,
        detection_probability: Value | None = None,
        report_rate_per_s: float | None = None,
        clutter_density: Value = 0.0,
        coverage: Coverage | None = None,
        pose: Pose | None = None,
        filter: Filter = "ekf",  # noqa: A002 - the word that users of trackers look for
        name: str | None = None,
    ) -> None:
        if filter not in ("ekf", "ukf"):
            message = f'filter must be "ekf" or "ukf", found {filter!r}'
            raise SettingError(message)
        self.detection_probability = detection_probability
        self.report_rate_per_s = report_rate_per_s
        self.clutter_density = clutter_density
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
        if axes not in self._built:
            probability = self.detection_probability
            self._built[axes] = _core.Sensor(
                self._model(),
                axes,
                name=self.name,
                noise=self.noise(axes),
                detection_probability=None
                if probability is None
                else value_of(probability, "detection_probability"),
                report_rate_per_s=self.report_rate_per_s,
                clutter_density=value_of(self.clutter_density, "clutter_density"),
                coverage=coverage_of(self.coverage),
                pose=self.pose._core(),  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
                unscented=self.filter == "ukf",
            )
        return self._built[axes]
