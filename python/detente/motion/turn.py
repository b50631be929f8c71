"""Coordinated turns: constant speed around a curve in the horizontal."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import SettingError
from detente.settled import Settled


@dataclass(frozen=True, kw_only=True, repr=False)
class _Turn(Settled):
    """What turns share: axes, and the noise of the acceleration."""

    axes: int
    acceleration_psd: float
    vertical_acceleration_psd: float | None = None

    def __post_init__(self) -> None:
        """Check the axes and the densities."""
        axes, vertical = checks.axes_of_space(self.axes), self.vertical_acceleration_psd
        if axes == 1:
            raise SettingError("axes of a turn must be 2 or 3, found 1")
        if vertical is not None:
            vertical = checks.positive("vertical_acceleration_psd", vertical)
            if axes == 2:  # noqa: PLR2004 - no height
                raise SettingError(
                    f"vertical_acceleration_psd must be left out with 2 axes, or axes be 3, "
                    f"found {vertical}"
                )
        self._keep(
            axes=axes,
            acceleration_psd=checks.positive("acceleration_psd", self.acceleration_psd),
            vertical_acceleration_psd=vertical,
        )

    @property
    def _densities(self) -> tuple[float, float]:
        """The horizontal one and the vertical one."""
        vertical = self.vertical_acceleration_psd
        return self.acceleration_psd, self.acceleration_psd if vertical is None else vertical


@dataclass(frozen=True, kw_only=True, repr=False)
class CoordinatedTurn(_Turn):
    """A turn at a known rate, driven by white-noise acceleration.

    The velocity turns by the rate in the first two axes; a third, the height, moves as under
    `ConstantVelocity`. A rate of zero is `ConstantVelocity`.

    Parameters
    ----------
    axes : int
        Axes of space, 2 or 3. The state is the positions [m], then the velocities [m/s].
    turn_rate_rad_s : float
        The rate ω [rad/s], positive from the first axis to the second: from east to north, to the
        left.
    acceleration_psd : float
        Power spectral density of the acceleration, of each axis [m²/s³].
    vertical_acceleration_psd : float, optional
        That of the third axis, where it is another.

    Raises
    ------
    SettingError
        Other than 2 or 3 axes, a rate that is not finite, or a density that is not positive and
        finite.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 11.7; the noise is the exact integral along the turn.

    Examples
    --------
    A quarter of a turn to the left, from eastwards to northwards:

    >>> import numpy as np
    >>> import detente as dt
    >>> turn = dt.CoordinatedTurn(axes=2, turn_rate_rad_s=np.pi / 20, acceleration_psd=0.1)
    >>> (turn.transition(10.0) @ [0.0, 0.0, 100.0, 0.0]).round(1) + 0.0
    array([636.6, 636.6,   0. , 100. ])
    """

    turn_rate_rad_s: float

    def __post_init__(self) -> None:
        """Check the rate, too."""
        super().__post_init__()
        self._keep(turn_rate_rad_s=checks.number("turn_rate_rad_s", self.turn_rate_rad_s))

    @cached_property
    def _core(self) -> _core.CoordinatedTurn:
        return _core.CoordinatedTurn(
            self.axes, self.turn_rate_rad_s, (0.0, 0.0, False), *self._densities
        )

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
        return self._core.linearise(np.zeros((1, self.dim)), dt_s)[1][0]

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
        return self._core.linearise(np.zeros((1, self.dim)), _forwards(dt_s))[2][0]


@dataclass(frozen=True, kw_only=True, repr=False)
class EstimatedTurn(_Turn):
    """A turn whose rate is part of the state and drifts.

    As `CoordinatedTurn`, with the rate ω as the last component of the state, driven by white noise
    of its own. It is not linear. The extended prediction is that of the Kalman–Bucy filter, in
    closed form, so that it does not matter into how many steps a time is divided; the unscented one
    takes longer and knows better how little is known of a new track.

    Parameters
    ----------
    axes : int
        Axes of space, 2 or 3. The state is the positions [m], the velocities [m/s], then the turn
        rate [rad/s], positive from the first axis to the second: from east to north, to the left.
    acceleration_psd : float
        Power spectral density of the acceleration, of each axis [m²/s³].
    turn_rate_psd : float
        Power spectral density of the drift of the turn rate [rad²/s³].
    turn_rate_std_rad_s : float
        Standard deviation of a new track's turn rate [rad/s].
    vertical_acceleration_psd : float, optional
        The density of the third axis, where it is another.
    linearisation : {"unscented", "extended"}
        How tracks are predicted and smoothed.

    Raises
    ------
    SettingError
        Other than 2 or 3 axes, or a density or deviation that is not positive and finite.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 11.7. Julier and Uhlmann, *Unscented filtering and nonlinear estimation*,
    Proceedings of the IEEE 92, 2004.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> turn = dt.EstimatedTurn(
    ...     axes=2, acceleration_psd=0.1, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.1
    ... )
    >>> turn.predict([[0.0, 0.0, 100.0, 0.0, np.pi / 20]], 10.0)[:, :4].round(1) + 0.0
    array([[636.6, 636.6,   0. , 100. ]])
    """

    turn_rate_psd: float
    turn_rate_std_rad_s: float
    linearisation: Literal["unscented", "extended"] = "unscented"

    def __post_init__(self) -> None:
        """Check how the rate changes, too."""
        super().__post_init__()
        checks.choice("linearisation", self.linearisation, ("unscented", "extended"))
        self._keep(
            turn_rate_psd=checks.positive("turn_rate_psd", self.turn_rate_psd),
            turn_rate_std_rad_s=checks.positive("turn_rate_std_rad_s", self.turn_rate_std_rad_s),
        )

    @cached_property
    def _core(self) -> _core.CoordinatedTurn:
        is_unscented = self.linearisation == "unscented"
        rate = (self.turn_rate_psd, self.turn_rate_std_rad_s, is_unscented)
        return _core.CoordinatedTurn(self.axes, None, rate, *self._densities)

    @property
    def dim(self) -> int:
        """The dimension of the state."""
        return self._core.dim

    def predict(self, states: ArrayLike, dt_s: float) -> NDArray[np.float64]:
        """Return where states move without noise, f(x, Δt).

        Parameters
        ----------
        states : (n, dim) array_like
            The states x.
        dt_s : float
            Time step [s], finite; below zero it leads back.

        Returns
        -------
        (n, dim) float64

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError
            States of another dimension, or other than finite numbers.
        SettingError
            A time step that is not finite.
        """
        return self._core.linearise(states, dt_s)[0]

    def jacobian(self, states: ArrayLike, dt_s: float) -> NDArray[np.float64]:
        """Return the derivative of `predict` at each state.

        Parameters
        ----------
        states : (n, dim) array_like
            The states x.
        dt_s : float
            Time step [s], finite; below zero it leads back.

        Returns
        -------
        (n, dim, dim) float64
            ∂fᵢ/∂xⱼ in row i and column j.

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError
            States of another dimension, or other than finite numbers.
        SettingError
            A time step that is not finite.
        """
        return self._core.linearise(states, dt_s)[1]

    def noise(self, states: ArrayLike, dt_s: float) -> NDArray[np.float64]:
        """Return the process noise Q(x, Δt) of each state.

        The exact covariance of the motion linearised along `predict`: what the acceleration adds
        turns with the velocity, and what the rate adds moves an object the more the faster it is.

        Parameters
        ----------
        states : (n, dim) array_like
            The states x at the beginning of the step.
        dt_s : float
            Time step [s], not negative.

        Returns
        -------
        (n, dim, dim) float64
            Symmetric, positive definite unless the step is zero.

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError
            States of another dimension, or other than finite numbers.
        SettingError
            A time step that is negative or not finite.
        """
        return self._core.linearise(states, _forwards(dt_s))[2]


def _forwards(dt_s: float) -> float:
    if 0.0 <= dt_s < float("inf"):
        return dt_s
    raise SettingError(f"dt_s must be finite and not negative, found {dt_s}")
