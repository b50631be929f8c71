"""The clause `rows_per_s`: how many rows of one second of report time leave at most.

A whole second counts, from 1970-01-01 UTC on: [s, s + 1) of the times that reports bear, not of
when they leave or arrive. In it all rows of one origin under one agreement count, each identity
once, of whatever kinds, sensors and moments. A report that would bring the second above the ceiling
stays whole: a part of it would be a lie about what the sensor saw. The sender withholds it, the
recipient of one that did not sets it aside. Of a sender that keeps to it nothing is ever set aside,
in whatever order its reports come.
"""

from typing import TYPE_CHECKING

from detente.checks import whole
from detente.exchange.values.instant import NS_PER_S, text_from_time_ns

if TYPE_CHECKING:
    from detente.exchange.agreement.offer import Offer
    from detente.exchange.report.report import Report

_SECONDS = 3_600
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


class Ceiling:
    """The rows that were handed over, or came, in each second under each agreement."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[int, set[bytes]]] = {}
        self._above: dict[str, int] = {}

    def take(self, report: "Report", offer: "Offer") -> str:
        """Count a report under an agreement, whole or not at all.

        Returns
        -------
        str
            Why it is above the ceiling; empty if it is not, and counts.
        """
        why = self.above(report, offer)
        if why:
            self._above[offer.id] = report.time_ns
        elif offer.terms.rows_per_s is not None:
            seconds = self._rows.setdefault((offer.id, report.origin), {})
            seconds[report.time_ns // NS_PER_S] = self._with(report, offer)
            while len(seconds) > _SECONDS:
                del seconds[min(seconds)]
        return why

    def above(self, report: "Report", offer: "Offer") -> str:
        """Return why a report is above the ceiling, without counting it; empty if it is not."""
        most = offer.terms.rows_per_s
        if most is None or (rows := len(self._with(report, offer))) <= most:
            return ""
        return (
            f"at most {most:,} rows a second are agreed, and with the {len(report):,} of the "
            f"report of {text_from_time_ns(report.time_ns)} it would be {rows:,}"
        )

    def was_above(self, offer: "Offer", time_ns: int) -> bool:
        """Return whether the last report above the ceiling of an agreement was of that moment."""
        return self._above.get(offer.id) == time_ns

    def _with(self, report: "Report", offer: "Offer") -> set[bytes]:
        """Return the identities of the rows of a report and of others of its second."""
        seconds = self._rows.get((offer.id, report.origin), {})
        there = seconds.get(report.time_ns // NS_PER_S, set[bytes]())
        return there.union(map(bytes, report.row_id))
