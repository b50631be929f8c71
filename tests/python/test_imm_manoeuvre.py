# pyright: basic
"""Two hundred flights with a 3 g turn: interacting models beat each of them, and are honest."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente import filters

Floats = NDArray[np.float64]
RUNS = 200
STRAIGHT = dt.ConstantVelocity(axes=2, acceleration_psd=1.0)
TURN = dt.EstimatedTurn(axes=2, acceleration_psd=1.0, turn_rate_psd=1e-5, turn_rate_std_rad_s=0.08)
LOOSE_TURN = dt.EstimatedTurn(  # of the single models that were tried the best: benches
    axes=2, acceleration_psd=10.0, turn_rate_psd=3e-4, turn_rate_std_rad_s=0.08
)
IMM = dt.IMM([STRAIGHT, TURN], transition_per_s=[[0.0, 0.025], [0.05, 0.0]])
KNOWN = dt.IMM(
    [
        STRAIGHT,
        dt.CoordinatedTurn(axes=2, turn_rate_rad_s=3.0 * 9.806_65 / 250.0, acceleration_psd=1.0),
    ],
    transition_per_s=[[0.0, 0.025], [0.05, 0.0]],
)
R = 900.0 * np.eye(2)


@cache
def flights() -> tuple[Floats, Floats]:
    """Truth (101, runs, 4) and measured positions (101, runs, 2)."""
    scenes = [dt.simulate.scenario("manoeuvre", seed=seed) for seed in range(RUNS)]
    truth = np.concatenate([scene.truth.states for scene in scenes], axis=1)
    z = np.stack([np.reshape(scene.detections.measurements, (101, 2)) for scene in scenes], axis=1)
    return truth, z


def begin(z: Floats, dim: int) -> tuple[Floats, Floats]:
    mean = np.zeros((len(z), dim))
    mean[:, :2] = z
    cov = np.diag([900.0, 900.0, 250.0**2, 250.0**2, 0.08**2, 0.0][:dim])
    return mean, np.tile(cov, (len(z), 1, 1))


def single(motion: Any) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Means and covariances (101, runs, …) of one model alone."""
    _, z = flights()
    mean, cov = begin(z[0], motion.dim)
    if isinstance(motion, dt.Singer):
        cov[:, 4:, 4:] = 225.0 * np.eye(2)
    history = [(mean[:, :4], cov[:, :4, :4])]
    for k in range(1, 101):
        mean, cov = predicted(motion, mean, cov)
        mean, cov, _, _ = filters.update(mean, cov, z[k], np.eye(2, motion.dim), R)
        history.append((mean[:, :4], cov[:, :4, :4]))
    means, covs = zip(*history, strict=True)
    return np.array(means), np.array(covs)


def predicted(motion: Any, mean: Floats, cov: Floats) -> tuple[Floats, Floats]:  # noqa: ANN401
    if isinstance(motion, dt.EstimatedTurn):
        return filters.predict_unscented(
            mean, cov, lambda x: motion.predict(x, 1.0), motion.noise(mean, 1.0)
        )
    return filters.predict(mean, cov, motion.transition(1.0), motion.noise(1.0))


@cache
def interacting(motion: dt.IMM) -> tuple[Floats, Floats, Floats]:
    """Means, covariances and probabilities of two models, (101, runs, …)."""
    _, z = flights()
    dim = motion.dim
    one, spread = begin(z[0], dim)
    mean, cov = np.stack([one, one], axis=1), np.stack([spread, spread], axis=1)
    prior = np.array([[1.0] * 4 + [0.08**2]] * 2)[:, :dim]
    for place, i in np.argwhere(~motion.used):
        cov[:, place, i, i] = 1e-6
    probability = np.tile(motion.initial_probability, (RUNS, 1))
    history = [(mean, cov, probability)]
    for k in range(1, 101):
        mean, cov, probability = filters.imm_mix(
            mean,
            cov,
            probability,
            motion.mode_transition(1.0),
            used=motion.used,
            prior_variance=prior,
        )
        log = np.empty((RUNS, 2))
        for place, model in enumerate(motion.models):
            own = model.dim
            x, P = predicted(model, mean[:, place, :own], cov[:, place, :own, :own])
            mean[:, place, :own], cov[:, place, :own, :own] = x, P
            after = filters.update(mean[:, place], cov[:, place], z[k], np.eye(2, dim), R)
            mean[:, place], cov[:, place] = after.mean, after.cov
            nu, S = after.innovation, after.innovation_cov
            nis = np.einsum("ni,nij,nj->n", nu, np.linalg.inv(S), nu)
            log[:, place] = -0.5 * (nis + np.linalg.slogdet(S)[1])
        probability, _ = filters.imm_update(probability, log)
        history.append((mean, cov, probability))
    means, covs, probabilities = zip(*history, strict=True)
    return np.array(means), np.array(covs), np.array(probabilities)


def combined(mean: Floats, cov: Floats, probability: Floats) -> tuple[Floats, Floats]:
    dim = mean.shape[-1]
    flat = filters.imm_combine(
        mean.reshape(-1, 2, dim), cov.reshape(-1, 2, dim, dim), probability.reshape(-1, 2)
    )
    mean, cov = flat.mean.reshape(101, -1, dim), flat.cov.reshape(101, -1, dim, dim)
    return mean[..., :4], cov[..., :4, :4]


