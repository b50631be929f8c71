"""The columns of a report, checked against its kind: types, shapes and numbers."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from detente import _core
from detente.checks import shown
from detente.errors import DetenteError, DTypeError, NotFiniteError, SettingError, ShapeError
from detente.exchange.report.fields import field_column
from detente.exchange.report.kinds import COLUMNS, Column
from detente.exchange.values.given import LEAST_TIME_NS, MOST_TIME_NS, text, told

_MOST_SIZE = 64  # of a state or a measurement
_MOST_NAME = 64


def checked_columns(
    kind: str, given: object, axes: int, grid_level: int | None
) -> dict[str, NDArray[Any]]:
    """Return a kind's columns in their order, of their types and shapes.

    Raises
    ------
    ShapeError, DTypeError, NotFiniteError
        A column is missing, too many, of another shape or type, or holds NaN or infinity.
    SettingError
        A number that cannot be, such as a count that is not whole.
    """
    known = COLUMNS[kind]
    there = _mapping("columns", given)
    missing = [name for name in known if name not in there and not known[name].is_optional]
    odd = sorted(map(shown, set(there) - set(known)))
    if missing or odd:
        problem = f"lack {', '.join(missing)}" if missing else f"have {', '.join(odd)}"
        raise ShapeError(f"{kind} have the columns {', '.join(known)}; these {problem}")
    arrays = {
        name: array_of(name, there[name], known[name].dtype) for name in known if name in there
    }
    rows = len(arrays["row_id"]) if arrays["row_id"].ndim else -1
    sizes = {"a": axes}
    columns = {name: _column(name, known[name], arrays[name], rows, sizes) for name in arrays}
    if kind == "tracks" and sizes["d"] % axes:
        raise ShapeError(f"mean must have a multiple of {axes} components, found {sizes['d']}")
    if kind == "tracklets":
        _check_times(columns["from_ns"])
    if kind == "counts":
        _check_counts(columns, grid_level)
    return columns


def checked_fields(given: object, kind: str, rows: int) -> dict[str, NDArray[Any]]:
    """Return the optional fields of a report.

    Raises
    ------
    SettingError
        A name that is none, or is called like a column of the kind.
    ShapeError, DTypeError
        Not a value or a few for each row; masked entries.
    """
    fields: dict[str, NDArray[Any]] = {}
    for name, values in _mapping("fields", given).items():
        if not text("the name of a field", name, most=_MOST_NAME).isprintable():
            raise SettingError(f"the name of a field must be one line, found {shown(name)}")
        if name in COLUMNS[kind]:
            message = f"an optional field must not be called {name}, like a column"
            raise SettingError(message)
        try:
            array = field_column(name, values, rows)
        except (ValueError, TypeError, OverflowError) as error:
            if isinstance(error, DetenteError):
                raise
            message = f"field {name} must be an array, found {shown(values)}: {told(error)}"
            raise ShapeError(message) from None
        fields[name] = _owned(_as_in_arrow(name, array))
    return fields


def array_of(name: str, values: object, dtype: DTypeLike) -> NDArray[Any]:
    """Return an array of a type, exact in whole numbers.

    Raises
    ------
    DTypeError
        It holds something else, or some of it is masked.
    SettingError
        A whole number that the type cannot hold.
    """
    array, wanted = _array(name, values), np.dtype(dtype)
    if array.dtype == wanted:
        return array
    are_whole = array.dtype.kind in "iu" and wanted.kind in "iu"
    if array.size and not (are_whole or np.can_cast(array.dtype, wanted, "same_kind")):
        raise DTypeError(f"{name} must hold {wanted}, found {array.dtype}; convert it first")
    if array.size and are_whole:
        least, most = int(array.min()), int(array.max())
        limits = np.iinfo(wanted.name)
        if not limits.min <= least <= most <= limits.max:
            what = "must not be negative" if least < limits.min == 0 else f"must fit {wanted}"
            raise SettingError(f"{name} {what}, found {least if least < limits.min else most}")
    if not array.size:
        return np.zeros(array.shape, wanted)
    with np.errstate(over="ignore"):  # what becomes infinite is refused as such
        return array.astype(wanted)


def _array(name: str, values: object) -> NDArray[Any]:
    if isinstance(values, np.ma.MaskedArray):
        raise DTypeError(f"{name} must not be masked; leave those rows out, or fill them with NaN")
    try:
        return np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        message = f"{name} must be an array, found {shown(values)}: {told(error)}"
        raise ShapeError(message) from None


def _as_in_arrow(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Return a field as Arrow can hold it; what it cannot hold is refused."""
    kind, dim = array.dtype.kind, array.ndim
    if kind in "UT" and dim == 1:
        array, kind = array.astype(object), "O"
    if kind == "O" and dim == 1:
        types = set(map(type, array.tolist())) - {type(None)}
        if types <= {str}:
            [
                text(f"field {name}", value, most=10_000, may_be_empty=True)
                for value in array
                if value
            ]
            return array
        if types == {bool}:
            return array
        if types <= {int, float}:
            return np.array([np.nan if v is None else float(v) for v in array.tolist()])
    if dim == 1 and (kind in "biu" or (kind == "f" and array.dtype.itemsize in {4, 8})):
        return array.astype(array.dtype.newbyteorder("="))
    if dim == 2 and array.dtype == np.uint8:  # noqa: PLR2004 - rows of bytes
        return array
    if kind in "iuf":
        with np.errstate(over="ignore"):
            return array.astype(np.float64)
    raise DTypeError(
        f"field {name} must hold numbers, flags, texts or rows of numbers or bytes, found "
        f"{array.dtype} of {dim} dimensions; convert it first"
    )


