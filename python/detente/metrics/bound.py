"""The posterior Cramér–Rao bound of a track under missed detections and clutter."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import NotFiniteError, NotPositiveDefiniteError, SettingError, ShapeError

Floats = NDArray[np.float64]

ROUNDING = 1e-9  # of the largest entry: how far a covariance may be from symmetric


def information_reduction(
    detection_probability: float, clutter_per_unit: float, *, dim: int
) -> float:
    """Return the factor q by which misses and clutter reduce a measurement's information.

    A scan holds the object's measurement with probability p, normal about its true value, and
    Poisson clutter of uniform density. Its Fisher information about that value is q·R⁻¹ with
    q = (p/d) ∫₀^∞ exp(−s·ρ·(1 − p)/p − ρ ∫ (1 − exp(−s·φ(u))) du) ∫ φ(u)² |u|² exp(−s·φ(u)) du ds,
    where φ is the standard normal density in d dimensions and ρ the clutter to expect in a unit of
    volume after whitening by R. This is exact for the whole measurement space; the expectation
    over the scans is taken by the formula of Campbell and Mecke for Poisson processes.

    Parameters
    ----------
    detection_probability : float
        The probability p that the object is detected, from 0 to 1.
    clutter_per_unit : float
        ρ, the clutter density times √det R; not negative.
    dim : int
        The dimension d of a measurement, at least 1.

    Returns
    -------
    float
        From 0 to p; p without clutter.

    Raises
    ------
    SettingError
        If an argument is out of range.

    References
    ----------
    Niu, Willett and Bar-Shalom, *Matrix CRLB scaling due to measurements of uncertain origin*,
    IEEE Transactions on Signal Processing 49(7), 2001 (the factor, in a gate); Last and Penrose,
    *Lectures on the Poisson Process*, 2017, theorem 4.1 (Mecke).

    Examples
    --------
    >>> import detente as dt
    >>> dt.metrics.information_reduction(0.9, 0.0, dim=2)
    0.9
    >>> round(dt.metrics.information_reduction(0.9, 0.01, dim=2), 4)
    0.7221
    """
    if not 0.0 <= detection_probability <= 1.0:
        raise SettingError(
            f"detection_probability must be from 0 to 1, found {detection_probability}"
        )
    if not 0.0 <= clutter_per_unit < np.inf:
        raise SettingError(
            f"clutter_per_unit must be finite and not negative, found {clutter_per_unit}"
        )
    if dim < 1:
        raise SettingError(f"dim must be at least 1, found {dim}")
    if clutter_per_unit == 0.0 or detection_probability == 0.0:
        return detection_probability
    # trapezoids in ln s and in the radius: both integrands are smooth and vanish at the ends
    log_s, step = np.linspace(-42.0, 60.0, 1021, retstep=True)
    radius, width = np.linspace(0.0, 16.0, 641, retstep=True)
    s = np.exp(log_s)
    sphere = 2.0 * math.pi ** (dim / 2) / math.gamma(dim / 2) * radius ** (dim - 1) * width
    sphere[0] *= 0.5
    log_density = -0.5 * radius**2 - 0.5 * dim * math.log(2.0 * math.pi)
    hidden = -np.exp(log_s[:, np.newaxis] + log_density)  # −s·φ
    volume = -np.expm1(hidden) @ sphere
    squared = np.exp(2.0 * log_density + hidden) @ (radius**2 * sphere)
    odds = (1.0 - detection_probability) / detection_probability
    log_weight = -clutter_per_unit * (s * odds + volume)
    integral = float(np.sum(np.exp(log_s + log_weight) * squared) * float(step))
    return min(detection_probability * integral / dim, detection_probability)


def cramer_rao_bound(
    transition: ArrayLike,
    noise: ArrayLike,
    jacobian: ArrayLike,
    measurement_cov: ArrayLike,
    *,
    frames: int,
    initial_cov: ArrayLike,
    detection_probability: ArrayLike = 1.0,
    clutter_density: ArrayLike = 0.0,
) -> Floats:
    """Return the posterior Cramér–Rao bound on the covariance of a track, frame by frame.

    No estimator's mean squared error is below it. Between frames P ← F P Fᵀ + Q; a frame adds the
    information q·Hᵀ R⁻¹ H, where q is `information_reduction` of its detection probability and
    clutter. For linear motion and measurement it is exact; others are linearised along the true
    trajectory, which is right as long as that is nearly certain.

    Parameters
    ----------
    transition : (d, d) or (k - 1, d, d) float64
        F, from each frame to the next.
    noise : (d, d) or (k - 1, d, d) float64
        Q, the covariance of the motion between frames, positive semidefinite.
    jacobian : (m, d) or (k, m, d) float64
        H, the derivative of the measurement by the state at the true state.
    measurement_cov : (m, m) or (k, m, m) float64
        R, positive definite.
    frames : int
        The number k of frames, at least 1.
    initial_cov : (d, d) float64
        The covariance before the first frame is measured, positive definite.
    detection_probability : float or (k,) float64
        In each frame, from 0 to 1; with 0 nothing is measured.
    clutter_density : float or (k,) float64
        In each frame, false detections to expect in a unit of the measurement space.

    Returns
    -------
    (k, d, d) float64
        The bound after each frame.

    Raises
    ------
    ShapeError
        If shapes do not fit together.
    NotFiniteError
        If there is a NaN or an infinity.
    NotPositiveDefiniteError
        If a covariance is none.
    SettingError
        If the number of frames, a probability or a density is out of range.

    References
    ----------
    Tichavský, Muravchik and Nehorai, *Posterior Cramér–Rao bounds for discrete-time nonlinear
    filtering*, IEEE Transactions on Signal Processing 46(5), 1998; Hernandez, Farina and Ristic,
    *PCRLB for tracking in cluttered environments: measurement sequence conditioning approach*,
    IEEE Transactions on Aerospace and Electronic Systems 42(2), 2006 (how far it lies below
    bounds that condition on the detections).

    Examples
    --------
    >>> import detente as dt
    >>> motion = dt.ConstantVelocity(axes=1, acceleration_psd=0.05)
    >>> bound = dt.metrics.cramer_rao_bound(
    ...     motion.transition(1.0), motion.noise(1.0), [[1.0, 0.0]], [[100.0]], frames=20,
    ...     initial_cov=[[100.0, 0.0], [0.0, 25.0]], detection_probability=0.9)
    >>> bound.shape, round(float(bound[-1, 0, 0] ** 0.5), 2)
    ((20, 2, 2), 4.76)
    """
    if frames < 1:
        raise SettingError(f"frames must be at least 1, found {frames}")
    h, r = np.asarray(jacobian), np.asarray(measurement_cov)
    d, m = (a.shape[-1] if a.ndim else 0 for a in (h, r))
    F = _each("transition", transition, (frames - 1, d, d))
    Q = _each("noise", noise, (frames - 1, d, d))
    H = _each("jacobian", h, (frames, m, d))
    R = _each("measurement_cov", r, (frames, m, m))
    cov = _each("initial_cov", initial_cov, (1, d, d))[0]
    detection = _each("detection_probability", detection_probability, (frames,))
    clutter = _each("clutter_density", clutter_density, (frames,))
    _check("noise", Q, definite=False)
    _check("measurement_cov", R)
    _check("initial_cov", cov)

    per_unit = clutter * np.sqrt(np.linalg.det(R))
    cases, case = np.unique(np.stack([detection, per_unit], axis=1), axis=0, return_inverse=True)
    reduction = np.array([information_reduction(float(p), float(c), dim=m) for p, c in cases])
    bound = np.empty((frames, d, d))
    for k, q in enumerate(reduction[case.ravel()]):
        if k > 0:
            cov = F[k - 1] @ cov @ F[k - 1].T + Q[k - 1]
        if q > 0.0:
            cov = _measured(cov, H[k], R[k] / q)
        bound[k] = cov
    return bound


def _measured(cov: Floats, H: Floats, R: Floats) -> Floats:
    """Return (P⁻¹ + Hᵀ R⁻¹ H)⁻¹ by Joseph's form, which no singular P harms."""
    gain = np.linalg.solve(H @ cov @ H.T + R, H @ cov).T
    keep = np.eye(len(cov)) - gain @ H
    return keep @ cov @ keep.T + gain @ R @ gain.T


def _each(what: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return one value for each frame; a single one stands for all."""
    array = np.asarray(values, np.float64)
    if array.shape not in (shape, shape[1:]):
        raise ShapeError(f"{what} must have shape {shape[1:]} or {shape}, found {array.shape}")
    if not bool(np.isfinite(array).all()):
        raise NotFiniteError(f"{what} must be finite; repair it first")
    return np.broadcast_to(array, shape)


def _check(what: str, cov: Floats, *, definite: bool = True) -> None:
    """Refuse what is no covariance."""
    scale = np.abs(cov).max(initial=0.0)
    symmetric = bool((np.abs(cov - cov.swapaxes(-1, -2)) <= ROUNDING * scale).all())
    least = np.linalg.eigvalsh(cov).min(initial=np.inf)
    if not symmetric or (least <= 0.0 if definite else least < -ROUNDING * scale):
        kind = "definite" if definite else "semidefinite"
        raise NotPositiveDefiniteError(f"{what} must be symmetric positive {kind}; check its units")
