"""Tracking under settings: late clocks, looks that repeat an error, four sensors of a ferry."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.ferry import ferry

import detente as dt
from detente import io
from detente.cli.follow import follow, notes_on_use
from detente.cli.score import reference_from_recording, score
from detente.io.presets import preset_for
from detente.presets.looks import on_time, used_rows


@pytest.mark.parametrize("association", [None, "gnn", "jpda"])
def test_four_sensors_follow_two_boats(tmp_path: Path, association: str | None) -> None:
    recording = io.read(ferry(tmp_path))
    settings = preset_for(recording)
    found = follow(recording, settings, association=association)
    reference = reference_from_recording(recording, step_s=1.0)
    assert reference is not None
    reference = replace(reference, grid_s=np.arange(10.0, 55.0))
    scores = score(found.points, reference, cutoff_m=20.0, longest_gap_s=5.0)
    assert scores["missed"] == 0.0
    assert scores["position_rmse_m"] < 3.0
    assert scores["identity_switches"] == 0
    used = found.points["detection_row"][found.points["detection_row"] >= 0]
    assert set(recording.detections["sensor"][used]) == {"lidar", "radar", "infrared", "optical"}
    held = recording.detections.take(used)  # rows of the recording, not of what the tracker got
    late_s = np.array([settings.delay_s[name] for name in held["sensor"]])
    time_s = found.points["time_s"][found.points["detection_row"] >= 0]
    np.testing.assert_allclose(held["time_s"] - late_s, time_s)


def test_late_clocks_cost_a_distance(tmp_path: Path) -> None:
    recording = io.read(ferry(tmp_path))
    settings = preset_for(recording)
    reference = reference_from_recording(recording, step_s=1.0)
    assert reference is not None
    reference = replace(reference, grid_s=np.arange(10.0, 55.0))
    rmse_m = [
        score(follow(recording, each).points, reference, cutoff_m=20.0, longest_gap_s=5.0)[
            "position_rmse_m"
        ]
        for each in (settings, replace(settings, delay_s={}))
    ]
    assert rmse_m[0] + 1.0 < rmse_m[1]  # 0.7 s at 2 m/s


def test_the_reader_hears_what_was_left_out(tmp_path: Path) -> None:
    recording = io.read(ferry(tmp_path))
    assert notes_on_use(recording, preset_for(recording)) == (
        (
            "Used 20 of 600 looks of infrared and 20 of 600 looks of optical: what lies between "
            "repeats their errors."
        ),
        (
            "Taken off the times, since sensors report late: lidar 0.7 s, radar 2 s, "
            "infrared 0.7 s, optical 0.7 s."
        ),
    )
    settings = preset_for(recording)
    assert notes_on_use(recording, replace(settings, delay_s={}, every_s={})) == ()
    assert recording.scans is not None
    radar = replace(recording, scans=recording.scans.take(recording.scans["sensor"] == "radar"))
    assert notes_on_use(radar, settings) == (
        "Taken off the times, since sensors report late: radar 2 s.",
    )
    assert notes_on_use(replace(recording, scans=None), settings) == ()


@given(
    st.lists(st.tuples(st.floats(0.0, 50.0), st.sampled_from("ab")), max_size=40),
    st.floats(0.1, 9.0),
)
def test_used_looks_are_apart_and_none_is_far_from_one(
    looks: list[tuple[float, str]], least_s: float
) -> None:
    scans = dt.Table(
        {
            "time_s": np.array([time for time, _ in looks]),
            "sensor": np.array([name for _, name in looks], object),
        }
    )
    used = scans.take(used_rows(scans, scans, {"a": least_s}))
    assert (used["sensor"] == "b").sum() == (scans["sensor"] == "b").sum()
    kept_s = np.unique(used["time_s"][used["sensor"] == "a"])
    assert (np.diff(kept_s) >= least_s * (1 - 1e-12)).all()
    for time_s in scans["time_s"][scans["sensor"] == "a"]:
        before = kept_s[kept_s <= time_s]
        assert len(before)
        assert time_s - before[-1] < least_s or time_s in kept_s


def test_times_are_set_right_by_sensor() -> None:
    rows = dt.Table(
        {"time_s": np.array([3.0, 4.0, 5.0]), "sensor": np.array(["a", "b", "a"], object)}
    )
    moved = on_time(rows, {"a": 0.5, "unheard": 9.0})
    assert moved["time_s"].tolist() == [2.5, 4.0, 4.5]
    assert used_rows(rows, None, {"a": 9.0}).tolist() == [0, 1, 2]
