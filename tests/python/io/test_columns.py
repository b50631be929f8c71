"""What columns mean and in which units: recognised, shown, and set by the user."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from detente import io
from detente.cli.app import app
from detente.errors import DecodeError, SettingError

STALE = "stale: an older position under a new time"


def aircraft(folder: Path, *, late_s: float = 15.0, tells_speed: bool = True) -> Path:
    """Write one aircraft at 230 m/s that turns, a row each 5 s, whose position is seldom new.

    `last_position` says when it was true, `timestamp` when the row was written: up to `late_s`
    later, as the package traffic and OpenSky write it.
    """
    rows = ["timestamp,last_position,icao24,latitude,longitude,groundspeed,track,geoaltitude"]
    rng = np.random.default_rng(3)
    for who in range(2):
        then = 0.0
        for k in range(240):
            now = 5.0 * k
            if now - then >= late_s * rng.uniform(0.3, 1.0) or k == 0:
                then = now
            angle = 0.004 * then + who
            lat = 46.0 + 0.5 * who + 230.0 / 0.004 * (1 - np.cos(angle)) / 111_195
            lon = 7.0 + 230.0 / 0.004 * np.sin(angle) / 111_195 / np.cos(np.deg2rad(46))
            course = np.rad2deg(np.pi / 2 - angle) % 360
            start = 1533101250
            rows.append(
                f"{start + now:.0f},{start + then:.0f},4b190{who},{lat:.6f},{lon:.6f},447,"
                f"{course:.1f},35000"
            )
    if not tells_speed:
        rows = [",".join(np.array(row.split(","))[[0, 1, 2, 3, 4, 7]].tolist()) for row in rows]
    path = folder / "a.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def track(path: Path, out: Path, *words: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["track", str(path), "--out", str(out), *words])
    assert result.exit_code == 0, result.output
    return json.loads((out / "summary.json").read_text()) | {"told": result.output}


def test_a_position_counts_at_its_own_time_and_its_repeats_are_stale(tmp_path: Path) -> None:
    recording = io.read(aircraft(tmp_path))
    assert set(recording.rejections()) == {STALE}
    assert len(recording.detections) + len(recording.rejected) == 480
    assert recording.columns[0] == ("time", "last_position", "seconds since 1970")
    assert "at the time in last_position, not at that of its row (timestamp)" in str(
        recording.notes
    )


def test_an_aircraft_that_falls_apart_by_the_time_of_its_rows_is_one_track_by_its_own(
    tmp_path: Path,
) -> None:
    path = aircraft(tmp_path, late_s=60.0, tells_speed=False)
    by_position = track(path, tmp_path / "out", "--blind")
    by_row = track(path, tmp_path / "out", "--blind", "--time", "timestamp")
    assert by_position["tracks"] == 2
    assert isinstance(by_row["tracks"], int)
    assert by_row["tracks"] > 2


def test_rows_of_one_moment_are_duplicates_and_of_another_stale(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = "time,icao24,lat,lon,lastposupdate\n"
    path.write_text(head + "10,a,46,7,9\n10,a,46,7,9\n11,a,46,7,9\n12,a,46.1,7,12\n")
    listed = io.read(path).rejected
    assert dict(zip(listed["source_row"].tolist(), listed["reason"].tolist(), strict=True)) == {
        3: "duplicate row",
        4: STALE,
    }


def test_without_a_time_of_its_own_a_position_that_stands_still_at_speed_is_stale(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    head = "timestamp,icao24,latitude,longitude,groundspeed,track\n"
    fast = "".join(f"{1533101250 + 10 * k},a,{46 + 0.02 * (k // 3)},7,440,0\n" for k in range(9))
    parked = "".join(f"{1533101250 + 10 * k},b,47,8,0,0\n" for k in range(9))
    path.write_text(head + fast + parked)
    found = track(path, tmp_path / "out")
    assert found["input"]["rows_rejected"] == {STALE: 6}  # type: ignore[index] # pyright: ignore[reportIndexIssue] - a dict
    assert found["input"]["rows_used"] == 12  # type: ignore[index] # pyright: ignore[reportIndexIssue] - a dict
    assert (io.read(path).detections["identity"] == "b").sum() == 9


@pytest.mark.parametrize("column", ["last_position", "lastposupdate", "time_position"])
def test_an_empty_column_of_position_times_gives_way_to_that_of_rows(
    tmp_path: Path, column: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{column},timestamp,icao24,lat,lon\n,1533101250,a,46,7\n")
    recording = io.read(path)
    assert recording.detections["time_s"].tolist() == [1533101250.0]
    assert recording.columns[0].name == "timestamp"


@pytest.mark.parametrize(
    ("header", "values", "altitude_m"),
    [
        ("groundspeed,track,geoaltitude", "447,90,35000", 10668.0),  # of traffic
        ("groundspeed,track,geoaltitude", "120,90,2000", 609.6),
        ("velocity,heading,geoaltitude", "230,90,10668", 10668.0),  # of OpenSky
        ("velocity,heading,geoaltitude", "230,90,35000", 10668.0),  # no airliner is so high
        ("a,b,geoaltitude", "1,2,35000", 10668.0),
        ("a,b,geoaltitude", "1,2,9000", 9000.0),
        ("gs,track,alt_baro", "447,90,35000", 10668.0),
        ("groundspeed,track,altitude_m", "447,90,9144", 9144.0),  # the name says it
    ],
)
def test_the_unit_of_altitudes_is_recognised_and_can_be_set(
    tmp_path: Path, header: str, values: str, altitude_m: float
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"time,icao24,lat,lon,{header}\n1533101250,a,46,7,{values}\n")
    recording = io.read(path)
    assert recording.detections["altitude_m"].tolist() == pytest.approx([altitude_m])
    told_unit = {column.role: column.unit for column in recording.columns}["altitude"]
    number = float(values.rsplit(",", maxsplit=1)[-1])
    assert altitude_m == pytest.approx(number * {"ft": 0.3048, "m": 1.0}[told_unit])
    for name, unit_m in (("ft", 0.3048), ("feet", 0.3048), ("m", 1.0), ("FL", 30.48)):
        told = io.read(path, units={"altitude": name})
        assert told.detections["altitude_m"][0] == pytest.approx(number * unit_m)


def test_units_and_meanings_are_set_on_the_command_line_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        f"{1533101250 + 10 * k},a,46,{7 + 0.02 * k},{10000 + k},{9000 + k},300,90\n"
        for k in range(30)
    ]
    head = "time,icao24,lat,lon,baroaltitude,height_above_ground,velocity,heading\n"
    path.write_text(head + "".join(rows))
    words = ("--altitude", "height_above_ground", "--unit", "altitude=ft", "--unit", "speed=kt")
    found = track(path, tmp_path / "out", *words)
    told = " ".join(str(found["told"]).split())
    assert "altitude from height_above_ground (ft)" in told
    assert "speed from velocity (kt)" in told
    columns = found["input"]["columns"]  # type: ignore[index] # pyright: ignore[reportIndexIssue] - a dict
    assert {"role": "altitude", "name": "height_above_ground", "unit": "ft"} in columns
    assert "altitude from height_above_ground (ft)" in (tmp_path / "out/index.html").read_text()
    feature = json.loads((tmp_path / "out/tracks.geojson").read_text())["features"][0]
    np.testing.assert_allclose(
        feature["properties"]["altitudes_m"], 0.3048 * (9000 + np.arange(30)), atol=0.1
    )


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ({"altitude": "cubits"}, "unit of altitude must be one of m, km, ft, FL, NM, found 'cub"),
        ({"colour": "m"}, "units can be set of x, y, z, altitude, speed, time, found 'colour'"),
    ],
)
def test_a_unit_that_there_is_not_is_refused(
    tmp_path: Path, units: dict[str, str], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        io.read(tmp_path / "a.csv", units=units)


def test_a_column_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="expected a column nothing, found the columns timest"):
        io.read(aircraft(tmp_path), columns={"altitude": "nothing"})


def test_a_unit_at_the_end_of_a_name_counts_unless_another_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x_km,y_m,alt_ft\n1533101250,1,2,1000\n")
    columns = {"time": "t", "x": "x_km", "y": "y_m", "altitude": "alt_ft"}
    found = io.read(path, columns=columns)
    row = [found.detections[name][0] for name in ("x_m", "y_m", "altitude_m")]
    assert row == pytest.approx([1000.0, 2.0, 304.8])
    assert {each.role: each.unit for each in found.columns}["altitude"] == "ft"
    told = io.read(path, columns=columns, units={"altitude": "m"})
    assert told.detections["altitude_m"].tolist() == [1000.0]


def test_positions_may_be_in_other_units(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x,y,h\n1533101250000,1,2,10\n")
    columns = {"time": "t", "x": "x", "y": "y", "altitude": "h"}
    units = {"x": "km", "y": "NM", "altitude": "FL", "time": "ms"}
    found = io.read(path, columns=columns, units=units).detections
    row = [found[name][0] for name in ("time_s", "x_m", "y_m", "altitude_m")]
    assert row == pytest.approx([1533101250.0, 1000.0, 3704.0, 304.8])
