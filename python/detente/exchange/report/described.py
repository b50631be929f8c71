"""The sensor of a partner, as its description has it."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.report.sensing import SensorDescription
from detente.sensors import Sensor

_MODELS = frozenset({"position", "state", "polar", "polar_rate", "spherical", "spherical_rate"})
_NEVER = 1e-9  # as good as never detects: its silence says nothing
_ANGLES = frozenset({"bearing", "bearing_elevation"})


class DescribedSensor(Sensor):
    """A sensor made from what its party says of it.

    Parameters
    ----------
    description : SensorDescription
        How it measures, how well, and what it sees.
    origin : str
        Its party, which becomes part of its name.
    told_as : {"position", "state"}, optional
        What its scans are told as instead of measurements of its own space; then each detection
        brings its noise and its clutter.
    is_evidence : bool
        Whether its silence is evidence; if not, each detection brings its clutter.

    Raises
    ------
    SettingError
        It is of a kind of the party's own.
    """

    def __init__(
        self,
        description: SensorDescription,
        origin: str,
        *,
        told_as: Literal["position", "state"] | None = None,
        is_evidence: bool = True,
    ) -> None:
        brings = told_as is not None or not is_evidence  # each detection its clutter
        super().__init__(
            detection_probability=description.detection_probability if is_evidence else _NEVER,
            report_rate_per_s=description.report_rate_per_s if is_evidence else None,
            clutter_density=0.0 if brings else description.clutter_density,
            coverage=description.field_of_view if is_evidence else None,
            pose=description.pose,
            name=f"{origin}/{description.name}",
        )
        if told_as is None and not can_be_described(description):
            raise SettingError(
                f"the sensor {description.name} of {origin} must be of a kind that can be "
                f"described ({', '.join(sorted(_MODELS | _ANGLES))}), found {description.kind!r}; "
                "ask for tracklets"
            )
        self._description = description
        self._told_as = told_as

    def columns(self, axes: int) -> tuple[str, ...]:
        """Return nothing: it stands in no table."""
        raise NotImplementedError

    def noise(self, axes: int) -> NDArray[np.float64]:
        """Return the covariance (m, m) of a measurement."""
        if self._told_as is None:
            return np.asarray(self._description.noise)
        return np.eye(axes if self._told_as == "position" else 2 * axes)

    def _model(self) -> str | tuple[object, ...]:
        if self._told_as is not None:
            return self._told_as
        kind, limits = self._description.kind, self._description.range_limits_m
        if kind in _ANGLES:
            return (kind, *(limits or ()))
        return kind


def can_be_described(description: SensorDescription) -> bool:
    """Return whether a receiver can take its scans as they are."""
    return description.kind in _MODELS | _ANGLES


def weight_at(sensor: Sensor, place: NDArray[np.float64], axes: int) -> NDArray[np.float64]:
    """Return p_D, or the rate of reports, as the engine weighs a detection at each place (n, 2)."""
    constant = sensor.report_rate_per_s
    if isinstance(sensor.detection_probability, float):
        constant = sensor.detection_probability
    if constant is not None:
        return np.full(len(place), constant)
    return sensor.probability_at(place, axes=axes).clip(np.finfo(np.float64).tiny)
