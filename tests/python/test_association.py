"""Assignment: against enumeration and scipy, and its laws from Python."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.assignment import dense_from_sparse, least_cost_by_enumeration, least_cost_by_scipy

import detente as dt
from detente.association import assign

Problem = tuple[list[int], list[int], list[float], list[float]]


@st.composite
def problems(draw: st.DrawFn, *, rows: int, columns: int, candidates: int) -> Problem:
    """Compressed rows and miss costs; small whole numbers, so that ties are common."""
    n = draw(st.integers(0, rows))
    cost = st.integers(-9, 9).map(float) | st.just(np.inf)
    edge = st.tuples(st.integers(0, columns - 1), cost)
    lists = draw(st.lists(st.lists(edge, max_size=candidates), min_size=n, max_size=n))
    miss = draw(st.lists(st.integers(-3, 9).map(float), min_size=n, max_size=n))
    indptr = [0, *np.cumsum([len(edges) for edges in lists]).tolist()]
    edges = [edge for row in lists for edge in row]
    return indptr, [column for column, _ in edges], [cost for _, cost in edges], miss


def random_problem(seed: int, n: int, columns: int, candidates: int) -> Problem:
    rng = np.random.default_rng(seed)
    indices = np.concatenate(
        [rng.choice(columns, candidates, replace=False) for _ in range(n)]
    ).tolist()
    indptr = np.arange(0, n * candidates + 1, candidates).tolist()
    return indptr, indices, rng.normal(0, 5, n * candidates).tolist(), rng.uniform(0, 5, n).tolist()


def cost_of(problem: Problem, column: list[int]) -> float:
    """Return what the columns cost by the caller's arrays; fails if one is taken twice."""
    indptr, indices, cost, miss_cost = problem
    dense = dense_from_sparse(indptr, indices, cost, max([*indices, 0]) + 1)
    taken = [j for j in column if j >= 0]
    assert len(taken) == len(set(taken))
    return sum(miss_cost[i] if j < 0 else float(dense[i, j]) for i, j in enumerate(column))


@settings(deadline=None)
@given(problems(rows=6, columns=6, candidates=4))
def test_no_choice_is_cheaper(problem: Problem) -> None:
    indptr, indices, cost, miss_cost = problem
    found = assign(indptr, indices, cost, miss_cost=miss_cost)
    dense = dense_from_sparse(indptr, indices, cost, 6)
    assert found.cost == least_cost_by_enumeration(dense, np.array(miss_cost))
    assert cost_of(problem, found.column.tolist()) == found.cost


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("n", "columns"), [(30, 20), (200, 300), (300, 60)])
def test_the_cost_is_that_of_scipy(seed: int, n: int, columns: int) -> None:
    problem = random_problem(seed, n, columns, 6)
    indptr, indices, cost, miss_cost = problem
    found = assign(indptr, indices, cost, miss_cost=miss_cost)
    dense = dense_from_sparse(indptr, indices, cost, columns)
    assert found.cost == pytest.approx(
        least_cost_by_scipy(dense, np.array(miss_cost)), rel=1e-12, abs=1e-9
    )
    assert cost_of(problem, found.column.tolist()) == pytest.approx(found.cost, abs=1e-9)


def test_the_same_problem_has_the_same_solution_whatever_the_integer_type() -> None:
    indptr, indices, cost, miss_cost = random_problem(1, 50, 40, 5)
    first = assign(indptr, indices, cost, miss_cost=miss_cost)
    again = assign(
        np.array(indptr, np.int32), np.array(indices, np.uint16), cost, miss_cost=miss_cost
    )
    assert first.column.dtype == np.int64
    np.testing.assert_array_equal(first.column, again.column)
    assert first.cost == again.cost


@pytest.mark.parametrize("far", [10**6, 2**32 - 2, 2**32 - 1])
def test_columns_may_be_numbered_sparsely(far: int) -> None:
    found = assign([0, 2, 3], [far, 7, far], [1.0, 3.0, 1.5], miss_cost=9.0)
    assert found.column.tolist() == [7, far]
    assert found.cost == 4.5


def test_one_miss_cost_serves_all_rows() -> None:
    indptr, indices, cost, _ = random_problem(2, 20, 10, 4)
    one = assign(indptr, indices, cost, miss_cost=1)
    each = assign(indptr, indices, cost, miss_cost=np.ones(20))
    np.testing.assert_array_equal(one.column, each.column)


def test_no_rows_and_no_candidates() -> None:
    assert assign([0], [], [], miss_cost=[]).column.shape == (0,)
    found = assign([0, 0, 0], [], [], miss_cost=[2.0, 3.0])
    assert found.column.tolist() == [-1, -1]
    assert found.cost == 5.0


GOOD: dict[str, Any] = {
    "indptr": [0, 1, 2],
    "indices": [0, 1],
    "cost": [1.0, 2.0],
    "miss_cost": [5.0, 5.0],
}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"indptr": [0, 2, 1]}, dt.errors.SettingError, "found 1 after 2 at row 1"),
        ({"indptr": [1, 1, 2]}, dt.errors.SettingError, "found 1 at its start"),
        ({"indptr": [0, 1, 1]}, dt.errors.SettingError, "found 1 at its end with 2 edges"),
        ({"indptr": [0, -1, 2]}, dt.errors.SettingError, "indptr must lie in 0.*found -1 at row 1"),
        ({"indptr": [], "miss_cost": []}, dt.errors.SettingError, "no rows need one entry, 0"),
        ({"indptr": [0, 2]}, dt.errors.ShapeError, r"miss_cost must have shape \(1,\)"),
        ({"indices": [0, -1]}, dt.errors.SettingError, "indices must lie in 0.*found -1 at row 1"),
        ({"indices": [0, 2**32]}, dt.errors.SettingError, "indices must lie in 0..4294967296"),
        ({"indices": [0.0, 1.0]}, dt.errors.DTypeError, "indices must hold whole numbers"),
        ({"indices": [0]}, dt.errors.ShapeError, r"cost must have shape \(1,\), found \(2,\)"),
        (
            {"cost": [1.0, np.nan]},
            dt.errors.NotFiniteError,
            "cost must be finite, found NaN at row 1",
        ),
        ({"cost": [-np.inf, 1.0]}, dt.errors.NotFiniteError, "cost must be finite, found -inf"),
        ({"cost": ["a", "b"]}, dt.errors.DTypeError, "cost must hold real numbers"),
        ({"miss_cost": np.inf}, dt.errors.NotFiniteError, "miss_cost must be finite, found inf"),
        ({"miss_cost": [5.0]}, dt.errors.ShapeError, r"miss_cost must have shape \(2,\)"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        assign(**(GOOD | change))
