# pyright: basic
"""RMSE, NEES, NIS and their chi-square bounds: against NumPy and scipy."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import detente as dt
from detente import _core
from detente.metrics import anees, nees, nis, rmse

Floats = NDArray[np.float64]


def random_rows(seed: int, n: int, d: int) -> tuple[Floats, Floats, Floats]:
    """Truth, mean and covariance, with errors drawn from the covariance."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, d, d)) * np.array([1e3, 1.0, 1e-3, 10.0])[:d, np.newaxis]
    truth = rng.normal(size=(n, d)) * 1e3
    mean = truth + (root @ rng.normal(size=(n, d, 1)))[..., 0]
    return truth, mean, root @ root.swapaxes(1, 2)


@pytest.mark.parametrize("d", [1, 2, 4])
def test_nees_and_nis_solve_the_quadratic_form(d: int) -> None:
    truth, mean, cov = random_rows(2, 30, d)
    error = truth - mean
    expected = [e @ np.linalg.solve(c, e) for e, c in zip(error, cov, strict=True)]
    np.testing.assert_allclose(nees(truth, mean, cov).value, expected, rtol=1e-6)
    np.testing.assert_allclose(nis(error, cov).value, expected, rtol=1e-6)


@pytest.mark.parametrize("d", [1, 2, 4])
@pytest.mark.parametrize("probability", [0.5, 0.95, 0.999])
def test_the_bounds_are_scipys(d: int, probability: float) -> None:
    score = nees(*random_rows(3, 200, d), probability=probability)
    expected = np.array(stats.chi2.interval(probability, 200 * d)) / 200
    np.testing.assert_allclose([score.lower, score.upper], expected, rtol=1e-10)
    assert score.dim == d


@pytest.mark.parametrize("degrees", [0.5, 1.0, 2.0, 3.0, 7.0, 39.0, 41.0, 1e4, 1e6])
@pytest.mark.parametrize("probability", [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.99, 1 - 1e-9])
def test_chi_square_is_scipys(degrees: float, probability: float) -> None:
    quantile = _core.chi_square_quantile(probability, degrees)
    assert quantile == pytest.approx(stats.chi2.ppf(probability, degrees), rel=1e-9)
    assert _core.chi_square_cdf(quantile, degrees) == pytest.approx(probability, rel=1e-9)


def test_chi_square_at_its_ends() -> None:
    assert _core.chi_square_quantile(0.0, 3.0) == 0.0
    assert _core.chi_square_cdf(0.0, 3.0) == 0.0
    assert _core.chi_square_cdf(np.inf, 3.0) == 1.0
    with pytest.raises(dt.errors.SettingError, match="probability must be"):
        _core.chi_square_quantile(1.0, 3.0)
    with pytest.raises(dt.errors.SettingError, match="degrees"):
        _core.chi_square_quantile(0.5, 0.0)


def test_the_average_lies_within_the_bounds_as_often_as_it_should() -> None:
    """400 runs at 90 %: the count lies within 4 standard deviations, 360 ± 24."""
    inside = sum(nees(*random_rows(s, 50, 2), probability=0.9).consistent for s in range(400))
    assert 336 <= inside <= 384


def test_errors_twice_as_large_as_claimed_are_noticed() -> None:
    truth, mean, cov = random_rows(4, 100, 2)
    assert not nees(truth, mean, cov / 4).consistent
    assert not nees(truth, mean, cov * 4).consistent


@pytest.mark.parametrize("shape", [(40, 3), (20, 7, 2)])
def test_rmse_averages_over_the_first_axis(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=shape), rng.normal(size=shape)
    expected = np.sqrt(np.mean(np.sum((x - y) ** 2, axis=-1), axis=0))
    np.testing.assert_allclose(rmse(x, y), expected, rtol=1e-12)


def test_bad_input_is_refused() -> None:
    truth, mean, cov = random_rows(5, 3, 2)
    with pytest.raises(dt.errors.ShapeError, match=r"mean must have shape \(3, 2\)"):
        nees(truth, mean[:2], cov)
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(3, 2, 2\)"):
        nees(truth, mean, cov[:, :1])
    with pytest.raises(dt.errors.ShapeError, match=r"at least one row, found shape \(0, 2\)"):
        nis(truth[:0], cov[:0])
    with pytest.raises(
        dt.errors.NotFiniteError, match="innovation must be finite, found NaN at row 2"
    ):
        nis([[0.0], [0.0], [np.nan]], np.ones((3, 1, 1)))
    with pytest.raises(dt.errors.DTypeError, match="truth must hold real numbers"):
        nees([["a"]], [["b"]], [[[1.0]]])
    for bad in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.1], [0.2, 1.0]], [[0.0, 0.0], [0.0, 1.0]]):
        with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov must be .*row 1 is not"):
            nees(truth[:2], mean[:2], np.array([np.eye(2), bad]))
    for probability in (0.0, 1.0, np.nan):
        with pytest.raises(dt.errors.SettingError, match="probability must be above 0 and below 1"):
            nees(truth, mean, cov, probability=probability)
    with pytest.raises(dt.errors.ShapeError, match="estimate must have shape"):
        rmse(truth, mean[:1])
    with pytest.raises(dt.errors.ShapeError, match="truth must have shape"):
        rmse([1.0], [1.0])


def test_anees_is_the_mean_of_nees_per_dimension() -> None:
    truth, mean, cov = random_rows(6, 60, 4)
    assert anees(truth, mean, cov) == pytest.approx(nees(truth, mean, cov).average / 4, rel=1e-12)
    by_step = anees(truth.reshape(12, 5, 4), mean.reshape(12, 5, 4), cov.reshape(12, 5, 4, 4))
    value = nees(truth, mean, cov).value.reshape(12, 5)
    np.testing.assert_allclose(by_step, value.mean(axis=0) / 4, rtol=1e-12)


def test_anees_is_one_when_errors_are_as_their_covariances_say() -> None:
    truth, mean, cov = random_rows(7, 4000, 3)
    deviation = np.sqrt(2 / (4000 * 3))
    assert anees(truth, mean, cov) == pytest.approx(1.0, abs=4 * deviation)
    assert anees(truth, mean, cov * 0.5) == pytest.approx(2.0, abs=8 * deviation)


def test_anees_refuses() -> None:
    truth, mean, cov = random_rows(8, 5, 2)
    with pytest.raises(dt.errors.ShapeError, match=r"truth must have shape \(n, d\) or"):
        anees(truth[0], mean[0], cov[0])
    with pytest.raises(dt.errors.ShapeError, match=r"mean must have shape \(5, 2\)"):
        anees(truth, mean[1:], cov)
    with pytest.raises(dt.errors.ShapeError, match=r"cov must have shape \(5, 2, 2\)"):
        anees(truth, mean, cov[0])
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match="cov must be symmetric"):
        anees(truth, mean, -cov)
