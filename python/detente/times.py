"""Times as people and libraries write them, as POSIX seconds: the one place that knows how.

Numbers are seconds already, since 1970 or since a start of the caller's own. What NumPy, pandas,
polars and Arrow hold as times counts as UTC where it names no zone, unless `time_zone` says
otherwise. Texts (ISO 8601) and `datetime` objects without a zone are refused unless it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from zoneinfo import ZoneInfo

import numpy as np

from detente.checks import shown
from detente.errors import DecodeError, SettingError, ShapeError
from detente.table import Table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_MOST_S = 7_258_118_400.0  # 2200-01-01
Time: TypeAlias = float | datetime | np.datetime64 | str
"""One time: POSIX seconds, or what names its zone."""
_NOTHING = ("", "nat", "nan", "none", "null")


def seconds_from_time(time: object, *, time_zone: str | None = None) -> float:
    """Return one time as POSIX seconds.

    Parameters
    ----------
    time : float, datetime, numpy.datetime64, pandas.Timestamp or str
        Seconds, which stay as they are, or a time (a text in ISO 8601).
    time_zone : str, optional
        The zone of a time that names none: ``"UTC"``, ``"+02:00"``, ``"Europe/Oslo"``.

    Raises
    ------
    SettingError
        It is neither a number nor a time, a text or a `datetime` names no zone and none is given,
        or there is no such zone.
    DecodeError
        A text is no time.

    Examples
    --------
    >>> seconds_from_time("2021-03-04T12:00:00Z"), seconds_from_time(12.5)
    (1614859200.0, 12.5)
    """
    if isinstance(time, bool) or not isinstance(time, Real | date | np.datetime64 | str):
        raise SettingError(
            f"time_s must be a number of seconds or a time (datetime, datetime64, a text in ISO "
            f"8601), found {shown(time)}"
        )
    if isinstance(time, Real):
        return float(_in_seconds(np.array([_float(time, "time_s")]), "time_s")[0])
    one: list[Any] = [time]
    return float(seconds_from_times(one, time_zone=time_zone)[0])


def seconds_from_times(
    times: ArrayLike, *, time_zone: str | None = None, of: str = "time_s", is_utc: bool = False
) -> NDArray[np.float64]:
    """Return a column of times as POSIX seconds.

    Parameters
    ----------
    times : (n,) array_like
        Seconds, which stay as they are; ``datetime64`` of any unit; a column of pandas, polars or
        Arrow; `datetime` objects; or texts in ISO 8601.
    time_zone : str, optional
        The zone of times that name none: ``"UTC"``, ``"+02:00"``, ``"Europe/Oslo"``.
    of : str
        What messages call the column.
    is_utc : bool
        Whether ``datetime64`` values are known to be UTC, whatever `time_zone` says.

    Returns
    -------
    (n,) float64
        NaN where there is none.

    Raises
    ------
    SettingError
        Texts or `datetime` objects name no zone and none is given, there is no such zone, or a
        time does not exist once in it.
    DecodeError
        A value is no time.
    ShapeError
        Times that are no numbers are not one column.

    Examples
    --------
    >>> import numpy as np
    >>> seconds_from_times(np.array(["2021-03-04T12:00"], "M8[m]"))
    array([1.6148592e+09])
    >>> seconds_from_times(["2021-03-04 12:00:00.5"], time_zone="+01:00")
    array([1.6148556e+09])
    """
    zone = None if time_zone is None else zone_from_name(time_zone)
    held = np.asarray(times)
    if held.dtype.kind in "fiu":
        return _in_seconds(held.astype(np.float64), of)
    if held.ndim != 1:
        raise ShapeError(f"{of} must have the shape (n,), found {held.shape}")
    if held.dtype.kind == "M":
        seconds = _seconds(held)
        if zone is None or is_utc or _names_zone(times):
            return seconds
        return seconds - _offsets_s(held, zone, of)
    if held.dtype.kind not in "UTO":
        raise DecodeError(f"{of} must be {_EXPECTED}, found {held.dtype}")
    return np.array([_one(value, zone, of, row) for row, value in enumerate(held.tolist())], float)


def table_from_any(data: Any, *, time_zone: str | None = None, time: str = "time_s") -> Table:  # noqa: ANN401 - any data frame of any library
    """Return `Table.from_any` of data whose column `time`, if there, is POSIX seconds.

    Raises
    ------
    SettingError, DecodeError
        As of `seconds_from_times`, and what `Table.from_any` raises.
    """
    if isinstance(data, Mapping) and time in data:
        given: dict[str, Any] = dict(data)  # pyright: ignore[reportUnknownArgumentType] - checked by Table
        given[time] = seconds_from_times(given[time], time_zone=time_zone, of=time)
        return Table(given)
    table = Table.from_any(data)
    if time not in table or table[time].dtype.kind in "fiu":
        return table
    seconds = seconds_from_times(
        table[time], time_zone=time_zone, of=time, is_utc=time in table.utc
    )
    utc = table.utc - {time}
    return Table({**table.columns, time: seconds}, utc=utc)


def zone_from_name(name: str) -> tzinfo:
    """Return a zone by its name, ``"UTC"``, ``"Europe/Oslo"``, or its offset, ``"+02:00"``.

    Raises
    ------
    SettingError
        There is none.
    """
    try:
        if name[:1] in "+-":
            hours, _, minutes = name[1:].partition(":")
            offset = timedelta(hours=int(hours), minutes=int(minutes or "0"))
            return timezone(-offset if name[0] == "-" else offset)
        return UTC if name.upper() in ("UTC", "Z") else ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:
        raise SettingError(
            f"time_zone must be a zone such as UTC, Europe/Oslo or +02:00, found {name!r:.60}"
        ) from error


_EXPECTED = (
    "seconds, datetime64, times of pandas or polars, datetime objects, or texts in ISO 8601 such "
    "as 2021-03-04T12:00:00Z"
)


def _seconds(times: NDArray[Any]) -> NDArray[np.float64]:
    """Return datetime64 of any unit as seconds."""
    if times.dtype == np.dtype("M8"):
        return np.full(len(times), np.nan)  # without a unit there are no times
    whole = times.astype("M8[s]")
    rest = (times - whole).astype("m8[ns]").astype(np.int64)
    seconds = whole.astype(np.int64) + rest / 1e9
    return np.where(np.isnat(times), np.nan, seconds)


def _names_zone(times: object) -> bool:
    """Tell whether a column of polars or Arrow has a zone, so that its values are UTC."""
    kind: Any = getattr(times, "dtype", None)
    arrow: Any = getattr(times, "type", None)
    return bool(getattr(kind, "time_zone", None) or getattr(arrow, "tz", None))


def _offsets_s(wall: NDArray[Any], zone: tzinfo, of: str) -> NDArray[np.float64]:
    """Return how far each wall time is ahead of UTC [s], asking the zone once a quarter hour."""
    ticks = wall.astype("M8[s]").astype(np.int64) // 900
    known = ~np.isnat(wall)
    quarter, which = np.unique(ticks[known], return_inverse=True)
    offsets: list[float] = []
    for tick in quarter.tolist():
        then = datetime(1970, 1, 1) + timedelta(seconds=900 * tick)  # noqa: DTZ001 - a wall time
        offsets.append(_offset_s(then, zone, of))
    out = np.zeros(len(wall))
    out[known] = np.array(offsets)[which.reshape(-1)] if offsets else 0.0
    return out


def _offset_s(wall: datetime, zone: tzinfo, of: str) -> float:
    first = wall.replace(tzinfo=zone, fold=0).utcoffset()
    second = wall.replace(tzinfo=zone, fold=1).utcoffset()
    if first is None or first != second:
        raise SettingError(
            f"{of} must exist once in the time zone {zone}, found {wall.isoformat()}, when its "
            "clocks change; write times in UTC"
        )
    return first.total_seconds()


def _in_seconds(times: NDArray[np.float64], of: str) -> NDArray[np.float64]:
    """Return times unless they look like milliseconds or less since 1970."""
    odd = np.isfinite(times) & (np.abs(times) >= _MOST_S)
    if odd.any():
        found = times[odd].flat[0]
        raise SettingError(
            f"{of} must be seconds before the year 2200, found {found:g}; are they milliseconds or "
            "nanoseconds? divide them by 1e3 or 1e9, or give datetime64"
        )
    return times


def _float(seconds: Real | float, of: str) -> float:
    try:
        return float(seconds)
    except OverflowError:
        raise SettingError(f"{of} must be a finite number, found {shown(seconds)}") from None


def _one(value: Any, zone: tzinfo | None, of: str, row: int) -> float:  # noqa: ANN401 - whatever it is
    """Return one object as seconds."""
    if value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING):
        return np.nan
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _float(value, of)
    of_pandas: Any = getattr(value, "to_datetime64", None)
    if of_pandas is not None and getattr(value, "tzinfo", None) is not None:
        return float(_seconds(np.array([of_pandas()]))[0])  # to the nanosecond
    if isinstance(value, np.datetime64):
        alone: NDArray[Any] = np.array([cast("Any", value)])
        offset = 0.0 if zone is None else _offsets_s(alone, zone, of)[0]
        return float(_seconds(alone)[0] - offset)
    then = _datetime(value, of, row)
    if then.tzinfo is None:
        if zone is None:
            raise SettingError(
                f"{of} must have a zone, such as 2021-03-04T12:00:00Z, found {str(value)!r:.60} at "
                f"row {row}; say how to read times without one: time_zone='UTC'"
            )
        wall = then.replace(tzinfo=UTC).timestamp()
        return wall - _offset_s(then, zone, of)
    return then.timestamp()


def _datetime(value: object, of: str, row: int) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as it was given
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip().replace("z", "Z"))
        except ValueError:
            pass
    raise DecodeError(f"{of} must be {_EXPECTED}; found {value!r:.60} at row {row}")
