"""The command line: from a file to a folder, and what it says of mistakes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner, Result

import detente as dt
from detente.cli.app import app
from detente.cli.run import OUTPUT

DATA = Path(os.environ.get("DETENTE_DATA", "../shared/data"))
RNG = np.random.default_rng(5)


def detente(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def ships(folder: Path, name: str = "ships.csv") -> Path:
    """Write three ships that pass each other at 5 to 10 m/s, reporting every ten seconds."""
    rows = ["Time,MMSI,Latitude_degrees,Longitude_degrees,COG_degrees,SOG_knots"]
    for k in range(60):
        for ship, (east_m, north_m) in enumerate([(5.0, 5.0), (-8.0, 0.0), (0.0, 10.0)]):
            second = 10 * k + 3 * ship
            noise = RNG.normal(0.0, 5.0, 2)
            lat = 50.7 + (second * north_m + 400 * ship + noise[0]) / 111_000
            lon = -1.2 + (second * east_m + 700 * ship + noise[1]) / 70_400
            time = f"2016-01-12 13:{second // 60:02d}:{second % 60:02d}"
            course, speed = np.rad2deg(np.arctan2(east_m, north_m)) % 360, np.hypot(east_m, north_m)
            where = f"{lat:.7f},{lon:.7f},{course:.1f},{speed / 0.5144:.1f}"
            rows.append(f"{time},{235000000 + ship},{where}")
    rows += ["2016-01-12 13:00:00,235000009,91,181,0,0", "soon,1,50,1,0,0"]
    path = folder / name
    path.write_text("\n".join(rows) + "\n")
    return path


def summary_in(out: Path) -> dict[str, object]:
    return json.loads((out / "summary.json").read_text())


def test_ships_are_tracked_drawn_and_scored(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = detente("track", ships(tmp_path), "--out", out, "--blind")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""  # no progress bar in a pipe
    assert sorted(path.name for path in out.iterdir()) == sorted({*OUTPUT} - {"mot.txt"})
    for words in ("Ships: ships.csv", "180", "latitude outside -90 to 90", "time cannot be read"):
        assert words in result.output
    assert f"{out / 'index.html'}" in result.output.replace("\n", "")
    summary = json.loads((out / "summary.json").read_text())
    assert summary["tracks"] == 3
    assert summary["input"]["rows_used"] == 180
    assert summary["input"]["start"] == "2016-01-12T13:00:00.000+00:00"
    assert summary["scores"]["objects"] == 3
    assert summary["scores"]["identity_switches"] == 0
    assert summary["scores"]["missed"] < 0.2
    assert summary["scores"]["false"] < 0.2
    assert summary["scores"]["position_rmse_m"] < 15.0
    points = dt.Table.from_any(pl.read_parquet(out / "points.parquet"))
    assert {"track_id", "time_s", "x_m", "y_m", "lat_deg", "lon_deg"} <= set(points.column_names)
    tracks = dt.Table.from_any(pl.read_parquet(out / "tracks.parquet"))
    assert sorted(tracks["identity"]) == ["235000000", "235000001", "235000002"]
    features = json.loads((out / "tracks.geojson").read_text())["features"]
    assert {feature["geometry"]["type"] for feature in features} == {"LineString"}
    assert len((out / "rejected.csv").read_text().splitlines()) == 3
    assert "235000000" in (out / "index.html").read_text()


def test_ships_are_told_apart_by_their_numbers_and_then_not_scored_against_them(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    result = detente("track", ships(tmp_path), "--out", out)
    assert result.exit_code == 0, result.output
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["tracks"], summary["identity_used"], summary["scores"]) == (3, True, None)
    assert summary["identities"] == 3
    assert summary["settings"]["longest_silence_s"] == 3600.0
    page = (out / "index.html").read_text()
    for told in (" ".join(result.output.split()), page):
        assert "The MMSI told who is who: one track each until it was silent" in told
        assert "did not" not in told
        assert "changed its track" not in told
    points = dt.Table.from_any(pl.read_parquet(out / "points.parquet"))
    tracks = dt.Table.from_any(pl.read_parquet(out / "tracks.parquet"))
    of_track = dict(zip(tracks["track_id"].tolist(), tracks["identity"].tolist(), strict=True))
    assert sorted(of_track.values()) == ["235000000", "235000001", "235000002"]
    assert [of_track[each] for each in points["track_id"].tolist()] == points["identity"].tolist()
    features = json.loads((out / "tracks.geojson").read_text())["features"]
    assert {each["properties"]["identity"] for each in features} == set(of_track.values())


def test_a_number_that_two_ships_bear_is_two_tracks_and_a_stray_row_none(tmp_path: Path) -> None:
    rows = ["Time,MMSI,LAT,LON"]
    for k in range(60):
        for lat, lon in ((50.7 + 1e-4 * k, -1.2), (51.2, -1.4 + 1e-4 * k)):
            rows.append(f"2016-01-12 13:00:{k:02d},235000000,{lat:.5f},{lon:.5f}")
        rows.append(f"2016-01-12 13:00:{k:02d},235000001,{50.5 + 6 * (k == 30):.5f},-1.0")
    path = tmp_path / "twice.csv"
    path.write_text("\n".join(rows) + "\n")
    result = detente("track", path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "Sent from several places at once, one track for each: 235000000." in result.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["tracks"] == 3
    assert summary["input"]["rows_used"] == 179
    reason = "position out of reach for its identity"
    assert summary["input"]["rows_rejected"] == {reason: 1}
    assert f",{2 + 3 * 30 + 2},{reason}" in (tmp_path / "out" / "rejected.csv").read_text()


def test_rows_without_an_identity_are_tracked_and_are_false_to_the_scores(tmp_path: Path) -> None:
    rows = ["t,east,north,who"]
    for k in range(60):
        rows += [f"{k},{10 * k},0,a", f"{k},{10 * k},900,b", f"{k},{-10 * k},3000,"]
    path = tmp_path / "plots.csv"
    path.write_text("\n".join(rows) + "\n")
    columns = ("--time", "t", "--x", "east", "--y", "north", "--identity", "who")
    for more, used in (((), False), (("--use-identity",), True)):
        result = detente("track", path, "--out", tmp_path / "out", *columns, *more)
        assert result.exit_code == 0, result.output
        summary = json.loads((tmp_path / "out" / "summary.json").read_text())
        assert summary["input"]["rows_used"] == 180
        assert (summary["tracks"], summary["identity_used"]) == (3, used)
        assert (summary["scores"] is None) == used
        if summary["scores"]:
            assert summary["scores"]["objects"] == 2
            assert 0.9 < summary["scores"]["false"] <= 1.0


@pytest.mark.parametrize("words", [("--association", "jpda"), ("--smooth",), ("--lag", "30")])
def test_associations_and_smoothing_are_options(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = detente("track", ships(tmp_path), "--out", tmp_path / "out", *words)
    assert result.exit_code == 0, result.output
    assert summary_in(tmp_path / "out")["tracks"] == 3


def test_an_output_is_replaced_and_a_failure_leaves_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert detente("track", ships(tmp_path), "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    bad = tmp_path / "bad.csv"
    bad.write_text("Time,MMSI,LAT,LON\n")
    assert detente("track", bad, "--out", out).exit_code == 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    second = detente("track", ships(tmp_path, "later.csv"), "--out", out)
    assert second.exit_code == 0
    assert summary_in(out)["input"]["files"] == [str(tmp_path / "later.csv")]  # type: ignore[index] # pyright: ignore[reportIndexIssue] - a dict
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bad.csv", "later.csv", "out", "ships.csv",
    ]  # fmt: skip


def test_columns_of_metres_have_a_page_but_no_place_on_earth(tmp_path: Path) -> None:
    time_s = np.repeat(np.arange(30.0), 2)
    x_m = 10 * time_s + np.tile([0.0, 500.0], 30) + RNG.normal(0, 3, 60)
    frame = {"t": time_s, "east": x_m, "north": np.tile([0.0, 900.0], 30)}
    path = tmp_path / "plots.parquet"
    pl.DataFrame(frame).write_parquet(path)
    out = tmp_path / "out"
    words = ("--time", "t", "--x", "east", "--y", "north", "--sensor-std-m", "3")
    result = detente("track", path, "--out", out, *words)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == sorted(
        {*OUTPUT} - {"mot.txt", "tracks.geojson"}
    )
    summary = summary_in(out)
    assert summary["tracks"] == 2
    assert summary["scores"] is None
    assert "one scan" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nothing.csv"], "nothing.csv"),
        (["strange.csv"], "expected AIS reports in CSV"),
        (["strange.csv", "--time", "a"], "expected names for time, x and y"),
        (["strange.csv", "--time", "a", "--x", "b", "--y", "c"], "expected a column c, found"),
        (["naive.csv", "--time", "t", "--x", "x", "--y", "y"], "--time-zone UTC"),
        (["strange.csv", "--format", "kml"], "expected a format among ais"),
        (
            [
                "strange.csv",
                "--time",
                "a",
                "--x",
                "a",
                "--y",
                "b",
                "--kind",
                "scanning",
                "--use-identity",
            ],
            "--use-identity needs a recording that says who is who",
        ),
        (["ships.csv", "--sensor-std-m", "-1"], "must be positive, found -1.0"),
        (["ships.csv", "--kind", "scanning"], "ais files are reporting, found kind scanning"),
        (["ships.csv", "--association", "odd"], "odd"),
        (["ships.csv", "--lag", "-1"], "lag"),
        (["ships.csv", "--kind", "odd"], "expected a kind among reporting, scanning, found odd"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ships(tmp_path)
    (tmp_path / "strange.csv").write_text("a,b\n1,2\n")
    (tmp_path / "naive.csv").write_text("t,x,y\n2021-01-01 00:00:00,1,2\n")
    result = detente("track", *words, "--out", "out")
    assert result.exit_code == 2
    assert result.stderr.startswith("detente: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    result = detente("track", ships(tmp_path), "--out", tmp_path)
    assert result.exit_code == 2
    assert "holds other files (ships.csv), which would be lost" in result.stderr


def test_version_and_help() -> None:
    assert detente("--version").output == f"detente {dt.__version__}\n"
    told = detente("track", "--help").output
    assert "tells tracks apart: in AIS and ADS-B unless --blind" in " ".join(told.split())
    assert detente("track").exit_code == 2


COMMAND = "from detente.cli import main; main()"


def test_the_command_itself(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, "track", tmp_path / "no.csv", "--out", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("detente: ")
    assert "Traceback" not in run.stderr


def test_without_the_extra_it_says_what_to_install() -> None:
    code = f"import sys; sys.modules['typer'] = None; {COMMAND}"
    run = subprocess.run(
        [sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "pip install 'detente[cli]'" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_there_is_a_progress_bar(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - not on every system

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "track", ships(tmp_path), "--out", tmp_path / "out"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux says so at the end
                break
            if not piece:
                break
            shown += piece
        assert process.wait() == 0
    os.close(ours)
    assert b"reading" in shown
    assert b"\x1b[" in shown


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason=f"needs {DATA}")
def test_the_solent_recording_shows_each_ship_once_and_blind_what_it_always_did(
    tmp_path: Path,
) -> None:
    path, out = DATA / "ais" / "solent-2016-01-12.csv", tmp_path / "out"
    assert detente("track", path, "--out", out).exit_code == 0
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["tracks"], summary["scores"]) == (91, None)
    result = detente("track", path, "--out", out, "--blind")
    assert result.exit_code == 0, result.output
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["tracks"], summary["input"]["rows_used"]) == (164, 18620)
    scores = summary["scores"]
    assert (scores["objects"], scores["identity_switches"], scores["fragments"]) == (91, 104, 68)
    assert scores["gospa_m"] == pytest.approx(449.0, abs=0.5)


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason=f"needs {DATA}")
def test_each_aircraft_over_switzerland_is_one_track_per_flight(tmp_path: Path) -> None:
    path, out = DATA / "adsb" / "switzerland.json.gz", tmp_path / "out"
    assert detente("track", path, "--out", out).exit_code == 0
    silence_s = json.loads((out / "summary.json").read_text())["settings"]["longest_silence_s"]
    points = dt.Table.from_any(pl.read_parquet(out / "points.parquet"))
    order = np.lexsort((points["time_s"], points["identity"].astype(str)))
    who, time_s = points["identity"][order], points["time_s"][order]
    another = (who[1:] != who[:-1]) | (np.diff(time_s) > silence_s)
    track = points["track_id"][order]
    assert ((track[1:] != track[:-1]) == another).all()


def test_aircraft_and_boats_are_recognised_tracked_and_scored(tmp_path: Path) -> None:
    rows = [
        {
            "timestamp": 1533101250000 + 10_000 * k,
            "icao24": f"4b190{n}",
            "latitude": 46.0 + 0.3 * n,
            "longitude": 7.0 + 0.03 * k,
            "groundspeed": 449.0,
            "track": 90.0,
            "altitude": 35000,
        }
        for k in range(40)
        for n in range(3)
    ]
    (tmp_path / "aircraft.json").write_text(json.dumps(rows))
    result = detente("track", tmp_path / "aircraft.json", "--out", tmp_path / "air", "--blind")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "air" / "summary.json").read_text())
    assert (found["tracks"], found["scores"]["identity_switches"]) == (3, 0)

    scene = tmp_path / "scenario9"
    scene.mkdir()
    scans: list[dict[str, object]] = []
    truth: list[list[dict[str, object]]] = []
    for k in range(100):
        boats = np.array([[50.0 + 0.5 * k, 20.0], [-40.0, 30.0 - 0.4 * k]])  # north, east
        seen = (boats + RNG.normal(0, 2, (2, 2))).T.tolist()
        scans.append(
            {"sensorID": 2, "ownshipPosition": [0.0, 0.0], "time": 1.6e9 + k, "measurement": seen}
        )
        truth.append(
            [{"targetID": n + 1, "position": [*boats[n], 0.0], "time": 1.6e9 + k} for n in range(2)]
        )
    (scene / "scenario9_detections.json").write_text(json.dumps(scans))
    (scene / "scenario9_groundTruth.json").write_text(json.dumps(truth))
    result = detente("track", scene, "--out", tmp_path / "sea")
    assert result.exit_code == 0, result.output
    assert "compared with the truth in the file" in result.output
    found = json.loads((tmp_path / "sea" / "summary.json").read_text())
    assert found["tracks"] == 2
    assert found["scores"]["against"] == "truth"
    assert found["scores"]["missed"] < 0.2
    assert found["scores"]["position_rmse_m"] < 4.0


def test_the_demo_writes_its_page_and_refuses_a_date_outside_the_offer(tmp_path: Path) -> None:
    result = detente("demo", "--out", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert "pending" in result.output
    assert (tmp_path / "demo" / "index.html").exists()
    for option in ("--accept-on", "--host-consent"):
        refused = detente("demo", "--out", tmp_path / "other", option, "1999-01-01")
        assert refused.exit_code == 2
        assert refused.stderr.startswith("detente: the offer can be answered from 2021-06-16")
        assert not (tmp_path / "other").exists()
    words = ("--accept-on", "2021-07-20", "--host-consent", "2021-07-22")
    supposed = detente("demo", "--out", tmp_path / "demo", *words)
    assert "2021-07-22  Kyrgyzstan and Tajikistan consent (hypothetical)" in supposed.output
    assert "the offer is accepted" in supposed.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = detente("track", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert (
        result.stderr
        == f"detente: {tmp_path / 'none.csv'}: there is no such file; check the path\n"
    )
    assert not (tmp_path / "out").exists()


def test_boxes_of_a_video_go_in_and_out_as_mot_text(tmp_path: Path) -> None:
    rows = [
        f"{k},-1,{100 + 4 * k + 300 * who},{50 + RNG.normal():.2f},40,100,0.9,-1,-1,-1"
        for k in range(1, 41)
        for who in range(3)
        if (k + 7 * who) % 10
    ]
    source = tmp_path / "det.txt"
    source.write_text("\n".join([*rows, "5,-1,10,10,0,20,0.9,-1,-1,-1"]) + "\n")
    out = tmp_path / "out"
    told = detente("track", source, "--out", out, "--frame-rate-hz", "20")
    assert told.exit_code == 0, told.output
    summary = summary_in(out)
    assert (summary["tracks"], summary["scores"]) == (3, None)
    assert summary["input"]["rows_rejected"] == {"box without a width or a height": 1}  # type: ignore[index]
    lines = (out / "mot.txt").read_text().splitlines()
    assert {line.split(",")[1] for line in lines} == {"1", "2", "3"}
    fields = [line.split(",") for line in lines]
    assert all(row[7:] == ["-1", "-1", "-1"] for row in fields)
    for frame in ("1", "38"):
        left = sorted(float(row[2]) for row in fields if row[0] == frame)
        true = [100 + 4 * int(frame) + 300 * who for who in range(3)]
        assert np.allclose(left, true, atol=15.0)
    refused = detente("track", source, "--out", out, "--sensor-std-m", "3")
    assert refused.exit_code == 2
    assert "noise in proportion to their height" in refused.output
