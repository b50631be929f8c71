"""Late scans: a tracker that takes them where they belong."""

from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from detente import _core, checks
from detente.identities import named
from detente.sensors import Pose, Sensor
from detente.sensors.pose import pose_of
from detente.sensors.sensor import core_sensor
from detente.table import Table
from detente.times import Time, seconds_from_time
from detente.tracking import Tracker
from detente.tracks import Diagnostics, Tracks


class Replay:
    """A tracker that takes scans out of order, as long as they come within a window.

    A late scan lands where it belongs: the scans that came after it are stepped through again, from
    a copy of the tracker. At any time the tracks are those of a tracker that saw the same scans in
    the order of time, to the last bit: identities too. Scans of one time stand in the order of
    their sensors' names, so give sensors names of their own.

    The scans of the window are kept, and copies of the tracker at growing distances, about as many
    as the logarithm of their number: a scan that is late by L scans costs the steps of at most
    about 1.5 L.

    Parameters
    ----------
    tracker : Tracker
        It is copied as it stands; what it saw before cannot be replayed.
    window_s : float
        How much older than the latest scan a scan may be [s]; infinity keeps all scans.

    Raises
    ------
    SettingError
        If the window is negative or `tracker` is no tracker.

    Notes
    -----
    Motion and sensor models of your own are called again in a replay, so they must give the same
    answer to the same question. A copy by `copy.copy` or `copy.deepcopy` goes its own way.

    Examples
    --------
    >>> import detente as dt
    >>> tracker = dt.Tracker(
    ...     motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    ...     birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    ... )
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> replay = dt.Replay(tracker, window_s=60.0)
    >>> for k in (0, 1, 4, 2, 3):  # two scans come late
    ...     tracks = replay.step(float(k), [[10.0 * k, 500.0]], sensor=radar)
    >>> tracks.time_s, replay.replayed
    (4.0, 2)
    >>> tracks.confirmed().mean.round(0)
    array([[ 39., 500.,  10.,   0.]])
    """

    def __init__(self, tracker: Tracker, *, window_s: float) -> None:
        checks.one_of("tracker", tracker, Tracker, "a dt.Tracker(...)")
        self._window_s = checks.span("window_s", window_s, can_be_zero=True)
        self._tracker = repr(tracker)
        self._axes = tracker._axes  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same package
        self._threshold = tracker._threshold  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self._core = _core.Replay(tracker._core, self._window_s)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]

    def __copy__(self) -> Self:
        other = type(self).__new__(type(self))
        vars(other).update(vars(self), _core=self._core.copy())
        return other

    def __deepcopy__(self, memo: object) -> Self:
        return self.__copy__()

    def __reduce__(self) -> str:
        raise TypeError(
            "a Replay cannot be pickled, for its window of scans is in no snapshot; keep "
            "replay.snapshot() and restore it into a new Replay, which takes scans from then on"
        )

    def __repr__(self) -> str:
        return f"Replay({self._tracker}, window_s={self._window_s})"

    @property
    def time_s(self) -> float:
        """The time of the latest scan [s], −inf before the first."""
        return self._core.time_s

    @property
    def earliest_s(self) -> float:
        """A scan from before this time is refused [s]."""
        return self._core.earliest_s

    def step(
        self,
        time_s: Time,
        measurements: ArrayLike,
        *,
        sensor: Sensor,
        noise: ArrayLike | None = None,
        pose: Pose | None = None,
        identity: ArrayLike | None = None,
        identity_error: float = 0.01,
        diagnostics: bool = False,
    ) -> Tracks:
        """Take a scan where it belongs. If it raises, nothing has changed but what is counted.

        Parameters
        ----------
        time_s : float, datetime, numpy.datetime64 or str
            Time of the scan [s], not before `earliest_s`, as of `Tracker.step`.
        measurements, sensor, noise, pose, identity, identity_error
            As of `Tracker.step`. A scan that is there already, to the bit and in whatever order of
            its detections, is left out.
        diagnostics : bool
            Whether to return innovations and gate counts of this scan too.

        Returns
        -------
        Tracks
            All living tracks at the time of the latest scan, which its `detection_index` refers to;
            `diagnostics` tells which track was given which detection of this scan.

        Raises
        ------
        TooLateError
            If the scan is from before `earliest_s`; it is counted and listed in `refused`.
        ShapeError, DTypeError, NotFiniteError, NotPositiveDefiniteError, SettingError
            As `Tracker.step`.
        """
        latest_s, columns, details = self._core.step(
            seconds_from_time(time_s),
            measurements,
            core_sensor(sensor, self._axes),
            noise,
            pose_of(pose),
            named(identity, identity_error),
        )
        kept = Diagnostics(*details) if diagnostics else None
        return Tracks(latest_s, *columns, self._threshold, kept)

    @property
    def tracks(self) -> Tracks:
        """All living tracks at the time of the latest scan."""
        time_s, columns = self._core.tracks()
        return Tracks(time_s, *columns, self._threshold)

    def confirmed(self, threshold: float | None = None) -> Tracks:
        """Return the tracks that probably exist: `Tracks.confirmed` of `tracks`."""
        return self.tracks.confirmed(threshold)

    def predict(self, time_s: Time) -> Tracks:
        """Return the tracks as they are expected to be at a time: `Tracker.predict`.

        Raises
        ------
        TimeOrderError
            For a time before the latest scan.
        """
        time_s = seconds_from_time(time_s)
        return Tracks(time_s, *self._core.predict(time_s), self._threshold)

    def estimate(
        self,
        method: Literal["existence", "cardinality", "joint"] = "existence",
        *,
        threshold: float | None = None,
    ) -> Tracks:
        """Return the objects that are estimated to exist: `Tracker.estimate`.

        Raises
        ------
        SettingError
            There is no such method.
        """
        threshold = self._threshold if threshold is None else threshold
        time_s, columns = self._core.estimate(method, threshold)
        return Tracks(time_s, *columns, self._threshold)

    @property
    def refused(self) -> Table:
        """The scans that came too late, the latest 1024 of them.

        ``time_s`` [s], ``sensor``, ``detections``, and ``late_s``, how long before the scan that
        was then the latest [s].
        """
        time_s, sensor, detections, late_s = self._core.refused
        return Table(
            {
                "time_s": time_s,
                "sensor": np.array(sensor, object),
                "detections": detections,
                "late_s": late_s,
            }
        )

    @property
    def refused_count(self) -> int:
        """How many scans came too late."""
        return self._core.refused_count

    @property
    def duplicates(self) -> int:
        """How many scans came again, and were left out."""
        return self._core.duplicates

    @property
    def replayed(self) -> int:
        """How many scans were stepped through for the latest one; 1 if it came in order."""
        return self._core.replayed

    @property
    def held(self) -> tuple[int, int]:
        """How many scans are kept, and how many copies of the tracker."""
        return self._core.held

    def snapshot(self) -> bytes:
        """Return what `Tracker.snapshot` would as of the latest scan; the window is not in it."""
        return self._core.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Go on from a snapshot of a tracker with the same settings; its past is not replayed.

        Raises
        ------
        DecodeError
            If the bytes are no snapshot, or of a tracker with another state; nothing has changed.
        """
        self._core.restore(snapshot)
