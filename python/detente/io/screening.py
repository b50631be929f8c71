"""The rows of a file on their way in: each is kept, or rejected for one stated reason."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from detente.io.numbers import Column, floats, identities
from detente.table import Table

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from detente.io.rows import Malformed, Rows
    from detente.io.source import Source
    from detente.io.times import Times


class Screening:
    """Keeps count of which rows are good, and why the others are not.

    Parameters
    ----------
    source : Source
        The file.
    rows : Rows
        Its rows.
    """

    def __init__(self, source: Source, rows: Rows) -> None:
        self._source = source
        self._rows = rows
        self.kept = np.ones(len(rows.number), bool)
        self._reasons: list[str] = []
        self._reason = np.full(len(rows.number), -1)

    def reject(self, rows: NDArray[np.bool_], reason: str) -> None:
        """Reject the marked rows that are still there."""
        rows = rows & self.kept
        if rows.any():
            self._reason[rows] = len(self._reasons)
            self._reasons.append(reason)
            self.kept &= ~rows

    def floats(
        self, column: Column, name: str, *, low: float = -np.inf, high: float = np.inf
    ) -> NDArray[np.float64]:
        """Read a column of numbers that every row needs."""
        value, missing, unreadable = floats(column)
        self.reject(missing, f"{name} missing")
        self.reject(unreadable, f"{name} is not a number")
        self.reject((value < low) | (value > high), f"{name} outside {low:g} to {high:g}")
        return value

    def times(self, times: Times) -> NDArray[np.float64]:
        """Take a column of times that every row needs."""
        self.reject(times.missing, "time missing")
        self.reject(times.unreadable, "time cannot be read")
        self.reject(times.zoneless, "time without a zone among times with one")
        return times.time_s

    def identities(self, column: Column, name: str) -> NDArray[np.object_]:
        """Read a column of identities that every row needs."""
        identity = identities(column)
        self.reject(identity == "", f"{name} missing")
        return identity

    def duplicates(self, *columns: NDArray[Any]) -> None:
        """Reject rows that say the same as an earlier one, in all columns given."""
        self.repeats("duplicate row", *columns)

    def repeats(self, reason: str, *columns: NDArray[Any]) -> None:
        """Reject, for a reason, rows that say the same as an earlier one in all columns given."""
        at = np.flatnonzero(self.kept)
        numbers = [column[at] for column in columns if column.dtype.kind != "O"]
        at = at[_has_equal(numbers)]  # few, so that comparing texts costs little
        codes = [np.unique(column[at], return_inverse=True)[1] for column in columns]
        order = np.lexsort(codes)  # stable: the first in the file stays first
        repeated = np.zeros(len(self.kept), bool)
        repeated[at[order[1:][_same_as_last(codes, order)]]] = True
        self.reject(repeated, reason)

    def rejected(self) -> Table:
        """Return the rejected rows: file, source_row, reason, text."""
        at = np.flatnonzero(self._reason >= 0)
        number = self._rows.number[at]
        reasons: list[str] = [self._reasons[reason] for reason in self._reason[at].tolist()]
        listed: list[Malformed] = [
            *self._rows.malformed,
            *zip(number.tolist(), reasons, self._rows.texts_of(number), strict=True),
        ]
        no_blank_lines = (entry for entry in listed if entry[2].strip())
        in_order = sorted(no_blank_lines, key=lambda entry: entry[0])
        return rejected_table(str(self._source.path), in_order)

    def in_order_of(self, time_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return which rows are kept, in the order of time, those of one time as in the file.

        Raises
        ------
        DecodeError
            None is.
        """
        at = np.flatnonzero(self.kept)
        if not len(at):
            rejected = self.rejected()
            why: Counter[str] = Counter(rejected["reason"].tolist())
            listed = ", ".join(f"{reason} ({n})" for reason, n in why.most_common(3))
            found = f"{len(rejected)} rows, all rejected: {listed}" if why else "a header alone"
            raise self._source.error(
                expected="at least one row that can be used",
                found=found,
                remedy="check the columns and their units",
            )
        return at[np.argsort(time_s[at], kind="stable")]


def rejected_table(path: str, listed: list[Malformed]) -> Table:
    """Return a table of rejected rows: file, source_row, reason, text."""
    return Table(
        {
            "file": np.full(len(listed), path, object),
            "source_row": np.array([entry[0] for entry in listed], np.int64),
            "reason": np.array([entry[1] for entry in listed], object),
            "text": np.array([entry[2] for entry in listed], object),
        }
    )


def _same_as_last(columns: list[NDArray[Any]], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows but the first, in this order, equal the row before in every column."""
    same = np.ones(max(len(order) - 1, 0), bool)
    for column in columns:
        same &= column[order[1:]] == column[order[:-1]]
    return same


def _has_equal(columns: list[NDArray[Any]]) -> NDArray[np.bool_]:
    """Tell which rows have another that is equal in every column."""
    order = np.lexsort(columns)
    same = _same_as_last(columns, order)
    found = np.zeros(len(order), bool)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found
