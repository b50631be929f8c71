"""Relay: how often what was received may still be passed on, under one agreement and now."""

from collections.abc import Callable, Iterable, Iterator
from math import inf

from detente.exchange.agreement.agreement import Agreement
from detente.exchange.release.received import Held, kept_until_ns
from detente.exchange.report.hops import hops_of

_NOT_OF_ROWS = {"relay", "relay_hops", "both_ways"}
"""Clauses that do not widen what leaves: a report carries its own right to be passed on."""


def due(
    entries: Iterable[Held],
    agreement: Agreement,
    *,
    recipient: str,
    known: Callable[[str], Agreement],
    time_ns: int,
) -> Iterator[tuple[Held, float]]:
    """Yield what may be passed on and was not yet, and how often by whoever gets it then.

    A report may be passed on if at least one agreement by which it came permits it, is in force
    now, has not let its retention pass, and allows no less than the one under which it would go.

    Parameters
    ----------
    entries : iterable of Held
        What was received.
    agreement : Agreement
        Under which it would be passed on.
    recipient : str
        To whom.
    known : callable
        Returns the agreement of an identity.
    time_ns : int
        Now [ns since 1970-01-01 UTC].
    """
    widens: dict[str, bool] = {}

    def hops_by(held: Held, offer_id: str, hops: float) -> float:
        came_by = known(offer_id)
        if not came_by.is_in_force_at(time_ns):
            return 0
        if time_ns >= kept_until_ns(held.report, came_by.offer):
            return 0
        if offer_id not in widens:
            more = agreement.offer.terms.exceeding(came_by.offer.terms)
            widens[offer_id] = not _NOT_OF_ROWS.issuperset(more)
        return 0 if widens[offer_id] else hops

    for held in entries:
        if held.report.origin == recipient:
            continue
        may = max((hops_by(held, way, hops) for way, hops in held.ways.items()), default=0)
        left = min(may - 1, hops_of(agreement.offer.terms))
        if may > 0 and left > held.passed.get(agreement.offer.id, -inf):
            yield held, left
