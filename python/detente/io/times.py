"""Columns of times as POSIX seconds: zones are never guessed, units of numbers are stated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from detente.io.extras import Arrow, pa, pc
from detente.io.numbers import cast_or_null, floats, is_numpy, numpy_from_arrow, texts
from detente.io.units import factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.io.numbers import Column, Texts
    from detente.io.source import Source

_ZONED = r"[T :]\d.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_DATE = r"^(\d\d)[/.-](\d\d)[/.-](\d{4})"
_MONTHS = 12
_EPOCHS = (  # the least median of each: 1973 in that unit
    (1e17, 1e-9, "nanoseconds since 1970"),
    (1e14, 1e-6, "microseconds since 1970"),
    (1e11, 1e-3, "milliseconds since 1970"),
    (1e8, 1.0, "seconds since 1970"),
    (0.0, 1.0, "seconds since a start of the file's own"),
)
NS_PER_S = 1_000_000_000
_YEARS_1_TO_9999_S = (-62_135_596_800.0, 253_402_300_800.0)


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
    unit : str
        What they are: ISO 8601, a format, a unit.
    """

    time_s: NDArray[np.float64]
    missing: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]
    zoneless: NDArray[np.bool_]
    note: str
    unit: str


def read_times(
    source: Source,
    column: Column,
    *,
    utc: bool = False,
    time_zone: str | None = None,
    standard: str | None = None,
    day_first: bool = False,
    unit: str | None = None,
    time_format: str | None = None,
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
        Whether dates such as 03/04/2021 have the day first; where dots part them, and where
        some number is beyond 12, they say so themselves.
    unit : {"s", "ms", "us", "ns"}, optional
        Of numbers, instead of what their size says.
    time_format : str, optional
        How texts are to be read, as of `datetime.strptime`.

    Raises
    ------
    DecodeError
        No time has a zone, and neither `time_zone` nor `standard` says one, or dates may have
        the day or the month first.
    """
    if is_numpy(column):
        if column.dtype.kind != "M":
            return _read_numbers(column, unit)
        known = np.full(len(column), utc)
        instant = pa.array(column)
        missing = np.isnat(column)
    else:
        text = texts(column)
        if time_format is None and _are_numbers(text):
            return _read_numbers(text, unit)
        text = _iso(source, text, day_first=day_first, time_format=time_format)
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
    written = "times" if is_numpy(column) else time_format or "dates and times"
    return Times(time_s, missing, gone & ~missing, refused, note, written)


def _iso(source: Source, text: Texts, *, day_first: bool, time_format: str | None) -> Texts:
    """Return texts as ISO 8601 where they are dates of another custom."""
    if time_format is not None:
        return pa.array([_parsed(each, time_format) for each in text.to_pylist()], pa.string())
    text = pc.replace_substring_regex(text, r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3")
    text = pc.replace_substring_regex(text, r"^(\d)([/.-]\d{1,2}[/.-]\d{4})", r"0\1\2")
    text = pc.replace_substring_regex(text, r"^(\d\d[/.-])(\d)([/.-]\d{4})", r"\10\2\3")
    text = pc.replace_substring_regex(text, r"(:\d\d),(\d)", r"\1.\2")
    dates = pc.drop_null(pc.extract_regex(text, r"^(?P<a>\d\d)(?P<by>[/.-])(?P<b>\d\d)[/.-]\d{4}"))
    if not len(dates):
        return text
    first, second = (pc.cast(pc.struct_field(dates, k), pa.int64()) for k in (0, 2))
    first, second = numpy_from_arrow(first), numpy_from_arrow(second)
    dotted = numpy_from_arrow(pc.equal(pc.struct_field(dates, 1), ".")).all()
    days, months = (first > _MONTHS).sum(), (second > _MONTHS).sum()
    if not (dotted or day_first or days or months):
        raise source.error(
            expected="dates that say which number is the day",
            found="dates such as 03/04/2021, none of which has a number beyond 12",
            remedy="say how to read them: --time-format '%d/%m/%Y %H:%M:%S'",
        )
    by = r"\3-\1-\2" if months > days else r"\3-\2-\1"
    text = pc.replace_substring_regex(text, _DATE, by)
    return pc.replace_substring_regex(text, r"^(\d{4}-\d\d-\d\d), *", r"\1 ")


def _parsed(text: str | None, time_format: str) -> str | None:
    """Return a time in ISO 8601, or as it is, which then cannot be read."""
    try:
        return text and datetime.strptime(text, time_format).isoformat()  # noqa: DTZ007 - asked next
    except ValueError:
        return text


def _read_numbers(column: Column, unit: str | None) -> Times:
    value, missing, unreadable = floats(column)
    if unit is None:
        size = np.abs(value[~missing & ~unreadable])
        median = float(np.median(size)) if len(size) else 0.0
        _, unit_s, name = next(epoch for epoch in _EPOCHS if median >= epoch[0])
        note = f"Times are numbers and were read as {name}."
    else:
        unit_s, name, note = factor("time", unit), unit, ""
    with np.errstate(over="ignore"):
        time_s = value * unit_s
    low, high = _YEARS_1_TO_9999_S
    unreadable |= ~missing & ~((time_s >= low) & (time_s < high))
    return Times(time_s, missing, unreadable, np.zeros(len(value), bool), note, name)


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
