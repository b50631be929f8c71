"""A picture is a function of the set of reports, and counts each object once."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2
from strategies.effort import cases

import detente as dt
from detente.exchange import Observer, Report, SensorDescription, Snapshot
from detente.exchange.local.interval import Interval
from detente.fuse.tracklet import SharedError

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
CLUTTER = 1e-6
RADAR = dt.PositionSensor(
    std_m=10.0, detection_probability=0.9, clutter_density=CLUTTER, coverage=dt.Everywhere()
)
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=15.0)
EVERY = ("gnn", "jpda", "pmbm")
seeds = st.integers(0, 2**32 - 1)


def _tracker(association: str = "gnn") -> dt.Tracker:
    return dt.Tracker(
        motion=MOTION,
        birth=BIRTH,
        association=association,  # pyright: ignore[reportArgumentType] - one of the three
    )


def _picture(*reports: Report, association: str = "gnn") -> dt.Picture:
    picture = dt.Picture(_tracker(association))
    for report in reports:
        picture.add(report)
    assert picture.set_aside == ()
    return picture


def _tracks(
    origin: str,
    mean: ArrayLike,
    *,
    time_ns: int = 0,
    first_id: int = 1,
    std: float = 10.0,
    **more: object,
) -> Report:
    states = np.reshape(np.asarray(mean, float), (-1, 4))
    n = len(states)
    return Report.tracks(
        origin,
        0,
        time_ns,
        np.arange(first_id, first_id + n, dtype=np.uint64),
        states,
        np.stack([np.eye(4) * std**2] * n) if n else np.empty((0, 4, 4)),
        np.linspace(0.6, 0.9, n),
        **more,
    )


def _scans(seed: int, *, objects: int = 3, scans: int = 6, parties: int = 2) -> list[list[Array]]:
    """Return what each party's radar saw at each second: objects 300 m apart, misses, clutter."""
    rng = np.random.default_rng(seed)
    truth = np.c_[300.0 * np.arange(objects), np.zeros(objects), rng.normal(0, 3, (objects, 2))]
    out: list[list[Array]] = [[] for _ in range(parties)]
    for _ in range(scans):
        for seen in out:
            detected = truth[rng.random(objects) < 0.9, :2]
            clutter = rng.uniform(-300.0, 1_200.0, (rng.poisson(1.0), 2))
            seen.append(np.r_[detected + rng.normal(0, 10, detected.shape), clutter])
        truth = truth @ MOTION.transition(1.0).T
    return out


def _observed(
    scans: list[list[Array]], *, association: str = "gnn", **settings: object
) -> list[list[Report]]:
    """Return each party's reports of each kind: detections, tracklets, tracks of all scans."""
    out: list[list[Report]] = []
    for index, seen in enumerate(scans):
        party = Observer(f"party-{index}", _tracker(association), **settings)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        both = [party.observe(k * SECOND_NS, z, sensor=RADAR) for k, z in enumerate(seen)]
        out.append([*(o.detections for o in both), *party.tracklets(), *(o.tracks for o in both)])
    return out


def _of(kind: str, reports: list[Report]) -> list[Report]:
    return [report for report in reports if report.kind == kind]


def _bits(shown: Snapshot) -> bytes:
    columns = [shown.track_id, shown.mean, shown.cov, shown.existence]
    more = [*shown.theirs.values(), *shown.seen_by.values()]
    names = repr((list(shown.theirs), list(shown.seen_by), shown.breaks))
    return b"".join(np.ascontiguousarray(c).tobytes() for c in (*columns, *more)) + names.encode()


# Order, repetition, lateness


