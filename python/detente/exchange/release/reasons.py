"""Reasons: why a row does not leave, clause by clause, for people.

Nothing here decides what leaves; the release does, and of a row's place it is asked itself. The
other clauses are read once more, in words.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from detente._core import Grant
from detente.errors import UnknownIdError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.standing import standing_at
from detente.exchange.release.release import places_of, withheld
from detente.exchange.report.report import Report
from detente.exchange.values.instant import words_from_duration_ns, words_from_time_ns


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
    if clause is None:
        return found
    if clause in {"", "precision_m"}:
        found = [reason for reason in found if reason.clause != "area"]
    if clause and all(reason.clause != clause for reason in found):
        found.append(Reason(clause, _of_the_release(agreement, row, clause)))
    return found


def _of_the_release(agreement: Agreement, row: Row, clause: str) -> str:
    """Return what the release alone knows."""
    terms = agreement.offer.terms
    if clause == "rows_per_s":
        return f"its second has more rows than the {terms.rows_per_s:,} that leave"
    if row.lat_deg is None:
        return "nobody knows where it is"
    size = f"{terms.precision_m:g} m"
    if clause == "area":
        return f"its place lies within, but not all of the cell to which it is rounded, of {size}"
    return f"the grid of {size} does not reach beyond 89° north and south"


def clause_of_release(
    agreement: Agreement, report: Report, at: int | None, *, recipient: str
) -> str | None:
    """Return the clause by which a release withholds a report of too many rows, or a row's place.

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
    {"area", "precision_m", "rows_per_s", ""} or None
        Empty if none does; `None` if the release has no say: of places in counts, of a report
        without a frame under terms that ask for places, of no row, after the end.
    """
    terms = agreement.offer.terms
    if report.frame is None and (terms.area or terms.precision_m):
        return None
    if report.time_ns >= terms.until_ns:
        return None
    # these alone are asked about: as if in force since then, and late enough
    grant = Grant(**terms.grant(report.origin, recipient, report.time_ns, _FOREVER_NS))
    clauses = withheld(report, grant, recipient=recipient, time_ns=terms.until_ns - 1)
    if isinstance(clauses, str):
        return "rows_per_s" if clauses == "ceiling" else None
    if at is None or terms.level == "counts":
        return None
    return _AS_TERMS.get(clauses[at] or "", "")


def text_from_reasons(agreement: Agreement, row: Row, found: Iterable[Reason]) -> str:
    """Return the answer to "why did it not get this row?" in a sentence.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import Agreement, Offer, time_ns_from_text
    >>> from detente.exchange.release.reasons import Row, reasons, text_from_reasons
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


def why_not(
    own: Report,
    agreements: Iterable[Agreement],
    *,
    partner: str,
    time_ns: int,
    object_id: int | None = None,
    was_above: Callable[[Offer], bool],
) -> str:
    """Return a sentence for each agreement about why a partner does not get a track.

    Parameters
    ----------
    own : Report
        The newest tracks of the party that is asked.
    agreements : iterable of Agreement
        Those between the two.
    partner : str
        Who does not get it.
    time_ns : int
        The moment asked about [ns since 1970-01-01 UTC].
    object_id : int, optional
        Which track; without it, its place is not asked about.
    was_above : callable
        Whether that report did not leave under an agreement since it was above the ceiling.

    Raises
    ------
    UnknownIdError
        There is no such track.
    """
    lat_deg = lon_deg = at = None
    if object_id is not None:
        (rows,) = np.nonzero(own.track_id == object_id)
        if not len(rows):
            raise UnknownIdError(f"the newest report of {own.origin!r} has no track {object_id}")
        at = int(rows[0])
        lats, lons = places_of(own)
        if np.isfinite(lats[at]):
            lat_deg, lon_deg = float(lats[at]), float(lons[at])
    row = Row(own.origin, partner, own.time_ns, time_ns, lat_deg=lat_deg, lon_deg=lon_deg)
    texts: list[str] = []
    for each in agreements:
        clause = clause_of_release(each, own, at, recipient=partner)
        clause = "rows_per_s" if not clause and was_above(each.offer) else clause
        texts.append(text_from_reasons(each, row, reasons(each, row, clause=clause)))
    return "\n".join(texts) or f"Nothing was ever offered between {own.origin} and {partner}."


_Texts = Iterator[tuple[str, str]]

_FOREVER_NS = 2**63 - 1
_AS_TERMS = {"area": "area", "precision": "precision_m"}


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
