# pyright: basic
"""Increments of information: against the Kalman update, and in any order and batching."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt

Array = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def covariances(rng: np.random.Generator, n: int, dim: int) -> Array:
    root = rng.normal(size=(n, dim, dim + 1))
    return root @ root.swapaxes(1, 2) + 0.1 * np.eye(dim)


@given(seeds, st.integers(1, 9), st.integers(1, 9))
def test_adding_an_increment_is_the_kalman_update(seed: int, dim: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    x, P, z = rng.normal(size=(11, dim)), covariances(rng, 11, dim), rng.normal(size=(11, m))
    H, R = rng.normal(size=(11, m, dim)), covariances(rng, 11, m)
    seen = dt.fuse.information_increment(z, H, R)
    after = dt.fuse.apply_information(x, P, seen)
    updated = dt.filters.update(x, P, z, H, R)
    assert after.mean == pytest.approx(updated.mean, rel=1e-7, abs=1e-7)
    assert after.cov == pytest.approx(updated.cov, rel=1e-7, abs=1e-7)
    assert np.array_equal(after.cov, after.cov.swapaxes(1, 2))
    textbook = H.swapaxes(1, 2) @ np.linalg.inv(R)
    assert seen.matrix == pytest.approx(textbook @ H, rel=1e-8, abs=1e-8)
    assert seen.vector == pytest.approx((textbook @ z[:, :, None])[:, :, 0], rel=1e-8, abs=1e-8)


@given(seeds, st.integers(1, 6))
def test_increments_of_one_time_add_up(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    x, P = rng.normal(size=(4, dim)), covariances(rng, 4, dim)
    row = rng.integers(0, 4, 9)
    H, R = rng.normal(size=(9, 2, dim)), covariances(rng, 9, 2)
    each = dt.fuse.information_increment(rng.normal(size=(9, 2)), H, R)
    at_once = dt.fuse.apply_information(x, P, dt.fuse.sum_information(row, each, rows=4))
    for k in rng.permutation(9):
        one = dt.fuse.Information(each.matrix[[k]], each.vector[[k]])
        placed = dt.fuse.sum_information(row[[k]], one, rows=4)
        x, P = dt.fuse.apply_information(x, P, placed)
    assert x == pytest.approx(at_once.mean, rel=1e-7, abs=1e-7)
    assert pytest.approx(at_once.cov, rel=1e-7, abs=1e-7) == P


@given(seeds, st.integers(0, 6), st.integers(1, 6))
def test_a_replay_may_be_cut_anywhere(seed: int, cut: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    x, P = rng.normal(size=(3, dim)), covariances(rng, 3, dim)
    F, Q = rng.normal(size=(6, dim, dim)), covariances(rng, 6, dim)
    seen = dt.fuse.information_increment(
        rng.normal(size=(18, 1)), rng.normal(size=(18, 1, dim)), np.eye(1)
    )
    matrix, vector = seen.matrix.reshape(6, 3, dim, dim), seen.vector.reshape(6, 3, dim)
    whole = dt.fuse.replay_information(x, P, F, Q, dt.fuse.Information(matrix, vector))
    first = dt.fuse.Information(matrix[:cut], vector[:cut])
    second = dt.fuse.Information(matrix[cut:], vector[cut:])
    half = dt.fuse.replay_information(x, P, F[:cut], Q[:cut], first)
    both = dt.fuse.replay_information(*half, F[cut:], Q[cut:], second)
    assert np.array_equal(both.mean, whole.mean)
    assert np.array_equal(both.cov, whole.cov)
    for scan in range(6):  # and it is the filter, scan by scan
        x, P = dt.filters.predict(x, P, F[scan], Q[scan])
        x, P = dt.fuse.apply_information(x, P, dt.fuse.Information(matrix[scan], vector[scan]))
    assert np.array_equal(x, whole.mean)
    assert np.array_equal(P, whole.cov)


def test_no_information_changes_nothing() -> None:
    x, P = np.array([[3.0, -4.0]]), np.array([[[4.0, 1.0], [1.0, 9.0]]])
    nothing = dt.fuse.Information(np.zeros((1, 2, 2)), np.zeros((1, 2)))
    after = dt.fuse.apply_information(x, P, nothing)
    assert np.array_equal(after.mean, x)
    assert after.cov == pytest.approx(P, rel=1e-15)


def test_a_bearing_adds_across_its_line_alone() -> None:
    seen = dt.fuse.information_increment([[0.5]], [[0.6, -0.8]], [[1e-4]])
    assert np.linalg.matrix_rank(seen.matrix[0]) == 1
    after = dt.fuse.apply_information([[0.0, 0.0]], [np.eye(2) * 100.0], seen)
    along, across = np.array([0.8, 0.6]), np.array([0.6, -0.8])
    assert along @ after.cov[0] @ along == pytest.approx(100.0)
    assert across @ after.cov[0] @ across == pytest.approx(1e-4, rel=1e-4)


def test_information_far_above_the_prior_stays_definite() -> None:
    rng = np.random.default_rng(2)
    x, P = np.zeros((5, 4)), covariances(rng, 5, 4)
    for _ in range(200):
        H = rng.normal(size=(5, 2, 4))
        seen = dt.fuse.information_increment(np.zeros((5, 2)), H, np.eye(2) * 1e-12)
        x, P = dt.filters.predict(*dt.fuse.apply_information(x, P, seen), np.eye(4), np.eye(4))
        np.linalg.cholesky(P)


def test_no_rows_give_no_rows() -> None:
    empty = dt.fuse.information_increment(np.empty((0, 2)), np.eye(2, 4), np.eye(2))
    assert empty.matrix.shape == (0, 4, 4)
    assert dt.fuse.apply_information(np.empty((0, 4)), empty.matrix, empty).mean.shape == (0, 4)
    assert dt.fuse.sum_information([], empty, rows=3).vector.shape == (3, 4)


def test_bad_input_is_named() -> None:
    z, H, R = np.zeros((9, 2)), np.eye(2, 4), np.eye(2)
    make, add = dt.fuse.information_increment, dt.fuse.apply_information
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"noise must be.*row 0 is not"):
        make(z, H, -R)
    each = np.tile(R, (9, 1, 1))
    each[8, 0, 1] = 0.5  # not symmetric
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"noise must be.*row 8 is not"):
        make(z, H, each)
    with pytest.raises(dt.errors.ShapeError, match=r"measurement_matrix must have shape \(m, d\)"):
        make(z, [1.0, 0.0], R)
    with pytest.raises(dt.errors.ShapeError, match=r"measurement_matrix must have shape \(2, 4\)"):
        make(z, np.eye(3, 4), R)
    with pytest.raises(dt.errors.NotFiniteError, match=r"measurement must be finite.*row 0"):
        make(z * np.nan, H, R)
    with pytest.raises(dt.errors.SettingError, match="dimension of the measurement must be 1 to 9"):
        make(np.zeros((1, 0)), np.zeros((0, 4)), np.zeros((0, 0)))
    x, P, seen = np.zeros((9, 4)), np.tile(np.eye(4), (9, 1, 1)), make(z, H, R)
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov must be.*row 0 is not"):
        add(x, -P, seen)
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov⁻¹ \+ information.*row 0"):
        add(x, P, dt.fuse.Information(-2.0 * P, x))
    with pytest.raises(dt.errors.NotFiniteError, match=r"vector must be finite.*row 0"):
        add(x, P, dt.fuse.Information(P, x + np.inf))
    with pytest.raises(dt.errors.ShapeError, match=r"information must have shape \(9, 4, 4\)"):
        add(x, P, dt.fuse.Information(P[:3], x))
    with pytest.raises(dt.errors.ShapeError, match=r"row must have shape \(9,\)"):
        dt.fuse.sum_information([0], seen, rows=1)
    with pytest.raises(dt.errors.DTypeError, match="row must hold whole numbers, found dtype fl"):
        dt.fuse.sum_information([0.5] * 9, seen, rows=1)
    with pytest.raises(dt.errors.SettingError, match=r"row must lie in 0\.\.2, found 0 to 2"):
        dt.fuse.sum_information([0, 1, 2] * 3, seen, rows=2)
    replay = dt.fuse.replay_information
    with pytest.raises(dt.errors.ShapeError, match=r"noise must have shape \(1, 4, 4\)"):
        replay(x, P, P[:1], P[:2], dt.fuse.Information(P[None], x[None]))
