"""Marginal association: against enumeration and pyehm, and its laws from Python."""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.joint_events import marginals_by_enumeration

import detente as dt
from detente.association import Marginals, marginals

Floats = NDArray[np.float64]
Method = Literal["auto", "exact", "belief_propagation"]


def sparse(weight: Floats) -> tuple[list[int], list[int], list[float]]:
    """Compressed rows of the weights above 0, as logarithms."""
    rows, columns = np.nonzero(weight)
    indptr = np.concatenate([[0], np.cumsum(np.count_nonzero(weight, axis=1))])
    return indptr.tolist(), columns.tolist(), np.log(weight[rows, columns]).tolist()


def random_problem(seed: int, rows: int, columns: int, share: float) -> tuple[Floats, Floats]:
    """Weights, of which a share is possible, and the weights of misses."""
    rng = np.random.default_rng(seed)
    weight = np.exp(rng.normal(0.0, 2.0, (rows, columns)))
    possible = rng.random((rows, columns)) < share
    return np.where(possible, weight, 0.0), np.exp(rng.normal(0.0, 1.0, rows))


def solve(weight: Floats, miss: Floats, method: Method) -> tuple[Floats, Marginals]:
    """The probabilities of pairs as a matrix, and all that was found."""
    found = marginals(
        *sparse(weight), miss_log_weight=np.log(miss), columns=weight.shape[1], method=method
    )
    pair = np.zeros(weight.shape)
    pair[np.nonzero(weight)] = found.edge
    return pair, found


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from([0.2, 0.5, 1.0]),
)
def test_exact_is_what_enumeration_gives(seed: int, rows: int, columns: int, share: float) -> None:
    weight, miss = random_problem(seed, rows, columns, share)
    pair, found = solve(weight, miss, "exact")
    expected = marginals_by_enumeration(weight, miss)
    for have, want in zip((pair, found.miss, found.free), expected, strict=True):
        np.testing.assert_allclose(have, want, rtol=0, atol=1e-13)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rows", "columns", "share"), [(10, 14, 0.3), (40, 50, 0.05), (8, 6, 1.0)])
