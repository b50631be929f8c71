"""The rows of a file before anything is judged: columns, and where each row stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from detente.io.numbers import Column

Malformed: TypeAlias = tuple[int, str, str]
"""A row that has no columns: its number, why, and its text."""


@dataclass(frozen=True)
class Rows:
    """The rows of one file.

    Attributes
    ----------
    columns : mapping of str to column
        By what they mean, such as ``"lat"``.
    number : (n,) int64
        The line or record of each row in the file.
    texts_of : callable
        Returns the texts of rows, given their numbers.
    malformed : list of (number, reason, text)
        Rows that have no columns, such as lines with too few fields.
    utc : frozenset of str
        Columns of NumPy times that are known to be UTC.
    notes : tuple of str
        What a reader should know of how they were read.
    """

    columns: Mapping[str, Column]
    number: NDArray[np.int64]
    texts_of: Callable[[NDArray[np.int64]], Iterable[str]]
    malformed: list[Malformed] = field(default_factory=list[Malformed])
    utc: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
