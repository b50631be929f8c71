"""TOML as written here: one key a line, tables and lists within one line. It is read by tomllib."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from detente.checks import shown
from detente.errors import SettingError
from detente.exchange.values.parsing import parsed

_DIGITS = 400
"""More than any float64 has, before and after the point."""


def toml_from_mapping(values: Mapping[str, Any]) -> str:
    """Return a mapping of text, numbers, flags, lists and mappings as TOML.

    Raises
    ------
    SettingError
        Something that TOML cannot hold.
    """
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def mapping_from_toml(text: str) -> dict[str, Any]:
    """Return what TOML holds, decimal numbers exact.

    Raises
    ------
    DecodeError
        No TOML, more than a million characters of it, or more than 32 levels in each other.
    """
    return parsed(text, "TOML", lambda text: tomllib.loads(text, parse_float=_decimal))


def _decimal(text: str) -> Decimal:
    """Return a decimal number; a monstrous one is no TOML here."""
    found = Decimal(text)
    if found.is_finite() and (
        len(found.as_tuple().digits) > _DIGITS or abs(found.adjusted()) > _DIGITS
    ):
        raise ValueError(f"{shown(text)} has too many digits")
    return found


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else _value(key)


def _value(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    """Return one value; text escapes as in JSON, but for DEL, which TOML does not take."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        inner = ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in pairs)
        return f"{{ {inner} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(_value(inner) for inner in cast('Sequence[Any]', value))}]"
    raise SettingError(f"TOML cannot hold {shown(value)}")
