"""The reports that a party holds, and which of their rows count."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.local.interval import concatenated
from detente.exchange.report.kinds import ALL_SENSORS
from detente.exchange.report.report import Report

_FIRST, _LAST = "", "\U0010ffff"


class Moment(NamedTuple):
    """The place of a report among all: what one origin says of one kind, sensor and time."""

    time_ns: int
    origin: str
    kind: str
    sensor: str


class Counted(NamedTuple):
    """What counts of a moment.

    Attributes
    ----------
    report : Report
        The rows that count.
    is_whole : bool
        Whether all do, or are told again by a reset. Else the silence of the others is no evidence.
    """

    report: Report
    is_whole: bool


class _Reset(NamedTuple):
    """A tracklet that replaces the others of its track within its interval."""

    time_ns: int
    sensor: str
    from_ns: int
    track_id: int

    def spares(self, report: Report) -> NDArray[np.bool_]:
        """Return which rows of this track it does not replace: itself and later resets."""
        mine, other = (self.time_ns, self.sensor), (report.time_ns, _sensor(report))
        if other != mine:
            return report["is_reset"] & (other > mine)
        return report["is_reset"] & (report["from_ns"] <= self.from_ns)


class Holdings:
    """A set of reports, the same whatever order they came in and how often.

    Of one origin and time interval the most detailed level held counts, finer ones never twice:

    - rows of one identity are one row; of tracks the finest copy stands; of several descriptions of
      how a sensor looked the one that says most;
    - a tracklet does not count if detections of its origin and sensor lie in its interval, or a
      shorter tracklet of its track does; at equal lengths that of one sensor counts, not that of
      all, then the earlier;
    - a reset holds what all sensors of its origin told: it replaces all other tracklets of its
      track that end in its interval, and does not count if any detections lie in it;
    - a row of tracks does not count if a tracklet of its track covers its moment, or its origin
      handed over detections of that very moment.
    """

    def __init__(self) -> None:
        self._moments: list[Moment] = []
        self._reports: dict[Moment, list[tuple[tuple[object, ...], Report]]] = {}
        self._united: dict[Moment, Report] = {}
        self._by_origin: dict[tuple[str, str], list[Moment]] = {}
        self._longest_ns: dict[str, int] = {}
        self._resets: dict[str, dict[Moment, list[_Reset]]] = {}

    def __len__(self) -> int:
        """Return the number of moments."""
        return len(self._moments)

    @property
    def reports(self) -> int:
        """The number of different reports."""
        return sum(len(there) for there in self._reports.values())

    @property
    def moments(self) -> list[Moment]:
        """All of them in their order. Not to be changed."""
        return self._moments

    def until(self, time_ns: int) -> int:
        """Return how many moments are not after a time."""
        return bisect_right(self._moments, (time_ns, _LAST, _LAST, _LAST))

    def add(self, report: Report) -> int | None:
        """Take in a report.

        Returns
        -------
        int or None
            The number of moments before the first of which something else may count now; `None`
            if nothing is new.
        """
        moment = moment_of(report)
        entry = (key_of(report), report)
        there = self._reports.get(moment)
        if there is None:
            there = self._reports[moment] = []
            insort(self._moments, moment)
            insort(self._by_origin.setdefault((report.origin, report.kind), []), moment)
        at = bisect_left(there, entry[0], key=_key)
        if at < len(there) and there[at][0] == entry[0]:
            return None
        there.insert(at, entry)
        return self._united_anew(moment)

    def discard(self, report: Report) -> int | None:
        """Take a report out again: what is left is the set without it.

        Returns
        -------
        int or None
            As of `add`; `None` if it is not held, or other copies say all that it does.
        """
        moment = moment_of(report)
        there = self._reports.get(moment, [])
        key = key_of(report)
        at = bisect_left(there, key, key=_key)
        if at == len(there) or there[at][0] != key:
            return None
        del there[at]
        return self._united_anew(moment)

    def held(self, origin: str | None = None, sensor: str | None = None) -> list[Report]:
        """Return the reports of an origin, of a sensor, of both, or all; by their moments."""
        return [
            report
            for moment in self._moments
            if origin in (None, moment.origin) and sensor in (None, moment.sensor)
            for _, report in self._reports[moment]
        ]

    def _united_anew(self, moment: Moment) -> int | None:
        """Unite the reports of a moment again; return as `add` does."""
        there = self._reports[moment]
        before, after = self._united.get(moment), _united(there) if there else None
        if before is not None and after is not None and _digest(before) == _digest(after):
            return None
        back_ns = (
            moment.time_ns if before is None else min(begins_ns_of(before) + 1, moment.time_ns)
        )
        if after is not None:
            self._united[moment] = after
            back_ns = min(back_ns, self._note(moment, after))
        else:
            self._forget(moment)
        return self._first(moment, back_ns)

    def _first(self, moment: Moment, back_ns: int) -> int:
        """Return the number of moments before the first of its origin from a time on, or itself."""
        first = moment
        for kind in ("detections", "tracklets", "tracks"):
            moments = self._by_origin.get((moment.origin, kind), [])
            at = bisect_left(moments, (back_ns, _FIRST, _FIRST, _FIRST))
            first = min([first, *moments[at : at + 1]])
        return bisect_left(self._moments, first)

    def _forget(self, moment: Moment) -> None:
        """Forget a moment of which nothing is left."""
        of_origin = self._by_origin[moment.origin, moment.kind]
        for moments in (self._moments, of_origin):
            del moments[bisect_left(moments, moment)]
        del self._reports[moment], self._united[moment]
        self._resets.get(moment.origin, {}).pop(moment, None)

    def reached(self, one_ns: int, other_ns: int) -> int:
        """Return how many moments count alike for who knows all reports until either time."""
        known, last = sorted((self.until(one_ns), self.until(other_ns)))
        return min(
            [known]
            + [
                self._first(later, begins_ns_of(self._united[later]) + 1)
                for later in self._moments[known:last]
                if later.kind == "tracklets"
            ]
        )

    def unreached(self, time_ns: int) -> int:
        """Return the number of moments that count alike whether later reports are known or not."""
        least_ns = time_ns
        for origin, longest_ns in self._longest_ns.items():
            for later in self._between("tracklets", origin, time_ns + 1, time_ns + longest_ns):
                least_ns = min(least_ns, begins_ns_of(self._united[later]))
        return self.until(least_ns)

    def counted(self, moment: Moment, until_ns: int) -> Counted:
        """Return what counts of a moment for somebody who knows all reports until a time."""
        report = self._united[moment]
        is_whole = False
        if moment.kind == "tracklets" and len(report):
            stands = self._not_reset(report, until_ns)
            holds = self._tracklets(report, until_ns)
            counts, is_whole = stands & holds, bool(holds.all())
        elif moment.kind == "tracks":
            counts = self._tracks(report, until_ns)
        else:
            return Counted(report, is_whole=True)
        if counts.all():
            return Counted(report, is_whole=True)
        columns = {name: values[counts] for name, values in report.columns.items()}
        return Counted(replace(report, columns=columns, fields={}), is_whole)

    def _note(self, moment: Moment, report: Report) -> int:
        """Remember what a report reaches; return the first time at which it counts."""
        begins_ns = begins_ns_of(report)
        if report.kind == "tracklets":
            origin, reaches_ns = report.origin, report.time_ns - begins_ns
            self._longest_ns[origin] = max(reaches_ns, self._longest_ns.get(origin, 0))
            rows = np.flatnonzero(report["is_reset"])
            resets = self._resets.setdefault(origin, {})
            resets.pop(moment, None)
            if len(rows):
                begun, tracks = report["from_ns"][rows].tolist(), report.track_id[rows].tolist()
                resets[moment] = [
                    _Reset(moment.time_ns, moment.sensor, from_ns, track)
                    for from_ns, track in zip(begun, tracks, strict=True)
                ]
        return min(begins_ns + 1, report.time_ns)

    def _not_reset(self, report: Report, until_ns: int) -> NDArray[np.bool_]:
        """Return which tracklets no reset replaces."""
        counts = np.ones(len(report), bool)
        for moment, resets in self._resets.get(report.origin, {}).items():
            if report.time_ns <= moment.time_ns <= until_ns:
                for reset in resets:
                    if reset.from_ns < report.time_ns:
                        counts &= (report.track_id != reset.track_id) | reset.spares(report)
        return counts

    def _tracklets(self, report: Report, until_ns: int) -> NDArray[np.bool_]:
        """Return which tracklets nothing finer stands beside."""
        time_ns, origin = report.time_ns, report.origin
        from_ns, is_reset = report["from_ns"], report["is_reset"]
        counts = np.ones(len(report), bool)
        first_ns = begins_ns_of(report)
        for seen in self._between("detections", origin, first_ns + 1, time_ns):
            is_of_it = _sensor(report) in (seen.sensor, ALL_SENSORS)
            counts &= (from_ns >= seen.time_ns) | ~(is_reset | is_of_it)
        last_ns = min(time_ns + (time_ns - first_ns), until_ns)
        for other in self._between("tracklets", origin, first_ns + 1, last_ns):
            counts &= is_reset | ~_told_shorter(report, self._united[other])
        return counts

    def _tracks(self, report: Report, until_ns: int) -> NDArray[np.bool_]:
        time_ns, origin = report.time_ns, report.origin
        if any(self._between("detections", origin, time_ns, time_ns)):
            return np.zeros(len(report), bool)
        counts = np.ones(len(report), bool)
        last_ns = min(time_ns + self._longest_ns.get(origin, 0), until_ns)
        for other in self._between("tracklets", origin, time_ns, last_ns):
            rows = self._united[other]
            covering = rows.track_id[rows["from_ns"] < time_ns]
            counts &= ~np.isin(report.track_id, covering)
        return counts

    def _between(self, kind: str, origin: str, first_ns: int, last_ns: int) -> Iterator[Moment]:
        """Return an origin's moments of a kind from one time to another, both included."""
        moments = self._by_origin.get((origin, kind), [])
        first = bisect_left(moments, (first_ns, _FIRST, _FIRST, _FIRST))
        last = bisect_right(moments, (last_ns, _LAST, _LAST, _LAST))
        yield from moments[first:last]


