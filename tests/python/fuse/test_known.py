# pyright: basic
"""Fusion with a known cross-covariance: against least squares and a filter written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt

Array = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def joint(rng: np.random.Generator, n: int, dim: int) -> Array:
    """Return joint covariances of two estimates."""
    root = rng.normal(size=(n, 2 * dim, 3 * dim))
    return root @ root.swapaxes(1, 2)


def parts(cov: Array) -> tuple[Array, Array, Array]:
    dim = cov.shape[1] // 2
    return cov[:, :dim, :dim], cov[:, dim:, dim:], cov[:, :dim, dim:]


@given(seeds, st.integers(1, 9))
def test_it_is_generalised_least_squares(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    cov = joint(rng, 9, dim)
    a, b, c = parts(cov)
    mean = rng.normal(size=(9, 2 * dim))
    fused = dt.fuse.bar_shalom_campo(mean[:, :dim], a, mean[:, dim:], b, c)
    both = np.vstack([np.eye(dim), np.eye(dim)])
    weighed = np.linalg.inv(cov)
    best = np.linalg.inv(both.T @ weighed @ both)
    assert fused.cov == pytest.approx(best, rel=1e-6, abs=1e-7)
    vector = (both.T @ weighed @ mean[:, :, None])[:, :, 0]
    expected = (best @ vector[:, :, None])[:, :, 0]
    assert fused.mean == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert np.array_equal(fused.cov, fused.cov.swapaxes(1, 2))


@given(seeds, st.integers(1, 6))
def test_independent_estimates_are_fused_as_an_update_would(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, _ = parts(joint(rng, 3, dim))
    x, z = rng.normal(size=(2, 3, dim))
    fused = dt.fuse.bar_shalom_campo(x, a, z, b, np.zeros_like(a))
    updated = dt.filters.update(x, a, z, np.eye(dim), b)
    assert fused.mean == pytest.approx(updated.mean, rel=1e-8, abs=1e-8)
    assert fused.cov == pytest.approx(updated.cov, rel=1e-8, abs=1e-8)


def test_the_recursion_is_that_of_two_filters_side_by_side() -> None:
    """The errors of both in one vector: e ← J F e - J w + K v, with one w and two v."""
    rng = np.random.default_rng(1)
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.7)
    F, Q = motion.transition(1.3), motion.noise(1.3)
    sensors = [(rng.normal(size=(2, 4)), np.diag([1.0, 4.0])), (np.eye(1, 4), np.eye(1))]
    start = np.diag([9.0, 16.0, 4.0, 1.0])
    both = np.block([[start, start / 2], [start / 2, start]])
    covs = [start, start]
    cross = both[:4, 4:][None]
    for _ in range(7):
        predicted = [F @ P @ F.T + Q for P in covs]
        keeps, noise = [], np.zeros((8, 8))
        for k, (H, R) in enumerate(sensors):
            K = predicted[k] @ H.T @ np.linalg.inv(H @ predicted[k] @ H.T + R)
            keeps.append(np.eye(4) - K @ H)
            covs[k] = keeps[k] @ predicted[k]
            noise[4 * k : 4 * k + 4, 4 * k : 4 * k + 4] = K @ R @ K.T
        keep = np.block([[keeps[0], np.zeros((4, 4))], [np.zeros((4, 4)), keeps[1]]])
        moved = np.kron(np.eye(2), F) @ both @ np.kron(np.eye(2), F).T + np.tile(Q, (2, 2))
        both = keep @ moved @ keep.T + noise
        covs = [(P + P.T) / 2 for P in covs]
        args = [np.array([P]) for P in (predicted[0], covs[0], predicted[1], covs[1])]
        cross = dt.fuse.cross_covariance(cross, F, Q, *args)
        assert cross[0] == pytest.approx(both[:4, 4:], rel=1e-9, abs=1e-9)


@given(seeds, st.integers(1, 5))
def test_a_filter_and_its_own_blind_prediction_share_all_that_the_filter_errs(
    seed: int, dim: int
) -> None:
    """E[e ēᵀ] = P: what an optimal filter learnt is not correlated with its error."""
    rng = np.random.default_rng(seed)
    start, Q, _ = parts(joint(rng, 2, dim))
    F, H, R = rng.normal(size=(dim, dim)), rng.normal(size=(1, dim)), np.eye(1)
    blind = now = dt.filters.Gaussian(np.zeros((2, dim)), start)
    cross = start
    for _ in range(4):
        blind = dt.filters.predict(*blind, F, Q)
        before = dt.filters.predict(*now, F, Q)
        now = dt.filters.Gaussian(*dt.filters.update(*before, np.zeros((2, 1)), H, R)[:2])
        cross = dt.fuse.cross_covariance(cross, F, Q, before.cov, now.cov, blind.cov, blind.cov)
        scale = float(np.abs(blind.cov).max())
        assert cross == pytest.approx(now.cov, rel=1e-5, abs=1e-7 * scale)


def test_no_rows_give_no_rows() -> None:
    empty, none = np.empty((0, 3)), np.empty((0, 3, 3))
    assert dt.fuse.bar_shalom_campo(empty, none, empty, none, none).cov.shape == (0, 3, 3)
    crossed = dt.fuse.cross_covariance(none, np.eye(3), np.eye(3), none, none, none, none)
    assert crossed.shape == (0, 3, 3)


def test_bad_input_is_named() -> None:
    mean, cov = np.zeros((10, 2)), np.tile(np.eye(2), (10, 1, 1))
    fuse, cross = dt.fuse.bar_shalom_campo, dt.fuse.cross_covariance
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"covariance of b − a.*row 0"):
        fuse(mean, cov, mean, cov, cov)
    bad = np.zeros_like(cov)
    bad[9, 0, 1] = 1.5
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"joint covariance.*row 9"):
        fuse(mean, cov, mean, cov, bad)
    bad[9, 0, 1] = np.nan
    with pytest.raises(dt.errors.NotFiniteError, match=r"cross_cov must be finite.*row 9"):
        fuse(mean, cov, mean, cov, bad)
    with pytest.raises(dt.errors.ShapeError, match=r"cross_cov must have shape \(10, 2, 2\)"):
        fuse(mean, cov, mean, cov, cov[0])
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov_b must be.*row 0 is not"):
        fuse(mean, cov, mean, -cov, np.zeros_like(cov))
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"predicted_b must be.*row 0"):
        cross(cov, np.eye(2), np.eye(2), cov, cov, -cov, cov)
    with pytest.raises(dt.errors.ShapeError, match=r"transition must have shape \(2, 2\)"):
        cross(cov, np.eye(3), np.eye(2), cov, cov, cov, cov)
    with pytest.raises(dt.errors.NotFiniteError, match="noise must be finite"):
        cross(cov, np.eye(2), np.full((2, 2), np.inf), cov, cov, cov, cov)
    with pytest.raises(dt.errors.SettingError, match="dimension of the state must be 1 to 9"):
        cross(np.zeros((1, 10, 10)), *[np.eye(10)] * 2, *[np.eye(10)[None]] * 4)
