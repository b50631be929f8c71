"""Motion models: how a state moves, and how uncertain that makes it.

One state order for all: positions, then velocities, then accelerations.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente import _core


class _Kinematic:
    """A linear model in one to three axes, driven by white noise."""

    def __init__(self, kind: str, axes: int, density: float | Sequence[float]) -> None:
        densities = [float(d) for d in np.broadcast_to(np.asarray(density, float), (axes,))]
        self._core = _core.Kinematic(kind, densities)

    @property
    def axes(self) -> int:
        """The number of axes of space."""
        return self._core.axes

    @property
    def dim(self) -> int:
        """The dimension of the state."""
        return self._core.dim

    def transition(self, dt_s: float) -> NDArray[np.float64]:
        """Return the transition matrix F(Δt).

        Parameters
        ----------
        dt_s : float
            Time step [s].

        Returns
        -------
        (dim, dim) float64
        """
        return self._core.transition(dt_s)

    def noise(self, dt_s: float) -> NDArray[np.float64]:
        """Return the process noise Q(Δt), the exact integral over the step.

        Parameters
        ----------
        dt_s : float
            Time step [s].

        Returns
        -------
        (dim, dim) float64
        """
        return self._core.noise(dt_s)


class ConstantVelocity(_Kinematic):
    """Constant velocity, driven by white-noise acceleration.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m], then the velocities [m/s].
    acceleration_psd : float or (axes,) array_like
        Power spectral density of the acceleration, per axis [m²/s³].

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 6.2.

    Examples
    --------
    >>> import detente as dt
    >>> dt.ConstantVelocity(axes=1, acceleration_psd=3.0).noise(1.0)
    array([[1. , 1.5],
           [1.5, 3. ]])
    """

    def __init__(self, *, axes: int, acceleration_psd: float | Sequence[float]) -> None:
        super().__init__("constant_velocity", axes, acceleration_psd)
