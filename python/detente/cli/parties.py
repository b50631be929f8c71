"""Parties and what their sensors saw: out of a recording, or simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detente import simulate
from detente.births import Birth
from detente.cli.score import Reference, reference_from_recording
from detente.errors import SettingError
from detente.exchange import Look, Watcher
from detente.exchange.values.instant import NS_PER_S
from detente.io.presets import preset_for
from detente.motion import ConstantVelocity
from detente.presets.looks import on_time, used_rows
from detente.recordings import POSE_COLUMNS
from detente.sensors import Disc, Pose, PositionSensor
from detente.table import Table
from detente.tracking import Tracker
from detente.view import Coverage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from detente.io import Recording
    from detente.presets import Preset

SIMULATED_FROM_S = 1_626_480_000.0  # 17 July 2021
_SIMULATED_S, _STEP_S = 180.0, 2.0
_STATIONS_M = {"north": (0.0, 1_500.0), "south": (0.0, -1_500.0)}
_RANGE_M, _SIDE_M, _OBJECTS = 3_000.0, 4_500.0, 24


class Scene(NamedTuple):
    """What several parties saw, and what a rehearsal needs beside it.

    Attributes
    ----------
    title : str
    watchers : list of Watcher
    tracker : Tracker
        The settings of all.
    reference : Reference or None
        Where the objects were, and the times at which to compare.
    cutoff_m, longest_gap_s : float
        As `detente.presets.Preset` has them.
    coverage : dict of str to Coverage
        What a party sees, where that is a disc.
    is_simulated : bool
    """

    title: str
    watchers: list[Watcher]
    tracker: Tracker
    reference: Reference | None
    cutoff_m: float
    longest_gap_s: float
    coverage: dict[str, Coverage]
    is_simulated: bool


def scene_from_recording(recording: Recording, parties: Mapping[str, Sequence[str]]) -> Scene:
    """Return a recording with its sensors shared out among parties.

    Parameters
    ----------
    recording : Recording
        Of scanning sensors.
    parties : mapping of str to sequence of str
        The sensors of each party.

    Raises
    ------
    SettingError
        The recording is not of scanning sensors, there are less than two parties, or a sensor is
        not in the recording or in two hands.
    """
    scans = recording.scans
    if scans is None:
        raise SettingError(
            f"to fuse needs scans of several sensors, found {recording.format} rows in which each "
            "object speaks for itself"
        )
    there = np.unique(scans["sensor"].astype(str)).tolist()
    given = [name for sensors in parties.values() for name in sensors]
    odd = sorted({name for name in given if name not in there or given.count(name) > 1})
    if len(parties) < 2 or odd:  # noqa: PLR2004 - two parties
        problem = f"found {odd[0]!r} elsewhere or twice" if odd else f"found {len(parties)}"
        raise SettingError(
            f"name at least two parties, each with sensors of its own out of {', '.join(there)}: "
            f"--party north={there[0]} --party south={there[-1]}; {problem}"
        )
    settings = preset_for(recording)
    looks = _looks(recording, scans, settings)
    tracker = settings.tracker()
    watchers = [
        Watcher(name, [look for look in looks if look.sensor.name in sensors])
        for name, sensors in parties.items()
    ]
    reference = reference_from_recording(recording, step_s=settings.score_step_s)
    if reference is not None:
        first, last = (
            max(watcher.looks[0].time_ns for watcher in watchers) / NS_PER_S,
            max(watcher.looks[-1].time_ns for watcher in watchers) / NS_PER_S,
        )
        grid_s = np.arange(np.ceil(first), last, settings.score_step_s)
        reference = Reference(reference.name, reference.rows, grid_s)
    title = f"{recording.format}: {' and '.join(parties)}"
    cutoff_m, gap_s = settings.cutoff_m, settings.longest_gap_s
    return Scene(title, watchers, tracker, reference, cutoff_m, gap_s, {}, is_simulated=False)


def simulated_scene(*, seed: int) -> Scene:
    """Return two radars whose coverage overlaps, and objects that pass through both."""
    motion = ConstantVelocity(axes=2, acceleration_psd=0.05)
    half_m = 0.5 * _SIDE_M
    rng = np.random.default_rng(seed)
    states = np.c_[rng.uniform(-half_m, half_m, (_OBJECTS, 2)), rng.normal(0, 10, (_OBJECTS, 2))]
    times_s = np.arange(0.0, _SIMULATED_S, _STEP_S)
    truth = simulate.truth(motion, times_s=times_s, initial_states=states, seed=seed)
    region = [[-half_m - 1_500.0, half_m + 1_500.0]] * 2
    clutter = 5.0 / (_SIDE_M + 3_000.0) ** 2
    watchers: list[Watcher] = []
    for index, (name, place_m) in enumerate(_STATIONS_M.items()):
        radar = PositionSensor(
            std_m=20.0,
            detection_probability=0.9,
            clutter_density=clutter,
            coverage=Disc(range_m=_RANGE_M),
            pose=Pose(position_m=place_m),
            name="radar",
        )
        seen = simulate.detections(truth, radar, region=region, seed=seed + 1 + index)
        looks = [
            Look(_ns(SIMULATED_FROM_S + time_s), radar, z[_is_near(z, place_m)])
            for time_s, z in seen
        ]
        watchers.append(Watcher(name, looks))
    present = truth.present
    rows = Table(
        {
            "identity": np.broadcast_to(np.arange(_OBJECTS), present.shape)[present],
            "time_s": np.broadcast_to(times_s[:, None], present.shape)[present] + SIMULATED_FROM_S,
            "x_m": truth.states[..., 0][present],
            "y_m": truth.states[..., 1][present],
        }
    )
    inside = np.zeros(len(rows), bool)
    places = np.stack([rows["x_m"], rows["y_m"]], axis=1)
    for place_m in _STATIONS_M.values():
        inside |= _is_near(places, place_m)
    reference = Reference("truth", rows.take(np.flatnonzero(inside)), times_s + SIMULATED_FROM_S)
    birth = Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0)
    return Scene(
        "Two radars",
        watchers,
        Tracker(motion=motion, birth=birth),
        reference,
        100.0,
        3 * _STEP_S,
        {
            name: Coverage(x_m=place_m[0], y_m=place_m[1], range_m=_RANGE_M)
            for name, place_m in _STATIONS_M.items()
        },
        is_simulated=True,
    )


def _looks(recording: Recording, scans: Table, settings: Preset) -> list[Look]:
    """Return every look that is used, in order of time."""
    used = used_rows(recording.detections, scans, settings.every_s)
    rows = on_time(recording.detections.take(used), settings.delay_s)
    scans = on_time(scans.take(used_rows(scans, scans, settings.every_s)), settings.delay_s)
    looks: list[Look] = []
    for name, sensor in settings.sensors.items():
        columns = sensor.columns(settings.motion.axes)
        mine = rows.take(np.flatnonzero(rows["sensor"] == name))
        if not len(mine):
            continue
        z = np.stack([mine[column] for column in columns], axis=1)
        own = scans.take(np.flatnonzero(scans["sensor"] == name))
        times_s, first = np.unique(own["time_s"], return_index=True)
        starts = np.searchsorted(mine["time_s"], times_s, side="left")
        ends = np.searchsorted(mine["time_s"], times_s, side="right")
        for time_s, row, start, end in zip(times_s, first, starts, ends, strict=True):
            looks.append(Look(_ns(time_s), sensor, z[start:end], pose=_pose(own, int(row))))
    return sorted(looks, key=lambda look: (look.time_ns, look.sensor.name))


def _pose(scans: Table, row: int) -> Pose | None:
    if POSE_COLUMNS[0] not in scans:
        return None
    found = [float(scans[name][row]) if name in scans else 0.0 for name in POSE_COLUMNS]
    x, y, z, heading, pitch, roll, vx, vy, vz = found
    return Pose(
        position_m=(x, y, z),
        heading_rad=heading,
        pitch_rad=pitch,
        roll_rad=roll,
        velocity_m_s=(vx, vy, vz),
    )


def _is_near(places_m: NDArray[np.float64], station_m: tuple[float, float]) -> NDArray[np.bool_]:
    return np.hypot(*(places_m - station_m).T) <= _RANGE_M


def _ns(time_s: float) -> int:
    return round(float(time_s) * NS_PER_S)
