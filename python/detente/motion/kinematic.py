"""Linear models of one axis at a time, driven by white noise: F = f ⊗ I, Q = q ⊗ diag(density)."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.errors import SettingError, ShapeError


class _Kinematic:
    """A linear model in one to three axes, driven by white noise."""

    _kind: ClassVar[str]

    def __init__(
        self, axes: int, density: float | Sequence[float], rate_per_s: float = 0.0
    ) -> None:
        values = _per_axis("the power spectral density", axes, density)
        self._core = _core.Kinematic(self._kind, values, rate_per_s)

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


def _per_axis(what: str, axes: int, values: float | Sequence[float]) -> list[float]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        return [float(array)] * axes
    if array.shape != (axes,):
        raise ShapeError(f"{what} must be one number or have shape ({axes},), found {array.shape}")
    return [float(value) for value in array]


def _positive(what: str, value: float) -> float:
    if 0.0 < value < float("inf"):
        return value
    raise SettingError(f"{what} must be positive and finite, found {value}")


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


class OrnsteinUhlenbeck(_Kinematic):
    """A velocity that decays to zero, driven by white-noise acceleration.

    The velocity of an object left alone falls by e every 1 / `damping_per_s`, and never grows
    beyond a variance of `acceleration_psd` / (2 `damping_per_s`); the position keeps spreading.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m], then the velocities [m/s].
    damping_per_s : float
        How fast the velocity decays, γ [1/s].
    acceleration_psd : float or (axes,) array_like
        Power spectral density of the acceleration, per axis [m²/s³].

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, or a damping or density that is not positive and finite.
    ShapeError
        Densities for another number of axes.

    References
    ----------
    Uhlenbeck and Ornstein, *On the theory of the Brownian motion*, Physical Review 36, 1930.

    Examples
    --------
    >>> import detente as dt
    >>> drifting = dt.OrnsteinUhlenbeck(axes=1, damping_per_s=0.1, acceleration_psd=5.0)
    >>> drifting.transition(10.0).round(3)
    array([[1. , 6.321],
           [0. , 0.368]])
    >>> drifting.noise(1000.0)[1, 1].round(3)
    np.float64(25.0)
    """

    _kind = "ornstein_uhlenbeck"

    def __init__(
        self, *, axes: int, damping_per_s: float, acceleration_psd: float | Sequence[float]
    ) -> None:
        super().__init__(axes, acceleration_psd, _positive("damping_per_s", damping_per_s))


class Singer(_Kinematic):
    """An acceleration that lasts for a while: Singer's model of a manoeuvring target.

    The acceleration has a stationary variance of `acceleration_std_m_s2`² and is correlated over
    time as exp(-Δt / `correlation_time_s`). For short steps it moves like `ConstantAcceleration`,
    for long ones like `ConstantVelocity`. A new track's acceleration has the stationary variance.

    Parameters
    ----------
    axes : int
        Axes of space, 1 to 3. The state is the positions [m], the velocities [m/s], then the
        accelerations [m/s²].
    correlation_time_s : float
        How long a manoeuvre lasts, τ [s].
    acceleration_std_m_s2 : float or (axes,) array_like
        Standard deviation of the acceleration, per axis [m/s²].

    Raises
    ------
    SettingError
        Other than 1 to 3 axes, or a time or deviation that is not positive and finite.
    ShapeError
        Deviations for another number of axes.

    References
    ----------
    Singer, *Estimating optimal tracking filter performance for manned maneuvering targets*, IEEE
    Transactions on Aerospace and Electronic Systems 6, 1970.

    Examples
    --------
    >>> import detente as dt
    >>> aircraft = dt.Singer(axes=1, correlation_time_s=20.0, acceleration_std_m_s2=3.0)
    >>> aircraft.transition(20.0).round(2)
    array([[  1.  ,  20.  , 147.15],
           [  0.  ,   1.  ,  12.64],
           [  0.  ,   0.  ,   0.37]])
    >>> aircraft.noise(1000.0)[2, 2].round(3)
    np.float64(9.0)
    """

    _kind = "singer"

    def __init__(
        self,
        *,
        axes: int,
        correlation_time_s: float,
        acceleration_std_m_s2: float | Sequence[float],
    ) -> None:
        what = "acceleration_std_m_s2"
        deviations = _per_axis(what, axes, acceleration_std_m_s2)
        rate_per_s = 1.0 / _positive("correlation_time_s", correlation_time_s)
        density = [2.0 * _positive(what, std) ** 2 * rate_per_s for std in deviations]
        super().__init__(axes, density, rate_per_s)
