"""Which rows of a set of reports count does not depend on how they came, and none counts twice."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.effort import cases

import detente as dt
from detente.exchange import Observer, Report, SensorDescription, Snapshot
from detente.exchange.picture.fold import Fold

HALF_NS = 500_000_000
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
TRACKER = dt.Tracker(
    motion=MOTION,
    birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=15.0),
)
RADAR = dt.PositionSensor(
    std_m=10.0,
    detection_probability=0.9,
    clutter_density=1e-6,
    coverage=dt.Everywhere(),
    name="radar",
)
SEEN = SensorDescription.from_sensor(RADAR, axes=2)


def _told(
    time: int,
    begin: int,
    ids: Sequence[int] = (5,),
    *,
    reset: bool = False,
    sensor: str = "radar",
    sequence: int = 0,
) -> Report:
    """Return tracklets over so many half seconds: of track k a place k kilometres east."""
    n = len(ids)
    state = np.c_[1_000.0 * np.asarray(ids, float), np.zeros((n, 3))]
    y = np.tile(np.diag([0.01, 0.01, 0.0, 0.0]), (n, 1, 1))
    return Report.tracklets(
        "south",
        sequence,
        time * HALF_NS,
        track_id=np.array(ids, np.uint64),
        position_m=state[:, :2],
        from_ns=np.full(n, begin * HALF_NS),
        information=y,
        information_vector=np.einsum("nij,nj->ni", y, state),
        log_evidence=np.full(n, 8.0),
        is_reset=np.full(n, reset),
        sensor=replace(SEEN, name=sensor),
    )


def _tracks(time: int, ids: Sequence[int], *, grid_level: int | None = None) -> Report:
    n = len(ids)
    state = np.c_[1_000.0 * np.asarray(ids, float), np.zeros((n, 3))]
    cov = np.tile(np.eye(4) * 100.0, (n, 1, 1))
    ids_ = np.array(ids, np.uint64)
    existence = np.full(n, 0.8)
    return Report.tracks(
        "south", 0, time * HALF_NS, ids_, state, cov, existence, grid_level=grid_level
    )


def _seen(time: int, ids: Sequence[int], *, origin: str = "south", sensor: str = "radar") -> Report:
    z = np.c_[1_000.0 * np.asarray(ids, float), np.zeros(len(ids))]
    return Report.detections(
        origin, 0, time * HALF_NS, z, sensor=replace(SEEN, name=sensor), position_m=z
    )


def _part(report: Report, keep: Sequence[bool]) -> Report:
    rows = np.resize(np.asarray(keep, bool), len(report))
    columns = {name: values[rows] for name, values in report.columns.items()}
    return replace(report, columns=columns)


def _picture(*reports: Report) -> dt.Picture:
    picture = dt.Picture(TRACKER)
    for report in reports:
        picture.add(report)
    assert picture.set_aside == ()
    return picture


def _bits(shown: Snapshot) -> bytes:
    columns = [shown.track_id, shown.mean, shown.cov, shown.existence]
    more = [*shown.theirs.values(), *shown.seen_by.values()]
    names = repr((list(shown.theirs), list(shown.seen_by), shown.breaks))
    return b"".join(np.ascontiguousarray(c).tobytes() for c in (*columns, *more)) + names.encode()


def _name(report: Report) -> str:
    return "" if report.sensor is None else report.sensor.name


def _same(one: Report, other: Report) -> bool:
    """Return whether a set has room for only one of two."""
    heads = [
        repr((r.time_ns, r.origin, r.kind, r.sequence, r.grid_level, r.sensor))
        for r in (one, other)
    ]
    return heads[0] == heads[1] and all(
        np.array_equal(values, other.columns[name]) for name, values in one.columns.items()
    )


def _is_known(picture: dt.Picture) -> bool:
    """Return whether something is known at time zero."""
    try:
        picture.as_of(0)
    except dt.errors.TimeOrderError:
        return False
    return True


def _std(*reports: Report) -> float:
    """Return the least deviation that a picture of these gives to any object [m]."""
    shown = _picture(*reports).as_of(max(report.time_ns for report in reports))
    return float(np.sqrt(shown.cov[:, 0, 0].min()))


times = st.integers(0, 6)
some_ids = st.lists(st.integers(1, 3), max_size=3, unique=True)
names = st.sampled_from(("*", "lidar", "radar"))


@st.composite
def any_report(draw: st.DrawFn) -> Report:
    time, ids = draw(times), draw(some_ids)
    match draw(st.sampled_from(("detections", "tracklets", "tracklets", "tracks"))):
        case "detections":
            origin = draw(st.sampled_from(("north", "south")))
            report = _seen(time, ids, origin=origin, sensor=draw(names))
        case "tracks":
            report = _tracks(time, ids, grid_level=draw(st.sampled_from((None, 9, 11))))
        case _:
            begin = draw(st.integers(time - 4, time - 1))
            more: dict[str, Any] = {"reset": draw(st.booleans()), "sensor": draw(names)}
            report = _told(time, begin, ids, sequence=draw(st.integers(0, 2)), **more)
    return _part(report, draw(st.lists(st.booleans(), min_size=1, max_size=3)))


@settings(max_examples=cases(100), deadline=None)
@given(st.data(), st.lists(any_report(), min_size=1, max_size=9))
def test_any_mixture_gives_the_same_bits_in_any_order_and_whoever_looked(
    data: st.DataObject, reports: list[Report]
) -> None:
    """Several sensors, gains of any length, resets, parts, coarse copies, equal times."""
    masks = st.lists(st.booleans(), min_size=1, max_size=3)
    chosen = data.draw(st.lists(st.sampled_from(reports), max_size=3))
    reports += [_part(report, data.draw(masks)) for report in chosen]  # by another path
    reports.append(_seen(0, [1, 2], origin="north"))
    at_ns = data.draw(times) * HALF_NS
    until = [report for report in reports if report.time_ns <= at_ns]
    expected, before = (
        _bits(_picture(*known).as_of(when_ns))
        for known, when_ns in ((reports, 6 * HALF_NS), (until, at_ns))
    )
    picture = _picture()
    for report in data.draw(st.permutations(reports)):
        picture.add(report)
        if data.draw(st.booleans()):
            picture.as_of(max(data.draw(times) * HALF_NS, report.time_ns))
    assert _bits(picture.as_of(6 * HALF_NS)) == expected
    assert _bits(picture.as_of(at_ns)) == before


@settings(max_examples=cases(100), deadline=None)
@given(st.data(), st.lists(any_report(), min_size=2, max_size=9))
def test_what_is_taken_out_again_was_never_there(
    data: st.DataObject, reports: list[Report]
) -> None:
    """One by one, or all of a party or a sensor; looked at at any time."""
    reports.append(_seen(0, [1, 2], origin="west", sensor="sonar"))
    origin, sensor = data.draw(st.sampled_from((None, "north", "south"))), None
    if origin is None:
        sensor = data.draw(names)
    is_one = data.draw(st.booleans())
    taken = data.draw(st.lists(st.sampled_from(reports[:-1]))) if is_one else []
    picture = _picture()
    for report in data.draw(st.permutations(reports)):
        picture.add(report)
        if data.draw(st.booleans()) and _is_known(picture):
            picture.as_of(data.draw(times) * HALF_NS)
    for report in taken:
        picture.discard(report)
    if not is_one:
        count = picture.discard(origin=origin, sensor=sensor)
        taken = [r for r in reports if origin in (None, r.origin) and sensor in (None, _name(r))]
        assert (count > 0) == (len(taken) > 0)
    gone = {id(report) for report in taken}
    same = [r for r in reports if id(r) not in gone]
    if is_one:  # of equal reports, which are one, none is left
        same = [r for r in same if not any(_same(r, other) for other in taken)]
    at_ns = data.draw(times) * HALF_NS
    for when_ns in (at_ns, 6 * HALF_NS, at_ns):
        assert _bits(picture.as_of(when_ns)) == _bits(_picture(*same).as_of(when_ns))


def test_reports_stamped_ahead_make_no_look_a_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look costs the moments since the last one, whatever is stamped later."""
    folded: list[int] = []
    step = Fold.after

    def counted(self: Fold, *given: Any) -> Any:  # noqa: ANN401 - passed through
        folded.append(1)
        return step(self, *given)

    monkeypatch.setattr(Fold, "after", counted)
    picture = _picture(*(_seen(10_000 + k, [7], origin="south") for k in range(50)))
    for k in range(60):
        picture.add(_seen(k, [1, 2], origin="north"))
        picture.as_of(k * HALF_NS)
        picture.as_of(k * HALF_NS)
    assert len(folded) == 60
    picture.as_of(10_050 * HALF_NS)
    assert len(folded) == 60 + 50
    picture.add(_seen(60, [1, 2], origin="north"))
    picture.as_of(60 * HALF_NS)
    assert len(folded) < 110 + 60


