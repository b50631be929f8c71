"""Whether a partner's tracks exist: its word and others' looks count once, as Bayes says."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente as dt
from detente.exchange import Observer, Report

SECOND_NS = 1_000_000_000
START_NS = 1_600_000_000 * SECOND_NS
SURVIVAL = 0.95
SEEN, CLUTTER = 0.9, 1e-4
HERE_M = np.array([[10.0, 20.0, 0.0, 0.0]])
NOTHING = np.empty((0, 2))


def _tracker() -> dt.Tracker:
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-6, initial_density=1e-4, velocity_std_m_s=2.0),
        survival_per_s=SURVIVAL,
    )


def _lidar(seen: float = SEEN) -> dt.PositionSensor:
    return dt.PositionSensor(
        std_m=0.5,
        detection_probability=seen,
        clutter_density=CLUTTER,
        coverage=dt.Disc(range_m=60.0),
        name="lidar",
    )


def _told(time_ns: int, existence: float) -> Report:
    cov = np.diag([0.2, 0.2, 0.1, 0.1])[None]
    track = np.array([7], np.uint64)
    return Report.tracks("south", 0, START_NS + time_ns, track, HERE_M, cov, [existence], axes=2)


def _only(picture: dt.Picture, time_ns: int) -> float:
    """Return the existence of the partner's track."""
    shown = picture.as_of(START_NS + time_ns)
    return float(shown.existence[shown.theirs["south"] == 7].max(initial=0.0))


def _log_odds(existence: float) -> float:
    return float(np.log(existence / (1.0 - existence)))


@settings(deadline=None, max_examples=30)
@given(
    existence=st.floats(0.0, 1.0),
    looks=st.lists(st.booleans(), min_size=1, max_size=12),
    gap_ns=st.integers(1, 3 * SECOND_NS),
)
def test_a_report_of_equal_existence_never_lowers_a_track(
    existence: float, looks: list[bool], gap_ns: int
) -> None:
    """However often it is repeated, and whatever others saw or did not see in between."""
    picture, north = dt.Picture(_tracker()), Observer("north", _tracker())
    picture.add(_told(0, existence))
    for k, has_looked in enumerate(looks, 1):
        if has_looked:
            at_ns = k * gap_ns - gap_ns // 2
            picture.add(north.observe(START_NS + at_ns, NOTHING, sensor=_lidar()).detections)
        before = _only(picture, k * gap_ns)
        picture.add(_told(k * gap_ns, existence))
        assert _only(picture, k * gap_ns) >= before - 1e-15


def test_what_a_partner_adds_and_what_a_look_says_multiply_the_odds() -> None:
    """A filter of existence by hand: survival, a report's new evidence, misses."""
    picture, north = dt.Picture(_tracker()), Observer("north", _tracker())
    picture.add(_told(0, 0.7))
    assert _only(picture, 0) == pytest.approx(0.7)
    assert _only(picture, 2 * SECOND_NS) == pytest.approx(0.7 * SURVIVAL**2)
    told = exists = 0.7
    for k, says in enumerate((0.9, 0.8, 0.95), 1):
        told, exists = told * SURVIVAL, exists * SURVIVAL
        odds = np.exp(_log_odds(exists) + _log_odds(says) - _log_odds(told)) * (1.0 - SEEN)
        told, exists = says, float(odds / (1.0 + odds))
        at_ns = k * SECOND_NS
        picture.add(_told(at_ns, says))
        picture.add(north.observe(START_NS + at_ns, NOTHING, sensor=_lidar()).detections)
        assert _only(picture, at_ns) == pytest.approx(exists, rel=1e-9)


