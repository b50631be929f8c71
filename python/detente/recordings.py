"""A whole recording in one call: a table of detections in, tables of tracks out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from math import tau
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.births import BirthModel
from detente.errors import DTypeError, NotFiniteError, SettingError
from detente.identities import codes_from_identities
from detente.motion.model import Motion
from detente.sensors import Sensor
from detente.table import Table
from detente.times import table_from_any
from detente.tracking import Association, Tracker
from detente.trajectories import TrackedRecording, tracked_recording, with_identities

POSE_COLUMNS = (
    "sensor_x_m",
    "sensor_y_m",
    "sensor_z_m",
    "sensor_heading_rad",
    "sensor_pitch_rad",
    "sensor_roll_rad",
    "sensor_vx_m_s",
    "sensor_vy_m_s",
    "sensor_vz_m_s",
)
"""Columns of a table of scans that say from where each was taken, as `Pose` has it."""

_ROUNDED = 1.0 + 1e-6


def _within(most_rad: float) -> Callable[[NDArray[np.float64]], NDArray[np.bool_]]:
    return lambda values: np.abs(values) <= most_rad * _ROUNDED


_TURN = ("in radians, within ±2π", _within(tau))
_POSSIBLE: dict[str, tuple[str, Callable[[NDArray[np.float64]], NDArray[np.bool_]]]] = {
    "range_m": ("zero or positive", lambda values: values >= 0.0),
    "bearing_rad": _TURN,
    "elevation_rad": ("in radians, within ±π/2", _within(0.25 * tau)),
    "sensor_heading_rad": _TURN,
    "sensor_pitch_rad": _TURN,
    "sensor_roll_rad": _TURN,
}
"""What the values of a column must be, and whether each is."""


def track(
    detections: Any,  # noqa: ANN401 - any data frame of any library
    *,
    motion: Motion,
    birth: BirthModel,
    sensor: Sensor | Mapping[str, Sensor],
    scans: Any = None,  # noqa: ANN401 - any data frame of any library
    survival_per_s: float = 0.99,
    association: Association = "gnn",
    gate_probability: float = 0.9999,
    prune_existence: float | None = None,
    longest_silence_s: float = np.inf,
    max_hypotheses: int = 200,
    prune_hypothesis: float = 1e-3,
    recycle_existence: float = 1e-3,
    id_key: int = 0,
    identity_error: float | None = None,
    confirmation: float = 0.5,
    smooth: bool = False,
    lag_s: float | None = None,
    time_zone: str | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> TrackedRecording:
    """Track a whole recording in one call; the interpreter lock is released.

    Parameters
    ----------
    detections : Table, pandas or polars data frame, Arrow table, or dict of arrays
        One row a detection, in any order: ``time_s`` [s], or times (see `detente.times`), and
        the columns of the sensor's measurement (``x_m``, ``y_m`` of a position, ``range_m``,
        ``bearing_rad`` of a radar, …; see `Sensor.columns`). Rows of one time and one sensor are
        one scan.
    motion, birth, survival_per_s, association, gate_probability, id_key
        As of `Tracker`.
    prune_existence, longest_silence_s, max_hypotheses, prune_hypothesis, recycle_existence
        As of `Tracker`.
    sensor : Sensor or mapping of str to Sensor
        What took the detections; several by the names in the column ``sensor``.
    scans : table, optional
        ``time_s`` and, with several sensors, ``sensor``: every look that was taken. It makes those
        count that saw nothing. Of a sensor that moves it says from where: `POSE_COLUMNS`, as many
        of them as differ from the sensor's own pose.
    identity_error : float, optional
        If given, the column ``identity`` says who each detection claims to be, with this
        probability that it is wrong (see `Tracker.step`), zero for never; else it is not looked
        at.
    confirmation : float
        A track is kept if its existence reached this.
    smooth : bool
        Whether each state is estimated from all detections of its track, the later ones too
        (Rauch, Tung and Striebel 1965, extended or unscented where the motion is not linear; of an
        `IMM` as `filters.imm_smooth`); ``existence`` stays as the tracker saw it at the time. Under
        "pmbm" the states are those of the likeliest hypothesis at each time.
    lag_s : float, optional
        Smooth each state by what was seen up to so long after it [s]: what one knows who waits so
        long. Zero leaves it as it was filtered, infinity is `smooth`, over which this goes.
    time_zone : str, optional
        The zone of times that name none: ``"UTC"``, ``"+02:00"``, ``"Europe/Oslo"``.
    progress : callable, optional
        Hears now and then how many scans of how many are done.

    Returns
    -------
    TrackedRecording

    Raises
    ------
    SettingError
        A column or a sensor is missing, a setting is outside its range, a value is what no sensor
        measures (a negative range, an angle in degrees), a column of poses is misspelt or not in
        the scans, or texts or `datetime` objects name no zone and `time_zone` is not given.
    NotFiniteError
        A measurement or a time is NaN or infinite.

    Examples
    --------
    >>> import detente as dt
    >>> found = dt.track(
    ...     {
    ...         "time_s": [0.0, 1.0, 2.0, 3.0],
    ...         "x_m": [0.0, 9.0, 21.0, 30.0],
    ...         "y_m": [5.0, 5.0, 4.0, 6.0],
    ...     },
    ...     motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    ...     birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    ...     sensor=dt.PositionSensor(std_m=2.0, detection_probability=0.9, clutter_density=1e-7),
    ... )
    >>> found.tracks["detections"]
    array([4], dtype=uint64)
    >>> found.points["x_m"].round(0)
    array([ 0.,  9., 20., 30.])
    >>> found.associations["detection_row"]
    array([0, 1, 2, 3])
    """
    tracker = Tracker(
        motion=motion,
        birth=birth,
        survival_per_s=survival_per_s,
        association=association,
        gate_probability=gate_probability,
        prune_existence=prune_existence,
        longest_silence_s=longest_silence_s,
        max_hypotheses=max_hypotheses,
        prune_hypothesis=prune_hypothesis,
        recycle_existence=recycle_existence,
        id_key=id_key,
    )
    for name, value in (("confirmation", confirmation), ("identity_error", identity_error)):
        if value is not None:
            checks.inside(name, value, "from 0 to 1", lambda x: 0.0 <= x <= 1.0)
    checks.flag("smooth", smooth)
    if lag_s is not None:
        lag_s = checks.span("lag_s", lag_s, can_be_zero=True)
    rows = table_from_any(detections, time_zone=time_zone)
    looks = None if scans is None else table_from_any(scans, time_zone=time_zone)
    names, sensors = _sensors(sensor)
    of_row = _sensor_numbers(rows, names, "detections")
    order, time_s, of_scan, start, of_look = _scans(rows, of_row, looks, names)
    _refuse_stray_poses(rows, looks)
    values = _values(rows, of_row, order, sensors, motion.axes)
    if lag_s is None:
        lag_s = np.inf if smooth else 0.0
    points, tracks, shares = tracker._core.track(  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
        time_s,
        of_scan,
        start,
        values,
        [each._core(motion.axes) for each in sensors],  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        None if identity_error is None else (_identities(rows, order), identity_error),
        None if looks is None else _poses(looks, of_look, of_scan, sensors),
        confirmation,
        lag_s,
        None if progress is None else lambda done: progress(done, len(time_s)),
    )
    sensors_of_rows = np.array(names or [sensors[0].name], object)[of_row]
    found = tracked_recording(points, tracks, shares, order, sensors_of_rows, motion)
    if identity_error is None:
        return found
    named = with_identities(found.tracks, found.points, rows["identity"])
    return replace(found, tracks=named)


def _sensors(sensor: Sensor | Mapping[str, Sensor]) -> tuple[list[str] | None, list[Sensor]]:
    """Return the names, if there are several, and the sensors."""
    if isinstance(sensor, Sensor):
        return None, [sensor]
    expected = "a Sensor such as dt.PositionSensor(...), or a dict of them by name"
    by_name = sensor
    if not isinstance(by_name, Mapping) or not by_name:  # pyright: ignore[reportUnnecessaryIsInstance] - users may err
        raise SettingError(f"sensor must be {expected}, found {checks.shown(sensor)}")
    for name, each in by_name.items():
        checks.one_of(f"sensor[{name!r}]", each, Sensor, "a Sensor such as dt.PositionSensor(...)")
    return list(by_name), list(by_name.values())


def _column(
    table: Table, name: str, what: str, rows: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Return a column of finite numbers, or some rows of it, none of them impossible."""
    if name not in table:
        there = ", ".join(table.column_names) or "none"
        raise SettingError(f"{what} must have a column {name}; the columns are {there}")
    rows = np.arange(len(table)) if rows is None else rows
    column = np.asarray(table[name])[rows]
    if column.dtype.kind not in "fiu":
        try:
            column = column.astype(np.float64)
        except (TypeError, ValueError):
            raise DTypeError(
                f"{name} of {what} must hold numbers, found dtype {column.dtype}; convert it first"
            ) from None
    values = column.astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        row = int(np.argmin(finite))
        raise NotFiniteError(
            f"{name} of {what} must be finite, found {values[row]} at row {rows[row]}; "
            "remove or repair that row first"
        )
    expected, is_possible = _POSSIBLE.get(name, ("", np.isfinite))
    possible = is_possible(values)
    if not possible.all():
        row = int(np.argmin(possible))
        raise SettingError(
            f"{name} of {what} must be {expected}, found {values[row]} at row {rows[row]}; "
            "is it in another unit, or in another column?"
        )
    return values


