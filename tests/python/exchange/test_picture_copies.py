"""Copies of one report: what says less adds nothing; of contradicting ones its origin's stands."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.effort import cases

import detente as dt
from detente.exchange import Report, SensorDescription, Snapshot
from detente.exchange.party.contradictions import Copied, contradict

SECOND_NS = 1_000_000_000
RADAR = dt.PositionSensor(
    std_m=10.0, detection_probability=0.9, clutter_density=1e-6, coverage=dt.Disc(range_m=9e3)
)
SEEN = SensorDescription.from_sensor(RADAR, axes=2)
TRACKER = dt.Tracker(
    motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=15.0),
)


def _places(ids: list[int]) -> Any:  # noqa: ANN401 - numbers
    return np.c_[1_000.0 * np.asarray(ids, float), np.zeros(len(ids))]


def _detections(ids: list[int], *, time: int = 3, origin: str = "south") -> Report:
    z = _places(ids) + 3.0 * (origin == "south")
    noise = np.tile(np.eye(2) * 80.0, (len(ids), 1, 1))
    return Report.detections(origin, 0, time * SECOND_NS, z, sensor=SEEN, noise=noise)


def _tracklets(ids: list[int], *, time: int = 3, begin: int = 2) -> Report:
    n = len(ids)
    state = np.c_[_places(ids) + 3.0, np.zeros((n, 2))]
    y = np.tile(np.diag([0.01, 0.01, 0.0, 0.0]), (n, 1, 1))
    return Report.tracklets(
        "south",
        0,
        time * SECOND_NS,
        track_id=np.array(ids, np.uint64),
        position_m=state[:, :2],
        from_ns=np.full(n, begin * SECOND_NS),
        information=y,
        information_vector=np.einsum("nij,nj->ni", y, state),
        log_evidence=np.full(n, 8.0),
        is_reset=np.zeros(n, bool),
        sensor=SEEN,
    )


def _tracks(ids: list[int], *, time: int = 3) -> Report:
    n = len(ids)
    state = np.c_[_places(ids) + 3.0, np.full((n, 2), 1.0)]
    cov = np.tile(np.eye(4) * 100.0, (n, 1, 1))
    ids_ = np.array(ids, np.uint64)
    return Report.tracks("south", 0, time * SECOND_NS, ids_, state, cov, np.full(n, 0.8))


MAKE: dict[str, Callable[[list[int]], Report]] = {
    "detections": _detections,
    "tracklets": _tracklets,
    "tracks": _tracks,
}


def _part(report: Report, keep: list[bool]) -> Report:
    """Return some of the rows, as they leave under terms with an area."""
    rows = np.resize(np.asarray(keep, bool), len(report))
    columns = {name: values[rows] for name, values in report.columns.items()}
    sensor = report.sensor and replace(report.sensor, is_partial=True)
    return replace(report, columns=columns, sensor=sensor)


def _coarse(report: Report, level: int) -> Report:
    """Return tracks as they leave at a precision: places and velocities rounded, less known."""
    cell_m = 111e3 * 2.0**-level
    mean = np.concatenate(
        [
            np.round(report.mean[:, :2] / cell_m) * cell_m,
            np.round(report.mean[:, 2:] / (cell_m / 10.0)) * cell_m / 10.0,
        ],
        axis=1,
    )
    cov = report.cov + np.diag([cell_m, cell_m, cell_m / 10.0, cell_m / 10.0]) ** 2
    return replace(report, columns={**report.columns, "mean": mean, "cov": cov}, grid_level=level)


def _poorer(data: st.DataObject, report: Report) -> Report:
    """Return a copy that says less: fewer rows, no coverage, coarser, without noise, relayed."""
    poorer = report
    if data.draw(st.booleans(), "fewer rows"):
        poorer = _part(report, data.draw(st.lists(st.booleans(), min_size=1, max_size=4)))
    if report.sensor is not None and data.draw(st.booleans(), "no coverage"):
        assert poorer.sensor is not None
        poorer = replace(poorer, sensor=replace(poorer.sensor, field_of_view=None))
    if report.sensor is not None and data.draw(st.booleans(), "said to be a part"):
        assert poorer.sensor is not None
        poorer = replace(poorer, sensor=replace(poorer.sensor, is_partial=True))
    if report.kind == "tracks" and data.draw(st.booleans(), "coarse"):
        poorer = _coarse(poorer, data.draw(st.sampled_from((6, 9, 11))))
    if "noise" in report.columns and data.draw(st.booleans(), "without noise"):
        columns = {name: column for name, column in poorer.columns.items() if name != "noise"}
        poorer = replace(poorer, columns=columns)
    return replace(poorer, relay=data.draw(st.booleans()))


def _bits(shown: Snapshot) -> bytes:
    columns = [shown.track_id, shown.mean, shown.cov, shown.existence]
    more = [*shown.theirs.values(), *shown.seen_by.values()]
    names = repr((list(shown.theirs), list(shown.seen_by), shown.breaks, shown.ends))
    return b"".join(np.ascontiguousarray(c).tobytes() for c in (*columns, *more)) + names.encode()


def _picture(reports: list[Report]) -> dt.Picture:
    picture = dt.Picture(TRACKER)
    for report in reports:
        picture.add(report)
    assert picture.set_aside == ()
    return picture


BASE = [_detections([0, 1, 2, 3], time=time, origin="north") for time in (0, 1, 2, 4)]


@settings(max_examples=cases(60), deadline=None)
@given(st.data(), st.sampled_from(list(MAKE)), st.lists(st.integers(0, 4), max_size=4, unique=True))
def test_what_says_less_changes_nothing_in_any_order(
    data: st.DataObject, kind: str, ids: list[int]
) -> None:
    whole = MAKE[kind](ids)
    poorer = [_poorer(data, whole) for _ in range(data.draw(st.integers(1, 3)))]
    expected = _bits(_picture([*BASE, whole]).as_of(5 * SECOND_NS))
    for order in permutations((whole, *poorer)):
        picture = _picture([*BASE[:3], *order, *BASE[3:]])
        assert _bits(picture.as_of(5 * SECOND_NS)) == expected
        assert not any(picture.add(report) for report in poorer)
        for report in poorer:  # nor does taking it out again, if that is another report
            if not _is_whole(report, whole):
                picture.discard(report)
        assert _bits(picture.as_of(5 * SECOND_NS)) == expected


def _is_whole(report: Report, whole: Report) -> bool:
    return (
        report.sensor == whole.sensor
        and report.grid_level is None
        and len(report) == len(whole)
        and set(report.columns) == set(whole.columns)
    )


@settings(max_examples=cases(60), deadline=None)
@given(st.data(), st.sampled_from(("detections", "tracklets")))
def test_parts_of_a_scan_unite_and_stay_a_part(data: st.DataObject, kind: str) -> None:
    whole = MAKE[kind]([0, 1, 2, 3])
    keep = data.draw(st.lists(st.booleans(), min_size=4, max_size=4))
    both = [_part(whole, keep), _part(whole, [not each for each in keep])]
    partial = _part(whole, [True])
    expected = _bits(_picture([*BASE, partial]).as_of(5 * SECOND_NS))
    for order in permutations(both):
        assert _bits(_picture([*BASE, *order]).as_of(5 * SECOND_NS)) == expected


# Contradictions


def _forged(report: Report, **changed: Any) -> Report:  # noqa: ANN401 - columns
    return replace(report, columns={**report.columns, **changed})


FORGED: dict[str, Callable[[Report], Report]] = {
    "detections": lambda r: _forged(r, measurement=r["measurement"] + 500.0),
    "tracklets": lambda r: _forged(r, information_vector=r["information_vector"] + 5.0),
    "tracks": lambda r: _forged(r, mean=r.mean + 5e4),
}


@settings(max_examples=cases(60), deadline=None)
@given(st.data(), st.sampled_from(list(MAKE)))
def test_what_says_less_contradicts_nothing(data: st.DataObject, kind: str) -> None:
    whole = MAKE[kind]([0, 1, 2, 3])
    one, other = _poorer(data, whole), _poorer(data, whole)
    if len(one) < len(whole) and one.sensor is not None and not one.sensor.is_partial:
        return
    for a, b in ((whole, one), (one, other), (other, one), (one, whole)):
        assert not contradict(a, b)
    forged = FORGED[kind](whole)
    if len(one):
        assert contradict(forged, one)
        assert contradict(one, forged)


@pytest.mark.parametrize("sequence", [0, 7])
@pytest.mark.parametrize("kind", list(MAKE))
def test_what_the_origin_handed_over_stands_against_what_others_pass_on(
    kind: str, sequence: int
) -> None:
    """Whatever came first, and however high the number of what was changed."""
    true = MAKE[kind]([0, 1])
    forged = replace(FORGED[kind](true), sequence=sequence)
    for order in permutations((("south", true), ("east", forged), ("west", true))):
        copied, picture = Copied(), _picture(BASE[:3])
        for sender, report in order:
            change = copied.take(report, sender=sender)
            for each in change.discard:
                picture.discard(each)
            for each in change.add:
                picture.add(each)
        expected = _picture([*BASE[:3], true])
        assert _bits(picture.as_of(5 * SECOND_NS)) == _bits(expected.as_of(5 * SECOND_NS))
        (found,) = copied.contradictions
        assert [passed.sender for passed in found.set_aside] == ["east"]
        assert found.stands[0].sender == "south"
        assert (found.origin, found.kind, found.time_ns) == ("south", kind, 3 * SECOND_NS)
        assert "what east handed over is set aside" in found.text


@pytest.mark.parametrize("kind", list(MAKE))
def test_of_two_that_were_passed_on_neither_counts_until_the_origin_says(kind: str) -> None:
    true = MAKE[kind]([0, 1])
    forged = FORGED[kind](true)
    for order in permutations((("west", true), ("east", forged))):
        copied, picture = Copied(), _picture(BASE[:3])

        def take(sender: str, report: Report, copied: Copied, picture: dt.Picture) -> None:
            change = copied.take(report, sender=sender)
            for each in change.discard:
                picture.discard(each)
            for each in change.add:
                picture.add(each)

        for sender, report in order:
            take(sender, report, copied, picture)
        alone = _picture(BASE[:3])
        assert _bits(picture.as_of(5 * SECOND_NS)) == _bits(alone.as_of(5 * SECOND_NS))
        (found,) = copied.contradictions
        assert {passed.sender for passed in found.set_aside} == {"east", "west"}
        assert found.stands == ()
        assert "none of them counts" in found.text
        take("south", true, copied, picture)
        expected = _picture([*BASE[:3], true])
        assert _bits(picture.as_of(5 * SECOND_NS)) == _bits(expected.as_of(5 * SECOND_NS))
        (found,) = copied.contradictions
        assert {passed.sender for passed in found.set_aside} == {"east"}


@pytest.mark.parametrize(
    "changed",
    [
        {"detection_probability": 1.0},
        {"field_of_view": dt.Everywhere()},
        {"clutter_density": 1e-9},
        {"pose": dt.Pose(position_m=(1e4, 0.0))},
    ],
)
def test_another_description_of_a_look_is_a_contradiction(changed: dict[str, Any]) -> None:
    """And so is a whole scan that lacks a row of a part: it would erase what that saw."""
    whole = _detections([0, 1, 2])
    assert contradict(whole, replace(whole, sensor=replace(SEEN, **changed)))
    part = _part(whole, [True, False, True])
    empty = replace(_detections([]), columns=_part(whole, [False]).columns)
    assert contradict(part, empty)
    assert not contradict(part, _part(whole, [False]))
    assert contradict(whole, replace(whole, frame=dt.LocalFrame(0.0, 0.0)))


def test_a_forged_exact_row_does_not_replace_what_its_origin_told_coarsely() -> None:
    true = _tracks([0, 1])
    told = _coarse(true, 9)
    copied = Copied()
    for sender, report in (("south", told), ("west", true)):
        assert copied.take(report, sender=sender).add
    for off_m, change in ((2_000.0, ((), ())), (100.0, ((), (true,)))):
        forged = _forged(true, mean=true.mean + np.array([off_m, 0.0, 0.0, 0.0]))
        # beyond the cell it contradicts its origin; within it the other that was passed on, too
        assert copied.take(forged, sender="east") == change
    (found,) = copied.contradictions
    assert [passed.sender for passed in found.set_aside] == ["east", "east", "west"]
