"""Reports in another local frame, brought into the frame of a picture.

With three axes the change of frame is a rotation and an offset, exact but for rounding. With two,
an object is on the ellipsoid: its place goes by way of its latitude and longitude, and velocities,
covariances and information by the derivative there. What that neglects is how high an object is
above the ellipsoid: at height h, in frames whose origins lie d apart, its place is off by
h d / 6,370 km, which for 100 m and 100 km is 1.6 m. Farther than `REACH_M` from either origin
nothing is brought in: there the plane shows distances 1.2 % too short.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.local.projected import wrapped
from detente.exchange.report.described import DescribedSensor, can_be_described
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.geo import LocalFrame
from detente.sensors import Polygon, Pose

Array = NDArray[np.float64]

REACH_M = 1e6
"""How far from the origins of both frames reports of two axes are brought from one to the other."""

_PLANE, _SPACE = 2, 3
_STEP_M = 100.0  # of differences in a plane, which are then right to 1e-10
_LONG_M = 1e6  # of differences of a map without curvature
_LINEAR = frozenset({"position", "state"})
_FAR_M = 1e5  # how far a sensor of angles sees that does not say


def in_frame(report: Report, frame: LocalFrame | None) -> Report:
    """Return a report in a picture's frame; one that is in it already as it is.

    Optional fields do not come along.

    Parameters
    ----------
    report : Report
        In any frame.
    frame : LocalFrame or None
        The picture's.

    Raises
    ------
    SettingError
        One of the two has no frame; or, with two axes, a place is too far away, or ranges and
        bearings would be off by more than their own noise.
    """
    if report.frame == frame:
        return report
    if report.frame is None or frame is None:
        whose = "the picture is" if report.frame is None else "the report is"
        raise SettingError(
            f"{whose} in {frame or report.frame}, and the other names no frame, so that nobody "
            "knows where its places are; give both a frame or neither"
        )
    move = _Move(report.frame, frame, report.axes)
    columns: dict[str, NDArray[Any]] = {}
    if report.kind == "tracks":
        change = move.at(report.mean[:, : report.axes])
        columns = {"mean": change.states(report.mean), "cov": change.covariances(report.cov)}
        return replace(report, columns={**report.columns, **columns}, fields={}, frame=frame)
    place = report["position_m"]
    known = np.all(np.isfinite(place), axis=1, keepdims=True)
    change = move.at(np.where(known, place, 0.0))
    columns["position_m"] = np.where(known, change.states(place), np.nan)
    sensor = report.sensor
    if report.kind == "tracklets":
        columns |= change.information(report["information"], report["information_vector"])
    elif sensor is not None and sensor.kind in _LINEAR:
        z = report["measurement"]
        change = move.at(z[:, : report.axes])
        usual = np.broadcast_to(np.asarray(sensor.noise), (len(z), *np.shape(sensor.noise)))
        noise = change.covariances(report.columns.get("noise", usual))
        columns |= {"measurement": change.states(z), "noise": noise}
    if sensor is not None:
        moved = _moved(sensor, move)
        if report.kind == "detections" and report.axes == _PLANE and sensor.kind not in _LINEAR:
            _check_measured(report, sensor, moved, move)
        sensor = moved
    columns = {**report.columns, **columns}
    return replace(report, columns=columns, fields={}, frame=frame, sensor=sensor)


class _Change(NamedTuple):
    """x' = A x + c of the position near each of n places.

    Attributes
    ----------
    turn : (n, a, a) float64
    offset : (n, a) float64
    """

    turn: Array
    offset: Array

    def blocks(self, dim: int) -> Array:
        """Return A for the position, the velocity and so on, (n, dim, dim)."""
        n, axes = self.offset.shape
        out = np.zeros((n, dim, dim))
        for first in range(0, dim - axes + 1, axes):
            out[:, first : first + axes, first : first + axes] = self.turn
        return out

    def states(self, states: Array) -> Array:
        """Return states (n, d) in the new frame."""
        moved = np.einsum("nij,nj->ni", self.blocks(states.shape[1]), states)
        moved[:, : self.offset.shape[1]] += self.offset
        return moved

    def covariances(self, cov: Array) -> Array:
        """Return their covariances (n, d, d)."""
        turn = self.blocks(cov.shape[1])
        return _symmetric(turn @ cov @ turn.transpose(0, 2, 1))

    def information(self, matrix: Array, vector: Array) -> dict[str, Array]:
        """Return what tracklets say: Y' = A⁻ᵀ Y A⁻¹ and y' = A⁻ᵀ y + Y' c."""
        more = (0, -matrix.shape[1] % self.offset.shape[1])  # of components that are not told
        matrix = np.pad(matrix, ((0, 0), more, more))
        vector = np.pad(vector, ((0, 0), more))
        back = np.linalg.inv(self.blocks(matrix.shape[1])).transpose(0, 2, 1)
        moved = _symmetric(back @ matrix @ back.transpose(0, 2, 1))
        axes = self.offset.shape[1]
        shift = np.einsum("nij,nj->ni", moved[:, :, :axes], self.offset)
        turned = np.einsum("nij,nj->ni", back, vector)
        return {"information": moved, "information_vector": turned + shift}


