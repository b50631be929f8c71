"""Linear models of one axis at a time, driven by white noise: F = f ⊗ I, Q = q ⊗ diag(density)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detente import _core, checks
from detente.settled import Settled


@dataclass(frozen=True, kw_only=True, repr=False)
class _Kinematic(Settled):
    """A linear model in one to three axes, driven by white noise."""

    _kind: ClassVar[str]
    _per_axis: ClassVar[str]

    axes: int

    def __post_init__(self) -> None:
        """Check the axes and what may differ between them."""
        axes = checks.axes_of_space(self.axes)
        each = checks.per_axis(self._per_axis, getattr(self, self._per_axis), axes)
        self._keep(axes=axes, **{self._per_axis: each})

    @cached_property
    def _core(self) -> _core.Kinematic:
        density, rate_per_s = self._driven()
        return _core.Kinematic(self._kind, density, rate_per_s)

    def _driven(self) -> tuple[list[float], float]:
        """Return the density of the noise of each axis, and the rate at which it is forgotten."""
        return self._each(), 0.0

    def _each(self) -> list[float]:
        """Return what may differ between the axes, for each."""
        return np.broadcast_to(getattr(self, self._per_axis), (self.axes,)).tolist()

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


@dataclass(frozen=True, kw_only=True, repr=False)
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
    _per_axis = "position_psd"

    position_psd: float | Sequence[float]


@dataclass(frozen=True, kw_only=True, repr=False)
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
    _per_axis = "acceleration_psd"

    acceleration_psd: float | Sequence[float]


@dataclass(frozen=True, kw_only=True, repr=False)
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
    _per_axis = "jerk_psd"

    jerk_psd: float | Sequence[float]


@dataclass(frozen=True, kw_only=True, repr=False)
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
    _per_axis = "acceleration_psd"

    damping_per_s: float
    acceleration_psd: float | Sequence[float]

    def __post_init__(self) -> None:
        """Check the damping, too."""
        super().__post_init__()
        self._keep(damping_per_s=checks.positive("damping_per_s", self.damping_per_s))

    def _driven(self) -> tuple[list[float], float]:
        return self._each(), self.damping_per_s


@dataclass(frozen=True, kw_only=True, repr=False)
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
    _per_axis = "acceleration_std_m_s2"

    correlation_time_s: float
    acceleration_std_m_s2: float | Sequence[float]

    def __post_init__(self) -> None:
        """Check the time, too."""
        super().__post_init__()
        time_s = checks.positive("correlation_time_s", self.correlation_time_s)
        self._keep(correlation_time_s=time_s)

    def _driven(self) -> tuple[list[float], float]:
        rate_per_s = 1.0 / self.correlation_time_s
        return [2.0 * std**2 * rate_per_s for std in self._each()], rate_per_s
