"""Which numbers a report may hold: beyond these nothing can be computed, and no sensor says so."""

from collections.abc import Iterable
from dataclasses import astuple
from math import isfinite, tau
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.report.kinds import SENSED
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.sensors import RangeTable

LEAST_EIGENVALUE = 1e-12
"""Of a correlation matrix: an axis known to 1e-6 of another, times the rounding of doubles."""

MOST_LOG_EVIDENCE = 1e9
"""Of a tracklet: some hundred million scans."""

_MOST_TURN_RAD = 1e6
_MOST_SIZE_M = 1e12
_MOST_CLUTTER = 1e30
_LEAST_WEIGHT, _MOST_RATE_PER_S = 1e-9, 1e6
_MOST_NS = 2**63
_ROUNDED = 1e-6


class Unit(NamedTuple):
    """What a component of a measurement or a state may be."""

    most: float
    least_std: float
    most_std: float


LENGTH = Unit(1e8, 1e-6, 1e8)
"""Metres: beyond every orbit that is watched, and a thousandth of a millimetre."""

SPEED = Unit(1e5, 1e-6, 1e8)
"""Metres a second, nine times what escapes the Earth; also what comes after velocities."""

ANGLE = Unit(tau, 1e-9, 10.0)
"""Radians: a metre at the Moon."""

_POLAR = (LENGTH, ANGLE)
_COMPONENTS: dict[str, tuple[Unit, ...]] = {
    "polar": _POLAR,
    "polar_rate": (*_POLAR, SPEED),
    "spherical": (*_POLAR, ANGLE),
    "spherical_rate": (*_POLAR, ANGLE, SPEED),
    "bearing": (ANGLE,),
    "bearing_elevation": (ANGLE, ANGLE),
}


def beyond_bounds(report: Report) -> str | None:
    """Return which number of a report is beyond what can be computed with, or nothing.

    It looks at the report alone, and at each row alone.
    """
    if not -_MOST_NS <= report.time_ns < _MOST_NS:
        return f"time_ns must be a signed whole number of 64 bits, found {report.time_ns}"
    sensor = report.described_sensor()
    if sensor is not None:
        found = _of_sensor(sensor, report.axes)
    elif report.kind in SENSED:
        found = f"the {report.kind} of {report.origin} must describe their sensor, found none"
    else:
        found = None
    if found is not None:
        return found
    match report.kind:
        case "tracks":
            return _of_tracks(report)
        case "detections":
            return _of_detections(report)
        case "tracklets":
            return _of_tracklets(report)
        case _:
            return None


def units_of_state(dim: int, axes: int) -> tuple[Unit, ...]:
    """Return what the components of a state are."""
    return ((LENGTH,) * axes + (SPEED,) * (dim - axes))[:dim]


def _of_tracks(report: Report) -> str | None:
    units = units_of_state(report.mean.shape[1], report.axes)
    r = report.existence
    if np.any((r < 0.0) | (r > 1.0)):
        return "existence must be a probability from 0 to 1"
    return _magnitude("mean", report.mean, units) or _covariance("cov", report.cov, units)


def _of_detections(report: Report) -> str | None:
    z = report["measurement"]
    units = None if report.sensor is None else _units_measured(report.sensor, report.axes)
    if units is None or z.shape[1] != len(units):
        return None  # for the engine to refuse
    place = np.nan_to_num(report["position_m"])
    found = _magnitude("measurement", z, units)
    found = found or _magnitude("position_m", place, (LENGTH,) * report.axes)
    if found is None and "noise" in report.columns:
        found = _covariance("noise", report["noise"], units)
    return found


def _of_tracklets(report: Report) -> str | None:
    y, vector = report["information"], report["information_vector"]
    units = units_of_state(y.shape[1], report.axes)
    most = np.array([unit.most for unit in units])
    diagonal = np.einsum("nii->ni", y)
    if np.any(diagonal > np.array([unit.least_std for unit in units]) ** -2.0):
        return f"information must be of deviations of {LENGTH.least_std:g} or more"
    root = np.sqrt(diagonal.clip(0.0))
    reach = root[:, :, None] * root[:, None, :] * (1.0 + _ROUNDED)
    if np.any(np.abs(y) > reach) or np.any(np.abs(y - y.transpose(0, 2, 1)) > _ROUNDED * reach):
        return "the information of a tracklet must be symmetric positive semidefinite; clip it"
    if np.any(np.abs(vector) > reach @ most):
        return f"information_vector must be of places up to {LENGTH.most:g} m"
    if np.any(np.abs(report["log_evidence"]) > MOST_LOG_EVIDENCE):
        return f"log_evidence must be from -{MOST_LOG_EVIDENCE:g} to {MOST_LOG_EVIDENCE:g}"
    place = np.nan_to_num(report["position_m"])
    return _magnitude("position_m", place, (LENGTH,) * report.axes)


