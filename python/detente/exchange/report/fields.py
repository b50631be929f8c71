"""Fields: the optional columns of a report, which of them say who someone is, and their types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.checks import shown
from detente.errors import DTypeError, ShapeError

_EXACT = 2.0**53  # whole numbers up to this are numbers of float64

Holds = Literal["text", "whole", "number"]
"""Texts, `None` where there is none; whole numbers, 0; numbers, NaN."""


@dataclass(frozen=True)
class Field:
    """One optional column of a report.

    Attributes
    ----------
    meaning : str
        What it holds.
    is_identifying : bool
        Whether it identifies a person, a ship, an aircraft or a phone.
    holds : {"text", "whole", "number"}
        Its type, the same whatever its rows hold: texts in an object array, `None` where there is
        none; int64, 0 where there is none; or float64, NaN where there is none.
    """

    meaning: str
    is_identifying: bool
    holds: Holds = "text"


FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "call_sign": Field("radio call sign", is_identifying=True),
        "icao": Field("ICAO 24-bit address of an aircraft", is_identifying=True),
        "imei": Field("identity of a phone", is_identifying=True),
        "imo": Field("IMO number of a ship", is_identifying=True, holds="whole"),
        "mmsi": Field("maritime mobile service identity", is_identifying=True, holds="whole"),
        "name": Field("name of a ship or an aircraft", is_identifying=True),
        "person": Field("name of a person", is_identifying=True),
        "phone": Field("telephone number", is_identifying=True),
        "registration": Field("registration of an aircraft", is_identifying=True),
        "altitude_m": Field(
            "altitude as the object reports it [m]", is_identifying=False, holds="number"
        ),
        "category": Field("kind of ship or aircraft", is_identifying=False),
        "heading_rad": Field(
            "heading, clockwise from north [rad]", is_identifying=False, holds="number"
        ),
        "length_m": Field("length [m]", is_identifying=False, holds="number"),
        "width_m": Field("width [m]", is_identifying=False, holds="number"),
    }
)
"""Every optional field by its name. None leaves unless the terms name it."""


def field_column(name: str, values: ArrayLike, rows: int) -> NDArray[Any]:
    """Return an optional field as a report holds it.

    A known field has one type, so that the type of what leaves tells nothing of what does not: not
    how long the longest name is, nor whether something is missing. One that is not known keeps its
    type, but for texts, which become objects.

    Parameters
    ----------
    name : str
        The field's.
    values : (n,) or (n, k) array_like
        `None`, NaN, a masked entry, an empty text or the whole number 0 says that there is none.
    rows : int
        How many there must be.

    Returns
    -------
    (n,) or (n, k) ndarray

    Raises
    ------
    ShapeError, DTypeError
        Another number of rows, or something else than the field holds.

    Examples
    --------
    >>> from detente.exchange.report.fields import field_column
    >>> field_column("mmsi", [211000000.0, float("nan")], 2)
    array([211000000,         0])
    >>> field_column("name", ["Anna", ""], 2)
    array(['Anna', None], dtype=object)
    """
    array = np.asarray(_unmasked(values))
    if array.ndim not in (1, 2) or len(array) != rows:
        raise ShapeError(f"field {name} must have {rows} rows, found shape {array.shape}")
    known = FIELDS.get(name)
    if known is None:
        return array.astype(object) if array.dtype.kind in "UT" else array
    if array.ndim != 1:
        raise ShapeError(f"field {name} must have shape ({rows},), found {array.shape}")
    return _TYPED[known.holds](name, array)


def gathered_column(name: str, released: NDArray[Any]) -> NDArray[Any]:
    """Return an optional field of the rows that leave, of a type that depends on them alone.

    A known field has its type; of another one numbers become float64, and what is not a number
    becomes an object.
    """
    if name in FIELDS or released.dtype == np.uint8:
        return released
    if released.ndim > 1:
        return released.astype(np.float64)
    each = [_plain(name, value) for value in released.tolist()]
    numbers = [value for value in each if isinstance(value, float)]
    if numbers and len(numbers) == sum(value is not None for value in each):
        return np.array([np.nan if value is None else value for value in each])
    out = np.empty(len(each), object)
    out[:] = each
    return out


def _unmasked(values: Any) -> Any:  # noqa: ANN401 - arrays of any type
    if not np.ma.isMaskedArray(values):
        return values
    out = np.array(values.data, object)
    out[np.ma.getmaskarray(values)] = None
    return out


def _texts(name: str, array: NDArray[Any]) -> NDArray[Any]:
    out = np.empty(len(array), object)
    for row, value in enumerate(array.tolist()):
        if _is_missing(value):
            continue
        if not isinstance(value, str):
            raise _other(name, "texts", "None", value)
        out[row] = value
    return out


def _whole(name: str, array: NDArray[Any]) -> NDArray[Any]:
    found = array
    if array.dtype.kind not in "iuf":
        found = np.array([0.0 if _is_missing(v) else _number(name, v) for v in array.tolist()])
    found = np.where(np.isnan(found), 0.0, found) if found.dtype.kind == "f" else found
    bad = (found < 0) | (found > _EXACT) | (found != np.round(found))
    if bad.any():
        raise _other(name, "whole numbers from 0 to 2**53", "0", array[bad][0])
    return found.astype(np.int64)


def _numbers(name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)
    values = array.tolist()
    return np.array([np.nan if _is_missing(v) else _number(name, v) for v in values], np.float64)


_TYPED: Mapping[Holds, Callable[[str, NDArray[Any]], NDArray[Any]]] = {
    "text": _texts,
    "whole": _whole,
    "number": _numbers,
}


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _number(name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and value.isascii() and value.isdigit()):
        return float(value)  # pyright: ignore[reportArgumentType] - a number or digits
    raise _other(name, "numbers", "None", value)


def _plain(name: str, value: object) -> object:
    if _is_missing(value):
        return None
    if isinstance(value, str | bool):
        return value
    return _number(name, value)


def _other(name: str, expected: str, missing: str, found: object) -> DTypeError:
    cure = f"convert it first, and put {missing} where there is none"
    return DTypeError(f"field {name} must hold {expected}, found {shown(found)}; {cure}")
