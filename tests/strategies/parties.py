"""Parties whose tracker has no memory, so that tests are about what passes between them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import detente as dt

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
FRAME = dt.LocalFrame(37.0, 68.0)


@dataclass
class SeenTracks:
    """Tracks that are what was seen, each sure."""

    mean: NDArray[np.float64]

    @property
    def id(self) -> NDArray[np.uint64]:
        return np.arange(1, len(self.mean) + 1, dtype=np.uint64)

    @property
    def cov(self) -> NDArray[np.float64]:
        return np.broadcast_to(np.eye(4) * 100.0, (len(self.mean), 4, 4))

    @property
    def existence(self) -> NDArray[np.float64]:
        return np.ones(len(self.mean))

    def confirmed(self) -> "SeenTracks":
        return self


class SeeingIsTracking:
    """A tracker without memory, so that these tests are about parties alone."""

    def step(self, time_s: float, measurements: ArrayLike, *, sensor: None) -> SeenTracks:
        del time_s, sensor
        seen = np.reshape(np.asarray(measurements, float), (-1, 2))
        return SeenTracks(np.hstack([seen, np.zeros_like(seen)]))


def party(name: str, frame: dt.LocalFrame | None = FRAME) -> dt.Party[Any]:
    """Return a party that sees what it is shown."""
    return dt.Party(name, tracker=SeeingIsTracking(), sensor=None, motion=MOTION, frame=frame)
