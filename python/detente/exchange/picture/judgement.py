"""Judgement: the reports of each party held against the picture that the others make alone.

It is asked how often the party saw the objects that they see, how far its places lie from theirs,
which of its objects nobody saw who looked there, and how many detections neither explains. A lie
also spoils the pictures against which the honest are held: so the least consistent party is named
first, and the others are then judged without it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.exchange.picture.consistency import (
    WORSE,
    Consistency,
    are_too_many,
    flood,
    offset,
    silence,
)
from detente.exchange.picture.limits import Limits, exceeded
from detente.exchange.picture.places import Objects, Places, places_of
from detente.exchange.picture.reading import Reading
from detente.exchange.picture.snapshot import Snapshot
from detente.exchange.report.report import Report

_EXISTS = 0.8  # an object of which the others are sure
_GHOST_NATS = 7.0  # evidence of looks that do not see an object
_LOOKS = 0.05  # a detection probability below which nobody looks
_SPARE = 3.0  # unexplained detections of a scan that need no reason


class Fold(Protocol):
    """A picture of the same settings as another, which reports are added to."""

    def fresh(self) -> "Fold":
        """Return an empty one."""
        ...

    def add(self, report: Report) -> bool:
        """Take in a report."""
        ...

    def __len__(self) -> int:
        """Return the number of moments of which there are reports."""
        ...

    def as_of(self, time_ns: int) -> Snapshot:
        """Return what is known at a time."""
        ...

    def scan(self, report: Report) -> Reading:
        """Return the scan that a report of detections or tracklets stands for."""
        ...

    def limits_of(self, origin: str) -> Limits:
        """Return what is believed at most of a party."""
        ...


def consistencies(
    picture: Fold, reports: Sequence[Report], *, axes: int, scans: int
) -> tuple[Consistency, ...]:
    """Return how each party's newest reports fit the others', in the order of their names.

    Parameters
    ----------
    picture : Fold
        Its settings are those of the pictures that parts of the reports make.
    reports : sequence of Report
        Those that count until the moment asked about, in the order of time.
    axes : int
        The axes of space.
    scans : int
        How many reports of each party are looked at, the newest.
    """
    origins = sorted({report.origin for report in reports})
    case = _Case(picture, reports, axes, scans)
    trusted, out = list(origins), dict[str, Consistency]()
    while trusted:
        judged = [_judged(case, origin, trusted) for origin in trusted]
        worst = max(judged, key=lambda each: each.nats)
        if not worst.is_named:
            out |= {each.origin: each for each in judged}
            break
        out[worst.origin] = worst
        trusted.remove(worst.origin)
    return tuple(out[origin] for origin in origins)


class _Case(NamedTuple):
    """What is judged."""

    picture: Fold
    reports: Sequence[Report]
    axes: int
    scans: int

    def newest(self, origins: Iterable[str]) -> list[Report]:
        """Return the newest reports of each of these parties, in the order of time."""
        wanted = dict.fromkeys(origins, self.scans)
        out: list[Report] = []
        for report in reversed(self.reports):
            if wanted.get(report.origin, 0):
                wanted[report.origin] -= 1
                out.append(report)
        return out[::-1]

    def places(self, report: Report, objects: Objects) -> Places:
        """Return how the places of a report lie to objects."""
        return places_of(report, self.picture.scan, objects, axes=self.axes)


class _Part:
    """The picture that the reports of some parties make, as time goes on."""

    def __init__(self, case: _Case, origins: Iterable[str]) -> None:
        among = frozenset(origins)
        self._reports = [report for report in case.reports if report.origin in among]
        self._picture = case.picture.fresh()
        self._next = 0
        self._shown: Snapshot | None = None

    def at(self, time_ns: int, *, parties: int) -> Objects:
        """Return what surely exists at a time, not before the last, and so many parties saw."""
        shown = self._at(time_ns)
        if shown is None:
            return Objects(np.empty(0, np.uint64), np.empty((0, 0)), np.empty((0, 0, 0)))
        seen = np.sum([*shown.seen_by.values()], axis=0) if shown.seen_by else 0
        rows = (shown.existence >= _EXISTS) & (seen >= parties)
        return Objects(shown.track_id[rows], shown.mean[rows], shown.cov[rows])

    def _at(self, time_ns: int) -> Snapshot | None:
        """Return the picture at a time, `None` if nothing was told by then."""
        if self._shown is None or self._shown.time_ns != time_ns:
            while self._next < len(self._reports) and self._reports[self._next].time_ns <= time_ns:
                self._picture.add(self._reports[self._next])
                self._next += 1
            self._shown = self._picture.as_of(time_ns) if len(self._picture) else None
        return self._shown


def _judged(case: _Case, origin: str, trusted: Sequence[str]) -> Consistency:
    """Return how one party's newest reports fit those of the others that are trusted."""
    others = [other for other in trusted if other != origin]
    own = case.newest([origin])
    limits = case.picture.limits_of(origin)
    beyond = tuple(sorted({each for report in own for each in exceeded(report, limits)}))
    alone = _ghosts(case, origin, others)
    seen = _Seen(others)
    if others:
        reference, mine = _Part(case, others), _Part(case, [origin])
        for report in own:
            objects = reference.at(report.time_ns, parties=min(2, len(others)))
            is_beyond = any("probability" in each for each in exceeded(report, limits))
            seen.hold(objects, case.places(report, objects), is_beyond=is_beyond)
            known = reference.at(report.time_ns, parties=1), mine.at(report.time_ns, parties=1)
            seen.explain(case, report, known)
    return seen.judged(origin, len(own), alone, beyond)


