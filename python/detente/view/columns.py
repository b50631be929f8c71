"""Read the columns of tables: by name, checked, placed in space and time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.geo import LocalFrame
from detente.table import ArrowStream, Table
from detente.times import seconds_from_times, table_from_any
from detente.view.plane import Kind

Columns = Table | ArrowStream | Mapping[str, ArrayLike]
"""Whatever `Table.from_any` reads: a `Table`, a data frame, a dict of arrays."""


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

    def take(self, which: NDArray[np.bool_]) -> "Positions":
        """Return some of the rows."""
        return Positions(self.kind, self.time_s[which], self.across[which], self.up[which])


@dataclass(frozen=True)
class Rows:
    """A table, and where and when its rows are.

    Parameters
    ----------
    table : Table
    positions : Positions
    """

    table: Table
    positions: Positions


def rows_from_any(data: Columns, *, of: str, frame: LocalFrame | None = None) -> Rows:
    """Read a table and the places of its rows; `of` is what messages call it.

    Raises
    ------
    SettingError
        The columns of time or place are missing.
    ShapeError
        Columns differ in length.
    NotFiniteError
        A place or a time is not finite.
    """
    table = table_from_any(data)
    return Rows(table, _positions(table, of=of, frame=frame))


def column(table: Table, name: str, *, of: str) -> NDArray[Any]:
    """Return one column.

    Raises
    ------
    SettingError
        There is no such column.
    ShapeError
        It is not one-dimensional.
    """
    if name not in table:
        there = ", ".join(table.column_names) or "none"
        raise SettingError(f"{of} needs a column {name}; it has {there}")
    values = table[name]
    if values.ndim != 1:
        raise ShapeError(f"{name} of {of} must be one-dimensional, not of shape {values.shape}")
    return values


def numbers(table: Table, name: str, *, of: str) -> NDArray[np.float64]:
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
    values = column(table, name, of=of)
    if values.dtype.kind in "MO" and name.endswith("time_s"):
        values = seconds_from_times(values, of=f"{name} of {of}", is_utc=name in table.utc)
    values = values.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise NotFiniteError(f"{name} of {of} is not finite in row {bad[0]}")
    return values


def _positions(table: Table, *, of: str, frame: LocalFrame | None) -> Positions:
    """Return where and when rows are; with a frame, rows in metres are placed on the globe."""
    kind: Kind = "mercator" if "lat_deg" in table else "metric"
    across, up = ("lon_deg", "lat_deg") if kind == "mercator" else ("x_m", "y_m")
    time_s, first, second = (numbers(table, name, of=of) for name in ("time_s", across, up))
    if kind == "metric" and frame is not None:
        lat_deg, lon_deg, _ = frame.geodetic_from_en(np.stack([first, second], axis=1))
        return Positions("mercator", time_s, lon_deg, lat_deg)
    return Positions(kind, time_s, first, second)
