# pyright: basic
"""Golden bits: the numeric core gives the same bits as when they were recorded.

``python tests/python/test_golden.py`` records them anew; the commit that does so says why. Inputs
are rounded to 2⁻¹⁰ of their unit, so that they are the same on every processor. Identities are left
out: they are names, not numbers.
"""

import json
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.tracking import Association

RECORDED = Path(__file__).parents[1] / "golden" / "tracker.json"
ASSOCIATIONS: tuple[Association, ...] = ("gnn", "jpda", "pmbm")
STEP = 2.0**-10

Floats = NDArray[np.float64]
Bits = Iterator[NDArray[np.generic]]


def rounded(values: Floats) -> Floats:
    return np.round(values / STEP) * STEP


def columns(tracks: dt.Tracks) -> Bits:
    yield tracks.mean
    yield tracks.cov
    yield tracks.existence
    yield tracks.conditional_existence
    yield tracks.detection_index
    yield tracks.first_time_s
    yield tracks.mode_probability


def scenario(name: str, association: Association, **settings: object) -> Bits:
    scene = dt.simulate.scenario(name, seed=11, **settings)
    tracker = dt.Tracker(
        motion=scene.motion,
        birth=scene.birth,
        survival_per_s=scene.survival_per_s,
        association=association,
    )
    for time_s, positions_m in scene.detections:
        yield from columns(tracker.step(time_s, rounded(positions_m), sensor=scene.sensor))


def manoeuvre(association: Association) -> Bits:
    scene = dt.simulate.scenario("manoeuvre", clutter_per_scan=20.0, seed=12)
    turn = {"turn_rate_psd": 1e-5, "turn_rate_std_rad_s": 0.1}
    models = [
        dt.ConstantVelocity(axes=2, acceleration_psd=1.0),
        dt.EstimatedTurn(axes=2, acceleration_psd=10.0, **turn),
    ]
    tracker = dt.Tracker(
        motion=dt.IMM(models, transition_per_s=0.03),
        birth=scene.birth,
        association=association,
    )
    for time_s, positions_m in scene.detections:
        yield from columns(tracker.step(time_s, rounded(positions_m), sensor=scene.sensor))


def limited_radar(association: Association) -> Bits:
    rng = np.random.default_rng(13)
    radar = dt.RangeBearingSensor(
        range_std_m=20.0,
        bearing_std_rad=0.01,
        detection_probability=0.8,
        clutter_density=1e-5,
        coverage=dt.Disc(range_m=8_000.0),
    )
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.5),
        birth=dt.Birth(rate_density=1e-10, initial_density=1e-7, velocity_std_m_s=20.0),
        association=association,
    )
    start, velocity = rng.uniform(-6e3, 6e3, (12, 2)), rng.normal(0.0, 15.0, (12, 2))
    for k in range(40):
        east, north = (start + 2.0 * k * velocity).T
        seen = rng.random(12) < 0.8
        false = np.column_stack([rng.uniform(10.0, 8e3, 5), rng.uniform(-3.1, 3.1, 5)])
        true = np.column_stack([np.hypot(east, north), np.arctan2(east, north)])[seen]
        true += rng.normal(0.0, 1.0, true.shape) * [20.0, 0.01]
        z = rounded(np.vstack([true, false]))
        z[:, 0] = np.abs(z[:, 0])
        z[:, 1] = np.clip(z[:, 1], -3.125, 3.125)
        yield from columns(tracker.step(2.0 * k, z, sensor=radar))


def reports(association: Association) -> Bits:
    """One report at a time, of a reporting sensor, with identities as evidence."""
    rng = np.random.default_rng(14)
    receiver = dt.PositionSensor(std_m=10.0, report_rate_per_s=0.1)
    tracker = dt.Tracker(
        motion=dt.OrnsteinUhlenbeck(axes=2, damping_per_s=0.01, acceleration_psd=0.02),
        birth=dt.Birth(rate_density=1e-10, initial_density=1e-7, velocity_std_m_s=8.0),
        association=association,
    )
    start, velocity = rng.uniform(-5e3, 5e3, (10, 2)), rng.normal(0.0, 6.0, (10, 2))
    for k in range(200):
        ship = int(rng.integers(10))
        place = start[ship] + k * velocity[ship] + rng.normal(0.0, 10.0, 2)
        yield from columns(tracker.step(float(k), rounded(place[None]), sensor=receiver))


SCENES: dict[str, Callable[[Association], Bits]] = {
    "crowd": lambda association: scenario("crowd", association, targets=40, steps=25),
    "coalescing": lambda association: scenario("coalescing", association),
    "manoeuvre": manoeuvre,
    "limited radar": limited_radar,
    "reports": reports,
}


def digest(bits: Bits) -> str:
    whole = blake2b(digest_size=16)
    for column in bits:
        whole.update(np.ascontiguousarray(column).tobytes())
    return whole.hexdigest()


@pytest.mark.parametrize("association", ASSOCIATIONS)
@pytest.mark.parametrize("scene", SCENES)
def test_bits_are_those_that_were_recorded(scene: str, association: Association) -> None:
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert digest(SCENES[scene](association)) == recorded[scene][association]


def test_the_digest_tells_one_bit() -> None:
    def one() -> Bits:
        yield np.array([1.0])

    def other() -> Bits:
        yield np.array([np.nextafter(1.0, 2.0)])

    assert digest(one()) != digest(other())


if __name__ == "__main__":
    made = {
        name: {association: digest(scene(association)) for association in ASSOCIATIONS}
        for name, scene in SCENES.items()
    }
    RECORDED.parent.mkdir(exist_ok=True)
    RECORDED.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
