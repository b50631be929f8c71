"""ADS-B positions: JSON and CSV, the names of traffic and of OpenSky, and their units."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente import io
from detente.errors import DecodeError

DATA = Path(os.environ.get("DETENTE_DATA", "../shared/data"))
SWITZERLAND = DATA / "adsb" / "switzerland.json.gz"

ROW = {
    "timestamp": 1533101250000,
    "icao24": "401e10",  # looks like a number
    "latitude": 46.0,
    "longitude": 7.0,
    "altitude": 1000.0,
}


def write(folder: Path, rows: list[Any]) -> Path:
    file = folder / "aircraft.json"
    file.write_text(json.dumps(rows))
    return file


def test_json_records(tmp_path: Path) -> None:
    recording = io.read(write(tmp_path, [ROW, ROW | {"timestamp": 1533101240000}]))
    assert (recording.format, recording.kind) == ("adsb", "reporting")
    detections = recording.detections
    assert detections["time_s"].tolist() == [1533101240.0, 1533101250.0]
    assert detections["source_row"].tolist() == [2, 1]
    assert detections["identity"].tolist() == ["401e10", "401e10"]
    np.testing.assert_allclose(detections["altitude_m"], 304.8)
    assert recording.notes == ("Times are numbers and were read as milliseconds since 1970.",)
    assert recording.columns == (
        ("time", "timestamp", "milliseconds since 1970"),
        ("identity", "icao24", ""),
        ("lat", "latitude", "°"),
        ("lon", "longitude", "°"),
        ("altitude", "altitude", "ft"),
    )


def test_json_lines_in_gzip(tmp_path: Path) -> None:
    file = tmp_path / "aircraft"
    lines = "\n".join(json.dumps(ROW | {"icao24": icao}) for icao in "ab")
    file.write_bytes(gzip.compress(lines.encode()))
    assert io.read(file).detections["identity"].tolist() == ["a", "b"]


def test_a_log_that_is_cut_off_in_its_last_line(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW)[:30])
    recording = io.read(file)
    assert len(recording.detections) == 1
    assert recording.rejected["text"].tolist() == [json.dumps(json.dumps(ROW)[:30])]
    assert recording.rejections() == {"not a record": 1}


@pytest.mark.parametrize(
    ("header", "altitude_m"),
    [
        ("time,icao24,lat,lon,velocity,heading,vertrate,baroaltitude", 1000.0),
        ("timestamp,icao24,latitude,longitude,groundspeed,track,vertical_rate,altitude", 304.8),
        ("time,ICAO24,lat,lon,a,b,c,geoaltitude", 1000.0),
        ("time,hex,lat,lon,gs,track,rate,alt_baro", 304.8),
    ],
)
def test_csv_of_several_services(tmp_path: Path, header: str, altitude_m: float) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{header}\n1533101250,4b1900,46,7,100,90,0,1000\n")
    recording = io.read(file)
    assert recording.format == "adsb"
    assert recording.detections["time_s"].tolist() == [1533101250.0]
    np.testing.assert_allclose(recording.detections["altitude_m"], altitude_m)


def test_opensky_repeats_a_position_each_second(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = ["1533101250,a,46,7,1533101249.5", "1533101251,a,46,7,1533101249.5"]
    file.write_text("time,icao24,lat,lon,lastposupdate\n" + "\n".join(rows))
    recording = io.read(file)
    assert recording.detections["time_s"].tolist() == [1533101249.5]
    assert recording.rejections() == {"stale: an older position under a new time": 1}


def test_an_aircraft_on_the_ground_has_no_altitude(tmp_path: Path) -> None:
    recording = io.read(write(tmp_path, [ROW | {"altitude": a} for a in (None, "ground", 0)]))
    assert recording.rejections() == {"duplicate row": 2}
    rows = [ROW | {"altitude": "ground"}, ROW | {"altitude": None, "icao24": "b"}]
    assert np.isnan(io.read(write(tmp_path, rows)).detections["altitude_m"]).all()


def test_each_bad_record_is_listed(tmp_path: Path) -> None:
    without = {key: value for key, value in ROW.items() if key != "icao24"}
    rows = [
        ROW,
        17,
        ROW | {"latitude": -90.5},
        without,
        ROW | {"latitude": None},
        ROW | {"longitude": "seven"},
        ROW | {"timestamp": "x"},
        ROW,
        ROW | {"icao24": "b"},
    ]
    recording = io.read(write(tmp_path, rows))
    assert recording.detections["source_row"].tolist() == [1, 9]
    listed = recording.rejected
    assert dict(zip(listed["source_row"].tolist(), listed["reason"], strict=True)) == {
        2: "not a record",
        3: "latitude outside -90 to 90",
        4: "ICAO address missing",
        5: "latitude missing",
        6: "longitude is not a number",
        7: "time cannot be read",
        8: "duplicate row",
    }
    assert json.loads(listed["text"][1]) == rows[2]


def test_times_as_text_need_a_zone(tmp_path: Path) -> None:
    rows = [ROW | {"timestamp": "2018-08-01 05:27:30"}]
    file = write(tmp_path, rows)
    with pytest.raises(DecodeError, match=r"expected times with a zone.*--time-zone UTC"):
        io.read(file)
    assert io.read(file, time_zone="UTC").detections["time_s"].tolist() == [1533101250.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"icao24": "a", "lat": 1, "lon": 1, ', "found broken JSON"),
        (
            '[{"icao24": "a", "lat": 1, "lon": 1}]',
            r"expected columns .*time: lastposupdate, last_pos",
        ),
    ],
)
def test_bad_json(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    with pytest.raises(DecodeError, match=message):
        io.read(file)


def test_json_without_records(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("[]")
    with pytest.raises(DecodeError, match="expected a JSON list with entries, found"):
        io.read(file, format="adsb")


@pytest.mark.data
@pytest.mark.skipif(not SWITZERLAND.exists(), reason=f"needs {SWITZERLAND}")
def test_the_swiss_recording() -> None:
    recording = io.read(SWITZERLAND)
    assert len(recording.detections) == 139098
    assert recording.rejections() == {}
    assert len(set(recording.detections["identity"])) == 842
    assert 30_000 < np.median(recording.detections["altitude_m"]) / 0.3048 < 40_000
