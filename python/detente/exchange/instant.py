"""Points in time: whole nanoseconds since 1970-01-01 UTC, read from and written as text."""

from datetime import UTC, datetime, timedelta

from detente.errors import SettingError

NS_PER_S = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        No date or time, or a time that does not say its zone.

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
    except ValueError:
        raise SettingError(
            f"a point in time must be a date such as 2021-08-31, or a date and time with its "
            f"zone such as 2021-08-31T12:00:00Z, found {text!r}"
        ) from None
    if moment.tzinfo is None:
        if len(text) > len("2021-08-31"):
            raise SettingError(f"the time {text!r} must say its zone; append Z for UTC")
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000


def text_from_time_ns(time_ns: int) -> str:
    """Return a point in time as ISO 8601 text in UTC, to the second.

    Examples
    --------
    >>> from detente.exchange import text_from_time_ns
    >>> text_from_time_ns(1630368000000000000)
    '2021-08-31T00:00:00Z'
    """
    return f"{_EPOCH + timedelta(seconds=time_ns // NS_PER_S):%Y-%m-%dT%H:%M:%SZ}"
