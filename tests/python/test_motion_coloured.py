# pyright: basic
"""Models that decay or turn: against exponentials in many digits and integrals in many steps."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle.linear_sde import moments
from scipy.integrate import solve_ivp

import detente as dt

Floats = NDArray[np.float64]
PSD = [0.7, 2.0, 0.05]
UNITS = [1e-12, 1e-6, 1e-3, 0.1, 0.9, 0.999_999, 1.0, 1.1, 1.999, 2.0, 2.5, 7.3, 60.0, 1e4]
"""Steps in units of the time that the model itself sets: around every switch, tiny and huge."""


def singer(axes: int, rate: float) -> Any:  # noqa: ANN401
    stds = [(psd / (2.0 * rate)) ** 0.5 for psd in PSD[:axes]]
    return dt.Singer(axes=axes, correlation_time_s=1.0 / rate, acceleration_std_m_s2=stds)


def ornstein_uhlenbeck(axes: int, rate: float) -> Any:  # noqa: ANN401
    return dt.OrnsteinUhlenbeck(axes=axes, damping_per_s=rate, acceleration_psd=PSD[:axes])


def turn(axes: int, rate: float) -> Any:  # noqa: ANN401
    up = {"vertical_acceleration_psd": PSD[1]} if axes == 3 else {}
    return dt.CoordinatedTurn(axes=axes, turn_rate_rad_s=rate, acceleration_psd=PSD[0], **up)


def decaying(order: int, axes: int, rate: float) -> tuple[Floats, Floats]:
    """Drift and spread of a chain of integrators whose last derivative decays."""
    drift = np.eye(order, k=1)
    drift[-1, -1] = -rate
    spread = np.zeros((order * axes, order * axes))
    spread[-axes:, -axes:] = np.diag(PSD[:axes])
    return np.kron(drift, np.eye(axes)), spread


def turning(axes: int, rate: float) -> tuple[Floats, Floats]:
    """Drift and spread of a velocity that turns."""
    drift = np.kron(np.eye(2, k=1), np.eye(axes))
    drift[axes, axes + 1], drift[axes + 1, axes] = -rate, rate
    spread = np.zeros((2 * axes, 2 * axes))
    spread[axes:, axes:] = np.diag([PSD[0], PSD[0], PSD[1]][:axes])
    return drift, spread


@pytest.mark.parametrize("rate", [0.05, 3.0])
@pytest.mark.parametrize("units", UNITS)
def test_decaying_models_agree_with_the_exponential(units: float, rate: float) -> None:
    for create, order in ((ornstein_uhlenbeck, 2), (singer, 3)):
        motion, dt_s = create(1, rate), units / rate
        transition, noise = moments(*decaying(order, 1, rate), dt_s)
        np.testing.assert_allclose(motion.transition(dt_s), transition, rtol=1e-13, atol=1e-290)
        np.testing.assert_allclose(motion.noise(dt_s), noise, rtol=1e-13, atol=0)


@pytest.mark.parametrize("axes", [2, 3])
def test_decaying_axes_move_apart_with_densities_of_their_own(axes: int) -> None:
    for create, order in ((ornstein_uhlenbeck, 2), (singer, 3)):
        motion = create(axes, 0.3)
        assert (motion.axes, motion.dim) == (axes, order * axes)
        transition, noise = moments(*decaying(order, axes, 0.3), 2.0)
        np.testing.assert_allclose(motion.transition(2.0), transition, rtol=1e-13)
        np.testing.assert_allclose(motion.noise(2.0), noise, rtol=1e-13)


@pytest.mark.parametrize("rate", [0.05, -3.0])
@pytest.mark.parametrize("units", UNITS)
def test_turns_agree_with_the_exponential(units: float, rate: float) -> None:
    motion, dt_s = turn(2, rate), units / abs(rate)
    transition, noise = moments(*turning(2, rate), dt_s)
    # of an angle of many turns the last bits are lost, and every entry turns with it
    lost = 1e-13 + 4e-16 * units
    radius_m = np.array([[1.0, 1.0, 1.0, 1.0]] * 2 + [[0.0, 0.0, 1.0, 1.0]] * 2)
    radius_m[:2, 2:] = np.hypot(*transition[:2, 2])
    assert np.all(np.abs(motion.transition(dt_s) - transition) <= lost * radius_m)
    scale = np.sqrt(np.outer(np.diag(noise), np.diag(noise)))
    assert np.all(np.abs(motion.noise(dt_s) - noise) <= lost * scale)
    if units < 100.0:
        there = np.abs(noise) > 1e-60 * scale  # the others are zero
        np.testing.assert_allclose(motion.noise(dt_s)[there], noise[there], rtol=1e-13)


def test_a_turn_leaves_the_height_alone() -> None:
    motion = turn(3, 0.2)
    transition, noise = moments(*turning(3, 0.2), 7.0)
    np.testing.assert_allclose(motion.transition(7.0), transition, rtol=1e-13, atol=1e-50)
    np.testing.assert_allclose(motion.noise(7.0), noise, rtol=1e-13, atol=1e-50)


@pytest.mark.parametrize("axes", [2, 3])
def test_a_turn_of_rate_zero_is_constant_velocity(axes: int) -> None:
    straight = dt.ConstantVelocity(axes=axes, acceleration_psd=0.4)
    motion = dt.CoordinatedTurn(axes=axes, turn_rate_rad_s=0.0, acceleration_psd=0.4)
    assert np.array_equal(motion.transition(3.0), straight.transition(3.0))
    np.testing.assert_allclose(motion.noise(3.0), straight.noise(3.0), rtol=1e-15)


@pytest.mark.parametrize("dt_s", [1e-3, 1.0, 1e3])
def test_decaying_models_become_the_plain_ones(dt_s: float) -> None:
    slow = 1e-9 / dt_s
    same = [
        (ornstein_uhlenbeck(2, slow), dt.ConstantVelocity(axes=2, acceleration_psd=PSD[:2])),
        (singer(2, slow), dt.ConstantAcceleration(axes=2, jerk_psd=PSD[:2])),
    ]
    for motion, plain in same:
        np.testing.assert_allclose(motion.transition(dt_s), plain.transition(dt_s), rtol=1e-8)
        np.testing.assert_allclose(motion.noise(dt_s), plain.noise(dt_s), rtol=1e-8)


@pytest.mark.parametrize("create", [ornstein_uhlenbeck, singer, turn])
@pytest.mark.parametrize(("a", "b"), [(1e-6, 1e-6), (0.3, 1.9), (1e-3, 60.0), (30.0, 70.0)])
def test_two_steps_are_one(create: Any, a: float, b: float) -> None:  # noqa: ANN401
    motion = create(3, 0.4)
    F, Q = motion.transition, motion.noise
    np.testing.assert_allclose(F(a + b), F(b) @ F(a), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(
        Q(a + b), F(b) @ Q(a) @ F(b).T + Q(b), rtol=1e-11, atol=1e-9 * Q(b).max()
    )


@pytest.mark.parametrize("create", [ornstein_uhlenbeck, singer, turn])
def test_no_time_changes_nothing_and_a_negative_step_leads_back(create: Any) -> None:  # noqa: ANN401
    motion = create(2, 0.4)
    assert np.array_equal(motion.transition(0.0), np.eye(motion.dim))
    assert not motion.noise(0.0).any()
    there_and_back = motion.transition(-3.5) @ motion.transition(3.5)
    np.testing.assert_allclose(there_and_back, np.eye(motion.dim), atol=1e-14)


@pytest.mark.parametrize("create", [ornstein_uhlenbeck, singer, turn])
@pytest.mark.parametrize("units", UNITS)
def test_noise_is_symmetric_positive_definite(create: Any, units: float) -> None:  # noqa: ANN401
    noise = create(2, 0.4).noise(units / 0.4)
    assert np.array_equal(noise, noise.T)
    std = np.sqrt(np.diag(noise))
    assert np.linalg.eigvalsh(noise / np.outer(std, std)).min() > 1e-5


# turns of an estimated rate


def estimated(axes: int = 2) -> dt.EstimatedTurn:
    up = {"vertical_acceleration_psd": 0.05} if axes == 3 else {}
    return dt.EstimatedTurn(
        axes=axes, acceleration_psd=0.7, turn_rate_psd=3e-4, turn_rate_std_rad_s=0.1, **up
    )


def state(axes: int, rate: float) -> Floats:
    return np.array([*[100.0, -50.0, 30.0][:axes], *[60.0, -35.0, 4.0][:axes], rate])


def kalman_bucy(axes: int, start: Floats, cov: Floats, dt_s: float) -> tuple[Floats, Floats]:
    """Mean and covariance of the extended filter between measurements, in many small steps."""
    d = 2 * axes + 1

    def drift(x: Floats) -> Floats:
        vx, vy = x[axes : axes + 2]
        turned = np.zeros(d)
        turned[:axes] = x[axes : 2 * axes]
        turned[axes], turned[axes + 1] = -x[-1] * vy, x[-1] * vx
        return turned

    def slope(_: float, both: Floats) -> Floats:
        x, P = both[:d], both[d:].reshape(d, d)
        A = np.zeros((d, d))
        A[:axes, axes : 2 * axes] = np.eye(axes)
        A[axes, axes + 1], A[axes + 1, axes] = -x[-1], x[-1]
        A[axes, -1], A[axes + 1, -1] = -x[axes + 1], x[axes]
        D = np.diag([0.0] * axes + [0.7, 0.7, 0.05][:axes] + [3e-4])
        return np.concatenate([drift(x), (A @ P + P @ A.T + D).ravel()])

    begin = np.concatenate([start, cov.ravel()])
    end = solve_ivp(slope, (0.0, dt_s), begin, method="DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    return end[:d], end[d:].reshape(d, d)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("rate", [0.0, 1e-7, 0.04, -0.3, 1.2])
@pytest.mark.parametrize("dt_s", [0.01, 1.0, 2.5, 12.0])
def test_an_estimated_turn_is_the_extended_filter_in_small_steps(
    axes: int, rate: float, dt_s: float
) -> None:
    motion, start = estimated(axes), state(axes, rate)
    spread = np.diag([*[25.0, 9.0, 4.0][:axes], *[4.0, 1.0, 2.0][:axes], 1e-3])
    mean, cov = kalman_bucy(axes, start, spread, dt_s)
    F = motion.jacobian([start], dt_s)[0]
    np.testing.assert_allclose(motion.predict([start], dt_s)[0], mean, rtol=1e-10, atol=1e-10)
    got = F @ spread @ F.T + motion.noise([start], dt_s)[0]
    np.testing.assert_allclose(got, cov, rtol=1e-9, atol=1e-10 * cov.max())
    _, noise = kalman_bucy(axes, start, 0.0 * spread, dt_s)
    got = motion.noise([start], dt_s)[0]
    scale = np.sqrt(np.outer(np.diag(noise), np.diag(noise)))
    assert np.all(np.abs(got - noise) <= 1e-9 * scale)
    assert np.array_equal(got, got.T)


@pytest.mark.parametrize("rate", [0.0, 0.04, -0.9])
def test_the_jacobian_is_the_derivative(rate: float) -> None:
    motion, start = estimated(3), state(3, rate)
    F = motion.jacobian([start], 4.0)[0]
    for j in range(7):
        step = 1e-5 * np.eye(7)[j]
        up, down = motion.predict([start + step, start - step], 4.0)
        np.testing.assert_allclose((up - down) / 2e-5, F[:, j], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("rate", [0.0, 0.04, -0.9])
@pytest.mark.parametrize(("a", "b"), [(1e-6, 1e-6), (0.3, 1.9), (1e-3, 60.0), (3.0, 7.0)])
def test_an_estimated_turn_in_two_steps_is_one(rate: float, a: float, b: float) -> None:
    motion, start = estimated(3), state(3, rate)
    middle = motion.predict([start], a)
    F = motion.jacobian(middle, b)[0]
    end = motion.predict([start], a + b)
    np.testing.assert_allclose(motion.predict(middle, b), end, rtol=1e-11)
    np.testing.assert_allclose(
        F @ motion.jacobian([start], a)[0], motion.jacobian([start], a + b)[0], atol=1e-9 * (a + b)
    )
    noise = motion.noise([start], a + b)[0]
    got = F @ motion.noise([start], a)[0] @ F.T + motion.noise(middle, b)[0]
    scale = np.sqrt(np.outer(np.diag(noise), np.diag(noise)))
    assert np.all(np.abs(got - noise) <= 1e-10 * scale)


# what is refused


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_settings_must_be_positive_and_finite(bad: float) -> None:
    ou, one, two = dt.OrnsteinUhlenbeck, dt.Singer, dt.EstimatedTurn
    cases: list[tuple[Any, str]] = [
        (lambda: ou(axes=1, damping_per_s=bad, acceleration_psd=1.0), "damping_per_s"),
        (lambda: ou(axes=1, damping_per_s=1.0, acceleration_psd=bad), "acceleration_psd"),
        (
            lambda: one(axes=1, correlation_time_s=bad, acceleration_std_m_s2=1.0),
            "correlation_time_s",
        ),
        (
            lambda: one(axes=1, correlation_time_s=1.0, acceleration_std_m_s2=bad),
            "acceleration_std_m_s2",
        ),
        (
            lambda: dt.CoordinatedTurn(axes=2, turn_rate_rad_s=0.1, acceleration_psd=bad),
            "acceleration_psd",
        ),
        (
            lambda: two(axes=2, acceleration_psd=1, turn_rate_psd=bad, turn_rate_std_rad_s=1),
            "turn_rate_psd",
        ),
        (
            lambda: two(axes=2, acceleration_psd=1, turn_rate_psd=1, turn_rate_std_rad_s=bad),
            "turn_rate_std_rad_s",
        ),
    ]
    for create, what in cases:
        with pytest.raises(dt.errors.SettingError, match=f"{what} must be positive and finite"):
            create()


def test_a_linearisation_has_one_of_two_names() -> None:
    with pytest.raises(dt.errors.SettingError, match='"unscented" or "extended", found \'second\''):
        dt.EstimatedTurn(
            axes=2,
            acceleration_psd=1.0,
            turn_rate_psd=1.0,
            turn_rate_std_rad_s=1.0,
            linearisation="second",  # type: ignore[arg-type]
        )


def test_turns_of_other_axes_or_steps_are_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="axes of a turn must be 2 or 3, found 1"):
        dt.CoordinatedTurn(axes=1, turn_rate_rad_s=0.1, acceleration_psd=1.0)
    with pytest.raises(dt.errors.SettingError, match="turn_rate_rad_s must be finite, found inf"):
        dt.CoordinatedTurn(axes=2, turn_rate_rad_s=float("inf"), acceleration_psd=1.0)
    with pytest.raises(dt.errors.SettingError, match="must be left out with 2 axes"):
        dt.CoordinatedTurn(
            axes=2, turn_rate_rad_s=0.1, acceleration_psd=1.0, vertical_acceleration_psd=2.0
        )
    with pytest.raises(
        dt.errors.ShapeError, match=r"acceleration_std_m_s2 .* \(2,\), found \(3,\)"
    ):
        dt.Singer(axes=2, correlation_time_s=9.0, acceleration_std_m_s2=[1.0, 2.0, 3.0])
    turns = [turn(2, 0.1).transition, lambda step: estimated().predict([state(2, 0.1)], step)]
    for move in turns:
        with pytest.raises(dt.errors.SettingError, match="dt_s must be finite, found"):
            move(float("nan"))
    noises = [turn(2, 0.1).noise, lambda step: estimated().noise([state(2, 0.1)], step)]
    for noise in noises:
        with pytest.raises(dt.errors.SettingError, match="dt_s must be finite and not negative"):
            noise(-1.0)
    with pytest.raises(dt.errors.ShapeError, match="states"):
        estimated().predict(np.zeros((3, 4)), 1.0)