def _mapping(name: str, given: object) -> Mapping[Any, Any]:
    if isinstance(given, Mapping):
        return cast("Mapping[Any, Any]", given)
    raise SettingError(f"{name} must be a mapping of names to arrays, found {shown(given)}")


def _column(
    name: str, column: Column, array: NDArray[Any], rows: int, sizes: dict[str, int]
) -> NDArray[Any]:
    """Return one column; lengths that it is the first to have are noted in `sizes`."""
    letters = [column.shape] if column.shape.isdigit() else list(column.shape)
    if array.ndim == 1 + len(letters):
        for letter, size in zip(letters, array.shape[1:], strict=True):
            sizes.setdefault(letter, int(letter) if letter.isdigit() else size)
    expected = (rows, *(sizes.get(letter, 0) for letter in letters))
    if array.shape != expected:
        raise ShapeError(f"{name} must have shape {expected}, found {array.shape}")
    if letters and not 0 < expected[-1] <= _MOST_SIZE:
        message = f"{name} must have from 1 to {_MOST_SIZE} components, found {expected[-1]}"
        raise ShapeError(message)
    if array.dtype.kind == "f" and not column.may_be_unknown and not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise NotFiniteError(f"{name} must be finite, row {row} is not; leave that row out")
    return _owned(array)


def _check_times(from_ns: NDArray[np.int64]) -> None:
    if np.any((from_ns < LEAST_TIME_NS) | (from_ns > MOST_TIME_NS)):
        raise SettingError("from_ns must be from 1700 to 2200, in nanoseconds since 1970-01-01 UTC")


def _check_counts(columns: Mapping[str, NDArray[Any]], grid_level: int | None) -> None:
    """Refuse counts that are none, and cells that there are not."""
    count, is_below = columns["count"], columns["is_below"]
    is_told = ~np.isnan(count)
    told = count[is_told]
    if np.any((told < 0) | (told >= 2.0**32) | (told != np.floor(told))):
        raise SettingError("count must hold whole numbers below 2**32, NaN where it is not told")
    if np.any(is_told == is_below):
        raise SettingError("is_below must say which counts are not told, which are NaN")
    if grid_level is None:
        raise SettingError("counts need the grid_level of their cells, found None")
    if np.isnan(_core.cell_bounds(grid_level, columns["cell"].tolist())).any():
        raise SettingError(f"cell must hold cells of the grid of level {grid_level}")


def _owned(array: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only copy; an array that nobody can write to is taken as it is."""
    shared = isinstance(array.base, np.ndarray) and array.base.flags.writeable
    if array.flags.writeable or not array.flags.c_contiguous or shared:
        array = array.copy(order="C")
        array.flags.writeable = False
    return array
