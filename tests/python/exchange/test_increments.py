"""Tracklets of one scan each: every detection once, of the components that the sensor measures."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Observer, Report
from detente.sensors import Sensor

SECOND_NS = 1_000_000_000
RADAR = dt.PositionSensor(
    std_m=10.0, detection_probability=0.9, clutter_density=1e-5, coverage=dt.Everywhere()
)
POLAR = dt.RangeBearingSensor(
    range_std_m=10.0,
    bearing_std_rad=0.01,
    detection_probability=0.9,
    clutter_density=1e-4,
    coverage=dt.Everywhere(),
)
BEARING = dt.BearingSensor(
    bearing_std_rad=0.01,
    range_limits_m=(100.0, 3_000.0),
    detection_probability=0.9,
    clutter_density=0.1,
    coverage=dt.Everywhere(),
)


def _tracker(association: str = "gnn") -> dt.Tracker:
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-8, initial_density=1e-6, velocity_std_m_s=5.0),
        association=association,  # pyright: ignore[reportArgumentType] - one of the three
    )


def _told(
    association: str, sensor: Sensor, scans: list[NDArray[np.float64]], threshold: float = 0.5
) -> list[Report]:
    party = Observer("north", _tracker(association), threshold=threshold)
    for k, z in enumerate(scans):
        party.observe(k * SECOND_NS, z, sensor=sensor)
    return party.tracklets()


def _rows(told: list[Report], name: str) -> NDArray[np.float64]:
    return np.concatenate([report[name] for report in told])


def test_what_a_radar_says_is_its_inverse_noise_of_the_place_alone() -> None:
    scans = [np.array([[3.0 * k, -2.0 * k]]) for k in range(6)]
    for association in ("gnn", "jpda"):
        told = _told(association, RADAR, scans)
        assert [len(report) for report in told] == [1] * 6
        assert _rows(told, "information") == pytest.approx(np.stack([np.eye(2) / 100.0] * 6))
        assert _rows(told, "information_vector") == pytest.approx(np.concatenate(scans) / 100.0)


@pytest.mark.parametrize("sensor", [POLAR, BEARING])
def test_where_tracks_share_nothing_all_associations_say_the_same(sensor: Sensor) -> None:
    """Of one object without clutter; the first scan, which begins it, aside."""
    places = np.array([[800.0 + 5.0 * k, 300.0 - 4.0 * k, 5.0, -4.0] for k in range(6)])
    scans = [sensor.measure(place[None], axes=2) for place in places]
    if sensor is BEARING:  # a place to begin with
        scans = [np.array([800.0, 300.0])[None], *scans[1:]]
    matrices: list[NDArray[np.float64]] = []
    for association in ("gnn", "jpda"):
        party = Observer("north", _tracker(association))
        for k, z in enumerate(scans):
            first = RADAR if sensor is BEARING and not k else sensor
            party.observe(k * SECOND_NS, z, sensor=first)
        sure = max(_rows(party_told := party.tracklets(), "track_id"))
        own = [report["information"][report.track_id == sure] for report in party_told[1:]]
        matrices.append(np.concatenate(own))
        assert matrices[-1].shape == (5, 2, 2)
    assert matrices[1] == pytest.approx(matrices[0], rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("sensor", [RADAR, POLAR])
def test_a_detection_that_tracks_share_is_told_once(sensor: Sensor) -> None:
    """Two objects 15 m apart, and a stray detection between them."""
    rng = np.random.default_rng(3)
    truth_m = np.array([[1_000.0, 0.0, 0.0, 0.0], [1_000.0, 15.0, 0.0, 0.0]])
    scans = [
        sensor.measure(truth_m, axes=2)
        + rng.normal(size=(2, 2)) * np.sqrt(np.diag(sensor.noise(2)))
        for _ in range(20)
    ]
    told = _told("jpda", sensor, scans)
    assert any(len(report) == 2 for report in told)
    for report, scan in zip(told, scans, strict=True):
        assert len(report) <= len(scan)
        assert len(np.unique(report.track_id)) == len(report)
        assert len(np.unique(report["information_vector"], axis=0)) == len(report)


def test_a_track_is_tentative_until_its_party_is_sure_of_it() -> None:
    scans = [np.array([[5.0 * k, 0.0]]) for k in range(6)]
    doubted = _rows(_told("gnn", RADAR, scans), "is_tentative")
    assert doubted[0]
    assert not doubted[-1]
    assert np.all(np.diff(doubted.astype(int)) <= 0)
    assert not _rows(_told("gnn", RADAR, scans, threshold=1e-9), "is_tentative").any()


def test_surer_tracks_alone_are_told_if_asked() -> None:
    """What was seen of one before it was sure comes later, in reports of its own."""
    party = Observer("north", _tracker(), tracklets_from=0.9)
    assert party.observe(0, [[0.0, 0.0]], sensor=RADAR).detections.time_ns == 0
    (first,) = party.tracklets()
    assert len(first) == 0
    for k in range(1, 5):
        party.observe(k * SECOND_NS, [[0.0, 0.0]], sensor=RADAR)
    late, *rest = party.tracklets()
    assert (late.time_ns, len(late), late.sequence) == (0, 1, 1)
    assert [len(report) for report in rest] == [1] * 4


def test_the_number_of_a_tentative_track_is_no_evidence() -> None:
    """Every other row is said to be of another track: an object, unless the party is sure."""
    scans = [np.array([[5.0 * k, 0.0]]) for k in range(8)]
    told = _told("gnn", RADAR, scans)
    for doubted in (False, True):
        picture = dt.Picture(_tracker())
        for k, report in enumerate(told):
            number = report.track_id if k % 2 else report.track_id + np.uint64(1)
            changed = {"track_id": number, "is_tentative": np.full(len(report), doubted)}
            picture.add(replace(report, columns={**report.columns, **changed}))
        shown = picture.as_of(7 * SECOND_NS).confirmed()
        assert (len(shown) == 1) == doubted


def test_reports_of_one_scan_may_tell_of_fewer_components() -> None:
    """The rest of what is told of a scan counts, of whatever width."""
    scans = [np.array([[0.0, 0.0], [500.0, 0.0]])] * 5
    whole = _told("gnn", RADAR, scans)
    pictures = dt.Picture(_tracker()), dt.Picture(_tracker())
    for report in whole:
        pictures[0].add(report)
        for row, wide in ((0, False), (1, True)):
            columns = {name: values[row : row + 1] for name, values in report.columns.items()}
            if wide:
                columns["information"] = np.pad(columns["information"], ((0, 0), (0, 2), (0, 2)))
                columns["information_vector"] = np.pad(
                    columns["information_vector"], ((0, 0), (0, 2))
                )
            pictures[1].add(replace(report, columns=columns, sequence=row))
    one, two = (picture.as_of(4 * SECOND_NS) for picture in pictures)
    assert len(one) == len(two) == 2
    assert two.mean == pytest.approx(one.mean, rel=1e-12)


def test_information_of_a_part_of_the_place_counts() -> None:
    """Of the first component alone: the other is as good as unknown."""
    told = _told("gnn", RADAR, [np.array([[0.0, 0.0]])] * 5)
    picture = dt.Picture(_tracker())
    for report in told[:4]:
        picture.add(report)
    narrow = {
        "information": told[4]["information"][:, :1, :1],
        "information_vector": told[4]["information_vector"][:, :1],
    }
    before = picture.as_of(4 * SECOND_NS)
    assert picture.add(replace(told[4], columns={**told[4].columns, **narrow}))
    after = picture.as_of(4 * SECOND_NS)
    assert not picture.set_aside
    assert after.cov[0, 0, 0] < 0.9 * before.cov[0, 0, 0]
    assert after.cov[0, 1, 1] == pytest.approx(before.cov[0, 1, 1], rel=1e-6)


def test_a_mixture_in_clutter_leaves_no_phantoms_with_its_partner() -> None:
    """Two objects that walk side by side, four false detections a scan."""
    radar = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.9,
        clutter_density=4 / 600.0**2,
        coverage=dt.Everywhere(),
    )
    for seed in range(4):
        rng = np.random.default_rng(seed)
        party = Observer("north", _tracker("pmbm"), tracklets_from=0.0)
        picture = dt.Picture(_tracker("pmbm"))
        for k in range(60):
            places = np.array([[5.0 * k, 0.0], [5.0 * k, 25.0]])[rng.random(2) < 0.9]
            clutter = rng.uniform(-200.0, 400.0, (rng.poisson(4), 2))
            z = np.r_[places + rng.normal(size=places.shape) * 10.0, clutter]
            party.observe(k * SECOND_NS, z, sensor=radar)
            for report in party.tracklets():
                picture.add(report)
        assert len(picture.as_of(59 * SECOND_NS).confirmed()) == 2


def test_angles_of_a_sensor_of_ones_own_are_wrapped() -> None:
    """An object in the west, where the bearing jumps from π to -π."""
    rng = np.random.default_rng(1)
    own = dt.UserSensor(
        measure=lambda x: np.c_[np.hypot(x[:, 0], x[:, 1]), np.arctan2(x[:, 1], x[:, 0])],
        cov=np.diag([100.0, 1e-4]),
        angular=[False, True],
        position=lambda z: np.c_[z[:, 0] * np.cos(z[:, 1]), z[:, 0] * np.sin(z[:, 1])],
        detection_probability=0.9,
        clutter_density=1e-4,
        coverage=dt.Everywhere(),
        name="own",
    )
    party, picture = Observer("north", _tracker("jpda")), dt.Picture(_tracker("jpda"))
    for k in range(20):
        z = own.measure(np.array([[-1_000.0, 0.0, 0.0, 0.0]]), axes=2)
        z = z + rng.normal(size=2) * np.array([10.0, 0.01])
        z[:, 1] = (z[:, 1] + np.pi) % (2.0 * np.pi) - np.pi
        party.observe(k * SECOND_NS, z, sensor=own)
        for report in party.tracklets():
            picture.add(report)
    shown = picture.as_of(19 * SECOND_NS).confirmed()
    assert len(shown) == 1
    assert np.linalg.norm(shown.mean[0, :2] - [-1_000.0, 0.0]) < 30.0


def test_what_nobody_asks_for_is_forgotten() -> None:
    """Of tracks that have died nothing is kept."""
    rng = np.random.default_rng(2)
    party = Observer("north", _tracker())
    for k in range(60):
        seen = party.observe(k * SECOND_NS, rng.uniform(-1e4, 1e4, (20, 2)), sensor=RADAR)
        party.forget()
    assert len(seen.detections) == 20
    assert len(party._told) < 20 * 30  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - what it keeps


def test_what_gains_cannot_carry_is_refused() -> None:
    """Increments of each scan can."""
    faster = dt.Tracker(
        motion=dt.ConstantAcceleration(axes=2, jerk_psd=0.1),
        birth=dt.Birth(rate_density=1e-8, initial_density=1e-6, velocity_std_m_s=5.0),
        association="pmbm",
    )
    with pytest.raises(dt.errors.SettingError, match="leave compress_parties out"):
        Observer("north", faster, compress_parties=2)
    party, picture = Observer("north", faster), dt.Picture(faster)
    for k in range(5):
        party.observe(k * SECOND_NS, [[5.0 * k, 0.0]], sensor=RADAR)
        for report in party.tracklets():
            assert picture.add(report)
    assert len(picture.as_of(4 * SECOND_NS).confirmed()) == 1
