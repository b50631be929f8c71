"""What a receiver needs to know of a sensor to use its scans, the empty ones included."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import inf
from typing import Any, Self, cast

import numpy as np

from detente.checks import shown
from detente.errors import DecodeError, SettingError
from detente.exchange.values.given import flag, instance, listed, number, text, told
from detente.exchange.values.names import check_name
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

_MOST = 16  # components of a measurement


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
        for name, check in _CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))

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
                    table = {
                        part: cast("list[float]", listed(part, values))
                        for part, values in given[name].items()
                    }
                    given[name] = RangeTable(**table)
            given["pose"] = Pose(**given["pose"])
            return cls(**given)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            found = shown(content)
            raise DecodeError(f"no description of a sensor, {told(error)}: {found}") from error


def _optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    return lambda name, value: None if value is None else check(name, value)


def _noise(name: str, value: object) -> tuple[tuple[float, ...], ...]:
    rows = [listed(name, row) for row in listed(name, value, most=_MOST)]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise SettingError(f"{name} must be a square matrix, found {shown(value)}")
    return tuple(tuple(number(name, x) for x in row) for row in rows)


def _by_range(most: float) -> Callable[[str, Any], float | RangeTable]:
    """Return the check of a number from 0 on, or of a table of them by range."""

    def check(name: str, value: object) -> float | RangeTable:
        if not isinstance(value, RangeTable):
            return number(name, value, least=0.0, most=most)
        table = RangeTable(
            ranges_m=[number(name, x, least=0.0) for x in listed(name, value.ranges_m)],
            values=[number(name, x, least=0.0, most=most) for x in listed(name, value.values)],
        )
        rise = [x < y for x, y in pairwise(table.ranges_m)]
        if not table.values or len(table.values) != len(table.ranges_m) or not all(rise):
            raise SettingError(f"{name} must have values at rising ranges, found {shown(value)}")
        return table

    return check


def _view(name: str, value: object) -> Coverage:
    if not isinstance(value, tuple(_SHAPES.values())):
        kinds = ", ".join(_SHAPES)
        raise SettingError(f"{name} must be of one of the shapes {kinds}, found {shown(value)}")
    sizes = dict(vars(value))
    if isinstance(value, Polygon):
        corners = [listed(name, corner) for corner in listed(name, sizes["corners_m"])]
        if len(corners) < 3 or any(len(corner) != 2 for corner in corners):  # noqa: PLR2004
            message = f"{name} must have three corners of two numbers or more, found "
            raise SettingError(message + shown(value))
        return Polygon(corners_m=[[number(name, x) for x in corner] for corner in corners])
    return type(value)(**{size: number(f"{name}, {size}", x) for size, x in sizes.items()})


def _pose(name: str, value: object) -> Pose:
    at = instance(name, value, Pose)
    return Pose(
        position_m=_vector("position_m", at.position_m),
        heading_rad=number("heading_rad", at.heading_rad),
        pitch_rad=number("pitch_rad", at.pitch_rad),
        roll_rad=number("roll_rad", at.roll_rad),
        velocity_m_s=_vector("velocity_m_s", at.velocity_m_s),
    )


def _vector(name: str, value: object) -> tuple[float, ...]:
    return tuple(number(name, x) for x in listed(name, value, most=3))


def _limits(name: str, value: object) -> tuple[float, float]:
    match [number(name, x, least=0.0) for x in listed(name, value)]:
        case [near, far] if near < far:
            return near, far
        case _:
            pass
    raise SettingError(f"{name} must be two rising ranges, found {shown(value)}")


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": lambda _, value: check_name(value, "the name of a sensor"),
    "kind": text,
    "noise": _noise,
    "detection_probability": _optional(_by_range(1.0)),
    "report_rate_per_s": _optional(lambda name, value: number(name, value, least=0.0)),
    "clutter_density": _by_range(inf),
    "field_of_view": _optional(_view),
    "pose": _pose,
    "range_limits_m": _optional(_limits),
    "is_partial": flag,
}
"""What each part of a description must be."""