@settings(max_examples=cases(120))
@given(st.data(), seeds, st.sampled_from(EVERY))
def test_the_same_reports_give_the_same_bits_in_any_order_and_number(
    data: st.DataObject, seed: int, association: str
) -> None:
    scans = _scans(seed, objects=2, scans=4)
    first, second = _observed(scans, association="gnn")
    kinds = [data.draw(st.sampled_from(("detections", "tracklets", "tracks"))) for _ in range(4)]
    theirs = [r for r in second if r.kind == kinds[r.time_ns // SECOND_NS]]
    reports = [*_of("detections", first), *theirs]
    times = st.integers(0, 4 * SECOND_NS)
    at_ns = data.draw(times)
    expected = _bits(_picture(*reports, association=association).as_of(4 * SECOND_NS))
    until = [report for report in reports if report.time_ns <= at_ns]
    before = _bits(_picture(*until, association=association).as_of(at_ns))
    picture = _picture(association=association)
    repeated = data.draw(st.lists(st.sampled_from(reports), max_size=4))
    for report in data.draw(st.permutations([*reports, *repeated])):
        picture.add(report)
        if data.draw(st.booleans()):
            picture.as_of(max(data.draw(times), report.time_ns))  # looking changes nothing
    assert _bits(picture.as_of(4 * SECOND_NS)) == expected
    assert _bits(picture.as_of(at_ns)) == before


def test_a_report_a_week_late_is_folded_in_and_costs_only_its_lateness() -> None:
    first, second = (_of("detections", reports) for reports in _observed(_scans(1, scans=80)))
    week_ns = 7 * 86_400 * SECOND_NS
    reports = [*first, *second]
    late = second.pop(40)
    picture = _picture(*first, *second)
    picture.as_of(week_ns)
    assert picture.add(late)
    assert _bits(picture.as_of(week_ns)) == _bits(_picture(*reports).as_of(week_ns))
    assert len(picture._copies) < 30  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - about log n


def test_what_came_later_does_not_change_what_was_known_before() -> None:
    """A reset at the end replaces tracklets from before; not for who looks at an earlier time."""
    (gains,) = (
        _of("tracklets", reports)
        for reports in _observed(_scans(2, scans=8, parties=1), compress_parties=2)
    )
    (singles,) = (_of("tracklets", reports) for reports in _observed(_scans(2, scans=8, parties=1)))
    (reset,) = gains
    assert reset["is_reset"].all()
    picture = _picture(*singles)
    before = [_bits(picture.as_of(k * SECOND_NS)) for k in range(7)]
    picture.add(reset)
    assert [_bits(picture.as_of(k * SECOND_NS)) for k in range(7)] == before


# What counts


@pytest.mark.parametrize("kind", ["detections", "tracklets", "tracks"])
def test_a_relay_a_ring_and_a_diamond_are_the_single_path(kind: str) -> None:
    """However a report went round, its rows keep their identities, and each counts once."""
    own, other = _observed(_scans(3))
    reports = _of(kind, other)
    passed_on = [replace(report, relay=True) for report in reports]
    once_more = [replace(report, relay=False, notes={"by": "east"}) for report in reports]
    alone = _bits(_picture(*_of("detections", own), *reports).as_of(5 * SECOND_NS))
    relay = _picture(*_of("detections", own), *passed_on)
    ring = _picture(*_of("detections", own), *reports, *passed_on, *reports)
    diamond = _picture(*_of("detections", own), *passed_on, *once_more, *reversed(reports))
    for picture in (relay, ring, diamond):
        assert _bits(picture.as_of(5 * SECOND_NS)) == alone


def test_detections_count_before_tracklets_and_tracks_of_the_same_moment() -> None:
    ((*reports,),) = _observed(_scans(4, parties=1))
    detections = _of("detections", reports)
    alone = _picture(*detections).as_of(5 * SECOND_NS)
    picture = _picture(*reports)
    assert (
        _bits(picture.as_of(5 * SECOND_NS))[: alone.mean.nbytes]
        == _bits(alone)[: alone.mean.nbytes]
    )
    shown = picture.as_of(5 * SECOND_NS)
    for column in ("track_id", "mean", "cov", "existence"):
        assert np.array_equal(getattr(shown, column), getattr(alone, column))


def test_a_tracklet_of_which_a_part_is_held_in_more_detail_does_not_count() -> None:
    """Detections 1 to 5 together with a gain over 1 to 10: the detections count."""
    (reports,) = _observed(_scans(5, scans=10, parties=1), compress_parties=2)
    (gain,) = _of("tracklets", reports)
    detections = [report for report in _of("detections", reports) if report.time_ns < 5 * SECOND_NS]
    with_gain = _picture(*detections, gain).as_of(9 * SECOND_NS)
    without = _picture(*detections).as_of(9 * SECOND_NS)
    assert np.array_equal(with_gain.existence, without.existence)  # nor does its silence
    assert with_gain.cov == pytest.approx(without.cov, rel=1e-9)


def test_shorter_tracklets_count_before_longer_ones() -> None:
    scans = _scans(6, scans=8, parties=1)
    (singles,) = (_of("tracklets", reports) for reports in _observed(scans))
    party = Observer("party-0", _tracker(), compress_parties=2)
    gains: list[Report] = []
    for k, z in enumerate(scans[0]):
        party.observe(k * SECOND_NS, z, sensor=RADAR)
        gains += party.tracklets() if k % 4 == 3 else []
    last = gains[-1]
    assert not last["is_reset"].all()
    alone = _picture(*singles).as_of(7 * SECOND_NS)
    both = _picture(*singles, last).as_of(7 * SECOND_NS)
    assert both.mean == pytest.approx(alone.mean, rel=1e-9)
    assert both.cov == pytest.approx(alone.cov, rel=1e-9)


def test_of_two_gains_that_overlap_one_counts() -> None:
    """Over seconds 0 to 4 and 2 to 6, of one track: the one that ends first."""
    y = np.diag([0.01, 0.01, 0.04, 0.04])
    first, second = (
        Report.tracklets(
            "south",
            0,
            end * SECOND_NS,
            track_id=[5],
            position_m=[[0.0, 0.0]],
            from_ns=[(end - 4) * SECOND_NS],
            information=[y],
            information_vector=[np.zeros(4)],
            log_evidence=[8.0],
            is_reset=[False],
            sensor=SensorDescription.from_sensor(RADAR, axes=2),
        )
        for end in (4, 6)
    )
    alone = _picture(first).as_of(6 * SECOND_NS)
    for order in permutations((first, second)):
        both = _picture(*order).as_of(6 * SECOND_NS)
        assert both.cov == pytest.approx(alone.cov, rel=1e-9)
        assert both.existence == pytest.approx(alone.existence, rel=1e-9)


def test_tracks_that_a_tracklet_covers_do_not_count_others_do() -> None:
    (reports,) = _observed(_scans(7, parties=1))
    tracklets, tracks = _of("tracklets", reports), _of("tracks", reports)
    alone = _picture(*tracklets).as_of(5 * SECOND_NS)
    both = _picture(*tracklets, *tracks).as_of(5 * SECOND_NS)
    assert np.array_equal(both.mean, alone.mean)
    stranger = _tracks("party-0", [[9_000.0, 0, 0, 0]], time_ns=5 * SECOND_NS, first_id=77)
    assert len(_picture(*tracklets, stranger).as_of(5 * SECOND_NS)) == len(alone) + 1


def test_of_two_copies_of_tracks_the_finer_counts() -> None:
    exact = _tracks("south", [[3.0, 4.0, 0.0, 0.0]])
    coarse = replace(
        _tracks("south", [[0.0, 0.0, 0.0, 0.0]], std=50.0),
        columns={**_tracks("south", [[0, 0, 0, 0]], std=50.0).columns, "row_id": exact.row_id},
        grid_level=11,
    )
    for reports in permutations((exact, coarse)):
        assert np.array_equal(_picture(*reports).as_of(0).mean, exact.mean)


# Tracklets


@pytest.mark.parametrize("batch", [1, 3, 6])
def test_tracklets_of_one_object_are_its_pooled_detections(batch: int) -> None:
    rng = np.random.default_rng(8)
    names = ("north", "south")
    parties = [Observer(name, _tracker()) for name in names]
    pooled, exchanged = _picture(), _picture()
    for k in range(12):
        for index, party in enumerate(parties):
            seen = party.observe(k * SECOND_NS, rng.normal(0, 10, (1, 2)), sensor=RADAR)
            pooled.add(seen.detections)
            if index == 0:
                exchanged.add(seen.detections)
        if k % batch == batch - 1:
            for report in parties[1].tracklets():
                exchanged.add(report)
    expected, shown = (p.as_of(11 * SECOND_NS).confirmed() for p in (pooled, exchanged))
    assert len(shown) == len(expected) == 1
    assert shown.mean == pytest.approx(expected.mean, abs=1e-9)
    assert shown.cov == pytest.approx(expected.cov, rel=1e-9)
    assert shown.existence == pytest.approx(expected.existence, rel=1e-9)
    assert list(shown.origin("north")) == ["both"]


def test_a_tracklet_of_rank_one_tells_one_direction_and_begins_nothing() -> None:
    """A camera south of an object sees its bearing: how far east it is, not how far north."""
    std_m = 5.0
    camera = dt.BearingSensor(
        bearing_std_rad=std_m / 1_000.0,
        range_limits_m=(100.0, 5_000.0),
        detection_probability=0.9,
        clutter_density=1e-3,
        coverage=dt.Everywhere(),
    )
    sees = SensorDescription.from_sensor(camera, axes=2)
    y = np.zeros((1, 4, 4))
    y[0, 0, 0] = std_m**-2.0
    told = [
        Report.tracklets(
            "south",
            0,
            k * SECOND_NS,
            track_id=[3],
            position_m=[[np.nan, np.nan]],
            from_ns=[(k - 1) * SECOND_NS],
            information=y,
            information_vector=[[0.0, 0.0, 0.0, 0.0]],
            log_evidence=[9.0],
            is_reset=[False],
            sensor=sees,
        )
        for k in range(8)
    ]
    radar = Observer("north", _tracker())
    seen = [
        radar.observe(k * SECOND_NS, [[0.0, 1_000.0]], sensor=RADAR).detections for k in range(8)
    ]
    before, after = (
        _picture(*reports).as_of(7 * SECOND_NS).confirmed() for reports in (seen, [*seen, *told])
    )
    assert len(before) == len(after) == 1
    assert after.cov[0, 0, 0] < 0.3 * before.cov[0, 0, 0]
    assert after.cov[0, 1, 1] == pytest.approx(before.cov[0, 1, 1], rel=1e-6)
    assert len(_picture(*told).as_of(7 * SECOND_NS)) == 0


def test_a_partners_silence_is_a_miss_inside_its_coverage_and_nothing_outside() -> None:
    near = dt.PositionSensor(
        std_m=10.0,
        detection_probability=0.9,
        clutter_density=CLUTTER,
        coverage=dt.Disc(range_m=500.0),
        name="near",
    )
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    looks = SensorDescription.from_sensor(near, axes=2)
    places = [[0.0, 0.0], [5_000.0, 0.0]]
    scans = [Report.detections("north", 0, k * SECOND_NS, places, sensor=seen) for k in range(3)]
    silent = Report.detections("south", 0, 2 * SECOND_NS, np.empty((0, 2)), sensor=looks)
    empty = Report.tracklets(
        "south",
        0,
        2 * SECOND_NS,
        track_id=np.empty(0, np.uint64),
        position_m=np.empty((0, 2)),
        from_ns=np.empty(0, np.int64),
        information=np.empty((0, 4, 4)),
        information_vector=np.empty((0, 4)),
        log_evidence=np.empty(0),
        is_reset=np.empty(0, bool),
        sensor=looks,
    )
    before = _picture(*scans).as_of(2 * SECOND_NS)
    for silence in (silent, empty):
        after = _picture(*scans, silence).as_of(2 * SECOND_NS)
        r = before.existence
        bayes = r * 0.1 / (1.0 - 0.9 * r)
        assert after.existence[0] == pytest.approx(bayes[0], rel=1e-9)
        assert after.existence[1] == r[1]


def test_a_match_that_no_longer_holds_is_reported() -> None:
    """The partner's one track jumps from one object to another, 400 m away."""
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    places = np.array([[0.0, 0.0], [400.0, 0.0]])
    reports: list[Report] = []
    for k in range(8):
        at_ns = k * SECOND_NS
        reports.append(Report.detections("north", 0, at_ns, places, sensor=seen))
        x = np.array([*places[int(k >= 4)], 0.0, 0.0])
        y = np.diag([0.01, 0.01, 0.0, 0.0])
        reports.append(
            Report.tracklets(
                "south",
                0,
                at_ns,
                track_id=[5],
                position_m=[x[:2]],
                from_ns=[at_ns - SECOND_NS],
                information=[y],
                information_vector=[y @ x],
                log_evidence=[8.0],
                is_reset=[False],
                sensor=seen,
            )
        )
    shown = _picture(*reports).as_of(7 * SECOND_NS).confirmed()
    (broken,) = shown.breaks
    assert (broken.origin, broken.theirs, broken.time_ns) == ("south", 5, 4 * SECOND_NS)
    one, other = np.argsort(shown.mean[:, 0])
    assert (broken.before, broken.after) == (shown.track_id[one], shown.track_id[other])
    assert shown.theirs["south"][other] == 5
    assert shown.theirs["south"][one] == 0


# Tracks of unknown lineage


@given(seeds, st.integers(0, 8), st.integers(0, 5), st.integers(0, 5))
def test_each_object_counts_once(seed: int, both: int, only_own: int, only_partner: int) -> None:
    # Objects stand a kilometre apart; each party sees its part with an error of 10 m.
    rng = np.random.default_rng(seed)
    n = both + only_own + only_partner
    truth = np.zeros((n, 4))
    truth[:, 0] = 1_000.0 * rng.permutation(n)
    own = _tracks("north", truth[: both + only_own] + rng.uniform(-15, 15, (both + only_own, 4)))
    seen = np.concatenate([truth[:both], truth[both + only_own :]])
    order = rng.permutation(len(seen))
    partner = _tracks("south", (seen + rng.uniform(-15, 15, seen.shape))[order], first_id=100)
    shown = _picture(own, partner).as_of(0)
    assert len(shown) == n
    origin = shown.origin("north")
    counts = {name: int(np.sum(origin == name)) for name in ("own", "partner", "both")}
    assert counts == {"own": only_own, "partner": only_partner, "both": both}
    assert np.array_equal(np.sort(shown.mean[:, 0].round(-3)), 1_000.0 * np.arange(n))
    theirs = shown.theirs["south"]
    assert np.array_equal(theirs == 0, origin == "own")
    assert np.array_equal(np.sort(theirs[theirs > 0]), partner.track_id)


def test_a_pair_is_fused_by_covariance_intersection() -> None:
    own = _tracks("north", [[0.0, 0.0, 0.0, 0.0]])
    partner = _tracks("south", [[10.0, 0.0, 0.0, 0.0]], std=20.0)
    shown = _picture(own, partner).as_of(0)
    expected = dt.fuse.covariance_intersection(own.mean, own.cov, partner.mean, partner.cov)
    assert np.array_equal(shown.mean, expected.mean)
    assert np.array_equal(shown.cov, expected.cov)


def test_a_partner_that_repeats_what_is_known_is_no_news() -> None:
    own = _tracks("north", [[0.0, 0.0, 3.0, 0.0]])
    echo = _tracks("south", [[0.0, 0.0, 3.0, 0.0]], first_id=50)
    shown = _picture(own, echo).as_of(0)
    assert shown.cov == pytest.approx(own.cov)
    assert shown.existence == pytest.approx(own.existence)


def test_newer_tracks_replace_older_ones_and_are_predicted() -> None:
    old = _tracks("south", [[0.0, 0.0, 5.0, -2.0], [800.0, 0.0, 0.0, 0.0]], time_ns=SECOND_NS)
    new = _tracks("south", [[20.0, 0.0, 5.0, -2.0]], time_ns=4 * SECOND_NS, std=9.0)
    picture = _picture(new, old)
    shown = picture.as_of(10 * SECOND_NS)
    assert shown.mean == pytest.approx(np.array([[50.0, -12.0, 5.0, -2.0]]))
    f, q = MOTION.transition(6.0), MOTION.noise(6.0)
    assert shown.cov[0] == pytest.approx(f @ new.cov[0] @ f.T + q)
    assert len(picture.as_of(34 * SECOND_NS)) == 1
    assert len(picture.as_of(34 * SECOND_NS + 1)) == 0  # older than 30 s


def test_the_order_of_partners_does_not_matter() -> None:
    reports = [
        _tracks("a", [[0, 0, 0, 0]]),
        _tracks("b", [[5, 0, 0, 0], [900, 0, 0, 0]], first_id=10),
        _tracks("c", [[0, 5, 0, 0], [905, 0, 0, 0]], first_id=20, std=7.0),
        _tracks("d", [[3, 3, 0, 0]], first_id=30),
    ]
    shown = [_picture(*order).as_of(0) for order in permutations(reports)]
    assert list(shown[0].origin("a")) == ["both", "partner"]
    assert {_bits(one) for one in shown} == {_bits(shown[0])}


def test_tracks_are_paired_up_to_the_chi_square_limit_and_held_beyond_it() -> None:
    limit = float(chi2.ppf(0.999, 4))
    held = float(chi2.ppf(1.0 - 1e-6, 4))
    for factor, count in ((0.999, 1), (1.001, 2)):
        away_m = (limit * factor * 2.0 * 10.0**2) ** 0.5
        own = _tracks("north", [[0.0, 0.0, 0.0, 0.0]])
        partner = _tracks("south", [[away_m, 0.0, 0.0, 0.0]], first_id=9)
        assert len(_picture(own, partner).as_of(0)) == count
    together = [_tracks(name, [[0, 0, 0, 0]], first_id=i) for i, name in enumerate("ab", 1)]
    for factor, count in ((0.99, 1), (1.01, 2)):
        away_m = (held * factor * 2.0 * 10.0**2) ** 0.5
        apart = [
            _tracks("a", [[0, 0, 0, 0]], time_ns=1, first_id=1),
            _tracks("b", [[away_m, 0, 0, 0]], time_ns=1, first_id=2),
        ]
        shown = _picture(*together, *apart).as_of(1)
        assert len(shown) == count
        assert len(shown.breaks) == count - 1


# Bad input


def test_bad_settings_are_refused() -> None:
    for value in (0.0, -1.0, np.nan):
        with pytest.raises(dt.errors.SettingError, match="most_age_s must be positive"):
            dt.Picture(_tracker(), most_age_s=value)
    for value in (0.0, 1.0):
        with pytest.raises(dt.errors.SettingError, match="switch_probability must be above 0"):
            dt.Picture(_tracker(), switch_probability=value)
    used = _tracker()
    used.step(0.0, [[0.0, 0.0]], sensor=RADAR)
    with pytest.raises(dt.errors.SettingError, match=r"must have seen nothing, found one at 0.0 s"):
        dt.Picture(used)
    with pytest.raises(dt.errors.TimeOrderError, match="no report from before 1970-01-01T00:00:00"):
        _picture().as_of(0)


def test_what_is_of_no_use_is_set_aside_with_the_reason() -> None:
    picture = dt.Picture(_tracker())
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    own_kind = replace(seen, kind="sniffer")
    flat = _tracks("south", np.zeros((1, 4)))
    three = Report.tracks("south", 0, 0, [1], np.zeros((1, 6)), [np.eye(6)], [0.9], axes=3)
    six = Report.tracks("south", 0, 0, [1], np.zeros((1, 6)), [np.eye(6)], [0.9])
    reports = [
        Report.detections("south", 0, 0, [[0.0, 0.0]], sensor=own_kind),
        three,
        six,
    ]
    assert [picture.add(report) for report in (*reports, flat)] == [False, False, False, True]
    reasons = [reason for _, reason in picture.set_aside]
    assert "must be of a kind that can be described" in reasons[0]
    assert reasons[1:] == ["it has 3 axes, the picture 2", "its states have 6 components, these 4"]
    assert len(picture) == 1


def test_an_observer_refuses_what_it_cannot_do() -> None:
    party = Observer("north", _tracker())
    party.observe(0, [[0.0, 0.0]], sensor=RADAR)
    with pytest.raises(dt.errors.TimeOrderError, match="a sensor looks once at a time; position"):
        party.observe(0, [[0.0, 0.0]], sensor=RADAR)
    turning = dt.Tracker(
        motion=dt.EstimatedTurn(
            axes=2, acceleration_psd=0.1, turn_rate_psd=0.01, turn_rate_std_rad_s=0.1
        ),
        birth=BIRTH,
    )
    with pytest.raises(dt.errors.SettingError, match="gains need a motion model with F and Q"):
        Observer("north", turning, compress_parties=2)


# What no tracker could take


def _odd(**changed: ArrayLike) -> Report:
    (reports,) = _observed(_scans(3, objects=1, scans=3, parties=1))
    kind = "tracks" if {"cov", "existence"} & set(changed) else "tracklets"
    report = next(r for r in _of(kind, reports) if len(r))
    changes = {
        name: np.broadcast_to(value, report[name].shape).astype(report[name].dtype)
        for name, value in changed.items()
    }
    return replace(report, columns={**report.columns, **changes})


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"cov": np.diag([100.0, -100.0, 1.0, 1.0])}, "symmetric positive definite"),
        ({"existence": 1.5}, "probability from 0 to 1"),
        ({"information": np.diag([3.0, -1.0])}, "positive semidefinite"),
        ({"from_ns": 2**62}, "end after it began"),
    ],
)
def test_what_cannot_be_used_is_set_aside_and_the_picture_goes_on(
    changed: dict[str, ArrayLike], why: str
) -> None:
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    scans = [Report.detections("n", 0, k * SECOND_NS, [[0.0, 0.0]], sensor=seen) for k in range(3)]
    picture = _picture(*scans)
    expected = _bits(picture.as_of(3 * SECOND_NS))
    assert not picture.add(_odd(**changed))
    (aside,) = picture.set_aside
    assert why in aside.reason
    assert _bits(picture.as_of(3 * SECOND_NS)) == expected