def test_a_false_track_of_a_partner_fades_as_with_pooled_detections() -> None:
    """North looks before South has told of anything, and then beside it: nobody sees it again."""
    tracks, pooled = dt.Picture(_tracker()), dt.Picture(_tracker())
    north, south = (Observer(name, _tracker()) for name in ("north", "south"))
    last = 1.0
    for k in range(8):
        at_ns = k * SECOND_NS
        theirs = south.observe(
            START_NS + at_ns, HERE_M[:, :2] if k < 3 else NOTHING, sensor=_lidar()
        )
        pooled.add(theirs.detections)
        tracks.add(theirs.tracks)
        if k >= 3:
            ours = north.observe(START_NS + at_ns + 1, NOTHING, sensor=_lidar()).detections
            tracks.add(ours)
            pooled.add(ours)
        expected = pooled.as_of(START_NS + at_ns + 1).existence.max(initial=0.0)
        if len(theirs.tracks):
            shown = tracks.as_of(START_NS + at_ns + 1).existence.max(initial=0.0)
            assert shown == pytest.approx(expected, rel=1e-6)
            last = float(shown)
    assert last < 0.5


def test_what_a_partner_keeps_seeing_stays_although_it_is_hidden_from_us() -> None:
    """As with pooled detections: each of its detections outweighs one miss of ours."""
    tracks, pooled = dt.Picture(_tracker()), dt.Picture(_tracker())
    north, south = (Observer(name, _tracker()) for name in ("north", "south"))
    for k in range(100):
        at_ns = k * SECOND_NS // 10
        theirs = south.observe(START_NS + at_ns, HERE_M[:, :2], sensor=_lidar())
        ours = north.observe(
            START_NS + at_ns + SECOND_NS // 20, NOTHING, sensor=_lidar()
        ).detections
        for picture, told in ((tracks, theirs.tracks), (pooled, theirs.detections)):
            picture.add(told)
            picture.add(ours)
        if k >= 5:
            expected = pooled.as_of(START_NS + at_ns + SECOND_NS // 20).existence.max()
            assert expected > 0.9
            shown = tracks.as_of(START_NS + at_ns + SECOND_NS // 20).existence.max()
            assert shown == pytest.approx(expected, abs=1e-3)


def test_nothing_refutes_a_track_without_limit() -> None:
    """Told of again after a minute of looks that saw nothing, it is back with little evidence."""
    picture, north = dt.Picture(_tracker()), Observer("north", _tracker())
    picture.add(_told(0, 0.99))
    for k in range(1, 600):
        picture.add(
            north.observe(START_NS + k * SECOND_NS // 10, NOTHING, sensor=_lidar()).detections
        )
    seen = [0.0]
    for k in range(60, 66):
        picture.add(_told(k * SECOND_NS, 0.999))
        seen.append(_only(picture, k * SECOND_NS))
    assert seen[1] < 0.5
    assert seen[-1] > 0.9
    assert all(after >= before for before, after in pairwise(seen))


@pytest.mark.parametrize("seed", range(5))
def test_reports_of_tracks_make_the_same_picture_in_any_order(seed: int) -> None:
    """Late, repeated and replaced ones too: tracks that flicker, beside looks of two others."""
    rng = np.random.default_rng(seed)
    reports: list[Report] = []
    for k in range(12):
        if rng.random() < 0.8:
            reports.append(_told(k * SECOND_NS, float(rng.uniform(0.5, 1.0))))
        for name in ("north", "west"):
            z = HERE_M[:, :2] + rng.normal(0.0, 0.5, (1, 2)) if rng.random() < 0.4 else NOTHING
            observer = Observer(name, _tracker())
            reports.append(
                observer.observe(START_NS + k * SECOND_NS, z, sensor=_lidar()).detections
            )
    pictures = [dt.Picture(_tracker()) for _ in range(2)]
    for report in reports:
        pictures[0].add(report)
    for row in rng.permutation(np.repeat(np.arange(len(reports)), 2)).tolist():
        pictures[1].add(reports[row])
        pictures[1].as_of(int(reports[row].time_ns))
    one, other = (picture.as_of(START_NS + 11 * SECOND_NS) for picture in pictures)
    assert np.array_equal(one.existence, other.existence)
    assert np.array_equal(one.mean, other.mean)
