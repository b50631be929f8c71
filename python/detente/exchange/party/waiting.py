"""Waiting: reports stamped ahead of the clock, until it comes near, bounded for each partner."""

from bisect import insort
from typing import NamedTuple

from detente.exchange.report.report import Report

MOST_REPORTS = 1_000
MOST_BYTES = 2**24


class Arrival(NamedTuple):
    """A report as it came.

    Attributes
    ----------
    report : Report
    offer_id : str
        The agreement under which it came.
    sender : str
        Who handed it over.
    """

    report: Report
    offer_id: str
    sender: str


class _Queue:
    """What waits of one partner, the nearest first."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, Arrival]] = []
        self.nbytes = 0

    def add(self, entry: tuple[int, int, Arrival]) -> list[Arrival]:
        insort(self.entries, entry, key=lambda each: each[:2])
        self.nbytes += _size(entry[2])
        dropped: list[Arrival] = []
        while len(self.entries) > MOST_REPORTS or self.nbytes > MOST_BYTES:
            *_, arrival = self.entries.pop()
            self.nbytes -= _size(arrival)
            dropped.append(arrival)
        return dropped

    def until(self, time_ns: int) -> list[tuple[int, int, Arrival]]:
        count = sum(at_ns <= time_ns for at_ns, _, _ in self.entries)
        due, self.entries = self.entries[:count], self.entries[count:]
        self.nbytes -= sum(_size(arrival) for *_, arrival in due)
        return due


class Waiting:
    """What partners handed over ahead of its time: of each at most 1,000 reports and 16 MiB."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        self._count = 0

    def add(self, arrival: Arrival) -> list[Arrival]:
        """Let a report wait; return what is dropped for it, the farthest ahead of its partner."""
        self._count += 1
        queue = self._queues.setdefault(arrival.sender, _Queue())
        return queue.add((arrival.report.time_ns, self._count, arrival))

    def until(self, time_ns: int) -> list[Arrival]:
        """Take out what is not later than a time, in the order of time and arrival."""
        if not any(q.entries and q.entries[0][0] <= time_ns for q in self._queues.values()):
            return []
        due = [entry for queue in self._queues.values() for entry in queue.until(time_ns)]
        self._queues = {name: queue for name, queue in self._queues.items() if queue.entries}
        return [arrival for *_, arrival in sorted(due, key=lambda each: each[:2])]

    @property
    def all(self) -> tuple[Report, ...]:
        """What waits, by partner and time."""
        return tuple(
            arrival.report
            for _, queue in sorted(self._queues.items())
            for *_, arrival in queue.entries
        )


def _size(arrival: Arrival) -> int:
    """Return about how many bytes a report takes."""
    report = arrival.report
    return report.nbytes + len(repr(report.notes)) + len(repr(report.sensor))
