"""Wording: terms as one sentence for people, in which no clause is missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.exchange.agreement import ceiling
from detente.exchange.values.instant import words_from_duration_ns, words_from_time_ns

if TYPE_CHECKING:
    from detente.exchange.agreement.terms import Terms


def text_from_terms(terms: "Terms", sender: str, recipient: str) -> str:
    """Return the sentence; a clause that permits without limit is said, too."""
    validity = f"until {words_from_time_ns(terms.until_ns)}"
    if terms.from_ns is not None:
        validity = f"from {words_from_time_ns(terms.from_ns)} {validity}"
    if terms.both_ways:
        who = f"{recipient} and {sender} receive from each other"
    else:
        who = f"{recipient} receives from {sender}"
    parts = [
        f"{validity[0].upper()}{validity[1:]} {who} {terms.level} {_where(terms)}",
        *_how(terms),
        f"for {terms.purpose}" if terms.purpose else "for any purpose",
        "kept without limit"
        if terms.retention_ns is None
        else f"kept {words_from_duration_ns(terms.retention_ns)}",
        _relay(terms),
    ]
    return ", ".join(parts) + "."


def clauses_from_terms(terms: "Terms") -> str:
    """Return the clauses that are not at rest, by their names in TOML."""
    clauses = terms.to_mapping()
    if terms.area:
        clauses["area"] = " and ".join(area.text for area in terms.area)
    if terms.fields:
        clauses["fields"] = text_from_names(terms.fields)
    return "; ".join(c if value is True else f"{c} {value}" for c, value in clauses.items())


def text_from_names(names: Sequence[str]) -> str:
    """Return names as people list them: A, B and C."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def text_from_metres(size_m: float) -> str:
    """Return a size in words: 50 m, 2 km."""
    size_mm = round(size_m * 1_000)
    if size_mm % 1_000_000 == 0:
        return f"{size_mm // 1_000_000:,} km"
    return f"{size_m:,.3f}".rstrip("0").rstrip(".") + " m"


def _relay(terms: "Terms") -> str:
    if not terms.relay:
        return "not to be passed on"
    if terms.relay_hops is None:
        return "may be passed on"
    times = "once" if terms.relay_hops == 1 else f"{terms.relay_hops:,} times"
    return f"may be passed on {times}"


def _where(terms: "Terms") -> str:
    if not terms.area:
        return "everywhere"
    inside = [f"{'' if area.name else 'the area of '}{area.text}" for area in terms.area]
    return f"inside {' and inside '.join(inside)}"


def _how(terms: "Terms") -> list[str]:
    """Return how exact, how often, how late and with which fields."""
    how: list[str] = []
    if terms.count_cell_m is not None:
        cells = f"in cells of {text_from_metres(terms.count_cell_m)}"
        how += [cells, f"fewer than {terms.count_at_least} not told apart"]
    elif terms.precision_m is not None:
        how.append(f"rounded to {text_from_metres(terms.precision_m)}")
    elif terms.level == "tracks":
        how.append("unrounded")
    if terms.cadence_ns:
        how.append(f"every {words_from_duration_ns(terms.cadence_ns)}")
    how.append(f"{words_from_duration_ns(terms.delay_ns)} late" if terms.delay_ns else "at once")
    if terms.level == "detections" and terms.area:
        how.append("with where a sensor stands that measures from there, also outside")
    how += ceiling.words(terms.rows_per_s)
    if terms.fields:
        how.append(f"with {text_from_names(terms.fields)}")
    return how
