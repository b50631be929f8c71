"""Kalman filters on many states at once, and the smoother.

Every function takes n independent Gaussians, as means (n, d) and covariances (n, d, d), d and the
dimension m of a measurement up to 9. A matrix is one for all rows or one for each. Only the lower
triangle of a covariance is read. Inputs are never changed; the interpreter lock is released.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core

Floats: TypeAlias = NDArray[np.float64]


class Gaussian(NamedTuple):
    """Means and covariances.

    Attributes
    ----------
    mean : (n, d) float64
    cov : (n, d, d) float64
        Symmetric.
    """

    mean: Floats
    cov: Floats


class Posterior(NamedTuple):
    """Means and covariances after an update, and what the measurements said.

    Attributes
    ----------
    mean : (n, d) float64
    cov : (n, d, d) float64
        Symmetric.
    innovation : (n, m) float64
        The measurement less what was expected.
    innovation_cov : (n, m, m) float64
        Its covariance S, the noise included: innovationᵀ S⁻¹ innovation is chi-square distributed
        with m degrees of freedom.
    """

    mean: Floats
    cov: Floats
    innovation: Floats
    innovation_cov: Floats


def predict(mean: ArrayLike, cov: ArrayLike, transition: ArrayLike, noise: ArrayLike) -> Gaussian:
    """Predict every row: x ← F x, P ← F P Fᵀ + Q.

    Parameters
    ----------
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P.
    transition : (d, d) or (n, d, d) array_like
        Transition matrix F, as of ``motion.transition(dt_s)``.
    noise : (d, d) or (n, d, d) array_like
        Process noise Q, as of ``motion.noise(dt_s)``; it may be singular.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A covariance or a noise with a negative variance or a correlation beyond ±1.
    SettingError
        More than 9 dimensions.

    References
    ----------
    Kalman, *A new approach to linear filtering and prediction problems*, Journal of Basic
    Engineering 82, 1960.

    Examples
    --------
    >>> import detente as dt
    >>> motion = dt.ConstantVelocity(axes=1, acceleration_psd=3.0)
    >>> mean, cov = dt.filters.predict(
    ...     [[0.0, 2.0]], [[[1.0, 0.0], [0.0, 1.0]]], motion.transition(1.0), motion.noise(1.0)
    ... )
    >>> mean, cov
    (array([[2., 2.]]), array([[[3. , 2.5], [2.5, 4. ]]]))
    """
    return Gaussian(*_core.predict(mean, cov, transition, noise))


def update(
    mean: ArrayLike,
    cov: ArrayLike,
    measurement: ArrayLike,
    measurement_matrix: ArrayLike,
    noise: ArrayLike,
) -> Posterior:
    """Update every row by its measurement: x ← x + K (z - H x), P ← P - K S Kᵀ, K = P Hᵀ S⁻¹.

    The covariance is computed in Bierman's form of Joseph's, which stays symmetric and positive
    definite even when the noise is many orders of magnitude below the prior.

    Parameters
    ----------
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P.
    measurement : (n, m) array_like
        One measurement z for each row.
    measurement_matrix : (m, d) or (n, m, d) array_like
        Measurement matrix H, z = H x + noise. One ``[I 0]`` for all rows is recognised and faster.
    noise : (m, m) or (n, m, m) array_like
        Covariance R of the measurement noise, positive definite.

    Returns
    -------
    Posterior
        ``mean`` (n, d), ``cov`` (n, d, d), ``innovation`` (n, m), ``innovation_cov`` (n, m, m).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A noise or an innovation covariance that is not positive definite, or a covariance with a
        negative variance or a correlation beyond ±1; the message names the row.
    SettingError
        More than 9 dimensions.

    References
    ----------
    Bierman, *Factorization Methods for Discrete Sequential Estimation*, 1977, section V.4.

    Examples
    --------
    >>> import detente as dt
    >>> after = dt.filters.update(
    ...     [[0.0, 2.0]], [[[3.0, 1.0], [1.0, 2.0]]], [[4.0]], [[1.0, 0.0]], [[1.0]]
    ... )
    >>> after.mean, after.innovation_cov
    (array([[3., 3.]]), array([[[4.]]]))
    """
    return Posterior(*_core.update(mean, cov, measurement, measurement_matrix, noise))


def update_extended(
    mean: ArrayLike,
    cov: ArrayLike,
    measurement: ArrayLike,
    predicted: ArrayLike,
    jacobian: ArrayLike,
    noise: ArrayLike,
    *,
    angular: Sequence[int] = (),
) -> Posterior:
    """Update every row by a nonlinear measurement, linearised at its mean.

    Parameters
    ----------
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P.
    measurement : (n, m) array_like
        One measurement z for each row.
    predicted : (n, m) array_like
        What would be measured without noise, h(x).
    jacobian : (m, d) or (n, m, d) array_like
        The derivative of h at x.
    noise : (m, m) or (n, m, m) array_like
        Covariance R of the measurement noise, positive definite.
    angular : sequence of int
        The components of the measurement that are angles [rad]; their innovations are wrapped.

    Returns
    -------
    Posterior
        ``mean`` (n, d), ``cov`` (n, d, d), ``innovation`` (n, m), ``innovation_cov`` (n, m, m).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError, NotPositiveDefiniteError
        As `update`.
    SettingError
        More than 9 dimensions, or an angular component that does not exist.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 10.3.

    Examples
    --------
    A bearing of -3.1 rad to an object that was expected at 3.1 rad lies 0.08 rad further on.

    >>> import detente as dt
    >>> after = dt.filters.update_extended(
    ...     [[3.1]], [[[1.0]]], [[-3.1]], [[3.1]], [[1.0]], [[1.0]], angular=[0]
    ... )
    >>> after.innovation.round(2)
    array([[0.08]])
    """
    return Posterior(
        *_core.update_extended(mean, cov, measurement, predicted, jacobian, noise, _index(angular))
    )


def predict_unscented(
    mean: ArrayLike, cov: ArrayLike, function: Callable[[Floats], ArrayLike], noise: ArrayLike
) -> Gaussian:
    """Predict every row through a nonlinear function, by the unscented transform.

    Each row becomes 2 d + 1 points, with κ = max(3 - d, 0) so that no weight is negative.

    Parameters
    ----------
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P, positive definite.
    function : callable
        Takes the points of all rows, ((2 d + 1) n, d), and returns where each goes, of the same
        shape. It is called once.
    noise : (d, d) or (n, d, d) array_like
        Process noise Q; it may be singular.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers, from the function
        too.
    NotPositiveDefiniteError
        A covariance that is not positive definite, or a noise that cannot be one.
    SettingError
        More than 9 dimensions.

    References
    ----------
    Julier and Uhlmann, *Unscented filtering and nonlinear estimation*, Proceedings of the IEEE 92,
    2004.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> after = dt.filters.predict_unscented([[0.0]], [[[1.0]]], lambda x: x**2, [[0.0]])
    >>> after.mean.round(6), after.cov.round(6)
    (array([[1.]]), array([[[2.]]]))
    """
    points = _core.unscented_points(mean, cov)
    rows, dim = np.shape(mean)
    return Gaussian(*_core.predict_unscented(function(points), rows, dim, noise))


def update_unscented(
    mean: ArrayLike,
    cov: ArrayLike,
    measurement: ArrayLike,
    function: Callable[[Floats], ArrayLike],
    noise: ArrayLike,
    *,
    angular: Sequence[int] = (),
) -> Posterior:
    """Update every row by a nonlinear measurement, by the unscented transform.

    Parameters
    ----------
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P, positive definite.
    measurement : (n, m) array_like
        One measurement z for each row.
    function : callable
        Takes the points of all rows, ((2 d + 1) n, d), and returns what would be measured of each
        without noise, ((2 d + 1) n, m). It is called once.
    noise : (m, m) or (n, m, m) array_like
        Covariance R of the measurement noise, positive definite.
    angular : sequence of int
        The components of the measurement that are angles [rad]; their means and innovations are
        taken around the circle.

    Returns
    -------
    Posterior
        ``mean`` (n, d), ``cov`` (n, d, d), ``innovation`` (n, m), ``innovation_cov`` (n, m, m).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers, from the function
        too.
    NotPositiveDefiniteError
        A covariance or a noise that is not positive definite.
    SettingError
        More than 9 dimensions, or an angular component that does not exist.

    References
    ----------
    Julier and Uhlmann, *Unscented filtering and nonlinear estimation*, Proceedings of the IEEE 92,
    2004.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> after = dt.filters.update_unscented(
    ...     [[3.0, 4.0]], [np.eye(2)], [[6.0]], lambda x: np.hypot(x[:, :1], x[:, 1:]), [[0.01]]
    ... )
    >>> after.mean.round(2)
    array([[3.54, 4.73]])
    """
    points = _core.unscented_points(mean, cov)
    images = function(points)
    return Posterior(
        *_core.update_unscented(mean, cov, points, images, measurement, noise, _index(angular))
    )


def smooth(mean: ArrayLike, cov: ArrayLike, transition: ArrayLike, noise: ArrayLike) -> Gaussian:
    """Smooth filtered sequences backwards, so that each row knows all measurements.

    Parameters
    ----------
    mean : (T, d) or (n, T, d) array_like
        States of one sequence, or of n, each after the measurement of its step.
    cov : (T, d, d) or (n, T, d, d) array_like
        Their covariances.
    transition, noise : (d, d), (T - 1, d, d) or (n, T - 1, d, d) array_like
        F and Q from each row to the next: one for all, one for each step, or one for each step of
        each sequence.

    Returns
    -------
    Gaussian
        ``mean`` and ``cov``, of the shapes that came.

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A prediction F P Fᵀ + Q that is not positive definite.
    SettingError
        More than 9 dimensions.

    References
    ----------
    Rauch, Tung and Striebel, *Maximum likelihood estimates of linear dynamic systems*, AIAA Journal
    3, 1965.

    Examples
    --------
    A random walk measured twice, at 0 and then at 3: the first estimate moves a third of the way.

    >>> import detente as dt
    >>> after = dt.filters.smooth([[0.0], [2.0]], [[[1.0]], [[2 / 3]]], [[1.0]], [[1.0]])
    >>> after.mean.ravel()
    array([1., 2.])
    """
    mean, cov = np.asarray(mean), np.asarray(cov)
    if mean.ndim != 2:  # noqa: PLR2004 (one sequence)
        return Gaussian(*_core.smooth(mean, cov, transition, noise))
    means, covs = _core.smooth(mean[np.newaxis], cov[np.newaxis], transition, noise)
    return Gaussian(means[0], covs[0])


def _index(angular: Sequence[int]) -> NDArray[np.generic]:
    return np.asarray(angular, dtype=None if len(angular) else np.int64)
