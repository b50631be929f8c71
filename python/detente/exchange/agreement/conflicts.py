"""Conflicts: two agreements that together would tell a recipient what neither tells."""

from collections.abc import Iterable

from detente._core import Grant
from detente.errors import AgreementError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.answers import NEVER
from detente.exchange.agreement.compare import nests
from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.terms import Terms
from detente.exchange.values.instant import text_from_time_ns


def check_conflicts(agreement: Agreement, others: Iterable[Agreement], time_ns: int) -> None:
    """Refuse an agreement beside one that came into force before.

    Fields that one names and the other does not would be joined, by the identities of tracks, with
    the finer or earlier places of the other. Identities last, so that it does not matter where and
    when each of the two holds, nor whether the first is over. Counts of other cells would be told
    apart by subtraction, while both are in force.

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
        There is such a pair: the names of the clauses and of the first.
    """
    if agreement.offer.conditions:
        return
    for first in others:
        begun_ns = first.in_force_ns
        if first.offer.conditions or begun_ns is None or begun_ns > time_ns:
            continue
        if _precedence(agreement) <= _precedence(first):
            continue
        ways = [way for way in _ways(first.offer) if way in _ways(agreement.offer)]
        if ways:
            _check_fields(agreement, first, ways[0])
            if first.is_in_force_at(time_ns):
                _check_counts(agreement, first, ways, time_ns)


def may_conflict(one: Offer, other: Offer) -> bool:
    """Whether two offers are between the same parties."""
    return {*one.parties} == {*other.parties}


def _check_fields(agreement: Agreement, first: Agreement, way: tuple[str, str]) -> None:
    terms, given = agreement.offer.terms, first.offer.terms
    joined = _joined(terms, given) or _joined(given, terms)
    if joined:
        raise AgreementError(
            f"fields of offer {agreement.offer.id[:12]} conflict with agreement "
            f"{first.offer.id[:12]}, which came into force before: in both {way[0]!r} hands tracks "
            f"to {way[1]!r}, and their identities would join {', '.join(joined)} of the one with "
            "the finer or earlier places of the other, wherever and whenever each holds; offer the "
            "same fields, or places that are no finer and no earlier (precision_m, delay_s, "
            "cadence_s)"
        )


def _joined(named: Terms, other: Terms) -> list[str]:
    """Return the fields that only the first names, if the other tells more of places."""
    if "counts" in {named.level, other.level}:
        return []
    is_finer = (other.precision_m or 0.0) < (named.precision_m or 0.0)
    is_earlier = other.delay_ns < named.delay_ns or not nests(other.cadence_ns, named.cadence_ns)
    return sorted(set(named.fields) - set(other.fields)) if is_finer or is_earlier else []


def _check_counts(
    agreement: Agreement, first: Agreement, ways: list[tuple[str, str]], time_ns: int
) -> None:
    if {agreement.offer.terms.level, first.offer.terms.level} != {"counts"}:
        return
    for way in ways:
        if _counts(agreement.offer, way).conflicts(_counts(first.offer, way)):
            raise AgreementError(
                f"count_cell_m, count_at_least and cadence_s of offer "
                f"{agreement.offer.id[:12]} must be those of agreement "
                f"{first.offer.id[:12]}, in force at {text_from_time_ns(time_ns)}: in both "
                f"{way[0]!r} counts for {way[1]!r} in cells that overlap, and "
                "one would tell by subtraction what the other hides; offer the same cells, "
                "or an area that does not touch the other, or withdraw from that agreement"
            )


def _precedence(agreement: Agreement) -> tuple[int, str]:
    """Return since when it is in force, to compare."""
    begins_ns = agreement.in_force_ns
    return NEVER if begins_ns is None else begins_ns, agreement.offer.id


def _ways(offer: Offer) -> list[tuple[str, str]]:
    """Return who hands over to whom."""
    forth, back = offer.parties, (offer.recipient, offer.sender)
    return [forth, back] if offer.terms.both_ways else [forth]


def _counts(offer: Offer, way: tuple[str, str]) -> Grant:
    """Return what is counted; from when until when is not asked about."""
    until_ns = offer.terms.until_ns
    return Grant(**offer.terms.grant(*way, until_ns - 1, until_ns))
