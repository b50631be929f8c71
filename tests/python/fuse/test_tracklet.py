# pyright: basic
"""Gains of intervals: exact without process noise, and consistent with it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt

Array = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=1.0)
F, Q = MOTION.transition(1.0), MOTION.noise(1.0)


def covariances(rng: np.random.Generator, n: int, dim: int) -> Array:
    root = rng.normal(size=(n, dim, dim + 1))
    return root @ root.swapaxes(1, 2) + 0.1 * np.eye(dim)


@given(seeds, st.integers(1, 9))
def test_a_gain_is_the_difference_of_informations(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    x_bar, P_bar = rng.normal(size=(10, dim)), covariances(rng, 10, dim)
    H, z = rng.normal(size=(10, dim, dim)), rng.normal(size=(10, dim))
    x, P = dt.filters.update(x_bar, P_bar, z, H, np.eye(dim))[:2]
    gain = dt.fuse.tracklet(x_bar, P_bar, x, P)
    before, after = np.linalg.inv(P_bar), np.linalg.inv(P)
    vector = after @ x[:, :, None] - before @ x_bar[:, :, None]
    scale = float(np.abs(after).max())
    assert gain.information.matrix == pytest.approx(after - before, abs=1e-8 * scale)
    assert gain.information.vector == pytest.approx(vector[:, :, 0], abs=1e-8 * scale)
    assert not gain.clipped.any()
    back = dt.fuse.apply_information(x_bar, P_bar, gain.information)  # and takes one there again
    assert back.mean == pytest.approx(x, rel=1e-6, abs=1e-6)
    assert back.cov == pytest.approx(P, rel=1e-6, abs=1e-6)


@given(seeds, st.integers(1, 12))
def test_without_process_noise_gains_are_exact_at_any_length(seed: int, scans: int) -> None:
    rng = np.random.default_rng(seed)
    start = dt.filters.Gaussian(rng.normal(size=(3, 4)), covariances(rng, 3, 4))
    none = np.zeros((4, 4))
    blind, own, pooled = start, [start, start], start
    shared = [dt.fuse.SharedError.none(3, 4)] * 2
    for _ in range(scans):
        blind = dt.filters.predict(*blind, F, none)
        pooled = dt.filters.predict(*pooled, F, none)
        for k, R in enumerate((np.diag([1.0, 9.0]), np.eye(2))):
            z = rng.normal(size=(3, 2))
            before = dt.filters.predict(*own[k], F, none)
            own[k] = dt.filters.Gaussian(*dt.filters.update(*before, z, np.eye(2, 4), R)[:2])
            pooled = dt.filters.Gaussian(*dt.filters.update(*pooled, z, np.eye(2, 4), R)[:2])
            shared[k] = shared[k].after_scan(F, none, before.cov, own[k].cov)
    fused = blind
    for k in range(2):  # nothing is shared, so that nothing is corrected
        gain = dt.fuse.tracklet(*blind, *own[k], shared=shared[k])
        fused = dt.fuse.apply_information(*fused, gain.information)
    assert fused.mean == pytest.approx(pooled.mean, rel=1e-6, abs=1e-6)
    assert fused.cov == pytest.approx(pooled.cov, rel=1e-6, abs=1e-6)


def interval(scans: int, R: Array, start: Array) -> tuple[Array, Array, dt.fuse.SharedError, Array]:
    """Return P̄, P and the shared error, and U as a sum over each scan's process noise."""
    H = np.eye(2, 4)
    blind = now = dt.filters.Gaussian(np.zeros((1, 4)), start[None])
    shared = dt.fuse.SharedError.none(1, 4)
    keeps: list[Array] = []
    for _ in range(scans):
        blind = dt.filters.predict(*blind, F, Q)
        before = dt.filters.predict(*now, F, Q)
        now = dt.filters.Gaussian(*dt.filters.update(*before, np.zeros((1, 2)), H, R)[:2])
        shared = shared.after_scan(F, Q, before.cov, now.cov)
        keeps.append(now.cov[0] @ np.linalg.inv(before.cov[0]))
    after, before_all = np.linalg.inv(now.cov[0]), np.linalg.inv(blind.cov[0])
    U, kept, free = np.zeros((4, 4)), np.eye(4), np.eye(4)
    for keep in reversed(keeps):  # what noise at a scan does to both errors at the end
        kept = kept @ keep
        D = after @ kept - before_all @ free
        U += D @ Q @ D.T
        kept, free = kept @ F, free @ F
    return blind.cov, now.cov, shared, U


