"""Autoferry scenarios: the shapes that measurements come in, and the truth beside them."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente import io
from detente.errors import DecodeError

DATA = Path(os.environ.get("DETENTE_DATA", "../shared/data")) / "autoferry"


def scan(sensor: int, time_s: float, measurement: object) -> dict[str, Any]:
    return {
        "sensorID": sensor,
        "measurements": [],
        "ownshipPosition": [100.0, 200.0],  # north, east
        "time": time_s,
        "measurement": measurement,
    }


SCANS = [
    scan(1, 2.0, [1.0, 2.0]),
    scan(2, 1.0, [[1.0, 3.0], [2.0, 4.0]]),  # norths, easts
    scan(1, 3.0, []),
    scan(3, 3.5, 0.5),
    scan(4, 3.6, [0.1, 0.2, 0.3]),
    scan(4, 3.7, []),
]
TRUTH = [
    [
        {"targetID": 1, "position": [5.0, 6.0, 0], "time": 1.01},
        {"targetID": 2, "position": [7.0, 8.0, 0], "time": 0.99},
    ],
    [
        {"targetID": 1, "position": [5.0, 6.0, 0], "time": 1.01},
        {"targetID": 2, "position": [7.5, 8.0, 0], "time": 2.0},
    ],
]


def write(folder: Path, scans: object, truth: object = None) -> Path:
    (folder / "scenario9_detections.json").write_text(json.dumps(scans))
    if truth is not None:
        (folder / "scenario9_groundTruth.json").write_text(json.dumps(truth))
    return folder


@pytest.mark.parametrize("name", ["", "scenario9_detections.json"])
def test_a_scenario(tmp_path: Path, name: str) -> None:
    recording = io.read(write(tmp_path, SCANS, TRUTH) / name)
    assert (recording.format, recording.kind) == ("autoferry", "scanning")
    detections = recording.detections
    assert detections["time_s"].tolist() == [1.0, 1.0, 2.0, 3.5, 3.6, 3.6, 3.6]
    assert detections["sensor"].tolist() == ["radar"] * 2 + ["lidar", "infrared"] + ["optical"] * 3
    assert detections["x_m"][:3].tolist() == [202.0, 204.0, 202.0]
    assert detections["y_m"][:3].tolist() == [101.0, 103.0, 101.0]
    assert detections["bearing_rad"][3:].tolist() == [0.5, 0.1, 0.2, 0.3]
    assert np.isnan(detections["bearing_rad"][:3]).all()
    assert np.isnan([detections["x_m"][3:], detections["y_m"][3:]]).all()
    assert detections["source_row"].tolist() == [2, 2, 1, 4, 5, 5, 5]
    assert recording.scans is not None
    assert recording.scans["time_s"].tolist() == [1.0, 2.0, 3.0, 3.5, 3.6, 3.7]
    assert recording.scans["sensor"].tolist() == (
        ["radar", "lidar", "lidar", "infrared", "optical", "optical"]
    )
    assert recording.scans["sensor_x_m"].tolist() == [200.0] * 6
    assert recording.scans["sensor_y_m"].tolist() == [100.0] * 6
    assert recording.truth is not None
    assert recording.truth["time_s"].tolist() == [0.99, 1.01, 2.0]
    assert recording.truth["truth_id"].tolist() == [2, 1, 2]
    assert recording.truth["x_m"].tolist() == [8.0, 6.0, 8.0]
    assert recording.truth["y_m"].tolist() == [7.0, 5.0, 7.5]
    assert recording.notes == ()


def test_without_truth(tmp_path: Path) -> None:
    recording = io.read(write(tmp_path, SCANS))
    assert recording.truth is None
    assert recording.notes[-1] == "There is no file of the truth beside it."


def test_bad_scans_are_listed(tmp_path: Path) -> None:
    bad = [
        scan(2, 1.0, [1.0, 2.0, 3.0]),
        scan(2, 1.0, [[1.0], [2.0, 3.0]]),
        scan(2, 1.0, 4.0),
        scan(9, 1.0, []),
        {"sensorID": 1},
        scan(1, 1.0, [float("nan"), 1.0]),
        "scan",
        scan(3, 1.0, [[0.1], [0.2]]),
        scan(4, 1.0, [0.1, float("nan")]),
        scan(2, 1.0, []) | {"ownshipPosition": [1.0]},
        scan(2, 1.0, []) | {"ownshipPosition": [1.0, float("nan")]},
    ]
    folder = write(tmp_path, [*SCANS, *bad])
    file = folder / "scenario9_detections.json"
    file.write_text(file.read_text().replace("NaN", "1e400"))  # JSON has no NaN
    with pytest.raises(DecodeError, match="broken JSON"):
        io.read(folder)
    file.write_text(file.read_text().replace("1e400", "null"))
    recording = io.read(folder)
    assert len(recording.detections) == 7
    assert recording.rejected["source_row"].tolist() == list(range(7, 18))
    assert all(reason.startswith("not a scan") for reason in recording.rejected["reason"])


def test_no_scan(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="expected scans of lidar, radar or cameras, found none"):
        io.read(write(tmp_path, [scan(9, 1.0, [])]))


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"one file \*_detections\.json, found 0 of them"):
        io.read(tmp_path)


def test_bad_truth(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"expected the truth of a scenario .* KeyError"):
        io.read(write(tmp_path, SCANS, [[{"targetID": 1}]]))


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason=f"needs {DATA}")
@pytest.mark.parametrize(
    ("scenario", "scans"), [(2, 1907), (3, 2107), (4, 1604), (5, 3250), (6, 2457)]
)
def test_the_recordings_lie_near_their_truth(scenario: int, scans: int) -> None:
    recording = io.read(DATA / f"scenario{scenario}")
    assert recording.scans is not None
    assert recording.truth is not None
    assert len(recording.scans) == scans
    assert len(recording.rejected) == 0
    detections, truth = recording.detections, recording.truth
    distance_m = np.full(len(detections), np.inf)
    for boat in (1, 2):
        of = truth.take(truth["truth_id"] == boat)
        x_m, y_m = (np.interp(detections["time_s"], of["time_s"], of[c]) for c in ("x_m", "y_m"))
        distance_m = np.fmin(distance_m, np.hypot(detections["x_m"] - x_m, detections["y_m"] - y_m))
    for sensor in ("lidar", "radar"):  # all else is clutter, so take the nearest of each scan
        of = detections["sensor"] == sensor
        times_s = np.unique(detections["time_s"][of])
        nearest_m = [distance_m[of & (detections["time_s"] == t)].min() for t in times_s]
        assert np.median(nearest_m) < 10.0
    for camera in ("infrared", "optical"):
        looks = recording.scans.take(recording.scans["sensor"] == camera)
        seen = detections.take(detections["sensor"] == camera)
        look = np.searchsorted(looks["time_s"], seen["time_s"])
        assert (looks["time_s"][look] == seen["time_s"]).all()
        nearest_rad = np.full(len(looks), np.inf)
        for boat in (1, 2):
            of = truth.take(truth["truth_id"] == boat)
            x_m, y_m = (np.interp(looks["time_s"], of["time_s"], of[c]) for c in ("x_m", "y_m"))
            bearing = np.arctan2(x_m - looks["sensor_x_m"], y_m - looks["sensor_y_m"])
            off_rad = np.angle(np.exp(1j * (seen["bearing_rad"] - bearing[look])))
            np.fmin.at(nearest_rad, look, np.abs(off_rad))
        assert np.median(nearest_rad[np.isfinite(nearest_rad)]) < 0.08
