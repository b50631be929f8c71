"""Hops: how often what was handed over may be passed on, on its way."""

from math import inf
from typing import Any, Protocol


class Passable(Protocol):
    """Terms, a grant or a report: whether it may be passed on, and how often at most."""

    @property
    def relay(self) -> bool:
        """Whether it may be passed on at all."""
        ...

    @property
    def relay_hops(self) -> int | None:
        """How often at most; `None` without limit, or where it may not be."""
        ...


def hops_of(said: Passable) -> float:
    """Return how often it may be passed on: 0 for not at all, infinity for without limit."""
    if not said.relay:
        return 0
    return inf if said.relay_hops is None else said.relay_hops


def clauses_of(hops: float) -> dict[str, Any]:
    """Return the same as terms and reports say it; `hops_of` undoes it."""
    return {"relay": hops > 0, "relay_hops": int(hops) if 0 < hops < inf else None}