class _Move:
    """From one frame to another."""

    def __init__(self, source: LocalFrame, target: LocalFrame, axes: int) -> None:
        self._source, self._target, self.axes = source, target, axes

    def at(self, places_m: Array) -> _Change:
        """Return what becomes of positions near each of these, (n, axes)."""
        if self.axes == _SPACE:
            corners = self._target.enu_from_geodetic(
                *self._source.geodetic_from_enu(np.r_[np.zeros((1, 3)), _LONG_M * np.eye(3)])
            )
            turn = (corners[1:] - corners[0]).T / _LONG_M
            n = len(places_m)
            return _Change(np.tile(turn, (n, 1, 1)), np.tile(corners[0], (n, 1)))
        here = self._plane(places_m)
        columns = [
            (self._plane(places_m + step) - self._plane(places_m - step)) / (2.0 * _STEP_M)
            for step in _STEP_M * np.eye(2)
        ]
        turn = np.stack(columns, axis=2)
        return _Change(turn, here - np.einsum("nij,nj->ni", turn, places_m))

    def _plane(self, places_m: Array) -> Array:
        """Return the east and north of points of the ellipsoid."""
        if not len(places_m):
            return places_m
        far_m = float(np.hypot(*places_m.T).max())
        if far_m <= REACH_M + _STEP_M:
            there = self._target.enu_from_geodetic(*self._source.geodetic_from_en(places_m))
            far_m = float(np.sqrt(np.sum(there**2, axis=1)).max())
            if far_m <= REACH_M + _STEP_M:
                return there[:, :2]
        raise SettingError(
            f"its frame is {self._source}, the picture's {self._target}; with two axes places are "
            f"brought from one to the other up to {REACH_M / 1e3:g} km from both origins, found "
            f"one at {far_m / 1e3:,.0f} km; use three axes"
        )


def _moved(sensor: SensorDescription, move: _Move) -> SensorDescription:
    """Return a description with pose, noise and field of view in the new frame."""
    pose, view, axes = sensor.pose, sensor.field_of_view, move.axes
    place, velocity = _three(pose.position_m), _three(pose.velocity_m_s)
    change = move.at(place[None, :axes])
    (turn,) = change.turn
    place[:axes], velocity[:axes] = change.states(place[None, :axes])[0], turn @ velocity[:axes]
    noise = np.asarray(sensor.noise, np.float64)
    if sensor.kind in _LINEAR:
        noise = change.covariances(noise[None])[0]
    if isinstance(view, Polygon):
        corners = np.asarray(view.corners_m, np.float64)
        corners = np.c_[corners, np.zeros((len(corners), axes - _PLANE))]
        view = Polygon(corners_m=move.at(corners).states(corners)[:, :_PLANE])
    moved = Pose(
        position_m=tuple(place.tolist()),
        velocity_m_s=tuple(velocity.tolist()),
        **(_turns(pose, turn) if axes == _SPACE else _heading(pose, turn)),
    )
    noise_rows = tuple(tuple(row) for row in noise.tolist())
    return replace(sensor, pose=moved, noise=noise_rows, field_of_view=view)


def _turns(pose: Pose, turn: Array) -> dict[str, float]:
    """Return heading, pitch and roll of a pose whose surroundings are turned."""
    right, forward, _ = pose.directions() @ turn.T
    heading = float(np.arctan2(forward[0], forward[1]))
    pitch = float(np.arctan2(forward[2], np.hypot(forward[0], forward[1])))
    flat = Pose(heading_rad=heading, pitch_rad=pitch).directions()
    roll = float(np.arctan2(-(right @ flat[2]), right @ flat[0]))
    return {"heading_rad": heading, "pitch_rad": pitch, "roll_rad": roll}


def _heading(pose: Pose, turn: Array) -> dict[str, float]:
    """Return the same in a plane, where pitch and roll stay."""
    east, north = turn @ [np.sin(pose.heading_rad), np.cos(pose.heading_rad)]
    heading = float(np.arctan2(east, north))
    return {"heading_rad": heading, "pitch_rad": pose.pitch_rad, "roll_rad": pose.roll_rad}


def _check_measured(
    report: Report, before: SensorDescription, after: SensorDescription, move: _Move
) -> None:
    """Check that ranges and bearings in a plane mean the same places by way of the ellipsoid.

    Raises
    ------
    SettingError
        Some are off by more than their own noise.
    """
    if not can_be_described(before) or not len(report):
        return
    z = report["measurement"]
    is_bearing = z.shape[1] == 1
    far_m = (before.range_limits_m or (0.0, _FAR_M))[1]
    range_m, bearing = (far_m, z[:, 0]) if is_bearing else (z[:, 0], z[:, 1])
    angle = before.pose.heading_rad + bearing
    states = np.zeros((len(z), 2 * _PLANE))
    states[:, 0], states[:, 1] = range_m * np.sin(angle), range_m * np.cos(angle)
    states[:, :_PLANE] += _three(before.pose.position_m)[:_PLANE]
    there = move.at(states[:, :_PLANE]).states(states)
    one, other = (
        DescribedSensor(sensor, "", is_evidence=False).measure(at, axes=_PLANE)
        for sensor, at in ((before, states), (after, there))
    )
    off = np.abs(wrapped(DescribedSensor(before, "", is_evidence=False), other - one))
    noise = report.columns.get("noise", np.asarray(before.noise)[None])
    worst = float((off / np.sqrt(np.einsum("nii->ni", noise))).max())
    if worst > 1.0:
        raise SettingError(
            f"brought from the frame {report.frame} to that of the picture its measurements would "
            f"be off by {worst:.3g} of their own deviations; hand over positions, or use three axes"
        )


def _three(values: object) -> Array:
    out = np.zeros(3)
    given = np.asarray(values, np.float64)
    out[: len(given)] = given
    return out


def _symmetric(matrices: Array) -> Array:
    return 0.5 * (matrices + matrices.transpose(0, 2, 1))
