"""What all sensors share."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.sensors.coverage import Disc, Sector, coverage_of
from detente.sensors.pose import Pose

Filter = Literal["ekf", "ukf"]


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
                coverage=coverage_of(self.coverage),
                pose=self.pose._core(),  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
                unscented=self.filter == "ukf",
            )
        return self._built[axes]
