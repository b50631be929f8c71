"""Inbox: what partners handed over, from when it comes until it counts."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import inf

from detente.errors import DetenteError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.ceiling import Ceiling
from detente.exchange.agreement.clock import MOST_AHEAD_NS, Clock
from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.terms import Terms
from detente.exchange.party.waiting import Arrival, Waiting
from detente.exchange.picture.snapshot import Unusable
from detente.exchange.release.received import Received
from detente.exchange.release.release import release
from detente.exchange.report.hops import clauses_of, hops_of
from detente.exchange.report.report import Report
from detente.exchange.values.names import Names

_REMEMBERED = 100


class Inbox:
    """What comes: let wait, refused, or taken to be passed on and counted.

    Parameters
    ----------
    name : str
        The party.
    clock : Clock
        Its clock.
    agreement : callable
        Returns the agreement of an identity, as the party knows it.
    names : Names
        Of the parties that it knows.
    count : callable
        Lets a report count that came under an offer from a sender.
    most_age_ns : int
        As `Received` has it.
    """

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        agreement: Callable[[str], Agreement],
        names: Names,
        count: Callable[[Report, Offer, str], None],
        most_age_ns: int,
    ) -> None:
        self._name = name
        self._clock = clock
        self._agreement = agreement
        self._count = count
        self._names = names
        self._hold_ns = 0
        self.received = Received(most_age_ns)
        self.waiting = Waiting()
        self._ceiling = Ceiling()
        self.set_aside: deque[Unusable] = deque(maxlen=_REMEMBERED)

    def receive(self, arrival: Arrival, *, hold_ns: int) -> None:
        """Take what came now or, if it is stamped ahead of the clock, once that is near.

        Parameters
        ----------
        arrival : Arrival
            The report, the agreement under which it came and who handed it over.
        hold_ns : int
            How late it may be passed on by the agreements that there are.

        Raises
        ------
        AgreementError
            By what this party knows, the agreement did not permit the report when it was made.
        """
        self.take_due()
        self._hold_ns = hold_ns
        if not self._clock.is_ahead(arrival.report.time_ns):
            self._take(arrival)
        elif self._agreed(arrival) is not None:
            for dropped in self.waiting.add(arrival):
                reason = f"too much of {dropped.sender!r} waits that is stamped ahead of the clock"
                self.set_aside.append(Unusable(dropped.report, reason))

    def take_due(self) -> None:
        """Take what has waited until the clock came near, and forget what must not be kept."""
        now_ns = self._clock.now_ns
        if now_ns is None:
            return
        for arrival in self.waiting.until(now_ns + MOST_AHEAD_NS):
            try:
                self._take(arrival)
            except DetenteError as error:
                self.set_aside.append(Unusable(arrival.report, str(error)))
        self.received.expire(now_ns)

    def _take(self, arrival: Arrival) -> None:
        """Let a report count and be passed on."""
        came = self._agreed(arrival)
        if came is not None:
            offer = self._agreement(arrival.offer_id).offer
            above = self._ceiling.take(came, offer)
            if above:
                self.set_aside.append(Unusable(arrival.report, above))
                return
            self._names.take(came.origin)
            self._count(came, offer, arrival.sender)
            now_ns = self._clock.now_ns or came.time_ns
            self.received.take(came, offer, now_ns=now_ns, hold_ns=self._hold_ns)

    def _agreed(self, arrival: Arrival) -> Report | None:
        """Return what the agreement lets count of what came; nothing if that is own."""
        report, offer_id, sender = arrival
        self._names.check(report.origin, "the origin of a report")
        agreement = self._agreement(offer_id)
        earliest_ns = report.time_ns + agreement.offer.terms.delay_ns
        # whether it may be passed on was the sender's agreement's to say, which is not known here
        asked = report if sender == report.origin else replace(report, **clauses_of(inf))
        came = release(asked, agreement, sender=sender, recipient=self._name, time_ns=earliest_ns)
        if report.origin == self._name:
            return None
        if came is None:
            reason = f"agreement {agreement.offer.id[:12]} does not let it leave"
            reason = self._ceiling.above(report, agreement.offer) or reason
            self.set_aside.append(Unusable(report, reason))
            return None
        return replace(came, **clauses_of(min(hops_of(report), hops_of(agreement.offer.terms))))


def late_ns(terms: Terms) -> int:
    """Return how old the newest report under terms may be at most when the next one comes."""
    return terms.delay_ns + terms.cadence_ns
