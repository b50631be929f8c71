"""The one place of checks for settings: an error names the setting, what it must be, what came."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import inf, pi, tau
from numbers import Integral, Real
from reprlib import Repr
from typing import Any, TypeGuard, TypeVar, cast

from detente.errors import SettingError, ShapeError

T = TypeVar("T")

_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxdict = 4, 8, 8, 8
_SHORT.maxstring, _SHORT.maxother, _SHORT.maxlong = 80, 100, 60

LARGEST = 1e30
"""No length, rate or density of a scene is larger and no deviation smaller than its inverse, so
that squares are numbers, too."""

_ROUNDED = 1.0 + 1e-6  # an angle may be rounded beyond a turn
_DEGREES = "; convert degrees with math.radians"


def number(name: str, value: object, expected: str = "finite") -> float:
    """Return a number: no text, None, bool or array, neither NaN nor infinite nor absurd.

    Raises
    ------
    SettingError
        It is something else.
    """
    if not _is_real(value):
        raise SettingError(f"{name} must be a number, {expected}, found {shown(value)}")
    if not abs(value) < inf:
        raise SettingError(f"{name} must be {expected}, found {shown(value)}")
    if abs(value) > LARGEST:
        found = shown(value)
        raise SettingError(f"{name} must be {expected}, of at most {LARGEST:g}, found {found}")
    return float(value)


def inside(
    name: str, value: object, expected: str, is_inside: Callable[[float], bool], advice: str = ""
) -> float:
    """Return a number that lies where it must.

    Raises
    ------
    SettingError
        It does not, or is no number.
    """
    given = number(name, value, expected)
    if is_inside(given):
        return given
    raise SettingError(f"{name} must be {expected}, found {value}{advice}")


def positive(name: str, value: object) -> float:
    """Return a number above zero."""
    given = inside(name, value, "positive and finite", lambda x: x > 0.0)
    return inside(
        name, given, f"positive, of at least {1.0 / LARGEST:g}", lambda x: x * LARGEST >= 1.0
    )


def not_negative(name: str, value: object) -> float:
    """Return a number that is zero or above."""
    return inside(name, value, "zero or positive, and finite", lambda x: x >= 0.0)


def probability(name: str, value: object) -> float:
    """Return a probability above zero; one is certain."""
    return inside(name, value, "above 0 and at most 1", lambda x: 0.0 < x <= 1.0)


def angle(name: str, value: object) -> float:
    """Return an angle of at most a turn either way [rad]: a larger one is in degrees."""
    expected = "in radians, within ±2π"
    return inside(name, value, expected, lambda x: abs(x) <= tau * _ROUNDED, _DEGREES)


def angular_std(name: str, value: object) -> float:
    """Return the deviation of an angle [rad]: above zero, and below half a turn."""
    expected = "positive and finite, in radians, of at most π"
    positive(name, value)
    return inside(name, value, expected, lambda x: x <= pi, _DEGREES)


def angle_of_view(name: str, value: object, *, is_sector: bool = False) -> float:
    """Return a whole angle between two edges [rad]: below π, of a sector up to the whole turn."""
    if is_sector:
        expected = "in radians, above 0 and at most 2π"
        return inside(name, value, expected, lambda x: 0.0 < x <= tau * _ROUNDED, _DEGREES)
    return inside(name, value, "in radians, between 0 and π", lambda x: 0.0 < x < pi, _DEGREES)


def span(name: str, value: object, *, can_be_zero: bool = False) -> float:
    """Return a length of time [s], which may be infinite."""
    if isinstance(value, float) and value == inf:
        return inf
    if can_be_zero:
        return inside(name, value, "at least 0", lambda x: x >= 0.0)
    return inside(name, value, "positive", lambda x: x > 0.0)


def whole(name: str, value: object, *, least: int = 0, most: int = 2**63 - 1) -> int:
    """Return a whole number from `least` to `most`.

    Raises
    ------
    SettingError
        It is something else.
    """
    if _is_whole(value) and least <= int(value) <= most:
        return int(value)
    span = f"of at least {least}" if most >= 2**63 - 1 else f"from {least} to {most}"
    raise SettingError(f"{name} must be a whole number {span}, found {shown(value)}")


def axes_of_space(value: object) -> int:
    """Return a number of axes, up to three."""
    if _is_whole(value) and int(value) in {1, 2, 3}:
        return int(value)
    raise SettingError(f"axes must be 1, 2 or 3, found {shown(value)}")


def flag(name: str, value: object) -> bool:
    """Return yes or no."""
    return one_of(name, value, bool, "True or False")


def text(name: str, value: object) -> str:
    """Return a text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise SettingError(f"{name} must be a text that is not empty, found {shown(value)}")


def choice(name: str, value: object, options: Sequence[str]) -> None:
    """Refuse all but some words."""
    if isinstance(value, str) and value in options:
        return
    words = [f'"{option}"' for option in options]
    listed = f"{', '.join(words[:-1])} or {words[-1]}"
    raise SettingError(f"{name} must be {listed}, found {shown(value)}")


def one_of(name: str, value: object, kinds: type[T] | tuple[type[T], ...], such_as: str) -> T:
    """Return a value of one of some classes."""
    if isinstance(value, kinds):
        return value
    raise SettingError(f"{name} must be {such_as}, found {shown(value)}")


def items(name: str, value: object, expected: str) -> list[object]:
    """Return what a sequence, or an array of one dimension, holds."""
    is_other = isinstance(value, str | bytes | Mapping | AbstractSet)
    each = cast("Any", value)  # which may be an array without dimensions
    if is_other or not isinstance(value, Iterable) or getattr(each, "ndim", 1) == 0:
        raise SettingError(f"{name} must be {expected}, found {shown(each)}")
    return list(each)


def per_axis(name: str, value: object, axes: int | None = None) -> float | tuple[float, ...]:
    """Return one positive number, or one for each axis, of as many axes as are known.

    Raises
    ------
    SettingError
        A number is not positive.
    ShapeError
        There are more or fewer than axes.
    """
    if _is_real(value):
        return positive(name, value)
    expected = "one number, or one for each axis"
    each = tuple(positive(name, one) for one in items(name, value, expected))
    if axes is not None and len(each) != axes:
        raise ShapeError(f"{name} must be one number or have shape ({axes},), found ({len(each)},)")
    if not 1 <= len(each) <= 3:  # noqa: PLR2004 - the axes of space
        raise ShapeError(f"{name} must be {expected} of at most three, found {len(each)}")
    return each


def _is_real(value: object) -> TypeGuard[float]:
    return not isinstance(value, bool) and isinstance(value, Real)


def _is_whole(value: object) -> TypeGuard[int]:
    return not isinstance(value, bool) and isinstance(value, Integral)


def shown(value: object) -> str:
    """Return a value as an error shows it: on one line, of bounded length, whatever it is."""
    try:
        written = " ".join(_SHORT.repr(value).split())
    except Exception:  # noqa: BLE001 - an integer of 10,000 digits; any object's own repr
        return f"<{type(value).__name__}>"
    return written if len(written) <= 100 else f"{written[:97]}..."  # noqa: PLR2004 - a line


def below_one(name: str, value: object) -> float:
    """Return a number between 0 and 1, neither of which is permitted."""
    return inside(name, value, "between 0 and 1", lambda x: 0.0 < x < 1.0)


def share(name: str, value: object) -> float:
    """Return a number from 0 on and below 1."""
    return inside(name, value, "at least 0 and below 1", lambda x: 0.0 <= x < 1.0)
