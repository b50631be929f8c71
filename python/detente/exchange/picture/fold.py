"""One step of the picture: what a moment adds to what is known, and what is shown of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from detente.errors import DetenteError, NotFiniteError
from detente.exchange.picture.fading import Fading
from detente.exchange.picture.frames import in_frame
from detente.exchange.picture.holdings import Counted
from detente.exchange.picture.latest import Combined, combined
from detente.exchange.picture.limits import Limits, limited
from detente.exchange.picture.matches import Matches
from detente.exchange.picture.reading import Reading, reading
from detente.exchange.picture.rows import predicted
from detente.exchange.picture.snapshot import Break, Snapshot, TrackEnd, Unusable
from detente.exchange.picture.witness import Witness
from detente.exchange.report.report import Report
from detente.exchange.values.instant import NS_PER_S
from detente.geo import LocalFrame
from detente.tracking import Tracker
from detente.tracks import Told, Tracks

UNUSABLE = (DetenteError, ValueError, ArithmeticError)
"""What a report that cannot be computed with may raise."""

_ERASES = 0.9999  # a detection probability above which one miss forgets a track
_EMPTY: NDArray[np.uint64] = np.empty(0, np.uint64)


@dataclass(frozen=True)
class State:
    """What the fold carries from one moment to the next."""

    tracker: bytes
    matches: Mapping[str, Matches] = field(default_factory=dict[str, Matches])
    seen_by: Mapping[str, NDArray[np.uint64]] = field(default_factory=dict[str, NDArray[np.uint64]])
    latest: Mapping[str, Report] = field(default_factory=dict[str, Report])
    witnesses: Mapping[str, Witness] = field(default_factory=dict[str, Witness])
    breaks: tuple[Break, ...] = ()
    fading: Fading = field(default_factory=Fading)
    ends: tuple[TrackEnd, ...] = ()
    time_ns: int | None = None
    set_aside: tuple[Unusable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fold:
    """How the moments of a picture are folded; all of it is given, nothing is remembered.

    Attributes
    ----------
    motion : motion model
        How objects move.
    most_age_ns : int
        How old the newest tracks of a partner may be to count.
    survival_per_s : float
        As `Tracker` has it.
    switch_probability, owner, limits, frame
        As `Picture` has them.
    late_ns : mapping of str to int
        By party: how much longer its tracks count, as they come late by agreement.
    names_weigh : bool
        Whether partners' numbers of tracks are evidence; to a mixture, which keeps all
        explanations, theirs is one.
    """

    motion: object
    survival_per_s: float
    most_age_ns: int
    switch_probability: float
    names_weigh: bool
    owner: str | None
    limits: Limits | Mapping[str, Limits] | None
    frame: LocalFrame | None
    late_ns: Mapping[str, int] = field(default_factory=dict[str, int])

    def limits_of(self, origin: str) -> Limits:
        """Return what is believed at most of what a party claims for its sensors."""
        if isinstance(self.limits, Mapping):
            return self.limits.get(origin, Limits())
        return self.limits or Limits()

    def after(self, state: State, engine: Tracker, counted: Counted) -> State:
        """Return the state after one more moment; the engine goes along.

        What cannot be computed with is set aside: then nothing but that is changed.
        """
        report = counted.report
        if not len(report) and not counted.is_whole:
            return state
        try:
            with np.errstate(all="ignore"):
                after = self._after(state, engine, counted)
        except UNUSABLE as error:
            engine.restore(state.tracker)
            aside = Unusable(report, str(error))
            return replace(state, set_aside=(*state.set_aside, aside))
        return replace(after, tracker=engine.snapshot())

    def believed(self, report: Report) -> Report:
        """Return a report in the picture's frame, with no more than its party may claim."""
        return limited(in_frame(report, self.frame), self.limits_of(report.origin))

    def reading(self, counted: Counted) -> Reading:
        """Return the scan that a report of detections or tracklets stands for."""
        report = self.believed(counted.report)
        return reading(
            counted._replace(report=report),
            switch_probability=self.switch_probability if self.names_weigh else None,
            is_own=counted.report.origin == self.owner,
        )

    def shown(self, state: State, engine: Tracker, time_ns: int) -> Snapshot:
        """Return what is known at a time, not before the latest moment."""
        with np.errstate(all="ignore"):
            told, aside = self._combined(state, _predicted(engine, time_ns), time_ns)
        rows, newest = told.rows, {report.origin for report in self._newest(state, time_ns)}
        newest -= {report.origin for report, _ in aside}
        seen_by: dict[str, NDArray[np.bool_]] = {}
        for origin in sorted({*state.seen_by, *newest}):
            seen_by[origin] = np.isin(rows.track_id, state.seen_by.get(origin, _EMPTY))
            if origin in newest:
                seen_by[origin] |= told.theirs[origin] != 0
        breaks, set_aside = state.breaks + told.breaks, state.set_aside + aside
        return Snapshot(time_ns, *rows, told.theirs, seen_by, breaks, state.ends, set_aside)

    def _after(self, state: State, engine: Tracker, counted: Counted) -> State:
        report = counted.report
        origin = report.origin
        if report.kind == "tracks":
            report = self.believed(report)
            witness = state.witnesses.get(origin, Witness.none()).told_again(
                report, survival_per_s=self.survival_per_s, most_age_ns=self.most_age_ns
            )
            state = replace(
                state,
                latest={**state.latest, origin: report},
                witnesses={**state.witnesses, origin: witness},
            )
            known = _predicted(engine, report.time_ns)
            told, aside = self._combined(state, known, report.time_ns)
            for unusable, reason in aside:
                if unusable is report:
                    raise NotFiniteError(reason)
            return replace(state, matches=told.matches, breaks=state.breaks + told.breaks)
        scan = self.reading(counted)
        tracks = taken(engine, scan, report.time_ns)
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

    def _faded(self, state: State, tracks: Tracks, scan: Reading, report: Report) -> State:
        """Return the state with what the scan took from tracks, and those that it ended."""
        before_ns = report.time_ns if state.time_ns is None else state.time_ns
        fading, ends = state.fading.after(
            tracks,
            origin=report.origin,
            survival=self.survival_per_s ** ((report.time_ns - before_ns) / NS_PER_S),
            erases=scan.sensor.is_scanning
            and self.limits_of(report.origin).detection_probability > _ERASES,
            time_ns=report.time_ns,
        )
        return replace(state, fading=fading, ends=state.ends + ends, time_ns=report.time_ns)

    def _witnessed(self, state: State, scan: Reading, report: Report) -> Mapping[str, Witness]:
        """Return what a look says of tracks of all but its own party."""
        witnesses = dict(state.witnesses)
        for newest in self._newest(state, report.time_ns):
            origin = newest.origin
            if origin != report.origin:
                witnesses[origin] = witnesses[origin].after(
                    predicted(newest, self.motion, report.time_ns),
                    scan,
                    time_ns=report.time_ns,
                    survival_per_s=self.survival_per_s,
                    axes=newest.axes,
                )
        return witnesses

    def _combined(
        self, state: State, tracks: Tracks, time_ns: int
    ) -> tuple[Combined, tuple[Unusable, ...]]:
        """Return the tracks with those of partners, and which of these cannot be used."""
        newest = self._newest(state, time_ns)
        try:
            return self._together(state, tracks, newest, time_ns), ()
        except UNUSABLE:
            pass
        usable: list[Report] = []
        aside: list[Unusable] = []
        for report in newest:
            try:
                self._together(state, tracks, [*usable, report], time_ns)
            except UNUSABLE as error:
                aside.append(Unusable(report, str(error)))
            else:
                usable.append(report)
        return self._together(state, tracks, usable, time_ns), tuple(aside)

    def _together(
        self, state: State, tracks: Tracks, newest: Sequence[Report], time_ns: int
    ) -> Combined:
        told = combined(
            tracks,
            newest,
            matches=state.matches,
            witnesses=state.witnesses,
            motion=self.motion,
            survival_per_s=self.survival_per_s,
            time_ns=time_ns,
            switch_probability=self.switch_probability,
        )
        _check_finite(told.rows.mean, told.rows.cov, told.rows.existence)
        return told

    def _newest(self, state: State, time_ns: int) -> list[Report]:
        """Return the newest tracks of each partner, if they are not too old."""
        newest = (report for _, report in sorted(state.latest.items()))
        return [report for report in newest if time_ns - report.time_ns <= self._most_ns(report)]

    def _most_ns(self, report: Report) -> int:
        return self.most_age_ns + self.late_ns.get(report.origin, 0)


def taken(engine: Tracker, scan: Reading, time_ns: int) -> Tracks:
    """Return the tracks after one more scan.

    Raises
    ------
    NotFiniteError
        Some are no numbers any more.
    """
    time_s = time_ns / NS_PER_S
    if isinstance(scan.told, Told):
        tracks = engine.take(time_s, scan.told, sensor=scan.sensor)
    else:
        tracks = engine.step(time_s, scan.told, sensor=scan.sensor, noise=scan.noise)
    _check_finite(tracks.mean, tracks.cov, tracks.existence)
    return tracks


def _check_finite(*columns: NDArray[np.float64]) -> None:
    if not all(np.isfinite(column).all() for column in columns):
        raise NotFiniteError("with it some track would be no number; leave it out")


def _predicted(engine: Tracker, time_ns: int) -> Tracks:
    return engine.predict(max(time_ns / NS_PER_S, engine.time_s))
