"""The clause `rows_per_s`: how many rows of one second of report time leave at most.

A whole second counts, from 1970-01-01 UTC on: [s, s + 1) of the times that reports bear, not of
when they leave or arrive. In it all reports of one origin under one agreement count, each once, by
their rows and as one row at least, of whatever kinds, sensors and moments. A report that would
bring the second above the ceiling stays whole: a part of it would be a lie about what the sensor
saw. The sender withholds it, the recipient of one that did not sets it aside. Of a sender that
keeps to it nothing is ever set aside, in whatever order its reports come, but for what is older
than the last day of seconds in which it said something.
"""

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from detente.checks import whole
from detente.exchange.report.digest import digest_of
from detente.exchange.values.instant import NS_PER_S, text_from_time_ns

if TYPE_CHECKING:
    from detente.exchange.agreement.offer import Offer
    from detente.exchange.report.report import Report

MOST_SECONDS = 86_400
"""So many seconds in which something was said are remembered, the latest."""


def read_ceiling(value: object) -> int | None:
    """Return how many rows; `None` without limit."""
    return None if value is None else whole("rows_per_s", value, least=1, most=2**32 - 1)


def allows_more(one: int | None, other: int | None) -> bool:
    """Return whether one ceiling allows more than another."""
    return other is not None and (one is None or one > other)


def lower(one: int | None, other: int | None) -> int | None:
    """Return the ceiling under which both hold."""
    return min((rows for rows in (one, other) if rows is not None), default=None)


def words(rows_per_s: int | None) -> list[str]:
    """Return what a sentence says of it; nothing without limit."""
    if rows_per_s is None:
        return []
    return [f"at most {rows_per_s:,} row{'s' * (rows_per_s > 1)} a second"]


class _Seconds:
    """What was said in each second: reports by their digests, and how many rows each counts."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[bytes, int]] = {}
        self._order: list[int] = []
        self._forgotten_s: int | None = None

    def with_(self, report: "Report") -> dict[bytes, int] | None:
        """Return what would be said in a report's second with it; `None` of a forgotten one."""
        second = report.time_ns // NS_PER_S
        said = self._rows.get(second)
        if said is None and self._forgotten_s is not None and second <= self._forgotten_s:
            return None
        return {**(said or {}), digest_of(report): max(len(report), 1)}

    def keep(self, report: "Report", said: dict[bytes, int]) -> None:
        """Take note of it, and forget the earliest second if there are too many."""
        second = report.time_ns // NS_PER_S
        if second not in self._rows:
            heappush(self._order, second)
        self._rows[second] = said
        while len(self._rows) > MOST_SECONDS:
            self._forgotten_s = heappop(self._order)
            del self._rows[self._forgotten_s]


class Ceiling:
    """What was handed over, or came, in each second under each agreement."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str], _Seconds] = {}
        self._above: dict[tuple[str, str], int] = {}

    def take(self, report: "Report", offer: "Offer") -> str:
        """Count a report under an agreement, whole or not at all.

        Returns
        -------
        str
            Why it is above the ceiling; empty if it is not, and counts.
        """
        if offer.terms.rows_per_s is None:
            return ""
        seconds = self._seconds.setdefault((offer.id, report.origin), _Seconds())
        said = seconds.with_(report)
        why = _why_above(report, offer.terms.rows_per_s, said)
        if why:
            self._above[offer.id, report.origin] = report.time_ns
        elif said is not None:
            seconds.keep(report, said)
        return why

    def above(self, report: "Report", offer: "Offer") -> str:
        """Return why a report is above the ceiling, without counting it; empty if it is not."""
        if offer.terms.rows_per_s is None:
            return ""
        seconds = self._seconds.get((offer.id, report.origin)) or _Seconds()
        return _why_above(report, offer.terms.rows_per_s, seconds.with_(report))

    def was_above(self, offer: "Offer", origin: str, time_ns: int) -> bool:
        """Return whether an origin's last report above the ceiling was of that moment."""
        return self._above.get((offer.id, origin)) == time_ns


def _why_above(report: "Report", most: int, said: dict[bytes, int] | None) -> str:
    if said is None:
        return (
            f"at most {most:,} rows a second are agreed, and the second of the report of "
            f"{text_from_time_ns(report.time_ns)} is too long ago to be counted"
        )
    rows = sum(said.values())
    if rows <= most:
        return ""
    return (
        f"at most {most:,} rows a second are agreed, and with the {len(report):,} of the "
        f"report of {text_from_time_ns(report.time_ns)} it would be {rows:,}"
    )
