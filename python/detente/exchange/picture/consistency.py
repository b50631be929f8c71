"""Consistency: whether what one party says fits what all others say, without any of its reports.

Each party's newest scans are held against the picture that the others' reports make alone: how
often it saw the objects that they see, how far its places lie from theirs, which of its objects
nobody saw who looked there, and how many detections neither explains. Each is a likelihood ratio
against an honest party whose sensors are three times worse than it says, so that such a one is not
named. A lie also spoils the pictures against which the honest are held: so the least consistent
party is named first, and the others are then judged without it.

References
----------
Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*, 2001,
section 5.4 (normalised innovations as a test of consistency).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.exchange.local.projected import projected, wrapped
from detente.exchange.picture.limits import Limits, exceeded
from detente.exchange.picture.reading import Reading
from detente.exchange.picture.snapshot import Snapshot
from detente.exchange.report.report import Report
from detente.tracking import Told

WORSE = 3.0
"""So many times worse than it says a party's sensors may be before it is named."""
_NATS = 14.0  # a likelihood ratio above this names a party: one honest in a million
_EXISTS = 0.8  # an object of which the others are sure
_HIT = 0.9999  # of detections that an object explains
_NEAR = 100.0  # squared deviations within which a place is that of an object, though off
_GHOST_NATS = 7.0  # evidence of looks that do not see an object
_GHOSTS = 3  # so many objects that nobody else sees may be: each party hides some from the others
_GHOST_SHARE = 0.25  # of its objects where others look
_LOOKS = 0.05  # a detection probability below which nobody looks
_SPARE = 3.0  # unexplained detections of a scan that need no reason


@dataclass(frozen=True)
class Consistency:
    """How what one party said lately fits what the others say.

    Attributes
    ----------
    origin : str
        The party.
    scans : int
        How many of its reports were looked at.
    found, expected : int, float
        Of the others' objects that it should have seen, how often it did, and how often by its
        detection probability.
    silent_on, objects : int
        How many of those objects it never saw, of how many.
    blank : int
        How many scans claimed a detection probability beyond the limit and saw none of them.
    places, nis : int, float
        How many of its places were held against theirs, and the median of the squared distance in
        deviations divided by what it should be; 1 where all is as it says.
    ghosts, alone : int
        How many of its objects nobody saw of those who looked there, of how many of its objects
        where others look.
    unexplained, clutter : int, float
        Detections where others look that no object explains, and how many its clutter explains.
    beyond : tuple of str
        What it claimed beyond its limits.
    others : tuple of str
        The parties against which it was held.
    nats : float
        The log likelihood ratio against an honest party that is three times worse than it says.
    """

    origin: str
    scans: int
    found: int
    expected: float
    silent_on: int
    objects: int
    blank: int
    places: int
    nis: float
    ghosts: int
    alone: int
    unexplained: int
    clutter: float
    beyond: tuple[str, ...]
    others: tuple[str, ...]
    nats: float

    @property
    def is_named(self) -> bool:
        """Whether it contradicts the others more than an honest party would."""
        return self.nats > _NATS

    @property
    def text(self) -> str:
        """The same in a sentence for each contradiction."""
        them = " and ".join(self.others) or "nobody"
        said: list[str] = []
        if not self.is_named:
            said.append(f"{self.origin} fits {them}")
        if self.is_named and self.found < self.expected / WORSE and not self.blank:
            said.append(
                f"{self.origin}'s silence contradicts {them} on {self.silent_on} of "
                f"{self.objects} objects"
            )
        if self.is_named and self.blank:
            said.append(
                f"{self.origin} claimed to see everything and saw none of the objects of {them}, "
                f"{self.blank} time{'s' * (self.blank > 1)}"
            )
        if self.is_named and self.nis > WORSE:
            said.append(
                f"{self.origin}'s places lie {np.sqrt(self.nis):.1f} times as far from those of "
                f"{them} as it says"
            )
        if self.is_named and _are_too_many(self.ghosts, self.alone):
            said.append(
                f"{self.ghosts} of {self.alone} objects of {self.origin} are seen by nobody else "
                f"where {them} look"
            )
        if self.is_named and self.unexplained > WORSE * self.clutter:
            said.append(
                f"{self.origin} told {self.unexplained:,} detections where {them} see nothing; its "
                f"clutter explains {self.clutter:,.0f}"
            )
        said += [f"{self.origin} claims {each}" for each in self.beyond]
        return "; ".join(said) + "."


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


class _Part:
    """The picture that the reports of some parties make, as time goes on."""

    def __init__(self, case: _Case, origins: Iterable[str]) -> None:
        among = frozenset(origins)
        self._reports = [report for report in case.reports if report.origin in among]
        self._picture = case.picture.fresh()
        self._next = 0
        self._shown: Snapshot | None = None

    def at(self, time_ns: int, *, parties: int) -> "_Objects":
        """Return what surely exists at a time, not before the last, and so many parties saw."""
        shown = self._at(time_ns)
        if shown is None:
            return _Objects(np.empty(0, np.uint64), np.empty((0, 0)), np.empty((0, 0, 0)))
        seen = np.sum([*shown.seen_by.values()], axis=0) if shown.seen_by else 0
        rows = (shown.existence >= _EXISTS) & (seen >= parties)
        return _Objects(shown.track_id[rows], shown.mean[rows], shown.cov[rows])

    def _at(self, time_ns: int) -> Snapshot | None:
        """Return the picture at a time, `None` if nothing was told by then."""
        if self._shown is None or self._shown.time_ns != time_ns:
            while self._next < len(self._reports) and self._reports[self._next].time_ns <= time_ns:
                self._picture.add(self._reports[self._next])
                self._next += 1
            self._shown = self._picture.as_of(time_ns) if len(self._picture) else None
        return self._shown


