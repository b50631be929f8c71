"""The picture: a fold over the reports of all parties, in which each object counts once."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from detente.errors import SettingError, TimeOrderError
from detente.exchange.local.interval import LinearMotion
from detente.exchange.picture.bounds import beyond_bounds
from detente.exchange.picture.consistency import Consistency
from detente.exchange.picture.copies import Copies
from detente.exchange.picture.fold import UNUSABLE, Fold, State, taken
from detente.exchange.picture.frames import in_frame
from detente.exchange.picture.holdings import Counted, Holdings, moment_of
from detente.exchange.picture.judgement import consistencies
from detente.exchange.picture.limits import Limits
from detente.exchange.picture.reading import Reading
from detente.exchange.picture.snapshot import Snapshot, Unusable
from detente.exchange.report.report import Report
from detente.exchange.values.given import instance, time
from detente.exchange.values.instant import NS_PER_S, text_from_time_ns
from detente.fuse import covariance_intersection
from detente.geo import LocalFrame
from detente.tracking import Tracker

_MOST_REFUSED = 1_000  # so many are remembered with the reason


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
        One that has seen nothing: how objects move, appear and are associated. It stays as it is;
        its `id_key` is of no account, since identities depend on the reports alone.
    most_age_s : float
        How old the newest tracks of a partner may be to count [s], unless they come later by
        agreement (see `expect`).
    switch_probability : float
        The probability that a partner's track is of another object than at its last report.
    owner : str, optional
        Whose picture it is. Where its own sensors leave out their coverage it knows that they see
        everything; of anybody else's that is unknown, and their silence is no evidence.
    limits : Limits or mapping of str to Limits
        What is believed at most of what parties claim for their sensors: of all alike, or by party,
        of those that are left out the usual `Limits()`.
    frame : LocalFrame, optional
        Where east and north are. Reports in another frame are brought into it (`docs/picture.md`
        says with which error) or set aside; no frame meets only no frame.

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
        frame: LocalFrame | None = None,
    ) -> None:
        if not most_age_s > 0.0:
            raise SettingError(f"most_age_s must be positive, found {most_age_s}")
        if not 0.0 < switch_probability < 1.0:
            message = f"switch_probability must be above 0 and below 1, found {switch_probability}"
            raise SettingError(message)
        if tracker.time_s != -np.inf:
            message = f"tracker must have seen nothing, found one at {tracker.time_s} s"
            raise SettingError(message)
        self._engine = tracker.fresh(id_key=0)  # a function of the reports alone, never handed out
        self._fold = Fold(
            motion=tracker.motion,
            survival_per_s=tracker.survival_per_s,
            most_age_ns=round(most_age_s * NS_PER_S),
            switch_probability=switch_probability,
            names_weigh=tracker.association != "pmbm",
            owner=owner,
            limits=limits,
            frame=frame,
        )
        self._parts: dict[frozenset[str], Picture] = {}
        self._holdings = Holdings()
        self._refused: deque[Unusable] = deque(maxlen=_MOST_REFUSED)
        self._live = State(self._engine.snapshot())
        self._copies = Copies(self._live)
        self._done = 0  # so many moments are in `_live`,
        self._known_ns = -(2**63)  # as who knows all reports until then counts them

    def __len__(self) -> int:
        """Return the number of moments of which there are reports."""
        return len(self._holdings)

    @property
    def set_aside(self) -> tuple[Unusable, ...]:
        """The reports that it could not use: refused as they came, or set aside at the last look.

        Of those refused the latest thousand are remembered.
        """
        return (*self._refused, *self._live.set_aside)

    def add(self, report: Report) -> bool:
        """Take in a report, one's own or a partner's.

        Parameters
        ----------
        report : Report
            Of detections, tracklets or tracks. Others, those of a frame that cannot be brought into
            the picture's, those of sensors that cannot be described, and those with numbers with
            which nothing can be computed are set aside.

        Returns
        -------
        bool
            Whether it said anything new.
        """
        reason = self._reason_against(instance("what is added", report, Report))
        if reason is not None:
            self._refused.append(Unusable(report, reason))
            return False
        for left_out, part in self._parts.items():
            if report.origin not in left_out:
                part.add(report)
        first = self._holdings.add(report)
        if first is not None:
            self._rewind(first, report.time_ns)
        return first is not None

    def discard(
        self, report: Report | None = None, *, origin: str | None = None, sensor: str | None = None
    ) -> int:
        """Take out what was taken in: the picture is then one that never got it.

        Parameters
        ----------
        report : Report, optional
            This one, in whatever copy it came.
        origin, sensor : str, optional
            All reports of a party, of a sensor of that name, or of that sensor of that party.

        Returns
        -------
        int
            How many reports were taken out.

        Raises
        ------
        SettingError
            Nothing says which, or both a report and a name do.
        """
        if (report is None) == (origin is None and sensor is None):
            raise SettingError("discard takes a report, or an origin or a sensor or both")
        for part in self._parts.values():
            part.discard(report, origin=origin, sensor=sensor)
        mine = self._holdings.held(origin, sensor) if report is None else [report]
        before = self._holdings.reports
        for one in mine:
            first = self._holdings.discard(one)
            if first is not None:
                self._rewind(first, one.time_ns)
        kept = [
            unusable
            for unusable in self._refused
            if not (
                unusable.report is report
                if report is not None
                else _is_of(unusable.report, origin, sensor)
            )
        ]
        self._refused = deque(kept, maxlen=_MOST_REFUSED)
        return before - self._holdings.reports

    def expect(self, origin: str, *, late_ns: int) -> None:
        """Let tracks of a party count for longer, since they come late by agreement.

        Parameters
        ----------
        origin : str
            The party whose sensors speak.
        late_ns : int
            What counts on top of `most_age_s` [ns]: delay and cadence; the greatest that was said.
        """
        if late_ns <= self._fold.late_ns.get(origin, 0):
            return
        self._fold = replace(self._fold, late_ns={**self._fold.late_ns, origin: late_ns})
        self._rewind(0, self._known_ns)
        for part in self._parts.values():
            part.expect(origin, late_ns=late_ns)

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
        time_ns = time("time_ns", time_ns)
        left_out = frozenset([without] if isinstance(without, str) else without)
        if left_out:
            return self._part(left_out).as_of(time_ns)
        steps = self._holdings.until(time_ns)
        if not steps:
            message = f"there is no report from before {text_from_time_ns(time_ns)}"
            raise TimeOrderError(message)
        if steps >= self._done:
            self._go_on(steps, time_ns)
            return self._fold.shown(self._live, self._engine, time_ns)
        engine = self._engine.fresh()
        done, state = self._copies.latest(min(steps, self._holdings.unreached(time_ns)))
        engine.restore(state.tracker)
        for moment in self._holdings.moments[done:steps]:
            state = self._fold.after(state, engine, self._holdings.counted(moment, time_ns))
        return self._fold.shown(state, engine, time_ns)

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
        known = [
            in_frame(report, self._fold.frame)
            for report in self._holdings.held()
            if report.time_ns <= time_ns
        ]
        return consistencies(self, known, axes=self._engine.motion.axes, scans=scans)

    def fresh(self) -> "Picture":
        """Return a picture of the same settings that knows nothing."""
        fold = self._fold
        picture = Picture(
            self._engine.fresh(),
            most_age_s=fold.most_age_ns / NS_PER_S,
            switch_probability=fold.switch_probability,
            owner=fold.owner,
            limits=fold.limits,
            frame=fold.frame,
        )
        picture._fold = replace(picture._fold, late_ns=fold.late_ns)
        return picture

    def limits_of(self, origin: str) -> Limits:
        """Return what is believed at most of what a party claims for its sensors."""
        return self._fold.limits_of(origin)

    def scan(self, report: Report) -> Reading:
        """Return the scan that a report of detections or tracklets stands for."""
        return self._fold.reading(Counted(report, is_whole=True))

    def _part(self, without: frozenset[str]) -> "Picture":
        """Return the picture of all other parties, kept for the next time."""
        part = self._parts.get(without)
        if part is None:
            part = self._parts[without] = self.fresh()
            for report in self._holdings.held():
                if report.origin not in without:
                    part.add(report)
        return part

    def _go_on(self, steps: int, time_ns: int) -> None:
        """Bring the live fold to a moment that it has not passed; what is later stays untouched."""
        self._rewind(self._holdings.reached(self._known_ns, time_ns), self._known_ns)
        self._known_ns = time_ns
        for moment in self._holdings.moments[self._done : steps]:
            counted = self._holdings.counted(moment, time_ns)
            self._live = self._fold.after(self._live, self._engine, counted)
            self._done += 1
            self._copies.keep(self._done, self._live)

    def _rewind(self, first: int, time_ns: int) -> None:
        """Go back to before the first moment that a change at a time may have changed."""
        if time_ns > self._known_ns:
            return  # nothing of it is in the live fold
        self._copies.forget(first)
        if self._done > first:
            self._done, self._live = self._copies.latest(first)
            self._engine.restore(self._live.tracker)

    def _reason_against(self, report: Report) -> str | None:
        """Return why a report is of no use."""
        if report.kind == "counts":
            return "counts tell of areas, not of objects"
        if report.axes != self._engine.motion.axes:
            return f"it has {report.axes} axes, the picture {self._engine.motion.axes}"
        try:
            with np.errstate(all="ignore"):
                beyond = beyond_bounds(report)
                if beyond is not None:
                    return beyond
                if report.kind == "tracks":
                    return self._reason_against_tracks(report)
                taken(self._engine.fresh(), self.scan(report), report.time_ns)
        except UNUSABLE as error:
            return str(error)
        return None

    def _reason_against_tracks(self, report: Report) -> str | None:
        found, motion = report.mean.shape[1], self._engine.motion
        if found != motion.dim:
            return f"its states have {found} components, these {motion.dim}"
        if not isinstance(motion, LinearMotion):
            return f"tracks of partners need a motion model with F and Q, found {motion!r}"
        report = self._fold.believed(report)
        covariance_intersection(report.mean, report.cov, report.mean, report.cov)
        return None


def _is_of(report: Report, origin: str | None, sensor: str | None) -> bool:
    moment = moment_of(report)
    return origin in (None, moment.origin) and sensor in (None, moment.sensor)
