"""Which tracks are held against which: all that can be one object, and of a crowd a few each."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente import _core
from detente.exchange import Report, SensorDescription
from detente.exchange.picture import candidates, matches
from detente.exchange.picture.crowds import MOST_ON_A_SPOT

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
TRACKER = dt.Tracker(
    motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=15.0),
)
seeds = st.integers(0, 2**32 - 1)


def _states(rng: np.random.Generator, n: int, side_m: float) -> tuple[Array, Array]:
    """Return states and covariances of all sizes."""
    mean = np.c_[rng.uniform(0.0, side_m, (n, 2)), rng.normal(0.0, 10.0, (n, 2))]
    std = 10.0 ** rng.uniform(0.0, 3.0, (n, 1, 1)) * np.array([1.0, 1.0, 0.1, 0.1])
    root = rng.normal(size=(n, 4, 4))
    cov = std * (root @ root.transpose(0, 2, 1) + np.eye(4)) * std.transpose(0, 2, 1)
    return mean, cov


@given(seeds, st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_all_pairs_within_the_gate_are_candidates(seed: int, n: int, m: int, cells: bool) -> None:
    """Against all pairs, one by one, by either way of looking."""
    rng = np.random.default_rng(seed)
    (mean_a, cov_a), (mean_b, cov_b) = _states(rng, n, 3e4), _states(rng, m, 3e4)
    usual = candidates.MOST_IN_LINE
    candidates.MOST_IN_LINE = -1 if cells else usual
    try:
        rows, columns = candidates.candidates(mean_a, cov_a, mean_b, cov_b, np.full(m, -1))
    finally:
        candidates.MOST_IN_LINE = usual
    gap = mean_b[None] - mean_a[:, None]
    spread = cov_a[:, None] + cov_b[None]
    squared = np.sum(gap * np.linalg.solve(spread, gap[..., None])[..., 0], axis=2)
    expected = np.argwhere(squared < _core.chi_square_quantile(candidates.HELD, 4.0))
    found = set(zip(rows.tolist(), columns.tolist(), strict=True))
    assert found >= {(row, column) for row, column in expected.tolist()}
    order = sorted(found)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == order


def _tracks(origin: str, mean: Array, time_ns: int) -> Report:
    n = len(mean)
    cov = np.tile(np.eye(4) * 100.0, (n, 1, 1))
    ids = np.arange(1, n + 1, dtype=np.uint64)
    return Report.tracks(origin, 0, time_ns, ids, mean, cov, np.full(n, 0.9))


@pytest.mark.parametrize("n", [300, 1_500, 4_000])
def test_tracks_on_a_spot_cost_a_few_times_what_they_cost_spread_out(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in pairs that are looked up, and pairs whose distance is worked out."""
    looked, solved = [0], [0]
    spread, near = candidates._spread, candidates.candidates  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - counted

    def counted_spread(*given_: Any) -> Any:  # noqa: ANN401 - passed through
        out = spread(*given_)
        looked[0] += len(out[0])
        return out

    def counted_near(*given_: Any) -> Any:  # noqa: ANN401 - passed through
        out = near(*given_)
        solved[0] += len(out[0])
        return out

    monkeypatch.setattr(candidates, "_spread", counted_spread)
    monkeypatch.setattr(matches, "candidates", counted_near)
    spot = np.zeros((n, 4))
    apart = spot + np.c_[1_000.0 * np.arange(n), np.zeros((n, 3))]
    for mean in (spot, apart):
        looked[0] = solved[0] = 0
        picture = dt.Picture(TRACKER)
        for time, origin in enumerate("ab"):
            picture.add(_tracks(origin, mean, time))
        assert len(picture.as_of(1)) >= n
        pairings = 2  # by the fold of the second report, and when somebody looks
        assert solved[0] <= 2 * candidates.MOST_NEAR * n * pairings
        assert looked[0] <= 2 * candidates.MOST_IN_LINE * n * pairings


@pytest.mark.parametrize("kind", ["detections", "tracklets"])
def test_a_crowd_on_a_spot_is_set_aside_and_spread_out_it_is_not(kind: str) -> None:
    radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-9)
    seen = SensorDescription.from_sensor(radar, axes=2)

    def report(places: Array, ids: NDArray[np.uint64]) -> Report:
        if kind == "detections":
            return Report.detections("south", 0, SECOND_NS, places, sensor=seen)
        n = len(places)
        y = np.tile(np.eye(2) / 100.0, (n, 1, 1))
        return Report.tracklets(
            "south", 0, SECOND_NS, track_id=ids, position_m=places,
            from_ns=SECOND_NS - 1 - np.arange(n), information=y,
            information_vector=places / 100.0, log_evidence=np.full(n, 8.0),
            is_reset=np.zeros(n, bool), sensor=seen,
        )  # fmt: skip

    rng = np.random.default_rng(1)
    for n, side_m, is_one, is_taken in (
        (8_000, 1e6, False, True),
        (8_000, 1.0, False, False),
        (8_000, 1.0, True, False),
        (MOST_ON_A_SPOT, 1.0, False, True),
    ):
        ids = np.full(n, 7, np.uint64) if is_one else np.arange(1, n + 1, dtype=np.uint64)
        picture = dt.Picture(TRACKER)
        assert picture.add(report(rng.uniform(0.0, side_m, (n, 2)), ids)) == is_taken
        for _, reason in picture.set_aside:
            assert "8,000 rows of south lie within 6 of their deviations" in reason
