"""Any CSV or Parquet file whose columns are named."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import detente as dt
from detente import io
from detente.errors import DecodeError
from detente.io.recording import Recording

XY = {"time": "t", "x": "east", "y": "north"}
FRAME = pl.DataFrame(
    {
        "t": [2.0, 1.0, 1.0, 2.0],
        "east": [1, 2, 3, 4],
        "north": [5.0, 6.0, 7.0, None],
        "who": ["a", "b", "c", "d"],
        "where": ["radar", "lidar", "radar", "lidar"],
    }
)


@pytest.fixture(params=["csv", "parquet"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"data.{request.param}"
    getattr(FRAME, f"write_{request.param}")(path)
    return path


def test_x_and_y(file: Path) -> None:
    recording = io.read(file, columns=XY | {"identity": "who", "sensor": "where"})
    assert (recording.format, recording.kind, recording.frame) == ("delimited", "scanning", None)
    detections = recording.detections
    assert detections["time_s"].tolist() == [1.0, 1.0, 2.0]
    assert detections["x_m"].tolist() == [2.0, 3.0, 1.0]
    assert detections["y_m"].tolist() == [6.0, 7.0, 5.0]
    assert detections["identity"].tolist() == ["b", "c", "a"]
    assert detections["sensor"].tolist() == ["lidar", "radar", "radar"]
    assert recording.rejections() == {"y missing": 1}
    assert recording.notes[0].endswith("read as seconds since a start of the file's own.")
    assert recording.notes[1].startswith("Rows of equal time were read as one scan")
    assert "4" in recording.rejected["text"][0]


def test_z_and_no_sensor(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("t,x,y,z\n1,2,3,4\n2,3,4,5\n")
    recording = io.read(path, columns={"time": "t", "x": "x", "y": "y", "z": "z"})
    assert recording.detections["z_m"].tolist() == [4.0, 5.0]
    assert recording.detections["sensor"].tolist() == ["sensor", "sensor"]
    assert recording.kind == "reporting"
    again = io.read(path, columns={"time": "t", "x": "x", "y": "y"}, kind="scanning")
    assert again.kind == "scanning"
    assert "z_m" not in again.detections


def test_latitude_and_longitude(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("When,Lat,Lng\n1600000000,45,9\n1600000001,46,9\n1600000002,99,9\n")
    columns = {"time": "when", "lat": "LAT", "lon": "lng"}  # case does not matter
    recording = io.read(path, columns=columns)
    assert recording.frame is not None
    assert recording.frame.lat_deg == 45.5
    np.testing.assert_allclose(recording.detections["y_m"], [-55570, 55570], rtol=1e-3)
    assert recording.rejections() == {"latitude outside -90 to 90": 1}
    there = io.read(path, columns=columns, frame=dt.LocalFrame(45.0, 9.0))
    np.testing.assert_allclose(there.detections["y_m"][0], 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({}, DecodeError, r"expected AIS reports.*columns t, east, north, who, where; for any"),
        ({"time": "t"}, DecodeError, "found columns named for time; name them: --time T --x X"),
        (XY | {"lat": "a"}, DecodeError, "expected names for time, x and y or for time, lat"),
        (XY | {"x": "est"}, DecodeError, r"a column est, found the columns t, east, north, who"),
    ],
)
def test_columns_that_do_not_fit(
    tmp_path: Path, columns: dict[str, str], error: type[Exception], message: str
) -> None:
    FRAME.write_csv(path := tmp_path / "data.csv")
    with pytest.raises(error, match=message):
        io.read(path, columns=columns)


def test_a_cut_off_parquet_file(tmp_path: Path) -> None:
    FRAME.write_parquet(path := tmp_path / "data.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DecodeError, match="expected a sound Parquet file, found"):
        io.read(path, columns=XY)


def of_times(folder: Path, times: list[str] | pl.Series, time_zone: str | None = None) -> Recording:
    path = folder / "data"
    if isinstance(times, pl.Series):
        pl.DataFrame({"t": times, "x": range(len(times)), "y": range(len(times))}).write_parquet(
            path
        )
    else:
        path.write_text("t,x,y\n" + "".join(f"{time},{i},{i}\n" for i, time in enumerate(times)))
    return io.read(path, columns={"time": "t", "x": "x", "y": "y"}, time_zone=time_zone)


@pytest.mark.parametrize(
    ("times", "expected_s"),
    [
        (["1614859200"], [1614859200]),
        (["1614859200.25", "1614859201"], [1614859200.25, 1614859201]),
        (["1614859200250"], [1614859200.25]),
        (["1614859200250000"], [1614859200.25]),
        (["1614859200250000000"], [1614859200.25]),
        (["0.5", "1e1"], [0.5, 10.0]),
        (["2021-03-04T12:00:00Z"], [1614859200]),
        (["2021-03-04 12:00:00.25+00"], [1614859200.25]),
        (["2021-03-04T14:00:00+02:00", "2021-03-04T10:00:00-0200"], [1614859200] * 2),
        (["1969-12-31T23:59:59.5Z"], [-0.5]),
        (pl.Series([1614859200250]).cast(pl.Datetime("ms", "Europe/Oslo")), [1614859200.25]),
    ],
)
def test_times(tmp_path: Path, times: list[str] | pl.Series, expected_s: list[float]) -> None:
    assert of_times(tmp_path, times).detections["time_s"].tolist() == expected_s


@pytest.mark.parametrize(
    "times",
    [
        ["2021-03-04T12:00:00"],
        ["2021-03-04 12:00"],
        ["2021-03-04"],
        pl.Series([0]).cast(pl.Datetime("us")),
        pl.Series([0]).cast(pl.Date),
    ],
)
def test_times_without_a_zone_need_to_be_told_one(
    tmp_path: Path, times: list[str] | pl.Series
) -> None:
    message = r"expected times with a zone.*found times without one; say how.*--time-zone UTC"
    with pytest.raises(DecodeError, match=message):
        of_times(tmp_path, times)
    utc = of_times(tmp_path, times, time_zone="UTC")
    assert utc.notes[0] == "Times without a zone were read as UTC."
    oslo = of_times(tmp_path, times, time_zone="Europe/Oslo")
    assert utc.detections["time_s"][0] - oslo.detections["time_s"][0] == 3600


def test_mixed_times(tmp_path: Path) -> None:
    mixed = ["2021-03-04T12:00:00Z", "2021-03-04T12:00:01", "2021-03-04T12:00:02+01:00"]
    recording = of_times(tmp_path, mixed)
    assert recording.detections["source_row"].tolist() == [4, 2]
    assert recording.rejections() == {"time without a zone among times with one": 1}
    assert recording.rejected["text"].tolist() == ["2021-03-04T12:00:01,1,1"]


def test_a_bad_number_among_numbers_is_one_bad_row(tmp_path: Path) -> None:
    recording = of_times(tmp_path, ["1614859200", "soon", "", "1614859202"])
    assert recording.rejections() == {"time cannot be read": 1, "time missing": 1}


@pytest.mark.parametrize("time", ["2021-03-28T02:30:00", "2021-10-31T02:30:00"])
def test_a_time_that_a_zone_skips_or_has_twice(tmp_path: Path, time: str) -> None:
    message = "expected times that exist once in the time zone Europe/Oslo"
    with pytest.raises(DecodeError, match=message):
        of_times(tmp_path, [time], time_zone="Europe/Oslo")


def test_an_unknown_zone(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"time zone Europe/Asgard.*name a zone such as UTC"):
        of_times(tmp_path, ["2021-03-28T02:30:00"], time_zone="Europe/Asgard")