def rmse(mean: Floats) -> float:
    truth, _ = flights()
    off = (mean - truth)[10:, :, :2]
    return float((off**2).sum(axis=-1).mean() ** 0.5)


def anees(mean: Floats, cov: Floats) -> float:
    truth, _ = flights()
    off = (mean - truth)[10:]
    nees = np.einsum("tri,trij,trj->tr", off, np.linalg.inv(cov[10:]), off)
    return float(nees.mean() / 4)


def test_interacting_models_beat_the_best_of_any_single_one() -> None:
    alone = [
        *(dt.ConstantVelocity(axes=2, acceleration_psd=psd) for psd in (1, 10, 30, 100, 300)),
        *(
            dt.Singer(axes=2, correlation_time_s=tau, acceleration_std_m_s2=std)
            for tau in (5.0, 20.0)
            for std in (5.0, 15.0)
        ),
        TURN,
        LOOSE_TURN,
    ]
    best = min(rmse(single(motion)[0]) for motion in alone)
    assert rmse(combined(*interacting(IMM))[0]) < 0.95 * best


def test_their_uncertainty_is_honest() -> None:
    assert 0.9 < anees(*combined(*interacting(IMM))) < 1.2


def test_the_probabilities_follow_the_flight() -> None:
    turning = interacting(IMM)[2][..., 1].mean(axis=1)
    assert turning[46:60].min() > 0.8
    assert max(turning[20:40].max(), turning[70:].max()) < 0.4


def test_smoothing_knows_more_and_is_honest() -> None:
    models = KNOWN.models
    mean, cov, probability = interacting(KNOWN)
    F = np.array([model.transition(1.0) for model in models])
    Q = np.array([model.noise(1.0) for model in models])
    late = [
        filters.imm_smooth(
            mean[:, run], cov[:, run], probability[:, run], KNOWN.mode_transition(1.0), F, Q
        )
        for run in range(RUNS)
    ]
    smoothed = combined(*(np.stack(column, axis=1) for column in zip(*late, strict=True)))
    filtered = combined(mean, cov, probability)
    assert rmse(smoothed[0]) < 0.8 * rmse(filtered[0])
    assert 0.8 < anees(*smoothed) < 1.2
    assert 0.8 < anees(*filtered) < 1.2
    turning = np.array([each.probability[:, 1] for each in late]).mean(axis=0)
    assert turning[43:58].min() > 0.95
    assert max(turning[:38].max(), turning[63:].max()) < 0.15


@cache
def tracked(motion: Any) -> tuple[Floats, Floats]:  # noqa: ANN401
    """Squared errors [m²] and normalised ones of the likeliest track, thirty runs in clutter."""
    square_m2, nees = [], []
    for seed in range(30):
        scene = dt.simulate.scenario("manoeuvre", clutter_per_scan=100.0, seed=seed)
        tracker = dt.Tracker(
            motion=motion,
            birth=scene.birth,
            survival_per_s=scene.survival_per_s,
            association="jpda",
        )
        for k, (time_s, positions_m) in enumerate(scene.detections):
            tracks = tracker.step(time_s, positions_m, sensor=scene.sensor)
            if k < 10:
                continue
            best = np.argmax(tracks.existence)
            off = tracks.mean[best, :4] - scene.truth.states[k, 0]
            square_m2.append(off[:2] @ off[:2])
            nees.append(off @ np.linalg.solve(tracks.cov[best, :4, :4], off) / 4.0)
    return np.array(square_m2), np.array(nees)


def test_in_clutter_too_they_are_better_and_honest() -> None:
    square_m2, nees = tracked(IMM)
    alone_m2, _ = tracked(LOOSE_TURN)
    assert max(square_m2.max(), alone_m2.max()) < 500.0**2  # no run is lost
    assert square_m2.mean() ** 0.5 < 0.9 * alone_m2.mean() ** 0.5
    assert 0.9 < nees.mean() < 1.2


@pytest.mark.parametrize("clutter", [0.0, 10.0])
def test_the_scenario_is_as_told(clutter: float) -> None:
    scene = dt.simulate.scenario("manoeuvre", clutter_per_scan=clutter, seed=3)
    velocity = scene.truth.states[:, 0, 2:]
    speed = np.linalg.norm(velocity, axis=1)
    assert np.abs(speed / 250.0 - 1.0).max() < 0.2
    heading = np.unwrap(np.arctan2(velocity[:, 1], velocity[:, 0]))
    turned = np.degrees(np.diff(heading[[0, 40, 60, 100]]))
    np.testing.assert_allclose(turned, [0.0, 135.0, 0.0], atol=8.0)
    assert np.abs(scene.truth.states[40, 0, :2]).max() < 2500.0
    count = len(scene.detections.measurements)
    assert count == 101 if clutter == 0.0 else abs(count - 1101) < 6 * 1100**0.5
    assert scene.sensor.detection_probability == (0.9 if clutter else 1.0)
