"""Simulated truth and detections have the statistics that their settings promise."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

import detente as dt
from detente.errors import NotFiniteError, SettingError, ShapeError, TimeOrderError

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
ONCE_IN_A_MILLION = 1e-6


BEARING = dt.UserSensor(
    measure=lambda states: np.arctan2(states[:, :1], states[:, 1:2]),
    cov=[[0.01]],
    angular=[True],
    component_names=["bearing_rad"],
    detection_probability=0.7,
    clutter_density=2.0,
)


def likely_chi_square(total: float, freedom: int) -> bool:
    """Whether neither tail is shorter than one in a million."""
    tail = float(stats.chi2(freedom).sf(total))
    return ONCE_IN_A_MILLION < tail < 1.0 - ONCE_IN_A_MILLION


def covariance_is(sample: NDArray[np.float64], expected: NDArray[np.float64]) -> bool:
    """Whitened, n squared lengths of a d-vector sum to a chi-square of n·d degrees."""
    whitened = np.linalg.solve(np.linalg.cholesky(expected), sample.T)
    # each correlation of a whitened pair is normal with deviation 1/√n
    gram = whitened @ whitened.T / len(sample)
    largest = float(np.abs(np.triu(gram, 1)).max())
    total = float((whitened**2).sum())
    return likely_chi_square(total, whitened.size) and largest < 5.5 / len(sample) ** 0.5


@pytest.mark.parametrize("dt_s", [0.1, 1.0, 30.0])
def test_process_noise_has_the_covariance_of_the_motion(dt_s: float) -> None:
    start = np.zeros((20_000, 4))
    truth = dt.simulate.truth(MOTION, times_s=[0.0, dt_s], initial_states=start, seed=1)
    assert covariance_is(truth.states[1], MOTION.noise(dt_s))
    assert not covariance_is(truth.states[1], 1.05 * MOTION.noise(dt_s))


def test_two_short_steps_spread_like_a_long_one() -> None:
    start = np.zeros((20_000, 4))
    truth = dt.simulate.truth(MOTION, times_s=[5.0, 5.5, 7.0], initial_states=start, seed=2)
    assert covariance_is(truth.states[2], MOTION.noise(2.0))


def test_targets_follow_the_transition() -> None:
    start = np.tile([10.0, -20.0, 3.0, 4.0], (20_000, 1))
    truth = dt.simulate.truth(MOTION, times_s=[0.0, 10.0], initial_states=start, seed=3)
    expected = MOTION.transition(10.0) @ start[0]
    deviation = np.sqrt(np.diag(MOTION.noise(10.0)) / len(start))
    assert np.all(np.abs(truth.states[1].mean(axis=0) - expected) < 5.5 * deviation)


def test_nothing_moves_between_equal_times() -> None:
    truth = dt.simulate.truth(
        MOTION, times_s=[1.0, 1.0], initial_states=[[1.0, 2.0, 3.0, 4.0]], seed=0
    )
    assert np.array_equal(truth.states[0], truth.states[1])


def test_births_and_deaths_are_as_often_as_asked() -> None:
    truth = dt.simulate.truth(
        MOTION,
        times_s=np.arange(2001.0),
        initial_states=np.zeros((0, 4)),
        birth_rate_per_s=0.5,
        birth_mean=[100.0, 0.0, 0.0, 5.0],
        birth_cov=np.diag([4.0, 9.0, 1.0, 0.0]),
        survival_per_s=0.95,
        seed=4,
    )
    born = truth.present.shape[1]
    assert stats.poisson(0.5 * 2000).sf(born - 1) > ONCE_IN_A_MILLION
    assert stats.poisson(0.5 * 2000).cdf(born) > ONCE_IN_A_MILLION
    first = np.argmax(truth.present, axis=0)
    entering = truth.states[first, np.arange(born)]
    assert np.array_equal(entering[:, 3], np.full(born, 5.0))
    assert covariance_is(entering[:, :3] - [100.0, 0.0, 0.0], np.diag([4.0, 9.0, 1.0]))
    # a scan later 95 % are alive
    chances = int(truth.present[:-1].sum())
    survived = int((truth.present[:-1] & truth.present[1:]).sum())
    assert stats.binomtest(survived, chances, 0.95).pvalue > ONCE_IN_A_MILLION


@given(
    seed=st.integers(0, 2**32),
    rate=st.floats(0.0, 2.0),
    survival=st.floats(0.1, 1.0),
    gaps=st.lists(st.floats(0.0, 100.0), min_size=1, max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_a_life_is_one_interval_and_its_states_are_finite(
    seed: int, rate: float, survival: float, gaps: list[float]
) -> None:
    truth = dt.simulate.truth(
        MOTION,
        times_s=np.cumsum(gaps),
        initial_states=np.zeros((3, 4)),
        birth_rate_per_s=rate,
        birth_mean=np.zeros(4),
        birth_cov=np.eye(4),
        survival_per_s=survival,
        seed=seed,
    )
    assert np.array_equal(np.isfinite(truth.states).all(axis=2), truth.present)
    assert truth.present[0, :3].all()
    changes = np.diff(np.pad(truth.present, ((1, 1), (0, 0))).astype(int), axis=0)
    assert np.array_equal((changes == 1).sum(axis=0), np.ones(truth.present.shape[1]))


def test_the_number_of_detections_is_binomial_and_their_error_has_the_covariance() -> None:
    crowd = dt.simulate.scenario("crowd", targets=200, steps=100, seed=5)
    found, scans = crowd.detections, len(crowd.detections)
    real = found.origin >= 0
    assert stats.binomtest(int(real.sum()), 200 * scans, 0.9).pvalue > ONCE_IN_A_MILLION
    step = np.repeat(np.arange(scans), np.diff(found.offsets))
    error = found.measurements[real] - crowd.truth.states[step[real], found.origin[real], :2]
    assert covariance_is(error, 100.0 * np.eye(2))


def test_clutter_is_poisson_and_uniform() -> None:
    crowd = dt.simulate.scenario("crowd", targets=200, steps=200, seed=6)
    found, clutter = crowd.detections, crowd.detections.origin < 0
    step = np.repeat(np.arange(200), np.diff(found.offsets))
    counts = np.bincount(step[clutter], minlength=200)
    dispersion = float(((counts - 200.0) ** 2 / 200.0).sum())
    assert likely_chi_square(dispersion, 200)
    east, north = found.measurements[clutter].T
    cells = np.histogram2d(east, north, bins=20, range=crowd.region_m.tolist())[0]
    assert cells.sum() == clutter.sum()
    assert stats.chisquare(cells.ravel()).pvalue > ONCE_IN_A_MILLION


def test_each_target_is_detected_at_most_once_a_scan_and_only_while_present() -> None:
    meeting = dt.simulate.scenario("coalescing", seed=8)
    found = meeting.detections
    step = np.repeat(np.arange(81), np.diff(found.offsets))
    real = found.origin >= 0
    pairs = np.column_stack([step[real], found.origin[real]])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert meeting.truth.present[pairs[:, 0], pairs[:, 1]].all()


def test_the_order_within_a_scan_tells_nothing() -> None:
    crowd = dt.simulate.scenario("crowd", targets=100, steps=100, seed=9)
    step = np.repeat(np.arange(100), np.diff(crowd.detections.offsets))
    place = np.arange(len(step)) - crowd.detections.offsets[step]
    real = crowd.detections.origin >= 0
    assert stats.ks_2samp(place[real], place[~real]).pvalue > 0.001


def test_a_users_own_sensor_is_simulated() -> None:
    truth = dt.simulate.truth(
        MOTION, times_s=np.arange(500.0), initial_states=np.ones((2, 4)), seed=10
    )
    found = dt.simulate.detections(truth, BEARING, region=[[-np.pi, np.pi]], seed=11)
    assert found.measurements.shape == (found.offsets[-1], 1)
    assert stats.binomtest(int((found.origin >= 0).sum()), 1000, 0.7).pvalue > ONCE_IN_A_MILLION
    false, mean = int((found.origin < 0).sum()), 2.0 * 2 * np.pi * 500
    assert abs(false - mean) < 5.0 * mean**0.5


def test_angles_stay_in_one_turn() -> None:
    south = np.tile([0.0, -1000.0, 0.0, 0.0], (1000, 1))
    truth = dt.simulate.truth(MOTION, times_s=[0.0], initial_states=south, seed=16)
    found = dt.simulate.detections(truth, BEARING, region=[[-np.pi, np.pi]], seed=17)
    bearing_rad = found.measurements[found.origin >= 0, 0]
    assert np.all((bearing_rad >= -np.pi) & (bearing_rad < np.pi))
    # due south is ±π: the errors go both ways
    assert stats.binomtest(int((bearing_rad > 0).sum()), len(bearing_rad)).pvalue > 1e-6
    assert abs(float(np.mean(bearing_rad % (2 * np.pi))) - np.pi) < 5.0 * 0.1 / 700**0.5


def test_a_sector_sees_nothing_outside() -> None:
    rng = np.random.Generator(np.random.PCG64(18))
    start = np.hstack([rng.uniform(-500.0, 500.0, (2000, 2)), np.zeros((2000, 2))])
    truth = dt.simulate.truth(MOTION, times_s=[0.0], initial_states=start, seed=19)
    eastward = dt.PositionSensor(
        std_m=1.0,
        detection_probability=1.0,
        coverage=dt.Sector(range_m=400.0, bearing_rad=0.0, width_rad=np.pi / 2),
        pose=dt.Pose(position_m=(100.0, 0.0), heading_rad=np.pi / 2),
    )
    found = dt.simulate.detections(truth, eastward, region=[[0, 1], [0, 1]], seed=20)
    east, north = start[:, 0] - 100.0, start[:, 1]
    inside = (east > np.abs(north)) & (np.hypot(east, north) <= 400.0)
    assert np.array_equal(np.sort(found.origin), np.flatnonzero(inside))


def test_reports_come_as_often_as_they_should() -> None:
    truth = dt.simulate.truth(
        MOTION, times_s=np.arange(0.0, 1000.0, 2.0), initial_states=np.zeros((40, 4)), seed=21
    )
    ais = dt.PositionSensor(std_m=5.0, report_rate_per_s=0.3, clutter_density=0.01)
    found = dt.simulate.detections(truth, ais, region=[[0.0, 10.0], [0.0, 10.0]], seed=22)
    assert found.offsets[1] == 0
    reports = int((found.origin >= 0).sum())
    assert stats.binomtest(reports, 40 * 499, 1.0 - np.exp(-0.6)).pvalue > ONCE_IN_A_MILLION
    false, mean = int((found.origin < 0).sum()), 0.01 * 100.0 * 2.0 * 499
    assert abs(false - mean) < 5.0 * mean**0.5


def test_a_users_own_motion_is_simulated() -> None:
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    circling = dt.UserMotion(
        axes=1,
        dim=2,
        transition=lambda states, dt_s: np.where(dt_s[:, None] > 0, states @ turn, states),
        noise=lambda dt_s: dt_s[:, None, None] * np.diag([4.0, 1.0]),
    )
    start = np.tile([3.0, 5.0], (5000, 1))
    truth = dt.simulate.truth(circling, times_s=[0.0, 2.0], initial_states=start, seed=23)
    assert covariance_is(truth.states[1] - start @ turn, np.diag([8.0, 2.0]))
    assert truth.axes == 1


def test_scans_are_the_slices_of_the_offsets() -> None:
    meeting = dt.simulate.scenario("coalescing", seed=12)
    scans = list(meeting.detections)
    assert len(scans) == len(meeting.detections) == 81
    assert [time_s for time_s, _ in scans] == meeting.truth.times_s.tolist()
    assert np.array_equal(np.vstack([z for _, z in scans]), meeting.detections.measurements)


@pytest.mark.parametrize("name", ["crowd", "coalescing"])
def test_one_seed_gives_one_scenario(name: str) -> None:
    first, again, other = (dt.simulate.scenario(name, seed=seed) for seed in (13, 13, 14))
    assert np.array_equal(first.truth.states, again.truth.states, equal_nan=True)
    assert np.array_equal(first.detections.measurements, again.detections.measurements)
    assert np.array_equal(first.detections.origin, again.detections.origin)
    assert not np.array_equal(first.truth.states[0], other.truth.states[0])


def test_the_crowd_is_as_described() -> None:
    crowd = dt.simulate.scenario("crowd", targets=40, steps=30, seed=15)
    assert crowd.truth.states.shape == (30, 40, 4)
    assert crowd.truth.present.all()
    assert np.array_equal(crowd.region_m, [[0.0, 2000.0], [0.0, 2000.0]])
    assert np.isclose(crowd.sensor.clutter_density * 2000.0**2, 40.0)
    assert np.array_equal(np.diff(crowd.truth.times_s), np.ones(29))


def test_the_four_meet_in_the_middle_and_one_leaves() -> None:
    runs = [dt.simulate.scenario("coalescing", seed=seed) for seed in range(200)]
    centre = [150.0, 150.0, 0.0, 0.0]
    assert all(run.truth.present[:40, 0].all() for run in runs)
    assert not any(run.truth.present[40:, 0].any() for run in runs)
    start, noise = 0.1 * np.eye(4), runs[0].motion.noise(1.0)
    forth = runs[0].motion.transition(1.0)
    back = np.linalg.inv(forth)
    before, middle, after = (
        np.concatenate([run.truth.states[step, 1:] for run in runs]) - centre
        for step in (39, 40, 41)
    )
    assert covariance_is(before, back @ (start + noise) @ back.T)
    assert covariance_is(middle, start)
    assert covariance_is(after, forth @ start @ forth.T + noise)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"times_s": [1.0, 0.0]}, TimeOrderError, "must not decrease"),
        ({"times_s": []}, ShapeError, "at least one step"),
        ({"times_s": [0.0, np.nan]}, NotFiniteError, "times_s must be finite"),
        ({"initial_states": [[0.0, 0.0]]}, ShapeError, r"must be \(n, 4\), found \(1, 2\)"),
        ({"initial_states": [[np.inf] * 4]}, NotFiniteError, "initial_states must be finite"),
        (
            {"survival_per_s": 0.0},
            SettingError,
            "survival_per_s must be above 0 and at most 1, found 0.0",
        ),
        (
            {"birth_rate_per_s": -1.0},
            SettingError,
            "birth_rate_per_s must be zero or positive, and finite, found -1.0",
        ),
        ({"birth_rate_per_s": 1.0}, SettingError, "give birth_mean and birth_cov"),
    ],
)
def test_a_wrong_truth_is_refused(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    arguments: dict[str, Any] = {"times_s": [0.0], "initial_states": np.zeros((1, 4)), "seed": 0}
    arguments |= change
    with pytest.raises(error, match=message):
        dt.simulate.truth(MOTION, **arguments)


@pytest.mark.parametrize(
    ("region", "error", "message"),
    [
        ([[0.0, 1.0], [0.0, 1.0]], ShapeError, r"must be \(1, 2\)"),
        ([[1.0, 1.0]], SettingError, "below its highest"),
        ([[0.0, np.inf]], NotFiniteError, "region must be finite"),
    ],
)
def test_a_wrong_region_is_refused(
    region: list[list[float]], error: type[Exception], message: str
) -> None:
    truth = dt.simulate.truth(MOTION, times_s=[0.0], initial_states=np.ones((1, 4)), seed=0)
    with pytest.raises(error, match=message):
        dt.simulate.detections(truth, BEARING, region=region, seed=0)


def test_a_scenario_that_is_not_there_is_refused() -> None:
    with pytest.raises(SettingError, match='"coalescing" and "manoeuvre", found \'swarm\''):
        dt.simulate.scenario("swarm")
    with pytest.raises(SettingError, match="leave both out"):
        dt.simulate.scenario("coalescing", targets=5)
    with pytest.raises(SettingError, match="targets must be a whole number of at least 1, found 0"):
        dt.simulate.scenario("crowd", targets=0)
