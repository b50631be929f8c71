# pyright: basic
"""Motion models: against Van Loan's matrix exponential, and the laws of time."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm

import detente as dt

Floats = NDArray[np.float64]
STEPS = [1e-6, 1e-3, 0.1, 1.0, 7.3, 60.0, 3600.0, 1e4]
PSD = [0.7, 2.0, 0.05]


def model(order: int, axes: int) -> Any:  # noqa: ANN401 (any of the three models)
    psd = PSD[:axes]
    if order == 1:
        return dt.RandomWalk(axes=axes, position_psd=psd)
    if order == 2:
        return dt.ConstantVelocity(axes=axes, acceleration_psd=psd)
    return dt.ConstantAcceleration(axes=axes, jerk_psd=psd)


def van_loan(order: int, axes: int, dt_s: float) -> tuple[Floats, Floats]:
    """F and Q as blocks of one matrix exponential (Van Loan 1978, equations 1.2 to 1.4).

    The exponential is taken at one second and the units of time scaled to the step, because its
    Padé approximation loses small entries beside huge ones.
    """
    d = order * axes
    drift = np.kron(np.eye(order, k=1), np.eye(axes))
    spread = np.zeros((d, d))
    spread[-axes:, -axes:] = np.diag(PSD[:axes])
    both = np.block([[-drift, spread], [np.zeros((d, d)), drift.T]])
    exponential = expm(both)
    transition = exponential[d:, d:].T
    noise = transition @ exponential[:d, d:]
    # with time in units of the step, the k-th derivative shrinks by the step to the k
    scale = np.repeat(dt_s ** -np.arange(order, dtype=float), axes)
    transition = transition * scale[:, None] / scale[None, :]
    noise = noise * np.outer(scale, scale) * dt_s ** (2 * order - 1)
    return transition, noise


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("dt_s", STEPS)
def test_closed_forms_agree_with_van_loan(order: int, axes: int, dt_s: float) -> None:
    motion = model(order, axes)
    transition, noise = van_loan(order, axes, dt_s)
    assert (motion.axes, motion.dim) == (axes, order * axes)
    np.testing.assert_allclose(motion.transition(dt_s), transition, rtol=1e-13, atol=0)
    np.testing.assert_allclose(motion.noise(dt_s), noise, rtol=1e-13, atol=0)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("dt_s", [0.1, 1.0, 2.5])
def test_closed_forms_agree_with_the_exponential_of_the_step_itself(
    order: int, dt_s: float
) -> None:
    drift = np.eye(order, k=1)
    spread = np.zeros((order, order))
    spread[-1, -1] = PSD[0]
    both = np.block([[-drift, spread], [np.zeros_like(drift), drift.T]]) * dt_s
    exponential = expm(both)
    transition = exponential[order:, order:].T
    motion = model(order, 1)
    np.testing.assert_allclose(motion.transition(dt_s), transition, rtol=1e-12)
    np.testing.assert_allclose(
        motion.noise(dt_s), transition @ exponential[:order, order:], rtol=1e-12
    )


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("a", "b"), [(1e-6, 1e-6), (0.3, 1.9), (1e-3, 60.0), (3e3, 7e3)])
def test_two_steps_are_one(order: int, a: float, b: float) -> None:
    motion = model(order, 3)
    F, Q = motion.transition, motion.noise
    np.testing.assert_allclose(F(a + b), F(b) @ F(a), rtol=1e-12, atol=0)
    np.testing.assert_allclose(Q(a + b), F(b) @ Q(a) @ F(b).T + Q(b), rtol=1e-12, atol=0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_no_time_changes_nothing_and_a_negative_step_leads_back(order: int) -> None:
    motion = model(order, 2)
    assert np.array_equal(motion.transition(0.0), np.eye(motion.dim))
    assert not motion.noise(0.0).any()
    there_and_back = motion.transition(-3.5) @ motion.transition(3.5)
    np.testing.assert_allclose(there_and_back, np.eye(motion.dim), atol=1e-14)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("dt_s", STEPS)
def test_noise_is_symmetric_positive_definite(order: int, dt_s: float) -> None:
    noise = model(order, 2).noise(dt_s)
    assert np.array_equal(noise, noise.T)
    std = np.sqrt(np.diag(noise))
    assert np.linalg.eigvalsh(noise / np.outer(std, std)).min() > 1e-3


def test_one_density_serves_every_axis() -> None:
    one = dt.RandomWalk(axes=3, position_psd=2.0)
    each = dt.RandomWalk(axes=3, position_psd=[2.0, 2.0, 2.0])
    assert np.array_equal(one.noise(5.0), each.noise(5.0))


@pytest.mark.parametrize("axes", [0, 4])
def test_other_numbers_of_axes_are_refused(axes: int) -> None:
    with pytest.raises(dt.errors.SettingError, match=f"axes must be 1, 2 or 3, found {axes}"):
        dt.ConstantVelocity(axes=axes, acceleration_psd=1.0)


@pytest.mark.parametrize("psd", [0.0, -1.0, float("nan"), float("inf")])
def test_densities_must_be_positive_and_finite(psd: float) -> None:
    message = "_psd must be positive and finite"
    for create in (
        lambda: dt.RandomWalk(axes=2, position_psd=psd),
        lambda: dt.ConstantVelocity(axes=2, acceleration_psd=[1.0, psd]),
        lambda: dt.ConstantAcceleration(axes=2, jerk_psd=psd),
    ):
        with pytest.raises(dt.errors.SettingError, match=message):
            create()


def test_densities_for_another_number_of_axes_are_refused() -> None:
    with pytest.raises(dt.errors.ShapeError, match=r"shape \(3,\), found \(2,\)"):
        dt.ConstantVelocity(axes=3, acceleration_psd=[1.0, 2.0])


def test_steps_must_be_finite_and_noise_runs_forwards() -> None:
    motion = dt.ConstantVelocity(axes=1, acceleration_psd=1.0)
    for bad in (float("nan"), float("inf")):
        with pytest.raises(dt.errors.SettingError, match="dt_s must be finite, found"):
            motion.transition(bad)
    for bad in (float("nan"), -1.0):
        with pytest.raises(dt.errors.SettingError, match="dt_s must be finite and not negative"):
            motion.noise(bad)
