"""Units of columns: which there are, and what one is in metres, metres a second or seconds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from detente.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOT_M_S = 1852.0 / 3600.0
FOOT_M = 0.3048
_LENGTHS = {"m": 1.0, "km": 1000.0, "ft": FOOT_M, "FL": 100 * FOOT_M, "NM": 1852.0}
UNITS: dict[str, dict[str, float]] = {
    **dict.fromkeys(("x", "y", "z", "altitude"), _LENGTHS),
    "speed": {"m/s": 1.0, "kt": KNOT_M_S, "km/h": 1 / 3.6, "mph": 0.44704},
    "time": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9},
}
"""The units that a column can be said to have, by its role."""
_OTHER_NAMES = {
    "feet": "ft", "foot": "ft", "metres": "m", "meters": "m", "metre": "m", "meter": "m",
    "knots": "kt", "kn": "kt", "kts": "kt", "m_s": "m/s", "kmh": "km/h", "kph": "km/h", "µs": "us",
    "nmi": "NM", "nm": "NM", "fl": "FL", "seconds": "s", "milliseconds": "ms",
}  # fmt: skip


def factor(role: str, unit: str) -> float:
    """Return what one of a unit is in metres, metres a second or seconds."""
    return UNITS[role][unit]


def unit_from_name(role: str, name: str) -> str | None:
    """Return the unit that a column's name ends in, `None` if it ends in none.

    Examples
    --------
    >>> unit_from_name("altitude", "alt_ft"), unit_from_name("speed", "SOG (km/h)")
    ('ft', 'km/h')
    """
    known = UNITS.get(role, {})
    words = [word for word in re.split(r"[_ ()\[\]]+", name.strip().lower()) if word]
    for ending in (words[-1:], words[-2:]) if len(words) > 1 else ():
        text = "_".join(ending)
        unit = _OTHER_NAMES.get(text, text)
        if unit in known:
            return unit
    return None


def checked_units(units: Mapping[str, str]) -> dict[str, str]:
    """Return units by the names used here.

    Raises
    ------
    SettingError
        A role has no unit to set, or there is no such unit.
    """
    out: dict[str, str] = {}
    for role, given in units.items():
        known = UNITS.get(role)
        if known is None:
            raise SettingError(
                f"units can be set of {', '.join(UNITS)}, found {role!r:.40}; give altitude=ft"
            )
        unit = _OTHER_NAMES.get(given.strip().lower(), given.strip())
        if unit not in known:
            raise SettingError(
                f"the unit of {role} must be one of {', '.join(known)}, found {given!r:.40}"
            )
        out[role] = unit
    return out
