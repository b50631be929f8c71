"""What is given from outside: a check for each type of a single value, which says what came."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import inf, isfinite
from numbers import Real
from typing import Any, TypeVar, cast

import numpy as np

from detente.checks import shown, whole
from detente.errors import SettingError

T = TypeVar("T")

MOST_TEXT = 1_000
"""Characters of a name or of a line; more is no name."""

LEAST_TIME_NS = -8_520_336_000 * 10**9
"""1700-01-01 UTC [ns since 1970-01-01 UTC]."""
MOST_TIME_NS = 7_258_118_400 * 10**9
"""2200-01-01 UTC: well within what 64 bits hold [ns since 1970-01-01 UTC]."""


def told(error: Exception) -> str:
    """Return what an error says, of bounded length, as it can be written."""
    return str(error)[:300].encode("utf-8", "backslashreplace").decode()


def words(names: Iterable[object]) -> str:
    """Return names as an error lists them, of bounded length."""
    return shown(", ".join(str(name) for name in names))[1:-1]


def text(name: str, value: object, *, most: int = MOST_TEXT, may_be_empty: bool = False) -> str:
    """Return a text that can be written as UTF-8.

    Raises
    ------
    SettingError
        It is something else, too long, empty, or holds half a character (a lone surrogate).
    """
    if not isinstance(value, str) or not (value or may_be_empty):
        kind = "text" if may_be_empty else "text that is not empty"
        raise SettingError(f"{name} must be {kind}, found {shown(value)}")
    if len(value) > most:
        raise SettingError(f"{name} must have at most {most:,} characters, found {len(value):,}")
    try:
        value.encode()
    except UnicodeEncodeError:
        message = f"{name} must be text in UTF-8, without lone surrogates, found {shown(value)}"
        raise SettingError(message) from None
    return str(value)


def time(name: str, value: object) -> int:
    """Return a point in time [ns since 1970-01-01 UTC]."""
    try:
        return whole(name, value, least=LEAST_TIME_NS, most=MOST_TIME_NS)
    except SettingError:
        raise SettingError(
            f"{name} must be whole nanoseconds since 1970-01-01 UTC, from 1700 to 2200, "
            f"found {shown(value)}"
        ) from None


def number(name: str, value: object, *, least: float = -inf, most: float = inf) -> float:
    """Return a finite number within bounds, which are permitted themselves."""
    is_real = not isinstance(value, bool) and isinstance(value, Real | Decimal)
    try:
        found = float(cast("Any", value)) if is_real else inf
    except (OverflowError, ValueError):
        found = inf
    if isfinite(found) and least <= found <= most:
        return found
    if is_real and not isfinite(found):
        raise SettingError(f"{name} must be finite, found {shown(value)}")
    bounds = "" if least == -inf else f" from {least:g} to {most:g}"
    if most == inf and least > -inf:
        bounds = f" of at least {least:g}"
    raise SettingError(f"{name} must be a number{bounds}, found {shown(value)}")


def flag(name: str, value: object) -> bool:
    """Return a yes or no."""
    if isinstance(value, bool):
        return value
    raise SettingError(f"{name} must be true or false, found {shown(value)}")


def one_of(name: str, value: object, known: Iterable[str]) -> str:
    """Return one of some words."""
    words = list(known)
    if isinstance(value, str) and value in words:
        return str(value)
    raise SettingError(f"{name} must be one of {', '.join(words)}, found {shown(value)}")


def listed(name: str, value: object, *, most: int = 10_000) -> list[object]:
    """Return what a list, a tuple or an array holds."""
    found = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(found, list | tuple):
        raise SettingError(f"{name} must be a list, found {shown(cast('object', found))}")
    found = list(cast("Iterable[object]", found))
    if len(found) > most:
        raise SettingError(f"{name} may have {most:,} entries, found {len(found):,}")
    return found


def each(name: str, value: object) -> list[Any]:
    """Return what anything holds that can be gone through, but for the letters of a text."""
    try:
        if not isinstance(value, str | bytes | Mapping):
            return list(cast("Iterable[Any]", value))
    except TypeError:
        pass
    raise SettingError(f"{name} must be a list of names, found {shown(cast('object', value))}")


def instance(name: str, value: object, kind: type[T], article: str = "a") -> T:
    """Return a value of a class."""
    if isinstance(value, kind):
        return value
    message = f"{name} must be {article} {kind.__name__}, found {shown(value)}"
    raise SettingError(message)
