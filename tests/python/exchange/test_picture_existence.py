"""What partners say of existence adds up as Bayes says, and shared probabilities are calibrated."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Limits, Observer, Report, SensorDescription, Snapshot

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
SIDE_M = 1_000.0
CLUTTER = 2e-5
SURVIVAL = 0.99
BIRTH = dt.Birth(rate_density=1e-8, initial_density=4e-6, velocity_std_m_s=5.0)


def _radar(coverage: dt.Disc | None = None, clutter: float = CLUTTER) -> dt.PositionSensor:
    return dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.7,
        clutter_density=clutter,
        coverage=coverage or dt.Everywhere(),
    )


def _tracker(association: str = "jpda") -> dt.Tracker:
    return dt.Tracker(
        motion=MOTION,
        birth=BIRTH,
        survival_per_s=SURVIVAL,
        association=association,  # pyright: ignore[reportArgumentType] - one of the three
    )


@pytest.mark.parametrize("kind", ["detections", "tracklets"])
def test_a_false_track_of_one_party_fades_at_the_rate_that_bayes_says(kind: str) -> None:
    """North follows clutter for three scans; South looks there and sees nothing."""
    north, south = (Observer(name, _tracker("gnn")) for name in ("north", "south"))
    picture, radar = dt.Picture(_tracker("gnn")), _radar()
    nothing = np.empty((0, 2))
    for k in range(3):
        seen = north.observe(k * SECOND_NS, [[5.0 * k, 0.0]], sensor=radar)
        if kind == "detections":
            picture.add(seen.detections)
    for report in north.tracklets() if kind == "tracklets" else []:
        picture.add(report)
    expected = float(picture.as_of(2 * SECOND_NS).existence.max())
    assert expected > 0.5
    for k in range(3, 9):
        both = [o.observe(k * SECOND_NS, nothing, sensor=radar) for o in (north, south)]
        for observer, seen in zip((north, south), both, strict=True):
            for report in observer.tracklets() if kind == "tracklets" else [seen.detections]:
                picture.add(report)
        expected *= SURVIVAL
        for _ in range(2):  # neither of the two sees it
            expected = expected * (1.0 - 0.7) / (1.0 - 0.7 * expected)
        shown = picture.as_of(k * SECOND_NS)
        assert float(shown.existence.max(initial=0.0)) == pytest.approx(expected, rel=1e-6)


def test_an_object_that_only_one_party_can_see_does_not_fade() -> None:
    """South looks twice as often, but not there."""
    north = Observer("north", _tracker())
    south = Observer("south", _tracker())
    far = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.7,
        clutter_density=CLUTTER,
        coverage=dt.Disc(range_m=500.0),
        pose=dt.Pose(position_m=(5_000.0, 0.0)),
    )
    alone, shared = dt.Picture(_tracker()), dt.Picture(_tracker())
    for k in range(20):
        seen = north.observe(k * SECOND_NS, [[0.0, 0.0]], sensor=_radar(dt.Disc(range_m=900.0)))
        alone.add(seen.detections)
        shared.add(seen.detections)
        for at_ns in (k * SECOND_NS + 1, k * SECOND_NS + SECOND_NS // 2):
            south.observe(at_ns, np.empty((0, 2)), sensor=far)
        for report in south.tracklets():
            shared.add(report)
    expected, shown = (p.as_of(19 * SECOND_NS).confirmed() for p in (alone, shared))
    assert len(shown) == 1
    assert shown.existence == pytest.approx(expected.existence, rel=1e-9)


def _world(
    rng: np.random.Generator, scans: int, density: float
) -> tuple[list[Array], list[list[Array]]]:
    """Return places of objects that appear and die as the tracker believes, and two radars."""
    rate = BIRTH.rate_density * SIDE_M**2
    n = rng.poisson(BIRTH.initial_density * SIDE_M**2)
    states = np.c_[rng.uniform(0, SIDE_M, (n, 2)), rng.normal(0, 5.0, (n, 2))]
    root = np.linalg.cholesky(MOTION.noise(1.0))
    truth: list[Array] = []
    seen: list[list[Array]] = [[], []]
    for _ in range(scans):
        truth.append(states[:, :2])
        for scan in seen:
            found = states[rng.random(len(states)) < 0.7, :2]
            clutter = rng.uniform(0, SIDE_M, (rng.poisson(density * SIDE_M**2), 2))
            scan.append(np.r_[found + rng.normal(0, 10.0, found.shape), clutter])
        lives = states[rng.random(len(states)) < SURVIVAL]
        moved = lives @ MOTION.transition(1.0).T + rng.normal(size=lives.shape) @ root.T
        born = rng.poisson(rate)
        new = np.c_[rng.uniform(0, SIDE_M, (born, 2)), rng.normal(0, 5.0, (born, 2))]
        states = np.r_[moved, new]
    return truth, seen


def _true(shown: Snapshot, truth_m: Array) -> NDArray[np.bool_]:
    """Return which rows stand for an object, no two for the same."""
    off = shown.mean[:, None, :2] - truth_m
    distance = np.einsum("ijk,ikl,ijl->ij", off, np.linalg.inv(shown.cov[:, :2, :2]), off)
    pairs = np.argwhere(distance < 25.0)
    order = np.lexsort((distance[*pairs.T], -shown.existence[pairs[:, 0]]))
    good, taken = np.zeros(len(shown), bool), set[int]()
    for row, place in pairs[order].tolist():
        if not good[row] and place not in taken:
            good[row] = True
            taken.add(place)
    return good


@pytest.mark.parametrize(
    ("kind", "clutter", "worlds"),
    [
        ("detections", CLUTTER, 40),
        ("detections", 5.0 * CLUTTER, 16),
        ("tracklets", CLUTTER, 40),
        ("tracklets", 5.0 * CLUTTER, 16),
        ("tracks", CLUTTER, 40),
    ],
)
def test_the_shared_existence_is_calibrated(kind: str, clutter: float, worlds: int) -> None:
    """Of the rows of the picture that claim r, the share r is of an object (bins of 500 or more).

    Clutter and detections are those that the tracker believes in. A row is of an object within
    five deviations, each object making true the likeliest of its rows.
    """
    claimed: list[float] = []
    true: list[bool] = []
    radar = _radar(clutter=clutter)
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        truth, seen = _world(rng, scans=25, density=clutter)
        parties = [Observer(name, _tracker()) for name in ("north", "south")]
        picture = dt.Picture(_tracker())
        for k in range(25):
            for index, party in enumerate(parties):
                looked = party.observe(k * SECOND_NS, seen[index][k], sensor=radar)
                told: list[Report] = [looked.detections]
                if index == 1 and kind == "tracklets":
                    told = party.tracklets()
                elif index == 1 and kind == "tracks":
                    told = [looked.tracks]
                for report in told:
                    picture.add(report)
            if k >= 5:
                shown = picture.as_of(k * SECOND_NS)
                claimed += shown.existence.tolist()
                true += _true(shown, truth[k]).tolist()
    r, hit = np.array(claimed), np.array(true)
    edges = np.linspace(0.0, 1.0, 6)
    checked = 0
    for low, high in pairwise(edges.tolist()):
        rows = (r >= low) & (r <= high)
        if rows.sum() >= 500:
            checked += 1
            assert abs(r[rows].mean() - hit[rows].mean()) < 0.05, (low, high, int(rows.sum()))
    assert checked >= 2


@pytest.mark.parametrize("kind", ["detections", "tracklets"])
@pytest.mark.parametrize("sensor", ["position", "state", "polar", "bearing"])
def test_a_silent_scan_erases_nothing_unless_it_says_where_it_looks(kind: str, sensor: str) -> None:
    """One that detects without fail and says nothing of its coverage changes no track."""
    settings = dict[str, Any](detection_probability=1.0, clutter_density=1e-9)
    silent = {
        "position": dt.PositionSensor(std_m=10.0, **settings),
        "polar": dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=0.01, **settings),
        "state": dt.StateSensor(position_std_m=10.0, velocity_std_m_s=1.0, **settings),
        "bearing": dt.BearingSensor(bearing_std_rad=0.01, range_limits_m=(1.0, 1e4), **settings),
    }[sensor]
    north = Observer("north", _tracker("gnn"))
    seen = [
        north.observe(k * SECOND_NS, [[500.0 + 5.0 * k, 0.0]], sensor=_radar()).detections
        for k in range(5)
    ]
    shown: dict[str, Snapshot] = {}
    for name, coverage in (("unknown", None), ("everywhere", dt.Everywhere())):
        silent = replace(silent, coverage=coverage)
        south = Observer("south", _tracker("gnn"))
        looked = south.observe(
            4 * SECOND_NS + 1, np.empty((0, len(silent.noise(2)))), sensor=silent
        )
        everything = Limits(detection_probability=1.0)
        picture = dt.Picture(_tracker("gnn"), owner="north", limits=everything)
        for report in (
            *seen,
            *([looked.detections] if kind == "detections" else south.tracklets()),
        ):
            picture.add(report)
        assert picture.set_aside == ()
        shown[name] = picture.as_of(4 * SECOND_NS + 1)
    alone = dt.Picture(_tracker("gnn"))
    for report in seen:
        alone.add(report)
    expected = alone.as_of(4 * SECOND_NS + 1)
    assert shown["unknown"].existence == pytest.approx(expected.existence, rel=1e-6)
    assert len(shown["everywhere"].confirmed()) == 0


def test_where_an_own_sensor_leaves_out_its_coverage_its_owner_knows() -> None:
    radar = dt.PositionSensor(std_m=10.0, detection_probability=0.7, clutter_density=CLUTTER)
    north = Observer("north", _tracker())
    seen = [
        north.observe(k * SECOND_NS, z, sensor=radar).detections
        for k, z in enumerate([[[0.0, 0.0]]] * 4 + [np.empty((0, 2))] * 2)
    ]
    described = SensorDescription.from_sensor(radar, axes=2)
    said = [replace(r, sensor=replace(described, field_of_view=dt.Everywhere())) for r in seen]
    found: list[Array] = []
    for reports, owner in ((seen, "north"), (said, None), (seen, None), (seen, "south")):
        picture = dt.Picture(_tracker(), owner=owner)
        for report in reports:
            picture.add(report)
        found.append(picture.as_of(5 * SECOND_NS).existence)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[2], found[3])
    assert found[2].max() > found[0].max()


@pytest.mark.parametrize("sensor", ["polar", "bearing"])
def test_what_a_scan_of_unknown_coverage_saw_counts_as_ever(sensor: str) -> None:
    """Beginnings and updates by detections of a sensor that is not linear.

    Few objects are yet to be found: where nobody knows what was looked at, none become fewer.
    """
    few = dt.Birth(rate_density=1e-12, initial_density=1e-10, velocity_std_m_s=5.0)
    tracker = dt.Tracker(motion=MOTION, birth=few, survival_per_s=SURVIVAL)
    settings = dict[str, Any](detection_probability=0.9, clutter_density=1e-9)
    radar = {
        "polar": dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=0.01, **settings),
        "bearing": dt.BearingSensor(bearing_std_rad=0.01, range_limits_m=(100.0, 2e3), **settings),
    }[sensor]
    found: list[Snapshot] = []
    for coverage in (None, dt.Everywhere()):
        radar = replace(radar, coverage=coverage)
        north = Observer("north", tracker)
        picture = dt.Picture(tracker)
        for k in range(6):
            pose = dt.Pose(position_m=(30.0 * k, 0.0))
            z = radar.measure([[-30.0 * k, 500.0, 0.0, 0.0]], axes=2)  # from where it stands
            picture.add(north.observe(k * SECOND_NS, z, sensor=radar, pose=pose).detections)
        found.append(picture.as_of(5 * SECOND_NS))
    unknown, everywhere = found
    assert unknown.mean == pytest.approx(everywhere.mean, rel=1e-6, abs=1e-6)
    assert unknown.cov == pytest.approx(everywhere.cov, rel=1e-6, abs=1e-6)
