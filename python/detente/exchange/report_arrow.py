"""Reports as Arrow: a versioned schema whose note says what all rows have in common."""

import json
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.errors import DecodeError, DetenteError
from detente.exchange.fields import FIELDS
from detente.exchange.kinds import COLUMNS
from detente.exchange.report import Report
from detente.exchange.sensing import SensorDescription
from detente.geo import LocalFrame
from detente.table import ArrowStream

SCHEMA = "detente.report/2"
"""The version that is written; later ones of the same number only add."""

IDENTIFIES = "detente.identifies"
"""The note of a field that says whether it identifies a person, a ship, an aircraft or a phone."""

HEAD = "detente.report"
"""The one note of the schema; several would have no order, and equal reports no equal bytes."""

_SHAPE = "detente.shape"
_KEYS = frozenset(
    {
        *("schema", "origin", "kind", "time_ns", "sequence"),
        *("axes", "relay", "relay_hops", "frame", "sensor", "grid_level"),
    }
)


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
        notes={HEAD: _head(report)},
        field_notes=field_notes,
    )


def _head(report: Report) -> str:
    """Return what all rows have in common, as JSON with sorted keys."""
    frame, sensor = report.frame, report.sensor
    head: dict[str, object] = {
        **report.notes,
        "schema": SCHEMA,
        "origin": report.origin,
        "kind": report.kind,
        "time_ns": str(report.time_ns),  # beyond what JSON promises of a number
        "sequence": report.sequence,
        "axes": report.axes,
        "relay": report.relay,
        "relay_hops": report.relay_hops,
        "frame": None if frame is None else [frame.lat_deg, frame.lon_deg, frame.height_m],
        "sensor": None if sensor is None else sensor.to_mapping(),
        "grid_level": report.grid_level,
    }
    return json.dumps(head, sort_keys=True, separators=(",", ":"))


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
    """
    read, notes, field_notes = _core.noted_columns_from_arrow(data)
    columns = {
        name: array if kind == "" else array.view("datetime64[ns]")
        for name, (array, kind) in read.items()
    }
    if HEAD not in notes:
        raise DecodeError(f"no report: the schema must have the note {HEAD}")
    try:
        head: dict[str, Any] = json.loads(notes[HEAD])
        schema, kind = str(head["schema"]), str(head["kind"])
    except (ValueError, KeyError, TypeError) as error:
        raise DecodeError(f"the note {HEAD} must be JSON with schema and kind: {error}") from error
    if schema != SCHEMA or kind not in COLUMNS:
        what = f"schema {schema}" if schema != SCHEMA else f"kind {kind!r}"
        return SetAside(f"this version does not know {what}", head, columns, field_notes)
    try:
        return _report(head, columns, field_notes)
    except DecodeError:
        raise
    except (DetenteError, KeyError, ValueError, TypeError) as error:
        raise DecodeError(f"the report contradicts its schema: {error}") from error


def _report(
    head: dict[str, Any],
    columns: dict[str, NDArray[Any]],
    field_notes: dict[str, dict[str, str]],
) -> Report:
    known = COLUMNS[head["kind"]]
    for name, said in field_notes.items():
        if _SHAPE in said:
            shape = tuple(int(size) for size in said[_SHAPE].split(","))
            columns[name] = columns[name].reshape(len(columns[name]), *shape)
    frame, sensor = head["frame"], head["sensor"]
    return Report(
        origin=head["origin"],
        kind=head["kind"],
        time_ns=int(head["time_ns"]),
        sequence=head["sequence"],
        columns={name: columns[name] for name in known if name in columns},
        fields={name: array for name, array in columns.items() if name not in known},
        axes=head["axes"],
        frame=None if frame is None else LocalFrame(*frame),
        sensor=None if sensor is None else SensorDescription.from_mapping(sensor),
        grid_level=head["grid_level"],
        relay=head["relay"],
        relay_hops=head.get("relay_hops"),
        notes={key: value for key, value in head.items() if key not in _KEYS},
    )