def _ghosts(case: _Case, origin: str, others: Sequence[str]) -> dict[int, float]:
    """Return of a party's objects where others look how much their looks say against each."""
    against: dict[int, float] = {}
    mine = _Part(case, [origin])
    for report in case.newest(others):
        if report.kind == "tracks":
            continue
        objects = mine.at(report.time_ns, parties=1)
        if not len(objects):
            continue
        places = case.places(report, objects)
        hit: NDArray[np.bool_] = np.any(places.is_hit, axis=1)
        missed = -np.log1p(-places.rate / WORSE)
        for row in np.flatnonzero(hit | (missed > 0.0)).tolist():
            track = int(objects.track_id[row])
            more = -np.inf if hit[row] else float(missed[row])
            against[track] = against.get(track, 0.0) + more
    return against


class _Look(NamedTuple):
    """One scan: how many objects it should have seen and saw, and the sum of the probabilities."""

    objects: int
    found: int
    expected: float
    is_beyond: bool  # whether it claimed a probability beyond the limit


@dataclass
class _Seen:
    """What was counted of one party's reports."""

    others: Sequence[str]
    looks: list[_Look] = field(default_factory=list["_Look"])
    is_seen: dict[int, bool] = field(default_factory=dict[int, bool])
    ratios: list[NDArray[np.float64]] = field(default_factory=list[NDArray[np.float64]])
    components: int = 1
    odd: list[NDArray[np.float64]] = field(default_factory=list[NDArray[np.float64]])
    density: list[float] = field(default_factory=list[float])

    def hold(self, objects: Objects, places: Places, *, is_beyond: bool) -> None:
        """Take note of which objects a report saw, and how far off."""
        if not len(objects):
            return
        due = places.rate > _LOOKS
        hit: NDArray[np.bool_] = np.any(places.is_hit, axis=1)
        expected = float(places.rate[due].sum())
        self.looks.append(_Look(int(due.sum()), int(hit[due].sum()), expected, is_beyond))
        for track, was in zip(objects.track_id[due].tolist(), hit[due].tolist(), strict=True):
            self.is_seen[track] = self.is_seen.get(track, False) or was
        self.ratios.append(places.ratios())
        self.components = places.k

    def explain(self, case: _Case, report: Report, known: Iterable[Objects]) -> None:
        """Take note of detections of known place that no object explains."""
        if report.kind != "detections" or report.sensor is None:
            return
        place = np.isfinite(report["position_m"]).all(axis=1)
        clutter = report.sensor.clutter_density
        if not isinstance(clutter, float) or not place.any():
            return
        explained = np.zeros(len(report), bool)
        for objects in known:
            if len(objects):
                explained |= np.any(case.places(report, objects).is_hit, axis=0)
        self.odd.append(report["measurement"][place & ~explained])
        self.density.append(clutter)

    def judged(
        self, origin: str, scans: int, alone: dict[int, float], beyond: tuple[str, ...]
    ) -> Consistency:
        """Return what that says of the party."""
        looks, found = sum(each.objects for each in self.looks), sum(x.found for x in self.looks)
        expected = sum(each.expected for each in self.looks)
        blank = [x for x in self.looks if x.is_beyond and x.objects and not x.found]
        ratios = np.concatenate(self.ratios) if self.ratios else np.empty(0)
        nis = float(np.median(ratios)) if len(ratios) else 1.0
        ghosts = [nats for nats in alone.values() if nats > _GHOST_NATS]
        odd = np.concatenate(self.odd) if self.odd else np.empty((0, 1))
        sides: NDArray[np.float64] = np.ptp(odd, axis=0) if len(odd) else np.zeros(1)
        volume = float(np.prod(sides))
        clutter = volume * sum(self.density)
        nats = silence(found, expected / WORSE, looks)
        nats += sum(_blank(each, found, looks) for each in blank)
        nats += offset(nis, len(ratios) * self.components)
        nats += sum(ghosts) if are_too_many(len(ghosts), len(alone)) else 0.0
        nats += flood(len(odd), WORSE * clutter + _SPARE * scans)
        return Consistency(
            origin=origin,
            scans=scans,
            found=found,
            expected=expected,
            silent_on=sum(not was for was in self.is_seen.values()),
            objects=len(self.is_seen),
            blank=len(blank),
            places=len(ratios),
            nis=nis,
            ghosts=len(ghosts),
            alone=len(alone),
            unexplained=len(odd),
            clutter=clutter,
            beyond=beyond,
            others=tuple(self.others),
            nats=nats,
        )


def _blank(look: _Look, found: int, looks: int) -> float:
    """Return the log ratio of a scan that saw nothing, at the rate of the party's other scans.

    Without others its own claim stands, which was beyond what anybody is believed.
    """
    others = looks - look.objects
    rate = look.expected / look.objects
    if others:
        rate = max(found / others, rate / WORSE)
    return silence(0, min(rate, 1.0) * look.objects, look.objects)
