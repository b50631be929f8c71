"""Versions: what one recipient got of one moment, numbered, since a later look may tell more."""

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from detente.exchange.report.report import Report


class Versions:
    """Numbers the different reports of one kind and moment that one recipient gets.

    The number depends on nothing but what the recipient got, so it tells nothing of the looks that
    were made.
    """

    def __init__(self) -> None:
        self._last: Report | None = None

    def numbered(self, report: Report) -> Report | None:
        """Return a report with its number among those of its moment; `None` for a repetition."""
        last = self._last
        if last is not None and last.time_ns == report.time_ns:
            if _says_the_same(last, report):
                return None
            report = replace(report, sequence=last.sequence + 1)
        self._last = report
        return report


def _says_the_same(a: Report, b: Report) -> bool:
    return all(
        mine.keys() == other.keys() and all(_same(mine[name], other[name]) for name in mine)
        for mine, other in ((a.columns, b.columns), (a.fields, b.fields))
    )


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
