"""Two cars that meet, each with a detector: what both see, scan by scan, and what is true.

A synthetic twin of a recorded drive. Cars in lanes, parked cars and people on the pavement; each
car sees up to `RANGE_M`, but not through buildings and not through other cars, although its
declared coverage says so. The detector gives scores, which last from scan to scan, so that misses
come in runs; what scores less than asked for is dropped, of clutter more than of objects. Some
clutter comes again from the same places. The error of a detection is partly the same for a second.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Look, Watcher, rehearse
from detente.exchange.rehearsal import How

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Place = Literal["crossing", "oncoming", "convoy"]

RANGE_M, NEAR_M = 60.0, 3.0  # nobody detects itself
CUTOFF_M = 5.0
STD_M, WHITE_M, LASTING_M = 0.4, 0.32, 0.24
SCORE_LASTS_S, ERROR_LASTS_S = 0.5, 1.0
CLUTTER_PER_SCAN = 4.0  # of any score, anywhere
KNOWN_FOR_S = 2.0  # an object is to be known so long after it was last in anybody's view
SETTLED_S = 5.0
NAMES = ("north", "south")

_ROAD_M, _LANE_M, _KERB_M, _WALK_M = 130.0, 1.75, 5.5, 9.0
_BUILDINGS = [(x, y, 45.0) for x in (-57.0, 57.0) for y in (-57.0, 57.0)]  # centre, half a side
_CAR_M = 1.1  # of its shadow
_SCORE = 0.67, 0.0035, 0.12, 0.12  # at 0 m, less per m, deviation of objects and from time to time
_ECHOES, _ECHO = 40, (0.2, 0.0, 0.12, 0.12)  # things at the roadside that are taken for objects


@dataclass(frozen=True)
class Drive:
    """What happened and what both cars saw.

    Attributes
    ----------
    watchers : list of Watcher
        Both cars with their looks.
    times_ns : list of int
        When both have looked.
    truth_m : list of (n, 2) float64
        At each of these times, the objects that are to be known.
    truth_id : list of (n,) int64
        Which they are.
    cars_m : list of (2, 2) float64
        Where the two cars are.
    seen : float
        The share of scans in which an object in view is detected.
    """

    watchers: list[Watcher]
    times_ns: list[int]
    truth_m: list[Array]
    truth_id: list[NDArray[np.int64]]
    cars_m: list[Array]
    seen: float

    def is_near(self, scan: int, places_m: Array, *, party: str | None = None) -> Mask:
        """Return which places (n, 2) are in the range of a party's car, or of either."""
        cars_m = self.cars_m[scan] if party is None else self.cars_m[scan][[NAMES.index(party)]]
        off_m = places_m[:, None] - cars_m
        return (np.linalg.norm(off_m, axis=2) <= RANGE_M).any(axis=1)

    def tracker(self, association: str) -> dt.Tracker:
        """Return the tracker of both."""
        return dt.Tracker(
            motion=dt.ConstantVelocity(axes=2, acceleration_psd=1.0),
            birth=dt.Birth(rate_density=5e-5, initial_density=2e-3, velocity_std_m_s=5.0),
            survival_per_s=0.95,
            association=association,  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        )


