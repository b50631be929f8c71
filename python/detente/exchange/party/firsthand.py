"""First hand: for which times an origin spoke itself, so that nobody else speaks for it."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from detente.exchange.picture.holdings import Moment


class FirstHand:
    """What one origin handed over itself, and what others passed on of other times."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._within_ns = 0
        self._alone: list[tuple[int, int, Moment]] = []

    def speaks(self, time_ns: int, *, within_ns: int) -> Iterator[Moment]:
        """Take note that the origin spoke; yield what was passed on of times near to that.

        Parameters
        ----------
        time_ns : int
            Of what it said [ns since 1970-01-01 UTC].
        within_ns : int
            So long before and after it speaks for itself [ns]; the longest said so far counts.
        """
        insort(self._times, time_ns)
        grown = within_ns > self._within_ns
        self._within_ns = max(self._within_ns, within_ns)
        first = 0 if grown else bisect_left(self._alone, (time_ns - self._within_ns,))
        for entry in self._alone[first:]:
            ends_ns, begins_ns, moment = entry
            if self.covers(begins_ns, ends_ns):
                self._alone.remove(entry)
                yield moment

    def covers(self, begins_ns: int, ends_ns: int) -> bool:
        """Return whether the origin spoke itself at or near some time of an interval."""
        at = bisect_left(self._times, begins_ns - self._within_ns)
        return at < len(self._times) and self._times[at] <= ends_ns + self._within_ns

    def passed_on(self, moment: Moment, begins_ns: int) -> bool:
        """Take note of what somebody else passed on; return whether the origin spoke itself."""
        if self.covers(begins_ns, moment.time_ns):
            return True
        entry = (moment.time_ns, begins_ns, moment)
        at = bisect_left(self._alone, entry)
        if self._alone[at : at + 1] != [entry]:
            self._alone.insert(at, entry)
        return False
