"""Interacting multiple models: several motion models, and which of them an object follows.

Every function takes n rows of M models, as means (n, M, d), covariances (n, M, d, d) and
probabilities (n, M). All models of a row share one state order; a component that a model lacks is
kept at mean 0 and variance 1e-6, uncorrelated. A cycle of the filter is `imm_mix`, a prediction of
each entry by its own model, an update of each entry, and `imm_update` by the log likelihoods.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.filters.kalman import Gaussian

Floats: TypeAlias = NDArray[np.float64]


class Models(NamedTuple):
    """The entries of rows of interacting models.

    Attributes
    ----------
    mean : (n, M, d) float64
    cov : (n, M, d, d) float64
        Symmetric.
    probability : (n, M) float64
        Of each model; every row sums to one.
    """

    mean: Floats
    cov: Floats
    probability: Floats


def imm_transition(transition_per_s: ArrayLike, dt_s: ArrayLike) -> Floats:
    """Return the probabilities with which one model follows another over a time, exp(Π Δt).

    Parameters
    ----------
    transition_per_s : (M, M) array_like
        Rates from model i to model j [1/s]; what stands on the diagonal does not count.
    dt_s : float or (n,) array_like
        Times [s], not negative.

    Returns
    -------
    (M, M) or (n, M, M) float64
        From i to j; every row sums to one.

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Rates that are not square, or something other than finite numbers.
    SettingError
        A negative rate or time.

    References
    ----------
    Jensen, *Markoff chains as an aid in the study of Markoff processes*, Skandinavisk
    Aktuarietidskrift 36, 1953 (uniformisation).

    Examples
    --------
    >>> import detente as dt
    >>> dt.filters.imm_transition([[0.0, 0.02], [0.2, 0.0]], 10.0).round(3)
    array([[0.919, 0.081],
           [0.808, 0.192]])
    """
    steps = np.asarray(dt_s, dtype=np.float64)
    every = _core.imm_transition(transition_per_s, np.atleast_1d(steps))
    return every if steps.ndim else every[0]


def imm_mix(
    mean: ArrayLike,
    cov: ArrayLike,
    probability: ArrayLike,
    transition: ArrayLike,
    *,
    used: ArrayLike | None = None,
    prior_variance: ArrayLike | None = None,
) -> Models:
    """Mix the models of every row, before each predicts its own entry.

    Afterwards entry j is what is believed of the state if model j is followed from now on, and its
    probability that of the event: c_j = Σ p_ij μ_i, and the moments of the mixture with the weights
    p_ij μ_i / c_j. A model of probability zero stays as it is.

    Where model j has a component that model i lacks, the state enters with mean zero and the
    variance that model j gives to it, its stationary or prior one. If it entered with the zero of
    model i instead, an acceleration would be taken for known at the very moment when a manoeuvre
    begins.

    Parameters
    ----------
    mean : (n, M, d) array_like
        The states of each model.
    cov : (n, M, d, d) array_like
        Their covariances, positive definite.
    probability : (n, M) array_like
        The probability of each model; every row sums to one.
    transition : (M, M) or (n, M, M) array_like
        The probability that model j follows model i, as of `imm_transition`.
    used : (M, d) array_like of bool, optional
        Which components each model has; all unless told.
    prior_variance : (M, d) array_like, optional
        With what variance each model takes up each component from a model that lacks it; needed
        if any lacks one.

    Returns
    -------
    Models
        ``mean`` (n, M, d), ``cov`` (n, M, d, d), ``probability`` (n, M).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A covariance that is not positive definite; its row counts all entries.
    SettingError
        Probabilities that do not sum to one, or a variance that is not positive.

    References
    ----------
    Blom and Bar-Shalom, *The interacting multiple model algorithm for systems with Markovian
    switching coefficients*, IEEE Transactions on Automatic Control 33, 1988.

    Examples
    --------
    >>> import detente as dt
    >>> mixed = dt.filters.imm_mix(
    ...     [[[0.0], [4.0]]], [[[[1.0]], [[1.0]]]], [[0.5, 0.5]], [[0.9, 0.1], [0.1, 0.9]]
    ... )
    >>> mixed.mean.ravel(), mixed.cov.ravel()
    (array([0.4, 3.6]), array([2.44, 2.44]))
    """
    every = _every(mean, used, prior_variance)
    return Models(*_core.imm_mix(mean, cov, probability, transition, *every))


def imm_update(probability: ArrayLike, log_likelihood: ArrayLike) -> tuple[Floats, Floats]:
    """Weigh the models of every row by how well they predicted a measurement.

    Parameters
    ----------
    probability : (n, M) array_like
        The probability of each model before; every row sums to one.
    log_likelihood : (n, M) array_like
        The logarithm of each model's density of the measurement; −inf where it is impossible.

    Returns
    -------
    probability : (n, M) float64
        Every row sums to one. A row that no model explains keeps its probabilities.
    log_likelihood : (n,) float64
        The logarithm of the density whichever model is followed, log Σ μ_j ℓ_j.

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or other than numbers.
    SettingError
        Probabilities that do not sum to one.

    References
    ----------
    Blom and Bar-Shalom, *The interacting multiple model algorithm for systems with Markovian
    switching coefficients*, IEEE Transactions on Automatic Control 33, 1988.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> probability, log = dt.filters.imm_update([[0.5, 0.5]], np.log([[0.3, 0.1]]))
    >>> probability, np.exp(log).round(3)
    (array([[0.75, 0.25]]), array([0.2]))
    """
    return _core.imm_update(probability, log_likelihood)


def imm_combine(mean: ArrayLike, cov: ArrayLike, probability: ArrayLike) -> Gaussian:
    """Return mean and covariance of every row, whichever model it follows.

    Parameters
    ----------
    mean : (n, M, d) array_like
        The states of each model.
    cov : (n, M, d, d) array_like
        Their covariances, positive definite.
    probability : (n, M) array_like
        The probability of each model; every row sums to one.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A covariance that is not positive definite; its row counts all entries.
    SettingError
        Probabilities that do not sum to one.

    References
    ----------
    Blom and Bar-Shalom, *The interacting multiple model algorithm for systems with Markovian
    switching coefficients*, IEEE Transactions on Automatic Control 33, 1988.

    Examples
    --------
    >>> import detente as dt
    >>> dt.filters.imm_combine([[[0.0], [4.0]]], [[[[1.0]], [[1.0]]]], [[0.75, 0.25]])
    Gaussian(mean=array([[1.]]), cov=array([[[4.]]]))
    """
    return Gaussian(*_core.imm_combine(mean, cov, probability))


def imm_smooth(
    mean: ArrayLike,
    cov: ArrayLike,
    probability: ArrayLike,
    mode_transition: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    *,
    used: ArrayLike | None = None,
    prior_variance: ArrayLike | None = None,
) -> Models:
    """Smooth one row backwards, so that each step knows all measurements.

    Each pair of model j now and i next is predicted by model i, updated by what the future says of
    entry i, the ratio of its smoothed to its predicted density, and carried back by one step of
    Rauch, Tung and Striebel; the better it foresaw that future, the more probable it is. The pairs
    of each j are collapsed into one Gaussian.

    Parameters
    ----------
    mean : (T, M, d) array_like
        The states of each model after the measurement of each step.
    cov : (T, M, d, d) array_like
        Their covariances.
    probability : (T, M) array_like
        The probability of each model after the measurement of each step.
    mode_transition : (M, M) or (T - 1, M, M) array_like
        The probability that model j follows model i from each step to the next.
    transition, noise : (M, d, d) or (T - 1, M, d, d) array_like
        F and Q of each model from each step to the next; what a model lacks is not read.
    used, prior_variance : (M, d) array_like, optional
        As of `imm_mix`.

    Returns
    -------
    Models
        ``mean`` (T, M, d), ``cov`` (T, M, d, d), ``probability`` (T, M).

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.
    NotPositiveDefiniteError
        A covariance, or a prediction F P Fᵀ + Q, that is not positive definite.
    SettingError
        Probabilities that do not sum to one, or a variance that is not positive.

    References
    ----------
    Helmick, Blair and Hoffman, *Fixed-interval smoothing for Markovian switching systems*, IEEE
    Transactions on Information Theory 41, 1995; the ratio stands for their filter that runs
    backwards.

    Examples
    --------
    One model is the smoother of Rauch, Tung and Striebel:

    >>> import detente as dt
    >>> after = dt.filters.imm_smooth(
    ...     [[[0.0]], [[2.0]]],
    ...     [[[[1.0]]], [[[2 / 3]]]],
    ...     [[1.0], [1.0]],
    ...     [[1.0]],
    ...     [[[1.0]]],
    ...     [[[1.0]]],
    ... )
    >>> after.mean.ravel()
    array([1., 2.])
    """
    every = _every(mean, used, prior_variance)
    return Models(
        *_core.imm_smooth(mean, cov, probability, mode_transition, transition, noise, *every)
    )


def _every(
    mean: ArrayLike, used: ArrayLike | None, prior_variance: ArrayLike | None
) -> tuple[NDArray[np.uint8], ArrayLike]:
    """Return which components are used, as numbers, and the prior variances."""
    shape = np.shape(mean)[1:]
    have = np.ones(shape, np.uint8) if used is None else np.asarray(used).astype(np.uint8)
    if prior_variance is None:
        if not have.all():
            raise SettingError(
                "a model lacks a component: give prior_variance for those that do not"
            )
        prior_variance = np.ones(shape)
    return have, prior_variance
