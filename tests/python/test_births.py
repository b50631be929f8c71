"""Where objects appear: in a box, about places, from detections; and what a look leaves."""

from collections.abc import Callable

import numpy as np
import pytest

import detente as dt
from detente import errors

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)


def existence_of(birth: object, z: object, **settings: object) -> np.ndarray:
    tracker = dt.Tracker(motion=MOTION, birth=birth, **settings)  # type: ignore[arg-type]
    return tracker.step(0.0, z, sensor=RADAR).existence  # type: ignore[arg-type]


def test_outside_the_box_nothing_appears() -> None:
    birth = dt.Birth(
        rate_density=1e-9,
        initial_density=1e-6,
        velocity_std_m_s=10.0,
        region_m=[[0.0, 0.0], [100.0, 100.0]],
    )
    r = existence_of(birth, [[50.0, 50.0], [150.0, 50.0]])
    assert r == pytest.approx([0.9 / 1.9], rel=1e-12)


def test_a_mixture_weighs_each_place_by_its_integral() -> None:
    places = np.array([[0.0, 0.0, 5.0, 0.0], [30.0, 0.0, -5.0, 0.0]])
    cov = np.diag([400.0, 400.0, 4.0, 4.0])
    birth = dt.BirthMixture(mean=places, cov=[cov] * 2, rate_per_s=[0.0, 0.0], initial=[0.02, 0.01])
    tracker = dt.Tracker(motion=MOTION, birth=birth)
    z = np.array([10.0, 4.0])
    tracks = tracker.step(0.0, [z], sensor=RADAR)
    off = z - places[:, :2]
    weight = np.array([0.02, 0.01]) * np.exp(-0.5 * (off**2).sum(1) / 500) / (2 * np.pi * 500)
    born = 0.9 * weight.sum()
    assert tracks.existence[0] == pytest.approx(born / (born + 1e-6), rel=1e-9)
    share = weight / weight.sum()
    assert tracks.mean[0] == pytest.approx(
        share @ np.hstack([places[:, :2] + 0.8 * off, places[:, 2:]])
    )
    spread = share @ (places[:, 2] - share @ places[:, 2]) ** 2
    assert tracks.cov[0, 2, 2] == pytest.approx(4.0 + spread)


def test_a_place_that_was_looked_at_expects_less_until_more_have_come() -> None:
    birth = dt.BirthMixture(mean=[[0.0] * 4], cov=[np.eye(4)], rate_per_s=[0.01], initial=[1.0])

    def after(*times_s: float) -> float:
        tracker = dt.Tracker(motion=MOTION, birth=birth, survival_per_s=1.0)
        for time_s in times_s:
            tracker.step(time_s, np.empty((0, 2)), sensor=RADAR)
        return float(
            tracker.step(times_s[-1] if times_s else 0.0, [[0, 0]], sensor=RADAR).existence[0]
        )

    assert after(0.0, 1.0) < after(0.0) < after()
    assert after(0.0, 1.0, 100.0) > after(0.0, 1.0, 2.0)


def test_from_detections_shares_what_is_expected_among_them() -> None:
    birth = dt.BirthFromDetections(rate_per_s=0.1, initial=0.6, velocity_std_m_s=10.0)
    r = existence_of(birth, [[0.0, 0.0], [900.0, 0.0], [0.0, 900.0]])
    np.testing.assert_allclose(r, 0.2)
    tracker = dt.Tracker(motion=MOTION, birth=birth, survival_per_s=1.0)
    tracker.step(0.0, np.empty((0, 2)), sensor=RADAR)
    np.testing.assert_allclose(tracker.step(2.0, [[0.0, 0.0]], sensor=RADAR).existence, 0.2)


def test_where_a_limited_sensor_has_looked_there_is_less_to_find_and_it_grows_back() -> None:
    birth = dt.Birth(rate_density=0.0, initial_density=1e-5, velocity_std_m_s=10.0)
    east = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.9,
        clutter_density=1e-5,
        coverage=dt.Disc(range_m=1000.0),
    )

    def found(x_m: float, wait_s: float) -> float:
        tracker = dt.Tracker(motion=MOTION, birth=birth, survival_per_s=1.0)
        tracker.step(0.0, np.empty((0, 2)), sensor=east)
        r = float(tracker.step(wait_s, [[x_m, 0.0]], sensor=RADAR).existence[0])
        return r / (1 - r)  # in proportion to the density

    assert found(0.0, 0.0) < 0.2 * found(3000.0, 0.0)
    assert found(0.0, 0.0) < found(0.0, 60.0) < found(0.0, 600.0) <= found(3000.0, 600.0)


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
def test_every_association_takes_every_birth(association: str) -> None:
    births = [
        dt.Birth(rate_density=1e-8, initial_density=1e-6, velocity_std_m_s=10.0),
        dt.BirthMixture(
            mean=[[0.0] * 4],
            cov=[np.diag([1e4, 1e4, 100, 100])],
            rate_per_s=[0.01],
            initial=[0.5],
        ),
        dt.BirthFromDetections(rate_per_s=0.1, initial=0.5, velocity_std_m_s=10.0),
    ]
    for birth in births:
        tracker = dt.Tracker(motion=MOTION, birth=birth, association=association)  # type: ignore[arg-type]
        for k in range(6):
            tracks = tracker.step(float(k), [[5.0 * k, 0.0]], sensor=RADAR)
        assert len(tracks.confirmed()) == 1
        assert tracks.confirmed().mean[0, 2] == pytest.approx(5.0, abs=2.0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: dt.Birth(
                rate_density=1.0,
                initial_density=1.0,
                velocity_std_m_s=1.0,
                region_m=[[0, 0], [0, 1]],
            ),
            errors.SettingError,
            "birth.region_m must be a lowest and a higher highest coordinate",
        ),
        (
            lambda: dt.Birth(
                rate_density=1.0, initial_density=1.0, velocity_std_m_s=1.0, region_m=[[0, 0]]
            ),
            errors.ShapeError,
            r"region_m must have shape \(2, axes\)",
        ),
        (
            lambda: dt.BirthMixture(
                mean=[[0, 0]], cov=[np.eye(2)], rate_per_s=[1.0], initial=[1.0]
            ),
            errors.ShapeError,
            r"birth.mean must have shape \(at least 1, 4\)",
        ),
        (
            lambda: dt.BirthMixture(
                mean=[[0] * 4], cov=[-np.eye(4)], rate_per_s=[1.0], initial=[1.0]
            ),
            errors.NotPositiveDefiniteError,
            "birth.cov must be symmetric positive definite, row 0",
        ),
        (
            lambda: dt.BirthMixture(
                mean=[[0] * 4], cov=[np.eye(4)], rate_per_s=[-1.0], initial=[1.0]
            ),
            errors.SettingError,
            "birth.rate_per_s must be zero or positive",
        ),
        (
            lambda: dt.BirthFromDetections(rate_per_s=1.0, initial=-1.0, velocity_std_m_s=1.0),
            errors.SettingError,
            "birth.initial must be zero or positive",
        ),
        (lambda: "anywhere", errors.SettingError, "birth must be a birth model such as dt.Birth"),
    ],
)
def test_bad_births_are_refused_by_name(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        dt.Tracker(motion=MOTION, birth=make())  # type: ignore[arg-type]
