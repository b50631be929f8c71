"""Land, lakes and borders under a map, when a package that carries them is installed."""

from __future__ import annotations

from detente.view.layers import Layer
from detente.view.plane import Plane


def backdrop_layer(plane: Plane, home: list[int]) -> tuple[Layer | None, str | None]:
    """Return the backdrop around a box, and the note that belongs to it."""
    del plane, home
    return None, None