def test_a_part_of_a_report_adds_nothing_to_the_whole_in_either_order() -> None:
    whole = _tracks(0, [3, 1, 2, 4])
    part = _part(whole, [True, False])
    assert _bits(_picture(whole, part).as_of(0)) == _bits(_picture(part, whole).as_of(0))
    picture = _picture(whole)
    assert not picture.add(part)


def test_of_two_ways_in_which_a_sensor_is_said_to_have_looked_one_holds() -> None:
    one = _seen(1, [])
    assert one.sensor is not None
    other = replace(one, sensor=replace(one.sensor, detection_probability=0.1))
    north = _seen(0, [1], origin="north")
    first, second = _picture(north, one, other), _picture(north, other, one)
    assert _bits(first.as_of(HALF_NS)) == _bits(second.as_of(HALF_NS))


def test_a_late_tracklet_takes_the_place_of_tracks_between_two_scans() -> None:
    """All tracklets are equally long: none shorter than another has come before."""
    tracks, told = _tracks(1, [5]), [_told(2 * k, 2 * k - 2) for k in (1, 2, 3)]
    picture = _picture(tracks)
    picture.as_of(HALF_NS)
    for report in told:
        picture.add(report)
    assert _bits(picture.as_of(6 * HALF_NS)) == _bits(_picture(tracks, *told).as_of(6 * HALF_NS))
    assert _bits(picture.as_of(HALF_NS)) == _bits(_picture(tracks).as_of(HALF_NS))


