"""Fusion of estimates that share information, on columns."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core


class Fused(NamedTuple):
    """Fused estimates."""

    mean: NDArray[np.float64]
    """(n, d): the means."""
    cov: NDArray[np.float64]
    """(n, d, d): the covariances, symmetric, positive definite."""
    omega: NDArray[np.float64]
    """(n,): the weight of the first estimate, 0 to 1; the second has 1 - omega."""


def covariance_intersection(
    mean_a: ArrayLike,
    cov_a: ArrayLike,
    mean_b: ArrayLike,
    cov_b: ArrayLike,
    *,
    criterion: Literal["determinant", "trace"] = "determinant",
) -> Fused:
    """Fuse pairs of estimates of the same states whose correlation nobody knows.

    The result is consistent whatever the correlation: if both covariances are at least the true
    ones, so is the fused one. It is wider than the true one where the estimates are independent;
    that is the price.

    Parameters
    ----------
    mean_a, mean_b : (n, d) array_like
        The means, d from 1 to 9, both in one frame and one unit.
    cov_a, cov_b : (n, d, d) array_like
        The covariances, symmetric, positive definite.
    criterion : {"determinant", "trace"}
        What the weight makes smallest. The determinant does not depend on the units of the state;
        the trace suits states of one unit.

    Returns
    -------
    Fused
        `mean` (n, d), `cov` (n, d, d) and `omega` (n,), float64. Where both covariances are equal
        every weight is as good, and ``omega`` is one half.

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite; the message names its row.
    SettingError
        An unknown criterion, or d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Julier and Uhlmann, *A non-divergent estimation algorithm in the presence of unknown
    correlations*, American Control Conference, 1997.

    Examples
    --------
    Each knows one axis well; together they know both.

    >>> import numpy as np
    >>> import detente as dt
    >>> fused = dt.fuse.covariance_intersection(
    ...     [[0.0, 0.0]], [np.diag([1.0, 9.0])], [[1.0, 1.0]], [np.diag([9.0, 1.0])]
    ... )
    >>> fused.mean.round(3), fused.cov.round(3), fused.omega.round(3)
    (array([[0.1, 0.9]]), array([[[1.8, 0. ], [0. , 1.8]]]), array([0.5]))
    """
    return Fused(*_core.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion))
