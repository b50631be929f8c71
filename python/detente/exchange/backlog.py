"""Scans that are to be handed over one by one: detections and tracklets."""

from collections.abc import Iterable

from detente.exchange.agreement import Agreement
from detente.exchange.report import Report
from detente.exchange.terms import Terms

SCANS = ("detections", "tracklets")
"""The levels at which every scan is handed over, not the newest state alone."""


def is_of_scans(terms: Terms) -> bool:
    """Return whether every scan is to be handed over."""
    return terms.level in SCANS


def is_handing(agreement: Agreement, party: str) -> bool:
    """Return whether a party is one that hands over under an agreement."""
    offer = agreement.offer
    return not offer.conditions and (
        party == offer.sender or (offer.terms.both_ways and party == offer.recipient)
    )


def is_late_and_empty(report: Report) -> bool:
    """Return whether a report follows an earlier one of its scan and has no row left."""
    return report.sequence > 0 and not len(report)


class Backlog:
    """A party's own scans, for as long as some agreement may still ask for them."""

    def __init__(self) -> None:
        self._held: list[Report] = []
        self._first = 0  # the number of the first held
        self._handed: dict[str, int] = {}  # by agreement: the number of the next

    def __len__(self) -> int:
        return len(self._held)

    def keep(
        self, reports: Iterable[Report], agreements: Iterable[Agreement], *, time_ns: int
    ) -> None:
        """Take note of scans while an agreement is in force; forget what none will ask for."""
        open_ = [a for a in agreements if a.state_at(time_ns) == "accepted"]
        levels = {agreement.offer.terms.level for agreement in open_}
        self._held += [report for report in reports if report.kind in levels]
        least = min((self._start(agreement) for agreement in open_), default=self._last)
        del self._held[: least - self._first]
        self._first = least

    def due(self, agreement: Agreement, *, time_ns: int) -> list[Report]:
        """Return what was not handed over under an agreement and is old enough to be."""
        level = agreement.offer.terms.level
        due = self._held[self._start(agreement) - self._first : self._end(agreement, time_ns)]
        return [report for report in due if report.kind == level]

    def hand(self, agreement: Agreement, *, time_ns: int) -> None:
        """Take note that what was due is handed over."""
        self._handed[agreement.offer.id] = self._first + self._end(agreement, time_ns)

    def _start(self, agreement: Agreement) -> int:
        """Return the number of the next to be handed over."""
        return max(self._handed.get(agreement.offer.id, self._first), self._first)

    def _end(self, agreement: Agreement, time_ns: int) -> int:
        """Return how many of those held are old enough, up to the first that is not."""
        end = self._start(agreement) - self._first
        late_ns = agreement.offer.terms.delay_ns
        while end < len(self._held) and self._held[end].time_ns + late_ns <= time_ns:
            end += 1
        return end

    @property
    def _last(self) -> int:
        return self._first + len(self._held)
