"""What a report says of itself: one table of its keys, what each must be and how JSON has it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from detente.checks import shown, whole
from detente.errors import DecodeError, SettingError
from detente.exchange.report.kinds import COLUMNS
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.given import flag, instance, listed, number, one_of, time, told
from detente.exchange.values.names import check_name
from detente.exchange.values.parsing import mapping_from_json
from detente.geo import LocalFrame

if TYPE_CHECKING:
    from detente.exchange.report.report import Report

SCHEMA = "detente.report/2"
"""The version that is written; later ones of the same number only add."""

_LEVELS = (3, 24)
_TIME = re.compile("0|-?[1-9][0-9]{0,18}")
_FRAME = ((-90.0, 90.0), (-540.0, 540.0), (-1e6, 1e9))


@dataclass(frozen=True)
class _Key:
    """One key.

    Attributes
    ----------
    checked : callable
        Returns the value that a report holds, given the key and what came; or raises.
    written, read : callable
        From a value that is not `None` to what JSON holds, and back.
    is_optional : bool
        Whether JSON may lack it, which is the same as null.
    """

    checked: Callable[[str, Any], Any]
    written: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value
    is_optional: bool = False


def _axes(name: str, value: object) -> int:
    return whole(name, value, least=2, most=3)


def _hops(name: str, value: object) -> int | None:
    return None if value is None else whole(name, value, least=1, most=2**32 - 1)


def _level(name: str, value: object) -> int | None:
    return None if value is None else whole(name, value, least=_LEVELS[0], most=_LEVELS[1])


def _frame(name: str, value: object) -> LocalFrame | None:
    return None if value is None else instance(name, value, LocalFrame)


def _sensor(name: str, value: object) -> SensorDescription | None:
    return None if value is None else instance(name, value, SensorDescription)


def _time_from_text(value: object) -> int:
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        raise SettingError(f"time_ns must be the digits of a whole number, found {shown(value)}")
    return int(value)


def _frame_from_list(value: object) -> LocalFrame:
    given = listed("frame", value)
    if len(given) != len(_FRAME):
        raise SettingError(f"frame must be latitude, longitude and height, found {shown(given)}")
    bounded = zip(given, _FRAME, strict=True)
    return LocalFrame(*(number("frame", x, least=lo, most=hi) for x, (lo, hi) in bounded))


KEYS: Mapping[str, _Key] = {
    "origin": _Key(lambda _, value: check_name(value, "the origin of a report")),
    "kind": _Key(lambda name, value: one_of(name, value, COLUMNS)),
    "time_ns": _Key(time, str, _time_from_text),  # as text: beyond what JSON promises of a number
    "sequence": _Key(whole),
    "axes": _Key(_axes),
    "relay": _Key(flag),
    "relay_hops": _Key(_hops, is_optional=True),
    "frame": _Key(_frame, lambda at: [at.lat_deg, at.lon_deg, at.height_m], _frame_from_list),
    "sensor": _Key(_sensor, SensorDescription.to_mapping, SensorDescription.from_mapping),
    "grid_level": _Key(_level),
}
"""What all rows have in common, by the names that both a report and JSON have for it."""


def checked_notes(notes: object) -> dict[str, Any]:
    """Return what a report says that this version does not know, as JSON holds it.

    Raises
    ------
    SettingError
        A key that this version knows, or what JSON cannot hold.
    """
    try:
        written = json.dumps(dict(cast("Mapping[str, Any]", notes)), allow_nan=False)
        found = mapping_from_json(written, "notes of JSON")
    except (TypeError, ValueError, RecursionError) as error:
        raise SettingError(f"notes must be a mapping that JSON can hold: {told(error)}") from None
    odd = sorted({"schema", *KEYS} & set(found))
    if odd:
        raise SettingError(f"notes must not be called {', '.join(odd)}, which a report has itself")
    return found


def json_from_report(report: "Report") -> str:
    """Return what all rows have in common as JSON with sorted keys."""
    head: dict[str, object] = {**report.notes, "schema": SCHEMA}
    for name, key in KEYS.items():
        value = getattr(report, name)
        head[name] = None if value is None else key.written(value)
    return json.dumps(head, sort_keys=True, separators=(",", ":"), allow_nan=False)


def head_from_json(written: object) -> dict[str, Any]:
    """Return what JSON says: the schema, the kind, and what is not looked at yet.

    Raises
    ------
    DecodeError
        No JSON, or no schema or kind.
    """
    head = mapping_from_json(written, "a head of JSON")
    for name in ("schema", "kind"):
        if not isinstance(head.get(name), str):
            found = shown(head.get(name))
            raise DecodeError(
                f"the head of a report must have a {name} that is text, found {found}"
            )
    return head


def settings_from_head(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a head of this version says, as a report holds it.

    Raises
    ------
    DecodeError, SettingError
        A key is missing, or is not what it must be.
    """
    missing = [name for name, key in KEYS.items() if not (name in head or key.is_optional)]
    if missing:
        raise DecodeError(f"the head of a report must have the keys {', '.join(missing)}")
    settings = {
        name: key.checked(name, None if head.get(name) is None else key.read(head[name]))
        for name, key in KEYS.items()
    }
    settings["notes"] = {n: value for n, value in head.items() if n not in {"schema", *KEYS}}
    return settings
