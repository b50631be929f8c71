"""Clauses: each one read and checked; an error names the clause and the cure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from numbers import Real
from typing import Any, Literal, cast, get_args

from detente.checks import shown, whole
from detente.errors import SettingError
from detente.exchange.area.area import Area
from detente.exchange.report.fields import FIELDS
from detente.exchange.values.given import each, number, one_of, text
from detente.exchange.values.instant import NS_PER_DAY, time_ns_from_text

Level = Literal["detections", "tracklets", "tracks", "counts"]
LEVELS = get_args(Level)

MOST_NS = 36_525 * NS_PER_DAY
LEAST_CADENCE_NS = 1_000_000
LEAST_MM = 7  # the release's grid goes no finer, and no coarser
MOST_MM = 13_800_000
_MM_PER_M = 1_000
_WHOLE = Fraction(1, 1_000_000)
_LARGEST = 1e30  # of this size no number of a clause is, and of its inverse none but 0
_DIGITS = 1_000


def read_level(value: object) -> Level:
    """Return what leaves."""
    return cast("Level", one_of("level", value, LEVELS))


def read_time(value: object, *, clause: str) -> int:
    """Return a point in time [ns since 1970-01-01 UTC]."""
    if not isinstance(value, str):
        raise SettingError(f"{clause} must be text such as '2021-08-31', found {shown(value)}")
    try:
        return time_ns_from_text(value)
    except SettingError as error:
        raise SettingError(f"{clause}: {error}") from None


def read_duration(value: object, *, clause: str, unit_ns: int, least_ns: int = 1) -> int:
    """Return a length of time, 0 or from the least on, a nano- or a millisecond [ns]."""
    exact = _number(value, clause=clause) * unit_ns
    if exact < 0 or exact > MOST_NS or (exact > 0 and round(exact) < least_ns):
        least = "a nanosecond" if least_ns == 1 else "a millisecond"
        raise SettingError(
            f"{clause} must be 0, or from {least} to 100 years, found {shown(value)}"
        )
    return round(exact)


def read_metres(value: object, *, clause: str) -> float:
    """Return a size of a grid, whole millimetres [m]."""
    exact = _number(value, clause=clause) * _MM_PER_M
    if not LEAST_MM <= round(exact) <= MOST_MM or abs(exact - round(exact)) > _WHOLE:
        raise SettingError(
            f"{clause} must be whole millimetres from 0.007 to 13,800 m, found {shown(value)}"
        )
    return round(exact) / _MM_PER_M


def read_count(value: object, *, clause: str) -> int:
    """Return a whole number of 32 bits, 1 or more."""
    return whole(clause, value, least=1, most=2**32 - 1)


def read_purpose(value: object) -> str:
    """Return what the data may be used for; empty for anything."""
    if not isinstance(value, str) or not value.isprintable() or value != value.strip():
        raise SettingError(
            f"purpose must be one line of text without spaces around it, found {shown(value)}"
        )
    return text("purpose", value, may_be_empty=True)


def read_fields(value: object) -> tuple[str, ...]:
    """Return the names of optional fields, sorted."""
    names: set[str] = set()
    for name in each("fields", value):
        if not isinstance(name, str) or name not in FIELDS:
            near = get_close_matches(shown(name).strip("'"), FIELDS, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(FIELDS)}"
            raise SettingError(f"fields: there is no field {shown(name)}; {cure}")
        names.add(name)
    return tuple(sorted(names))


def read_areas(value: Any) -> tuple[Area, ...]:  # noqa: ANN401 - GeoJSON holds anything
    """Return the areas that must all hold, none of them implied by another."""
    if value is None:
        return ()
    listed = [value]
    if isinstance(value, list | tuple):
        listed = cast("list[Any]", value)
    several = any(isinstance(each, Area | Mapping) for each in listed)
    given: list[Any] = listed if several else [value]
    return needed_areas(map(Area.from_any, given))


def needed_areas(areas: Iterable[Area]) -> tuple[Area, ...]:
    """Return areas without those that another one implies, in their one order."""
    different = sorted(set(areas), key=lambda area: area.polygons)
    return tuple(
        area
        for area in different
        if not any(other is not area and other.lies_within(area) for other in different)
    )


def _number(value: object, *, clause: str) -> Fraction:
    """Return a number exactly."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise SettingError(f"{clause} must be a number, found {shown(value)}")
    near = number(clause, value)
    if value == 0:
        return Fraction(0)
    digits = len(value.as_tuple().digits) if isinstance(value, Decimal) else 0
    if not 1 / _LARGEST <= abs(near) <= _LARGEST or digits > _DIGITS:
        raise SettingError(f"{clause} must be a number of common size, found {shown(value)}")
    return Fraction(value if isinstance(value, int | Decimal | Fraction) else near)