def moment_of(report: Report) -> Moment:
    """Return the moment that a report is of."""
    return Moment(report.time_ns, report.origin, report.kind, _sensor(report))


def _key(entry: tuple[tuple[object, ...], Report]) -> Any:  # noqa: ANN401 - tuples that compare
    return entry[0]


def _sensor(report: Report) -> str:
    return "" if report.sensor is None else report.sensor.name


def begins_ns_of(report: Report) -> int:
    """Return where the earliest interval of a report of tracklets begins, else its time."""
    if report.kind != "tracklets" or not len(report):
        return report.time_ns
    return int(report["from_ns"].min())


def key_of(report: Report) -> tuple[object, ...]:
    """Return what tells a report apart from others of its moment, and where it stands among them.

    The finest stands first.
    """
    grid = (0, 0) if report.grid_level is None else (1, -report.grid_level)
    return (*grid, -len(report.columns), -report.sequence, _digest(report))


def _says_less(report: Report) -> tuple[bool, bool]:
    """Return how much less the description of a sensor says than others of the same look."""
    sensor = report.sensor
    return (False, False) if sensor is None else (sensor.is_partial, sensor.field_of_view is None)


def _digest(report: Report) -> bytes:
    """Return what tells reports of one moment apart: columns, frame, and how the sensor looked."""
    told = repr((report.sensor, report.frame, report.axes))
    digest = blake2b(told.encode(), digest_size=16)
    for name in sorted(report.columns):
        digest.update(name.encode() + np.ascontiguousarray(report.columns[name]).tobytes())
    return digest.digest()


