"""Motion of your own: two functions over all tracks at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import SettingError
from detente.settled import Settled


@dataclass(frozen=True, kw_only=True, repr=False)
class UserMotion(Settled):
    """A motion model of your own: two NumPy functions over all tracks at once.

    The unscented transform carries it. Each function is called once per scan, and to smooth a
    recording once per point, with a lag once per point and later point within the lag.

    Parameters
    ----------
    axes, dim : int
        Axes of space and dimension of the state, whose first components are the positions and
        whose next ones the velocities.
    transition : callable
        (n, dim) states and (n,) time steps [s] → (n, dim) states.
    noise : callable
        (n,) time steps [s] → (n, dim, dim) covariances.

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, fewer components than axes or more than nine, or no functions.
    """

    axes: int
    dim: int
    transition: Callable[[NDArray[np.float64], NDArray[np.float64]], ArrayLike]
    noise: Callable[[NDArray[np.float64]], ArrayLike]

    def __post_init__(self) -> None:
        """Check the dimensions and that there are functions."""
        axes = checks.axes_of_space(self.axes)
        self._keep(axes=axes, dim=checks.whole("dim", self.dim, least=axes, most=9))
        for name in ("transition", "noise"):
            if not callable(getattr(self, name)):
                found = checks.shown(getattr(self, name))
                raise SettingError(f"{name} must be a function, found {found}")