def drive(
    seed: int,
    *,
    place: Place = "crossing",
    lasts_s: float = 30.0,
    rate_hz: float = 10.0,
    least_score: float = 0.35,
    skill: float = 0.0,
) -> Drive:
    """Return a drive.

    Parameters
    ----------
    seed : int
        Of everything.
    place : {"crossing", "oncoming", "convoy"}
        How the two cars meet.
    lasts_s, rate_hz : float
        How long it lasts [s], and how often each car looks [1/s].
    least_score : float
        What scores less is dropped: 0.35 keeps about 0.9 of what is in view, 0.5 about 0.6.
    skill : float
        Added to the scores of objects: -0.15 is a weak detector.
    """
    rng = np.random.default_rng(seed)
    scans = round(lasts_s * rate_hz)
    times_s = np.arange(scans) / rate_hz
    place_m, is_car = _traffic(rng, times_s, place)
    side_m = rng.choice([-1.0, 1.0], _ECHOES) * rng.uniform(_KERB_M, 1.3 * _WALK_M, _ECHOES)
    echo_m = np.c_[rng.uniform(-_ROAD_M, _ROAD_M, _ECHOES), side_m]
    echo_m[::2] = echo_m[::2, ::-1]
    looks: list[list[Look]] = [[], []]
    covered, in_view, found = (np.empty((2, *place_m.shape[:2]), bool) for _ in range(3))
    kept: list[tuple[Array, Mask, list[Array]]] = []
    for car in range(2):
        covered[car], in_view[car] = _views(place_m, is_car, car)
        off_m = np.linalg.norm(place_m - place_m[:, car, None], axis=2)
        found[car] = in_view[car] & (_scores(rng, off_m, rate_hz, _SCORE) + skill >= least_score)
        error = LASTING_M * _lasting(rng, place_m.shape, ERROR_LASTS_S * rate_hz)
        error += WHITE_M * rng.normal(size=place_m.shape)
        false_m = _clutter(rng, place_m[:, car], least_score)
        echo_off_m = np.linalg.norm(echo_m - place_m[:, car, None], axis=2)
        heard = (echo_off_m >= NEAR_M) & (echo_off_m <= RANGE_M)
        heard &= _scores(rng, echo_off_m, rate_hz, _ECHO) >= least_score
        for k in range(scans):
            again_m = echo_m[heard[k]]
            false_m[k] = np.r_[false_m[k], again_m + STD_M * rng.normal(size=again_m.shape)]
        kept.append((place_m + error, found[car], false_m))
    seen = float(found.sum() / in_view.sum())
    false = sum(len(each) for _, _, scan in kept for each in scan) / (2 * scans)
    clutter = false / (np.pi * (RANGE_M**2 - NEAR_M**2))
    sensor = dt.PositionSensor(
        std_m=STD_M,
        detection_probability=round(seen, 2),
        clutter_density=clutter,
        coverage=dt.Annulus(near_m=NEAR_M, range_m=RANGE_M),
        name="lidar",
    )
    shift_s = 0.4 / rate_hz  # the second looks later
    for car, (measured_m, is_found, false_m) in enumerate(kept):
        for k in range(scans):
            time_ns = round((times_s[k] + car * shift_s) * 1e9)
            z = rng.permutation(np.r_[measured_m[k, is_found[k]], false_m[k]])
            pose = dt.Pose(position_m=tuple(place_m[k, car].tolist()))
            looks[car].append(Look(time_ns, sensor, z, pose=pose))
    known = _lately(in_view.any(axis=0), round(KNOWN_FOR_S * rate_hz)) & covered.any(axis=0)
    return Drive(
        [Watcher(name, seen_by) for name, seen_by in zip(NAMES, looks, strict=True)],
        [look.time_ns for look in looks[1]],
        [place_m[k, known[k]] for k in range(scans)],
        [np.flatnonzero(known[k]) for k in range(scans)],
        [place_m[k, :2] for k in range(scans)],
        seen,
    )


def errors(
    of: Drive, how: How, association: str, *, every_s: float = 0.0, shown_hz: float = 2.0
) -> dict[str, Array]:
    """Return the mean GOSPA of each party, and what is located, missed and false, (4,).

    GOSPA with p = 2 and the cutoff `CUTOFF_M` [m]; then the mean squared parts [m²]. It is taken
    from `SETTLED_S` on, of what is in the range of the party's own car.
    """
    first_ns = round(SETTLED_S * 1e9)
    step = max(1, round(1e9 / shown_hz / (of.times_ns[1] - of.times_ns[0])))
    rows = [k for k in range(0, len(of.times_ns), step) if of.times_ns[k] >= first_ns]
    at = {of.times_ns[k]: k for k in rows}
    values: dict[str, list[tuple[float, ...]]] = {name: [] for name in NAMES}
    played = rehearse(
        of.watchers, of.tracker(association), how=how, times_ns=list(at), every_s=every_s
    )
    for party, snapshot, _ in played:
        scan = at[snapshot.time_ns]
        truth_m, known_m = of.truth_m[scan], snapshot.confirmed().mean[:, :2]
        truth_m, known_m = (m[of.is_near(scan, m, party=party)] for m in (truth_m, known_m))
        found = dt.metrics.gospa(truth_m, known_m, cutoff=CUTOFF_M)
        values[party].append((found.value, found.localisation, found.missed, found.false))
    return {party: np.mean(each, axis=0) for party, each in values.items()}


def _traffic(rng: np.random.Generator, times_s: Array, place: Place) -> tuple[Array, Mask]:
    """Return places (scans, n, 2), both own cars first, and which are cars."""
    east, north = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    lanes = [(way * along, way * -_LANE_M) for along in (east, north) for way in (1.0, -1.0)]
    begun = -55.0 + rng.uniform(-8.0, 8.0, 2)
    own = {  # the lane of each, and how far along it is at first
        "crossing": [(0, begun[0]), (2, begun[1] - 12.0)],
        "oncoming": [(0, begun[0]), (1, begun[1])],
        "convoy": [(0, begun[0]), (0, begun[0] - 20.0)],
    }[place]
    speeds = [_speed(rng, times_s, rng.uniform(4.0, 8.0)) for _ in lanes]
    tracks: list[tuple[Array, bool]] = []
    taken: list[list[float]] = [[] for _ in lanes]
    for lane, at_m in own:
        taken[lane].append(at_m)
        tracks.append((_driven(lanes[lane], at_m, times_s, speeds[lane]), True))
    for lane, (heading, _) in enumerate(lanes):
        for at_m in rng.uniform(-2.5 * _ROAD_M, 0.8 * _ROAD_M, 10):
            if min((abs(at_m - other) for other in taken[lane]), default=99.0) > 8.0:
                taken[lane].append(at_m)
                tracks.append((_driven(lanes[lane], at_m, times_s, speeds[lane]), True))
        parked: list[float] = []
        for at_m in rng.uniform(12.0, _ROAD_M, 5) * rng.choice([-1.0, 1.0], 5):
            if min((abs(at_m - other) for other in parked), default=99.0) > 6.0:
                parked.append(at_m)
                still = np.zeros_like(times_s)
                tracks.append((_driven((heading, -_KERB_M), at_m, times_s, still), True))
        for at_m in rng.uniform(-_ROAD_M, _ROAD_M, 5):
            walk = _speed(rng, times_s, rng.choice([-1.3, 1.3]))
            tracks.append((_driven((heading, -_WALK_M), at_m, times_s, walk), False))
    return np.stack([xy for xy, _ in tracks], axis=1), np.array([car for _, car in tracks])


