"""GeoJSON, Parquet, JSON and CSV files of tracks."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

import detente as dt
from detente.io.write import (
    geojson_from_points,
    write_csv,
    write_geojson,
    write_json,
    write_parquet,
)


def points(
    track_id: ArrayLike, lon_deg: ArrayLike, frame: dt.LocalFrame, lat_deg: ArrayLike = 0.0
) -> dt.Table:
    lon = np.asarray(lon_deg, float)
    enu = frame.enu_from_geodetic(np.broadcast_to(lat_deg, lon.shape), lon)
    return dt.Table(
        {
            "track_id": np.asarray(track_id, np.uint64),
            "time_s": np.arange(len(lon)) + 0.5,
            "x_m": enu[:, 0],
            "y_m": enu[:, 1],
            "existence": np.linspace(0.5, 1.0, len(lon)),
        }
    )


def test_tracks_become_lines_and_points(tmp_path: Path) -> None:
    frame = dt.LocalFrame(50.0, 10.0)
    table = points([2**63 + 1, 7, 7], [10.0, 10.1, 10.2], frame, [50.0, 50.1, 50.2])
    write_geojson(table, tmp_path / "tracks.geojson", frame=frame)
    collection = json.loads((tmp_path / "tracks.geojson").read_text())
    assert collection["type"] == "FeatureCollection"
    line, point = collection["features"]
    assert line["geometry"] == {"type": "LineString", "coordinates": [[10.1, 50.1], [10.2, 50.2]]}
    assert line["properties"] == {"id": "7", "times_s": [1.5, 2.5], "existence": [0.75, 1.0]}
    assert point["geometry"] == {"type": "Point", "coordinates": [10.0, 50.0]}
    assert point["properties"]["id"] == "9223372036854775809"


def test_no_tracks() -> None:
    frame = dt.LocalFrame(0.0, 0.0)
    assert geojson_from_points(points([], [], frame), frame=frame)["features"] == []


@pytest.mark.parametrize(
    ("lon_deg", "expected"),
    [
        ([179.0, -179.0], [[[179, 0], [180, 0]], [[-180, 0], [-179, 0]]]),
        ([-179.0, 177.0], [[[-179, 0], [-180, 0]], [[180, 0], [177, 0]]]),
        (
            [179.0, -179.0, 179.0],
            [[[179, 0], [180, 0]], [[-180, 0], [-179, 0], [-180, 0]], [[180, 0], [179, 0]]],
        ),
    ],
)
def test_a_track_over_180_degrees_is_cut_there(
    lon_deg: list[float], expected: list[list[list[int]]]
) -> None:
    frame = dt.LocalFrame(0.0, 180.0)
    table = points(np.ones(len(lon_deg)), lon_deg, frame)
    (feature,) = geojson_from_points(table, frame=frame)["features"]
    assert feature["geometry"]["type"] == "MultiLineString"
    np.testing.assert_allclose(
        np.concatenate(feature["geometry"]["coordinates"]), np.concatenate(expected), atol=1e-6
    )
    times = feature["properties"]["times_s"]
    assert [len(part) for part in times] == [len(part) for part in expected]
    assert times[0][-1] == times[1][0]
    passed_s: list[float] = [time_s for part in times for time_s in part]
    assert passed_s == sorted(passed_s)


def lines_of(geometry: dict[str, Any]) -> list[Any]:
    match geometry["type"]:
        case "Point":
            return [[geometry["coordinates"]]]
        case "LineString":
            return [geometry["coordinates"]]
        case _:
            return geometry["coordinates"]


@given(st.lists(st.floats(-20.0, 20.0), min_size=1, max_size=8))
def test_no_line_spans_more_than_half_the_globe(offset_deg: list[float]) -> None:
    frame = dt.LocalFrame(0.0, 180.0)
    lon = (np.array(offset_deg) + 360.0) % 360.0 - 180.0
    (feature,) = geojson_from_points(points(np.ones(len(lon)), lon, frame), frame=frame)["features"]
    parts = lines_of(feature["geometry"])
    for part in parts:
        assert np.all(np.abs(np.diff(np.array(part)[:, 0])) <= 180.0)
        assert np.all(np.abs(np.array(part)[:, 0]) <= 180.0)
    assert sum(map(len, parts)) == len(lon) + 2 * (len(parts) - 1)


def test_parquet_json_and_csv(tmp_path: Path) -> None:
    table = dt.Table({"id": np.array([2**64 - 1], np.uint64), "cov": np.eye(2).reshape(1, 4)})
    write_parquet(table, tmp_path / "a.parquet")
    read = dt.Table.from_any(pl.read_parquet(tmp_path / "a.parquet"))
    assert read["id"].tolist() == [2**64 - 1]
    assert read["cov"].tolist() == [[1.0, 0.0, 0.0, 1.0]]
    write_json({"n": np.float64(1.5), "a": np.arange(2)}, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {"n": 1.5, "a": [0, 1]}
    write_csv(dt.Table({"row": [3], "text": ['a, "b"\nc']}), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["row", "text"], ["3", 'a, "b"\nc']]
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", "a.json", "a.csv"}
