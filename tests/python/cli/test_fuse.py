"""What parties would know under each way of exchange: simulated, and a twin of the ferry's."""

import json
from pathlib import Path
from typing import Any

import pytest
from strategies.ferry import ferry
from typer.testing import CliRunner

import detente as dt
from detente import io
from detente.cli.app import app
from detente.cli.fuse import fuse, play, row_of
from detente.cli.naming import parties_from_text
from detente.cli.parties import scene_from_recording, simulated_scene

FERRY = {"north": ("radar", "lidar"), "south": ("infrared", "optical")}


def _rows(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    rows = json.loads((out / "summary.json").read_text())["rows"]
    return {(row["exchange"], row["party"]): row for row in rows}


def test_two_simulated_radars_know_more_together_and_all_of_it_by_tracklets(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["fuse", "--out", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    assert "tracklets" in ran.output
    rows = _rows(tmp_path / "out")
    pooled = rows["detections", "north"]
    assert pooled["gospa_m"] == rows["detections", "south"]["gospa_m"]
    for party in ("north", "south"):
        alone, tracklets = rows["nothing", party], rows["tracklets", party]
        assert alone["bytes_per_s"] == 0.0
        assert alone["missed"] > 10 * tracklets["missed"]
        assert tracklets["gospa_m"] == pytest.approx(pooled["gospa_m"], rel=0.01)
        assert rows["gains", party]["bytes_per_s"] < pooled["bytes_per_s"]
        assert 0.9 < tracklets["anees"] < 1.2
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "simulated" in page


def test_a_ferrys_sensors_in_two_hands(tmp_path: Path) -> None:
    """The cameras alone know no ranges; with the other party's tracklets they know where."""
    folder = ferry(tmp_path)
    out = tmp_path / "out"
    scene = scene_from_recording(io.read(folder), FERRY)
    fuse(scene, out, ways=("nothing", "tracklets"))
    rows = _rows(out)
    assert rows["tracklets", "south"]["gospa_m"] < 0.7 * rows["nothing", "south"]["gospa_m"]
    assert rows["tracklets", "north"]["gospa_m"] < 1.2 * rows["nothing", "north"]["gospa_m"]
    assert "simulated" not in (out / "index.html").read_text(encoding="utf-8")


def test_pooled_is_what_one_tracker_with_all_sensors_knows() -> None:
    scene = simulated_scene(seed=3)
    north, south = play(scene, "detections", every_s=0.0)
    engine = scene.tracker.fresh()
    looks = sorted(
        (look for watcher in scene.watchers for look in watcher.looks),
        key=lambda look: look.time_ns,
    )
    for look in looks:
        tracks = engine.step(look.time_ns / 1e9, look.measurement, sensor=look.sensor)
    last = tracks.confirmed()
    assert len(last) == len(north.snapshots[-1]) == len(south.snapshots[-1])
    assert north.snapshots[-1].mean == pytest.approx(last.mean, abs=1e-6)
    assert row_of(scene, "detections", north)["false"] >= 0.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["north"], "a party must be given once, as north=radar,lidar, found 'north'"),
        (["a=radar", "a=lidar"], "a party must be given once"),
        (["=radar"], "a party must be given once"),
    ],
)
def test_parties_that_cannot_be_read_are_refused(given: list[str], message: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=message):
        parties_from_text(given)


def test_sensors_in_no_hand_or_in_two_are_refused(tmp_path: Path) -> None:
    recording = io.read(ferry(tmp_path))
    for parties, problem in (
        ({"north": ("radar",)}, "found 1"),
        ({"north": ("radar",), "south": ("sonar",)}, "found 'sonar' elsewhere or twice"),
        ({"north": ("radar",), "south": ("radar",)}, "found 'radar' elsewhere or twice"),
    ):
        with pytest.raises(dt.errors.SettingError, match=f"at least two parties.*{problem}"):
            scene_from_recording(recording, parties)
    rows = tmp_path / "rows.csv"
    rows.write_text("t,x,y\n0,1,2\n1,2,3\n2,3,4\n")
    columns = {"time": "t", "x": "x", "y": "y"}
    reporting = io.read([rows], columns=columns, kind="reporting", time_zone="UTC")
    with pytest.raises(dt.errors.SettingError, match="to fuse needs scans of several sensors"):
        scene_from_recording(reporting, FERRY)
