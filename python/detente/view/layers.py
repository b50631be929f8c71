"""Columns of a recording as the layers of a page: paths, dots, the clock and the plane."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.view.encode import text_from_integers
from detente.view.plane import Kind, Plane, middle_longitude, plane_over

Columns = Mapping[str, Any]
"""Named columns of equal length: a dict of arrays, or anything with `keys()` and `[name]`."""

Layer = dict[str, object]

_CLOCK_QUANTA_S = (1.0, 0.1, 0.01, 0.001)
_CLOCK_STEPS = 2**30 - 1
_POSIX_FROM_S = 1e8  # March 1973: an earlier time counts from the start of the recording
_GAP_MEDIANS = 30.0
_OPAQUE = 255


@dataclass(frozen=True)
class Positions:
    """Rows of one table that are placed in space and time, checked.

    Parameters
    ----------
    kind : {"mercator", "metric"}
        Whether the places are degrees or metres.
    time_s : (n,) float64
    across, up : (n,) float64
        Longitude and latitude [deg], or x and y [m].
    """

    kind: Kind
    time_s: NDArray[np.float64]
    across: NDArray[np.float64]
    up: NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """The grid of whole time steps of a page.

    Parameters
    ----------
    start_s : float
    quantum_s : float
        One step of the whole numbers.
    steps : int
        The number of steps from the first time to the last.
    is_posix : bool
        Whether times are seconds since 1970-01-01 UTC; else they count from any zero.
    """

    start_s: float
    quantum_s: float
    steps: int
    is_posix: bool

    def integers(self, time_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the whole steps of times, held inside the clock's span."""
        steps = np.rint((time_s - self.start_s) / self.quantum_s).astype(np.int64)
        return np.clip(steps, 0, self.steps)

    def description(self) -> Layer:
        """Return what the page must know to show times."""
        return {
            "start_s": self.start_s,
            "quantum_s": self.quantum_s,
            "steps": self.steps,
            "is_posix": self.is_posix,
        }


def has_column(columns: Columns, name: str) -> bool:
    """Return whether a table has a column."""
    return name in columns.keys()  # noqa: SIM118 - a table may have keys() and yet iterate rows


def numbers(columns: Columns, name: str, *, table: str) -> NDArray[np.float64]:
    """Return one column as finite numbers.

    Raises
    ------
    SettingError
        There is no such column.
    ShapeError
        It is not one-dimensional.
    NotFiniteError
        It holds a NaN or an infinity.
    """
    if not has_column(columns, name):
        raise SettingError(f"{table} needs a column {name!r}; it has {sorted(columns.keys())}")
    values = np.asarray(columns[name], np.float64)
    if values.ndim != 1:
        raise ShapeError(f"{table}[{name!r}] must be one-dimensional, not of shape {values.shape}")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise NotFiniteError(f"{table}[{name!r}] is not finite in row {bad[0]}")
    return values


def positions_from_columns(columns: Columns, *, table: str) -> Positions:
    """Read where and when the rows of a table are.

    Raises
    ------
    SettingError
        The columns of place are missing.
    ShapeError
        Columns differ in length.
    NotFiniteError
        A place or a time is not finite.
    """
    kind: Kind = "mercator" if has_column(columns, "lat_deg") else "metric"
    across, up = ("lon_deg", "lat_deg") if kind == "mercator" else ("x_m", "y_m")
    read = {name: numbers(columns, name, table=table) for name in ("time_s", across, up)}
    if len({len(values) for values in read.values()}) > 1:
        lengths = {name: len(values) for name, values in read.items()}
        raise ShapeError(f"the columns of {table} must have one length; they have {lengths}")
    return Positions(kind, read["time_s"], read[across], read[up])


def plane_of(parts: Sequence[Positions]) -> Plane:
    """Return the plane that holds every part.

    Raises
    ------
    SettingError
        Some parts are in degrees and others in metres.
    """
    filled = [part for part in parts if part.time_s.size]
    kinds = sorted({part.kind for part in filled})
    if len(kinds) > 1:
        raise SettingError("one map needs one frame: give all tables in degrees or all in metres")
    if not kinds:
        return Plane(kind="metric")
    across = np.concatenate([part.across for part in filled])
    up = np.concatenate([part.up for part in filled])
    longitude_deg = middle_longitude(across) if kinds[0] == "mercator" else 0.0
    unplaced = Plane(kind=kinds[0], longitude_deg=longitude_deg)
    return plane_over(kinds[0], longitude_deg, *unplaced.place(across, up))


def clock_of(parts: Sequence[NDArray[np.float64]], *, is_posix: bool | None) -> Clock:
    """Return the clock that spans every time given; `is_posix=None` judges by their size."""
    times_s = np.concatenate([np.empty(0), *parts])
    if times_s.size == 0:
        return Clock(0.0, 1.0, 0, bool(is_posix))
    start_s, end_s = float(times_s.min()), float(times_s.max())
    since_s = times_s - start_s
    coarsest = next(
        (q for q in _CLOCK_QUANTA_S if np.allclose(since_s, np.rint(since_s / q) * q, atol=1e-5)),
        _CLOCK_QUANTA_S[-1],
    )
    quantum_s = max(coarsest, (end_s - start_s) / _CLOCK_STEPS)
    steps = round((end_s - start_s) / quantum_s)
    return Clock(
        start_s, quantum_s, steps, start_s > _POSIX_FROM_S if is_posix is None else is_posix
    )


def home_of(plane: Plane, part: Positions) -> list[int]:
    """Return the box [left, bottom, right, top] that a map shows first: nearly all positions."""
    if part.time_s.size == 0:
        return [0, 0, 0, 0]
    x, y = plane.integers(*plane.place(part.across, part.up))
    low, high = [0.2, 99.8] if len(x) > 1000 else [0.0, 100.0]  # noqa: PLR2004 - enough to judge
    left, right = np.percentile(x, [low, high])
    bottom, top = np.percentile(y, [low, high])
    return [int(left), int(bottom), int(right), int(top)]


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


def truth_layer(truth: Columns | None, *, plane: Plane, clock: Clock) -> Layer | None:
    """Encode where objects really were as paths; without a column `id` they are one object."""
    if truth is None:
        return None
    part = positions_from_columns(truth, table="truth")
    ids = np.asarray(truth["id"]) if has_column(truth, "id") else np.zeros(len(part.time_s), int)
    if ids.shape != part.time_s.shape:
        raise ShapeError(f"truth['id'] has shape {ids.shape}, not {part.time_s.shape}")
    _, owner = np.unique(ids, return_inverse=True)
    count = int(owner.max(initial=-1)) + 1
    return path_layer(part, owner.astype(np.int64), count, plane=plane, clock=clock)


def level_from_probability(probability: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return probabilities as whole numbers from 0 to 255."""
    return np.rint(np.clip(probability, 0.0, 1.0) * _OPAQUE).astype(np.int64)


def longest_gap(part: Positions, owner: NDArray[np.int64]) -> float:
    """Return the time [s] without reports after which a path is drawn broken.

    It is thirty times the median time between two reports of one object.
    """
    order = np.lexsort((part.time_s, owner))
    between_s = np.diff(part.time_s[order])[np.diff(owner[order]) == 0]
    between_s = between_s[between_s > 0]
    return float(_GAP_MEDIANS * np.median(between_s)) if between_s.size else 0.0


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
