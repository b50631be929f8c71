"""Times in every form that people and libraries write them, wherever a time is taken."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente.errors import DecodeError, SettingError
from detente.times import seconds_from_time, seconds_from_times

START_S = 1_614_859_200  # 2021-03-04T12:00:00Z
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
OSLO = ZoneInfo("Europe/Oslo")

Make = Callable[[list[int]], Any]


def instants(ticks: list[int]) -> list[datetime]:
    return [datetime.fromtimestamp(tick, UTC) for tick in ticks]


FORMS: dict[str, Make] = {
    "floats": lambda ticks: np.array(ticks, float),
    "integers": np.array,
    "list of floats": lambda ticks: [float(tick) for tick in ticks],
    **{
        f"datetime64[{unit}]": lambda ticks, unit=unit, per_s=per_s: (
            np.array(ticks, np.int64) * per_s
        ).view(f"M8[{unit}]")
        for unit, per_s in UNITS.items()
    },
    **{
        f"pandas {unit} {zone}": lambda ticks, unit=unit, zone=zone: pd.Series(
            pd.to_datetime(ticks, unit="s", utc=True).tz_convert(zone).as_unit(unit)
        )
        for unit in UNITS
        for zone in (None, "UTC", "Europe/Oslo", "+05:30")
    },
    "pandas index": lambda ticks: pd.to_datetime(ticks, unit="s", utc=True).tz_convert(OSLO),
    **{
        f"polars {unit} {zone}": lambda ticks, unit=unit, zone=zone: (
            pl.Series(np.array(ticks, np.int64) * UNITS[unit])
            .cast(pl.Datetime(unit))
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(zone or "UTC")
            .dt.replace_time_zone(zone)
        )
        for unit in ("ms", "us", "ns")
        for zone in (None, "UTC", "Europe/Oslo")
    },
    **{
        f"Arrow {unit} {zone}": lambda ticks, unit=unit, zone=zone: pa.array(
            np.array(ticks, np.int64) * UNITS[unit], pa.timestamp(unit, zone)
        )
        for unit in UNITS
        for zone in (None, "UTC", "Europe/Oslo")
    },
    "datetime UTC": instants,
    "datetime Oslo": lambda ticks: [when.astimezone(OSLO) for when in instants(ticks)],
    "datetime offset": lambda ticks: [
        when.astimezone(timezone(timedelta(hours=-3))) for when in instants(ticks)
    ],
    "texts Z": lambda ticks: [when.isoformat().replace("+00:00", "Z") for when in instants(ticks)],
    "texts offset": lambda ticks: [when.astimezone(OSLO).isoformat() for when in instants(ticks)],
    "texts blank": lambda ticks: np.array([str(when) for when in instants(ticks)], object),
    "Timestamps": lambda ticks: [pd.Timestamp(when) for when in instants(ticks)],
    "datetime64 objects": lambda ticks: np.array(
        [np.datetime64(tick, "s") for tick in ticks], object
    ),
}


@pytest.mark.parametrize("form", FORMS)
@given(ticks=st.lists(st.integers(0, 4 * 10**9), min_size=1, max_size=5))
def test_every_form_says_the_same(form: str, ticks: list[int]) -> None:
    found = seconds_from_times(FORMS[form](ticks))
    assert found.dtype == np.float64
    assert found.tolist() == [float(tick) for tick in ticks]


@given(st.lists(st.integers(-719_000, 2_900_000), min_size=1))
def test_days_of_all_centuries(days: list[int]) -> None:
    column = np.array(days, np.int64).view("M8[D]")
    assert seconds_from_times(column).tolist() == [86_400.0 * day for day in days]


def detections(times: Any) -> dict[str, Any]:  # noqa: ANN401 - a column of any library
    return {"time_s": times, "x_m": [0.0, 9.0, 21.0, 30.0], "y_m": [5.0, 5.0, 4.0, 6.0]}


SETTINGS: dict[str, Any] = {
    "motion": dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    "birth": dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
}
RADAR = dt.PositionSensor(std_m=2.0, detection_probability=0.9, clutter_density=1e-7)
TICKS = [START_S + k for k in range(4)]


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_tracked_whatever_its_times_are(form: str) -> None:
    table = detections(FORMS[form](TICKS))
    frames: list[Any] = [table]
    if form.startswith("pandas"):
        frames.append(pd.DataFrame(table))
    elif form.startswith("polars"):
        frames.append(pl.DataFrame(table))
    elif form.startswith("Arrow"):
        frames.append(pa.table(table))
    for frame in frames:
        found = dt.track(frame, **SETTINGS, sensor=RADAR, scans={"time_s": table["time_s"]})
        assert found.tracks["detections"].tolist() == [4]
        assert found.points["time_s"].tolist() == TICKS


@pytest.mark.parametrize("form", FORMS)
def test_a_tracker_takes_one_time_whatever_it_is(form: str) -> None:
    column = FORMS[form](TICKS)
    times = column.to_pylist() if form.startswith("Arrow") else list(column)
    aware = form.startswith(("polars", "Arrow")) and form.endswith("None")
    tracker = dt.Tracker(**SETTINGS)
    replay = dt.Replay(dt.Tracker(**SETTINGS), window_s=60.0)
    for k, time in enumerate(times):
        if aware or form.endswith("None"):  # a datetime without a zone has lost its column
            with pytest.raises(SettingError, match="must have a zone"):
                tracker.step(time, [[10.0 * k, 5.0]], sensor=RADAR)
            return
        for each in (tracker, replay):
            tracks = each.step(time, [[10.0 * k, 5.0]], sensor=RADAR)
            assert tracks.time_s == TICKS[k]
    assert tracker.predict(times[-1]).time_s == TICKS[-1]
    assert len(tracker.predict(times[-1])) == 1


@pytest.mark.parametrize("form", FORMS)
def test_scores_and_simulations_take_them_too(form: str) -> None:
    times = FORMS[form](TICKS)
    frames = dt.metrics.frames_from_times(times, np.zeros((4, 2)), times_s=times)
    assert np.diff(frames.offsets).tolist() == [1, 1, 1, 1]
    truth = dt.simulate.truth(
        SETTINGS["motion"], times_s=times, initial_states=[[0.0, 0.0, 1.0, 0.0]], seed=1
    )
    assert truth.times_s.tolist() == TICKS


@pytest.mark.parametrize(
    "naive",
    [
        ["2021-03-04T12:00:00"] * 4,
        ["2021-03-04 12:00"] * 4,
        ["2021-03-04"] * 4,
        [datetime(2021, 3, 4, 12)] * 4,  # noqa: DTZ001 - on purpose
        [date(2021, 3, 4)] * 4,
    ],
)
def test_texts_and_datetimes_without_a_zone_are_refused_unless_one_is_named(naive: Any) -> None:  # noqa: ANN401 - any column
    with pytest.raises(SettingError, match=r"time_s must have a zone.*time_zone='UTC'"):
        seconds_from_times(naive)
    with pytest.raises(SettingError, match=r"time_s must have a zone.*time_zone='UTC'"):
        dt.track(detections(naive), **SETTINGS, sensor=RADAR)
    in_utc = seconds_from_times(naive, time_zone="UTC")
    for zone in ("Europe/Oslo", "+01:00"):  # it is winter
        assert (in_utc - seconds_from_times(naive, time_zone=zone)).tolist() == [3600.0] * 4
    found = dt.track(detections(naive), **SETTINGS, sensor=RADAR, time_zone="UTC", confirmation=0.0)
    assert set(found.points["time_s"].tolist()) == {in_utc[0]}


@pytest.mark.parametrize("form", FORMS)
def test_a_zone_moves_only_what_names_none(form: str) -> None:
    moved = FORMS[form]([START_S])
    knows = "None" not in form and not form.startswith("datetime64")
    shift = 0.0 if knows else 3600.0
    assert seconds_from_times(moved, time_zone="Europe/Oslo").tolist() == [START_S - shift]


@given(st.integers(0, 2 * 10**9), st.sampled_from(["Europe/Oslo", "America/St_Johns", "UTC"]))
def test_a_zone_agrees_with_the_clock_on_its_walls(tick: int, name: str) -> None:
    wall = datetime.fromtimestamp(tick, ZoneInfo(name)).replace(tzinfo=None)
    try:
        found = seconds_from_time(wall, time_zone=name)
    except SettingError as error:
        assert "must exist once in the time zone" in str(error)  # noqa: PT017 - either is right
        return
    assert found == tick
    column = np.array([wall], "M8[us]")
    assert seconds_from_times(column, time_zone=name).tolist() == [tick]


@pytest.mark.parametrize("wall", ["2021-03-28T02:30:00", "2021-10-31T02:30:00"])
def test_a_time_that_a_clock_skips_or_shows_twice_is_refused(wall: str) -> None:
    for times in ([wall], np.array([wall], "M8[s]")):
        with pytest.raises(SettingError, match="must exist once in the time zone Europe/Oslo"):
            seconds_from_times(times, time_zone="Europe/Oslo")


@pytest.mark.parametrize("bad", [["soon"], [b"x"], [{}], [1j], [True], np.array([True])])
def test_what_is_no_time_is_refused(bad: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(DecodeError, match="time_s must be seconds, datetime64, times of pandas"):
        seconds_from_times(bad)


def test_a_number_that_no_float_holds_is_refused() -> None:
    for refused in (lambda: seconds_from_time(10**400), lambda: seconds_from_times([10**400, 1])):
        with pytest.raises(SettingError, match="time_s must be a finite number, found 1000"):
            refused()


@pytest.mark.parametrize("per_s", [1e3, 1e6, 1e9])
def test_numbers_that_look_like_less_than_seconds_are_refused(per_s: float) -> None:
    for refused in (
        lambda: seconds_from_time(START_S * per_s),
        lambda: seconds_from_times([START_S * per_s, START_S * per_s + per_s]),
    ):
        with pytest.raises(SettingError, match=r"before the year 2200, found .* milliseconds or"):
            refused()


def test_there_is_no_such_zone() -> None:
    for name in ("Mars/Olympus", "+99:00", "", "../etc"):
        with pytest.raises(SettingError, match="time_zone must be a zone such as UTC"):
            seconds_from_times(["2021-03-04T12:00:00"], time_zone=name)


@given(st.integers(0, 2**32 * 10**6))
def test_fractions_are_kept_to_the_microsecond(microseconds: int) -> None:
    column = np.array([microseconds], np.int64).view("M8[us]")
    for times in (column, pd.Series(column, dtype="M8[ns]"), column.astype("M8[ns]")):
        assert seconds_from_times(times)[0] == pytest.approx(microseconds / 1e6, abs=5e-7)


def test_what_says_nothing_is_nan() -> None:
    for times in (np.array(["NaT"], "M8[ns]"), [None], [""], ["NaT"], pd.Series([pd.NaT])):
        assert np.isnan(seconds_from_times(times)).all()
