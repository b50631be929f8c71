"""Fusion of estimates whose correlation nobody knows."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core

_Criterion = Literal["determinant", "trace"]


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
    criterion: _Criterion = "determinant",
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
    return Fused(
        *_core.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion, inverse=False)
    )


def inverse_covariance_intersection(
    mean_a: ArrayLike,
    cov_a: ArrayLike,
    mean_b: ArrayLike,
    cov_b: ArrayLike,
    *,
    criterion: _Criterion = "determinant",
) -> Fused:
    """Fuse pairs of estimates whose correlation comes from common information alone.

    P⁻¹ = A⁻¹ + B⁻¹ - (ω A + (1 - ω) B)⁻¹: both informations less a bound on what both hold. It is
    tighter than covariance intersection and consistent if each party fused, besides what is its
    own, one and the same estimate; against common process noise it is not proved to be, and where
    nothing at all is known `covariance_intersection` is the one to take. There is no form for more
    than two estimates: one after the other, the result depends on the order.

    Parameters
    ----------
    mean_a, mean_b : (n, d) array_like
        The means, d from 1 to 9, both in one frame and one unit.
    cov_a, cov_b : (n, d, d) array_like
        The covariances, symmetric, positive definite.
    criterion : {"determinant", "trace"}
        What the weight makes smallest, as in `covariance_intersection`; both are convex in ω.

    Returns
    -------
    Fused
        ``mean`` (n, d), ``cov`` (n, d, d) and ``omega`` (n,), one half where both are equal.

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
    Noack, Sijs, Reinhardt and Hanebeck, *Decentralized data fusion with inverse covariance
    intersection*, Automatica 79, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> a, b = [np.diag([1.0, 9.0])], [np.diag([9.0, 1.0])]
    >>> fused = dt.fuse.inverse_covariance_intersection([[0.0, 0.0]], a, [[1.0, 1.0]], b)
    >>> fused.mean.round(3), fused.cov.round(3), fused.omega.round(3)
    (array([[0.012, 0.988]]), array([[[1.098, 0.   ], [0.   , 1.098]]]), array([0.5]))
    """
    return Fused(
        *_core.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion, inverse=True)
    )


class FusedMany(NamedTuple):
    """Fused estimates of several each."""

    mean: NDArray[np.float64]
    """(n, d): the means."""
    cov: NDArray[np.float64]
    """(n, d, d): the covariances, symmetric, positive definite."""
    weight: NDArray[np.float64]
    """(n, k): the weights of the k estimates, not negative, of sum one."""


def covariance_intersection_of_many(
    mean: ArrayLike, cov: ArrayLike, *, criterion: _Criterion = "determinant"
) -> FusedMany:
    """Fuse k estimates a row whose correlations nobody knows, with the weights best together.

    P⁻¹ = Σ wᵢ Aᵢ⁻¹ with w on the simplex. Both criteria are convex in w, so the optimum is joint
    and does not depend on the order; fusing one after the other is consistent too, but wider. The
    criterion (the logarithm of determinant or trace) is within 1e-9 of the least.

    Parameters
    ----------
    mean : (n, k, d) array_like
        The means, d from 1 to 9, all in one frame and one unit.
    cov : (n, k, d, d) array_like
        The covariances, symmetric, positive definite.
    criterion : {"determinant", "trace"}
        What the weights make smallest, as in `covariance_intersection`.

    Returns
    -------
    FusedMany
        ``mean`` (n, d), ``cov`` (n, d, d) and ``weight`` (n, k). Equal covariances get equal
        weights; of several best weights those in the middle are taken.

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite; the message names its row.
    SettingError
        An unknown criterion, no estimates, or d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Niehsen, *Information fusion based on fast covariance intersection filtering*, FUSION 2002;
    Boyd and Vandenberghe, *Convex Optimization*, 2004, section 11.3.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> covs = [[np.diag([1.0, 9.0]), np.diag([9.0, 1.0]), np.eye(2) * 4.0]]
    >>> fused = dt.fuse.covariance_intersection_of_many(np.zeros((1, 3, 2)), covs)
    >>> fused.weight.round(3), fused.cov.round(3)
    (array([[0.5, 0.5, 0. ]]), array([[[1.8, 0. ], [0. , 1.8]]]))
    """
    return FusedMany(*_core.covariance_intersection_of_many(mean, cov, criterion))
