# pyright: basic
"""Every motion model in the tracker, the smoother and the simulation: textbook filters agree."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from oracle import kalman
from scipy import stats

import detente as dt

Floats = NDArray[np.float64]
Step = Callable[[Floats, Floats, float], tuple[Floats, Floats, Floats]]
"""From x, P and Δt: x̄, P̄ and C = cov(x, x₊) P̄⁻¹."""

BIRTH = dt.Birth(
    rate_density=1e-12, initial_density=1e-9, velocity_std_m_s=30.0, acceleration_std_m_s2=2.0
)
NOISE_M = 10.0
GPS = dt.PositionSensor(std_m=NOISE_M, detection_probability=0.9, clutter_density=1e-14)
UNSCENTED, EXTENDED = (
    dt.EstimatedTurn(
        axes=2,
        acceleration_psd=0.05,
        turn_rate_psd=1e-6,
        turn_rate_std_rad_s=0.05,
        linearisation=linearisation,
    )
    for linearisation in ("unscented", "extended")
)
LINEAR: dict[str, Any] = {
    "singer": dt.Singer(axes=2, correlation_time_s=8.0, acceleration_std_m_s2=[2.0, 1.0]),
    "ornstein_uhlenbeck": dt.OrnsteinUhlenbeck(axes=2, damping_per_s=0.05, acceleration_psd=3.0),
    "known turn": dt.CoordinatedTurn(axes=2, turn_rate_rad_s=0.1, acceleration_psd=0.2),
    "turn in space": dt.CoordinatedTurn(
        axes=3, turn_rate_rad_s=-0.1, acceleration_psd=0.2, vertical_acceleration_psd=0.01
    ),
}


def transition(states: Floats, dt_s: Floats) -> Floats:
    """Turn by the estimated rate, a step for each row."""
    return np.concatenate(
        [
            EXTENDED.predict(row[np.newaxis], float(step))
            for row, step in zip(states, dt_s, strict=True)
        ]
    )


OWN = dt.UserMotion(
    axes=2,
    dim=5,
    transition=transition,
    noise=lambda dt_s: dt_s[:, None, None] * np.diag([0.1, 0.1, 0.5, 0.5, 1e-5]),
)


def linear(motion: Any) -> Step:  # noqa: ANN401
    def step(x: Floats, P: Floats, dt_s: float) -> tuple[Floats, Floats, Floats]:
        F, Q = motion.transition(dt_s), motion.noise(dt_s)
        mean, cov = kalman.predict(x, P, F, Q)
        return mean, cov, P @ F.T @ np.linalg.inv(cov)

    return step


def extended(x: Floats, P: Floats, dt_s: float) -> tuple[Floats, Floats, Floats]:
    F, Q = EXTENDED.jacobian([x], dt_s)[0], EXTENDED.noise([x], dt_s)[0]
    cov = F @ P @ F.T + Q
    return EXTENDED.predict([x], dt_s)[0], cov, P @ F.T @ np.linalg.inv(cov)


def unscented(noise: Callable[[Floats, float], Floats]) -> Step:
    """Five components and no weight at the centre: ten points at √5 standard deviations."""

    def step(x: Floats, P: Floats, dt_s: float) -> tuple[Floats, Floats, Floats]:
        root = 5**0.5 * np.linalg.cholesky(P)
        offset = np.concatenate([root.T, -root.T])
        images = EXTENDED.predict(x + offset, dt_s)
        mean = images.mean(axis=0)
        cov = (images - mean).T @ (images - mean) / 10 + noise(x, dt_s)
        return mean, cov, offset.T @ (images - mean) / 10 @ np.linalg.inv(cov)

    return step


def a_path(motion: Any, seed: int) -> dict[str, Floats]:  # noqa: ANN401
    """Detections of one object at irregular times, without clutter."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.2, 3.0, 40))
    start = np.zeros((1, motion.dim))
    start[0, motion.axes] = 25.0
    truth = dt.simulate.truth(motion, times_s=times, initial_states=start, seed=seed)
    place = truth.states[:, 0, : motion.axes] + NOISE_M * rng.normal(size=(40, motion.axes))
    columns = dict(zip(("x_m", "y_m", "z_m"), place.T, strict=False))
    return {"time_s": times, **{name: column.copy() for name, column in columns.items()}}


