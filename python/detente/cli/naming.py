"""Parties and units as they are typed: north=radar,lidar, altitude=ft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence


def parties_from_text(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the sensors of each party.

    Raises
    ------
    SettingError
        A text is not of the form name=sensor,sensor, or a party is named twice.
    """
    parties: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, _, sensors = text.partition("=")
        found = tuple(part.strip() for part in sensors.split(",") if part.strip())
        if not name.strip() or not found or name.strip() in parties:
            raise SettingError(
                f"a party must be given once, as north=radar,lidar, found {text!r} among "
                f"{', '.join(texts)}"
            )
        parties[name.strip()] = found
    return parties


def units_from_text(texts: Sequence[str]) -> dict[str, str]:
    """Return the unit of each column by its role.

    Raises
    ------
    SettingError
        A text is not of the form role=unit.
    """
    units: dict[str, str] = {}
    for text in texts:
        role, _, unit = text.partition("=")
        if not role.strip() or not unit.strip():
            raise SettingError(f"a unit must be given as altitude=ft, found {text!r:.60}")
        units[role.strip()] = unit.strip()
    return units
