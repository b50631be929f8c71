# pyright: basic
"""Several motion models as one: their joint state, their chain, and what is refused."""

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

import detente as dt

STRAIGHT = dt.ConstantVelocity(axes=2, acceleration_psd=1.0)
SINGER = dt.Singer(axes=2, correlation_time_s=10.0, acceleration_std_m_s2=15.0)
TURN = dt.EstimatedTurn(axes=2, acceleration_psd=1.0, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.1)


def test_all_models_have_a_place_in_the_joint_state() -> None:
    motion = dt.IMM([STRAIGHT, SINGER, TURN], transition_per_s=0.1)
    assert (motion.axes, motion.dim) == (2, 7)
    assert motion.used.tolist() == [
        [True] * 4 + [False] * 3,
        [True] * 6 + [False],
        [True] * 4 + [False, False, True],
    ]
    assert dt.IMM([STRAIGHT, TURN], transition_per_s=0.1).dim == 5
    assert dt.IMM([STRAIGHT, STRAIGHT], transition_per_s=0.1).used.all()


def test_one_rate_is_that_of_leaving_any_model() -> None:
    motion = dt.IMM([STRAIGHT, SINGER, TURN], transition_per_s=0.1)
    assert np.array_equal(motion.transition_per_s, 0.05 * (1.0 - np.eye(3)))
    assert np.allclose(motion.initial_probability, 1 / 3, rtol=1e-15)


def test_transitions_scale_with_the_time_step() -> None:
    rates = np.array([[0.0, 0.02], [0.1, 0.0]])
    motion = dt.IMM([STRAIGHT, SINGER], transition_per_s=rates + 7.0 * np.eye(2))
    generator = rates - np.diag(rates.sum(axis=1))
    for step in (0.0, 0.1, 1.0, 30.0):
        np.testing.assert_allclose(motion.mode_transition(step), expm(generator * step), atol=1e-14)
    two = motion.mode_transition(0.7) @ motion.mode_transition(1.6)
    np.testing.assert_allclose(motion.mode_transition(2.3), two, rtol=1e-13)
    np.testing.assert_allclose(motion.initial_probability, [5 / 6, 1 / 6], rtol=1e-14)
    settled = motion.initial_probability @ motion.mode_transition(4.0)
    np.testing.assert_allclose(settled, motion.initial_probability, rtol=1e-14)


def test_probabilities_of_a_new_track_may_be_given() -> None:
    motion = dt.IMM(
        [STRAIGHT, SINGER],
        transition_per_s=[[0.0, 0.1], [0.0, 0.0]],  # nobody comes back
        initial_probability=[1.0, 0.0],
    )
    assert motion.initial_probability.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("models", "settings", "error", "message"),
    [
        ([STRAIGHT], {}, dt.errors.SettingError, "models must be at least two, found 1"),
        ([STRAIGHT, 3], {}, dt.errors.SettingError, "models must be motion models .* found 3"),
        (
            [STRAIGHT, dt.BoxMotion()],
            {},
            dt.errors.SettingError,
            "models must be all of boxes, or none, found ConstantVelocity, BoxMotion",
        ),
        (
            [STRAIGHT, dt.ConstantVelocity(axes=3, acceleration_psd=1.0)],
            {},
            dt.errors.SettingError,
            r"models must have the same axes, found \[2, 3\]",
        ),
        (
            [STRAIGHT, TURN],
            {"transition_per_s": [[0.0, -0.1], [0.1, 0.0]]},
            dt.errors.SettingError,
            "transition_per_s must be zero or positive, and finite, off the diagonal, found -0.1",
        ),
        (
            [STRAIGHT, TURN],
            {"transition_per_s": np.zeros((3, 3))},
            dt.errors.ShapeError,
            r"transition_per_s must be one number or have shape \(2, 2\), found \(3, 3\)",
        ),
        (
            [STRAIGHT, TURN],
            {"transition_per_s": [[0.0, 0.1], [0.0, 0.0]]},
            dt.errors.SettingError,
            "transition_per_s must lead from every model to every other",
        ),
        (
            [STRAIGHT, TURN],
            {"initial_probability": [0.5, 0.6]},
            dt.errors.SettingError,
            "initial_probability must be not negative and sum to one",
        ),
        (
            [STRAIGHT, TURN],
            {"initial_probability": [1.0]},
            dt.errors.ShapeError,
            r"initial_probability must have shape \(2,\), found \(1,\)",
        ),
        (
            [
                dt.ConstantAcceleration(axes=3, jerk_psd=1.0),
                dt.EstimatedTurn(
                    axes=3, acceleration_psd=1, turn_rate_psd=1, turn_rate_std_rad_s=1
                ),
            ],
            {},
            dt.errors.SettingError,
            "models must share at most 9 components, found 10",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    models: list[object], settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        dt.IMM(models, **{"transition_per_s": 0.1, **settings})