@pytest.mark.parametrize("scans", [2, 5, 10, 30])
@pytest.mark.parametrize("parties", [1, 2, 5])
def test_the_corrected_sum_of_equal_filters_errs_as_much_as_it_claims(
    scans: int, parties: int
) -> None:
    P_bar, P, shared, U = interval(scans, np.diag([1.0, 4.0]), np.diag([4.0, 4.0, 2.0, 2.0]))
    Y = np.linalg.inv(P[0]) - np.linalg.inv(P_bar[0])
    gain = dt.fuse.tracklet(
        np.zeros((1, 4)), P_bar, np.zeros((1, 4)), P, shared=shared, parties=parties
    )
    S = Y @ np.linalg.pinv(Y + (parties - 1) * U, rcond=1e-9, hermitian=True)
    assert gain.information.matrix[0] == pytest.approx(S @ Y, rel=1e-6, abs=1e-7)
    claimed = parties * gain.information.matrix[0]
    errs = S @ (parties * (Y - U) + parties**2 * U) @ S.T
    assert claimed == pytest.approx(errs, rel=1e-6, abs=1e-7)
    assert np.linalg.eigvalsh(Y - S @ Y).min() > -1e-9  # never more than was there
    if parties == 1:
        plain = dt.fuse.tracklet(np.zeros((1, 4)), P_bar, np.zeros((1, 4)), P)
        assert gain.information.matrix == pytest.approx(plain.information.matrix, rel=1e-9)


def test_the_vector_is_scaled_as_the_matrix_is() -> None:
    P_bar, P, shared, _ = interval(10, np.eye(2), np.eye(4))
    x_bar, x = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([[5.0, -6.0, 7.0, -8.0]])
    plain = dt.fuse.tracklet(x_bar, P_bar, x, P).information
    scaled = dt.fuse.tracklet(x_bar, P_bar, x, P, shared=shared).information
    expected = scaled.matrix[0] @ np.linalg.solve(plain.matrix[0], plain.vector[0])  # S y
    assert scaled.vector[0] == pytest.approx(expected, rel=1e-6)


def test_a_direction_that_lost_is_clipped_and_counted() -> None:
    x_bar, x = np.zeros((2, 3)), np.array([[5.0, 6.0, 7.0], [1.0, 1.0, 1.0]])
    P = np.array([np.diag([0.5, 2.0, 3.0]), np.diag([0.5, 1.0, 1.0 + 1e-13])])
    gain = dt.fuse.tracklet(x_bar, np.tile(np.eye(3), (2, 1, 1)), x, P)
    assert gain.clipped.tolist() == [2, 0]
    assert gain.information.matrix == pytest.approx(np.tile(np.diag([1.0, 0, 0]), (2, 1, 1)))
    assert gain.information.vector == pytest.approx(np.array([[10.0, 0, 0], [2.0, 0, 0]]))


@given(seeds, st.integers(1, 6))
def test_gains_are_never_below_zero(seed: int, dim: int) -> None:
    rng = np.random.default_rng(seed)
    P_bar, P = covariances(rng, 5, dim), covariances(rng, 5, dim)
    gain = dt.fuse.tracklet(np.zeros((5, dim)), P_bar, np.ones((5, dim)), P)
    values = np.linalg.eigvalsh(gain.information.matrix)
    assert (values >= -1e-9 * values.max(initial=1.0)).all()
    lost = np.linalg.eigvals(np.linalg.solve(P_bar, P)).real > 1.0 + 1e-9
    assert gain.clipped.tolist() == lost.sum(axis=1).tolist()


def test_a_scan_of_one_axis_gives_a_gain_of_one_rank() -> None:
    before = dt.filters.predict(np.zeros((1, 4)), np.eye(4)[None], F, Q)
    after = dt.filters.update(*before, [[1.0]], np.eye(1, 4), [[1.0]])
    shared = dt.fuse.SharedError.none(1, 4).after_scan(F, Q, before.cov, after.cov)
    for given_shared in (None, shared):
        gain = dt.fuse.tracklet(*before, after.mean, after.cov, shared=given_shared)
        assert gain.information.matrix[0] == pytest.approx(np.diag([1.0, 0, 0, 0]), abs=1e-6)
        assert gain.information.vector[0] == pytest.approx([1.0, 0, 0, 0], abs=1e-6)


def test_bad_input_is_named() -> None:
    x, P = np.zeros((9, 2)), np.tile(np.eye(2), (9, 1, 1))
    make = dt.fuse.tracklet
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"predicted_cov must be.*row 0"):
        make(x, -P, x, P)
    bad = P.copy()
    bad[8, 0, 1] = 0.5
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov must be.*row 8 is not"):
        make(x, P, x, bad)
    with pytest.raises(dt.errors.NotFiniteError, match=r"mean must be finite.*row 0"):
        make(x, P, np.full_like(x, np.inf), P)
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(9, 2, 2\)"):
        make(x, P, x, P[:1])
    with pytest.raises(dt.errors.SettingError, match="parties must be at least 1, found 0"):
        make(x, P, x, P, parties=0)
    shared = dt.fuse.SharedError(P, P, P[:1])
    with pytest.raises(dt.errors.ShapeError, match=r"shared.predicted must have .*\(9, 2, 2\)"):
        make(x, P, x, P / 2, shared=shared)
    shared = dt.fuse.SharedError(-P * 1e3, P, P)
    with pytest.raises(
        dt.errors.NotPositiveDefiniteError, match=r"the shared error must be.*row 0"
    ):
        make(x, P, x, P / 2, shared=shared)
