"""One gain for a whole interval, for links too narrow for an increment a scan."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.fuse.increment import Information


class SharedError(NamedTuple):
    """How much of a filter's errors comes from process noise, which all parties share.

    Kept along by `after_scan` at each scan of an interval; `next_interval` where one ends.

    Attributes
    ----------
    updated : (n, d, d) float64
        C = E[c cᵀ], c the shared part of the error of the estimate.
    crossed : (n, d, d) float64
        M = E[c c̄ᵀ], c̄ the shared part of the error of the state predicted from the start of the
        interval without its detections.
    predicted : (n, d, d) float64
        E[c̄ c̄ᵀ].
    """

    updated: NDArray[np.float64]
    crossed: NDArray[np.float64]
    predicted: NDArray[np.float64]

    @classmethod
    def none(cls, n: int, dim: int) -> Self:
        """Return the shared error of `n` filters that have nothing in common yet.

        Parameters
        ----------
        n : int
            The number of rows.
        dim : int
            The dimension d of the state.
        """
        return cls(*(np.zeros((n, dim, dim)) for _ in range(3)))

    def after_scan(
        self, transition: ArrayLike, noise: ArrayLike, predicted_cov: ArrayLike, cov: ArrayLike
    ) -> "SharedError":
        """Return the shared error after one more scan.

        C ← J (F C Fᵀ + Q) Jᵀ, M ← J (F M Fᵀ + Q) and C̄ ← F C̄ Fᵀ + Q with J = P P̄⁻¹.

        Parameters
        ----------
        transition, noise : (d, d) or (n, d, d) array_like
            F and Q to the scan.
        predicted_cov, cov : (n, d, d) array_like
            The filter's covariances at the scan before and after its update; the same twice where
            it made none.

        Raises
        ------
        NotPositiveDefiniteError, ShapeError, DTypeError, NotFiniteError
            As `cross_covariance`.
        """
        model, kept = (transition, noise), (predicted_cov, predicted_cov)
        seen = (predicted_cov, cov)
        return SharedError(
            _core.cross_covariance(self.updated, *model, *seen, *seen),
            _core.cross_covariance(self.crossed, *model, *seen, *kept),
            _core.cross_covariance(self.predicted, *model, *kept, *kept),
        )

    def next_interval(self) -> "SharedError":
        """Return the shared error at the start of the interval that follows."""
        return SharedError(self.updated, self.updated, self.updated)


class Tracklet(NamedTuple):
    """What the detections of an interval added to what is known at its end.

    Attributes
    ----------
    information : Information
        ``matrix`` (n, d, d) and ``vector`` (n, d), for `apply_information`.
    clipped : (n,) int64
        In how many directions less was known than before; they were clipped to nothing.
    """

    information: Information
    clipped: NDArray[np.int64]


def tracklet(
    predicted_mean: ArrayLike,
    predicted_cov: ArrayLike,
    mean: ArrayLike,
    cov: ArrayLike,
    *,
    shared: SharedError | None = None,
    parties: int = 2,
) -> Tracklet:
    """Return one gain for each interval: Y = P⁻¹ - P̄⁻¹ and y = P⁻¹ x - P̄⁻¹ x̄.

    Both states are those at the end of the interval: x̄ predicted from its start without its
    detections, x with them. The gain is not independent of what a receiver knows: process noise
    within the interval moved the object for everybody, so that the errors of all parties' gains
    share a part. Without `shared` nothing is done about it, and sums of gains are overconfident
    (normalised error 1.3 at ten scans of strong process noise). With it the gain is scaled so
    that the sum over `parties` is consistent.

    Parameters
    ----------
    predicted_mean : (n, d) array_like
        States x̄, d from 1 to 9.
    predicted_cov : (n, d, d) array_like
        Their covariances P̄, symmetric, positive definite.
    mean : (n, d) array_like
        States x.
    cov : (n, d, d) array_like
        Their covariances P, symmetric, positive definite.
    shared : SharedError, optional
        The shared part of both errors at the end of the interval.
    parties : int
        How many parties with a filter of their own the receiver adds up, this one included.

    Returns
    -------
    Tracklet
        ``information`` of any rank and never below zero, and ``clipped`` (n,): a direction in which
        P exceeds P̄ by more than rounding adds nothing and is counted.

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite; the message names its row.
    SettingError
        d outside 1 to 9, or less than one party.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    Notes
    -----
    The correction. The gain errs by u = y - Y x₀ = P⁻¹ e - P̄⁻¹ ē, where e and ē are the errors of x
    and x̄, and cov u = Y, since e is uncorrelated with x - x̄. Of e and ē the parts c and c̄ come
    from process noise; C, M and C̄ follow from F, Q and the covariances (`SharedError`). So the
    shared part of u has the covariance U = P⁻¹ C P⁻¹ - P⁻¹ M P̄⁻¹ - P̄⁻¹ Mᵀ P⁻¹ + P̄⁻¹ C̄ P̄⁻¹, the
    rest, from detections, Y - U. With n equal filters the shared parts are the same, and the sum
    of their n gains holds n Y with an error of n (Y - U) + n² U = n (Y + (n - 1) U) where n Y is
    claimed. With S = Y (Y + (n - 1) U)⁻¹ the sum of S y has the information n S Y and an error
    of n S (Y + (n - 1) U) Sᵀ = n S Y: what is claimed is so. For filters that differ the shared
    parts are not the same, and the sum is a little cautious (normalised error down to 0.95).

    References
    ----------
    Drummond, *Tracklets and a hybrid fusion with process noise*, SPIE 3163, 1997; Chong, Mori,
    Barker and Chang, *Architectures and algorithms for track association and fusion*, 2000.

    Examples
    --------
    >>> import detente as dt
    >>> gain = dt.fuse.tracklet([[0.0]], [[[4.0]]], [[3.0]], [[[1.0]]])
    >>> gain.information, gain.clipped
    (Information(matrix=array([[[0.75]]]), vector=array([[3.]])), array([0]))
    """
    if parties < 1:
        raise SettingError(f"parties must be at least 1, found {parties}")
    errors = None if shared is None else (shared.updated, shared.crossed, shared.predicted)
    matrix, vector, clipped = _core.tracklet_gain(
        predicted_mean, predicted_cov, mean, cov, errors, float(parties - 1)
    )
    return Tracklet(Information(matrix, vector), clipped)
