"""Backlog: a party's own reports that leave one by one, each once, when they are old enough."""

from collections.abc import Iterable

from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.offer import Offer
from detente.exchange.release.slots import has_slots
from detente.exchange.report.report import Report


def is_queued(offer: Offer) -> bool:
    """Return whether every report of the level is to be handed over, not those of slots alone."""
    return not has_slots(offer.terms)


def is_handing(offer: Offer, party: str) -> bool:
    """Return whether a party is one that hands over under an offer, if it comes into force."""
    return not offer.conditions and (
        party == offer.sender or (offer.terms.both_ways and party == offer.recipient)
    )


def is_late_and_empty(report: Report) -> bool:
    """Return whether tracklets follow earlier ones of their scan and have no row left."""
    return report.kind == "tracklets" and report.sequence > 0 and not len(report)


class Backlog:
    """A party's own reports, for as long as some agreement may still ask for them."""

    def __init__(self) -> None:
        self._held: list[Report] = []
        self._first = 0  # the number of the first held
        self._handed: dict[str, int] = {}  # by agreement: the number of the next

    def __len__(self) -> int:
        return len(self._held)

    def keep(
        self, reports: Iterable[Report], agreements: Iterable[Agreement], *, time_ns: int
    ) -> None:
        """Take note of reports while an agreement is in force; forget what none will ask for."""
        open_ = [agreement for agreement in agreements if agreement.is_in_force_at(time_ns)]
        levels = {agreement.offer.terms.level for agreement in open_}
        self._held += [report for report in reports if report.kind in levels]
        least = min((self._start(agreement) for agreement in open_), default=self._last)
        del self._held[: least - self._first]
        self._first = least

    def due(self, agreement: Agreement, *, time_ns: int) -> list[Report]:
        """Return what was not handed over under an agreement and is old enough to be."""
        level = agreement.offer.terms.level
        due = self._held[self._start(agreement) - self._first : self._end(agreement, time_ns)]
        of_level = [report for report in due if report.kind == level]
        if level != "tracks":
            return of_level
        # of one moment the last says all; that there were others tells how many sensors looked
        return list({report.time_ns: report for report in of_level}.values())

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
