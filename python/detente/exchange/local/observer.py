"""What a party's own sensors say, as it may be handed over: detections, tracklets and tracks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import SettingError, TimeOrderError
from detente.exchange.local.increments import increments, measured_components
from detente.exchange.local.interval import Gain, Interval, LinearMotion
from detente.exchange.local.secret import id_key_from_secret
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.instant import NS_PER_S, checked_time_ns, text_from_time_ns
from detente.geo import LocalFrame
from detente.sensors import Pose, Sensor
from detente.tracking import Tracker
from detente.tracks import Tracks


class Observed(NamedTuple):
    """One scan of an own sensor.

    Attributes
    ----------
    detections : Report
        What the sensor saw.
    tracks : Report
        The party's own confirmed tracks at that time.
    """

    detections: Report
    tracks: Report


class _Waiting(NamedTuple):
    """What one scan told of tracks, for as long as it may still be handed over."""

    time_ns: int
    sensor: SensorDescription
    told: Gain
    sequence: int


class Observer:
    """A fold over one party's own detections, and nothing else.

    It makes the three kinds of report of which others make their pictures. None of them depends
    on what partners sent, so that nothing comes back as if it were new.

    What is told of tracks is never taken back. So a party whose pictures are of "pmbm", which keeps
    several explanations and may change its mind, tells of the tracks of "gnn": each detection
    once, under a number that stays. Its own pictures and those of its partners weigh all
    explanations of what was told.

    Parameters
    ----------
    origin : str
        The party.
    tracker : Tracker
        One that has seen nothing: how objects move, appear and are associated; "pmbm" stands for
        "gnn" here.
    frame : LocalFrame, optional
        Where positions are.
    threshold : float
        From which probability of existence on a track is one: then it is told of as a track, and
        its number says which object a tracklet is of.
    tracklets_from : float, optional
        From which probability of existence on tracklets are told, with all that was not told
        before. By default increments are told of all tracks, tentative ones included, so that a
        partner who doubts the same object can sum up, and gains from `threshold` on.
    compress_parties : int, optional
        Makes tracklets one gain for each track and call of `tracklets` instead of an increment a
        scan: smaller, and a little less, since what process noise makes all parties share is
        taken out. It says how many parties a receiver adds up, this one included. The first gain
        of a track is a reset: it holds everything since the track began.
    secret : bytes, optional
        At least 16, known to nobody else: they key the identities of its tracks, which leave, in
        the place of the tracker's `id_key`. `dt.Party` draws them.

    Raises
    ------
    SettingError
        Gains are asked for, and the motion model has no F and Q; or a secret of fewer bytes.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import Observer
    >>> north = Observer(
    ...     "north",
    ...     dt.Tracker(
    ...         motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    ...         birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    ...     ),
    ... )
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> for second in range(4):
    ...     seen = north.observe(second * 10**9, [[10.0 * second, 500.0]], sensor=radar)
    >>> [(report.time_ns // 10**9, len(report)) for report in north.tracklets()]
    [(0, 1), (1, 1), (2, 1), (3, 1)]
    """

    def __init__(
        self,
        origin: str,
        tracker: Tracker,
        *,
        frame: LocalFrame | None = None,
        threshold: float = 0.5,
        tracklets_from: float | None = None,
        compress_parties: int | None = None,
        secret: bytes | None = None,
    ) -> None:
        motion = tracker.motion
        if compress_parties is not None and not _can_sum_up(motion):
            raise SettingError(
                "gains need a motion model with F and Q, of positions and perhaps velocities, "
                f"found {motion!r}; leave compress_parties out"
            )
        self._origin = origin
        self._tracker = tracker.fresh(
            "gnn" if tracker.association == "pmbm" else None,
            id_key=None if secret is None else id_key_from_secret(secret, origin),
        )
        self._frame = frame
        self._threshold = threshold
        told_from = 0.0 if compress_parties is None else threshold
        self._told_from = told_from if tracklets_from is None else tracklets_from
        self._parties = compress_parties
        self._told: NDArray[np.uint64] = np.empty(0, np.uint64)  # of these tracklets are told
        self._sure: NDArray[np.uint64] = np.empty(0, np.uint64)  # these have been confirmed
        self._alive: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._waiting: list[_Waiting] = []
        self._last_ns: dict[str, int] = {}
        self._interval = Interval.empty(motion.axes, motion.dim)
        self._clipped = 0

    @property
    def motion(self) -> object:
        """How objects move."""
        return self._tracker.motion

    @property
    def clipped(self) -> int:
        """In how many directions a track knew less than before a scan; clipped to nothing."""
        return self._clipped

    def observe(
        self,
        time_ns: int,
        measurements: ArrayLike,
        *,
        sensor: Sensor,
        noise: ArrayLike | None = None,
        pose: Pose | None = None,
    ) -> Observed:
        """Track one scan of an own sensor.

        Parameters
        ----------
        time_ns : int
            When it looked [ns since 1970-01-01 UTC].
        measurements : (m, k) array_like
            What it saw, in the sensor's measurement space.
        sensor : Sensor
            Which.
        noise : (m, k, k) array_like, optional
            A covariance for each detection, instead of the sensor's.
        pose : Pose, optional
            Where it stood, instead of its own pose.

        Returns
        -------
        Observed

        Raises
        ------
        TimeOrderError
            Time runs backwards, or the same sensor has looked at that very time.
        """
        axes = self._tracker.motion.axes
        checks.one_of("sensor", sensor, Sensor, "a Sensor such as dt.PositionSensor(...)")
        if pose is not None:
            checks.one_of("pose", pose, Pose, "a dt.Pose(position_m=..., heading_rad=...)")
        time_ns = checked_time_ns(time_ns, latest_ns=self._last_ns.get(sensor.name))
        if self._last_ns.get(sensor.name) == time_ns:
            raise TimeOrderError(
                f"a sensor looks once at a time; {sensor.name} of {self._origin} has looked at "
                f"{text_from_time_ns(time_ns)} already: name a second sensor differently"
            )
        time_s = time_ns / NS_PER_S
        description = SensorDescription.from_sensor(sensor, axes=axes, pose=pose)
        z = np.asarray(measurements, np.float64)
        if not z.size:
            z = z.reshape(0, len(description.noise))
        before = self._tracker.predict(max(time_s, self._tracker.time_s))
        after = self._tracker.step(time_s, z, sensor=sensor, noise=noise, pose=pose)
        detections = Report.detections(
            self._origin,
            0,
            time_ns,
            z,
            sensor=description,
            noise=noise,
            axes=axes,
            frame=self._frame,
        )
        self._alive = after.id
        self._told = np.union1d(self._told, after.id[after.existence >= self._told_from])
        confirmed = after.confirmed(self._threshold)
        self._sure = np.union1d(self._sure[np.isin(self._sure, after.id)], confirmed.id)
        told = increments(
            z,
            before,
            after,
            sensor=sensor,
            description=description,
            noise=noise,
            axes=axes,
            is_shared=self._tracker.association == "jpda",
        )
        self._clipped += told.clipped
        from_ns = self._last_ns.get(sensor.name, time_ns - 1)
        self._last_ns[sensor.name] = time_ns
        components = measured_components(sensor, axes, after.mean.shape[1])
        rows = Gain.of_scan(told, from_ns, confirmed.id).leading(components)
        motion = self._tracker.motion
        if self._parties is None:
            self._waiting.append(_Waiting(time_ns, description, rows, 0))
        elif isinstance(motion, LinearMotion):
            self._interval = self._interval.after(
                time_ns, before, after, told, motion=motion, sensor=description
            )
        return Observed(detections, self._tracks(time_ns, confirmed))

    def tracklets(self) -> list[Report]:
        """Return what was not yet told of tracks that are told of.

        There is one report for each scan since the last call, empty ones included; and for earlier
        scans one more each, of tracks that reach `tracklets_from` only now. Call it at any rate: a
        receiver knows the same once it has all. Of gains there is one report.

        Returns
        -------
        list of Report
            Of kind tracklets, in the order of time.
        """
        if self._parties is not None:
            return self._gains(self._parties)
        out: list[Report] = []
        kept: list[_Waiting] = []
        for scan in self._waiting:
            is_told = np.isin(scan.told.track_id, self._told)
            if is_told.any() or not scan.sequence:
                out.append(self._report(scan._replace(told=scan.told.rows(is_told))))
            rest = ~is_told & np.isin(scan.told.track_id, self._alive)
            if rest.any():
                kept.append(scan._replace(told=scan.told.rows(rest), sequence=scan.sequence + 1))
        self._waiting = kept
        self._told = self._told[np.isin(self._told, self._alive)]
        return out

    def forget(self) -> None:
        """Forget what `tracklets` would tell, if nobody asks."""
        self._waiting.clear()
        self._told = self._told[np.isin(self._told, self._alive)]

    def _gains(self, parties: int) -> list[Report]:
        """Return one gain for each confirmed track over all scans since the last call."""
        interval, sensor = self._interval, self._interval.sensor
        if sensor is None:
            return []
        gain, self._interval, clipped = interval.gain(self._told, sure=self._sure, parties=parties)
        self._clipped += clipped
        self._told = self._told[np.isin(self._told, self._alive)]
        return [self._report(_Waiting(interval.time_ns, sensor, gain, 0))]

    def _report(self, scan: _Waiting) -> Report:
        return Report.tracklets(
            self._origin,
            scan.sequence,
            scan.time_ns,
            sensor=scan.sensor,
            axes=self._tracker.motion.axes,
            frame=self._frame,
            **scan.told._asdict(),
        )

    def _tracks(self, time_ns: int, sure: Tracks) -> Report:
        return Report.tracks(
            self._origin,
            0,
            time_ns,
            sure.id,
            sure.mean,
            sure.cov,
            sure.existence,
            axes=self._tracker.motion.axes,
            frame=self._frame,
        )


def _can_sum_up(motion: object) -> bool:
    """Return whether what was told of several scans can be told at once."""
    return isinstance(motion, LinearMotion) and motion.dim <= 2 * motion.axes
