"""Clock: what time it is for a party, which no partner can move."""

from collections.abc import Callable

from detente.exchange.values.given import time
from detente.exchange.values.instant import NS_PER_S, checked_time_ns

MOST_AHEAD_NS = 60 * NS_PER_S
"""How far ahead of the clock what comes may be stamped to count at once."""
_YEARS_NS = 10 * 365 * 86_400 * NS_PER_S


class Clock:
    """A clock that is handed in, or the latest time that the party's own user named.

    Parameters
    ----------
    read : callable, optional
        Returns the time [ns since 1970-01-01 UTC].
    """

    def __init__(self, read: Callable[[], int] | None = None) -> None:
        self._read = read
        self._named_ns: int | None = None

    def checked(self, time_ns: int) -> int:
        """Return a time that the party's own user names, unless it is none or looks like seconds.

        Raises
        ------
        SettingError
            It is not whole nanoseconds, or is far from the clock and looks like seconds.
        """
        found = time("time_ns", time_ns)
        if self._named_ns is None or abs(found - self._named_ns) > _YEARS_NS:
            checked_time_ns(found, latest_ns=None)
        return found

    def name(self, time_ns: int) -> None:
        """Take note of a time that the party's own user calls now."""
        time_ns = self.checked(time_ns)
        self._named_ns = time_ns if self._named_ns is None else max(time_ns, self._named_ns)

    @property
    def now_ns(self) -> int | None:
        """The time [ns since 1970-01-01 UTC]; `None` while nobody has named one."""
        return self._named_ns if self._read is None else self._read()

    def is_ahead(self, time_ns: int) -> bool:
        """Return whether a time is more than a minute ahead; any is while nobody has named one."""
        now_ns = self.now_ns
        return now_ns is None or time_ns > now_ns + MOST_AHEAD_NS
