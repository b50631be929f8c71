# pyright: basic
"""Interacting multiple models: beside a slow filter of one pair at a time, and their laws."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle import imm, kalman
from scipy.linalg import expm

import detente as dt
from detente import errors, filters

Floats = NDArray[np.float64]
STRAIGHT = dt.ConstantVelocity(axes=2, acceleration_psd=0.1)
SINGER = dt.Singer(axes=2, correlation_time_s=10.0, acceleration_std_m_s2=15.0)
RATES = [[0.0, 0.05, 0.02], [0.2, 0.0, 0.1], [0.3, 0.0, 0.0]]
H = np.eye(2, 6)
R = np.diag([100.0, 64.0])

# constant velocity, Singer, random walk: what each has of six components
USED = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0]], bool)
PRIOR = np.array([[1, 1, 400, 400, 1, 1], [1, 1, 900, 900, 225, 225], [1.0] * 6])


def padded(step_s: float) -> tuple[Floats, Floats]:
    """F and Q of the three models in the joint state."""
    F, Q = np.zeros((3, 6, 6)), np.zeros((3, 6, 6))
    models = (STRAIGHT, SINGER, dt.RandomWalk(axes=2, position_psd=50.0))
    for place, motion in enumerate(models):
        F[place, : motion.dim, : motion.dim] = motion.transition(step_s)
        Q[place, : motion.dim, : motion.dim] = motion.noise(step_s)
    return F, Q


def random_rows(n: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Rows of the three models, zero and of the agreed variance where one lacks a component."""
    rng = np.random.default_rng(seed)
    mean = np.where(USED, rng.normal(0.0, 50.0, (n, 3, 6)), 0.0)
    root = rng.normal(0.0, 3.0, (n, 3, 6, 6))
    cov = root @ root.swapaxes(2, 3) + np.eye(6)
    both = USED[:, :, None] & USED[:, None, :]
    cov = np.where(both, cov, imm.UNUSED * np.eye(6))
    probability = rng.dirichlet([1.0, 1.0, 1.0], n)
    return mean, cov, probability


def path(steps: int, seed: int) -> Floats:
    """Measured positions of an object that flies straight, turns, and flies straight."""
    rng = np.random.default_rng(seed)
    times = np.arange(float(steps))
    turn = np.clip((times - steps / 3) / (steps / 3), 0.0, 1.0) * 2.0
    velocity = 120.0 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.cumsum(velocity, axis=0) + rng.normal(0.0, [10.0, 8.0], (steps, 2))


def start() -> tuple[Floats, Floats, Floats]:
    mean = np.zeros((3, 6))
    cov = np.array([np.diag([1e4, 1e4, 1e4, 1e4, 225.0, 225.0])] * 3)
    for model in range(3):
        mean[model], cov[model] = imm.entering(
            mean[model], cov[model], ~USED[model], np.full(6, imm.UNUSED)
        )
    return mean, cov, np.array([0.6, 0.3, 0.1])


def test_transitions_are_the_exponential_of_the_rates() -> None:
    generator = np.array(RATES)
    generator -= np.diag(generator.sum(axis=1))
    steps = np.array([0.0, 1e-9, 0.3, 1.0, 77.0, 1e4])
    every = filters.imm_transition(RATES, steps)
    for step, got in zip(steps, every, strict=True):
        want = expm(generator * step)
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-300 if step < 1 else 1e-13)
    assert np.array_equal(filters.imm_transition(RATES, 0.3), every[2])
    assert np.array_equal(every[0], np.eye(3))