class _Objects(NamedTuple):
    """Objects at one time: identities (n,), states (n, d), covariances (n, d, d)."""

    track_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]

    def __len__(self) -> int:
        return self.mean.shape[0]


class _Places(NamedTuple):
    """What a report says of places.

    Attributes
    ----------
    squared : (n, m) float64
        Squared distances of m places from n objects, in deviations of k components.
    k : int
    rate : (n,) float64
        How likely each object is seen; zero where silence says nothing.
    """

    squared: NDArray[np.float64]
    k: int
    rate: NDArray[np.float64]

    @property
    def is_hit(self) -> NDArray[np.bool_]:
        """Whether an object explains a place, (n, m)."""
        return self.squared < _core.chi_square_quantile(_HIT, float(self.k))

    def ratios(self) -> NDArray[np.float64]:
        """Return for pairs that are each other's nearest their distance by its median."""
        if not self.squared.size:
            return np.empty(0)
        nearest = self.squared.argmin(axis=1)
        mutual = self.squared.argmin(axis=0)[nearest] == np.arange(len(nearest))
        distance = self.squared[np.arange(len(nearest)), nearest]
        near = mutual & (distance < _NEAR)
        return distance[near] / _core.chi_square_quantile(0.5, float(self.k))


def _places(case: _Case, report: Report, objects: _Objects) -> _Places:
    """Return how the places of a report lie to objects."""
    axes, n = case.axes, len(objects)
    if report.kind == "tracks" or not n:
        z, noise = report_places(report, axes)
        gap = z[None] - objects.mean[:, None, :axes] if n else np.empty((0, len(z), axes))
        spread = objects.cov[:, None, :axes, :axes] + noise[None] if n else np.empty((0, 0, 0, 0))
        return _Places(_squared(gap, spread), axes, np.zeros(n))
    scan = case.picture.scan(report)
    sensor = scan.sensor
    z, noise = detections_of(scan, axes)
    there = projected(sensor, objects.mean, objects.cov, axes=axes)
    gap = wrapped(sensor, z[None] - there.expected[:, None])
    spread = there.spread(objects.cov)[:, None] + noise[None]
    rate = sensor.probability_at(objects.mean[:, :2], axes=axes) if sensor.is_scanning else None
    return _Places(_squared(gap, spread), z.shape[1], np.zeros(n) if rate is None else rate)


def report_places(report: Report, axes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (m, axes) and their covariances of a report of tracks; else none."""
    if report.kind != "tracks":
        return np.empty((0, axes)), np.empty((0, axes, axes))
    return report.mean[:, :axes], report.cov[:, :axes, :axes]


def detections_of(scan: Reading, axes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return detections (m, k) of a scan and their covariances, (m, k, k) or one for all."""
    if isinstance(scan.told, Told):
        return scan.told.measurement, scan.told.noise
    return scan.told, scan.sensor.noise(axes)[None] if scan.noise is None else scan.noise


def _squared(gap: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared deviations (n, m) of gaps (n, m, k) by covariances (n, m or 1, k, k)."""
    if not gap.size:
        return np.empty(gap.shape[:2])
    inverse = np.linalg.inv(spread)
    if inverse.shape[1] == 1:
        return np.einsum("nmi,nij,nmj->nm", gap, inverse[:, 0], gap)
    return np.einsum("nmi,nmij,nmj->nm", gap, inverse, gap)


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
            seen.hold(objects, _places(case, report, objects), is_beyond=is_beyond)
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
        places = _places(case, report, objects)
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

    def hold(self, objects: _Objects, places: _Places, *, is_beyond: bool) -> None:
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

    def explain(self, case: _Case, report: Report, known: Iterable[_Objects]) -> None:
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
                explained |= np.any(_places(case, report, objects).is_hit, axis=0)
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
        nats = _silence(found, expected / WORSE, looks)
        nats += sum(_blank(each, found, looks) for each in blank)
        nats += _offset(nis, len(ratios) * self.components)
        nats += sum(ghosts) if _are_too_many(len(ghosts), len(alone)) else 0.0
        nats += _flood(len(odd), WORSE * clutter + _SPARE * scans)
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


def _silence(found: int, expected: float, looks: int) -> float:
    """Return the log ratio of the likeliest rate against one that is as low as may be."""
    if not looks or found >= expected:
        return 0.0
    p, q = found / looks, min(expected / looks, 1.0 - 1e-9)
    hits = found * np.log(p / q) if found else 0.0
    return float(hits + (looks - found) * np.log((1.0 - p) / (1.0 - q)))


def _blank(look: _Look, found: int, looks: int) -> float:
    """Return the log ratio of a scan that saw nothing, at the rate of the party's other scans.

    Without others its own claim stands, which was beyond what anybody is believed.
    """
    others = looks - look.objects
    rate = look.expected / look.objects
    if others:
        rate = max(found / others, rate / WORSE)
    return _silence(0, min(rate, 1.0) * look.objects, look.objects)


def _offset(nis: float, components: int) -> float:
    """Return the log ratio of the likeliest variance against one three times what is said."""
    over = nis / WORSE
    return 0.0 if over <= 1.0 else 0.5 * components * float(over - 1.0 - np.log(over))


def _flood(found: int, expected: float) -> float:
    """Return the log ratio of the likeliest Poisson mean against the greatest that may be."""
    return 0.0 if found <= expected else float(found * np.log(found / expected) - found + expected)


def _are_too_many(ghosts: int, alone: int) -> bool:
    return ghosts >= _GHOSTS and ghosts > _GHOST_SHARE * alone
