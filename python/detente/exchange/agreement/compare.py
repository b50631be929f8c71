"""Terms beside each other: which allow more, what both allow, which clauses go together."""

from math import lcm
from typing import TYPE_CHECKING, Any

from detente.errors import SettingError
from detente.exchange.agreement import ceiling
from detente.exchange.agreement.clauses import MOST_NS, needed_areas
from detente.exchange.report.hops import clauses_of, hops_of
from detente.exchange.values.instant import text_from_time_ns

if TYPE_CHECKING:
    from detente.exchange.agreement.terms import Terms


def check_together(terms: "Terms") -> None:
    """Refuse clauses that do not go together.

    Raises
    ------
    SettingError
        Validity that ends before it begins, a precision of anything but tracks, clauses of counts
        without counts or counts without them, fields of counts.
    """
    level, counts = terms.level, terms.level == "counts"
    if terms.from_ns is not None and terms.from_ns >= terms.until_ns:
        raise SettingError(
            f"until must be later than from; found from {text_from_time_ns(terms.from_ns)} until "
            f"{text_from_time_ns(terms.until_ns)}"
        )
    if terms.precision_m is not None and level != "tracks":
        raise SettingError(
            f"precision_m rounds tracks, and the level is {level}; leave precision_m out or make "
            "the level tracks"
        )
    _check_recipient(terms)
    for clause in ("count_cell_m", "count_at_least"):
        if not counts and getattr(terms, clause) is not None:
            raise SettingError(
                f"{clause} goes with the level counts, and the level is {level}; leave it out or "
                "make the level counts"
            )
    if not counts:
        return
    if terms.fields:
        raise SettingError(f"fields: counts have none, found {', '.join(terms.fields)}")
    needed = {
        "count_cell_m": terms.count_cell_m,
        "count_at_least": terms.count_at_least,
        "cadence_s": terms.cadence_ns,
    }
    missing = [clause for clause, value in needed.items() if not value]
    if missing:
        raise SettingError(f"the level counts needs {' and '.join(missing)}")
    if len(terms.area) != 1:
        raise SettingError(
            f"area: the level counts needs one area, whose cells are counted, found "
            f"{len(terms.area)}"
        )


def _check_recipient(terms: "Terms") -> None:
    """Refuse clauses about what the recipient may do that do not go together."""
    if terms.retention_ns == 0:
        raise SettingError("retention_days must be more than 0; leave it out for no limit")
    if terms.relay_hops is not None and not terms.relay:
        raise SettingError(
            "relay_hops limits how often it is passed on, and relay is false; leave it out, or set "
            "relay"
        )


def exceeding(terms: "Terms", other: "Terms") -> tuple[str, ...]:
    """Return the clauses by which terms may allow more than others, in the order of the clauses."""
    more = {
        "level": terms.level != other.level,
        "from": other.from_ns is not None
        and (terms.from_ns is None or terms.from_ns < other.from_ns),
        "until": terms.until_ns > other.until_ns,
        "area": _covers_more(terms, other),
        "fields": not set(terms.fields) <= set(other.fields),
        "delay_s": terms.delay_ns < other.delay_ns,
        "cadence_s": not nests(terms.cadence_ns, other.cadence_ns),
        "precision_m": (terms.precision_m or 0.0) < (other.precision_m or 0.0),
        "count_cell_m": terms.count_cell_m != other.count_cell_m,
        "count_at_least": (terms.count_at_least or 0) < (other.count_at_least or 0),
        "purpose": other.purpose not in {"", terms.purpose},
        "retention_days": other.retention_ns is not None
        and (terms.retention_ns is None or terms.retention_ns > other.retention_ns),
        "rows_per_s": ceiling.allows_more(terms.rows_per_s, other.rows_per_s),
        "relay": terms.relay and not other.relay,
        "relay_hops": terms.relay and other.relay and hops_of(terms) > hops_of(other),
        "both_ways": terms.both_ways and not other.both_ways,
    }
    return tuple(clause for clause, is_more in more.items() if is_more)


def meet(terms: "Terms", other: "Terms") -> dict[str, Any] | None:
    """Return the clauses of the greatest terms that allow no more than either, or nothing."""
    purposes = {terms.purpose, other.purpose} - {""}
    begins = [t.from_ns for t in (terms, other) if t.from_ns is not None]
    kept = [t.retention_ns for t in (terms, other) if t.retention_ns is not None]
    from_ns, until_ns = max(begins, default=None), min(terms.until_ns, other.until_ns)
    cadence_ns = _common(terms.cadence_ns, other.cadence_ns)
    if (
        terms.level != other.level
        or len(purposes) > 1
        or (from_ns is not None and from_ns >= until_ns)
        or terms.count_cell_m != other.count_cell_m
        or (terms.level == "counts" and terms.area != other.area)
        or cadence_ns > MOST_NS
    ):
        return None
    return {
        "from_ns": from_ns,
        "until_ns": until_ns,
        "area": needed_areas(terms.area + other.area),
        "fields": tuple(sorted(set(terms.fields) & set(other.fields))),
        "delay_ns": max(terms.delay_ns, other.delay_ns),
        "cadence_ns": cadence_ns,
        "precision_m": max(terms.precision_m or 0.0, other.precision_m or 0.0) or None,
        "count_at_least": max(terms.count_at_least or 0, other.count_at_least or 0) or None,
        "purpose": max(purposes, default=""),
        "retention_ns": min(kept, default=None),
        "rows_per_s": ceiling.lower(terms.rows_per_s, other.rows_per_s),
        **clauses_of(min(hops_of(terms), hops_of(other))),
        "both_ways": terms.both_ways and other.both_ways,
    }


def _covers_more(terms: "Terms", other: "Terms") -> bool:
    """Whether an object may be somewhere that the other terms do not surely allow.

    Counts of two areas are two partitions; from their difference the suppressed could be told.
    """
    if terms.level == "counts":
        return terms.area != other.area
    return not all(any(mine.lies_within(a) for mine in terms.area) for a in other.area)


def nests(coarse: int, fine: int) -> bool:
    """Whether one grid is part of another; 0 is the grid of everything."""
    return fine == 0 or (coarse > 0 and coarse % fine == 0)


def _common(one: int, other: int) -> int:
    """Return the finest grid that is part of both."""
    return lcm(one, other) if one and other else one or other
