"""Terms as TOML holds them: clauses at rest left out, places as GeoJSON, times as text."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from detente.checks import shown
from detente.errors import SettingError
from detente.exchange.values.given import words
from detente.exchange.values.instant import NS_PER_DAY, NS_PER_S, exact_text_from_time_ns

if TYPE_CHECKING:
    from detente.exchange.agreement.terms import Terms

CLAUSES = (
    "level", "from", "until", "area", "fields", "delay_s", "cadence_s", "precision_m",
    "count_cell_m", "count_at_least", "purpose", "retention_days", "rows_per_s", "relay",
    "relay_hops", "both_ways",
)  # fmt: skip

_NAMED = {*CLAUSES, "from_"}


def mapping_from_terms(terms: "Terms") -> dict[str, Any]:
    """Return the clauses by their names in TOML."""
    areas = [area.to_geojson() for area in terms.area]
    kept_ns = terms.retention_ns
    clauses = {
        "level": terms.level,
        "from": None if terms.from_ns is None else exact_text_from_time_ns(terms.from_ns),
        "until": exact_text_from_time_ns(terms.until_ns),
        "area": areas[0] if len(areas) == 1 else areas,
        "fields": list(terms.fields),
        "delay_s": _in_units(terms.delay_ns, NS_PER_S),
        "cadence_s": _in_units(terms.cadence_ns, NS_PER_S),
        "precision_m": _shortest(terms.precision_m),
        "count_cell_m": _shortest(terms.count_cell_m),
        "count_at_least": terms.count_at_least,
        "purpose": terms.purpose,
        "retention_days": None if kept_ns is None else _in_units(kept_ns, NS_PER_DAY),
        "rows_per_s": terms.rows_per_s,
        "relay": terms.relay,
        "relay_hops": terms.relay_hops,
        "both_ways": terms.both_ways,
    }
    return {clause: value for clause, value in clauses.items() if value}


def arguments_from_mapping(clauses: Mapping[str, Any]) -> dict[str, Any]:
    """Return clauses as arguments of `Terms`: `from` by the name that Python has for it."""
    if not isinstance(cast("object", clauses), Mapping):
        raise SettingError(f"terms must be a mapping of clauses, found {shown(clauses)}")
    unknown = [name for name in cast("Mapping[Any, Any]", clauses) if name not in _NAMED]
    if unknown:
        raise SettingError(told_unknown(unknown))
    missing = [clause for clause in ("level", "until") if clause not in clauses]
    if missing:
        raise SettingError(f"terms need {' and '.join(missing)}, found {', '.join(clauses)}")
    if "from_" in clauses:
        raise SettingError("terms have no clause from_ in TOML; write from")
    arguments = {clause: _text_of_date(value) for clause, value in clauses.items()}
    if "from" in arguments:
        arguments["from_"] = arguments.pop("from")
    return arguments


def told_unknown(names: Iterable[object]) -> str:
    """Return the message about clauses that there are not."""
    cures: list[str] = []
    for name in sorted(map(str, names))[:5]:
        match = get_close_matches(name[:40], CLAUSES, n=1)
        cures.append(words([name]) + (f" (did you mean {match[0]}?)" if match else ""))
    return (
        f"terms cannot express {', '.join(cures)} and do not promise what is not enforced; "
        f"their clauses are {', '.join(CLAUSES)}"
    )


def _text_of_date(value: Any) -> Any:  # noqa: ANN401 - what TOML holds
    return value.isoformat() if isinstance(value, date) else value


def _in_units(duration_ns: int, unit_ns: int) -> int | float | Decimal:
    """Return a length of time as the simplest number that reads back exactly."""
    if duration_ns % unit_ns == 0:
        return duration_ns // unit_ns
    short = duration_ns / unit_ns
    read_back = (Fraction(short), Fraction(repr(short)))  # by Python, and by TOML digit by digit
    is_exact = all(round(value * unit_ns) == duration_ns for value in read_back)
    return short if is_exact else Decimal(duration_ns) / unit_ns


def _shortest(size_m: float | None) -> float | None:
    return int(size_m) if size_m is not None and size_m.is_integer() else size_m
