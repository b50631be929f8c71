"""Filters: what they refuse, by class and message."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente import filters

Floats = NDArray[np.float64]


def call(**changes: Any) -> Callable[[], object]:  # noqa: ANN401 (any argument may be wrong)
    given: dict[str, Any] = {
        "mean": np.zeros((3, 4)),
        "cov": np.repeat(np.eye(4)[None], 3, axis=0),
        "measurement": np.zeros((3, 2)),
        "measurement_matrix": np.eye(2, 4) * 2,
        "noise": np.eye(2),
    }
    return lambda: filters.update(**(given | changes))


def changed(array: Floats, at: Any, value: float) -> Floats:  # noqa: ANN401 (any index)
    array = np.array(array, dtype=float)
    array[at] = value
    return array


COV = np.repeat(np.eye(4)[None], 3, axis=0)


@pytest.mark.parametrize(
    ("run", "error", "message"),
    [
        (call(mean=np.zeros(4)), dt.errors.ShapeError, r"mean must have shape \(n, d\)"),
        (call(cov=np.eye(4)), dt.errors.ShapeError, r"cov must have shape \(3, 4, 4\)"),
        (call(measurement=np.zeros((2, 2))), dt.errors.ShapeError, "measurement must have shape"),
        (
            call(measurement_matrix=np.eye(4)),
            dt.errors.ShapeError,
            r"measurement_matrix must have shape \(2, 4\), found \(4, 4\)",
        ),
        (
            call(measurement_matrix=np.zeros((2, 2, 4))),
            dt.errors.ShapeError,
            r"measurement_matrix must have shape \(3, 2, 4\), found \(2, 2, 4\)",
        ),
        (call(noise=np.eye(3)), dt.errors.ShapeError, r"noise must have shape \(2, 2\)"),
        (call(mean=np.full((3, 4), "x")), dt.errors.DTypeError, "mean must hold real numbers"),
        (
            call(mean=changed(np.zeros((3, 4)), (1, 2), np.nan)),
            dt.errors.NotFiniteError,
            "mean must be finite, found NaN at row 1",
        ),
        (
            call(cov=changed(COV, (2, 3, 1), np.inf)),
            dt.errors.NotFiniteError,
            "cov must be finite, found inf at row 2",
        ),
        (
            call(cov=changed(COV, (2, 3, 3), -1.0)),
            dt.errors.NotPositiveDefiniteError,
            "cov must be symmetric positive definite, row 2 is not",
        ),
        (
            call(cov=changed(COV, (1, 3, 1), 1.5)),
            dt.errors.NotPositiveDefiniteError,
            "cov must be symmetric positive definite, row 1 is not",
        ),
        (
            call(noise=np.array([[1.0, 2.0], [2.0, 1.0]])),
            dt.errors.NotPositiveDefiniteError,
            "noise must be symmetric positive definite, row 0 is not",
        ),
        (
            call(noise=changed(np.repeat(np.eye(2)[None], 3, axis=0), (2, 1, 1), 0.0)),
            dt.errors.NotPositiveDefiniteError,
            "noise must be symmetric positive definite, row 2 is not",
        ),
        (
            call(
                mean=np.zeros((3, 10)), cov=np.zeros((3, 10, 10)), measurement_matrix=np.eye(2, 10)
            ),
            dt.errors.SettingError,
            "the dimension of the state must be 1 to 9, found 10",
        ),
        (
            call(measurement=np.zeros((3, 0)), measurement_matrix=np.eye(0, 4), noise=np.eye(0)),
            dt.errors.SettingError,
            "the dimension of the measurement must be 1 to 9, found 0",
        ),
        (
            lambda: filters.predict(np.zeros((3, 4)), COV, np.eye(4), -np.eye(4)),
            dt.errors.NotPositiveDefiniteError,
            "noise must be symmetric positive definite, row 0 is not",
        ),
        (
            lambda: filters.predict(np.zeros((3, 4)), -COV, np.eye(4), np.eye(4)),
            dt.errors.NotPositiveDefiniteError,
            "cov must be symmetric positive definite, row 0 is not",
        ),
        (
            lambda: filters.predict(np.full((3, 4), 1e300), COV, np.eye(4) * 1e300, np.eye(4)),
            dt.errors.NotFiniteError,
            "the prediction must be finite, found inf at row 0",
        ),
        (
            lambda: filters.predict(np.zeros((3, 0)), np.zeros((3, 0, 0)), np.eye(0), np.eye(0)),
            dt.errors.SettingError,
            "the dimension of the state must be 1 to 9, found 0",
        ),
        (
            lambda: filters.update_extended(
                np.zeros((3, 4)),
                COV,
                np.zeros((3, 1)),
                np.zeros((3, 1)),
                np.eye(1, 4),
                [[1.0]],
                angular=[1],
            ),
            dt.errors.SettingError,
            "angular must be components of the measurement, counted from 0, found 1",
        ),
        (
            lambda: filters.predict_unscented(np.zeros((3, 4)), -COV, lambda x: x, np.eye(4)),
            dt.errors.NotPositiveDefiniteError,
            "the covariance of the unscented transform must be symmetric positive definite, row 0",
        ),
        (
            lambda: filters.predict_unscented(np.zeros((3, 4)), COV, lambda x: x[1:], np.eye(4)),
            dt.errors.ShapeError,
            r"what the function returned must have shape \(27, 4\), found \(26, 4\)",
        ),
        (
            lambda: filters.update_unscented(
                np.zeros((3, 4)), COV, np.zeros((3, 1)), lambda x: x[:, :1] * np.nan, [[1.0]]
            ),
            dt.errors.NotFiniteError,
            "what the function returned must be finite, found NaN at row 0",
        ),
        (
            lambda: filters.smooth(np.zeros((3, 4)), COV * 0, np.eye(4), np.zeros((4, 4))),
            dt.errors.NotPositiveDefiniteError,
            "the prediction of the smoother must be symmetric positive definite, row 1 is not",
        ),
        (
            lambda: filters.smooth(np.zeros((3, 4)), COV, np.zeros((3, 4, 4)), np.eye(4)),
            dt.errors.ShapeError,
            r"transition must have shape \(2, 4, 4\), found \(3, 4, 4\)",
        ),
    ],
)
def test_bad_input_is_named(
    run: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run()


def test_an_innovation_covariance_below_zero_names_its_row() -> None:
    """Three correlations of -0.9 are each possible, all together they are not."""
    cov = np.repeat(np.eye(3)[np.newaxis], 12, axis=0)
    cov[10] = 1.9 * np.eye(3) - 0.9
    with pytest.raises(
        dt.errors.NotPositiveDefiniteError,
        match="the innovation covariance must be symmetric positive definite, row 10 is not",
    ):
        filters.update(np.zeros((12, 3)), cov, np.zeros((12, 1)), [[1.0, 1.0, 1.0]], [[0.1]])


def test_an_exception_of_the_users_function_comes_through() -> None:
    def fails(_: Floats) -> Floats:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        filters.predict_unscented(np.zeros((3, 4)), COV, fails, np.eye(4))