def _united(entries: list[tuple[tuple[object, ...], Report]]) -> Report:
    """Return one report of all rows in the order of their identities, each once.

    What has other columns than the first, or of other shapes, cannot be told with it; tracklets may
    tell of fewer components. The description of the sensor is the one that says most: that a copy
    of the scan is partial takes nothing from the whole scan beside it.
    """
    first = entries[0][1]
    reports = [report for _, report in entries if _form(report) == _form(first)]
    sensor = min(reports, key=_says_less).sensor
    row_id = np.concatenate([report.row_id for report in reports])
    _, rows = np.unique(row_id.view("V16").reshape(-1), return_index=True)
    if len(reports) == 1 and np.array_equal(rows, np.arange(len(first))):
        return first
    columns = concatenated([report.columns for report in reports])
    columns = {name: values[rows] for name, values in columns.items()}
    return replace(first, columns=columns, fields={}, sequence=0, sensor=sensor)


def _form(report: Report) -> tuple[object, ...]:
    free = ("information", "information_vector")
    shapes = {
        name: () if name in free else values.shape[1:] for name, values in report.columns.items()
    }
    return shapes, report.frame, report.axes


def _told_shorter(report: Report, other: Report) -> NDArray[np.bool_]:
    """Return for which rows the other has a tracklet of the same track that goes before.

    That is one that overlaps and is shorter, or as long and of one sensor, or earlier; or a reset.
    """
    out = np.zeros(len(report), bool)
    sensors = _sensor(report), _sensor(other)
    overlaps = other["from_ns"] < report.time_ns
    if not overlaps.any() or (sensors[0] != sensors[1] and ALL_SENSORS not in sensors):
        return out
    goes_first = (sensors[1] == ALL_SENSORS, other.time_ns) < (
        sensors[0] == ALL_SENSORS,
        report.time_ns,
    )
    track, begins = other.track_id[overlaps], other["from_ns"][overlaps]
    order = np.lexsort((begins, track))  # of each track the shortest last
    at = np.searchsorted(track[order], report.track_id, side="right") - 1
    shortest = order[np.maximum(at, 0)]
    is_there = (at >= 0) & (track[shortest] == report.track_id)
    length, own = other.time_ns - begins[shortest], report.time_ns - report["from_ns"]
    out = is_there & ((length <= own) if goes_first else (length < own))
    resets = track[other["is_reset"][overlaps]]
    out |= np.isin(report.track_id, resets)
    return out & (other.time_ns > report["from_ns"])