def states(points: dt.Table, dim: int) -> tuple[Floats, Floats]:
    """Return the means (n, dim) and covariances of the points of one track."""
    names = [name for name in points.column_names if name not in ("track_id", "time_s", "cov")]
    mean = np.stack([points[name] for name in names[:dim]], axis=1)
    return mean, points["cov"].reshape(-1, dim, dim)


CASES = [(name, motion, linear(motion)) for name, motion in LINEAR.items()]
CASES += [
    ("extended", EXTENDED, extended),
    ("unscented", UNSCENTED, unscented(lambda x, dt_s: EXTENDED.noise([x], dt_s)[0])),
    ("own", OWN, unscented(lambda _, dt_s: np.asarray(OWN.noise(np.array([dt_s])))[0])),
]


@pytest.mark.parametrize(
    ("motion", "step"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_tracks_are_filtered_and_smoothed_as_in_textbooks(motion: Any, step: Step) -> None:  # noqa: ANN401
    path = a_path(motion, 3)
    axes, dim = motion.axes, motion.dim
    birth = dt.Birth(
        rate_density=1e-12,
        initial_density=1e-9,
        velocity_std_m_s=30.0,
        acceleration_std_m_s2=0.05 if motion is OWN else 2.0,  # what follows the velocities
    )
    found, smoothed = (
        dt.track(path, motion=motion, birth=birth, sensor=GPS, smooth=smooth)
        for smooth in (False, True)
    )
    assert len(found.tracks) == 1
    assert found.points["time_s"].tolist() == path["time_s"].tolist()
    mean, cov = states(found.points, dim)
    place = np.stack([path[name] for name in ("x_m", "y_m", "z_m")[:axes]], axis=1)
    H, R = np.eye(axes, dim), NOISE_M**2 * np.eye(axes)
    x, P = mean[0], cov[0]
    predictions, gains = [], []
    for k in range(1, 40):
        before, spread, gain = step(x, P, path["time_s"][k] - path["time_s"][k - 1])
        predictions.append((before, spread))
        gains.append(gain)
        x, P, _, _ = kalman.update(before, spread, place[k], H, R)
        np.testing.assert_allclose(mean[k], x, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(cov[k], P, rtol=1e-7, atol=1e-9 * P.max())
    later, known = states(smoothed.points, dim)
    for k in reversed(range(39)):
        (before, spread), C = predictions[k], gains[k]
        x = mean[k] + C @ (x - before)
        P = cov[k] + C @ (P - spread) @ C.T
        np.testing.assert_allclose(later[k], x, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(known[k], P, rtol=1e-6, atol=1e-7 * P.max())


def test_a_new_track_has_the_variances_that_the_model_knows() -> None:
    look = {"time_s": [0.0], "x_m": [7.0], "y_m": [-3.0]}
    variances = {}
    accelerating = dt.ConstantAcceleration(axes=2, jerk_psd=0.1)
    for name, motion in {"plain": accelerating, "turn": EXTENDED, **LINEAR}.items():
        if motion.axes == 2:
            found = dt.track(look, motion=motion, birth=BIRTH, sensor=GPS, confirmation=0.0).points
            variances[name] = np.diag(found["cov"][0].reshape(motion.dim, motion.dim))
    np.testing.assert_allclose(variances["plain"], [100, 100, 900, 900, 4, 4])
    np.testing.assert_allclose(variances["singer"], [100, 100, 900, 900, 4, 1])
    np.testing.assert_allclose(variances["turn"], [100, 100, 900, 900, 0.0025])
    np.testing.assert_allclose(variances["ornstein_uhlenbeck"], [100, 100, 900, 900])


def many(motion: Any, seed: int) -> tuple[dict[str, Floats], Floats]:  # noqa: ANN401
    """Detections of 300 far objects drawn from the birth prior, and their states at 20 scans."""
    rng = np.random.default_rng(seed)
    start = np.zeros((300, motion.dim))
    start[:, :2] = 1e5 * np.stack(np.divmod(np.arange(300), 20), axis=1)
    start[:, 2:4] = rng.normal(0.0, 30.0, (300, 2))
    if motion is UNSCENTED:
        start[:, 4] = rng.normal(0.0, 0.05, 300)
    elif motion.dim == 6:
        start[:, 4:] = rng.normal(0.0, [2.0, 1.0], (300, 2))
    fine = dt.simulate.truth(motion, times_s=np.arange(0, 20, 0.1), initial_states=start, seed=seed)
    truth = fine.states[::10]
    place = truth[..., :2] + rng.normal(0.0, NOISE_M, (20, 300, 2))
    table = {
        "time_s": np.repeat(np.arange(20.0), 300),
        "x_m": place[..., 0].ravel(),
        "y_m": place[..., 1].ravel(),
    }
    return table, truth


@pytest.mark.parametrize("name", ["singer", "ornstein_uhlenbeck", "known turn", "unscented"])
def test_filter_and_smoother_are_consistent_and_smoothing_helps(name: str) -> None:
    motion = UNSCENTED if name == "unscented" else LINEAR[name]
    table, truth = many(motion, 11)
    errors = []
    for smooth in (False, True):
        found = dt.track(table, motion=motion, birth=BIRTH, sensor=GPS, smooth=smooth)
        assert len(found.tracks) == 300
        mean, cov = states(found.points, motion.dim)
        step = found.points["time_s"].astype(int)
        target = np.round(mean[:, 0] / 1e5) * 20 + np.round(mean[:, 1] / 1e5)
        off = mean - truth[step, target.astype(int)]
        nees = np.einsum("ni,nij,nj->n", off, np.linalg.inv(cov), off)
        for k in (5, 10, 19):
            total, freedom = nees[step == k].sum(), 300 * motion.dim
            # a turn drawn from so wide a prior is not quite Gaussian
            slack = 1.1 if motion is UNSCENTED else 1.0
            low, high = stats.chi2(freedom).ppf([1e-5, 1 - 1e-5])
            assert low < total < slack * high, (smooth, k, total / freedom)
        errors.append((off[:, :2] ** 2).sum())
    assert errors[1] < 0.8 * errors[0]


def test_truth_of_an_estimated_turn_spreads_as_its_noise_says() -> None:
    start = np.tile([0.0, 0.0, 40.0, -10.0, 0.03], (20_000, 1))
    truth = dt.simulate.truth(EXTENDED, times_s=[0.0, 2.0], initial_states=start, seed=1)
    off = truth.states[1] - EXTENDED.predict(start[:1], 2.0)
    noise = EXTENDED.noise(start[:1], 2.0)[0]
    white = np.linalg.solve(np.linalg.cholesky(noise), off.T)
    total = float((white**2).sum())
    assert 1e-6 < stats.chi2(white.size).cdf(total) < 1 - 1e-6
    gram = white @ white.T / len(start)
    assert np.abs(np.triu(gram, 1)).max() < 5.5 / len(start) ** 0.5


def test_one_long_step_spreads_like_many_short_ones() -> None:
    start = np.tile([0.0, 0.0, 40.0, -10.0, 0.03], (20_000, 1))
    long, short = (
        dt.simulate.truth(
            EXTENDED, times_s=np.linspace(0.0, 5.0, steps + 1), initial_states=start, seed=steps
        ).states[-1]
        for steps in (1, 20)
    )
    scale = np.sqrt(np.diag(np.cov(long.T)))
    difference = (long.mean(axis=0) - short.mean(axis=0)) / scale
    assert np.abs(difference).max() < 5.5 * (2 / 20_000) ** 0.5
    np.testing.assert_allclose(np.cov((long / scale).T), np.cov((short / scale).T), atol=0.06)
