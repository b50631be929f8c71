"""Crowds: rows that lie closer together than any sensor tells objects apart.

Rows within each other's gates are all held against each other, so that a thousand on one spot cost
what a million cost that are spread out. No sensor reports such a thing.
"""

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError

MOST_ON_A_SPOT = 64
"""So many rows of one scan may lie within some six deviations of each other."""

_SPOT_STD = 6.0


def check_crowd(places: NDArray[np.float64], cov: NDArray[np.float64], origin: str) -> None:
    """Check that no more rows than that lie in one cell of about six deviations.

    Parameters
    ----------
    places : (n, k) float64
        Positions [m], or measurements.
    cov : (n, k, k) or (1, k, k) float64
        Their covariances.
    origin : str
        Whose rows, for the message.

    Raises
    ------
    SettingError
        More do.
    """
    if len(places) <= MOST_ON_A_SPOT:
        return
    std = np.sqrt(np.einsum("nii->ni", cov))
    level = np.broadcast_to(np.ceil(np.log2(_SPOT_STD * std)), places.shape)
    cells = np.concatenate([level, np.floor(places / np.exp2(level))], axis=1)
    count = np.unique(cells, axis=0, return_counts=True)[1]
    if count.max() > MOST_ON_A_SPOT:
        raise SettingError(
            f"{count.max():,} rows of {origin} lie within {_SPOT_STD:g} of their deviations of "
            f"each other, which no sensor tells apart; {MOST_ON_A_SPOT} may"
        )
