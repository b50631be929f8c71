"""Columns of a recording as the layers of a page: paths, dots, and the plane they lie on."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.view.clock import Clock
from detente.view.columns import Positions, Rows, column
from detente.view.encode import text_from_integers
from detente.view.plane import Kind, Plane, middle_longitude, plane_over

Layer = dict[str, object]

_GAP_MEDIANS = 30.0
_OPAQUE = 255
_MANY = 1000  # enough positions to tell a few stray ones from the rest
_LEAST_HOME_M = 50.0


def plane_of(parts: Sequence[Positions]) -> Plane:
    """Return the plane that holds every part.

    Raises
    ------
    SettingError
        Some parts are in degrees and others in metres.
    """
    filled = [part for part in parts if part.time_s.size]
    kinds: list[Kind] = sorted({part.kind for part in filled})
    if len(kinds) > 1:
        raise SettingError("one map needs one frame: give all tables in degrees or all in metres")
    if not kinds:
        return Plane(kind="metric")
    across = np.concatenate([part.across for part in filled])
    up = np.concatenate([part.up for part in filled])
    longitude_deg = middle_longitude(across) if kinds[0] == "mercator" else 0.0
    unplaced = Plane(kind=kinds[0], longitude_deg=longitude_deg)
    return plane_over(kinds[0], longitude_deg, *unplaced.place(across, up))


def home_of(plane: Plane, part: Positions) -> list[int]:
    """Return the box [left, bottom, right, top] that a map shows first: nearly all positions."""
    if part.time_s.size == 0:
        return [0, 0, 0, 0]
    x, y = plane.integers(*plane.place(part.across, part.up))
    low, high = (0.2, 99.8) if len(x) > _MANY else (0.0, 100.0)
    left, right = np.percentile(x, [low, high])
    bottom, top = np.percentile(y, [low, high])
    lacking = max(0.0, _LEAST_HOME_M / plane.quantum_m - max(right - left, top - bottom)) / 2
    return [int(v) for v in (left - lacking, bottom - lacking, right + lacking, top + lacking)]


def path_layer(
    part: Positions,
    owner: NDArray[np.int64],
    count: int,
    *,
    plane: Plane,
    clock: Clock,
    extra: Mapping[str, NDArray[np.int64]] | None = None,
) -> Layer:
    """Encode positions as paths, one per owner, each in order of time.

    Parameters
    ----------
    part : Positions
    owner : (n,) int64
        The path to which a row belongs, from 0; rows of a negative owner are left out.
    count : int
        The number of paths.
    plane, clock
        The grids of space and time.
    extra : mapping of str to (n,) int64, optional
        Further columns that go with the rows.
    """
    order = np.lexsort((part.time_s, owner))
    order = order[owner[order] >= 0]
    x, y = plane.integers(*plane.place(part.across[order], part.up[order]))
    columns = {"time": clock.integers(part.time_s[order]), "x": x, "y": y}
    columns |= {name: values[order] for name, values in (extra or {}).items()}
    return {
        "counts": np.bincount(owner[order], minlength=count).tolist(),
        **{name: text_from_integers(values) for name, values in columns.items()},
    }


def dot_layer(part: Positions, *, plane: Plane, clock: Clock) -> Layer:
    """Encode positions that belong to no path, in order of time."""
    return path_layer(part, np.zeros(len(part.time_s), np.int64), 1, plane=plane, clock=clock)


def truth_layer(truth: Rows | None, *, plane: Plane, clock: Clock) -> Layer | None:
    """Encode where objects really were as paths, one per identity, or one if there is none."""
    if truth is None:
        return None
    table, part = truth.table, truth.positions
    name = next((name for name in ("truth_id", "id") if name in table), None)
    ids = np.zeros(len(part.time_s), int) if name is None else column(table, name, of="truth")
    _, owner = np.unique(ids, return_inverse=True)
    count = int(owner.max(initial=-1)) + 1
    return path_layer(part, owner.astype(np.int64), count, plane=plane, clock=clock)


def level_from_probability(probability: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return probabilities as whole numbers from 0 to 255."""
    return np.rint(np.clip(probability, 0.0, 1.0) * _OPAQUE).astype(np.int64)


def heights_from_altitudes(altitude_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return altitudes [m] as whole metres above 10 km below the sea, 0 for unknown."""
    known = np.isfinite(altitude_m)
    height = np.rint(np.clip(np.where(known, altitude_m, 0.0), -9_999.0, 1e8) + 10_000.0)
    return np.where(known, height, 0).astype(np.int64)


def longest_gap(part: Positions, owner: NDArray[np.int64]) -> float:
    """Return the time [s] without reports after which a path is drawn broken.

    It is thirty times the median time between two reports of one object.
    """
    order = np.lexsort((part.time_s, owner))
    between_s = np.diff(part.time_s[order])[np.diff(owner[order]) == 0]
    between_s = between_s[between_s > 0]
    return float(_GAP_MEDIANS * np.median(between_s)) if between_s.size else 0.0


def comparable(ids: NDArray[Any]) -> NDArray[Any]:
    """Return identities as uint64 or as text, so that those of two tables compare exactly."""
    return ids.astype(np.uint64) if ids.dtype.kind in "iu" else ids.astype(str)


def identity_texts(ids: NDArray[Any]) -> list[str]:
    """Return identities as text that JavaScript keeps whole: 16 hexadecimal digits if numbers."""
    if ids.dtype.kind in "ui":
        return [f"{int(value):016x}" for value in ids]
    return [str(value) for value in ids]


def short_texts(texts: Sequence[str]) -> list[str]:
    """Return the shortest beginnings, of four characters or more, that tell identities apart."""
    longest = max(map(len, texts), default=0)
    for length in range(4, longest):
        short = [text[:length] for text in texts]
        if len(set(short)) == len(set(texts)):
            return short
    return list(texts)


def hue_from_identity(text: str) -> int:
    """Return the hue [deg] of an identity: the same in every page and run."""
    return zlib.crc32(text.encode()) % 360
