# pyright: basic
"""Registration: as good as the Cramér–Rao bound, silent on what cannot be seen, and no ghosts."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2

import detente as dt

Array = NDArray[np.float64]
ABOUT = np.array([2000.0, -1000.0])


class Scene(NamedTuple):
    """States of the same objects by both parties."""

    mean_a: Array
    cov_a: Array
    mean_b: Array
    cov_b: Array


def turned(x: Array, angle: float | np.floating) -> Array:
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.eye(x.shape[1])
    turn[:2, :2] = [[cosine, -sine], [sine, cosine]]
    return x @ turn.T


def covariances(rng: np.random.Generator, n: int, axes: int, velocity_std: float) -> Array:
    """Return those of tracks: position and velocity correlated, each object its own."""
    size = rng.uniform(0.7, 1.4, (n, 1, 1))
    axis = np.array([[100.0, 5.0 * velocity_std], [5.0 * velocity_std, velocity_std**2]])
    return np.kron(axis, np.eye(axes))[None] * size**2


def scene(
    rng: np.random.Generator,
    truth: Array,
    *,
    shift: Array,
    angle: float = 0.0,
    delay: float = 0.0,
    velocity_std: float = 1.0,
    about: Array = ABOUT,
) -> Scene:
    """Bias what b sees by the inverse of what registration is to find."""
    n, axes = len(truth), truth.shape[1] // 2
    cov_a = covariances(rng, n, axes, velocity_std)
    cov_b = covariances(rng, n, axes, velocity_std)
    centre = np.zeros(axes)
    centre[:2] = about
    later = truth[:, :axes] + delay * truth[:, axes:]
    position = turned(later - shift - centre, -angle) + centre
    biased = np.hstack([position, turned(truth[:, axes:], -angle)])

    def noisy(mean: Array, cov: Array) -> Array:
        root = np.linalg.cholesky(cov)
        return mean + np.einsum("nij,nj->ni", root, rng.standard_normal(mean.shape))

    return Scene(noisy(truth, cov_a), cov_a, noisy(biased, cov_b), cov_b)


def objects(rng: np.random.Generator, n: int, axes: int = 2) -> Array:
    position, velocity = rng.uniform(-10_000, 10_000, (n, axes)), rng.normal(0, 15, (n, axes))
    return np.hstack([position, velocity])


def bound(truth: Array, scene: Scene, angle: float, delay: float, centre: Array) -> Array:
    """The Cramér–Rao bound: (Σ Dᵀ S⁻¹ D)⁻¹ at the true states, by differences."""
    axes = truth.shape[1] // 2

    def link(theta: Array, x: Array) -> Array:
        position = turned(x[:, :axes] - centre, theta[axes]) + centre + theta[:axes]
        velocity = turned(x[:, axes:], theta[axes])
        return np.hstack([position - theta[axes + 1] * velocity, velocity])

    theta = np.zeros(axes + 2)
    theta[axes:] = angle, delay
    biased = np.hstack(
        [
            turned(truth[:, :axes] + delay * truth[:, axes:] - centre, -angle) + centre,
            turned(truth[:, axes:], -angle),
        ]
    )
    columns = []
    for k in range(axes + 2):
        step = np.zeros(axes + 2)
        step[k] = 1e-6
        columns.append((link(theta + step, biased) - link(theta - step, biased)) / 2e-6)
    slopes = np.stack(columns, axis=2)
    turn = turned(np.eye(axes), angle).T
    G = np.block([[turn, -delay * turn], [np.zeros((axes, axes)), turn]])
    S = scene.cov_a + G @ scene.cov_b @ G.T
    return np.linalg.inv(np.einsum("nik,nij,njl->kl", slopes, np.linalg.inv(S), slopes))


@pytest.mark.parametrize("axes", [2, 3])
def test_the_error_is_that_of_the_bound_and_as_large_as_claimed(axes: int) -> None:
    rng = np.random.default_rng(axes)
    truth = objects(rng, 60, axes)
    shift, angle, delay = np.array([180.0, -90.0, 40.0])[:axes], 0.03, 0.8
    centre = np.zeros(axes)
    centre[:2] = ABOUT
    true = np.concatenate([shift, [angle, delay]])
    errors, normalised = [], []
    for _ in range(200):
        one = scene(rng, truth, shift=shift, angle=angle, delay=delay)
        found = dt.fuse.registration(*one, about_m=centre)
        assert found.unobservable == ()
        error = np.concatenate([found.shift_m, [found.rotation_rad, found.time_s]]) - true
        errors.append(error)
        normalised.append(error @ np.linalg.solve(found.cov, error))
    best = np.sqrt(np.diag(bound(truth, one, angle, delay, centre)))
    # 200 runs know a deviation to 5 %: the whole, over all components, to 2.3 %
    ratio = np.sqrt(np.mean(np.square(errors), axis=0)) / best
    assert np.sqrt(np.mean(ratio**2)) < 1.1
    assert (ratio < 1.2).all()
    low, high = chi2.ppf([1e-6, 1 - 1e-6], (axes + 2) * 200)
    assert low < np.sum(normalised) < high


def test_noise_of_the_velocities_does_not_pull_the_delay_to_zero() -> None:
    """Regression on noisy velocities is biased by σ² / (v² + σ²), 10 % here."""
    rng = np.random.default_rng(9)
    truth = objects(rng, 3000)
    delays = []
    for _ in range(10):
        one = scene(rng, truth, shift=np.zeros(2), delay=2.0, velocity_std=5.0)
        delays.append(dt.fuse.registration(*one).time_s)
    assert np.mean(delays) == pytest.approx(2.0, abs=0.02)


def test_large_biases_are_found() -> None:
    rng = np.random.default_rng(4)
    one = scene(rng, objects(rng, 50), shift=np.array([5000.0, 8000.0]), angle=0.6, delay=-30.0)
    found = dt.fuse.registration(*one, about_m=ABOUT)
    assert found.shift_m == pytest.approx([5000.0, 8000.0], abs=30.0)
    assert found.rotation_rad == pytest.approx(0.6, abs=2e-3)
    assert found.time_s == pytest.approx(-30.0, abs=1.0)
    assert np.mean(found.distance) == pytest.approx(4.0, abs=1.5)


def test_exchanging_the_parties_gives_the_inverse() -> None:
    rng = np.random.default_rng(5)
    one = scene(rng, objects(rng, 80), shift=np.zeros(2), angle=0.2)
    there = dt.fuse.registration(*one, components=["rotation"], about_m=ABOUT)
    back = dt.fuse.registration(*one[2:], *one[:2], components=["rotation"], about_m=ABOUT)
    assert back.rotation_rad == pytest.approx(-there.rotation_rad, abs=1e-7)
    assert there.shift_m.tolist() == [0.0, 0.0]
    assert there.observable == ("rotation",)


def test_a_delay_along_one_common_velocity_is_named_not_guessed() -> None:
    rng = np.random.default_rng(6)
    truth = objects(rng, 200)
    truth[:, 2:] = [20.0, 0.0]  # all go east alike
    one = scene(rng, truth, shift=np.array([30.0, 40.0]), delay=1.0)
    found = dt.fuse.registration(*one, about_m=ABOUT)
    assert set(found.unobservable) == {"east", "time"}
    assert np.isnan(found.shift_m[0])
    assert np.isnan(found.time_s)
    assert found.shift_m[1] == pytest.approx(40.0, abs=5.0)
    assert np.isnan(found.cov[0]).all()
    assert np.isfinite(found.cov[1:3, 1:3]).all()
    known = dt.fuse.registration(*one, components=["east", "north", "rotation"], about_m=ABOUT)
    assert known.unobservable == ()
    assert known.shift_m[0] == pytest.approx(30.0 - 20.0, abs=5.0)  # the delay, taken for a shift


def test_objects_that_stand_still_do_not_tell_the_time() -> None:
    rng = np.random.default_rng(7)
    truth = objects(rng, 200)
    truth[:, 2:] = 0.0
    found = dt.fuse.registration(*scene(rng, truth, shift=np.array([30.0, 40.0])), about_m=ABOUT)
    assert found.unobservable == ("time",)
    assert found.shift_m == pytest.approx([30.0, 40.0], abs=5.0)


def test_one_object_that_stands_at_the_point_of_the_turn_tells_the_shift_alone() -> None:
    rng = np.random.default_rng(8)
    truth = np.tile([*ABOUT, 0.0, 0.0], (50, 1))
    found = dt.fuse.registration(*scene(rng, truth, shift=np.zeros(2)), about_m=ABOUT)
    assert set(found.unobservable) == {"rotation", "time"}
    assert found.observable == ("east", "north")
    assert np.isnan(found.rotation_rad)


def test_nothing_is_observable_of_nothing() -> None:
    none = np.empty((0, 4)), np.empty((0, 4, 4))
    found = dt.fuse.registration(*none, *none)
    assert found.unobservable == ("east", "north", "rotation", "time")


def test_what_was_registered_lies_where_a_has_it() -> None:
    rng = np.random.default_rng(10)
    truth = objects(rng, 40, 3)
    shift = np.array([100.0, 50.0, -20.0])
    one = scene(rng, truth, shift=shift, angle=0.1, delay=0.5)
    centre = np.array([*ABOUT, 0.0])
    found = dt.fuse.registration(*one, about_m=centre)
    moved = found.apply(one.mean_b, one.cov_b)
    assert dt.metrics.nees(truth, moved.mean, moved.cov, probability=0.999).consistent
    certain = replace(found, cov=np.zeros((5, 5))).apply(one.mean_b, one.cov_b)
    assert np.array_equal(certain.mean, moved.mean)
    assert (np.linalg.eigvalsh(moved.cov - certain.cov).max(axis=1) > 0.0).all()
    with pytest.raises(dt.errors.ShapeError, match=r"mean must have shape \(n, 6\)"):
        found.apply(one.mean_b[:, :4], one.cov_b)


def ghosts(scene: Scene) -> int:
    """Pair within the 99.9 % gate; every state of b that finds no partner is a ghost."""
    gap = scene.mean_b[None] - scene.mean_a[:, None]
    spread = scene.cov_a[:, None] + scene.cov_b[None]
    distance = np.einsum("abi,abi->ab", gap, np.linalg.solve(spread, gap[..., None])[..., 0])
    gate = float(chi2.ppf(0.999, 4))
    rows, columns = np.nonzero(distance < gate)
    indptr = np.searchsorted(rows, np.arange(len(distance) + 1))
    paired = dt.association.assign(indptr, columns, distance[rows, columns], miss_cost=gate)
    return len(scene.mean_b) - int((paired.column >= 0).sum())


def test_a_bias_makes_ghosts_and_registration_lays_them() -> None:
    rng = np.random.default_rng(11)
    truth = objects(rng, 60)
    bias = {"shift": np.array([150.0, -120.0]), "angle": 0.02, "delay": 1.5}
    matched = scene(rng, truth, **bias)
    found = dt.fuse.registration(*matched, about_m=ABOUT)
    later = np.hstack([truth[:, :2] + 60.0 * truth[:, 2:], truth[:, 2:]])
    fresh = scene(rng, later, **bias)  # states it was not fitted to
    assert ghosts(fresh) >= 50
    moved = found.apply(fresh.mean_b, fresh.cov_b)
    assert ghosts(Scene(fresh.mean_a, fresh.cov_a, *moved)) <= 1  # of 60, the gate's own 0.1 %


def test_bad_input_is_named() -> None:
    x, P = np.zeros((3, 4)), np.tile(np.eye(4), (3, 1, 1))
    find = dt.fuse.registration
    with pytest.raises(dt.errors.SettingError, match="must have 4 or 6 components, found 2"):
        find(x[:, :2], P, x, P)
    with pytest.raises(dt.errors.SettingError, match=r"components must be of east, .*found 'up'"):
        find(x, P, x, P, components=["up"])
    with pytest.raises(dt.errors.ShapeError, match=r"mean_b must have shape \(3, 4\)"):
        find(x, P, x[:2], P)
    with pytest.raises(dt.errors.ShapeError, match=r"about_m must have shape \(2,\)"):
        find(x, P, x, P, about_m=[0.0, 0.0, 0.0])
    with pytest.raises(dt.errors.NotPositiveDefiniteError, match=r"cov_b must be.*row 0 is not"):
        find(x, P, x, -P)
    with pytest.raises(dt.errors.NotFiniteError, match=r"mean_a must be finite.*row 0"):
        find(x * np.nan, P, x, P)