def test_detections_of_other_components_than_their_sensor_are_set_aside() -> None:
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    picture = dt.Picture(_tracker())
    picture.add(Report.detections("n", 0, 0, [[0.0, 0.0, 0.0]], sensor=seen))
    (aside,) = picture.set_aside
    assert "(n, 2)" in aside.reason


def test_the_partners_identity_of_a_track_is_told_as_it_is() -> None:
    """Half of all identities are above 2⁶³; a tracklet's code has only 63 bits of it."""
    large = 2**63 + 7
    told = [
        replace(report, columns={**report.columns, "track_id": np.array([large], np.uint64)})
        for report in _of("tracklets", _observed([[np.zeros((1, 2))] * 4])[0])
        if len(report)
    ]
    assert list(_picture(*told).as_of(3 * SECOND_NS).theirs["party-0"]) == [large]


def test_a_partial_scan_tells_of_what_it_holds_and_nothing_of_the_rest() -> None:
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    partial = replace(seen, is_partial=True)
    places = [[0.0, 0.0], [5_000.0, 0.0]]
    before = [Report.detections("north", 0, k * SECOND_NS, places, sensor=seen) for k in range(2)]
    known = _picture(*before).as_of(2 * SECOND_NS)
    whole, part = (
        _picture(
            *before, Report.detections("south", 0, 2 * SECOND_NS, places[:1], sensor=description)
        ).as_of(2 * SECOND_NS)
        for description in (seen, partial)
    )
    assert part.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-9)
    assert part.existence[0] == pytest.approx(whole.existence[0], rel=1e-9)
    assert part.existence[1] == pytest.approx(known.existence[1], rel=1e-6)
    assert whole.existence[1] < known.existence[1]
    stranger = Report.detections("south", 0, 0, [[900.0, 0.0]], sensor=partial)
    plain = Report.detections("south", 0, 0, [[900.0, 0.0]], sensor=seen)
    begun, expected = (_picture(report).as_of(0) for report in (stranger, plain))
    assert begun.existence == pytest.approx(expected.existence, rel=1e-6)
    assert len(begun.theirs) == 0


def test_a_gain_that_lost_is_clipped_and_counted() -> None:
    """A track that knows half as much as its prediction in every direction has nothing to tell."""
    tracker = _tracker()
    (track,) = tracker.add(0.0, np.zeros((1, 4)), 2.0 * np.eye(4)[None], existence=[0.9])
    interval = Interval.empty(2, 4)._replace(
        tracks=tracker.predict(0.0),
        mean=np.zeros((1, 4)),
        cov=np.eye(4)[None],
        shared=SharedError.none(1, 4),
        log_ratio=np.zeros(1),
        from_ns=np.zeros(1, np.int64),
        is_new=np.zeros(1, bool),
    )
    told, _, clipped = interval.gain(
        np.array([track], np.uint64), sure=np.array([track], np.uint64), parties=2
    )
    assert clipped == 4
    assert len(told.track_id) == 0
