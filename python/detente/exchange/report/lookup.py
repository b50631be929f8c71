"""Lookup: where identities stand among others, and what stands there."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def looked_up(
    key: NDArray[np.uint64], value: NDArray[Number], asked: NDArray[np.uint64]
) -> NDArray[Number]:
    """Return the value of each asked key among sorted ones, zero where there is none."""
    out = np.zeros(len(asked), value.dtype)
    if len(key):
        at = np.minimum(np.searchsorted(key, asked), len(key) - 1)
        found = key[at] == asked
        out[found] = value[at[found]]
    return out


def places(ids: NDArray[np.uint64], among: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where each identity stands among others, −1 where it does not."""
    if not len(among):
        return np.full(len(ids), -1)
    order = np.argsort(among, kind="stable")
    at = np.minimum(np.searchsorted(among[order], ids), len(among) - 1)
    return np.where(among[order][at] == ids, order[at], -1)
