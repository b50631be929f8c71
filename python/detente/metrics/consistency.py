"""Errors and covariances: how large errors are, and whether they are as large as claimed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError, ShapeError


class Consistency(NamedTuple):
    """What `nees` and `nis` return.

    Attributes
    ----------
    value : (n,) float64
        The normalised square of each row; its mean is `dim` when the covariances are right.
    average : float
        The mean of `value`.
    lower, upper : float
        Within these the average lies with the given probability, rows being independent.
    dim : int
        The dimension d.
    """

    value: NDArray[np.float64]
    average: float
    lower: float
    upper: float
    dim: int

    @property
    def consistent(self) -> bool:
        """Whether the average lies within the bounds."""
        return self.lower <= self.average <= self.upper


def nees(
    truth: ArrayLike, mean: ArrayLike, cov: ArrayLike, *, probability: float = 0.95
) -> Consistency:
    """Return the normalised estimation error squared, with chi-square bounds on its average.

    Row i is (x − x̂)ᵀ P⁻¹ (x − x̂). For n independent rows, n times the average is chi-square
    with n·d degrees of freedom when the covariances are right; successive rows of one track are
    not independent.

    Parameters
    ----------
    truth : (n, d) float64
        True states.
    mean : (n, d) float64
        Estimated states, in the units of `truth`.
    cov : (n, d, d) float64
        Their covariances, symmetric and positive definite.
    probability : float
        How probable it is that the average lies within the bounds, above 0 and below 1.

    Returns
    -------
    Consistency

    Raises
    ------
    ShapeError
        If shapes differ or there is no row.
    NotFiniteError
        If there is a NaN or an infinity.
    NotPositiveDefiniteError
        If a covariance is not symmetric positive definite.
    SettingError
        If `probability` is out of range.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 5.4.

    Examples
    --------
    >>> import detente as dt
    >>> score = dt.metrics.nees([[1.0, 0.0]], [[0.0, 2.0]], [[[1.0, 0.0], [0.0, 4.0]]])
    >>> score.value, score.consistent
    (array([2.]), True)
    """
    return _consistency(_core.nees(truth, mean, cov), np.shape(truth)[1], probability)


def anees(truth: ArrayLike, mean: ArrayLike, cov: ArrayLike) -> float | NDArray[np.float64]:
    """Return the average normalised estimation error squared per dimension, 1 if consistent.

    It is the mean of `nees` over d: above 1 the covariances are too small, below too large.

    Parameters
    ----------
    truth, mean : (n, d) or (runs, steps, d) float64
        True and estimated states, in the same units.
    cov : (n, d, d) or (runs, steps, d, d) float64
        Their covariances, symmetric and positive definite.

    Returns
    -------
    float or (steps,) float64
        Over the n rows, or over the runs for each step.

    Raises
    ------
    ShapeError
        If shapes differ, or there is nothing to average.
    NotFiniteError
        If there is a NaN or an infinity.
    NotPositiveDefiniteError
        If a covariance is not symmetric positive definite.

    References
    ----------
    Li, Zhao and Jilkov, *Practical measures and test for credibility of an estimator*, Workshop
    on Estimation, Tracking and Fusion, 2001.

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.anees([[1.0, 0.0]], [[0.0, 2.0]], [[[1.0, 0.0], [0.0, 4.0]]])
    1.0
    """
    x, y, covs = np.asarray(truth), np.asarray(mean), np.asarray(cov)
    if x.ndim not in (2, 3) or x.size == 0:
        raise ShapeError(f"truth must have shape (n, d) or (runs, steps, d), found {x.shape}")
    d = x.shape[-1]
    for what, array, shape in (("mean", y, x.shape), ("cov", covs, (*x.shape, d))):
        if array.shape != shape:
            raise ShapeError(f"{what} must have shape {shape}, found {array.shape}")
    value = _core.nees(x.reshape(-1, d), y.reshape(-1, d), covs.reshape(-1, d, d)) / d
    if x.ndim == 3:  # noqa: PLR2004 (runs, steps and coordinates)
        return value.reshape(x.shape[:2]).mean(axis=0)
    return float(value.mean())


def nis(
    innovation: ArrayLike, innovation_cov: ArrayLike, *, probability: float = 0.95
) -> Consistency:
    """Return the normalised innovation squared, with chi-square bounds on its average.

    Row i is eᵀ S⁻¹ e. Innovations of a right filter are white, so its rows are independent.

    Parameters
    ----------
    innovation : (n, d) float64
        Measurement minus predicted measurement.
    innovation_cov : (n, d, d) float64
        Their covariances, symmetric and positive definite.
    probability : float
        How probable it is that the average lies within the bounds, above 0 and below 1.

    Returns
    -------
    Consistency

    Raises
    ------
    ShapeError
        If shapes differ or there is no row.
    NotFiniteError
        If there is a NaN or an infinity.
    NotPositiveDefiniteError
        If a covariance is not symmetric positive definite.
    SettingError
        If `probability` is out of range.

    References
    ----------
    Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to Tracking and Navigation*,
    2001, section 5.4.

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.nis([[3.0], [1.0]], [[[9.0]], [[1.0]]]).average
    1.0
    """
    value = _core.nis(innovation, innovation_cov)
    return _consistency(value, np.shape(innovation)[1], probability)


def rmse(truth: ArrayLike, estimate: ArrayLike) -> float | NDArray[np.float64]:
    """Return the root mean square of the Euclidean errors.

    Parameters
    ----------
    truth, estimate : (n, d) or (runs, steps, d) float64
        Rows that belong together, in the same units.

    Returns
    -------
    float or (steps,) float64
        √(mean |x − x̂|²) over the n rows, or over the runs for each step.

    Raises
    ------
    ShapeError
        If shapes differ, or there is nothing to average.
    NotFiniteError
        If there is a NaN or an infinity.

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.rmse([[0.0, 0.0], [1.0, 1.0]], [[3.0, 4.0], [1.0, 1.0]])
    3.5355339059327378
    """
    x, y = np.asarray(truth), np.asarray(estimate)
    if x.shape != y.shape:
        raise ShapeError(f"estimate must have shape {x.shape} as truth has, found {y.shape}")
    if x.ndim not in (2, 3) or x.size == 0:
        raise ShapeError(f"truth must have shape (n, d) or (runs, steps, d), found {x.shape}")
    if x.ndim == 3:  # noqa: PLR2004 (runs, steps and coordinates)
        return _core.root_mean_square(x, y)
    return float(_core.root_mean_square(x[:, np.newaxis], y[:, np.newaxis])[0])


def _consistency(value: NDArray[np.float64], dim: int, probability: float) -> Consistency:
    if len(value) * dim == 0:
        raise ShapeError(f"there must be at least one row, found shape ({len(value)}, {dim})")
    if not 0.0 < probability < 1.0:
        raise SettingError(f"probability must be above 0 and below 1, found {probability}")
    lower, upper = (
        _core.chi_square_quantile(tail, float(len(value) * dim)) / len(value)
        for tail in ((1 - probability) / 2, (1 + probability) / 2)
    )
    return Consistency(value, float(np.mean(value)), lower, upper, dim)
