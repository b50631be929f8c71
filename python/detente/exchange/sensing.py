"""What a receiver needs to know of a sensor to use its scans, the empty ones included."""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from detente.errors import DecodeError, SettingError
from detente.exchange.names import check_name
from detente.sensors import (
    Annulus,
    Coverage,
    Disc,
    Everywhere,
    Footprint,
    Polygon,
    Pose,
    RangeTable,
    Raster,
    Sector,
    Sensor,
)

_SHAPES = {
    shape.__name__.lower(): shape
    for shape in (Everywhere, Disc, Annulus, Sector, Polygon, Footprint)
}


@dataclass(frozen=True, kw_only=True)
class SensorDescription:
    """A sensor as it looked at one scan.

    Attributes
    ----------
    name : str
        Tells the sensors of one party apart.
    kind : str
        What it measures: ``"position"``, ``"state"``, ``"polar"``, ``"spherical"``, those two with
        ``"_rate"``, ``"bearing"``, ``"bearing_elevation"``, ``"box"``, or a name of your own.
    noise : tuple of tuple of float
        Covariance (m, m) of a measurement, unless a detection brings its own.
    detection_probability : float, RangeTable or None
        Of a scanning sensor.
    report_rate_per_s : float or None
        Of a reporting sensor [1/s].
    clutter_density : float or RangeTable
        False detections per unit of the measurement space and scan (or second).
    field_of_view : Everywhere, Disc, Annulus, Sector, Polygon, Footprint or None
        What it can see around its pose; `None` where nobody said, so that its silence is no
        evidence.
    pose : Pose
        Where it stood in the report's frame.
    range_limits_m : tuple of float or None
        Of a sensor of angles alone: the nearest and the farthest object [m].
    is_partial : bool
        Whether rows of the scan may be withheld, so that its silence is no evidence.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import SensorDescription
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9)
    >>> SensorDescription.from_sensor(radar, axes=2).noise
    ((100.0, 0.0), (0.0, 100.0))
    """

    name: str
    kind: str
    noise: tuple[tuple[float, ...], ...]
    detection_probability: float | RangeTable | None = None
    report_rate_per_s: float | None = None
    clutter_density: float | RangeTable = 0.0
    field_of_view: Coverage | None = None
    pose: Pose = Pose()  # noqa: RUF009 - frozen
    range_limits_m: tuple[float, float] | None = None
    is_partial: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "the name of a sensor")

    @classmethod
    def from_sensor(cls, sensor: Sensor, *, axes: int, pose: Pose | None = None) -> Self:
        """Return what a receiver needs to know of a sensor.

        Parameters
        ----------
        sensor : Sensor
            One's own.
        axes : int
            The axes of space of the party's tracker.
        pose : Pose, optional
            Where it stood at this scan; by default where it always stands.

        Raises
        ------
        SettingError
            The sensor has a raster, which is more than a description holds.
        """
        probability, clutter = sensor.detection_probability, sensor.clutter_density
        if isinstance(probability, Raster) or isinstance(clutter, Raster):
            message = f"the sensor {sensor.name} has a raster; describe it by a number or a table"
            raise SettingError(message)
        return cls(
            name=sensor.name,
            kind=sensor.kind,
            noise=tuple(tuple(row) for row in np.asarray(sensor.noise(axes)).tolist()),
            detection_probability=probability,
            report_rate_per_s=sensor.report_rate_per_s,
            clutter_density=clutter,
            field_of_view=sensor.coverage,
            pose=sensor.pose if pose is None else pose,
            range_limits_m=getattr(sensor, "range_limits_m", None),
        )

    @property
    def measures_from_its_place(self) -> bool:
        """Whether nobody can use its detections who does not know where it stands."""
        told = self.detection_probability, self.clutter_density
        is_of_places = self.kind in {"position", "state"}
        return not is_of_places or any(isinstance(each, RangeTable) for each in told)

    def to_mapping(self) -> dict[str, Any]:
        """Return it as JSON holds it; `from_mapping` undoes it."""
        content = asdict(self)
        if self.field_of_view is not None:
            content["field_of_view"]["shape"] = type(self.field_of_view).__name__.lower()
        return content

    @property
    def is_evidence(self) -> bool:
        """Whether what it does not see is evidence: all of its scan is told, and where it looks."""
        return not self.is_partial and self.field_of_view is not None

    @classmethod
    def from_mapping(cls, content: dict[str, Any]) -> Self:
        """Return what `to_mapping` made.

        Raises
        ------
        DecodeError
            It is something else.
        """
        try:
            given = dict(content)
            view = given["field_of_view"]
            if view is not None:
                sizes = {name: value for name, value in view.items() if name != "shape"}
                given["field_of_view"] = _SHAPES[view["shape"]](**sizes)
            for name in ("detection_probability", "clutter_density"):
                if isinstance(given[name], dict):
                    given[name] = RangeTable(**given[name])
            pose = given["pose"]
            given["pose"] = Pose(
                position_m=tuple(pose["position_m"]),
                heading_rad=pose["heading_rad"],
                pitch_rad=pose["pitch_rad"],
                roll_rad=pose["roll_rad"],
                velocity_m_s=tuple(pose["velocity_m_s"]),
            )
            given["noise"] = tuple(tuple(row) for row in given["noise"])
            if given.get("range_limits_m") is not None:
                given["range_limits_m"] = tuple(given["range_limits_m"])
            return cls(**given)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DecodeError(f"no description of a sensor, {error}: {content}") from error
