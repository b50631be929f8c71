"""The Cramér–Rao bound: against the Kalman filter, and Monte Carlo of scores and of trackers."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import kalman

import detente as dt
from detente.metrics import cramer_rao_bound, information_reduction

Floats = NDArray[np.float64]


def squared_scores(probability: float, density: float, dim: int, runs: int, seed: int) -> Floats:
    """The squared derivative of the log-likelihood along one axis, for random scans about 0.

    Clutter beyond 7 deviations has no weight, so a cube of side 14 holds all that matters.
    """
    rng = np.random.default_rng(seed)
    found = np.empty(runs)
    for run in range(runs):
        clutter = rng.uniform(-7, 7, (rng.poisson(density * 14.0**dim), dim))
        own = rng.normal(size=(int(rng.random() < probability), dim))
        scan = np.concatenate([own, clutter])
        weight = probability / density * (2 * np.pi) ** (-dim / 2)
        weight = weight * np.exp(-0.5 * (scan**2).sum(axis=1))
        score = (weight[:, np.newaxis] * scan).sum(axis=0) / (1 - probability + weight.sum())
        found[run] = (score**2).mean()
    return found


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize(("probability", "density"), [(0.9, 0.02), (0.7, 0.1), (1.0, 0.05)])
def test_the_factor_is_the_mean_squared_score(probability: float, density: float, dim: int) -> None:
    runs = 6000
    found = squared_scores(probability, density, dim, runs, seed=1)
    error = found.std() / np.sqrt(runs)
    factor = information_reduction(probability, density, dim=dim)
    assert abs(factor - found.mean()) < 4 * error
    assert factor < probability - 4 * error  # the test would notice clutter being ignored


def test_the_factor_has_its_limits() -> None:
    assert information_reduction(0.8, 0.0, dim=2) == 0.8
    assert information_reduction(0.0, 0.1, dim=2) == 0.0
    for dim in (1, 2, 4):
        assert information_reduction(0.8, 1e-12, dim=dim) == pytest.approx(0.8, rel=1e-6)
        assert information_reduction(1.0, 1e-12, dim=dim) == pytest.approx(1.0, rel=1e-6)
        falling = [information_reduction(0.9, 10.0**k, dim=dim) for k in range(-6, 4)]
        assert all(np.diff(falling) < 0)
        rising = [information_reduction(p, 0.05, dim=dim) for p in np.linspace(0.0, 1.0, 11)]
        assert all(np.diff(rising) > 0)


def model() -> tuple[Floats, Floats, Floats, Floats, Floats]:
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.1)
    H = np.eye(2, 4)
    prior = np.diag([400.0, 400.0, 25.0, 25.0])
    return motion.transition(2.0), motion.noise(2.0), H, np.diag([100.0, 50.0]), prior


def test_without_misses_and_clutter_it_is_the_kalman_covariance() -> None:
    F, Q, H, R, P = model()
    bound = cramer_rao_bound(F, Q, H, R, frames=30, initial_cov=P)
    for k in range(30):
        if k > 0:
            _, P = kalman.predict(np.zeros(4), P, F, Q)
        _, P, _, _ = kalman.update(np.zeros(4), P, np.zeros(2), H, R)
        np.testing.assert_allclose(bound[k], P, rtol=1e-9, atol=1e-9)


def test_it_solves_the_recursion_of_information() -> None:
    """Tichavský's J₊ = (Q + F J⁻¹ Fᵀ)⁻¹ + q Hᵀ R⁻¹ H, with everything varying."""
    F, Q, H, R, P = model()
    rng = np.random.default_rng(3)
    frames = 8
    Fs = F + 0.01 * rng.normal(size=(frames - 1, 4, 4))
    Qs = Q * rng.uniform(0.5, 2.0, (frames - 1, 1, 1))
    Hs = H + 0.1 * rng.normal(size=(frames, 2, 4))
    Rs = R * rng.uniform(0.5, 2.0, (frames, 1, 1))
    detection, clutter = rng.uniform(0.2, 1.0, frames), rng.uniform(0.0, 1e-3, frames)
    detection[3] = 0.0
    bound = cramer_rao_bound(
        Fs,
        Qs,
        Hs,
        Rs,
        frames=frames,
        initial_cov=P,
        detection_probability=detection,
        clutter_density=clutter,
    )
    information = np.linalg.inv(P)
    for k in range(frames):
        if k > 0:
            information = np.linalg.inv(
                Qs[k - 1] + Fs[k - 1] @ np.linalg.inv(information) @ Fs[k - 1].T
            )
        per_unit = clutter[k] * np.sqrt(np.linalg.det(Rs[k]))
        q = information_reduction(detection[k], per_unit, dim=2)
        information = information + q * Hs[k].T @ np.linalg.inv(Rs[k]) @ Hs[k]
        np.testing.assert_allclose(bound[k], np.linalg.inv(information), rtol=1e-6)


