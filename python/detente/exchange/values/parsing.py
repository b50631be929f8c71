"""Bounds of what comes as text: how long it is, before it is parsed, and how deeply it nests."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, cast

from detente.checks import shown
from detente.errors import DecodeError
from detente.exchange.values.given import told

T = TypeVar("T")

MOST_CHARACTERS = 2**20
"""Room for an area of 10,000 corners, or a head of a report with as many."""
MOST_DEPTH = 32

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP_KEY = re.compile(rf"(?<![\w-])(?:{_PART}){{{MOST_DEPTH}}}")


def parsed(text: object, what: str, parse: Callable[[str], T]) -> T:
    """Return what a parser makes of a text that is neither too long nor nests too deeply.

    Parameters
    ----------
    text : object
        What came as text.
    what : str
        What it must be, such as ``"TOML"``.
    parse : callable
        It may raise `ValueError`.

    Raises
    ------
    DecodeError
        No text, more than a million characters, lone surrogates, more than 32 levels, or what
        the parser refuses.
    """
    if not isinstance(text, str):
        raise DecodeError(f"expected {what}: it must be text, found {shown(text)}")
    if len(text) > MOST_CHARACTERS:
        raise DecodeError(
            f"expected {what} of at most {MOST_CHARACTERS:,} characters, found {len(text):,}; "
            "leave out what is not needed"
        )
    if _DEEP_KEY.search(text):
        raise _too_deep(what)
    try:
        text.encode()
        found = parse(text)
    except RecursionError:
        raise _too_deep(what) from None
    except ValueError as error:  # also of an integer of 10,000 digits, and of half a character
        raise DecodeError(f"expected {what}: {told(error)}") from None
    check_depth(found, what)
    return found


def check_depth(tree: object, what: str) -> None:
    """Refuse lists and mappings in each other, deeper than text may nest.

    Raises
    ------
    DecodeError
        They do.
    """
    level = [tree]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, Mapping):
                inner += cast("Mapping[Any, Any]", each).values()
            elif isinstance(each, list | tuple):
                inner += cast("list[Any]", each)
        level = inner
    if level:
        raise _too_deep(what)


def mapping_from_json(text: object, what: str) -> dict[str, Any]:
    """Return the object that JSON holds: no key twice, no number that is none.

    Raises
    ------
    DecodeError
        Something else, or too much of it.
    """
    found = parsed(text, what, _mapping_from_json)
    if not isinstance(found, dict):
        raise DecodeError(f"expected {what} that is an object, found {shown(found)}")
    return cast("dict[str, Any]", found)


def _mapping_from_json(text: str) -> object:
    found: object = json.loads(
        text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
    )
    if "\\u" in text:
        json.dumps(found, ensure_ascii=False).encode()  # an escape may make half a character
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name in times if times[name] > 1)
        raise ValueError(f"the key {shown(twice)} stands twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    found = float(text)
    if found in {float("inf"), float("-inf")}:
        raise ValueError(f"{shown(text)} is too large a number")
    return found


def _too_deep(what: str) -> DecodeError:
    return DecodeError(
        f"expected {what} of at most {MOST_DEPTH} levels in each other; nest it less deeply"
    )
