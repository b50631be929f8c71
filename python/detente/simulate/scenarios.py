"""Scenarios by name, of the literature and of our own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente import checks
from detente.births import Birth, BirthMixture, BirthModel
from detente.errors import SettingError
from detente.motion import ConstantVelocity, CoordinatedTurn
from detente.sensors import PositionSensor
from detente.simulate.draws import generator, square_root
from detente.simulate.scans import Detections, detections
from detente.simulate.targets import Truth, moved, truth


@dataclass(frozen=True)
class Scenario:
    """A scene with all that is needed to track it and to score the result.

    Attributes
    ----------
    motion : ConstantVelocity
        The motion that the targets follow; of a manoeuvre, that before and after the turn.
    truth : Truth
        States [m, m/s] and presence.
    detections : Detections
        Positions [m], scan by scan.
    region_m : (2, 2) float64
        Lowest and highest east and north of the clutter [m].
    sensor : PositionSensor
        What saw them, a scanning sensor.
    birth : Birth or BirthMixture
        For a tracker: how targets appear.
    survival_per_s : float
        For a tracker: the probability to live one more second.
    """

    motion: ConstantVelocity
    truth: Truth
    detections: Detections
    region_m: NDArray[np.float64]
    sensor: PositionSensor
    birth: BirthModel
    survival_per_s: float


def scenario(
    name: str,
    *,
    targets: int | None = None,
    steps: int | None = None,
    clutter_per_scan: float | None = None,
    seed: int = 0,
) -> Scenario:
    """Return a scenario by name, of the literature or of our own.

    ``"crowd"``: `targets` targets (100 unless told) of constant velocity with an acceleration
    density of 0.05 m²/s³ exist for all of `steps` (50) scans, one a second; positions with
    10 m deviation, detection probability 0.9, as many false detections a scan as targets
    (Poisson mean), on a square of 1000·√(targets/10) m. They start uniform in the square, with
    velocities of 10 m/s deviation per axis.

    ``"coalescing"``: four targets meet and part again, in 81 scans, one a second. At the 41st,
    each is drawn from a normal around (150, 150) m at rest with covariance 0.1·I, and moves by
    x ← Fx + w forwards and x ← F⁻¹(x + w) backwards, with an acceleration density of
    0.02 m²/s³. All live from the first scan; the first target dies after the 40th. Positions
    with 1 m deviation, detection probability 0.9, ten false detections a scan on 300 m × 300 m.
    As its authors do, the filter is given a normal birth intensity around (100, 100) m with
    150 m deviation and velocities of 1 m/s deviation: 3 objects at the start, 0.005 a scan.

    ``"manoeuvre"``: an aircraft of 250 m/s flies straight for 40 s in a random direction, turns
    left with 3 g (0.1177 rad/s) for 20 s, that is by 135°, and flies straight for 40 s more, all
    with an acceleration density of 1 m²/s³; as it begins to turn it is in the middle of a square
    of 40 km. 101 scans, one a second; positions with 30 m deviation, detection probability 0.9 (1
    without clutter), `clutter_per_scan` false detections a scan (Poisson mean; none unless told).

    Parameters
    ----------
    name : {"crowd", "coalescing", "manoeuvre"}
        Which scenario.
    targets, steps : int, optional
        How many targets and scans; for ``"crowd"`` only, the others are fixed.
    clutter_per_scan : float, optional
        How many false detections a scan; for ``"manoeuvre"`` only, the others are fixed.
    seed : int
        The same seed gives the same scenario.

    Returns
    -------
    Scenario

    Raises
    ------
    SettingError
        There is no such scenario, or it does not take this number of targets, steps or false
        detections.

    References
    ----------
    Williams, *Marginal multi-Bernoulli filters: RFS derivation of MHT, JIPDA, and
    association-based MeMBer*, IEEE Trans. Aerospace and Electronic Systems 51(3), 2015;
    García-Fernández, Williams, Granström and Svensson, *Poisson multi-Bernoulli mixture filter:
    direct derivation and implementation*, IEEE Trans. Aerospace and Electronic Systems 54(4),
    2018.

    Examples
    --------
    >>> import detente as dt
    >>> meeting = dt.simulate.scenario("coalescing", seed=7)
    >>> meeting.truth.present.sum(axis=0)
    array([40, 81, 81, 81])
    """
    seed = checks.whole("seed", seed)
    for what, count in (("targets", targets), ("steps", steps)):
        if count is not None:
            checks.whole(what, count, least=1)
    if clutter_per_scan is not None:
        checks.not_negative("clutter_per_scan", clutter_per_scan)
    if name == "manoeuvre":
        if targets is not None or steps is not None:
            raise SettingError('"manoeuvre" has 1 target and 101 steps; leave both out')
        return _manoeuvre(0.0 if clutter_per_scan is None else clutter_per_scan, seed)
    if clutter_per_scan is not None:
        raise SettingError('clutter_per_scan is for "manoeuvre"; leave it out')
    if name == "crowd":
        return _crowd(100 if targets is None else targets, 50 if steps is None else steps, seed)
    if name == "coalescing":
        if targets is not None or steps is not None:
            raise SettingError('"coalescing" has 4 targets and 81 steps; leave both out')
        return _coalescing(seed)
    raise SettingError(f'the scenarios are "crowd", "coalescing" and "manoeuvre", found {name!r}')


def _crowd(targets: int, steps: int, seed: int) -> Scenario:
    """N targets in a square that grows with them."""
    start_seed, truth_seed, sensor_seed = np.random.SeedSequence(seed).spawn(3)
    motion = ConstantVelocity(axes=2, acceleration_psd=0.05)
    side_m, velocity_std_m_s = 1000.0 * (targets / 10) ** 0.5, 10.0
    density = targets / side_m**2
    region_m = np.array([[0.0, side_m]] * 2)

    rng = generator(start_seed)
    position = rng.uniform(0.0, side_m, (targets, 2))
    velocity = rng.normal(0.0, velocity_std_m_s, (targets, 2))
    scene = truth(
        motion,
        times_s=np.arange(float(steps)),
        initial_states=np.hstack([position, velocity]),
        seed=truth_seed,
    )
    sensor = PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=density)
    return Scenario(
        motion=motion,
        truth=scene,
        detections=detections(scene, sensor, region=region_m, seed=sensor_seed),
        region_m=region_m,
        sensor=sensor,
        birth=Birth(
            initial_density=density,
            rate_density=density * 1e-3,
            velocity_std_m_s=velocity_std_m_s,
        ),
        survival_per_s=0.999,
    )


def _coalescing(seed: int) -> Scenario:
    """Four targets that meet, simulated outwards from the middle."""
    truth_seed, sensor_seed = np.random.SeedSequence(seed).spawn(2)
    motion = ConstantVelocity(axes=2, acceleration_psd=0.02)
    steps, middle, targets = 81, 40, 4
    region_m = np.array([[0.0, 300.0]] * 2)

    rng = generator(truth_seed)
    states = np.empty((steps, targets, 4))
    states[middle] = [150.0, 150.0, 0.0, 0.0] + 0.1**0.5 * rng.standard_normal((targets, 4))
    back, root = np.linalg.inv(motion.transition(1.0)), square_root(motion.noise(1.0))
    for step in range(middle, steps - 1):
        states[step + 1] = moved(rng, motion, states[step], 1.0)
    for step in range(middle, 0, -1):
        noise = rng.standard_normal((targets, 4)) @ root
        states[step - 1] = (states[step] + noise) @ back.T
    present = np.ones((steps, targets), bool)
    present[middle:, 0] = False
    states[~present] = np.nan
    scene = Truth(np.arange(float(steps)), states, present, motion.axes)

    area_m2 = 300.0**2
    sensor = PositionSensor(std_m=1.0, detection_probability=0.9, clutter_density=10.0 / area_m2)
    return Scenario(
        motion=motion,
        truth=scene,
        detections=detections(scene, sensor, region=region_m, seed=sensor_seed),
        region_m=region_m,
        sensor=sensor,
        birth=BirthMixture(
            mean=[[100.0, 100.0, 0.0, 0.0]],
            cov=[np.diag([150.0**2, 150.0**2, 1.0, 1.0])],
            rate_per_s=[0.005],
            initial=[3.0],
        ),
        survival_per_s=0.99,
    )


def _manoeuvre(clutter_per_scan: float, seed: int) -> Scenario:
    """One aircraft: straight, a turn with 3 g, straight."""
    if not 0.0 <= clutter_per_scan < np.inf:
        raise SettingError(f"clutter_per_scan must be finite and ≥ 0, found {clutter_per_scan}")
    truth_seed, sensor_seed = np.random.SeedSequence(seed).spawn(2)
    speed_m_s, turn_rate_rad_s = 250.0, 3.0 * 9.806_65 / 250.0
    straight = ConstantVelocity(axes=2, acceleration_psd=1.0)
    turn = CoordinatedTurn(axes=2, turn_rate_rad_s=turn_rate_rad_s, acceleration_psd=1.0)

    rng = generator(truth_seed)
    heading_rad = rng.uniform(0.0, 2.0 * np.pi)
    direction = np.array([np.cos(heading_rad), np.sin(heading_rad)])
    states = np.empty((101, 1, 4))
    states[0, 0] = [*(-40.0 * speed_m_s * direction), *(speed_m_s * direction)]
    for step in range(100):
        motion = turn if 40 <= step < 60 else straight  # noqa: PLR2004 (seconds)
        states[step + 1] = moved(rng, motion, states[step], 1.0)
    scene = Truth(np.arange(101.0), states, np.ones((101, 1), bool), 2)

    region_m = np.array([[-20e3, 20e3]] * 2)
    area_m2 = 40e3**2
    sensor = PositionSensor(
        std_m=30.0,
        detection_probability=0.9 if clutter_per_scan else 1.0,
        clutter_density=clutter_per_scan / area_m2,
    )
    return Scenario(
        motion=straight,
        truth=scene,
        detections=detections(scene, sensor, region=region_m, seed=sensor_seed),
        region_m=region_m,
        sensor=sensor,
        birth=Birth(
            initial_density=1.0 / area_m2,
            rate_density=1e-3 / area_m2,
            velocity_std_m_s=speed_m_s,
            acceleration_std_m_s2=15.0,
        ),
        survival_per_s=0.999,
    )