def _speed(rng: np.random.Generator, times_s: Array, mean_m_s: float) -> Array:
    """Return a speed that changes slowly, within a quarter of its mean or so."""
    knots = mean_m_s * (1.0 + 0.25 * rng.normal(size=2 + int(times_s[-1] / 4.0)))
    return np.interp(times_s, 4.0 * np.arange(len(knots)), knots)


def _driven(lane: tuple[Array, float], at_m: float, times_s: Array, speed_m_s: Array) -> Array:
    """Return where somebody is who keeps to the left of a line through the middle, (scans, 2)."""
    heading, left_m = lane
    mean_m_s = 0.5 * (speed_m_s[1:] + speed_m_s[:-1])
    gone_m = at_m + np.r_[0.0, np.cumsum(mean_m_s * np.diff(times_s))]
    side = np.array([-heading[1], heading[0]]) * np.abs(heading.sum()) * left_m
    return gone_m[:, None] * heading + side


def _views(place_m: Array, is_car: Mask, own: int) -> tuple[Mask, Mask]:
    """Return whom one car's coverage holds, and whom of these nothing hides, (scans, n)."""
    eye = place_m[:, own, None]
    off_m = place_m - eye
    far_m = np.linalg.norm(off_m, axis=2)
    covered = (far_m <= RANGE_M) & (far_m >= NEAR_M)
    hidden = np.zeros_like(covered)
    for x, y, half_m in _BUILDINGS:
        hidden |= _crosses(eye, off_m, np.array([x, y]), half_m)
    along = off_m / np.maximum(far_m, 1e-9)[..., None]
    for other in np.flatnonzero(is_car):
        to_m = off_m[:, other, None]
        ahead_m = np.sum(along * to_m, axis=2)
        aside_m = np.linalg.norm(to_m - ahead_m[..., None] * along, axis=2)
        between = (ahead_m > NEAR_M) & (ahead_m < far_m - 2.0 * _CAR_M) & (aside_m < _CAR_M)
        between[:, other] = False
        hidden |= between
    return covered, covered & ~hidden


def _crosses(eye: Array, off_m: Array, centre_m: Array, half_m: float) -> Mask:
    """Return which lines of sight cross a square (slabs)."""
    with np.errstate(divide="ignore"):
        a, b = ((centre_m + side * half_m - eye) / off_m for side in (-1.0, 1.0))
    enters = np.minimum(a, b).max(axis=2)
    leaves = np.maximum(a, b).min(axis=2)
    return (enters < leaves) & (leaves > 0.0) & (enters < 1.0)


def _scores(
    rng: np.random.Generator, off_m: Array, rate_hz: float, of: tuple[float, float, float, float]
) -> Array:
    """Return the scores of objects at ranges (scans, n) [m]."""
    middle, slope, between, within = of
    score = middle - slope * off_m + between * rng.normal(size=off_m.shape[1])
    return score + within * _lasting(rng, off_m.shape, SCORE_LASTS_S * rate_hz)


def _lasting(rng: np.random.Generator, shape: tuple[int, ...], scans: float) -> Array:
    """Return normal deviates along the first axis that are alike for so many scans."""
    keep = np.exp(-1.0 / scans)
    out = rng.normal(size=shape)
    for k in range(1, len(out)):
        out[k] = keep * out[k - 1] + np.sqrt(1.0 - keep**2) * out[k]
    return out


def _clutter(rng: np.random.Generator, eye_m: Array, least_score: float) -> list[Array]:
    """Return false detections, uniform in what is covered."""
    count = rng.poisson(CLUTTER_PER_SCAN * (1.0 - _clutter_below(least_score)), len(eye_m))
    out: list[Array] = []
    for n, at_m in zip(count.tolist(), eye_m, strict=True):
        far_m = np.sqrt(rng.uniform(NEAR_M**2, RANGE_M**2, n))
        angle = rng.uniform(0.0, 2.0 * np.pi, n)
        out.append(at_m + far_m[:, None] * np.c_[np.sin(angle), np.cos(angle)])
    return out


def _clutter_below(score: float) -> float:
    """Return the share of clutter that scores less: (s / 0.7)^½ up to 1."""
    return float(np.sqrt(min(score / 0.7, 1.0)))


def _lately(is_so: Mask, scans: int) -> Mask:
    """Return where it was so in one of the last scans."""
    out = is_so.copy()
    for k in range(1, min(scans, len(is_so) - 1) + 1):
        out[k:] |= is_so[:-k]
    return out
