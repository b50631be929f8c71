"""AIS reports in CSV: the exports of several services, and what is wrong with rows."""

import os
from pathlib import Path

import numpy as np
import pytest

from detente import io
from detente.errors import DecodeError

DATA = Path(os.environ.get("DETENTE_DATA", "../shared/data"))
SOLENT = DATA / "ais" / "solent-2016-01-12.csv"
NOON_S = 1609502400.0  # 2021-01-01T12:00:00Z


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "ships.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Time,MMSI,Latitude_degrees,Longitude_degrees", "2021-01-01 12:00:00,123456789,50,1"),
        ("# Timestamp,Type of mobile,MMSI,Latitude,Longitude",
         "01/01/2021 12:00:00,Class A,123456789,50,1"),
        ("MMSI,BaseDateTime,LAT,LON,SOG", "123456789,2021-01-01T12:00:00,50,1,0.1"),
        ("mmsi;timestamp;longitude;latitude", "123456789;1609502400;1;50"),
        ("t,mmsi,lon,lat", '1609502400000,"123456789.0"," 1 ",50'),
    ],
)  # fmt: skip
def test_exports_of_several_services(tmp_path: Path, header: str, row: str) -> None:
    recording = io.read(write(tmp_path, f"{header}\n{row}\n"))
    assert (recording.format, recording.kind) == ("ais", "reporting")
    detections = recording.detections
    assert detections["time_s"].tolist() == [NOON_S]
    assert detections["identity"].tolist() == ["123456789"]
    assert detections["source_row"].tolist() == [2]
    assert detections["sensor"].tolist() == ["ais position"]
    frame = recording.frame
    assert frame is not None
    assert (frame.lat_deg, frame.lon_deg) == (50.0, 1.0)
    assert len(recording.rejected) == 0


def test_positions_are_east_and_north_of_the_middle(tmp_path: Path) -> None:
    text = "Time,MMSI,LAT,LON\n" + "".join(
        f"2021-01-01T12:00:0{i}Z,1,{50 + i / 100},{1 + i / 50}\n" for i in range(3)
    )
    recording = io.read(write(tmp_path, text))
    assert recording.frame is not None
    assert (recording.frame.lat_deg, recording.frame.lon_deg) == (50.01, 1.02)
    back = recording.frame.geodetic_from_en(
        np.stack([recording.detections["x_m"], recording.detections["y_m"]], axis=1)
    )
    np.testing.assert_allclose(back[0], [50.0, 50.01, 50.02], atol=1e-9)
    np.testing.assert_allclose(back[1], [1.0, 1.02, 1.04], atol=1e-9)


def test_the_middle_is_found_across_180_degrees(tmp_path: Path) -> None:
    text = "Time,MMSI,LAT,LON\n" + "".join(
        f"2021-01-01T12:00:0{i}Z,1,0,{lon}\n" for i, lon in enumerate([179.9, -179.9, -179.8])
    )
    recording = io.read(write(tmp_path, text))
    assert recording.frame is not None
    assert recording.frame.lon_deg == -179.9
    assert np.abs(recording.detections["x_m"]).max() < 25e3


def test_each_bad_row_is_listed_with_its_line_reason_and_text(tmp_path: Path) -> None:
    lines = [
        "Time,MMSI,LAT,LON",
        "2021-01-01 12:00:00,1,50,1",
        "2021-01-01 12:00:01,1,91,181",  # AIS for "not available"
        "2021-01-01 12:00:02,1,fifty,1",
        "2021-01-01 12:00:03,,50,1",
        "2021-02-30 12:00:04,1,50,1",
        ",1,50,1",
        "2021-01-01 12:00:05,1,50",
        "2021-01-01 12:00:00,1,50,1",
        "2021-01-01 12:00:06,1,inf,1",
        "2021-01-01 12:00:07,1,50,181",
        "2021-01-01 12:00:08,1,50,nan",
        "",
        "2021-01-01 12:00:09,1,50,1,7",
        "2021-01-01 12:00:00,2,50,1",
    ]
    recording = io.read(write(tmp_path, "\r\n".join(lines) + "\r\n"))
    assert recording.detections["source_row"].tolist() == [2, 15]
    rejected = recording.rejected
    reasons = {
        3: "latitude outside -90 to 90",
        4: "latitude is not a number",
        5: "MMSI missing",
        6: "time cannot be read",
        7: "time missing",
        8: "3 fields where the header has 4",
        9: "duplicate row",
        10: "latitude is not a number",
        11: "longitude outside -180 to 180",
        12: "longitude missing",
        14: "5 fields where the header has 4",
    }
    assert dict(zip(rejected["source_row"].tolist(), rejected["reason"], strict=True)) == reasons
    assert rejected["text"].tolist() == [lines[line - 1] for line in reasons]
    assert recording.rejections()["latitude is not a number"] == 2


