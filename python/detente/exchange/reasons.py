"""Reasons: why a row does not leave, clause by clause, for people.

Nothing here decides what leaves; the release does. This reads the same terms once more, in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detente._core import Grant
from detente.exchange.agreement import Agreement
from detente.exchange.instant import words_from_duration_ns, words_from_time_ns
from detente.exchange.release import withheld
from detente.exchange.report import Report
from detente.exchange.standing import standing_at


@dataclass(frozen=True)
class Row:
    """One row that might have been handed over, and when it might have been.

    Parameters
    ----------
    origin, recipient : str
        Whose row it is, and who did not get it.
    report_ns, now_ns : int
        When it was seen, and the moment asked about [ns since 1970-01-01 UTC].
    level : {"detections", "tracklets", "tracks", "counts"}
        What kind of row.
    lat_deg, lon_deg : float, optional
        Where it was; without them no area is asked about.
    fields : tuple of str
        The optional fields asked about.
    """

    origin: str
    recipient: str
    report_ns: int
    now_ns: int
    level: str = "tracks"
    lat_deg: float | None = None
    lon_deg: float | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """What withholds a row.

    Attributes
    ----------
    clause : str
        The clause's name, as in TOML; ``"state"`` where the agreement is not in force,
        ``"parties"`` where it is not one between these two.
    text : str
        Why, in words.
    """

    clause: str
    text: str


def reasons(agreement: Agreement, row: Row, *, clause: str | None = None) -> list[Reason]:
    """Return every reason that an agreement gives for a row not to leave; none if it may.

    Parameters
    ----------
    agreement : Agreement
        Which one is asked about.
    row : Row
        What did not leave.
    clause : str, optional
        As `clause_of_release` says it. Whether a rounded position lies in an area is told by its
        cell, and whether too many rows leave by all of them, which only the release knows; without
        this the place itself is asked about.

    Returns
    -------
    list of Reason

    Raises
    ------
    SettingError
        A place of which only the latitude or the longitude is given.
    """
    found = [Reason(clause, text) for clause, text in _parties(agreement, row)]
    if found:
        return found
    texts = (_state, _level, _validity, _delay, _cadence, _area, _fields)
    found = [Reason(name, text) for each in texts for name, text in each(agreement, row)]
    if clause in _OF_THE_RELEASE and all(reason.clause != clause for reason in found):
        clauses = agreement.offer.terms.to_mapping()
        found.append(Reason(clause, _OF_THE_RELEASE[clause].format_map(clauses)))
    return found


def clause_of_release(
    agreement: Agreement, report: Report, at: int | None, *, recipient: str
) -> str | None:
    """Return the clause by which a release withholds a report of too many rows or a rounded row.

    Parameters
    ----------
    agreement : Agreement
        Which one is asked about.
    report : Report
        What the origin's own sensors say.
    at : int or None
        Which row; `None` to ask about the report alone.
    recipient : str
        Who does not get it.

    Returns
    -------
    {"area", "precision_m", "rows_per_s"} or None
    """
    terms = agreement.offer.terms
    is_placed = report.frame is not None or not (terms.area or terms.precision_m)
    if not is_placed or (terms.precision_m is None and terms.rows_per_s is None):
        return None
    # these alone are asked about: as if in force since then, and late enough
    grant = Grant(**terms.grant(report.origin, recipient, report.time_ns, _FOREVER_NS))
    clauses = withheld(report, grant, recipient=recipient, time_ns=terms.until_ns - 1)
    if isinstance(clauses, str):
        return "rows_per_s" if clauses == "ceiling" else None
    if at is None or terms.precision_m is None:
        return None
    return _AS_TERMS.get(clauses[at] or "")


def text_from_reasons(agreement: Agreement, row: Row, found: Iterable[Reason]) -> str:
    """Return the answer to "why did it not get this row?" in a sentence.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import Agreement, Offer, time_ns_from_text
    >>> from detente.exchange.reasons import Row, reasons, text_from_reasons
    >>> june, july = time_ns_from_text("2021-06-16"), time_ns_from_text("2021-07-17")
    >>> terms = dt.Terms(level="tracks", until="2021-08-31")
    >>> agreement = Agreement(Offer("North", "South", terms, june, terms.until_ns))
    >>> row = Row("North", "South", report_ns=july, now_ns=july)
    >>> print(text_from_reasons(agreement, row, reasons(agreement, row)))  # doctest: +ELLIPSIS
    South does not get it from North under agreement ...: state: it is offered since 16 June 2021;
    South must act before 31 August 2021.
    """
    name = f"agreement {agreement.offer.id[:12]}"
    why = "; ".join(f"{reason.clause}: {reason.text}" for reason in found)
    if not why:
        return f"No clause of {name} keeps it from {row.recipient}."
    return f"{row.recipient} does not get it from {row.origin} under {name}: {why}."


_Texts = Iterator[tuple[str, str]]

_FOREVER_NS = 2**63 - 1
_AS_TERMS = {"area": "area", "precision": "precision_m"}
_OF_THE_RELEASE = {
    "area": "its place lies within, but not all of the cell to which it is rounded, of "
    "{precision_m:g} m",
    "precision_m": "the grid of {precision_m:g} m does not reach beyond 89° north and south",
    "rows_per_s": "its second has more rows than the {rows_per_s:,} that leave",
}
"""What the release alone knows."""


def _parties(agreement: Agreement, row: Row) -> _Texts:
    offer = agreement.offer
    if offer.conditions:
        yield "parties", "it is a host's consent, under which nothing flows"
    elif (row.origin, row.recipient) == offer.parties[::-1]:
        if not offer.terms.both_ways:
            yield "both_ways", f"it goes one way, from {offer.sender} to {offer.recipient}"
    elif (row.origin, row.recipient) != offer.parties:
        yield "parties", f"it is between {offer.sender} and {offer.recipient}"


def _state(agreement: Agreement, row: Row) -> _Texts:
    if row.now_ns < agreement.offer.time_ns:
        yield "state", f"it was offered only on {words_from_time_ns(agreement.offer.time_ns)}"
        return
    standing = standing_at(agreement, row.now_ns)
    if standing.state != "accepted":
        yield "state", f"it is {standing.words}"


def _level(agreement: Agreement, row: Row) -> _Texts:
    level = agreement.offer.terms.level
    if row.level != level:
        yield "level", f"it lets {level} go, and this is of the kind {row.level}"


def _validity(agreement: Agreement, row: Row) -> _Texts:
    from_ns = agreement.offer.terms.from_ns
    if from_ns is not None and row.report_ns < from_ns:
        yield "from", f"nothing seen before {words_from_time_ns(from_ns)} leaves"
    begun_ns = agreement.in_force_ns
    if begun_ns is not None and begun_ns <= row.now_ns and row.report_ns < begun_ns:
        yield "state", f"it came into force on {words_from_time_ns(begun_ns)}, after this was seen"


def _delay(agreement: Agreement, row: Row) -> _Texts:
    delay_ns = agreement.offer.terms.delay_ns
    if row.report_ns + delay_ns > row.now_ns:
        late = words_from_duration_ns(delay_ns) if delay_ns else "0 s"
        leaves = words_from_time_ns(row.report_ns + delay_ns)
        yield "delay_s", f"it leaves {late} late, at {leaves}"


def _cadence(agreement: Agreement, row: Row) -> _Texts:
    cadence_ns = agreement.offer.terms.cadence_ns
    if cadence_ns and row.report_ns % cadence_ns:
        every = words_from_duration_ns(cadence_ns)
        yield "cadence_s", f"only reports of every {every} leave, and this is of between"


def _area(agreement: Agreement, row: Row) -> _Texts:
    if row.lat_deg is None or row.lon_deg is None:
        return
    for area in agreement.offer.terms.area:
        if not area.contains(row.lat_deg, row.lon_deg)[0]:
            place = f"{row.lat_deg:g}°, {row.lon_deg:g}°"
            yield "area", f"latitude and longitude {place} lie outside {area.text}"


def _fields(agreement: Agreement, row: Row) -> _Texts:
    for field in row.fields:
        if field not in agreement.offer.terms.fields:
            yield "fields", f"{field} leaves only where the terms name it"