def test_no_filter_that_knows_the_origin_of_its_detections_beats_it() -> None:
    """With misses alone, the mean covariance of the Kalman filter lies above, by Jensen."""
    F, Q, H, R, P0 = model()
    rng = np.random.default_rng(4)
    frames, runs, probability = 15, 400, 0.6
    bound = cramer_rao_bound(
        F, Q, H, R, frames=frames, initial_cov=P0, detection_probability=probability
    )
    mean = np.zeros((frames, 4, 4))
    for _ in range(runs):
        P = P0
        for k in range(frames):
            if k > 0:
                _, P = kalman.predict(np.zeros(4), P, F, Q)
            if rng.random() < probability:
                _, P, _, _ = kalman.update(np.zeros(4), P, np.zeros(2), H, R)
            mean[k] += P / runs
    assert np.linalg.eigvalsh(mean[5:] - bound[5:]).min() > 0
    ratio = np.trace(mean[-1]) / np.trace(bound[-1])
    assert 1.0 < ratio < 1.3


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"frames": 0}, dt.errors.SettingError, "frames must be at least 1, found 0"),
    ({"transition": np.eye(3)}, dt.errors.ShapeError, r"transition must have shape \(4, 4\)"),
    ({"noise": np.eye(4)[None]}, dt.errors.ShapeError, r"noise must have shape .* \(2, 4, 4\)"),
    ({"jacobian": 1.0}, dt.errors.ShapeError, "transition must have shape"),
    ({"measurement_cov": np.eye(3)}, dt.errors.ShapeError, "jacobian must have shape"),
    ({"initial_cov": np.eye(2)}, dt.errors.ShapeError, "initial_cov must have shape"),
    ({"detection_probability": [0.5]}, dt.errors.ShapeError, r"must have shape \(\) or \(3,\)"),
    ({"transition": np.full((4, 4), np.nan)}, dt.errors.NotFiniteError, "transition must be fin"),
    ({"noise": -np.eye(4)}, dt.errors.NotPositiveDefiniteError, "positive semidefinite"),
    (
        {"measurement_cov": np.zeros((2, 2))},
        dt.errors.NotPositiveDefiniteError,
        "measurement_cov must be symmetric positive definite",
    ),
    (
        {"initial_cov": np.eye(4) + np.eye(4, k=1)},
        dt.errors.NotPositiveDefiniteError,
        "initial_cov must be symmetric positive definite",
    ),
    ({"detection_probability": 1.5}, dt.errors.SettingError, "detection_probability must be from"),
    ({"clutter_density": -1.0}, dt.errors.SettingError, "clutter_per_unit must be finite and not"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    F, Q, H, R, P = model()
    good = {"transition": F, "noise": Q, "jacobian": H, "measurement_cov": R}
    arguments: dict[str, Any] = good | {"frames": 3, "initial_cov": P} | change
    with pytest.raises(error, match=message):
        cramer_rao_bound(**arguments)


def test_the_factor_refuses() -> None:
    with pytest.raises(dt.errors.SettingError, match="detection_probability must be from 0 to 1"):
        information_reduction(-0.1, 0.1, dim=1)
    with pytest.raises(dt.errors.SettingError, match="clutter_per_unit must be finite"):
        information_reduction(0.5, np.inf, dim=1)
    with pytest.raises(dt.errors.SettingError, match="dim must be at least 1, found 0"):
        information_reduction(0.5, 0.1, dim=0)
