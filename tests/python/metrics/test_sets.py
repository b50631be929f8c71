"""GOSPA and OSPA: against their definitions, and the laws of a metric."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import ArrayLike, NDArray
from oracle import set_metrics as oracle

import detente as dt
from detente.metrics import Gospa, Ospa, gospa, gospa_run, ospa, ospa_run

Floats = NDArray[np.float64]

CLOSE = 1e-9
GOSPA_SETTINGS = [
    (10.0, 2.0, 2.0),
    (10.0, 1.0, 2.0),
    (3.0, 3.7, 2.0),
    (10.0, 2.0, 1.0),
    (5.0, 1.5, 0.3),
]
ORDERS = [1.0, 2.0, 4.5, np.inf]


def sets(most: int) -> st.SearchStrategy[Floats]:
    """Points of the plane within 20 m; on a grid, so that distances often tie, or anywhere."""
    grid = st.integers(-5, 5).map(lambda x: 2.0 * x)
    elements = st.one_of(grid, st.floats(-10, 10, width=32))
    return st.integers(0, most).flatmap(lambda n: hnp.arrays(np.float64, (n, 2), elements=elements))


@pytest.mark.parametrize(("cutoff", "order", "alpha"), GOSPA_SETTINGS)
@settings(deadline=None, max_examples=40)
@given(truth=sets(9), estimate=sets(9))
def test_gospa_follows_its_definition(
    cutoff: float, order: float, alpha: float, truth: Floats, estimate: Floats
) -> None:
    score = gospa(truth, estimate, cutoff=cutoff, order=order, alpha=alpha)
    value, localisation, missed, false = oracle.gospa(truth, estimate, cutoff, order, alpha)
    each = cutoff**order / alpha
    assert score.value == pytest.approx(value, rel=CLOSE, abs=CLOSE)
    # where a pair stands exactly at the cutoff, both readings of the parts are optimal
    assert score.localisation + score.missed + score.false == pytest.approx(
        localisation + each * (missed + false), rel=CLOSE, abs=CLOSE
    )
    assert score.missed == pytest.approx(each * score.missed_count)
    assert score.false == pytest.approx(each * score.false_count)


@pytest.mark.parametrize(("cutoff", "order", "alpha"), GOSPA_SETTINGS)
def test_gospa_parts_follow_their_definition(cutoff: float, order: float, alpha: float) -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        truth, estimate = (rng.uniform(0, 20, (rng.integers(0, 12), 3)) for _ in range(2))
        score = gospa(truth, estimate, cutoff=cutoff, order=order, alpha=alpha)
        value, localisation, missed, false = oracle.gospa(truth, estimate, cutoff, order, alpha)
        assert score.value == pytest.approx(value, rel=CLOSE)
        assert score.localisation == pytest.approx(localisation, rel=CLOSE)
        assert (score.missed_count, score.false_count) == (missed, false)
        paired = score.estimate_row >= 0
        pairs = np.linalg.norm(truth[paired] - estimate[score.estimate_row[paired]], axis=1)
        assert np.all(pairs < cutoff)
        if alpha == 2.0:
            assert score.localisation == pytest.approx(np.sum(pairs**order), rel=CLOSE)


@settings(deadline=None, max_examples=40)
@given(truth=sets(4), estimate=sets(4))
def test_gospa_is_the_least_over_partial_assignments(truth: Floats, estimate: Floats) -> None:
    expected = oracle.gospa_over_partial_assignments(truth, estimate, 10.0, 2.0)
    assert gospa(truth, estimate, cutoff=10.0).value == pytest.approx(expected, abs=CLOSE)


@pytest.mark.parametrize("order", ORDERS)
@settings(deadline=None, max_examples=40)
@given(truth=sets(5), estimate=sets(5))
def test_ospa_follows_its_definition(order: float, truth: Floats, estimate: Floats) -> None:
    score = ospa(truth, estimate, cutoff=8.0, order=order)
    expected = oracle.ospa(truth, estimate, 8.0, order)
    assert score.value == pytest.approx(expected, rel=CLOSE, abs=CLOSE)
    if np.isfinite(order):
        assert score.value**order == pytest.approx(score.localisation + score.cardinality)
    else:
        assert score.value == max(score.localisation, score.cardinality)


def test_ospa_assigns_on_powers_not_on_distances() -> None:
    """By distances 0 + √34 is least, by squares 4² + √10²."""
    truth, estimate = [[0.0, 0.0], [4.0, 0.0]], [[4.0, 0.0], [5.0, 3.0]]
    by_squares = ospa(truth, estimate, cutoff=100.0, order=2.0)
    assert by_squares.value == pytest.approx(np.sqrt(26 / 2), rel=1e-12)
    by_distances = ospa(truth, estimate, cutoff=100.0, order=1.0)
    assert by_distances.value == pytest.approx(np.sqrt(34) / 2, rel=1e-12)


@pytest.mark.parametrize("p", [1.0, 2.0, 10.0])
def test_fine_differences_survive_a_large_cutoff(p: float) -> None:
    """Both pairings are 10⁻⁸ of the cutoff apart; the right one is exact."""
    truth = np.array([[0.0, 0.0], [1e-3, 0.0]])
    assert gospa(truth, truth, cutoff=1e5, order=p).value == 0.0
    assert ospa(truth, truth[::-1], cutoff=1e5, order=p).value == 0.0


def gospa_of_order_3(x: Floats, y: Floats, *, cutoff: float) -> Gospa:
    return gospa(x, y, cutoff=cutoff, order=3.0, alpha=1.0)


def ospa_of_largest(x: Floats, y: Floats, *, cutoff: float) -> Ospa:
    return ospa(x, y, cutoff=cutoff, order=np.inf)


@pytest.mark.parametrize("metric", [gospa, gospa_of_order_3, ospa, ospa_of_largest])
@settings(deadline=None, max_examples=40)
@given(x=sets(6), y=sets(6), z=sets(6), seed=st.integers(0, 99))
def test_they_are_metrics_of_sets(
    metric: Callable[..., Gospa | Ospa], x: Floats, y: Floats, z: Floats, seed: int
) -> None:
    def distance(a: Floats, b: Floats) -> float:
        return metric(a, b, cutoff=6.0).value

    there = distance(x, y)
    assert distance(x, x) == 0.0
    assert there >= 0.0
    assert distance(y, x) == pytest.approx(there, rel=CLOSE, abs=CLOSE)
    assert there <= distance(x, z) + distance(z, y) + CLOSE
    shuffled = np.random.default_rng(seed).permutation(x)
    assert distance(shuffled, y) == pytest.approx(there, rel=CLOSE, abs=CLOSE)


def test_a_run_is_its_frames_one_by_one() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 15, (2, 20))
    runs = [
        (rng.uniform(0, 30, (int(n.sum()), 2)), np.concatenate(([0], np.cumsum(n)))) for n in counts
    ]
    (x, x_at), (y, y_at) = runs
    run = gospa_run(runs[0], runs[1], cutoff=8.0)
    other = ospa_run(runs[0], runs[1], cutoff=8.0)
    for k in range(20):
        truth, estimate = x[x_at[k] : x_at[k + 1]], y[y_at[k] : y_at[k + 1]]
        score = gospa(truth, estimate, cutoff=8.0)
        assert (run.value[k], run.localisation[k], run.missed[k], run.false[k]) == score[:4]
        assert (run.missed_count[k], run.false_count[k]) == score[4:6]
        rows = run.estimate_row[x_at[k] : x_at[k + 1]]
        np.testing.assert_array_equal(rows[rows >= 0] - y_at[k], score.estimate_row[rows >= 0])
        np.testing.assert_array_equal(rows >= 0, score.estimate_row >= 0)
        assert other.value[k] == ospa(truth, estimate, cutoff=8.0).value


def test_empty_sets_have_a_distance() -> None:
    assert gospa([], [], cutoff=2.0).value == 0.0
    assert ospa([], [], cutoff=2.0, order=np.inf).value == 0.0
    alone = gospa([], [[1.0, 2.0, 3.0]] * 2, cutoff=3.0)
    assert (alone.value, alone.missed_count, alone.false_count) == (3.0, 0, 2)
    assert ospa([[1.0]], [], cutoff=3.0).value == 3.0


POINT = [[0.0, 0.0]]
BAD: list[tuple[Any, ArrayLike, dict[str, float], type[Exception], str]] = [
    ([0.0, 1.0], POINT, {}, dt.errors.ShapeError, r"truth must have shape \(n, d\)"),
    (
        POINT,
        [[0.0]],
        {},
        dt.errors.ShapeError,
        r"estimate must have shape \(2,\), found \(1,\)",
    ),
    ([[]], [[]], {}, dt.errors.ShapeError, "d ≥ 1"),
    (
        POINT,
        [[np.nan, 0.0]],
        {},
        dt.errors.NotFiniteError,
        "estimate must be finite, found NaN",
    ),
    ([["a", "b"]], POINT, {}, dt.errors.DTypeError, "truth must hold real numbers"),
    (POINT, POINT, {"cutoff": 0.0}, dt.errors.SettingError, "cutoff must be positive"),
    (POINT, POINT, {"cutoff": np.inf}, dt.errors.SettingError, "cutoff must be positive"),
    (POINT, POINT, {"order": 0.9}, dt.errors.SettingError, "order must be .*at least 1"),
    (POINT, POINT, {"order": np.nan}, dt.errors.SettingError, "order must be .*at least 1"),
    (
        POINT,
        POINT,
        {"cutoff": 1e9, "order": 99.0},
        dt.errors.SettingError,
        "raised to the order",
    ),
]


@pytest.mark.parametrize(("truth", "estimate", "setting", "error", "message"), BAD)
def test_bad_input_is_refused(
    truth: ArrayLike,
    estimate: ArrayLike,
    setting: dict[str, float],
    error: type[Exception],
    message: str,
) -> None:
    for score in (gospa, ospa):
        with pytest.raises(error, match=message):
            score(truth, estimate, **({"cutoff": 5.0} | setting))


def test_gospa_alone_refuses() -> None:
    for alpha in (0.0, 2.1, np.nan):
        with pytest.raises(dt.errors.SettingError, match="alpha must be above 0 and at most 2"):
            gospa(POINT, POINT, cutoff=5.0, alpha=alpha)
    with pytest.raises(dt.errors.SettingError, match="order must be finite"):
        gospa(POINT, POINT, cutoff=5.0, order=np.inf)


@pytest.mark.parametrize(
    ("offsets", "error", "message"),
    [
        ([0, 2], dt.errors.SettingError, "the offsets of truth must be non-decreasing from 0"),
        ([1, 1], dt.errors.SettingError, "found 1 to 1 for 1 positions"),
        ([0, 1, 0, 1], dt.errors.SettingError, "with a decrease"),
        ([], dt.errors.SettingError, "found nothing to nothing"),
        ([0, 0, 1], dt.errors.ShapeError, r"the offsets of estimate must have shape \(3,\)"),
        ([0, 0.5, 1], dt.errors.DTypeError, "the offsets of truth must hold whole numbers"),
    ],
)
def test_bad_offsets_are_refused(offsets: ArrayLike, error: type[Exception], message: str) -> None:
    for score in (gospa_run, ospa_run):
        with pytest.raises(error, match=message):
            score((POINT, offsets), (POINT, [0, 1]), cutoff=5.0)