@pytest.mark.parametrize("each", [False, True])
def test_mixing_agrees_with_the_slow_one(each: bool) -> None:
    mean, cov, probability = random_rows(21, 1)
    steps = np.linspace(0.0, 8.0, 21)
    p = filters.imm_transition(RATES, steps if each else 2.0)
    mixed = filters.imm_mix(mean, cov, probability, p, used=USED, prior_variance=PRIOR)
    for row in range(21):
        of_row = p[row] if each else p
        x, P, mu = imm.mix(mean[row], cov[row], probability[row], of_row, USED, PRIOR)
        np.testing.assert_allclose(mixed.mean[row], x, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(mixed.cov[row], P, rtol=1e-11, atol=1e-10)
        np.testing.assert_allclose(mixed.probability[row], mu, rtol=1e-13)


def test_no_time_mixes_nothing() -> None:
    mean, cov, probability = random_rows(9, 2)
    mixed = filters.imm_mix(mean, cov, probability, np.eye(3), used=USED, prior_variance=PRIOR)
    assert np.array_equal(mixed.mean, mean)
    assert np.array_equal(mixed.cov, np.tril(cov) + np.tril(cov, -1).swapaxes(2, 3))
    assert np.array_equal(mixed.probability, probability)


def test_a_model_that_cannot_be_followed_stays_as_it_is() -> None:
    mean, cov, _ = random_rows(3, 3)
    probability = np.array([[0.0, 1.0, 0.0]] * 3)
    mixed = filters.imm_mix(mean, cov, probability, np.eye(3), used=USED, prior_variance=PRIOR)
    assert np.array_equal(mixed.mean, mean)
    assert np.array_equal(mixed.probability, probability)


def test_a_manoeuvre_begins_with_the_variance_that_its_model_gives() -> None:
    """Otherwise mixing with a model that knows of no acceleration would wear it away."""
    mean, cov, probability = start()
    F, Q = padded(1.0)
    p = filters.imm_transition(RATES, 1.0)
    sure = np.array([[1.0, 0.0, 0.0]])
    mixed = filters.imm_mix([mean], [cov], sure, p, used=USED, prior_variance=PRIOR)
    assert mixed.cov[0, 1, 4, 4] == 225.0
    assert mixed.mean[0, 1, 4] == 0.0
    x, P, mu = mean, cov, probability
    for z in path(60, 4)[:20]:  # straight for all the time
        x, P, mu = imm.mix(x, P, mu, p, USED, PRIOR)
        x, P = imm.predict(x, P, F, Q, USED)
        x, P, mu = imm.update(x, P, mu, z, H, R)
        mixed = filters.imm_mix([x], [P], [mu], p, used=USED, prior_variance=PRIOR)
        assert mixed.cov[0, 1, 4, 4] > 50.0


def test_probabilities_agree_with_the_slow_ones() -> None:
    rng = np.random.default_rng(5)
    probability = rng.dirichlet([1.0, 1.0, 1.0], 17)
    log = rng.normal(0.0, 5.0, (17, 3))
    after, total = filters.imm_update(probability, log)
    weighed = probability * np.exp(log)
    np.testing.assert_allclose(after, weighed / weighed.sum(axis=1, keepdims=True), rtol=1e-13)
    np.testing.assert_allclose(total, np.log(weighed.sum(axis=1)), rtol=1e-12)


def test_likelihoods_beyond_the_range_of_numbers_still_weigh() -> None:
    after, total = filters.imm_update([[0.5, 0.5]], [[-1e5, -1e5 + np.log(3.0)]])
    np.testing.assert_allclose(after, [[0.25, 0.75]])
    np.testing.assert_allclose(total, [-1e5 + np.log(2.0)])
    after, total = filters.imm_update(
        [[0.25, 0.75], [0.0, 1.0]], [[-np.inf, -np.inf], [9.0, -np.inf]]
    )
    assert after.tolist() == [[0.25, 0.75], [0.0, 1.0]]
    assert total.tolist() == [-np.inf, -np.inf]


def test_combined_moments_agree_with_the_slow_ones() -> None:
    mean, cov, probability = random_rows(13, 6)
    both = filters.imm_combine(mean, cov, probability)
    for row in range(13):
        x, P = imm.moments(probability[row], mean[row], cov[row])
        np.testing.assert_allclose(both.mean[row], x, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(both.cov[row], P, rtol=1e-11, atol=1e-10)


def filtered(z: Floats, p: Floats, F: Floats, Q: Floats) -> tuple[Floats, Floats, Floats]:
    """Every step after its measurement, by the slow filter."""
    history = []
    x, P, mu = start()
    for k, measured in enumerate(z):
        if k:
            x, P, mu = imm.mix(x, P, mu, p, USED, PRIOR)
            x, P = imm.predict(x, P, F, Q, USED)
        x, P, mu = imm.update(x, P, mu, measured, H, R)
        history.append((x, P, mu))
    mean, cov, probability = (np.array(column) for column in zip(*history, strict=True))
    return mean, cov, probability


def test_the_smoother_agrees_with_the_slow_one_and_knows_the_manoeuvre() -> None:
    (F, Q), p = padded(1.0), filters.imm_transition(RATES, 1.0)
    mean, cov, probability = filtered(path(45, 7), p, F, Q)
    after = filters.imm_smooth(mean, cov, probability, p, F, Q, used=USED, prior_variance=PRIOR)
    x, P, mu = imm.smooth(mean, cov, probability, p, F, Q, USED, PRIOR)
    np.testing.assert_allclose(after.mean, x, rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(after.cov, P, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(after.probability, mu, rtol=1e-9)
    turning = after.probability[:, 1]
    assert turning[16:30].min() > 0.95
    assert max(turning[2:14].max(), turning[32:].max()) < 0.06


def plain(z: Floats) -> tuple[list[Floats], list[Floats], Floats, Floats]:
    """Rows of one Singer filter and F and Q."""
    F, Q = (matrix[1] for matrix in padded(1.0))
    mean, cov, _ = start()
    x, P = mean[1], cov[1]
    means, covs = [], []
    for k, measured in enumerate(z):
        if k:
            x, P = kalman.predict(x, P, F, Q)
        x, P, _, _ = kalman.update(x, P, measured, H, R)
        means.append(x)
        covs.append(P)
    return means, covs, F, Q


@pytest.mark.parametrize("count", [1, 3])
def test_models_that_are_alike_are_one_filter_and_one_smoother(count: int) -> None:
    z = path(20, 8)
    means, covs, F, Q = plain(z)
    p = filters.imm_transition(RATES, 1.0)[:count, :count]
    p = p / p.sum(axis=1, keepdims=True)
    mean, cov, _ = start()
    x = np.array([[mean[1]] * count])
    P = np.array([[cov[1]] * count])
    mu = np.full((1, count), 1.0 / count)
    history = []
    for k, measured in enumerate(z):
        if k:
            x, P, mu = filters.imm_mix(x, P, mu, p)
            flat = filters.predict(x[0], P[0], F, Q)
            x, P = flat.mean[None], flat.cov[None]
        after = filters.update(x[0], P[0], [measured] * count, H, R)
        distance = np.einsum(
            "mi,mij,mj->m", after.innovation, np.linalg.inv(after.innovation_cov), after.innovation
        )
        mu, _ = filters.imm_update(mu, [-0.5 * distance])
        x, P = after.mean[None], after.cov[None]
        both = filters.imm_combine(x, P, mu)
        np.testing.assert_allclose(both.mean[0], means[k], rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(both.cov[0], covs[k], rtol=1e-9, atol=1e-8)
        history.append((x[0], P[0], mu[0]))
    late = filters.imm_smooth(
        *map(np.array, zip(*history, strict=True)), p, [F] * count, [Q] * count
    )
    both = filters.imm_combine(*late)
    smoothed = filters.smooth(means, covs, F, Q)
    np.testing.assert_allclose(both.mean, smoothed.mean, rtol=1e-8, atol=1e-7)
    np.testing.assert_allclose(both.cov, smoothed.cov, rtol=1e-7, atol=1e-6)


def test_without_switching_filter_and_smoother_are_exact() -> None:
    """Then there are as many sequences as models, and each is a filter of its own."""
    z = path(6, 9)
    F, Q = padded(1.0)
    F, Q = F[[0, 1]], Q[[0, 1]]
    F[0, 4:, 4:], Q[0, 4:, 4:] = np.eye(2), 1e-3 * np.eye(2)  # an acceleration that changes nothing
    mean, cov, _ = start()
    x, P, mu = np.array([mean[1]] * 2), np.array([cov[1]] * 2), np.array([0.7, 0.3])
    alike = np.ones((2, 6), bool)
    history = []
    for k, measured in enumerate(z):
        if k:
            x, P = imm.predict(x, P, F, Q, alike)
        x, P, mu = imm.update(x, P, mu, measured, H, R)
        history.append((x, P, mu))
    late = filters.imm_smooth(*map(np.array, zip(*history, strict=True)), np.eye(2), F, Q)
    both = filters.imm_combine(*late)
    exact, spread, probability = imm.enumerate_modes(
        mean[1], cov[1], np.array([0.7, 0.3]), np.eye(2), F, Q, z, H, R
    )
    np.testing.assert_allclose(late.probability, probability, rtol=1e-8)
    np.testing.assert_allclose(both.mean, exact, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(both.cov, spread, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_the_smoother_is_near_the_mixture_of_every_sequence(seed: int) -> None:
    z = path(9, seed)
    F, Q = padded(1.0)
    F, Q = F[[0, 1]], Q[[0, 1]]
    F[0, 4:, 4:], Q[0, 4:, 4:] = 0.0 * np.eye(2), 225.0 * np.eye(2)  # drawn afresh, to no effect
    p = filters.imm_transition([[0.0, 0.1], [0.1, 0.0]], 1.0)
    mean, cov, _ = start()
    x, P, mu = np.array([mean[1]] * 2), np.array([cov[1]] * 2), np.array([0.5, 0.5])
    alike, history = np.ones((2, 6), bool), []
    for k, measured in enumerate(z):
        if k:
            x, P, mu = imm.mix(x, P, mu, p, alike, np.ones((2, 6)))
            x, P = imm.predict(x, P, F, Q, alike)
        x, P, mu = imm.update(x, P, mu, measured, H, R)
        history.append((x, P, mu))
    filtered = [np.array(column) for column in zip(*history, strict=True)]
    late = filters.imm_smooth(*filtered, p, F, Q)
    exact, spread, probability = imm.enumerate_modes(
        mean[1], cov[1], np.array([0.5, 0.5]), p, F, Q, z, H, R
    )
    before = np.abs(filtered[2] - probability).max()
    assert np.abs(late.probability - probability).max() < min(0.15, 0.3 * before)
    first = filters.imm_combine(*filtered)
    both = filters.imm_combine(*late)
    farthest = np.abs(both.mean - exact)[:, :2].max()
    assert farthest < 0.3 * np.abs(first.mean - exact)[:, :2].max()
    np.testing.assert_allclose(both.cov[:, 0, 0] ** 0.5, spread[:, 0, 0] ** 0.5, rtol=0.35)


@given(
    seed=st.integers(0, 2**32),
    n=st.integers(1, 20),
    rates=st.lists(st.floats(0.0, 3.0), min_size=9, max_size=9),
    step=st.floats(0.0, 1e3),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_sum_to_one_and_covariances_stay_definite(
    seed: int, n: int, rates: list[float], step: float
) -> None:
    mean, cov, probability = random_rows(n, seed)
    p = filters.imm_transition(np.reshape(rates, (3, 3)), step)
    mixed = filters.imm_mix(mean, cov, probability, p, used=USED, prior_variance=PRIOR)
    np.testing.assert_allclose(mixed.probability.sum(axis=1), 1.0, rtol=1e-12)
    np.linalg.cholesky(mixed.cov)
    log = np.random.default_rng(seed).normal(0.0, 300.0, (n, 3))
    weighed, _ = filters.imm_update(mixed.probability / mixed.probability.sum(axis=1)[:, None], log)
    np.testing.assert_allclose(weighed.sum(axis=1), 1.0, rtol=1e-12)
    np.linalg.cholesky(filters.imm_combine(mixed.mean, mixed.cov, weighed).cov)
    # the mixture as a whole is the same whoever is followed next, where all have every component
    before = filters.imm_combine(mean[..., :2], cov[..., :2, :2], probability)
    after = filters.imm_combine(mixed.mean[..., :2], mixed.cov[..., :2, :2], mixed.probability)
    np.testing.assert_allclose(after.mean, before.mean, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(after.cov, before.cov, rtol=1e-9, atol=1e-7)


def test_the_order_of_the_models_does_not_matter() -> None:
    mean, cov, probability = random_rows(7, 11)
    p = filters.imm_transition(RATES, 1.5)
    turned = [2, 0, 1]
    one = filters.imm_mix(mean, cov, probability, p, used=USED, prior_variance=PRIOR)
    two = filters.imm_mix(
        mean[:, turned],
        cov[:, turned],
        probability[:, turned],
        p[np.ix_(turned, turned)],
        used=USED[turned],
        prior_variance=PRIOR[turned],
    )
    np.testing.assert_allclose(two.mean, one.mean[:, turned], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(two.cov, one.cov[:, turned], rtol=1e-11, atol=1e-9)


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    mean, cov, probability = random_rows(19, 12)
    p = filters.imm_transition(RATES, 1.5)
    every = filters.imm_mix(mean, cov, probability, p, used=USED, prior_variance=PRIOR)
    for row in range(19):
        one = slice(row, row + 1)
        alone = filters.imm_mix(
            mean[one], cov[one], probability[one], p, used=USED, prior_variance=PRIOR
        )
        assert np.array_equal(alone.mean[0], every.mean[row])
        assert np.array_equal(alone.cov[0], every.cov[row])


MEAN, COV, HALF, STAY = (
    np.zeros((1, 2, 2)),
    np.tile(np.eye(2), (1, 2, 1, 1)),
    [[0.5, 0.5]],
    np.eye(2),
)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: filters.imm_transition([[0.0, -1.0], [0.0, 0.0]], 1.0), errors.SettingError,
         "transition_per_s must be zero or positive, and finite, off the diagonal, found -1"),
        (lambda: filters.imm_transition([[0.0, 1.0]], 1.0), errors.ShapeError, "transition_per_s"),
        (lambda: filters.imm_transition(np.zeros((2, 2)), -1.0), errors.SettingError,
         "dt_s must be finite and not negative, found -1"),
        (lambda: filters.imm_mix(MEAN, COV, [[0.5, 0.6]], STAY), errors.SettingError,
         "probability must be not negative, each row summing to one"),
        (lambda: filters.imm_mix(MEAN, COV, HALF, [[1.0, 0.5], [0.0, 1.0]]), errors.SettingError,
         "transition must be not negative, each row summing to one"),
        (lambda: filters.imm_mix(MEAN, -COV, HALF, STAY), errors.NotPositiveDefiniteError,
         "cov must be symmetric positive definite, row 0 is not"),
        (lambda: filters.imm_mix(MEAN, COV[:, :1], HALF, STAY), errors.ShapeError, "cov"),
        (lambda: filters.imm_mix(MEAN, COV, HALF, STAY, used=[[1, 1], [1, 0]]), errors.SettingError,
         "a model lacks a component: give prior_variance"),
        (lambda: filters.imm_mix(MEAN, COV, HALF, STAY, used=[[1, 1], [1, 0]],
                                 prior_variance=np.zeros((2, 2))),
         errors.SettingError, "prior_variance must be positive, found 0"),
        (lambda: filters.imm_update(HALF, [[0.0, np.nan]]), errors.NotFiniteError,
         "log_likelihood"),
        (lambda: filters.imm_combine(MEAN + np.inf, COV, HALF), errors.NotFiniteError, "mean"),
        (lambda: filters.imm_smooth(MEAN, COV, HALF, STAY, np.zeros((3, 2, 2)), COV[0]),
         errors.ShapeError, "transition"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(call: Any, error: type[Exception], message: str) -> None:  # noqa: ANN401
    with pytest.raises(error, match=message):
        call()
