"""Reports as Arrow: a versioned schema whose note says what all rows have in common."""

import re
from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.checks import shown
from detente.errors import DecodeError, DetenteError, DTypeError
from detente.exchange.report.fields import FIELDS
from detente.exchange.report.head import (
    SCHEMA,
    head_from_json,
    json_from_report,
    settings_from_head,
)
from detente.exchange.report.kinds import COLUMNS
from detente.exchange.report.report import Report
from detente.exchange.values.given import told
from detente.table import ArrowStream

IDENTIFIES = "detente.identifies"
"""The note of a field that says whether it identifies a person, a ship, an aircraft or a phone."""

HEAD = "detente.report"
"""The one note of the schema; several would have no order, and equal reports no equal bytes."""

_SHAPE = "detente.shape"
_SIZES = re.compile("[0-9]{1,4}(,[0-9]{1,4})*")


@dataclass(frozen=True)
class SetAside:
    """What came as a report and cannot be used here, but may by a later version.

    Attributes
    ----------
    reason : str
        Why, for people.
    head
        What all rows have in common.
    columns, field_notes
        As they came.
    """

    reason: str
    head: dict[str, Any]
    columns: dict[str, NDArray[Any]]
    field_notes: dict[str, dict[str, str]]


def arrow_from_report(report: Report) -> Any:  # noqa: ANN401 - the compiled table
    """Return an object with ``__arrow_c_stream__``: one record batch in the schema of its kind.

    Equal reports become equal bytes.

    Parameters
    ----------
    report : Report

    Returns
    -------
    object
        For pyarrow, polars, pandas and whoever speaks the Arrow PyCapsule interface.

    Examples
    --------
    >>> import numpy as np, pyarrow
    >>> from detente.exchange import Report, arrow_from_report
    >>> report = Report.tracks("north", 0, 0, [7], np.zeros((1, 4)), [np.eye(4)], [0.9])
    >>> pyarrow.table(arrow_from_report(report)).schema.metadata[b"detente.report"]
    b'{"axes":2,"frame":null,"grid_level":null,"kind":"tracks","origin":"north",...}'
    """
    columns: dict[str, NDArray[Any]] = {}
    field_notes: dict[str, dict[str, str]] = {}
    for name, array in report.columns.items():
        row_shape = array.shape[1:]
        columns[name] = array.reshape(len(array), prod(row_shape)) if row_shape else array
        if len(row_shape) > 1:
            field_notes[name] = {_SHAPE: ",".join(str(size) for size in row_shape)}
    whole = ["count"] if report.kind == "counts" else []
    for name, array in report.fields.items():
        columns[name] = array
        known = FIELDS.get(name)
        if known is not None and known.holds == "whole":
            columns[name] = np.where(array == 0, np.nan, array.astype(np.float64))
            whole.append(name)
        told = "unknown" if known is None else "yes" if known.is_identifying else "no"
        field_notes[name] = {IDENTIFIES: told}
    return _core.arrow_from_columns(
        columns,
        rows=len(report),
        utc=[],
        zoneless=[],
        whole=whole,
        notes={HEAD: json_from_report(report)},
        field_notes=field_notes,
    )


def report_from_arrow(data: ArrowStream) -> Report | SetAside:
    """Return the report that an Arrow stream holds.

    Fields and what else the report says that this version does not know are kept; a kind or a
    version that is not known is set aside. Other notes of the schema are not the report's.

    Parameters
    ----------
    data : object
        Anything with ``__arrow_c_stream__``, such as a `pyarrow.Table`.

    Returns
    -------
    Report or SetAside

    Raises
    ------
    DecodeError
        No report, or one that its own schema contradicts.
    DTypeError
        No Arrow stream, or a column of a type that NumPy has not.
    """
    if not isinstance(cast("object", data), ArrowStream):
        message = f"a report comes as an object with __arrow_c_stream__, found {shown(data)}"
        raise DTypeError(message)
    try:
        read, notes, field_notes = _core.noted_columns_from_arrow(data)
    except DetenteError:
        raise
    except Exception as error:  # whatever another's stream may raise
        raise DecodeError(f"the Arrow stream cannot be read: {told(error)}") from error
    columns = {
        name: array if kind == "" else array.view("datetime64[ns]")
        for name, (array, kind) in read.items()
    }
    if HEAD not in notes:
        raise DecodeError(f"no report: the schema must have the note {HEAD}")
    try:
        head = head_from_json(notes[HEAD])
    except DecodeError as error:
        message = f"the note {HEAD} must be JSON with schema and kind: {error}"
        raise DecodeError(message) from None
    schema, kind = head["schema"], head["kind"]
    if schema != SCHEMA or kind not in COLUMNS:
        what = f"schema {schema}" if schema != SCHEMA else f"kind {kind!r}"
        return SetAside(f"this version does not know {what}", head, columns, field_notes)
    known = COLUMNS[kind]
    try:
        return Report(
            **settings_from_head(head),
            columns={n: _shaped(n, columns[n], field_notes[n]) for n in known if n in columns},
            fields={name: array for name, array in columns.items() if name not in known},
        )
    except DecodeError:
        raise
    except DetenteError as error:
        raise DecodeError(f"the report contradicts its schema: {error}") from error


def _shaped(name: str, array: NDArray[Any], notes: dict[str, str]) -> NDArray[Any]:
    """Return a column with the shape of a row that its note says."""
    said = notes.get(_SHAPE)
    if said is None:
        return array
    sizes = tuple(map(int, said.split(","))) if _SIZES.fullmatch(said) else ()
    if array.ndim != 2 or prod(sizes) != array.shape[1] or not sizes:  # noqa: PLR2004 - rows
        raise DecodeError(
            f"the note {_SHAPE} of {name} must be the sizes of {array.shape[1:]} numbers, "
            f"found {shown(said)}"
        )
    return array.reshape(len(array), *sizes)
