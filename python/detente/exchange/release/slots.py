"""Slots: what a party says at each moment of a cadence, so that silence tells nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from detente._core import Grant
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.terms import Terms
from detente.exchange.report.report import Report
from detente.exchange.values.instant import NS_PER_S
from detente.tracking import Tracker

MOST_SLOTS = 10_000
"""So many slots are filled at once; the next call has the others."""


def has_slots(terms: Terms) -> bool:
    """Whether a report is made for each moment of a cadence; else those that there are leave."""
    return terms.cadence_ns > 0 and terms.level in {"tracks", "counts"}


class Slots:
    """What the own sensors said, as far back as slots still to come may ask, and what was due.

    Parameters
    ----------
    name : str
        The party.
    tracker : Tracker
        One like its own.
    """

    def __init__(self, name: str, tracker: Tracker) -> None:
        self._name = name
        self._tracker = tracker
        self._said: list[Report] = []
        self._handed_ns: dict[str, int] = {}

    def say(self, report: Report, agreements: Iterable[Agreement]) -> None:
        """Take note of the newest report, and forget what no agreement will ask for."""
        after_ns = report.time_ns
        for agreement in agreements:
            if self._owes(agreement) and report.time_ns < agreement.ends_ns:
                after_ns = min(after_ns, self._handed_until_ns(agreement))
        self._said = [r for r in self._said if r.time_ns > after_ns]
        self._said.append(report)

    def due(
        self, agreement: Agreement, grant: Grant, *, time_ns: int, empty: Report
    ) -> Iterator[Report]:
        """Yield a report for each slot since the last one, the first `MOST_SLOTS` at most."""
        begins_ns, cadence_ns = _begins_ns(agreement), agreement.offer.terms.cadence_ns
        after_ns = self._handed_until_ns(agreement)
        last_ns = after_ns + MOST_SLOTS * cadence_ns + agreement.offer.terms.delay_ns
        for slot_ns in grant.slots(after_ns, min(time_ns, last_ns)).tolist():
            before_ns = max(slot_ns - cadence_ns, begins_ns - 1)
            said = [r for r in self._said if before_ns < r.time_ns <= slot_ns]
            yield moved(said[-1] if said else empty, slot_ns, self._tracker)
            self._handed_ns[agreement.offer.id] = slot_ns

    def _owes(self, agreement: Agreement) -> bool:
        """Whether the party fills slots under an agreement that came into force."""
        offer, terms = agreement.offer, agreement.offer.terms
        hands = self._name in (offer.parties if terms.both_ways else offer.parties[:1])
        return hands and has_slots(terms) and agreement.in_force_ns is not None

    def _handed_until_ns(self, agreement: Agreement) -> int:
        return self._handed_ns.get(agreement.offer.id, _begins_ns(agreement) - 1)


def _begins_ns(agreement: Agreement) -> int:
    """Return from when on an agreement in force lets what is seen leave."""
    from_ns, in_force_ns = agreement.offer.terms.from_ns, agreement.in_force_ns or 0
    return in_force_ns if from_ns is None else max(from_ns, in_force_ns)


def moved(report: Report, time_ns: int, tracker: Tracker) -> Report:
    """Return a report of tracks as they are expected to be at a later time.

    Parameters
    ----------
    report : Report
        Of kind tracks.
    time_ns : int
        Not before the report's, unless it is empty [ns since 1970-01-01 UTC].
    tracker : Tracker
        One like it brings them there.

    Returns
    -------
    Report
        The report itself at its own time.
    """
    if time_ns == report.time_ns:
        return report
    mean, cov, existence = report.mean, report.cov, report.existence
    if len(report):
        later = tracker.fresh()
        added = later.add(report.time_ns / NS_PER_S, mean, cov, existence=existence)
        there = later.predict(time_ns / NS_PER_S)
        there = there[np.argsort(there.id)][np.argsort(np.argsort(added))]  # as they were added
        mean, cov, existence = there.mean, there.cov, there.existence
    settings: dict[str, Any] = {"fields": report.fields, "axes": report.axes, "frame": report.frame}
    ids = report.track_id
    return Report.tracks(
        report.origin, report.sequence, time_ns, ids, mean, cov, existence, **settings
    )
