"""The reports that a party holds, and which of their rows count."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.kinds import ALL_SENSORS
from detente.exchange.report import Report

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
        Whether all do. Else the silence of the others is no evidence.
    """

    report: Report
    is_whole: bool


class _Reset(NamedTuple):
    """A tracklet that replaces the others of its track within its interval."""

    time_ns: int
    from_ns: int
    track_id: int


class Holdings:
    """A set of reports, the same whatever order they came in and how often.

    Of one origin and time interval the most detailed level held counts, finer ones never twice:

    - rows of one identity are one row; of tracks the finest copy stands;
    - a tracklet does not count if detections of its origin and sensor lie in its interval, or a
      shorter tracklet of its track overlaps it;
    - a reset replaces all other tracklets of its track that end in its interval;
    - a row of tracks does not count if a tracklet of its track covers its moment, or its origin
      handed over detections of that very moment.
    """

    def __init__(self) -> None:
        self._moments: list[Moment] = []
        self._reports: dict[Moment, list[tuple[tuple[object, ...], Report]]] = {}
        self._by_origin: dict[tuple[str, str], list[Moment]] = {}
        self._shortest_ns: dict[str, int] = {}
        self._longest_ns: dict[str, int] = {}
        self._resets: dict[str, list[_Reset]] = {}
        self._reaching: list[tuple[int, int]] = []  # time, how far back it may change what counts

    def __len__(self) -> int:
        """Return the number of moments."""
        return len(self._moments)

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
        sensor = "" if report.sensor is None else report.sensor.name
        moment = Moment(report.time_ns, report.origin, report.kind, sensor)
        entry = (_precedence(report), report)
        there = self._reports.get(moment)
        if there is None:
            there = self._reports[moment] = []
            insort(self._moments, moment)
            insort(self._by_origin.setdefault((report.origin, report.kind), []), moment)
        elif any(known == entry[0] for known, _ in there) or _says_nothing_new(report, there):
            return None
        insort(there, entry, key=lambda item: item[0])
        back_ns = self._note(report) if report.kind == "tracklets" else report.time_ns
        if back_ns < report.time_ns:
            self._reaching.append((report.time_ns, back_ns))
        return bisect_left(self._moments, (back_ns, _FIRST, _FIRST, _FIRST))

    def unreached(self, time_ns: int) -> int:
        """Return the number of moments that count alike whether later reports are known or not."""
        back = [back for time, back in self._reaching if time > time_ns]
        return self.until(time_ns if not back else min(*back, time_ns) - 1)

    def counted(self, moment: Moment, until_ns: int) -> Counted:
        """Return what counts of a moment for somebody who knows all reports until a time."""
        report = _united(self._reports[moment])
        if moment.kind == "tracklets" and len(report):
            counts = self._tracklets(report, until_ns)
        elif moment.kind == "tracks":
            counts = self._tracks(report, until_ns)
        else:
            return Counted(report, is_whole=True)
        if counts.all():
            return Counted(report, is_whole=True)
        columns = {name: values[counts] for name, values in report.columns.items()}
        return Counted(replace(report, columns=columns, fields={}), is_whole=False)

    def _note(self, report: Report) -> int:
        """Remember what a report of tracklets reaches; return how far back it does."""
        if not len(report):
            return report.time_ns
        from_ns = report["from_ns"]
        durations: NDArray[np.int64] = report.time_ns - from_ns
        origin = report.origin
        shortest = self._shortest_ns.get(origin)
        least, most = int(durations.min()), int(durations.max())
        self._shortest_ns[origin] = least if shortest is None else min(least, shortest)
        self._longest_ns[origin] = max(most, self._longest_ns.get(origin, 0))
        back = report.time_ns
        if shortest is not None and least < shortest:  # may take the place of all longer ones
            back = report.time_ns - self._longest_ns[origin]
        if most > self._shortest_ns[origin]:
            back = min(back, int(from_ns.min()))
        if report["is_reset"].any():
            rows, tracks = np.flatnonzero(report["is_reset"]).tolist(), report.track_id
            resets = self._resets.setdefault(origin, [])
            resets.extend(_Reset(report.time_ns, int(from_ns[k]), int(tracks[k])) for k in rows)
            back = min(back, int(from_ns.min()))
        return back

    def _tracklets(self, report: Report, until_ns: int) -> NDArray[np.bool_]:
        time_ns, origin = report.time_ns, report.origin
        from_ns, is_reset = report["from_ns"], report["is_reset"]
        counts = np.ones(len(report), bool)
        for reset in self._resets.get(origin, []):
            if reset.from_ns < time_ns <= reset.time_ns <= until_ns:
                replaced = report.track_id == reset.track_id
                counts &= ~replaced | (is_reset & (reset.time_ns == time_ns))
        first_ns = int(from_ns.min())
        for seen in self._between("detections", origin, first_ns + 1, time_ns):
            if _sensor(report) in (seen.sensor, ALL_SENSORS):
                counts &= from_ns >= seen.time_ns
        last_ns = min(time_ns + int((time_ns - from_ns).max()), until_ns)
        for other in self._between("tracklets", origin, first_ns + 1, last_ns):
            counts &= ~_shorter(report, _united(self._reports[other])) | is_reset
        return counts

    def _tracks(self, report: Report, until_ns: int) -> NDArray[np.bool_]:
        time_ns, origin = report.time_ns, report.origin
        if any(self._between("detections", origin, time_ns, time_ns)):
            return np.zeros(len(report), bool)
        counts = np.ones(len(report), bool)
        last_ns = min(time_ns + self._longest_ns.get(origin, 0), until_ns)
        for other in self._between("tracklets", origin, time_ns, last_ns):
            rows = _united(self._reports[other])
            covering = rows.track_id[rows["from_ns"] < time_ns]
            counts &= ~np.isin(report.track_id, covering)
        return counts

    def _between(self, kind: str, origin: str, first_ns: int, last_ns: int) -> Iterator[Moment]:
        """Return an origin's moments of a kind from one time to another, both included."""
        moments = self._by_origin.get((origin, kind), [])
        first = bisect_left(moments, (first_ns, _FIRST, _FIRST, _FIRST))
        last = bisect_right(moments, (last_ns, _LAST, _LAST, _LAST))
        yield from moments[first:last]


