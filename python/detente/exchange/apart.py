"""Apart: agreements on counts whose cells overlap would tell by subtraction what neither tells."""

from collections.abc import Iterable

from detente._core import Grant
from detente.errors import AgreementError
from detente.exchange.agreement import Agreement
from detente.exchange.answers import NEVER
from detente.exchange.instant import text_from_time_ns
from detente.exchange.offer import Offer
from detente.exchange.terms import Terms


def check_apart(agreement: Agreement, others: Iterable[Agreement], time_ns: int) -> None:
    """Refuse counts beside those of an agreement that came into force before and still is.

    Parameters
    ----------
    agreement : Agreement
        What is to be accepted, or released under.
    others : iterable of Agreement
        All that the party knows of.
    time_ns : int
        Now [ns since 1970-01-01 UTC].

    Raises
    ------
    AgreementError
        The cells of both overlap and differ in size, threshold or cadence.
    """
    if not is_of_counts(agreement.offer.terms) or agreement.offer.conditions:
        return
    for other in others:
        if not _counts(other, time_ns) or _precedence(agreement) <= _precedence(other):
            continue
        for grant in _grants(agreement.offer):
            if any(grant.conflicts(each) for each in _grants(other.offer)):
                raise AgreementError(
                    f"count_cell_m, count_at_least and cadence_s of offer "
                    f"{agreement.offer.id[:12]} must be those of agreement "
                    f"{other.offer.id[:12]}, in force at {text_from_time_ns(time_ns)}: in both "
                    f"{grant.sender!r} counts for {grant.recipient!r} in cells that overlap, and "
                    "one would tell by subtraction what the other hides; offer the same cells, "
                    "or an area that does not touch the other, or withdraw from that agreement"
                )


def is_of_counts(terms: Terms) -> bool:
    """Whether counts leave."""
    return terms.level == "counts"


def _counts(agreement: Agreement, time_ns: int) -> bool:
    """Whether counts flow under it."""
    offer = agreement.offer
    flows = is_of_counts(offer.terms) and not offer.conditions and offer.time_ns <= time_ns
    return flows and agreement.state_at(time_ns) == "accepted"


def _precedence(agreement: Agreement) -> tuple[int, str]:
    """Return since when it is in force, to compare."""
    begins_ns = agreement.in_force_ns
    return NEVER if begins_ns is None else begins_ns, agreement.offer.id


def _grants(offer: Offer) -> list[Grant]:
    """Return what it lets each party hand over; from when until when is not asked about."""
    ways = [offer.parties, offer.parties[::-1]] if offer.terms.both_ways else [offer.parties]
    until_ns = offer.terms.until_ns
    whole = [offer.terms.grant(a, b, until_ns - 1, until_ns) for a, b in ways]
    return [Grant(**each) for each in whole]
