"""What was received, as it came, and by which agreements: what a party may be asked to pass on."""

from dataclasses import dataclass, field, replace
from math import inf

from detente.exchange.agreement.offer import Offer
from detente.exchange.report.digest import digest_of
from detente.exchange.report.hops import clauses_of, hops_of
from detente.exchange.report.kinds import SENSED
from detente.exchange.report.report import Report

_Said = tuple[str, str, str]
_Order = tuple[int, int]


@dataclass
class Held:
    """A report that was received.

    Attributes
    ----------
    report : Report
        As it came, with the widest right to pass it on by which it did.
    ways : dict of str to float
        By the identities of the agreements by which it came: how often it may be passed on.
    passed : dict of str to float
        By the identities of the agreements under which it was passed on: how often it may be
        passed on from there.
    kept_until_ns : float
        The end of the longest retention [ns since 1970-01-01 UTC], itself excluded.
    """

    report: Report
    ways: dict[str, float] = field(default_factory=dict[str, float])
    passed: dict[str, float] = field(default_factory=dict[str, float])
    kept_until_ns: float = -inf

    def take(self, report: Report, offer: Offer) -> None:
        """Take note that it came once more."""
        self.ways[offer.id] = max(hops_of(report), self.ways.get(offer.id, 0))
        widest = clauses_of(max(self.ways.values()))
        if widest != {"relay": self.report.relay, "relay_hops": self.report.relay_hops}:
            self.report = replace(self.report, **widest)
        self.kept_until_ns = max(self.kept_until_ns, kept_until_ns(report, offer))


class Received:
    """The reports of each other party in every form in which they came.

    Of tracks and counts a newer one replaces those before it. Scans add up, so that each is kept
    for a while: detections and tracklets come in batches, and late. What an agreement lets pass
    only late is kept until then. What is stamped ahead of the clock pushes nothing out.

    Parameters
    ----------
    most_age_ns : int
        How much older than the newest of its origin, kind and sensor a scan may be.
    """

    def __init__(self, most_age_ns: int) -> None:
        self._most_age_ns = most_age_ns
        self._held: dict[_Said, dict[_Order, dict[bytes, Held]]] = {}
        self._expires_ns: float = inf

    def take(self, report: Report, offer: Offer, *, now_ns: int, hold_ns: int = 0) -> None:
        """Take a report; one that is older than those at hand may be changes nothing.

        Parameters
        ----------
        report : Report
            What came.
        offer : Offer
            The offer of the agreement by which it did.
        now_ns : int
            The party's clock [ns since 1970-01-01 UTC].
        hold_ns : int
            How late it may be passed on by the agreements that there are.
        """
        said = report.origin, report.kind, "" if report.sensor is None else report.sensor.name
        held = self._held.setdefault(said, {})
        order = report.time_ns, report.sequence
        entry = held.setdefault(order, {}).setdefault(digest_of(report), Held(report))
        entry.take(report, offer)
        self._expires_ns = min(self._expires_ns, entry.kept_until_ns)
        newest_ns = max((time_ns for time_ns, _ in held if time_ns <= now_ns), default=None)
        if newest_ns is None:
            return
        if report.kind in SENSED:
            oldest = (newest_ns - self._most_age_ns - hold_ns, -1)
        else:
            old = [each for each in held if each[0] <= newest_ns - hold_ns]
            oldest = max(old, default=(-inf, -1))
        for each in [each for each in held if each < oldest]:
            del held[each]

    def expire(self, now_ns: int) -> None:
        """Forget what no agreement by which it came lets this party keep any longer."""
        if now_ns < self._expires_ns:
            return
        ends: list[float] = []
        for held in self._held.values():
            for order, forms in list(held.items()):
                kept = {k: each for k, each in forms.items() if now_ns < each.kept_until_ns}
                ends += [each.kept_until_ns for each in kept.values()]
                if kept:
                    held[order] = kept
                else:
                    del held[order]
        self._expires_ns = min(ends, default=inf)

    @property
    def entries(self) -> list[Held]:
        """What is held, by origin, kind, sensor and time."""
        return [
            each
            for _, held in sorted(self._held.items())
            for _, forms in sorted(held.items())
            for each in forms.values()
        ]

    @property
    def all(self) -> tuple[Report, ...]:
        """The reports that are held, by origin, kind, sensor and time."""
        return tuple(each.report for each in self.entries)


def kept_until_ns(report: Report, offer: Offer) -> float:
    """Return until when terms let a recipient keep a report that it got as early as it might."""
    retention_ns = offer.terms.retention_ns
    return inf if retention_ns is None else report.time_ns + offer.terms.delay_ns + retention_ns
