"""Registration: what shifts, turns or delays one party's states against another's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError, ShapeError
from detente.filters import Gaussian, predict

_SHIFTS = ("east", "north", "up")
_ROTATION, _TIME = "rotation", "time"


@dataclass(frozen=True)
class Registration:
    """The bias of party b against party a.

    Attributes
    ----------
    shift_m : (axes,) float64
        What is added to b's positions after the turn [m]; NaN where it cannot be observed.
    rotation_rad : float
        The angle by which b's states are turned, counter-clockwise from above [rad]; NaN where it
        cannot be observed.
    time_s : float
        How much later than it says b's state is [s]; NaN where it cannot be observed.
    cov : (axes + 2, axes + 2) float64
        The covariance of shift, rotation and time, in this order; NaN in the rows and columns of
        what cannot be observed, zero for what was not estimated.
    observable : tuple of str
        The components that the states determine.
    unobservable : tuple of str
        The components that were asked for and are not determined by these states.
    distance : (n,) float64
        The squared Mahalanobis distance of each pair of states once registered, chi-square with d
        degrees of freedom where both are the same object.
    about_m : (axes,) float64
        The point about which b is turned [m].
    """

    shift_m: NDArray[np.float64]
    rotation_rad: float
    time_s: float
    cov: NDArray[np.float64]
    observable: tuple[str, ...]
    unobservable: tuple[str, ...]
    distance: NDArray[np.float64]
    about_m: NDArray[np.float64]

    def apply(self, mean: ArrayLike, cov: ArrayLike) -> Gaussian:
        """Return states of b as a has them, the doubt about the registration included.

        p′ = o + R (p - o) + t - τ v′, v′ = R v, and G P Gᵀ + D Σ Dᵀ with D the derivative by shift,
        rotation and time and Σ their covariance. What cannot be observed is left as it is.

        Parameters
        ----------
        mean : (n, 2 axes) array_like
            Positions [m], then velocities [m/s], of b.
        cov : (n, 2 axes, 2 axes) array_like
            Their covariances.

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError, NotPositiveDefiniteError
            As `detente.filters.predict`.
        """
        axes = len(self.shift_m)
        shift, time_s = np.nan_to_num(self.shift_m), np.nan_to_num(self.time_s)
        phi = np.nan_to_num(self.rotation_rad)
        x = np.array(mean, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != 2 * axes:  # noqa: PLR2004  # rows and columns
            raise ShapeError(f"mean must have shape (n, {2 * axes}), found {x.shape}")
        x[:, :axes] -= self.about_m
        turn, slope = _turns(axes, float(phi))
        link = np.block([[turn, -time_s * turn], [np.zeros_like(turn), turn]])
        derivative = np.zeros((len(x), 2 * axes, axes + 2))
        derivative[:, :axes, :axes] = np.eye(axes)
        derivative[:, :axes, axes] = (x[:, :axes] - time_s * x[:, axes:]) @ slope.T
        derivative[:, axes:, axes] = x[:, axes:] @ slope.T
        derivative[:, :axes, axes + 1] = -x[:, axes:] @ turn.T
        doubt = derivative @ np.nan_to_num(self.cov) @ derivative.swapaxes(1, 2)
        moved = predict(x, cov, link, (doubt + doubt.swapaxes(1, 2)) / 2)
        moved.mean[:, :axes] += self.about_m + shift
        return moved


def _turns(axes: int, phi: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotation in the plane of the first two axes, and its derivative by the angle."""
    turn, slope = np.eye(axes), np.zeros((axes, axes))
    sine, cosine = np.sin(phi), np.cos(phi)
    turn[:2, :2] = [[cosine, -sine], [sine, cosine]]
    slope[:2, :2] = [[-sine, -cosine], [cosine, -sine]]
    return turn, slope


def registration(
    mean_a: ArrayLike,
    cov_a: ArrayLike,
    mean_b: ArrayLike,
    cov_b: ArrayLike,
    *,
    components: Sequence[str] | None = None,
    about_m: ArrayLike | None = None,
) -> Registration:
    """Estimate the bias of party b against party a from states of the same objects.

    Each row is one object at one time, as both parties state it: v_a = R(φ) v_b and
    p_a = o + R(φ)(p_b - o) + t - τ v_a, up to the errors of both. The rows' errors are taken as
    independent of each other and between the parties: hand in rows far enough apart in time, or
    one of each object.

    Parameters
    ----------
    mean_a, mean_b : (n, 4) or (n, 6) array_like
        Positions [m], then velocities [m/s], in 2 or 3 axes, in the common local frame.
    cov_a, cov_b : (n, d, d) array_like
        Their covariances, symmetric, positive definite.
    components : sequence of str, optional
        What to estimate, of ``"east"``, ``"north"``, ``"up"``, ``"rotation"`` and ``"time"``; all
        if not given. The others are taken as zero: leave out what you know to be right, and more
        of the rest can be observed.
    about_m : (axes,) array_like, optional
        The point o about which b is turned [m], as the place of its sensor; the origin if not
        given.

    Returns
    -------
    Registration

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite; the message names its row.
    SettingError
        Other than 2 or 3 axes, or an unknown component.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    Notes
    -----
    Maximum likelihood with errors in both states, by Gauss and Newton's method. A component or a
    direction counts as not observable where the noise of the states alone would show half of its
    information or more; so does a component with a part in one. Where all velocities are equal, a
    delay looks like a shift along them; where all objects stand still, there is nothing to tell
    the time by; one object at the point of the turn tells nothing of the turn.

    References
    ----------
    Fuller, *Measurement Error Models*, 1987; Bar-Shalom, Willett and Tian, *Tracking and Data
    Fusion*, 2011, section 9.7.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> truth = np.array([[0.0, 0.0, 9.0, 0.0], [500.0, 0.0, 0.0, 9.0], [0.0, 500.0, -9.0, 9.0]])
    >>> cov = np.repeat(np.eye(4)[None], 3, axis=0)
    >>> seen = truth + [30.0, -20.0, 0.0, 0.0]
    >>> found = dt.fuse.registration(truth, cov, seen, cov)
    >>> found.shift_m.round(6), found.unobservable
    (array([-30.,  20.]), ())
    """
    dim = np.shape(mean_a)[-1] if np.ndim(mean_a) else 0
    axes = dim // 2
    if dim not in (4, 6):
        raise SettingError(f"the states must have 4 or 6 components, found {dim}")
    names = (*_SHIFTS[:axes], _ROTATION, _TIME)
    wanted = names if components is None else tuple(components)
    if unknown := [name for name in wanted if name not in names]:
        raise SettingError(f"components must be of {', '.join(names)}, found {unknown[0]!r}")
    about = np.zeros(axes) if about_m is None else np.asarray(about_m, dtype=np.float64)
    estimate, cov, seen, distance = _core.registration(
        mean_a, cov_a, mean_b, cov_b, about, [name in wanted for name in names]
    )
    lost = np.array([name in wanted for name in names]) & ~np.array(seen)
    estimate[lost] = np.nan
    cov[lost] = np.nan
    cov[:, lost] = np.nan
    return Registration(
        shift_m=estimate[:axes],
        rotation_rad=float(estimate[axes]),
        time_s=float(estimate[axes + 1]),
        cov=cov,
        observable=tuple(name for name, is_seen in zip(names, seen, strict=True) if is_seen),
        unobservable=tuple(name for name, is_lost in zip(names, lost, strict=True) if is_lost),
        distance=distance,
        about_m=about,
    )
