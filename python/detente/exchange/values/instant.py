"""Points in time: whole nanoseconds since 1970-01-01 UTC, read from and written as text."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from detente.checks import shown, whole
from detente.errors import SettingError
from detente.exchange.values.given import LEAST_TIME_NS, MOST_TIME_NS, time

NS_PER_S = 1_000_000_000
NS_PER_DAY = 86_400 * NS_PER_S
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS_NS = (("day", NS_PER_DAY), ("h", 3_600 * NS_PER_S), ("min", 60 * NS_PER_S))
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


_SECONDS = (1_262_304_000, 2_524_608_000)  # 2010 to 2050, in seconds since 1970
_SOON_NS = 1_000  # no sensor looks again so soon


def checked_time_ns(time_ns: object, *, latest_ns: int | None) -> int:
    """Return when a sensor looked, unless it is no time in nanoseconds but looks like seconds.

    Parameters
    ----------
    time_ns : int
        The time [ns since 1970-01-01 UTC].
    latest_ns : int, optional
        When the same sensor looked last, if it did.

    Raises
    ------
    SettingError
        It is not a whole number; or as seconds it would be a time between 2010 and 2050, and as
        nanoseconds it is no whole second of 1970 or less than a microsecond after the latest.
    """
    advice = "multiply seconds by 10**9 and round them to an int"
    try:
        given = time("time_ns", time_ns)
    except SettingError as error:
        raise SettingError(f"{error}; if it looks like seconds, {advice}") from None
    first_s, last_s = _SECONDS
    is_odd = given % NS_PER_S != 0 if latest_ns is None else 0 < given - latest_ns < _SOON_NS
    if first_s <= given < last_s and is_odd:
        raise SettingError(
            f"time_ns must be in nanoseconds, found {given}, which looks like seconds; {advice}"
        )
    return given


def time_ns_from_text(text: str) -> int:
    """Return the point in time that an ISO 8601 text names.

    Parameters
    ----------
    text : str
        A date, which means its first moment in UTC, or a date and time with its zone.

    Returns
    -------
    int
        Nanoseconds since 1970-01-01 UTC.

    Raises
    ------
    SettingError
        No date or time, a time that does not say its zone, or one before 1700 or after 2200.

    Examples
    --------
    >>> from detente.exchange import time_ns_from_text
    >>> time_ns_from_text("2021-08-31")
    1630368000000000000
    >>> time_ns_from_text("2021-08-31T04:30:00+04:30") == time_ns_from_text("2021-08-31")
    True
    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise SettingError(
            f"a point in time must be a date such as 2021-08-31, or a date and time with its "
            f"zone such as 2021-08-31T12:00:00Z, found {shown(text)}"
        ) from None
    if moment.tzinfo is None:
        if len(text) > len("2021-08-31"):
            raise SettingError(f"the time {text!r} must say its zone; append Z for UTC")
        moment = moment.replace(tzinfo=UTC)
    time_ns = (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
    if not LEAST_TIME_NS <= time_ns <= MOST_TIME_NS:
        raise SettingError(f"a point in time must be from 1700 to 2200, found {text!r}")
    return time_ns


def text_from_time_ns(time_ns: int) -> str:
    """Return a point in time as ISO 8601 text in UTC, to the second.

    Examples
    --------
    >>> from detente.exchange import text_from_time_ns
    >>> text_from_time_ns(1630368000000000000)
    '2021-08-31T00:00:00Z'
    """
    return f"{_moment(time_ns):%Y-%m-%dT%H:%M:%SZ}"


def exact_text_from_time_ns(time_ns: int) -> str:
    """Return a point in time as ISO 8601 text that `time_ns_from_text` reads back exactly.

    A day's first moment in UTC is written as its date. Below a microsecond nothing can be read, so
    nothing is written.

    Examples
    --------
    >>> from detente.exchange.values.instant import exact_text_from_time_ns
    >>> exact_text_from_time_ns(1630368000000000000), exact_text_from_time_ns(1630368000500000000)
    ('2021-08-31', '2021-08-31T00:00:00.500000Z')
    """
    moment = _moment(time_ns)
    if moment.timetz() == _EPOCH.timetz():
        return moment.date().isoformat()
    return moment.isoformat().replace("+00:00", "Z")


def _moment(time_ns: int) -> datetime:
    """Return a point in time to the microsecond."""
    try:
        whole_ns = whole("a point in time", time_ns, least=-(2**80), most=2**80)
        return _EPOCH + timedelta(microseconds=whole_ns // 1_000)
    except (OverflowError, SettingError):
        raise SettingError(
            "a point in time must be whole nanoseconds since 1970-01-01 UTC, of the years 1 to "
            f"9999, found {shown(time_ns)}"
        ) from None


def words_from_time_ns(time_ns: int) -> str:
    """Return a point in time as people write it, in UTC.

    Examples
    --------
    >>> from detente.exchange.values.instant import words_from_time_ns
    >>> words_from_time_ns(1630368000000000000), words_from_time_ns(1630411200000000000)
    ('31 August 2021', '31 August 2021 12:00 UTC')
    """
    moment = _moment(time_ns)
    date = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    time = moment.time().isoformat()
    time = time.removesuffix(":00") if len(time) == len("12:00:00") else time
    return date if time == "00:00" else f"{date} {time} UTC"


def words_from_duration_ns(duration_ns: int) -> str:
    """Return a length of time in the largest unit that needs no fraction.

    Examples
    --------
    >>> from detente.exchange.values.instant import words_from_duration_ns
    >>> words_from_duration_ns(90_000_000_000), words_from_duration_ns(86_400_000_000_000)
    ('90 s', '1 day')
    """
    for unit, size_ns in _UNITS_NS:
        if duration_ns % size_ns == 0 and duration_ns >= size_ns:
            count = duration_ns // size_ns
            return f"{count:,} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    seconds = Decimal(duration_ns) / NS_PER_S
    return f"{seconds.normalize():f} s"
