# pyright: basic
"""Filters: against textbook forms and a batch solution, their laws, and their consistency."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import kalman
from scipy.stats import chi2

import detente as dt
from detente import filters

Floats = NDArray[np.float64]
DIMS = [(1, 1), (2, 1), (2, 2), (3, 2), (4, 2), (5, 5), (6, 2), (6, 3), (9, 3), (9, 9)]


class Problem(NamedTuple):
    """One row of everything per track."""

    mean: Floats
    cov: Floats
    F: Floats
    Q: Floats
    z: Floats
    H: Floats
    R: Floats


def definite(rng: np.random.Generator, *shape: int, decades: float = 1.0) -> Floats:
    """Random covariances with standard deviations over so many decades up and down."""
    d = shape[-1]
    a = rng.normal(size=(*shape, d))
    scale = 10 ** rng.uniform(-decades, decades, shape)
    cov = (a @ np.swapaxes(a, -1, -2) + np.eye(d)) * scale[..., None, :] * scale[..., :, None]
    return (cov + np.swapaxes(cov, -1, -2)) / 2


def problem(d: int, m: int, n: int = 21, seed: int = 5, decades: float = 1.0) -> Problem:
    rng = np.random.default_rng([seed, d, m, n])
    mean, cov = rng.normal(size=(n, d)), definite(rng, n, d, decades=decades)
    F, Q = rng.normal(size=(n, d, d)), definite(rng, n, d, decades=decades)
    z, H, R = rng.normal(size=(n, m)), rng.normal(size=(n, m, d)), definite(rng, n, m)
    return Problem(mean, cov, F, Q, z, H, R)


def assert_near(actual: Floats, expected: Floats, scale: Floats, rtol: float = 1e-10) -> None:
    """Compare in units of the given standard deviations, per row."""
    assert actual.shape == expected.shape
    unit = scale if actual.ndim == 2 else scale[:, :, None] * scale[:, None, :]
    assert (np.abs(actual - expected) <= rtol * (unit + np.abs(expected))).all()


def std(cov: Floats) -> Floats:
    return np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))


@pytest.mark.parametrize(("d", "m"), DIMS)
def test_predict_is_the_textbook(d: int, m: int) -> None:
    p = problem(d, m)
    after = filters.predict(p.mean, p.cov, p.F, p.Q)
    rows = [kalman.predict(*row) for row in zip(p.mean, p.cov, p.F, p.Q, strict=True)]
    mean, cov = (np.array(column) for column in zip(*rows, strict=True))
    assert_near(after.mean, mean, std(cov))
    assert_near(after.cov, cov, std(cov))
    assert np.array_equal(after.cov, after.cov.transpose(0, 2, 1))


@pytest.mark.parametrize(("d", "m"), DIMS)
@pytest.mark.parametrize("leading", [False, True])
def test_update_is_the_textbook(d: int, m: int, leading: bool) -> None:
    p = problem(d, m)
    H = np.broadcast_to(np.eye(m, d), p.H.shape) if leading else p.H
    given = np.eye(m, d) if leading else H
    after = filters.update(p.mean, p.cov, p.z, given, p.R)
    rows = [kalman.update(*row) for row in zip(p.mean, p.cov, p.z, H, p.R, strict=True)]
    mean, cov, innovation, innovation_cov = (np.array(c) for c in zip(*rows, strict=True))
    # the textbook's own rounding grows with the prior, so the prior is the unit
    assert_near(after.mean, mean, std(p.cov))
    assert_near(after.cov, cov, std(p.cov))
    assert_near(after.innovation, innovation, std(innovation_cov))
    assert_near(after.innovation_cov, innovation_cov, std(innovation_cov))
    for matrices in (after.cov, after.innovation_cov):
        assert np.array_equal(matrices, matrices.transpose(0, 2, 1))


@pytest.mark.parametrize(("d", "m"), DIMS)
def test_update_is_the_exact_rational_result(d: int, m: int) -> None:
    """With prior deviations from 1e-3 to 1e3, in units of the exact posterior's deviations.

    Variances in the ratio 1e12 cost six digits of the gain, whatever the formula.
    """
    p = problem(d, m, 4, decades=3.0)
    after = filters.update(p.mean, p.cov, p.z, p.H, p.R)
    rows = [kalman.exact_update(*row) for row in zip(p.mean, p.cov, p.z, p.H, p.R, strict=True)]
    mean, cov = (np.array(column) for column in zip(*rows, strict=True))
    assert_near(after.mean, mean, std(cov), 1e-7)
    assert_near(after.cov, cov, std(cov), 1e-7)


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 16])
def test_any_number_of_rows(n: int) -> None:
    p, whole = problem(4, 2, n), problem(4, 2, n)
    moved = filters.predict(p.mean, p.cov, p.F, p.Q)
    after = filters.update(*moved, p.z, p.H, p.R)
    assert [a.shape for a in after] == [(n, 4), (n, 4, 4), (n, 2), (n, 2, 2)]
    for row in range(n):
        one = slice(row, row + 1)
        alone = filters.predict(p.mean[one], p.cov[one], p.F[one], p.Q[one])
        alone = filters.update(*alone, p.z[one], p.H[one], p.R[one])
        assert all(np.array_equal(a[0], b[row]) for a, b in zip(alone, after, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(p, whole, strict=True))  # inputs are kept


@pytest.mark.parametrize(("d", "m"), [(4, 2), (6, 3), (7, 4)])
def test_permuted_rows_give_permuted_results(d: int, m: int) -> None:
    p = problem(d, m, 50)
    order = np.random.default_rng(1).permutation(50)
    q = Problem(*(a[order] for a in p))
    for run in (
        lambda p: filters.predict(p.mean, p.cov, p.F, p.Q),
        lambda p: filters.update(p.mean, p.cov, p.z, p.H, p.R),
    ):
        assert all(np.array_equal(a[order], b) for a, b in zip(run(p), run(q), strict=True))


@pytest.mark.parametrize(("d", "m"), [(4, 2), (6, 3), (7, 4)])
@pytest.mark.parametrize("leading", [False, True])
def test_a_shared_matrix_is_a_repeated_one(d: int, m: int, leading: bool) -> None:
    p = problem(d, m, 20)
    F, Q, H, R = p.F[0], p.Q[0], np.eye(m, d) if leading else p.H[0], p.R[0]
    each = [np.repeat(a[None], 20, axis=0) for a in (F, Q, H, R)]
    shared_prior = filters.predict(p.mean, p.cov, F, Q)
    each_prior = filters.predict(p.mean, p.cov, each[0], each[1])
    assert all(np.array_equal(a, b) for a, b in zip(shared_prior, each_prior, strict=True))
    shared = filters.update(p.mean, p.cov, p.z, H, R)
    repeated = filters.update(p.mean, p.cov, p.z, each[2], each[3])
    assert all(np.array_equal(a, b) for a, b in zip(shared, repeated, strict=True))


def test_two_independent_measurements_commute_and_are_one() -> None:
    p, q = problem(4, 2), problem(4, 2, seed=6)
    ab = filters.update(*filters.update(p.mean, p.cov, p.z, p.H, p.R)[:2], q.z, q.H, q.R)
    ba = filters.update(*filters.update(p.mean, p.cov, q.z, q.H, q.R)[:2], p.z, p.H, p.R)
    R = np.zeros((len(p.z), 4, 4))
    R[:, :2, :2], R[:, 2:, 2:] = p.R, q.R
    both = filters.update(
        p.mean, p.cov, np.hstack([p.z, q.z]), np.concatenate([p.H, q.H], axis=1), R
    )
    for other in (ba, both):
        assert_near(other.mean, ab.mean, std(p.cov), 1e-8)
        assert_near(other.cov, ab.cov, std(p.cov), 1e-8)


@pytest.mark.parametrize(("d", "m"), DIMS)
def test_extended_and_unscented_are_linear_on_a_linear_function(d: int, m: int) -> None:
    p = problem(d, m)
    F, H, R = p.F[0], p.H[0], p.R[0]
    linear = filters.update(p.mean, p.cov, p.z, H, R)
    extended = filters.update_extended(p.mean, p.cov, p.z, p.mean @ H.T, H, R)
    unscented = filters.update_unscented(p.mean, p.cov, p.z, lambda x: x @ H.T, R)
    for other, rtol in ((extended, 1e-10), (unscented, 1e-6)):
        assert_near(other.mean, linear.mean, std(p.cov), rtol)
        assert_near(other.cov, linear.cov, std(p.cov), rtol)
        assert_near(other.innovation, linear.innovation, std(linear.innovation_cov), rtol)
        assert_near(other.innovation_cov, linear.innovation_cov, std(linear.innovation_cov), rtol)
    moved = filters.predict(p.mean, p.cov, F, p.Q)
    unscented = filters.predict_unscented(p.mean, p.cov, lambda x: x @ F.T, p.Q)
    assert_near(unscented.mean, moved.mean, std(moved.cov))
    assert_near(unscented.cov, moved.cov, std(moved.cov))


def test_the_unscented_mean_of_a_range_is_right_to_second_order() -> None:
    # E|x| of a point at distance r with variance s² across and along is r + s²/2r + O(s⁴)
    mean, s = np.array([[30.0, 40.0]]), 0.5
    after = filters.update_unscented(
        mean, [np.eye(2) * s**2], [[50.0]], lambda x: np.hypot(x[:, :1], x[:, 1:]), [[1.0]]
    )
    assert after.innovation[0, 0] == pytest.approx(-(s**2) / 100, abs=1e-6)


@pytest.mark.parametrize("unscented", [False, True])
def test_angles_are_wrapped(unscented: bool) -> None:
    """A bearing across ±π moves the state no further than one across zero."""
    cov, R = np.eye(2)[None] * 0.01, np.array([[1e-4]])

    def bearing(x: Floats) -> Floats:
        return np.arctan2(x[:, 1:], x[:, :1])

    def updated(x: Floats, z: float) -> filters.Posterior:
        if unscented:
            return filters.update_unscented([x], cov, [[z]], bearing, R, angular=[0])
        r2 = x @ x
        H = [[-x[1] / r2, x[0] / r2]]
        return filters.update_extended([x], cov, [[z]], bearing(x[None]), H, R, angular=[0])

    west, east = (
        updated(np.array([-5.0, 0.01]), -3.13),
        updated(np.array([5.0, -0.01]), np.pi - 3.13),
    )
    np.testing.assert_allclose(west.mean, -east.mean, atol=1e-9)
    np.testing.assert_allclose(west.cov, east.cov, atol=1e-12)
    assert abs(west.innovation[0, 0]) < 0.1


def trajectory(
    rng: np.random.Generator, n: int, steps: int
) -> tuple[Floats, Floats, list[Floats], list[Floats], Floats, Floats]:
    """Simulate states (n, T, 4) and positions of constant velocity at irregular times."""
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=[0.3, 2.0])
    gaps = rng.uniform(0.1, 5.0, steps - 1)
    F, Q = [motion.transition(g) for g in gaps], [motion.noise(g) for g in gaps]
    H, R = np.eye(2, 4), np.array([[4.0, 1.0], [1.0, 2.0]])
    state = rng.multivariate_normal(np.zeros(4), np.diag([100.0, 100.0, 25.0, 25.0]), n)
    states = [state]
    for f, q in zip(F, Q, strict=True):
        state = state @ f.T + rng.multivariate_normal(np.zeros(4), q, n)
        states.append(state)
    truth = np.stack(states, axis=1)
    z = truth @ H.T + rng.multivariate_normal(np.zeros(2), R, (n, steps))
    return truth, z, F, Q, H, R


def filtered(
    z: Floats, F: list[Floats], Q: list[Floats], H: Floats, R: Floats
) -> tuple[Floats, Floats]:
    n, steps, _ = z.shape
    now = (np.zeros((n, 4)), np.repeat(np.diag([100.0, 100.0, 25.0, 25.0])[None], n, axis=0))
    means, covs = [], []
    for k in range(steps):
        if k:
            now = filters.predict(*now, F[k - 1], Q[k - 1])
        now = filters.update(*now, z[:, k], H, R)[:2]
        means.append(now[0])
        covs.append(now[1])
    return np.stack(means, axis=1), np.stack(covs, axis=1)


def test_smoothing_is_the_batch_solution_of_the_whole_trajectory() -> None:
    _, z, F, Q, H, R = trajectory(np.random.default_rng(3), 3, 25)
    mean, cov = filtered(z, F, Q, H, R)
    after = filters.smooth(mean, cov, F, Q)
    prior = np.zeros(4), np.diag([100.0, 100.0, 25.0, 25.0])
    for row in range(3):
        means, covs = kalman.batch(*prior, F, Q, z[row], H, R)
        np.testing.assert_allclose(after.mean[row], means, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(after.cov[row], covs, rtol=1e-8, atol=1e-8)
        alone = filters.smooth(mean[row], cov[row], F, Q)
        assert np.array_equal(alone.mean, after.mean[row])
        assert np.array_equal(alone.cov, after.cov[row])
    assert np.array_equal(after.mean[:, -1], mean[:, -1])  # the last knows everything already
    assert np.array_equal(after.cov, after.cov.transpose(0, 1, 3, 2))
    each = filters.smooth(mean, cov, np.repeat([F], 3, axis=0), np.repeat([Q], 3, axis=0))
    assert np.array_equal(each.mean, after.mean)
    assert np.array_equal(each.cov, after.cov)


@pytest.mark.parametrize("length", [0, 1])
def test_short_sequences_are_smooth_already(length: int) -> None:
    mean, cov = np.ones((length, 2)), np.repeat(np.eye(2)[None], length, axis=0)
    after = filters.smooth(mean, cov, np.eye(2), np.eye(2))
    assert np.array_equal(after.mean, mean)
    assert np.array_equal(after.cov, cov)


def test_filter_and_smoother_are_consistent() -> None:
    """NEES of 400 runs, independent at each step (Bar-Shalom et al. 2001, section 5.4.2).

    Its sum over the runs is chi-square with 4 · 400 degrees of freedom; of 40 steps none may leave
    the interval of probability 1 - 1e-6.
    """
    truth, z, F, Q, H, R = trajectory(np.random.default_rng(11), 400, 40)
    mean, cov = filtered(z, F, Q, H, R)
    after = filters.smooth(mean, cov, F, Q)
    low, high = chi2.ppf([5e-7, 1 - 5e-7], 4 * 400)
    for estimate, P in ((mean, cov), after):
        error = truth - estimate
        nees = np.einsum("nti,ntij,ntj->t", error, np.linalg.inv(P), error)
        assert ((low < nees) & (nees < high)).all()
    assert (np.linalg.eigvalsh(cov - after.cov) > -1e-9).all()  # smoothing never knows less


def test_innovations_are_white_and_of_their_covariance() -> None:
    _, z, F, Q, H, R = trajectory(np.random.default_rng(12), 400, 20)
    now = (np.zeros((400, 4)), np.repeat(np.diag([100.0, 100.0, 25.0, 25.0])[None], 400, axis=0))
    nis = []
    for k in range(20):
        if k:
            now = filters.predict(*now, F[k - 1], Q[k - 1])
        after = filters.update(*now, z[:, k], H, R)
        solved = np.linalg.solve(after.innovation_cov, after.innovation[:, :, None])[:, :, 0]
        nis.append((after.innovation * solved).sum())
        now = after.mean, after.cov
    low, high = chi2.ppf([5e-7, 1 - 5e-7], 2 * 400)
    assert ((low < np.array(nis)) & (np.array(nis) < high)).all()


@pytest.mark.parametrize("leading", [True, False])
def test_covariances_stay_definite_with_noise_far_below_the_prior(leading: bool) -> None:
    """2000 steps, R from 1 down to 1e-12 of the prior (the core's test does 10⁶)."""
    n = 13
    cov = np.repeat(np.eye(4)[None], n, axis=0)
    R = np.eye(2) * np.logspace(0, -12, n)[:, None, None]
    H = np.eye(2, 4) if leading else np.eye(2, 4) + np.eye(2, 4, k=2) * 0.5
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=1e-9)
    F, Q = motion.transition(0.1), motion.noise(0.1)
    mean, z = np.zeros((n, 4)), np.zeros((n, 2))
    for _ in range(2000):
        mean, cov = filters.predict(mean, cov, F, Q)
        mean, cov = filters.update(mean, cov, z, H, R)[:2]
        assert np.array_equal(cov, cov.transpose(0, 2, 1))
        unit = std(cov)
        np.linalg.cholesky(cov / (unit[:, :, None] * unit[:, None, :]))
