"""No number in a report stops a picture: it is set aside with a reason, and the others count."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import permutations
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies.effort import cases

import detente as dt
from detente.exchange import Report, SensorDescription, Snapshot
from detente.exchange.picture import fold as fold_module
from detente.exchange.picture import latest

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
OBJECTS_M = np.array([[0.0, 0.0], [5_000.0, 200.0]])
RADAR = dt.PositionSensor(
    std_m=10.0, detection_probability=0.9, clutter_density=1e-8, coverage=dt.Everywhere()
)
SEEN = SensorDescription.from_sensor(RADAR, axes=2)
VAGUE = replace(SEEN, field_of_view=None, name="odd")
POWERS = (-320, -308, -300, -160, -155, -30, -12, -6, 0, 3, 6, 8, 12, 16, 30, 150, 155, 300, 308)


def _tracker() -> dt.Tracker:
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    )


def _honest() -> list[Report]:
    rng = np.random.default_rng(1)
    return [
        Report.detections(
            "north", 0, k * SECOND_NS, OBJECTS_M + rng.normal(0.0, 10.0, (2, 2)), sensor=SEEN
        )
        for k in range(8)
    ]


def _detections(value: Callable[[str, Array], Array], **sensor: object) -> Report:
    z, noise = np.array([[300.0, 9e3], [900.0, -9e3]]), np.tile(np.eye(2) * 100.0, (2, 1, 1))
    z, noise = value("measurement", z), value("noise", noise)
    described = replace(VAGUE, **cast("dict[str, Any]", sensor))
    return Report.detections("odd", 0, 3 * SECOND_NS + 1, z, noise=noise, sensor=described)


def _tracklets(value: Callable[[str, Array], Array], **sensor: object) -> Report:
    y = np.tile(np.diag([0.01, 0.01, 0.04, 0.04]), (2, 1, 1))
    state = np.array([[300.0, 9e3, 1.0, 0.0], [900.0, -9e3, 1.0, 0.0]])
    y = value("information", y)
    with np.errstate(all="ignore"):
        vector = np.einsum("nij,nj->ni", y, state).clip(-1e308, 1e308)
    return Report.tracklets(
        "odd",
        0,
        3 * SECOND_NS + 1,
        track_id=[1, 2],
        position_m=value("position_m", state[:, :2]),
        from_ns=[2 * SECOND_NS] * 2,
        information=y,
        information_vector=value("information_vector", vector),
        log_evidence=value("log_evidence", np.full(2, 9.0)),
        is_reset=[False, False],
        sensor=replace(VAGUE, **cast("dict[str, Any]", sensor)),
    )


def _tracks(value: Callable[[str, Array], Array], **_: object) -> Report:
    state = np.array([[300.0, 9e3, 1.0, 0.0], [900.0, -9e3, 1.0, 0.0]])
    return Report.tracks(
        "odd",
        0,
        3 * SECOND_NS + 1,
        [1, 2],
        value("mean", state),
        value("cov", np.tile(np.eye(4) * 100.0, (2, 1, 1))),
        value("existence", np.full(2, 0.9)),
    )


MAKE = {"detections": _detections, "tracklets": _tracklets, "tracks": _tracks}
COLUMNS = {
    "detections": ("measurement", "noise"),
    "tracklets": ("information", "information_vector", "log_evidence", "position_m"),
    "tracks": ("mean", "cov", "existence"),
}


def _check(*odd: Report) -> None:
    """See that honest objects are shown beside these, by numbers."""
    picture = dt.Picture(_tracker())
    honest = _honest()
    for report in (*honest[:5], *odd, *honest[5:]):
        picture.add(report)
        if report.origin == "odd" or report is honest[-1]:
            for time_ns in (3 * SECOND_NS + 1, 7 * SECOND_NS, 30 * SECOND_NS, 86_400 * SECOND_NS):
                shown = picture.as_of(time_ns)
                for column in (shown.mean, shown.cov, shown.existence):
                    assert np.isfinite(column).all()
                assert (shown.existence <= 1.0).all()
    shown = picture.as_of(7 * SECOND_NS).confirmed()
    for place_m in OBJECTS_M:
        assert np.hypot(*(shown.mean[:, :2] - place_m).T).min() < 40.0
    for _, reason in picture.set_aside:
        assert reason


def _scaled(name: str, factor: float, *, which: int | None) -> Callable[[str, Array], Array]:
    """Return what puts a number in the place of all of a column, or of one entry."""

    def value(column: str, usual: Array) -> Array:
        if column != name:
            return usual
        out = usual.copy()
        if which is None and usual.ndim == 3:
            return np.tile(np.eye(usual.shape[1]) * factor, (len(usual), 1, 1))
        flat = out.reshape(-1)
        flat[slice(None) if which is None else which % flat.size] = factor
        return out

    return value


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("kind", list(MAKE))
def test_a_column_of_any_magnitude_does_no_harm(kind: str, power: int, sign: float) -> None:
    factor = sign * float(f"1e{power}")
    for column in COLUMNS[kind]:
        for which in (None, 0):
            _check(MAKE[kind](_scaled(column, factor, which=which)))


def _number(power: float, sign: float) -> float:
    return sign * 10.0**power


@settings(max_examples=cases(100))
@given(st.data())
def test_columns_of_all_magnitudes_do_no_harm_together(data: st.DataObject) -> None:
    """Any numbers in any entries, several reports, and descriptions of any numbers."""
    number: st.SearchStrategy[float] = st.one_of(
        st.floats(allow_nan=False, allow_infinity=False),
        st.builds(_number, st.floats(-320, 308),
                  st.sampled_from((1.0, -1.0))),
    )  # fmt: skip

    def value(_: str, usual: Array) -> Array:
        out = usual.copy()
        for __ in range(data.draw(st.integers(0, 2))):
            at = data.draw(st.integers(0, out.size - 1))
            out.reshape(-1)[at] = data.draw(number)
        if out.ndim == 3 and data.draw(st.booleans()):
            out = 0.5 * (out + out.transpose(0, 2, 1))
        return out

    described: dict[str, Any] = {}
    if data.draw(st.booleans()):
        a, b = data.draw(number), data.draw(number)
        made: tuple[Callable[[], dict[str, Any]], ...] = (
            lambda: {"noise": ((a, 0.0), (0.0, b))},
            lambda: {"detection_probability": a},
            lambda: {"detection_probability": None, "report_rate_per_s": a},
            lambda: {"clutter_density": a},
            lambda: {"pose": dt.Pose(position_m=(a, b), heading_rad=b)},
            lambda: {"field_of_view": dt.Disc(range_m=a), "pose": dt.Pose(position_m=(1e6, b))},
            lambda: {
                "field_of_view": dt.Disc(range_m=1e4),
                "pose": dt.Pose(position_m=(1e6, 0.0)),
                "clutter_density": dt.RangeTable(ranges_m=[0.0, 1e3], values=[a, b]),
                "detection_probability": dt.RangeTable(ranges_m=[0.0, 1e3], values=[b, a]),
            },
        )
        with suppress(dt.errors.DetenteError):  # what cannot even be said
            described = data.draw(st.sampled_from(made))()
    kinds = data.draw(st.lists(st.sampled_from(list(MAKE)), min_size=1, max_size=3))
    with np.errstate(all="ignore"):
        odd: list[Report] = []
        for kind in kinds:
            try:
                odd.append(MAKE[kind](value, **described))
            except dt.errors.DetenteError:
                continue  # no report at all
    _check(*odd)


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (_tracks(_scaled("cov", 1e-308, which=None)), "deviations from 1e-06 to 1e"),
        (_tracks(_scaled("mean", 1e308, which=0)), r"mean must be within ±\[1"),
        (_tracks(_scaled("mean", 2e5, which=2)), r"row 0 is \["),
        (_detections(_scaled("measurement", 1.1e8, which=0)), "measurement must be within"),
        (_detections(_scaled("noise", 1e17, which=None)), "noise must be symmetric positive"),
        (_tracklets(_scaled("information", 1e13, which=None)), "information must be of deviations"),
        (_tracklets(_scaled("information_vector", 1e9, which=0)), "of places up to 1e"),
        (_tracklets(_scaled("log_evidence", 1e10, which=None)), "log_evidence must be from"),
        (_detections(lambda _, usual: usual, clutter_density=1e31), "clutter_density of odd must"),
        (_detections(lambda _, usual: usual, detection_probability=1e-12), "must be 1e-09 or more"),
        (
            _detections(lambda _, usual: usual, pose=dt.Pose(position_m=(2e8, 0.0))),
            "position_m of the pose of odd must be from 0 to 1e",
        ),
        (
            _detections(lambda _, usual: usual, field_of_view=dt.Disc(range_m=1e13)),
            "field_of_view of odd must be",
        ),
    ],
)
def test_what_is_beyond_the_limits_is_set_aside_with_the_reason(report: Report, why: str) -> None:
    picture = dt.Picture(_tracker())
    assert not picture.add(report)
    (aside,) = picture.set_aside
    assert aside.report is report
    assert re.search(why, aside.reason)


@pytest.mark.parametrize("kind", list(MAKE))
def test_what_is_just_within_the_limits_is_taken(kind: str) -> None:
    columns = {"measurement": 9e7, "information": 1e-12, "cov": 1e15}
    for column, factor in columns.items():
        picture = dt.Picture(_tracker())
        if column in COLUMNS[kind]:
            value = _scaled(column, factor, which=None)
            vague = MAKE[kind](value)
            assert picture.add(vague), picture.set_aside


# What makes the fold raise


def _bits(shown: Snapshot) -> bytes:
    columns = [shown.track_id, shown.mean, shown.cov, shown.existence]
    more = [*shown.theirs.values(), *shown.seen_by.values()]
    aside = [(one.report.time_ns, one.report.origin, reason) for one, reason in
             ((each, each.reason) for each in shown.set_aside)]  # fmt: skip
    return (
        b"".join(np.ascontiguousarray(c).tobytes() for c in (*columns, *more))
        + repr((list(shown.theirs), list(shown.seen_by), shown.breaks, aside)).encode()
    )


@pytest.mark.parametrize("kind", list(MAKE))
@pytest.mark.parametrize("trouble", ["raises", "is no number"])
def test_what_the_fold_cannot_use_is_set_aside_by_it_and_the_fold_goes_on(
    kind: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an engine that fails on one report, all else is as if it had not come."""
    odd, honest = MAKE[kind](lambda _, usual: usual), _honest()
    usual_taken, usual_combined = fold_module.taken, latest.combined

    def taken(engine: dt.Tracker, scan: Any, time_ns: int) -> Any:  # noqa: ANN401 - passed through
        tracks = usual_taken(engine, scan, time_ns)
        if time_ns == odd.time_ns and engine.time_s > -np.inf and len(tracks) > len(odd):
            raise (
                ArithmeticError("no way")
                if trouble == "raises"
                else dt.errors.NotFiniteError("no number")
            )
        return tracks

    def combined(tracks: Any, newest: Any, **more: Any) -> Any:  # noqa: ANN401 - passed through
        told = usual_combined(tracks, newest, **more)
        if any(report.origin == "odd" for report in newest):
            if trouble == "raises":
                raise ArithmeticError("no way")
            told.rows.mean[-1] = np.nan
        return told

    if kind == "tracks":
        monkeypatch.setattr(fold_module, "combined", combined)
    else:
        monkeypatch.setattr(fold_module, "taken", taken)
    alone = dt.Picture(_tracker())
    for report in honest:
        alone.add(report)
    expected = alone.as_of(7 * SECOND_NS)
    shown: set[bytes] = set()
    for order in list(permutations((odd, *honest[2:6])))[::7]:
        picture = dt.Picture(_tracker())
        for report in (*honest[:2], *order, *honest[6:]):
            picture.add(report)
            picture.as_of(report.time_ns)
        found = picture.as_of(7 * SECOND_NS)
        shown.add(_bits(found))
        ((report, reason),) = found.set_aside
        assert (report.origin, report.time_ns) == ("odd", odd.time_ns)
        assert "no" in reason
        assert picture.set_aside == found.set_aside
        assert np.array_equal(found.mean, expected.mean)
        assert np.array_equal(found.existence, expected.existence)
        assert picture.as_of(3 * SECOND_NS).set_aside == ()
        assert picture.discard(odd) == 1
        assert _bits(picture.as_of(7 * SECOND_NS)) == _bits(expected)
        assert picture.set_aside == ()
    assert len(shown) == 1


# Taking out


def test_what_is_taken_out_has_to_be_said() -> None:
    picture = dt.Picture(_tracker())
    one = _honest()[0]
    for given_, names in (((), {}), ((one,), {"origin": "north"})):
        with pytest.raises(
            dt.errors.SettingError, match="takes a report, or an origin or a sensor"
        ):
            picture.discard(*given_, **names)
    assert picture.discard(one) == 0
    assert picture.discard(origin="nobody") == 0


def test_what_was_refused_can_be_taken_off_the_list() -> None:
    picture = dt.Picture(_tracker())
    odd = [
        _tracks(_scaled("cov", 1e-308, which=None)),
        _detections(_scaled("noise", 0.0, which=None)),
    ]
    for report in odd:
        picture.add(report)
    picture.discard(odd[0])
    assert [one.report for one in picture.set_aside] == odd[1:]
    picture.discard(origin="odd")
    assert picture.set_aside == ()


def test_detections_of_no_sensor_are_set_aside() -> None:
    picture = dt.Picture(_tracker())
    assert not picture.add(replace(_honest()[0], sensor=None))
    assert "must describe their sensor, found none" in picture.set_aside[0].reason
