"""Copies of a state at growing age, so that what comes late costs about its own lateness."""

from bisect import bisect_right
from typing import Generic, TypeVar

State = TypeVar("State")


class Copies(Generic[State]):
    """What a fold was after some of its steps, the denser the younger.

    Between two copies lie at most about half as many steps as came after them. So a step that is
    to be inserted L steps back is reached from a copy with at most about L / 2 steps more, and
    n steps need about log n copies.

    Parameters
    ----------
    start : State
        What it is before the first step.
    """

    def __init__(self, start: State) -> None:
        self._steps = [0]
        self._states = [start]

    def __len__(self) -> int:
        return len(self._steps)

    def latest(self, steps: int) -> tuple[int, State]:
        """Return the latest copy after at most so many steps, and after how many it was made."""
        at = bisect_right(self._steps, steps) - 1
        return self._steps[at], self._states[at]

    def keep(self, steps: int, state: State) -> None:
        """Keep the state after so many steps, more than any copy so far; drop what is too dense."""
        self._steps.append(steps)
        self._states.append(state)
        place = len(self._steps) - 2
        while place > 0:
            before, after = self._steps[place - 1], self._steps[place + 1]
            if after - before <= max((steps - after) // 2, 1):
                del self._steps[place], self._states[place]
            place -= 1

    def forget(self, steps: int) -> None:
        """Forget what was made after more than so many steps."""
        kept = bisect_right(self._steps, steps)
        del self._steps[kept:], self._states[kept:]