# Nothing twice


@pytest.mark.parametrize("begin", [0, 3])
def test_gains_of_all_sensors_do_not_count_beside_increments_of_one(begin: int) -> None:
    """Nor do those over one scan alone, which are as long as the increment."""
    singles = [_told(k, k - 1) for k in range(1, 5)]
    assert _std(*singles, _told(4, begin, sensor="*")) == pytest.approx(_std(*singles), rel=1e-12)


def test_what_an_observer_tells_in_both_forms_counts_once() -> None:
    rng = np.random.default_rng(3)
    single, whole = Observer("south", TRACKER), Observer("south", TRACKER, compress_parties=2)
    told: list[Report] = []
    gains: list[Report] = []
    for k in range(8):
        z = rng.normal(0.0, 10.0, (1, 2))
        for party in (single, whole):
            party.observe(k * HALF_NS, z, sensor=RADAR)
        told += single.tracklets()
        gains += whole.tracklets() if k % 4 == 3 else []
    assert not gains[-1]["is_reset"].any()
    assert _std(*told, gains[-1]) == pytest.approx(_std(*told), rel=1e-12)


def test_of_two_rows_of_one_moment_and_track_the_shorter_counts() -> None:
    for track in range(1, 12):  # the order of identities is one of chance
        short, long = _told(4, 3, [track]), _told(4, 1, [track], sequence=1)
        more = {name: 4.0 * long[name] for name in ("information", "information_vector")}
        long = replace(long, columns={**long.columns, **more})
        assert _std(short, long) == pytest.approx(10.0)


def test_of_two_that_overlap_and_are_equally_long_the_earlier_counts() -> None:
    assert _std(_told(2, 0), _told(3, 1)) == _std(_told(2, 0), _told(3, 1, []))


def test_resets_of_one_moment_by_two_sensors_count_once() -> None:
    both = _told(4, 0, reset=True), _told(4, 0, reset=True, sensor="lidar")
    assert _std(*both) == pytest.approx(10.0)


def test_a_reset_does_not_count_beside_detections_of_another_sensor() -> None:
    """It holds what all sensors of its party told, whatever the sensor of its scan."""
    lidar = _seen(2, [5], sensor="lidar")
    silent = _told(4, 3, [])
    reset = _told(4, 0, reset=True)
    assert _std(lidar, reset) == pytest.approx(_std(lidar, silent), rel=1e-3)
