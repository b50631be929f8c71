"""A preset: all that a tracker is told about a kind of recording, and how it tracks one."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import SettingError
from detente.motion import BoxMotion, ConstantVelocity
from detente.presets.looks import on_time, used_rows
from detente.presets.senders import STRAY, sender_of_rows
from detente.recordings import track
from detente.table import Table
from detente.times import table_from_any
from detente.tracking import Tracker
from detente.trajectories import with_identities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from detente.births import Birth
    from detente.sensors import Sensor
    from detente.tracking import Association
    from detente.trajectories import TrackedRecording


@dataclass(frozen=True, repr=False)
class Preset:
    """What the tracker is told about a kind of recording.

    Attributes
    ----------
    name : str
        What it is for.
    motion, birth, survival_per_s, association, longest_silence_s
        As of `Tracker`.
    sensors : dict of str to Sensor
        By the names that the column ``sensor`` of the detections has.
    identity_error : float or None
        The probability that a row's identity is wrong; zero makes it a key, so that each identity
        is one track until it was silent for `longest_silence_s`; None if it is not looked at.
    fastest_m_s : float
        No object is faster [m/s]: rows of one identity that are farther apart come from two
        senders, or are wrong.
    slack_m : float
        How far off a place may be besides [m].
    delay_s : mapping of str to float
        By how much a sensor's times are late [s]; it is taken off them.
    every_s : mapping of str to float
        How long a sensor's error lasts [s]: more frequent looks repeat it and are left out.
    cutoff_m : float
        From which distance on a track is of something else, for the scores [m].
    score_step_s : float
        The step of the grid on which tracks are compared with identities [s].
    longest_gap_s : float
        How long an object may be silent and still be there, for the scores [s].
    """

    name: str
    motion: ConstantVelocity | BoxMotion
    birth: Birth
    sensors: Mapping[str, Sensor]
    survival_per_s: float
    association: Association = "gnn"
    longest_silence_s: float = np.inf
    identity_error: float | None = None
    fastest_m_s: float = np.inf
    slack_m: float = 0.0
    delay_s: Mapping[str, float] = field(default_factory=dict[str, float])
    every_s: Mapping[str, float] = field(default_factory=dict[str, float])
    cutoff_m: float = 100.0
    score_step_s: float = 1.0
    longest_gap_s: float = 60.0

    def __repr__(self) -> str:
        lines = [f"Preset {self.name}:"]
        for each in fields(self):
            value: Any = getattr(self, each.name)
            if each.name == "name" or value in (None, np.inf) or value == {}:
                continue
            if each.name == "sensors":
                lines += [f"  sensor {name!r}: {one!r}" for name, one in value.items()]
            else:
                lines.append(f"  {each.name}: {value!r}")
        return "\n".join(lines)

    def tracker(self, *, association: Association | None = None, id_key: int = 0) -> Tracker:
        """Return a tracker with these settings that has seen nothing.

        Parameters
        ----------
        association : {"gnn", "jpda", "pmbm"}, optional
            Instead of the preset's.
        id_key : int
            As of `Tracker`.
        """
        return Tracker(
            motion=self.motion,
            birth=self.birth,
            survival_per_s=self.survival_per_s,
            association=association or self.association,
            longest_silence_s=self.longest_silence_s,
            id_key=id_key,
        )

    def blind(self) -> Preset:
        """Return the preset without a look at identities, its other numbers as they are."""
        return replace(self, identity_error=None)

    def track(
        self,
        detections: Any,  # noqa: ANN401 - any data frame of any library
        *,
        scans: Any = None,  # noqa: ANN401 - any data frame of any library
        association: Association | None = None,
        smooth: bool = False,
        lag_s: float | None = None,
        time_zone: str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> TrackedRecording:
        """Track a whole recording.

        Parameters
        ----------
        detections : Table, data frame or dict of arrays
            ``time_s``, ``sensor`` and the columns of the sensors, as `detente.io.read` returns
            them, and ``identity`` if the preset looks at it.
        scans : table, optional
            Every look that was taken, as `detente.track` takes it.
        association : {"gnn", "jpda", "pmbm"}, optional
            Instead of the preset's.
        smooth, lag_s, time_zone, progress
            As of `detente.track`.

        Returns
        -------
        TrackedRecording
            ``detection_row`` is a row of `detections`; ``tracks`` has the column ``identity`` if
            the preset looks at it.

        Raises
        ------
        SettingError
            A column or a sensor is missing.

        Examples
        --------
        >>> import detente as dt
        >>> found = dt.presets.ais().track(
        ...     {
        ...         "time_s": [0.0, 10.0, 20.0, 900.0],
        ...         "x_m": [0.0, 50.0, 100.0, 5000.0],
        ...         "y_m": [0.0, 0.0, 0.0, 30.0],
        ...         "sensor": ["ais position"] * 4,
        ...         "identity": ["235000001"] * 4,
        ...     }
        ... )
        >>> found.tracks["identity"], found.tracks["detections"]
        (array(['235000001'], dtype=object), array([4], dtype=uint64))
        """
        given = table_from_any(detections, time_zone=time_zone)
        looks = None if scans is None else table_from_any(scans, time_zone=time_zone)
        rows = used_rows(given, looks, self.every_s)
        who = None
        if self.identity_error is not None:
            sender = self.senders(given)
            rows = rows[sender[rows] != STRAY]
            who = _named(given["identity"], sender)[rows]
        if looks is not None:
            looks = on_time(looks.take(used_rows(looks, looks, self.every_s)), self.delay_s)
        taken = on_time(given.take(rows), self.delay_s)
        found = track(
            taken if who is None else Table({**taken.columns, "identity": who}),
            motion=self.motion,
            birth=self.birth,
            sensor=self.sensors,
            scans=looks,
            survival_per_s=self.survival_per_s,
            longest_silence_s=self.longest_silence_s,
            association=association or self.association,
            identity_error=self.identity_error,
            smooth=smooth,
            lag_s=lag_s,
            progress=progress,
        )
        row = np.append(rows, -1)
        points = Table(
            {**found.points.columns, "detection_row": row[found.points["detection_row"]]}
        )
        associations = Table(
            {
                **found.associations.columns,
                "detection_row": row[found.associations["detection_row"]],
            }
        )
        tracks = found.tracks
        if self.identity_error is not None:
            tracks = with_identities(tracks, points, given["identity"])
        return replace(found, points=points, tracks=tracks, associations=associations)

    def senders(self, detections: Table) -> NDArray[np.int64]:
        """Return which sender of its identity each row is from, `STRAY` for rows that are wrong.

        An identity that is a key is usually one sender, 0. Where it is told from two places at once
        that no object reaches in the time between, each place is a sender of its own.

        Raises
        ------
        SettingError
            There is no column ``identity``.
        """
        if "identity" not in detections:
            raise SettingError(
                f"the preset {self.name} tracks by identity, so detections must have a column "
                f"identity; the columns are {', '.join(detections.column_names)}; use "
                "Preset.blind() without one"
            )
        if self.identity_error != 0.0 or not np.isfinite(self.fastest_m_s):
            return np.zeros(len(detections), np.int64)
        return sender_of_rows(
            np.asarray(detections["time_s"], float),
            np.stack([detections["x_m"], detections["y_m"]], axis=1),
            detections["identity"],
            fastest_m_s=self.fastest_m_s,
            slack_m=self.slack_m,
        )

    def described(self) -> dict[str, Any]:
        """Return the numbers as JSON can hold them."""
        return {
            "preset": self.name,
            "axes": self.motion.axes,
            "noise_after_a_second": noise_after_a_second(self.motion),
            "birth": vars(self.birth),
            "survival_per_s": self.survival_per_s,
            "association": self.association,
            "longest_silence_s": self.longest_silence_s
            if np.isfinite(self.longest_silence_s)
            else None,
            "identity_error": self.identity_error,
            "delay_s": dict(self.delay_s),
            "every_s": dict(self.every_s),
            "sensors": {
                name: {
                    "std": np.sqrt(np.diag(sensor.noise(self.motion.axes))).tolist(),
                    "detection_probability": sensor.detection_probability,
                    "report_rate_per_s": sensor.report_rate_per_s,
                    "clutter_density": sensor.clutter_density,
                }
                for name, sensor in self.sensors.items()
            },
        }


def _named(identity: NDArray[Any], sender: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return identities that tell the senders of one apart."""
    names = identity.astype(str).astype(object)
    for row in np.flatnonzero(sender > 0).tolist():
        names[row] = f"{names[row]} ({sender[row] + 1})"
    return names


def noise_after_a_second(motion: ConstantVelocity | BoxMotion) -> list[float]:
    """Return the variances that a second adds to a state; of a box of height 1."""
    if isinstance(motion, BoxMotion):
        return np.diag(motion.noise([[0.0] * 4 + [1.0] * 2], 1.0)[0]).tolist()
    return np.diag(motion.noise(1.0)).tolist()
