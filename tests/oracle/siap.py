# pyright: basic
"""SIAP by its definitions, with dictionaries and every possible cover."""

from typing import Any

import numpy as np
from oracle.runs import Run


def siap(truth: Run, estimate: Run, cutoff: float) -> tuple[float, ...]:
    """Completeness, ambiguity, spuriousness, accuracy, number changes, longest segment."""
    rows = tracked = assigned = tracks = 0
    error = 0.0
    history: dict[Any, list[set[Any]]] = {}
    for x, y in zip(truth, estimate, strict=True):
        here: dict[Any, set[Any]] = {name: set() for name in x}
        for track, place in y.items():
            apart = {o: float(np.linalg.norm(p - place)) for o, p in x.items()}
            if apart and min(apart.values()) < cutoff:
                nearest = min(apart, key=lambda o: apart[o])
                here[nearest].add(track)
                assigned += 1
                error += apart[nearest]
        rows += len(x)
        tracks += len(y)
        tracked += sum(bool(found) for found in here.values())
        for name, found in here.items():
            history.setdefault(name, []).append(found)
    changes = sum(_least_changes([s for s in sets if s]) for sets in history.values())
    longest = sum(_longest(sets) for sets in history.values())
    return (
        tracked / rows,
        assigned / tracked,
        (tracks - assigned) / tracks,
        error / assigned,
        changes / tracked,
        longest / rows,
    )


def _least_changes(sets: list[set[Any]]) -> int:
    """Dynamic programming over which track follows in each frame."""
    if not sets:
        return 0
    cost = dict.fromkeys(sets[0], 0)
    for found in sets[1:]:
        cost = {t: min(c + (t != s) for s, c in cost.items()) for t in found}
    return min(cost.values())


def _longest(sets: list[set[Any]]) -> int:
    stretches = [
        end - start
        for start in range(len(sets))
        for end in range(start + 1, len(sets) + 1)
        if set.intersection(*sets[start:end])
    ]
    return max(stretches, default=0)
