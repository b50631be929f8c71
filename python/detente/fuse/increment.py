"""What each scan's detections add to what is known of a state, and how a receiver adds it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import DTypeError, SettingError, ShapeError
from detente.filters import Gaussian


class Information(NamedTuple):
    """What is known of states, apart from any prior.

    Attributes
    ----------
    matrix : (n, d, d) float64
        Y, symmetric, positive semidefinite; of low rank where a detection shows only a part.
    vector : (n, d) float64
        y, which is Y x where Y has full rank.
    """

    matrix: NDArray[np.float64]
    vector: NDArray[np.float64]


def information_increment(
    measurement: ArrayLike, measurement_matrix: ArrayLike, noise: ArrayLike
) -> Information:
    """Return what each detection z = H x + v adds: Y = Hᵀ R⁻¹ H and y = Hᵀ R⁻¹ z.

    It does not depend on what was known before. So a party may hand over the increments of its own
    scans, in batches of any length, and a receiver that adds each at its time (`apply_information`)
    has the filter of all detections. For a sensor that is not linear hand in its Jacobian at the
    sender's prediction x̄ as H, and z - h(x̄) + H x̄ as the measurement.

    Parameters
    ----------
    measurement : (n, m) array_like
        Detections z.
    measurement_matrix : (m, d) or (n, m, d) array_like
        Measurement matrix H.
    noise : (m, m) or (n, m, m) array_like
        Covariance R of the measurement noise, symmetric, positive definite.

    Returns
    -------
    Information
        ``matrix`` (n, d, d) and ``vector`` (n, d).

    Raises
    ------
    NotPositiveDefiniteError
        A noise that is not symmetric positive definite; the message names its row.
    SettingError
        d or m outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Chong, Mori and Chang, *Distributed multitarget multisensor tracking*, in Bar-Shalom (editor),
    *Multitarget-Multisensor Tracking: Advanced Applications*, 1990.

    Examples
    --------
    >>> import detente as dt
    >>> dt.fuse.information_increment([[6.0]], [[1.0, 0.0]], [[2.0]])
    Information(matrix=array([[[0.5, 0. ], [0. , 0. ]]]), vector=array([[3., 0.]]))
    """
    shape = np.shape(measurement_matrix)
    if len(shape) not in (2, 3):
        raise ShapeError(f"measurement_matrix must have shape (m, d) or (n, m, d), found {shape}")
    made = _core.information_increment(measurement, measurement_matrix, noise, shape[-1])
    return Information(*made)


def sum_information(row: ArrayLike, information: Information, *, rows: int) -> Information:
    """Add up increments of one time that belong to the same state, in the order given.

    Parameters
    ----------
    row : (k,) integers
        Which state each increment belongs to, from 0.
    information : Information
        Increments ``matrix`` (k, d, d) and ``vector`` (k, d), of all sensors and parties.
    rows : int
        The number n of states; one that no increment belongs to gets zeros.

    Returns
    -------
    Information
        ``matrix`` (n, d, d) and ``vector`` (n, d).

    Raises
    ------
    ShapeError
        Another number of rows than increments.
    DTypeError
        Rows that are not whole numbers.
    SettingError
        A row outside 0 to ``rows - 1``.

    Examples
    --------
    >>> import detente as dt
    >>> two = dt.fuse.information_increment([[6.0], [8.0]], [[1.0]], [[2.0]])
    >>> dt.fuse.sum_information([0, 0], two, rows=1)
    Information(matrix=array([[[1.]]]), vector=array([[7.]]))
    """
    index = np.asarray(row)
    if index.size and index.dtype.kind not in "iu":
        raise DTypeError(f"row must hold whole numbers, found dtype {index.dtype}")
    index = index.astype(np.int64)
    matrix = np.asarray(information.matrix, dtype=np.float64)
    vector = np.asarray(information.vector, dtype=np.float64)
    if index.shape != matrix.shape[:1] or index.shape != vector.shape[:1]:
        raise ShapeError(
            f"row must have shape {matrix.shape[:1]}, one for each increment, found {index.shape}"
        )
    if index.size and not 0 <= index.min() <= index.max() < rows:
        raise SettingError(f"row must lie in 0..{rows}, found {index.min()} to {index.max()}")
    out = Information(np.zeros((rows, *matrix.shape[1:])), np.zeros((rows, *vector.shape[1:])))
    np.add.at(out.matrix, index, matrix)
    np.add.at(out.vector, index, vector)
    return out


def apply_information(mean: ArrayLike, cov: ArrayLike, information: Information) -> Gaussian:
    """Add information to every row: P ← (P⁻¹ + Y)⁻¹, x ← x + P (y - Y x).

    Neither P nor Y is inverted, so Y may have any rank, zero included.

    Parameters
    ----------
    mean : (n, d) array_like
        States x, at the time of the information.
    cov : (n, d, d) array_like
        Their covariances P, symmetric, positive definite.
    information : Information
        ``matrix`` (n, d, d) and ``vector`` (n, d), independent of the error of x.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d).

    Raises
    ------
    NotPositiveDefiniteError
        A covariance that is not symmetric positive definite, or information so far below zero that
        it takes away more than there is; the message names the row.
    SettingError
        d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Anderson and Moore, *Optimal Filtering*, 1979, section 6.3.

    Examples
    --------
    >>> import detente as dt
    >>> seen = dt.fuse.information_increment([[6.0]], [[1.0, 0.0]], [[2.0]])
    >>> after = dt.fuse.apply_information([[0.0, 1.0]], [[[2.0, 1.0], [1.0, 2.0]]], seen)
    >>> after.mean, after.cov
    (array([[3. , 2.5]]), array([[[1.  , 0.5 ], [0.5 , 1.75]]]))
    """
    return Gaussian(*_core.apply_information(mean, cov, information.matrix, information.vector))


def replay_information(
    mean: ArrayLike,
    cov: ArrayLike,
    transition: ArrayLike,
    noise: ArrayLike,
    information: Information,
) -> Gaussian:
    """Predict every row to each of T scans in turn and add the scan's information.

    This is what a receiver does with a batch: it goes back to its state before the first scan of
    the batch and replays. Several batches are merged scan by scan first (`sum_information`).

    Parameters
    ----------
    mean : (n, d) array_like
        States before the first scan.
    cov : (n, d, d) array_like
        Their covariances, symmetric, positive definite.
    transition, noise : (T, d, d) array_like
        F and Q to each scan from the one before.
    information : Information
        ``matrix`` (T, n, d, d) and ``vector`` (T, n, d), zero where a scan says nothing.

    Returns
    -------
    Gaussian
        ``mean`` (n, d) and ``cov`` (n, d, d) at the last scan.

    Raises
    ------
    NotPositiveDefiniteError
        As `apply_information`, or a noise that is no covariance.
    SettingError
        d outside 1 to 9.
    ShapeError, DTypeError, NotFiniteError
        Arrays that do not fit together, or something other than finite numbers.

    References
    ----------
    Koch and Govaers, *On decorrelated track-to-track fusion based on accumulated state densities*,
    FUSION 2014, for why it is exact where one gain for the whole batch is not.

    Examples
    --------
    >>> import detente as dt
    >>> seen = dt.fuse.Information([[[[0.5]]], [[[1.0]]]], [[[1.0]], [[4.0]]])
    >>> dt.fuse.replay_information([[0.0]], [[[1.0]]], [[[1.0]]] * 2, [[[1.0]]] * 2, seen)
    Gaussian(mean=array([[3.]]), cov=array([[[0.66666667]]]))
    """
    replayed = _core.replay_information(
        mean, cov, transition, noise, information.matrix, information.vector
    )
    return Gaussian(*replayed)