def _refuse_stray_poses(rows: Table, looks: Table | None) -> None:
    """Refuse poses that would not be looked at: misspelt, or with the detections."""
    stray = [name for name in POSE_COLUMNS if name in rows and (looks is None or name not in looks)]
    if stray:
        raise SettingError(f"scans must have the column {stray[0]}, found it in detections")
    for name in () if looks is None else looks.column_names:
        is_pose = name.startswith("sensor_") or get_close_matches(name, POSE_COLUMNS, cutoff=0.8)
        if is_pose and name not in POSE_COLUMNS:
            known = ", ".join(POSE_COLUMNS)
            raise SettingError(f"a pose in scans must be one of {known}, found {name}")


def _identities(rows: Table, order: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return a code for each detection, scan by scan."""
    if "identity" not in rows:
        raise SettingError(
            "detections must have a column identity, since identity_error is given; "
            f"the columns are {', '.join(rows.column_names)}"
        )
    return codes_from_identities(rows["identity"])[order]


def _sensor_numbers(table: Table, names: list[str] | None, what: str) -> NDArray[np.int64]:
    """Return the number of each row's sensor."""
    if names is None:
        return np.zeros(len(table), np.int64)
    if "sensor" not in table:
        raise SettingError(f"{what} must have a column sensor, since several sensors are given")
    found, which = np.unique(table["sensor"].astype(str), return_inverse=True)
    unknown = sorted(set(found.tolist()) - set(names))
    if unknown:
        raise SettingError(
            f"{what} name the sensors {', '.join(unknown)}, but sensor has only {', '.join(names)}"
        )
    return np.array([names.index(name) for name in found.tolist()], np.int64)[which]


def _scans(
    rows: Table, of_row: NDArray[np.int64], looks: Table | None, names: list[str] | None
) -> tuple[
    NDArray[np.intp], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]
]:
    """Return the rows' order; time, sensor, first row of each scan; the scan of each look."""
    time_s = _column(rows, "time_s", "detections")
    order = np.lexsort((of_row, time_s))
    keys = np.stack([time_s[order], of_row[order]], axis=1)
    every = keys
    if looks is not None:
        of_look = _sensor_numbers(looks, names, "scans")
        every = np.concatenate([keys, np.stack([_column(looks, "time_s", "scans"), of_look], 1)])
    scans, which = np.unique(every, axis=0, return_inverse=True)
    which = which.reshape(-1)
    counts = np.bincount(which[: len(keys)], minlength=len(scans))
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    times_s, of_scan = scans[:, 0].astype(float), scans[:, 1].astype(np.int64)
    return order, times_s, of_scan, start, which[len(keys) :]