def _of_sensor(sensor: SensorDescription, axes: int) -> str | None:
    """Return what of the description of a sensor is beyond its limits."""
    view = () if sensor.field_of_view is None else astuple(sensor.field_of_view)
    pose = sensor.pose
    asked = (
        ("position_m of the pose", pose.position_m, 0.0, LENGTH.most),
        ("velocity_m_s of the pose", pose.velocity_m_s, 0.0, SPEED.most),
        ("turns of the pose", (pose.heading_rad, pose.pitch_rad, pose.roll_rad), 0.0,
         _MOST_TURN_RAD),
        ("field_of_view", _flat(view), 0.0, _MOST_SIZE_M),
        ("range_limits_m", sensor.range_limits_m or (), 0.0, LENGTH.most),
        ("ranges_m", _ranges(sensor), 0.0, _MOST_SIZE_M),
        ("clutter_density", _values(sensor.clutter_density), 0.0, _MOST_CLUTTER),
        ("detection_probability", _values(sensor.detection_probability), 0.0, 1.0),
        ("report_rate_per_s", _values(sensor.report_rate_per_s), _LEAST_WEIGHT, _MOST_RATE_PER_S),
    )  # fmt: skip
    for name, values, least, most in asked:
        for value in values:
            if not (isfinite(value) and least <= abs(value) <= most):
                return f"{name} of {sensor.name} must be from {least:g} to {most:g}, found {value}"
    seen = sensor.detection_probability
    if isinstance(seen, int | float) and seen < _LEAST_WEIGHT:
        return f"detection_probability of {sensor.name} must be {_LEAST_WEIGHT:g} or more"
    units = _units_measured(sensor, axes)
    noise = np.asarray(sensor.noise, np.float64)
    if units is None or noise.shape != (len(units), len(units)):
        return None  # for the engine to refuse, where its scans are taken as they are
    return _covariance(f"noise of {sensor.name}", noise[None], units)


def _units_measured(sensor: SensorDescription, axes: int) -> tuple[Unit, ...] | None:
    if sensor.kind in {"position", "state"}:
        return units_of_state(axes if sensor.kind == "position" else 2 * axes, axes)
    return _COMPONENTS.get(sensor.kind)


def _values(value: float | RangeTable | None) -> tuple[float, ...]:
    if isinstance(value, RangeTable):
        return tuple(value.values)
    return () if value is None else (value,)


def _ranges(sensor: SensorDescription) -> list[float]:
    tables = (sensor.detection_probability, sensor.clutter_density)
    return _flat(table.ranges_m for table in tables if isinstance(table, RangeTable))


def _flat(values: Iterable[object]) -> list[float]:
    """Return all numbers of nested tuples."""
    out: list[float] = []
    for value in values:
        nested = np.asarray(value, np.float64).reshape(-1).tolist()
        out.extend(nested)
    return out


def _magnitude(name: str, values: NDArray[np.float64], units: tuple[Unit, ...]) -> str | None:
    most = np.array([unit.most for unit in units])
    (rows,) = np.nonzero(np.any(np.abs(values) > most, axis=1))
    if not len(rows):
        return None
    row = int(rows[0])
    return f"{name} must be within ±{[unit.most for unit in units]}, row {row} is {values[row]}"


def _covariance(name: str, values: NDArray[np.float64], units: tuple[Unit, ...]) -> str | None:
    """Return that some covariance (n, d, d) is none, or too small, too large, too near to one."""
    variance = np.einsum("nii->ni", values)
    bad = np.any(
        (variance < np.array([unit.least_std**2 for unit in units]))
        | (variance > np.array([unit.most_std**2 for unit in units])),
        axis=1,
    )
    std = np.sqrt(np.where(bad[:, None], 1.0, variance))
    correlation = np.where(bad[:, None, None], 0.0, values) / (std[:, :, None] * std[:, None, :])
    bad |= np.any(np.abs(correlation) > 1.0 + _ROUNDED, axis=(1, 2))
    bad |= np.any(np.abs(correlation - correlation.transpose(0, 2, 1)) > _ROUNDED, axis=(1, 2))
    correlation[bad] = np.eye(len(units))
    bad |= np.linalg.eigvalsh(correlation)[:, 0] < LEAST_EIGENVALUE
    (rows,) = np.nonzero(bad)
    if not len(rows):
        return None
    least, most = min(unit.least_std for unit in units), max(unit.most_std for unit in units)
    return (
        f"{name} must be symmetric positive definite, with deviations from {least:g} to {most:g} "
        f"and correlations whose least eigenvalue is {LEAST_EIGENVALUE:g} or more; row "
        f"{int(rows[0])} is not"
    )
