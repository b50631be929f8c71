"""Columns of texts as numbers: what cannot be read is marked, never guessed."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from detente.io.extras import Arrow, pa, pc
from detente.table import Table

Texts: TypeAlias = Arrow
"""An Arrow array of string."""
Column: TypeAlias = NDArray[Any] | Texts
"""Numbers or times as NumPy has them, or texts."""

_NOTHING = pa.array(["", "nan", "null", "none", "na", "n/a", "nat", "-", "\\n"])


def is_numpy(column: Column) -> TypeGuard[NDArray[Any]]:
    """Tell a column of NumPy from one of texts."""
    return isinstance(column, np.ndarray)


def numpy_from_arrow(array: Arrow) -> NDArray[Any]:
    """Return an Arrow array as NumPy has it, through the one door."""
    return Table.from_any(pa.table({"column": array}))["column"]


def texts(column: Texts) -> Texts:
    """Strip the blanks around texts; what only says that there is nothing becomes null."""
    trimmed = pc.utf8_trim_whitespace(column)
    nothing = pc.is_in(pc.utf8_lower(trimmed), value_set=_NOTHING)
    return pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)


def floats(column: Column) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Read a column of numbers.

    Returns
    -------
    value : (n,) float64
        NaN where there is none.
    missing, unreadable : (n,) bool
        Where the field says nothing, and where it says something else than a finite number.
    """
    if is_numpy(column):
        value = column.astype(np.float64)
        return value, np.isnan(value), np.isinf(value)
    text = texts(column)
    value = numpy_from_arrow(cast_or_null(text, pa.float64())).astype(np.float64)
    missing = numpy_from_arrow(pc.is_null(text))
    return value, missing, ~missing & ~np.isfinite(value)


def cast_or_null(column: Texts, to: Arrow) -> Arrow:
    """Cast texts; those that do not fit become null.

    A whole column is tried first, then halves of it: a few bad rows among n cost log n tries each.
    """
    try:
        return pc.cast(column, to)
    except pa.ArrowInvalid:
        if len(column) == 1:
            return pa.nulls(1, to)
        half = len(column) // 2
        return pa.concat_arrays([cast_or_null(part, to) for part in (column[:half], column[half:])])


def column_from_list(values: list[Any]) -> Column:
    """Return the values of JSON records as numbers if they all are, and else as texts."""
    try:
        numbers = np.array(values, np.float64)  # None becomes NaN
    except (TypeError, ValueError, OverflowError):
        return text_from_list(values)
    return numbers if numbers.ndim == 1 else text_from_list(values)


def text_from_list(values: list[Any]) -> Texts:
    """Return the values of JSON records as texts."""
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def without_decimals(column: Texts) -> Texts:
    """Strip the ``.0`` that whole numbers get where they once stood beside a NaN."""
    return pc.replace_substring_regex(texts(column), r"\.0+$", "")


def identities(column: Column) -> NDArray[np.object_]:
    """Return a column of identities as texts, empty where the field says nothing."""
    if is_numpy(column):
        if column.dtype.kind == "f":  # whole numbers beside a null
            named = np.where(np.isnan(column), "", np.char.mod("%.17g", column))
            return named.astype(object)
        return np.where(column == None, "", column.astype(str)).astype(object)  # noqa: E711 - each
    return numpy_from_arrow(pc.fill_null(texts(column), ""))
