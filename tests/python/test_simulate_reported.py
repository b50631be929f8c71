"""Truth out of reports: an oracle for the fit and the spline, laws, and a turn that stays one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicHermiteSpline

import detente as dt
from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.simulate import truth_from_reports

SETTINGS = {"longest_gap_s": 60.0, "position_std_m": 100.0, "velocity_std_m_s": 2.0}


def reports(time_s: Any, state: Any, who: str = "a") -> dict[str, np.ndarray]:  # noqa: ANN401
    state = np.asarray(state, float)
    return {
        "time_s": np.asarray(time_s, float),
        "identity": np.full(len(state), who, object),
        **dict(zip(("x_m", "y_m", "vx_m_s", "vy_m_s"), state.T, strict=True)),
    }


def joined(*parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def random_reports(seed: int, n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return reports(np.cumsum(rng.uniform(1.0, 20.0, n)), rng.normal(0.0, 300.0, (n, 4)))


@pytest.mark.parametrize("n", [2, 3, 12])
@pytest.mark.parametrize("unknown", [None, 1])
def test_against_dense_least_squares_and_scipy(n: int, unknown: int | None) -> None:
    given_rows = random_reports(n, n)
    if unknown is not None:
        given_rows["vx_m_s"][unknown] = np.nan
    t = given_rows["time_s"]
    z = np.stack([given_rows["x_m"], given_rows["y_m"]], axis=1)
    u = np.stack([given_rows["vx_m_s"], given_rows["vy_m_s"]], axis=1)
    rows, right = [np.eye(n) / 100.0], [z / 100.0]
    for k, h in enumerate(np.diff(t)):
        if np.isfinite(u[k : k + 2]).all():
            line = np.zeros((1, n))
            line[0, k : k + 2] = [-1.0, 1.0]
            rows.append(line / (2.0 * h))
            right.append(0.5 * (u[k] + u[k + 1])[None] * h / (2.0 * h))
    p, *_ = np.linalg.lstsq(np.concatenate(rows), np.concatenate(right), rcond=None)
    if n > 2:  # of three points, NumPy's gradient is that of their parabola
        slope = np.gradient(p, t, axis=0, edge_order=2)
    else:
        slope = np.repeat(np.diff(p, axis=0) / np.diff(t)[:, None], 2, axis=0)
    spline = CubicHermiteSpline(t, p, slope)
    grid = np.linspace(t[0] - 5.0, t[-1] + 5.0, 97)
    truth = truth_from_reports(given_rows, times_s=grid, **SETTINGS)
    seen = (grid >= t[0]) & (grid <= t[-1])
    np.testing.assert_array_equal(truth.present[:, 0], seen)
    np.testing.assert_allclose(truth.states[seen, 0, :2], spline(grid[seen]), atol=1e-8)
    velocity = spline.derivative()(grid[seen])
    np.testing.assert_allclose(truth.states[seen, 0, 2:], velocity, atol=1e-8)


def test_a_turn_stays_a_turn_when_clocks_jitter() -> None:
    rng = np.random.default_rng(3)

    def flight(t: np.ndarray) -> np.ndarray:  # 230 m/s, a turn of 1.5°/s between two straights
        angle = np.deg2rad(1.5) * np.clip(t - 100.0, 0.0, 60.0)
        speed = 230.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        fine = np.arange(0.0, 301.0, 0.01)
        turned = np.deg2rad(1.5) * np.clip(fine - 100.0, 0.0, 60.0)
        path = 2.3 * np.cumsum(np.stack([np.cos(turned), np.sin(turned)], axis=1), axis=0)
        place = np.stack([np.interp(t, fine + 0.01, path[:, i]) for i in (0, 1)], axis=1)
        return np.concatenate([place, speed], axis=1)

    t = np.arange(0.0, 301.0, 10.0)
    told = flight(t)
    told[:, :2] = flight(np.clip(t + rng.uniform(-1.0, 1.0, len(t)), 0.0, 300.0))[:, :2]
    grid = np.arange(20.0, 281.0, 4.0)
    exact = flight(grid)
    truth = truth_from_reports(reports(t, told), times_s=grid, **SETTINGS).states[:, 0]
    raw_m = np.stack([np.interp(grid, t, told[:, i]) for i in (0, 1)], axis=1) - exact[:, :2]
    off_m = truth[:, :2] - exact[:, :2]
    assert np.sqrt((off_m**2).mean()) < 0.6 * np.sqrt((raw_m**2).mean())
    acceleration = np.linalg.norm(np.diff(truth[:, 2:], axis=0) / 4.0, axis=1)
    assert acceleration.max() < 9.0  # the turn itself has 6 m/s²; joined reports leap by 40 m/s
    assert np.abs(np.linalg.norm(truth[:, 2:], axis=1) / 230.0 - 1.0).max() < 0.1


@given(st.integers(0, 1000), st.integers(2, 9), st.randoms(use_true_random=False))
def test_the_order_of_reports_does_not_matter(seed: int, n: int, shuffle: Any) -> None:  # noqa: ANN401
    rows = joined(random_reports(seed, n), random_reports(seed + 1, n) | {"identity": ["b"] * n})
    order = list(range(2 * n))
    shuffle.shuffle(order)
    mixed = {name: np.asarray(column, object if name == "identity" else float)[order]
             for name, column in rows.items()}  # fmt: skip
    grid = np.arange(0.0, 180.0, 4.0)
    one = truth_from_reports(rows, times_s=grid, **SETTINGS)
    other = truth_from_reports(mixed, times_s=grid, **SETTINGS)
    np.testing.assert_array_equal(one.states, other.states)


@given(st.floats(-300.0, 300.0), st.floats(-300.0, 300.0), st.integers(2, 20))
def test_a_straight_flight_is_left_as_it_is(vx: float, vy: float, n: int) -> None:
    t = np.cumsum(np.linspace(1.0, 9.0, n))
    state = np.stack([5.0 + vx * t, vy * t, np.full(n, vx), np.full(n, vy)], axis=1)
    grid = np.linspace(t[0], t[-1], 23)
    truth = truth_from_reports(reports(t, state), times_s=grid, **SETTINGS)
    here = truth.present[:, 0]  # rounding may put the last point outside
    expected = np.stack([5.0 + vx * grid, vy * grid, 0 * grid + vx, 0 * grid + vy], axis=1)
    np.testing.assert_allclose(truth.states[here, 0], expected[here], atol=1e-6)
    assert here[:-1].all()


def test_silence_ends_a_target_and_a_single_report_makes_none() -> None:
    t = np.array([0.0, 10.0, 20.0, 100.0, 110.0, 400.0])
    state = np.stack([t, 0 * t, 1.0 + 0 * t, 0 * t], axis=1)
    rows = joined(reports(t, state), reports([5.0, 15.0], state[:2], "b"))
    grid = np.arange(0.0, 500.0, 5.0)
    truth = truth_from_reports(rows, times_s=grid, **SETTINGS)
    spans = [grid[here][[0, -1]].tolist() for here in truth.present.T]
    assert spans == [[0.0, 20.0], [5.0, 15.0], [100.0, 110.0]]
    assert np.isnan(truth.states[~truth.present]).all()
    late = truth_from_reports(rows, times_s=[105.0], **SETTINGS)
    assert late.states.shape == (1, 1, 4)


def test_heights_and_repeated_times() -> None:
    t = np.array([0.0, 10.0, 10.0, 20.0])
    rows = reports(t, np.stack([t, t, 1 + 0 * t, 1 + 0 * t], axis=1))
    rows |= {"z_m": 2 * t, "vz_m_s": 0 * t + 2.0}
    truth = truth_from_reports(rows, times_s=[5.0], **SETTINGS)
    assert truth.axes == 3
    np.testing.assert_allclose(truth.states[0, 0], [5.0, 5.0, 10.0, 1.0, 1.0, 2.0])


def test_a_radar_sees_what_was_reported() -> None:
    t = np.arange(0.0, 401.0, 10.0)
    rows = joined(
        *(
            reports(t, np.stack([200 * t, 0 * t + k, 0 * t + 200, 0 * t], axis=1), f"f{k}")
            for k in (0, 9000, 18_000)
        )
    )
    truth = truth_from_reports(rows, times_s=np.arange(0.0, 401.0, 4.0), **SETTINGS)
    radar = dt.PositionSensor(std_m=100.0, detection_probability=0.9, clutter_density=5e-8)
    scans = dt.simulate.detections(truth, radar, region=[[0.0, 1e5], [-1e4, 3e4]], seed=2)
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=1.0),
        birth=dt.Birth(rate_density=1e-13, initial_density=1e-9, velocity_std_m_s=165.0),
        association="jpda",
    )
    for time_s, positions_m in scans:
        tracks = tracker.step(time_s, positions_m, sensor=radar)
    found = tracks.confirmed().mean
    assert dt.metrics.gospa(truth.states[-1, :, :2], found[:, :2], cutoff=1000.0).missed_count == 0


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"longest_gap_s": 0.0}, SettingError, "longest_gap_s must be positive and finite"),
        ({"position_std_m": -1.0}, SettingError, "position_std_m must be positive"),
        ({"velocity_std_m_s": np.inf}, SettingError, "velocity_std_m_s must be positive"),
        ({"times_s": [1.0, 0.0]}, ShapeError, "times_s must be .* not decreasing"),
        ({"times_s": 1.0}, ShapeError, "times_s must be"),
    ],
)
def test_settings_out_of_range(change: Any, error: type[Exception], message: str) -> None:  # noqa: ANN401
    with pytest.raises(error, match=message):
        truth_from_reports(random_reports(0, 3), **({"times_s": [1.0]} | SETTINGS | change))


def test_rows_that_cannot_be_used() -> None:
    rows = random_reports(0, 3)
    with pytest.raises(SettingError, match="reports must have the columns vy_m_s; the columns are"):
        truth_from_reports(
            {name: rows[name] for name in rows if name != "vy_m_s"}, times_s=[1.0], **SETTINGS
        )
    rows["x_m"][1] = np.nan
    with pytest.raises(NotFiniteError, match="times and places of reports must be finite"):
        truth_from_reports(rows, times_s=[1.0], **SETTINGS)
