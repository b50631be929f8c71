"""Limits: how much a party may claim for its sensors before a picture takes it for less."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.sensors import RangeTable

_PLACES = frozenset({"position", "state"})  # kinds whose noise begins with positions [m²]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is believed at most of what one party says of its sensors.

    A claim beyond a limit is taken for the limit; the row stays. The defaults are wider than any
    sensor of positions that we know of, so that they change nothing for an honest party.

    Attributes
    ----------
    detection_probability : float
        The greatest that a scan may claim: a miss takes log 1 / (1 - p) from a track at most.
    position_std_m : float
        The least deviation of a position [m], of detections, tracklets and tracks alike.
    clutter_density : float
        The least density of false detections of a scanning sensor, in the units of its measurement.

    Raises
    ------
    SettingError
        A probability that is not above 0 and at most 1, a negative or an infinite floor.

    Examples
    --------
    >>> from detente.exchange import Limits
    >>> Limits(detection_probability=0.9)
    Limits(detection_probability=0.9, position_std_m=0.05, clutter_density=1e-12)
    """

    detection_probability: float = 0.99
    position_std_m: float = 0.05
    clutter_density: float = 1e-12

    def __post_init__(self) -> None:
        """Check the settings."""
        if not 0.0 < self.detection_probability <= 1.0:
            raise SettingError(
                "detection_probability must be above 0 and at most 1, "
                f"found {self.detection_probability}"
            )
        for name in ("position_std_m", "clutter_density"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise SettingError(
                    f"{name} must be 0 or more, and finite, found {getattr(self, name)}"
                )


def limited(report: Report, limits: Limits) -> Report:
    """Return a report with what it claims beyond the limits taken for the limits.

    A report within them is returned as it is, to the bit.
    """
    columns: dict[str, NDArray[Any]] = {}
    least = limits.position_std_m**2
    if report.kind == "tracks":
        columns["cov"] = _no_less(report.cov, report.axes, least)
    if report.kind == "tracklets":
        columns |= _blurred(report, least)
    sensor = report.sensor
    if sensor is not None:
        is_of_places = sensor.kind in _PLACES
        if report.kind == "detections" and "noise" in report.columns and is_of_places:
            columns["noise"] = _no_less(report["noise"], report.axes, least)
        sensor = _limited_sensor(sensor, limits, report.axes if is_of_places else 0)
    changed = {name: new for name, new in columns.items() if new is not report[name]}
    if not changed and sensor is report.sensor:
        return report
    return replace(report, columns={**report.columns, **changed}, sensor=sensor)


def exceeded(report: Report, limits: Limits) -> tuple[str, ...]:
    """Return what a report claims beyond the limits, in words."""
    sensor, least = limited(report, limits), limits.position_std_m
    out: list[str] = []
    if report.sensor is not None and sensor.sensor is not None:
        was, now = report.sensor, sensor.sensor
        if was.detection_probability != now.detection_probability:
            out.append(f"a detection probability above {limits.detection_probability:g}")
        if was.clutter_density != now.clutter_density:
            out.append(f"a clutter density below {limits.clutter_density:g}")
        if was.noise != now.noise:
            out.append(f"positions to better than {least:g} m")
    if any(sensor[name] is not held for name, held in report.columns.items()):
        out.append(f"positions to better than {least:g} m")
    return tuple(dict.fromkeys(out))


def _limited_sensor(sensor: SensorDescription, limits: Limits, axes: int) -> SensorDescription:
    """Return a description within the limits; of positions the first `axes` components."""
    changes: dict[str, Any] = {}
    probability, clutter = sensor.detection_probability, sensor.clutter_density
    if probability is not None:
        most = _bounded(probability, most=limits.detection_probability)
        floor = _bounded(clutter, least=limits.clutter_density)
        if most != probability:
            changes["detection_probability"] = most
        if floor != clutter:
            changes["clutter_density"] = floor
    if axes:
        noise = np.asarray(sensor.noise)[None]
        wider = _no_less(noise, axes, limits.position_std_m**2)
        if wider is not noise:
            changes["noise"] = tuple(tuple(row) for row in wider[0].tolist())
    return replace(sensor, **changes) if changes else sensor


def _bounded(
    value: float | RangeTable, *, least: float = 0.0, most: float = np.inf
) -> float | RangeTable:
    """Return a value, or each entry of a table, within bounds."""
    if isinstance(value, RangeTable):
        values = [min(max(each, least), most) for each in value.values]
        return RangeTable(ranges_m=value.ranges_m, values=values)
    return min(max(value, least), most)


def _no_less(cov: NDArray[np.float64], axes: int, least: float) -> NDArray[np.float64]:
    """Return covariances (n, d, d) whose positions are known no better than a variance allows."""
    smallest = np.linalg.eigvalsh(cov[:, :axes, :axes])[:, 0]
    too_sure = smallest < least
    if not too_sure.any():
        return cov
    out = cov.copy()
    diagonal = np.arange(axes)
    out[:, diagonal, diagonal] += (too_sure * (least - smallest))[:, None]
    return out


def _blurred(report: Report, least: float) -> dict[str, NDArray[Any]]:
    """Return the information of tracklets as if a variance had been added to their positions.

    (Y⁻¹ + B)⁻¹ = (I + Y B)⁻¹ Y, which needs no Y⁻¹; so is the vector (I + Y B)⁻¹ y.
    """
    matrix, vector, axes = report["information"], report["information_vector"], report.axes
    largest = np.linalg.eigvalsh(matrix[:, :axes, :axes])[:, -1] if len(report) else np.empty(0)
    too_sure = largest * least > 1.0
    if not too_sure.any():
        return {"information": matrix, "information_vector": vector}
    width = matrix.shape[-1]
    added = np.zeros(width)
    added[:axes] = least
    known: NDArray[np.float64] = matrix[too_sure]
    blur = np.eye(width) + known * added  # Y B of a diagonal B
    out, shifted = matrix.copy(), vector.copy()
    out[too_sure] = np.linalg.solve(blur, matrix[too_sure])
    out[too_sure] = 0.5 * (out[too_sure] + out[too_sure].transpose(0, 2, 1))
    shifted[too_sure] = np.linalg.solve(blur, vector[too_sure][..., None])[..., 0]
    return {"information": out, "information_vector": shifted}
