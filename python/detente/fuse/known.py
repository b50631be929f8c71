"""Fusion of two tracks whose cross-covariance is known, and how that moves from scan to scan."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.filters import Gaussian


def bar_shalom_campo(
    mean_a: ArrayLike, cov_a: ArrayLike, mean_b: ArrayLike, cov_b: ArrayLike, cross_cov: ArrayLike
) -> Gaussian:
    """Fuse pairs of estimates with a known cross-covariance C = E[(a - x)(b - x)ᵀ].

    x = a + K (b - a) with K = (A - C)(A + B - C - Cᵀ)⁻¹ is the linear combination of least error.
    For more than two estimates there is the same as generalised least squares over their joint
    covariance; it is not offered, since nobody knows that many cross-covariances.

    Parameters
    ----------
    mean_a, mean_b : (n, d) array_like
        The means, d from 1 to 9, both in one frame and one unit.
    cov_a, cov_b : (n, d, d) array_like
        The covariances A and B, symmetric, positive definite.
    cross_cov : (n, d, d) array_like
        The cross-covariances C, as `cross_covariance` gives them; zero for independent errors.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d).

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite, a correlation beyond ±1 in
        `cross_cov`, or a difference b - a without a covariance of full rank, where one of the two
        knows nothing that the other does not. The message names the row.
    SettingError
        d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Bar-Shalom and Campo, *The effect of the common process noise on the two-sensor fused-track
    covariance*, IEEE Transactions on Aerospace and Electronic Systems 22, 1986.

    Examples
    --------
    >>> import detente as dt
    >>> fused = dt.fuse.bar_shalom_campo([[0.0]], [[[2.0]]], [[4.0]], [[[2.0]]], [[[1.0]]])
    >>> fused.mean, fused.cov
    (array([[2.]]), array([[[1.5]]]))
    """
    return Gaussian(*_core.bar_shalom_campo(mean_a, cov_a, mean_b, cov_b, cross_cov))


def cross_covariance(
    cross_cov: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    predicted_a: ArrayLike,
    updated_a: ArrayLike,
    predicted_b: ArrayLike,
    updated_b: ArrayLike,
) -> NDArray[np.float64]:
    """Return the cross-covariances of two filters after a scan: C ← Jₐ (F C Fᵀ + Q) J_bᵀ.

    J = P P̄⁻¹ = I - K H is what a filter keeps of its prediction, so the covariances before and
    after its update tell all. A filter that made no update has the same twice. Start at zero where
    the first estimates of both have nothing in common.

    Parameters
    ----------
    cross_cov : (n, d, d) array_like
        C before the scan: E[(a - x)(b - x)ᵀ].
    transition : (d, d) or (n, d, d) array_like
        Transition matrix F to the scan.
    noise : (d, d) or (n, d, d) array_like
        Process noise Q, which both objects share because they are one.
    predicted_a, predicted_b : (n, d, d) array_like
        Each filter's covariance at the scan before its update, positive definite.
    updated_a, updated_b : (n, d, d) array_like
        The same after its update.

    Returns
    -------
    (n, d, d) float64
        C after the scan.

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite; the message names its row.
    SettingError
        d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Bar-Shalom, *On the track-to-track correlation problem*, IEEE Transactions on Automatic
    Control 26, 1981.

    Examples
    --------
    Two filters that have seen nothing in common yet and keep half of their predictions:

    >>> import detente as dt
    >>> dt.fuse.cross_covariance(
    ...     [[[0.0]]], [[1.0]], [[2.0]], [[[4.0]]], [[[2.0]]], [[[4.0]]], [[[2.0]]]
    ... )
    array([[[0.5]]])
    """
    return _core.cross_covariance(
        cross_cov, transition, noise, predicted_a, updated_a, predicted_b, updated_b
    )
