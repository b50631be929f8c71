"""The k best assignments: against enumeration, and their laws from Python."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.joint_events import costs_of_all

import detente as dt
from detente.association import assign, k_best

Floats = NDArray[np.float64]


def random_problem(seed: int, rows: int, columns: int, share: float) -> tuple[Floats, Floats]:
    """Costs in tenths, +∞ where there is no candidate, and what misses cost."""
    rng = np.random.default_rng(seed)
    cost = rng.integers(-50, 50, (rows, columns)) / 10
    return np.where(rng.random(cost.shape) < share, cost, np.inf), rng.integers(0, 40, rows) / 10


def every_pair(rows: int, columns: int) -> tuple[list[int], list[int]]:
    """Compressed rows of a full matrix."""
    return list(range(0, rows * columns + 1, columns)), [*range(columns)] * rows


def solve(cost: Floats, miss_cost: Floats, k: int) -> dt.association.KBest:
    """Every entry of the matrix is a candidate, some of them forbidden."""
    indptr, indices = every_pair(len(cost), len(cost[0]))
    return k_best(indptr, indices, cost.ravel(), miss_cost=miss_cost, k=k)


@settings(deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 5),
    st.integers(1, 4),
    st.sampled_from([0.3, 0.7, 1.0]),
    st.integers(1, 300),
)
def test_the_costs_are_those_of_enumeration(
    seed: int, rows: int, columns: int, share: float, k: int
) -> None:
    cost, miss_cost = random_problem(seed, rows, columns, share)
    expected = costs_of_all(cost, miss_cost)[:k]
    np.testing.assert_allclose(solve(cost, miss_cost, k).cost, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_costs_never_fall_and_nothing_comes_twice(seed: int) -> None:
    cost, miss_cost = random_problem(seed, 40, 30, 0.3)
    found = solve(cost, miss_cost, 200)
    assert found.column.shape == (200, 40)
    assert np.all(np.diff(found.cost) >= 0)
    assert len({tuple(column) for column in found.column.tolist()}) == 200
    for column, total in zip(found.column, found.cost, strict=True):
        taken = column[column >= 0]
        assert len(set(taken.tolist())) == len(taken)
        paid = np.where(column < 0, miss_cost, cost[np.arange(40), column])
        assert paid.sum() == pytest.approx(total, abs=1e-12)


def test_the_first_is_the_assignment() -> None:
    cost, miss_cost = random_problem(7, 30, 30, 1.0)
    indptr, indices = every_pair(30, 30)
    first = solve(cost, miss_cost, 1)
    assert first.cost[0] == assign(indptr, indices, cost.ravel(), miss_cost=miss_cost).cost


def test_a_candidate_dearer_than_the_miss_counts() -> None:
    found = k_best([0, 1], [0], [7.0], miss_cost=2.0, k=9)
    assert found.column.tolist() == [[-1], [0]]
    assert found.cost.tolist() == [2.0, 7.0]


@pytest.mark.parametrize("far", [10**6, 2**32 - 1])
def test_columns_may_be_numbered_sparsely(far: int) -> None:
    found = k_best([0, 2, 3], [far, 7, far], [1.0, 3.0, 1.5], miss_cost=9.0, k=2)
    assert found.column.tolist() == [[7, far], [far, -1]]
    assert found.cost.tolist() == [4.5, 10.0]


def test_no_rows() -> None:
    found = k_best([0], [], [], miss_cost=[], k=3)
    assert found.column.shape == (1, 0)
    assert found.cost.tolist() == [0.0]


GOOD: dict[str, Any] = {
    "indptr": [0, 1, 2],
    "indices": [0, 1],
    "cost": [1.0, 2.0],
    "miss_cost": [5.0, 5.0],
    "k": 3,
}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"k": 0}, dt.errors.SettingError, r"k must be in 1\.\.2³², found 0"),
        ({"k": 1.5}, dt.errors.SettingError, "k must be a whole number, found 1.5"),
        ({"columns": 1}, dt.errors.SettingError, "found 1 of 1 columns"),
        ({"columns": "2"}, dt.errors.SettingError, "columns must be a whole number, found '2'"),
        ({"indptr": [0, 2, 1]}, dt.errors.SettingError, "found 1 after 2 at row 1"),
        ({"indices": [0, -1]}, dt.errors.SettingError, "indices must lie in 0.*found -1 at row 1"),
        ({"indices": [0.0, 1.0]}, dt.errors.DTypeError, "indices must hold whole numbers"),
        ({"cost": [1.0]}, dt.errors.ShapeError, r"cost must have shape \(2,\), found \(1,\)"),
        ({"cost": [1.0, np.nan]}, dt.errors.NotFiniteError, "cost must be finite, found NaN"),
        ({"cost": [-np.inf, 1.0]}, dt.errors.NotFiniteError, "cost must be finite, found -inf"),
        ({"miss_cost": np.inf}, dt.errors.NotFiniteError, "miss_cost must be finite, found inf"),
        ({"miss_cost": [5.0]}, dt.errors.ShapeError, r"miss_cost must have shape \(2,\)"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        k_best(**(GOOD | change))
