"""The clock of a page: whole steps from the first time to the last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CLOCK_QUANTA_S = (1.0, 0.1, 0.01, 0.001)
_CLOCK_STEPS = 2**30 - 1
_POSIX_FROM_S = 1e8  # March 1973: an earlier time counts from the start of the recording


@dataclass(frozen=True)
class Clock:
    """The grid of whole time steps of a page.

    Parameters
    ----------
    start_s : float
    quantum_s : float
        One step of the whole numbers.
    steps : int
        The number of steps from the first time to the last.
    is_posix : bool
        Whether times are seconds since 1970-01-01 UTC; else they count from any zero.
    """

    start_s: float
    quantum_s: float
    steps: int
    is_posix: bool

    def integers(self, time_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the whole steps of times, held inside the clock's span."""
        steps = np.rint((time_s - self.start_s) / self.quantum_s).astype(np.int64)
        return np.clip(steps, 0, self.steps)

    def description(self) -> dict[str, object]:
        """Return what the page must know to show times."""
        return {
            "start_s": self.start_s,
            "quantum_s": self.quantum_s,
            "steps": self.steps,
            "is_posix": self.is_posix,
        }


def clock_of(parts: Sequence[NDArray[np.float64]], *, is_posix: bool | None) -> Clock:
    """Return the clock that spans every time given; `is_posix=None` judges by their size."""
    times_s = np.concatenate([np.empty(0), *parts])
    if times_s.size == 0:
        return Clock(0.0, 1.0, 0, bool(is_posix))
    start_s, end_s = float(times_s.min()), float(times_s.max())
    since_s = times_s - start_s
    coarsest = next(
        (q for q in _CLOCK_QUANTA_S if np.allclose(since_s, np.rint(since_s / q) * q, atol=1e-5)),
        _CLOCK_QUANTA_S[-1],
    )
    quantum_s = max(coarsest, (end_s - start_s) / _CLOCK_STEPS)
    steps = round((end_s - start_s) / quantum_s)
    return Clock(
        start_s, quantum_s, steps, start_s > _POSIX_FROM_S if is_posix is None else is_posix
    )
