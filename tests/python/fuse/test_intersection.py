"""Covariance intersection against scipy's minimiser, and its laws."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

import detente as dt

Criterion = Literal["determinant", "trace"]
Array = NDArray[np.floating]
CRITERIA: list[Criterion] = ["determinant", "trace"]
OBJECTIVE: dict[Criterion, Callable[[Array], float]] = {
    "determinant": lambda cov: float(np.linalg.slogdet(cov)[1]),
    "trace": lambda cov: float(np.log(np.trace(cov))),
}

seeds = st.integers(0, 2**32 - 1)
dims = st.integers(1, 9)
criteria = st.sampled_from(CRITERIA)


def _covariances(rng: np.random.Generator, n: int, dim: int, *, spread: float = 3.0) -> Array:
    """Return covariances whose axes differ by up to 10 to the power of twice the spread."""
    turn = np.linalg.qr(rng.normal(size=(n, dim, dim)))[0]
    size = 10.0 ** rng.uniform(-spread, spread, (n, 1, dim))
    cov = (turn * size) @ turn.swapaxes(1, 2)
    return (cov + cov.swapaxes(1, 2)) / 2


def _pairs(seed: int, n: int, dim: int, spread: float = 3.0) -> tuple[Array, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(n, dim)),
        _covariances(rng, n, dim, spread=spread),
        rng.normal(size=(n, dim)),
        _covariances(rng, n, dim, spread=spread),
    )


def _gains(omega: float, cov_a: Array, cov_b: Array) -> tuple[Array, Array]:
    """Return what each mean is multiplied by, as the paper has it."""
    cov = _fused_at(omega, cov_a, cov_b)
    gain_a: Array = omega * cov @ np.linalg.inv(cov_a)
    gain_b: Array = (1.0 - omega) * cov @ np.linalg.inv(cov_b)
    return gain_a, gain_b


def _fused_at(omega: float, cov_a: Array, cov_b: Array) -> Array:
    """Return the fused covariance as the paper has it."""
    return np.linalg.inv(omega * np.linalg.inv(cov_a) + (1.0 - omega) * np.linalg.inv(cov_b))


def _best(objective: Callable[[Array], float], cov_a: Array, cov_b: Array) -> float:
    """Return the smallest objective that any weight reaches."""

    def at(omega: float) -> float:
        return objective(_fused_at(omega, cov_a, cov_b))

    found = minimize_scalar(at, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-12})
    return min(float(found.fun), objective(cov_a), objective(cov_b))


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("dim", [1, 2, 4, 6, 9])
def test_no_weight_is_better_than_ours(dim: int, criterion: Criterion) -> None:
    mean_a, cov_a, mean_b, cov_b = _pairs(dim, 60, dim, spread=1.5)
    fused = dt.fuse.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion=criterion)
    objective = OBJECTIVE[criterion]
    for row in range(60):
        a: Array = cov_a[row]
        b: Array = cov_b[row]
        found = objective(fused.cov[row])
        assert found == pytest.approx(_best(objective, a, b), abs=1e-9)
        # and mean and covariance are those of the paper's equations
        omega = float(fused.omega[row])
        cov = _fused_at(omega, a, b)
        assert fused.cov[row] == pytest.approx(cov, rel=1e-7, abs=1e-9 * np.trace(cov))
        gain_a, gain_b = _gains(omega, a, b)
        mean: Array = gain_a @ mean_a[row] + gain_b @ mean_b[row]
        assert fused.mean[row] == pytest.approx(mean, rel=1e-7, abs=1e-7)


@given(seeds, dims, criteria)
def test_exchanging_the_two_changes_nothing(seed: int, dim: int, criterion: Criterion) -> None:
    mean_a, cov_a, mean_b, cov_b = _pairs(seed, 3, dim, spread=1.0)
    one = dt.fuse.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion=criterion)
    two = dt.fuse.covariance_intersection(mean_b, cov_b, mean_a, cov_a, criterion=criterion)
    assert one.omega == pytest.approx(1.0 - two.omega, abs=1e-6)
    assert one.cov == pytest.approx(two.cov, rel=1e-6, abs=1e-6)
    assert one.mean == pytest.approx(two.mean, abs=1e-6)


@given(seeds, dims, criteria)
def test_an_estimate_fused_with_itself_stays(seed: int, dim: int, criterion: Criterion) -> None:
    mean, cov, _, _ = _pairs(seed, 3, dim)
    fused = dt.fuse.covariance_intersection(mean, cov, mean, cov, criterion=criterion)
    scale = np.abs(cov).max()
    assert np.array_equal(fused.mean, mean)
    assert fused.cov == pytest.approx(cov, abs=1e-9 * scale)
    assert np.array_equal(fused.omega, np.full(3, 0.5))


@given(seeds, st.integers(1, 6), criteria)
def test_it_is_consistent_whatever_the_correlation(
    seed: int, dim: int, criterion: Criterion
) -> None:
    # The joint covariance [[A, C], [Cᵀ, B]] with C = √A K √Bᵀ is possible for every K of norm ≤ 1.
    mean_a, cov_a, mean_b, cov_b = _pairs(seed, 1, dim, spread=1.0)
    fused = dt.fuse.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion=criterion)
    rng = np.random.default_rng(seed)
    a: Array = cov_a[0]
    b: Array = cov_b[0]
    gains = np.hstack(_gains(float(fused.omega[0]), a, b))
    for norm in (0.0, 0.5, 1.0, -1.0):
        turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
        cross: Array = np.linalg.cholesky(a) @ (norm * turn) @ np.linalg.cholesky(b).T
        joint = np.block([[a, cross], [cross.T, b]])
        true: Array = gains @ joint @ gains.T
        slack = np.linalg.eigvalsh(fused.cov[0] - true)
        assert slack.min() > -1e-8 * np.trace(fused.cov[0])


@given(seeds, dims, criteria)
def test_the_units_of_the_state_do_not_matter_to_the_determinant(
    seed: int, dim: int, criterion: Criterion
) -> None:
    mean_a, cov_a, mean_b, cov_b = _pairs(seed, 2, dim, spread=1.0)
    units = 10.0 ** np.random.default_rng(seed).uniform(-2.0, 2.0, dim)
    if criterion == "trace":
        units[:] = units[0]  # the trace permits one unit for all
    both = np.outer(units, units)
    plain = dt.fuse.covariance_intersection(mean_a, cov_a, mean_b, cov_b, criterion=criterion)
    other = dt.fuse.covariance_intersection(
        mean_a * units, cov_a * both, mean_b * units, cov_b * both, criterion=criterion
    )
    assert other.omega == pytest.approx(plain.omega, abs=1e-6)
    assert other.mean / units == pytest.approx(plain.mean, abs=1e-6)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_better_of_two_in_every_direction_wins_alone(criterion: Criterion) -> None:
    cov = np.diag([1.0, 4.0])[None]
    fused = dt.fuse.covariance_intersection(
        [[1.0, 2.0]], cov, [[5.0, 6.0]], 3.0 * cov, criterion=criterion
    )
    assert fused.omega[0] == 1.0
    assert fused.mean[0] == pytest.approx([1.0, 2.0])
    assert fused.cov == pytest.approx(cov)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_covariances_equal_up_to_rounding_share_equally(criterion: Criterion) -> None:
    cov = np.diag([1.0, 4.0])[None]
    fused = dt.fuse.covariance_intersection(
        [[0.0, 0.0]], cov, [[1.0, 1.0]], cov * (1.0 + 1e-13), criterion=criterion
    )
    assert fused.omega[0] == 0.5
    assert fused.mean[0] == pytest.approx([0.5, 0.5])


def test_a_huge_spread_keeps_the_small_axis() -> None:
    fused = dt.fuse.covariance_intersection(
        [[0.0, 0.0]], [np.diag([1e-12, 1.0])], [[0.0, 0.0]], [np.diag([1.0, 1e-12])]
    )
    assert fused.omega[0] == pytest.approx(0.5)
    assert np.diag(fused.cov[0]) == pytest.approx([2e-12, 2e-12], rel=1e-9)


def test_covariances_come_out_exactly_symmetric() -> None:
    fused = dt.fuse.covariance_intersection(*_pairs(5, 50, 6))
    assert np.array_equal(fused.cov, fused.cov.swapaxes(1, 2))


def test_no_rows_give_no_rows() -> None:
    empty, none = np.empty((0, 4)), np.empty((0, 4, 4))
    fused = dt.fuse.covariance_intersection(empty, none, empty, none)
    assert (fused.mean.shape, fused.cov.shape, fused.omega.shape) == ((0, 4), (0, 4, 4), (0,))


def test_an_indefinite_covariance_is_named_with_its_row() -> None:
    mean, good = np.zeros((2, 2)), np.array([np.eye(2), np.eye(2)])
    bad = good.copy()
    bad[1, 1, 1] = -1.0
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov_a must be.*row 1 is not"):
        dt.fuse.covariance_intersection(mean, bad, mean, good)
    bad = good.copy()
    bad[0, 0, 1] = 0.5  # not symmetric
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov_b must be.*row 0 is not"):
        dt.fuse.covariance_intersection(mean, good, mean, bad)


def test_bad_input_is_refused() -> None:
    mean, cov = np.zeros((1, 2)), np.eye(2)[None]
    with pytest.raises(dt.errors.SettingError, match='"determinant" or "trace", found "size"'):
        dt.fuse.covariance_intersection(mean, cov, mean, cov, criterion="size")  # pyright: ignore[reportArgumentType]
    with pytest.raises(dt.errors.SettingError, match="dimension of the state must be 1 to 9"):
        dt.fuse.covariance_intersection(
            np.zeros((1, 10)), np.eye(10)[None], np.zeros((1, 10)), np.eye(10)[None]
        )
    with pytest.raises(dt.errors.ShapeError, match=r"cov_b must have shape \(1, 2, 2\)"):
        dt.fuse.covariance_intersection(mean, cov, mean, np.eye(3)[None])
    with pytest.raises(dt.errors.NotFiniteError, match="mean_b must be finite"):
        dt.fuse.covariance_intersection(mean, cov, [[0.0, np.nan]], cov)


def _inverse_gains(omega: float, cov_a: Array, cov_b: Array) -> tuple[Array, Array, Array]:
    """Return both gains and the covariance of inverse covariance intersection, as printed."""
    a, b = np.linalg.inv(cov_a), np.linalg.inv(cov_b)
    common = np.linalg.inv(omega * cov_a + (1.0 - omega) * cov_b)
    cov = np.linalg.inv(a + b - common)
    return cov @ (a - omega * common), cov @ (b - (1.0 - omega) * common), cov


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("dim", [1, 2, 4, 6, 9])
def test_no_weight_of_the_inverse_is_better_than_ours(dim: int, criterion: Criterion) -> None:
    mean_a, cov_a, mean_b, cov_b = _pairs(dim, 40, dim, spread=1.0)
    fused = dt.fuse.inverse_covariance_intersection(
        mean_a, cov_a, mean_b, cov_b, criterion=criterion
    )
    objective = OBJECTIVE[criterion]
    for row in range(40):
        a: Array = cov_a[row]
        b: Array = cov_b[row]

        def at(omega: float, a: Array = a, b: Array = b) -> float:
            return objective(_inverse_gains(omega, a, b)[2])

        found = minimize_scalar(at, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-12})
        best = min(float(found.fun), at(0.0), at(1.0))
        assert objective(fused.cov[row]) == pytest.approx(best, abs=1e-9)
        gain_a, gain_b, cov = _inverse_gains(float(fused.omega[row]), a, b)
        assert fused.cov[row] == pytest.approx(cov, rel=1e-6, abs=1e-8 * np.trace(cov))
        mean: Array = gain_a @ mean_a[row] + gain_b @ mean_b[row]
        assert fused.mean[row] == pytest.approx(mean, rel=1e-6, abs=1e-6)


@given(seeds, st.integers(1, 6), criteria)
def test_the_inverse_is_consistent_with_any_common_information(
    seed: int, dim: int, criterion: Criterion
) -> None:
    # a and b each fused one estimate of covariance Γ with their own: C = A Γ⁻¹ B
    rng = np.random.default_rng(seed)
    own_a, own_b, common = _covariances(rng, 3, dim, spread=1.0)
    a, b = (np.linalg.inv(np.linalg.inv(own) + np.linalg.inv(common)) for own in (own_a, own_b))
    zero = np.zeros((1, dim))
    fused = dt.fuse.inverse_covariance_intersection(
        zero, (a + a.T)[None] / 2, zero, (b + b.T)[None] / 2, criterion=criterion
    )
    gain_a, gain_b, _ = _inverse_gains(float(fused.omega[0]), a, b)
    gains = np.hstack([gain_a, gain_b])
    cross: Array = a @ np.linalg.inv(common) @ b
    true: Array = gains @ np.block([[a, cross], [cross.T, b]]) @ gains.T
    slack = np.linalg.eigvalsh(fused.cov[0] - true)
    assert slack.min() > -1e-7 * np.trace(fused.cov[0])
    loose = dt.fuse.covariance_intersection(zero, a[None], zero, b[None], criterion=criterion)
    objective = OBJECTIVE[criterion]
    assert objective(fused.cov[0]) <= objective(loose.cov[0]) + 1e-7


@given(seeds, dims, criteria)
def test_an_estimate_fused_inversely_with_itself_stays(
    seed: int, dim: int, criterion: Criterion
) -> None:
    mean, cov, _, _ = _pairs(seed, 3, dim)
    fused = dt.fuse.inverse_covariance_intersection(mean, cov, mean, cov, criterion=criterion)
    assert np.array_equal(fused.mean, mean)
    assert fused.cov == pytest.approx(cov, abs=1e-9 * np.abs(cov).max())
    assert np.array_equal(fused.omega, np.full(3, 0.5))


def test_the_inverse_refuses_bad_input_alike() -> None:
    mean, cov = np.zeros((1, 2)), np.eye(2)[None]
    with pytest.raises(dt.errors.SettingError, match='"determinant" or "trace", found "size"'):
        dt.fuse.inverse_covariance_intersection(mean, cov, mean, cov, criterion="size")  # pyright: ignore[reportArgumentType]
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov_b must be.*row 0 is not"):
        dt.fuse.inverse_covariance_intersection(mean, cov, mean, -cov)


def _several(seed: int, n: int, count: int, dim: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    cov = _covariances(rng, n * count, dim, spread=1.0).reshape(n, count, dim, dim)
    return rng.normal(size=(n, count, dim)), cov


@given(seeds, st.integers(1, 6), st.integers(1, 6), criteria)
def test_the_weights_of_many_meet_the_conditions_of_the_optimum(
    seed: int, count: int, dim: int, criterion: Criterion
) -> None:
    """Of convex f on the simplex, f(w) - min f ≤ max over i of -∂f/∂wᵢ - (-∂f · w).

    For log det P that is max tr(P Xᵢ) - d; for log tr P it is max tr(P Xᵢ P) / tr P - 1.
    The bound is of first order in the weights, the objective of second: 1e-7 here is 1e-14 there.
    """
    mean, cov = _several(seed, 2, count, dim)
    fused = dt.fuse.covariance_intersection_of_many(mean, cov, criterion=criterion)
    assert fused.weight.min() >= 0.0
    assert fused.weight.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    information = np.linalg.inv(cov)
    for row in range(2):
        x: Array = information[row]
        p: Array = np.linalg.inv(np.tensordot(fused.weight[row], x, axes=1))
        assert fused.cov[row] == pytest.approx(p, rel=1e-6, abs=1e-8 * np.trace(p))
        vector = np.einsum("k,kij,kj->i", fused.weight[row], x, mean[row])
        assert fused.mean[row] == pytest.approx(p @ vector, rel=1e-6, abs=1e-6)
        if criterion == "determinant":
            gap = np.trace(p @ x, axis1=1, axis2=2).max() - dim
        else:
            gap = np.trace(p @ x @ p, axis1=1, axis2=2).max() / np.trace(p) - 1.0
        assert gap < 1e-7


@given(seeds, st.integers(2, 5), criteria)
def test_the_order_of_many_does_not_matter(seed: int, count: int, criterion: Criterion) -> None:
    mean, cov = _several(seed, 1, count, 3)
    turn = np.random.default_rng(seed).permutation(count)
    one = dt.fuse.covariance_intersection_of_many(mean, cov, criterion=criterion)
    two = dt.fuse.covariance_intersection_of_many(mean[:, turn], cov[:, turn], criterion=criterion)
    assert OBJECTIVE[criterion](one.cov[0]) == pytest.approx(
        OBJECTIVE[criterion](two.cov[0]), abs=1e-9
    )
    assert two.weight == pytest.approx(one.weight[:, turn], abs=1e-4)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_two_of_many_are_a_pair(criterion: Criterion) -> None:
    mean, cov = _several(3, 30, 2, 4)
    many = dt.fuse.covariance_intersection_of_many(mean, cov, criterion=criterion)
    pair = dt.fuse.covariance_intersection(
        mean[:, 0], cov[:, 0], mean[:, 1], cov[:, 1], criterion=criterion
    )
    assert many.weight[:, 0] == pytest.approx(pair.omega, abs=1e-5)
    assert many.mean == pytest.approx(pair.mean, abs=1e-4)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_equal_covariances_of_many_share_equally(criterion: Criterion) -> None:
    mean = np.arange(6.0).reshape(1, 3, 2)
    cov = np.repeat(np.diag([1.0, 4.0])[None, None], 3, axis=1)
    fused = dt.fuse.covariance_intersection_of_many(mean, cov, criterion=criterion)
    assert fused.weight[0] == pytest.approx(1.0 / 3.0, abs=1e-9)
    assert fused.mean[0] == pytest.approx([2.0, 3.0])
    assert fused.cov[0] == pytest.approx(np.diag([1.0, 4.0]))


def test_many_refuse_bad_input() -> None:
    mean, cov = np.zeros((2, 3, 2)), np.tile(np.eye(2), (2, 3, 1, 1))
    with pytest.raises(dt.errors.SettingError, match="number of estimates must be at least 1"):
        dt.fuse.covariance_intersection_of_many(mean[:, :0], cov[:, :0])
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(2, 3, 2, 2\)"):
        dt.fuse.covariance_intersection_of_many(mean, cov[:1])
    cov[1, 2] *= -1.0
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov must be.*row 1 is not"):
        dt.fuse.covariance_intersection_of_many(mean, cov)
    cov[0, 0, 0, 0] = np.nan
    with pytest.raises(dt.errors.NotFiniteError, match="cov must be finite, found NaN at row 0"):
        dt.fuse.covariance_intersection_of_many(mean, cov)
