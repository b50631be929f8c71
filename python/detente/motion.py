"""Motion models: how a state moves, and how uncertain that makes it.

One state order for all: positions, then velocities, then accelerations.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.errors import ShapeError


class _Kinematic:
    """A linear model in one to three axes, driven by white noise."""

    _kind: ClassVar[str]

    def __init__(self, axes: int, density: float | Sequence[float]) -> None:
        self._core = _core.Kinematic(self._kind, _per_axis(axes, density))

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
            Time step [s], finite; below zero it leads back.

        Returns
        -------
        (dim, dim) float64

        Raises
        ------
        SettingError
            A time step that is not finite.
        """
        return self._core.transition(dt_s)

    def noise(self, dt_s: float) -> NDArray[np.float64]:
        """Return the process noise Q(Δt), the exact integral over the step.

        Parameters
        ----------
        dt_s : float
            Time step [s], not negative.

        Returns
        -------
        (dim, dim) float64
            Symmetric, positive definite unless the step is zero.

        Raises
        ------
        SettingError
            A time step that is negative or not finite.
        """
        return self._core.noise(dt_s)


def _per_axis(axes: int, density: float | Sequence[float]) -> list[float]:
    values = np.asarray(density, dtype=np.float64)
    if values.ndim == 0:
        return [float(values)] * axes
    if values.shape != (axes,):
        raise ShapeError(
            f"the power spectral density must be one number or have shape ({axes},), "
            f"found {values.shape}"
        )
    return [float(value) for value in values]


class RandomWalk(_Kinematic):
    """A random walk, driven by white-noise velocity.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m].
    position_psd : float or (axes,) array_like
        Growth of the variance of the position, per axis [m²/s].

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, or a density that is not positive and finite.
    ShapeError
        Densities for another number of axes.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 6.2.

    Examples
    --------
    >>> import detente as dt
    >>> dt.RandomWalk(axes=2, position_psd=3.0).noise(2.0)
    array([[6., 0.],
           [0., 6.]])
    """

    _kind = "random_walk"

    def __init__(self, *, axes: int, position_psd: float | Sequence[float]) -> None:
        super().__init__(axes, position_psd)


class ConstantVelocity(_Kinematic):
    """Constant velocity, driven by white-noise acceleration.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m], then the velocities [m/s].
    acceleration_psd : float or (axes,) array_like
        Power spectral density of the acceleration, per axis [m²/s³].

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, or a density that is not positive and finite.
    ShapeError
        Densities for another number of axes.

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

    _kind = "constant_velocity"

    def __init__(self, *, axes: int, acceleration_psd: float | Sequence[float]) -> None:
        super().__init__(axes, acceleration_psd)


class ConstantAcceleration(_Kinematic):
    """Constant acceleration, driven by white-noise jerk.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m], the velocities [m/s], then the
        accelerations [m/s²].
    jerk_psd : float or (axes,) array_like
        Power spectral density of the jerk, per axis [m²/s⁵].

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, or a density that is not positive and finite.
    ShapeError
        Densities for another number of axes.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 6.2.

    Examples
    --------
    >>> import detente as dt
    >>> dt.ConstantAcceleration(axes=1, jerk_psd=1.0).transition(2.0)
    array([[1., 2., 2.],
           [0., 1., 2.],
           [0., 0., 1.]])
    """

    _kind = "constant_acceleration"

    def __init__(self, *, axes: int, jerk_psd: float | Sequence[float]) -> None:
        super().__init__(axes, jerk_psd)