def _sensor(report: Report) -> str:
    return "" if report.sensor is None else report.sensor.name


def _precedence(report: Report) -> tuple[object, ...]:
    """Return where a report stands among those of its moment: the finest first."""
    grid = (0, 0) if report.grid_level is None else (1, -report.grid_level)
    digest = blake2b(digest_size=16)
    for name in sorted(report.columns):
        digest.update(np.ascontiguousarray(report.columns[name]).tobytes())
    return (*grid, -report.sequence, digest.digest())


def _says_nothing_new(report: Report, there: list[tuple[tuple[object, ...], Report]]) -> bool:
    """Return whether all rows are known, from no coarser a report."""
    mine = _precedence(report)[:3]
    known = {
        row.tobytes()
        for precedence, other in there
        if precedence[:3] <= mine
        for row in other.row_id
    }
    return all(row.tobytes() in known for row in report.row_id)


def _united(entries: list[tuple[tuple[object, ...], Report]]) -> Report:
    """Return one report of all rows, each identity once."""
    first = entries[0][1]
    if len(entries) == 1:
        return first
    row_id = np.concatenate([report.row_id for _, report in entries])
    names = row_id.view("V16").reshape(-1)
    _, rows = np.unique(names, return_index=True)
    shared = set(first.columns)
    for _, report in entries[1:]:
        shared &= set(report.columns)
    columns: dict[str, NDArray[Any]] = {
        name: np.concatenate([report.columns[name] for _, report in entries])[rows]
        for name in first.columns
        if name in shared
    }
    return replace(first, columns=columns, fields={}, sequence=0)


def _shorter(report: Report, other: Report) -> NDArray[np.bool_]:
    """Return for which rows the other has a shorter tracklet of the same track that overlaps.

    Of two that are equally long the one that ends first stands.
    """
    out = np.zeros(len(report), bool)
    sensors = {_sensor(report), _sensor(other)}
    if not len(other) or (len(sensors) > 1 and ALL_SENSORS not in sensors):
        return out
    order = np.argsort(other.track_id, kind="stable")
    track, begin = other.track_id[order], other["from_ns"][order]
    at = np.minimum(np.searchsorted(track, report.track_id), len(track) - 1)
    same = track[at] == report.track_id
    length: NDArray[np.int64] = report.time_ns - report["from_ns"]
    others: NDArray[np.int64] = other.time_ns - begin[at]
    is_shorter = (others < length) | ((others == length) & (other.time_ns < report.time_ns))
    overlaps = (other.time_ns > report["from_ns"]) & (begin[at] < report.time_ns)
    return same & is_shorter & overlaps