def test_a_blank_line_is_no_row(tmp_path: Path) -> None:
    text = "Time,MMSI,LAT,LON\n\n2021-01-01T12:00:00Z,1,50,1\n\n \n"
    recording = io.read(write(tmp_path, text))
    assert recording.detections["source_row"].tolist() == [3]
    assert recording.rejections() == {}


def test_the_same_place_and_time_under_two_names_is_no_duplicate(tmp_path: Path) -> None:
    row = "2021-01-01T12:00:00Z,{},50,1\n"
    text = "Time,MMSI,LAT,LON\n" + "".join(row.format(mmsi) for mmsi in (1, 2, 1, 3, 2, 1))
    recording = io.read(write(tmp_path, text))
    assert recording.detections["source_row"].tolist() == [2, 3, 5]
    assert recording.rejected["source_row"].tolist() == [4, 6, 7]


@pytest.mark.parametrize("column", ["Time", "MMSI", "LAT", "LON"])
def test_a_missing_column(tmp_path: Path, column: str) -> None:
    header = "Time,MMSI,LAT,LON".replace(column, "other")
    with pytest.raises(DecodeError, match=r"expected columns of AIS .* found the columns .*other"):
        io.read(write(tmp_path, f"{header}\n"), format="ais")


def test_no_good_row(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="found a header alone"):
        io.read(write(tmp_path, "Time,MMSI,LAT,LON\n"))
    with pytest.raises(
        DecodeError, match=r"1 rows, all rejected: latitude outside -90 to 90 \(1\)"
    ):
        io.read(write(tmp_path, "Time,MMSI,LAT,LON\n2021-01-01T12:00:00Z,1,91,1\n"))


def test_text_that_is_not_utf8_elsewhere_in_the_row_does_no_harm(tmp_path: Path) -> None:
    text = "Time,MMSI,LAT,LON,Name\n2021-01-01T12:00:00Z,1,50,1,Sjøbjørn\n2021,x,50,1,Ålesund\n"
    recording = io.read(write(tmp_path, text, "latin-1"))
    assert recording.detections["identity"].tolist() == ["1"]
    assert recording.rejected["text"].tolist() == ["2021,x,50,1,\N{REPLACEMENT CHARACTER}lesund"]


def test_a_row_over_two_lines_is_one_record(tmp_path: Path) -> None:
    row = '2021-01-01T12:00:0{}Z,{},50,1,"two\nlines, one name"\n'
    text = "Time,MMSI,LAT,LON,Name\n" + row.format(0, 1) + row.format(1, "") + row.format(2, 3)
    recording = io.read(write(tmp_path, text))
    assert recording.detections["source_row"].tolist() == [2, 4]
    assert recording.rejected["source_row"].tolist() == [3]
    assert recording.rejected["text"][0].startswith("2021-01-01T12:00:01Z,,50,1,two\nlines")


def test_a_byte_order_mark(tmp_path: Path) -> None:
    text = "Time,MMSI,LAT,LON\n2021-01-01T12:00:00Z,1,50,1\n"
    assert len(io.read(write(tmp_path, text, "utf-8-sig")).detections) == 1


def test_naive_times_are_utc_and_said_so(tmp_path: Path) -> None:
    file = write(tmp_path, "Time,MMSI,LAT,LON\n2021-01-01 12:00:00,1,50,1\n")
    assert io.read(file).notes == ("Times without a zone were read as UTC.",)
    shifted = io.read(file, time_zone="+02:00")
    assert shifted.detections["time_s"].tolist() == [NOON_S - 7200]
    assert shifted.notes == ("Times without a zone were read as +02:00.",)


def test_rows_without_a_zone_among_rows_with_one_are_rejected(tmp_path: Path) -> None:
    text = (
        "Time,MMSI,LAT,LON\n2021-01-01T12:00:00Z,1,50,1\n2021-01-01 12:00:00,2,50,1\n"
        "2021-01-01T13:00:00+01:00,3,50,1\n2021-01-01T12:00:00z,4,50,1\n"
    )
    recording = io.read(write(tmp_path, text))
    assert recording.detections["identity"].tolist() == ["1", "3", "4"]
    assert recording.detections["time_s"].tolist() == [NOON_S] * 3
    assert recording.rejections() == {"time without a zone among times with one": 1}
    told = io.read(write(tmp_path, text), time_zone="Europe/Oslo")
    assert told.detections["time_s"].tolist() == [NOON_S - 3600, NOON_S, NOON_S, NOON_S]


@pytest.mark.data
@pytest.mark.skipif(not SOLENT.exists(), reason=f"needs {SOLENT}")
def test_the_solent_recording() -> None:
    recording = io.read(SOLENT)
    assert len(recording.detections) == 18620
    assert recording.rejections() == {"duplicate row": 3}
    assert len(set(recording.detections["identity"])) == 91
    first_s, last_s = recording.detections["time_s"][[0, -1]]
    assert 84 < (last_s - first_s) / 60 < 86