def _poses(
    looks: Table, of_look: NDArray[np.intp], of_scan: NDArray[np.int64], sensors: list[Sensor]
) -> NDArray[np.float64] | None:
    """Return from where each scan was taken, (scans, 9), if the looks say so."""
    places = {name: k for k, name in enumerate(POSE_COLUMNS) if name in looks}
    if not places:
        return None
    own = [np.ravel(sensor.pose._core()) for sensor in sensors]  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
    poses = np.stack(own)[of_scan]
    for name, k in places.items():
        poses[of_look, k] = _column(looks, name, "scans")
    return poses


def _values(
    rows: Table,
    of_row: NDArray[np.int64],
    order: NDArray[np.intp],
    sensors: list[Sensor],
    axes: int,
) -> NDArray[np.float64]:
    """Return the measurements one after the other, each as long as its sensor's."""
    names = [sensor.columns(axes) for sensor in sensors]
    widths = np.array([len(columns) for columns in names])
    ordered = of_row[order]
    ends = np.cumsum(widths[ordered])
    values = np.empty(ends[-1] if len(ends) else 0)
    for number, columns in enumerate(names):
        mine = ordered == number
        if not mine.any() and len(sensors) > 1:
            continue
        first = (ends - widths[ordered])[mine]
        for place, name in enumerate(columns):
            values[first + place] = _column(rows, name, "detections", order[mine])
    return values
