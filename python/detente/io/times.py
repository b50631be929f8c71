"""Columns of times as POSIX seconds: zones are never guessed, units of numbers are stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.io.extras import Arrow, pa, pc
from detente.io.numbers import cast_or_null, floats, is_numpy, numpy_from_arrow, texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.io.numbers import Column, Texts
    from detente.io.source import Source

_ZONED = r"[T :]\d.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DAY_FIRST = r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})"
_EPOCHS = (  # the least median of each: 1973 in that unit
    (1e17, 1e-9, "nanoseconds since 1970"),
    (1e14, 1e-6, "microseconds since 1970"),
    (1e11, 1e-3, "milliseconds since 1970"),
    (1e8, 1.0, "seconds since 1970"),
    (0.0, 1.0, "seconds since a start of the file's own"),
)
NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Times:
    """A column of times as it was understood.

    Attributes
    ----------
    time_s : (n,) float64
        POSIX time [s], NaN where there is none.
    missing, unreadable, zoneless : (n,) bool
        Where the field says nothing, where it is not a time, and where it is a time without a
        zone that nothing says how to read.
    note : str
        How the times were read, a sentence for people.
    """

    time_s: NDArray[np.float64]
    missing: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]
    zoneless: NDArray[np.bool_]
    note: str


def read_times(
    source: Source,
    column: Column,
    *,
    utc: bool = False,
    time_zone: str | None = None,
    standard: str | None = None,
    day_first: bool = False,
) -> Times:
    """Read a column of times: numbers since 1970, ISO 8601 texts, or NumPy times.

    Parameters
    ----------
    source : Source
        The file, for messages.
    column
        The column.
    utc : bool
        Whether NumPy times are known to be UTC.
    time_zone : str, optional
        How the user says that times without a zone are to be read.
    standard : str, optional
        The zone that the format prescribes, where the user says none. It does not help rows
        without a zone among rows with one: those are marked zoneless.
    day_first : bool
        Whether dates may be written as 31/12/2021.

    Raises
    ------
    DecodeError
        No time has a zone, and neither `time_zone` nor `standard` says one.
    """
    if is_numpy(column):
        if column.dtype.kind != "M":
            return _read_numbers(column)
        known = np.full(len(column), utc)
        instant = pa.array(column)
        missing = np.isnat(column)
    else:
        text = texts(column)
        if _are_numbers(text):
            return _read_numbers(text)
        if day_first:
            text = pc.replace_substring_regex(text, _DAY_FIRST, r"\3-\2-\1")
        missing = numpy_from_arrow(pc.is_null(text))
        zoned = pc.fill_null(
            pc.match_substring_regex(text, _ZONED, ignore_case=True), fill_value=False
        )
        known = numpy_from_arrow(zoned)
        instant = _instants(text, zoned, known)
    naive = ~known & ~missing
    zone = time_zone or (None if known.any() else standard)
    if naive.any() and not known.any() and zone is None:
        raise source.error(
            expected="times with a zone, such as 2021-03-04T12:00:00Z",
            found="times without one",
            remedy="say how to read them, for example --time-zone UTC (time_zone='UTC')",
        )
    utc_ns = numpy_from_arrow(instant).view(np.int64)
    if zone not in (None, "UTC") and naive.any():
        utc_ns = np.where(naive, _in_zone(source, instant, naive, zone), utc_ns)
    gone = utc_ns == np.iinfo(np.int64).min
    time_s = np.where(gone, np.nan, utc_ns // NS_PER_S + utc_ns % NS_PER_S / NS_PER_S)
    refused = naive & (zone is None)
    time_s[refused] = np.nan
    note = f"Times without a zone were read as {zone}." if naive.any() and zone else ""
    return Times(time_s, missing, gone & ~missing, refused, note)


def _read_numbers(column: Column) -> Times:
    value, missing, unreadable = floats(column)
    size = np.abs(value[~missing & ~unreadable])
    median = float(np.median(size)) if len(size) else 0.0
    _, unit_s, name = next(epoch for epoch in _EPOCHS if median >= epoch[0])
    note = f"Times are numbers and were read as {name}."
    return Times(value * unit_s, missing, unreadable, np.zeros(len(value), bool), note)


def _are_numbers(text: Texts) -> bool:
    """Tell whether most of the first texts are numbers."""
    sample = pc.drop_null(text[:1000])
    numbers = pc.sum(pc.match_substring_regex(sample, _NUMBER)).as_py() or 0
    return numbers * 2 > len(sample)


def _instants(text: Texts, zoned: Arrow, known: NDArray[np.bool_]) -> Arrow:
    """Parse ISO 8601; the times without a zone as if they were UTC, to be shifted later."""
    nothing = pa.scalar(None, pa.string())
    ns, utc_ns = pa.timestamp("ns"), pa.timestamp("ns", "UTC")
    if not known.any():
        return cast_or_null(text, ns)
    with_zone = pc.utf8_upper(pc.if_else(zoned, text, nothing))  # Arrow knows Z, not z
    without = pc.if_else(zoned, nothing, text)
    return pc.coalesce(pc.cast(cast_or_null(with_zone, utc_ns), ns), cast_or_null(without, ns))


def _in_zone(
    source: Source, instant: Arrow, naive: NDArray[np.bool_], zone: str
) -> NDArray[np.int64]:
    wall = pc.if_else(pa.array(naive), instant, pa.scalar(None, instant.type))
    try:
        placed = pc.assume_timezone(wall, zone)
    except pa.ArrowInvalid as error:
        raise source.error(
            expected=f"times that exist once in the time zone {zone}",
            found=str(error),
            remedy="name a zone such as UTC, Europe/Oslo or +02:00, or write times in UTC",
        ) from error
    return numpy_from_arrow(placed).view(np.int64)