def test_exact_is_what_pyehm_gives(seed: int, rows: int, columns: int, share: float) -> None:
    pyehm = pytest.importorskip("_pyehm")  # the package around it wants Stone Soup
    weight, miss = random_problem(seed, rows, columns, share)
    likelihood = np.column_stack([miss, weight])
    expected = pyehm.core.EHM2().run((likelihood > 0).astype(np.int32), likelihood)
    pair, found = solve(weight, miss, "exact")
    np.testing.assert_allclose(np.column_stack([found.miss, pair]), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", ["auto", "belief_propagation"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_and_columns_sum_to_one(seed: int, method: Method) -> None:
    pair, found = solve(*random_problem(seed, 60, 50, 0.08), method)
    np.testing.assert_allclose(pair.sum(axis=1) + found.miss, 1.0, rtol=0, atol=1e-12)
    np.testing.assert_allclose(pair.sum(axis=0) + found.free, 1.0, rtol=0, atol=2e-6)


def test_propagation_is_near_and_says_that_it_is_not_exact() -> None:
    problem = random_problem(4, 30, 30, 0.07)
    exact, found = solve(*problem, "exact")
    near, propagated = solve(*problem, "belief_propagation")
    assert found.exact
    assert not propagated.exact
    error = np.abs(near - exact)
    assert 1e-6 < error.max() < 0.25
    assert error[exact > 0].mean() < 0.02


@pytest.mark.parametrize("method", ["exact", "belief_propagation"])
def test_a_permutation_permutes(method: Method) -> None:
    weight, miss = random_problem(5, 12, 9, 0.3)
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(12), rng.permutation(9)
    pair, found = solve(weight, miss, method)
    turned, then = solve(weight[rows][:, columns], miss[rows], method)
    np.testing.assert_allclose(turned, pair[rows][:, columns], rtol=0, atol=2e-6)
    np.testing.assert_allclose(then.free, found.free[columns], rtol=0, atol=2e-6)


def test_an_impossible_candidate_changes_nothing() -> None:
    weights: dict[str, Any] = {"miss_log_weight": [0.0, -1.0], "columns": 3}
    without = marginals([0, 1, 3], [0, 0, 1], [1.0, 2.0, -1.0], **weights)
    more = marginals([0, 2, 4], [0, 2, 0, 1], [1.0, -np.inf, 2.0, -1.0], **weights)
    assert more.edge.tolist() == [without.edge[0], 0.0, *without.edge[1:]]
    assert more.miss.tolist() == without.miss.tolist()
    assert more.free.tolist() == without.free.tolist() == [*without.free[:2], 1.0]


def test_one_miss_weight_serves_all_and_columns_are_counted() -> None:
    found = marginals([0, 1, 2], [0, 3], [0.0, 0.0], miss_log_weight=0)
    assert found.edge.tolist() == [0.5, 0.5]
    assert found.free.tolist() == [0.5, 1.0, 1.0, 0.5]


def test_weights_far_beyond_the_range_of_floats() -> None:
    found = marginals([0, 2, 3], [0, 1, 0], [5000, 4250, 5000], miss_log_weight=[2000, 3000])
    np.testing.assert_allclose(found.edge, [0.0, 1.0, 1.0], rtol=0, atol=1e-300)


def test_no_rows() -> None:
    found = marginals([0], [], [], miss_log_weight=[], columns=2)
    assert (found.edge.shape, found.miss.shape, found.free.tolist()) == ((0,), (0,), [1.0, 1.0])
    assert found.exact


GOOD: dict[str, Any] = {
    "indptr": [0, 1, 2],
    "indices": [0, 0],
    "log_weight": [1.0, 2.0],
    "miss_log_weight": [0.0, 0.0],
}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"indptr": [0, 2, 1]}, dt.errors.SettingError, "found 1 after 2 at row 1"),
        ({"indices": [0, -1]}, dt.errors.SettingError, "indices must lie in 0.*found -1 at row 1"),
        ({"indices": [0.0, 1.0]}, dt.errors.DTypeError, "indices must hold whole numbers"),
        ({"indices": [0, 2], "columns": 2}, dt.errors.SettingError, "found 2 of 2 columns"),
        ({"columns": -1}, dt.errors.SettingError, r"columns must be in 0\.\.2³², found -1"),
        ({"columns": 2.5}, dt.errors.SettingError, "columns must be a whole number, found 2.5"),
        ({"log_weight": [1.0]}, dt.errors.ShapeError, r"log_weight must have shape \(2,\)"),
        ({"log_weight": [1.0, np.nan]}, dt.errors.NotFiniteError, "log_weight .* NaN at row 1"),
        ({"log_weight": [np.inf, 1.0]}, dt.errors.NotFiniteError, "log_weight .* inf at row 0"),
        ({"log_weight": ["a", "b"]}, dt.errors.DTypeError, "log_weight must hold real numbers"),
        ({"miss_log_weight": [0.0]}, dt.errors.ShapeError, r"miss_log_weight must have shape"),
        ({"miss_log_weight": np.nan}, dt.errors.NotFiniteError, "miss_log_weight must be finite"),
        ({"miss_log_weight": -np.inf}, dt.errors.SettingError, "some joint event is possible"),
        ({"method": "gibbs"}, dt.errors.SettingError, "method must be 'exact', .*found 'gibbs'"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        marginals(**(GOOD | change))


def test_a_cluster_too_large_to_be_exact_is_refused_and_propagated() -> None:
    n = 40
    problem: dict[str, Any] = {
        "indptr": np.arange(0, n * n + 1, n),
        "indices": np.tile(np.arange(n), n),
        "log_weight": np.zeros(n * n),
        "miss_log_weight": 0.0,
    }
    with pytest.raises(dt.errors.SettingError, match="a cluster of 40 rows and 40 columns"):
        marginals(**problem, method="exact")
    assert not marginals(**problem).exact
