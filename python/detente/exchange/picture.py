"""The picture: a fold over the reports of all parties, in which each object counts once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import DetenteError, SettingError, TimeOrderError
from detente.exchange.consistency import Consistency, consistencies
from detente.exchange.copies import Copies
from detente.exchange.fading import Fading
from detente.exchange.holdings import Counted, Holdings, Moment
from detente.exchange.instant import NS_PER_S, text_from_time_ns
from detente.exchange.interval import LinearMotion
from detente.exchange.latest import Combined, combined
from detente.exchange.limits import Limits, limited
from detente.exchange.matches import Matches
from detente.exchange.reading import Reading, reading
from detente.exchange.report import Report
from detente.exchange.snapshot import Break, Snapshot, TrackEnd
from detente.exchange.witness import Witness
from detente.fuse import covariance_intersection
from detente.tracking import Told, Tracker, Tracks

_EMPTY: NDArray[np.uint64] = np.empty(0, np.uint64)
_ERASES = 0.9999  # a detection probability above which one miss forgets a track


class Unusable(NamedTuple):
    """A report that the picture cannot use, and why."""

    report: Report
    reason: str


@dataclass(frozen=True)
class _State:
    """What the fold carries from one report to the next."""

    tracker: bytes
    matches: Mapping[str, Matches] = field(default_factory=dict[str, Matches])
    seen_by: Mapping[str, NDArray[np.uint64]] = field(default_factory=dict[str, NDArray[np.uint64]])
    latest: Mapping[str, Report] = field(default_factory=dict[str, Report])
    witnesses: Mapping[str, Witness] = field(default_factory=dict[str, Witness])
    breaks: tuple[Break, ...] = ()
    fading: Fading = field(default_factory=Fading)
    ends: tuple[TrackEnd, ...] = ()
    time_ns: int | None = None


class Picture:
    """What several parties see, each object once.

    It is a pure function of the set of reports: in any order, repeated, by whatever path and
    however late they come, `as_of` gives the same bits. Nobody releases it.

    Detections and tracklets, one's own and those of partners, are scans of the one tracker. Of a
    tracklet the partner's number of its track is evidence beside its place, so that a match lasts
    until the evidence says otherwise; then it is listed among the `breaks`. To a "pmbm" the numbers
    are none, since it weighs all explanations and they tell of one. A partner's silence is a miss
    inside the coverage that it declared, and nothing elsewhere or if it declared none. Tracks,
    coarse or of unknown lineage, are not accumulated: the newest of each partner are fused by
    covariance intersection with what the detections and tracklets say, when somebody looks.

    Of one origin and time interval the most detailed level held counts: detections before
    tracklets, shorter tracklets before longer ones, tracklets before tracks, finer tracks before
    coarser. A tracklet of which a part is held in more detail does not count at all.

    Parameters
    ----------
    tracker : Tracker
        One that has seen nothing: how objects move, appear and are associated. It stays as it is.
    most_age_s : float
        How old the newest tracks of a partner may be to count [s].
    switch_probability : float
        The probability that a partner's track is of another object than at its last report.
    owner : str, optional
        Whose picture it is. Where its own sensors leave out their coverage it knows that they see
        everything; of anybody else's that is unknown, and their silence is no evidence.
    limits : Limits or mapping of str to Limits
        What is believed at most of what parties claim for their sensors: of all alike, or by party,
        of those that are left out the usual `Limits()`.

    Raises
    ------
    SettingError
        An age that is not positive, a probability outside 0 to 1, or a tracker that has seen
        something.

    References
    ----------
    Julier and Uhlmann, *A non-divergent estimation algorithm in the presence of unknown
    correlations*, American Control Conference, 1997. Chong, Mori, Barker and Chang,
    *Architectures and algorithms for track association and fusion*, IEEE AES Systems Magazine
    15, 2000.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> from detente.exchange import Report, SensorDescription
    >>> picture = dt.Picture(
    ...     dt.Tracker(
    ...         motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    ...         birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    ...     )
    ... )
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> seen = SensorDescription.from_sensor(radar, axes=2)
    >>> for second in (2, 0, 1, 3, 1):  # late and repeated
    ...     scan = Report.detections(
    ...         "north", 0, second * 10**9, [[10.0 * second, 500.0]], sensor=seen
    ...     )
    ...     was_new = picture.add(scan)
    >>> was_new
    False
    >>> shown = picture.as_of(3 * 10**9).confirmed()
    >>> shown.mean.round(0), shown.seen_by
    (array([[ 29., 500.,   9.,   0.]]), {'north': array([ True])})
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        most_age_s: float = 30.0,
        switch_probability: float = 0.01,
        owner: str | None = None,
        limits: Limits | Mapping[str, Limits] | None = None,
    ) -> None:
        if not most_age_s > 0.0:
            raise SettingError(f"most_age_s must be positive, found {most_age_s}")
        if not 0.0 < switch_probability < 1.0:
            message = f"switch_probability must be above 0 and below 1, found {switch_probability}"
            raise SettingError(message)
        if tracker.time_s != -np.inf:
            message = f"tracker must have seen nothing, found one at {tracker.time_s} s"
            raise SettingError(message)
        self._engine = tracker.fresh()
        self._most_age_ns = round(most_age_s * NS_PER_S)
        self._switch_probability = switch_probability
        is_mixture = tracker.association == "pmbm"  # it keeps all explanations, theirs is one
        self._names_weigh = None if is_mixture else switch_probability
        self._owner = owner
        self._limits = limits
        self._reports: list[Report] = []
        self._parts: dict[frozenset[str], tuple[int, Picture]] = {}
        self._holdings = Holdings()
        self._set_aside: list[Unusable] = []
        self._start = _State(self._engine.snapshot())
        self._copies = Copies(self._start)
        self._live = self._start
        self._done = 0  # so many moments are in `_live`

    def __len__(self) -> int:
        """Return the number of moments of which there are reports."""
        return len(self._holdings)

    @property
    def set_aside(self) -> tuple[Unusable, ...]:
        """The reports that it could not use, in the order in which they came."""
        return tuple(self._set_aside)

    def add(self, report: Report) -> bool:
        """Take in a report, one's own or a partner's.

        Parameters
        ----------
        report : Report
            Of detections, tracklets or tracks, positions in the frame that all share. Others,
            those of sensors that cannot be described, and what no tracker could take, are set
            aside.

        Returns
        -------
        bool
            Whether it said anything new.
        """
        reason = self._refused(report)
        if reason is not None:
            self._set_aside.append(Unusable(report, reason))
            return False
        first = self._holdings.add(report)
        if first is None:
            return False
        self._reports.append(report)
        self._copies.forget(first)
        if self._done > first:
            self._done, self._live = self._copies.latest(first)
            self._engine.restore(self._live.tracker)
        return True

    def as_of(self, time_ns: int, *, without: Iterable[str] = ()) -> Snapshot:
        """Return what is known at a time from all reports that are not later.

        Parameters
        ----------
        time_ns : int
            The moment [ns since 1970-01-01 UTC].
        without : iterable of str
            Parties whose reports are left out, by whatever path they came: the picture of all
            others, to the bit.

        Returns
        -------
        Snapshot

        Raises
        ------
        TimeOrderError
            There is no report from before that moment.
        """
        left_out = frozenset([without] if isinstance(without, str) else without)
        if left_out:
            return self._part(left_out).as_of(time_ns)
        steps = self._holdings.until(time_ns)
        if not steps:
            message = f"there is no report from before {text_from_time_ns(time_ns)}"
            raise TimeOrderError(message)
        if steps == len(self._holdings):
            return self._shown(self._current(), self._engine, time_ns)
        engine = self._engine.fresh()
        done, state = self._copies.latest(min(steps, self._holdings.unreached(time_ns)))
        engine.restore(state.tracker)
        for moment in self._holdings.moments[done:steps]:
            state = self._after(state, engine, moment, time_ns)
        return self._shown(state, engine, time_ns)

    def consistency(self, time_ns: int, *, scans: int = 20) -> tuple[Consistency, ...]:
        """Return how what each party said lately fits what the others say without it.

        Nothing is left out by itself: whoever doubts a party says so by `without` or `limits`. It
        folds the reports once more for each party, so that it costs as much as several pictures.

        Parameters
        ----------
        time_ns : int
            The moment [ns since 1970-01-01 UTC].
        scans : int
            How many reports of each party are looked at, the newest.

        Returns
        -------
        tuple of Consistency
            By the names of the parties. With two parties that contradict each other nobody can say
            which of them is wrong: both, or the one that contradicts more, may be named.
        """
        known = [report for report in self._reports if report.time_ns <= time_ns]
        known.sort(key=lambda report: (report.time_ns, report.origin, report.kind))
        return consistencies(self, known, axes=self._engine.motion.axes, scans=scans)

    def fresh(self) -> "Picture":
        """Return a picture of the same settings that knows nothing."""
        return Picture(
            self._engine.fresh(),
            most_age_s=self._most_age_ns / NS_PER_S,
            switch_probability=self._switch_probability,
            owner=self._owner,
            limits=self._limits,
        )

    def limits_of(self, origin: str) -> Limits:
        """Return what is believed at most of what a party claims for its sensors."""
        if isinstance(self._limits, Mapping):
            return self._limits.get(origin, Limits())
        return self._limits or Limits()

    def scan(self, report: Report) -> Reading:
        """Return the scan that a report of detections or tracklets stands for."""
        return self._reading(Counted(report, is_whole=True))

    def _part(self, without: frozenset[str]) -> "Picture":
        """Return the picture of all other parties, kept for the next time."""
        done, part = self._parts.get(without, (0, None))
        part = part or self.fresh()
        for report in self._reports[done:]:
            if report.origin not in without:
                part.add(report)
        self._parts[without] = len(self._reports), part
        return part

    def _current(self) -> _State:
        """Return the state after all reports."""
        moments = self._holdings.moments
        for moment in moments[self._done :]:
            state = self._after(self._live, self._engine, moment, moments[-1].time_ns)
            self._live = replace(state, tracker=self._engine.snapshot())
            self._done += 1
            self._copies.keep(self._done, self._live)
        return self._live

    def _after(self, state: _State, engine: Tracker, moment: Moment, until_ns: int) -> _State:
        """Return the state after one more report; the engine goes along."""
        counted = self._holdings.counted(moment, until_ns)
        report = counted.report
        if not len(report) and not counted.is_whole:
            return state
        origin = report.origin
        if report.kind == "tracks":
            latest = {**state.latest, origin: limited(report, self.limits_of(origin))}
            state = replace(state, latest=latest)
            told = self._combined(state, _predicted(engine, report.time_ns), report.time_ns)
            return replace(state, matches=told.matches, breaks=state.breaks + told.breaks)
        scan = self._reading(counted)
        tracks = _taken(engine, scan, report.time_ns)
        state = replace(state, witnesses=self._witnessed(state, scan, report))
        state = self._faded(state, tracks, scan, report)
        given = tracks.detection_index >= 0
        ours = tracks.id[given]
        seen = np.union1d(state.seen_by.get(origin, _EMPTY), ours)
        seen_by = {**state.seen_by, origin: seen[np.isin(seen, tracks.id)]}
        if scan.track_id is None:
            return replace(state, seen_by=seen_by)
        theirs = scan.track_id[tracks.detection_index[given]]
        named = theirs != 0
        known = state.matches.get(origin, Matches.none()).among(tracks.id)
        matched, breaks = known.after(
            theirs[named], ours[named], time_ns=report.time_ns, origin=origin
        )
        matches = {**state.matches, origin: matched}
        return replace(state, seen_by=seen_by, matches=matches, breaks=state.breaks + breaks)

    def _faded(self, state: _State, tracks: Tracks, scan: Reading, report: Report) -> _State:
        """Return the state with what the scan took from tracks, and those that it ended."""
        before_ns = report.time_ns if state.time_ns is None else state.time_ns
        fading, ends = state.fading.after(
            tracks,
            origin=report.origin,
            survival=self._engine.survival_per_s ** ((report.time_ns - before_ns) / NS_PER_S),
            erases=scan.sensor.is_scanning
            and self.limits_of(report.origin).detection_probability > _ERASES,
            time_ns=report.time_ns,
        )
        return replace(state, fading=fading, ends=state.ends + ends, time_ns=report.time_ns)

    def _reading(self, counted: Counted) -> Reading:
        report = limited(counted.report, self.limits_of(counted.report.origin))
        return reading(
            counted._replace(report=report),
            switch_probability=self._names_weigh,
            is_own=counted.report.origin == self._owner,
        )

    def _witnessed(self, state: _State, scan: Reading, report: Report) -> Mapping[str, Witness]:
        """Return what a look says of tracks of all but its own party."""
        witnesses = dict(state.witnesses)
        for newest in self._newest(state, report.time_ns):
            origin = newest.origin
            if origin != report.origin:
                witnesses[origin] = witnesses.get(origin, Witness.none()).after(
                    newest,
                    scan,
                    motion=self._engine.motion,
                    time_ns=report.time_ns,
                    matched=state.matches.get(origin, Matches.none()).theirs,
                )
        return witnesses

    def _shown(self, state: _State, engine: Tracker, time_ns: int) -> Snapshot:
        told = self._combined(state, _predicted(engine, time_ns), time_ns)
        rows, newest = told.rows, {report.origin for report in self._newest(state, time_ns)}
        seen_by: dict[str, NDArray[np.bool_]] = {}
        for origin in sorted({*state.seen_by, *newest}):
            seen_by[origin] = np.isin(rows.track_id, state.seen_by.get(origin, _EMPTY))
            if origin in newest:
                seen_by[origin] |= told.theirs[origin] != 0
        breaks = state.breaks + told.breaks
        return Snapshot(time_ns, *rows, told.theirs, seen_by, breaks, state.ends)

    def _combined(self, state: _State, tracks: Tracks, time_ns: int) -> Combined:
        return combined(
            tracks,
            self._newest(state, time_ns),
            matches=state.matches,
            witnesses=state.witnesses,
            motion=self._engine.motion,
            time_ns=time_ns,
            switch_probability=self._switch_probability,
        )

    def _newest(self, state: _State, time_ns: int) -> list[Report]:
        """Return the newest tracks of each partner, if they are not too old."""
        newest = (report for _, report in sorted(state.latest.items()))
        return [report for report in newest if time_ns - report.time_ns <= self._most_age_ns]

    def _refused(self, report: Report) -> str | None:
        """Return why a report is of no use."""
        if report.kind == "counts":
            return "counts tell of areas, not of objects"
        if report.axes != self._engine.motion.axes:
            return f"it has {report.axes} axes, the picture {self._engine.motion.axes}"
        try:
            if report.kind == "tracks":
                return self._refused_tracks(report)
            with np.errstate(all="ignore"):
                scan = self._reading(Counted(report, is_whole=True))
                _taken(self._engine.fresh(), scan, report.time_ns)
        except (DetenteError, ValueError) as error:
            return str(error)
        return None

    def _refused_tracks(self, report: Report) -> str | None:
        found, motion = report.mean.shape[1], self._engine.motion
        if found != motion.dim:
            return f"its states have {found} components, these {motion.dim}"
        if not isinstance(motion, LinearMotion):
            return f"tracks of partners need a motion model with F and Q, found {motion!r}"
        if np.any((report["existence"] < 0.0) | (report["existence"] > 1.0)):
            return "existence must be a probability from 0 to 1"
        covariance_intersection(report.mean, report.cov, report.mean, report.cov)
        return None


def _taken(engine: Tracker, scan: Reading, time_ns: int) -> Tracks:
    """Return the tracks after one more scan."""
    time_s = time_ns / NS_PER_S
    if isinstance(scan.told, Told):
        return engine.take(time_s, scan.told, sensor=scan.sensor)
    return engine.step(time_s, scan.told, sensor=scan.sensor, noise=scan.noise)


def _predicted(engine: Tracker, time_ns: int) -> Tracks:
    return engine.predict(max(time_ns / NS_PER_S, engine.time_s))
