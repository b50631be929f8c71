"""Read the columns of tables: by name, checked, placed in space and time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.view.plane import Kind


class NamedColumns(Protocol):
    """A table whose columns have names, such as `detente.Table`."""

    @property
    def column_names(self) -> Sequence[str]:
        """The names."""
        ...

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - whatever NumPy can read
        """Return one column."""
        ...


Columns = Mapping[str, Any] | NamedColumns
"""Named columns of equal length: a dict of arrays or a table."""


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


def column_names(columns: Columns) -> Sequence[str]:
    """Return the names of a table's columns."""
    return list(columns) if isinstance(columns, Mapping) else columns.column_names


def has_column(columns: Columns, name: str) -> bool:
    """Return whether a table has a column."""
    return name in column_names(columns)


def column(columns: Columns, name: str, *, table: str) -> NDArray[Any]:
    """Return one column as an array.

    Raises
    ------
    SettingError
        There is no such column.
    ShapeError
        It is not one-dimensional.
    """
    if not has_column(columns, name):
        there = ", ".join(sorted(column_names(columns)))
        raise SettingError(f"{table} needs a column {name!r}; it has {there or 'none'}")
    values = np.asarray(columns[name])
    if values.ndim != 1:
        raise ShapeError(f"{table}[{name!r}] must be one-dimensional, not of shape {values.shape}")
    return values


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
    values = column(columns, name, table=table).astype(np.float64)
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


def rows_of(values: NDArray[Any], part: Positions, *, name: str) -> NDArray[Any]:
    """Return a column of as many rows as there are positions.

    Raises
    ------
    ShapeError
        It has more or fewer.
    """
    if values.shape != part.time_s.shape:
        raise ShapeError(f"{name} has {len(values)} rows, not {len(part.time_s)} as time_s has")
    return values
