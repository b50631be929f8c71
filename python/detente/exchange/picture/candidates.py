"""Candidates: which pairs of tracks can be one object at all, so many and no more."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente import _core

HELD = 1.0 - 1e-6
"""Of the distances of one object to itself, the share within which tracks that were one stay it."""

MOST_IN_LINE = 64
"""So many rows are on average in line with each; if there are more, the plane is cut into cells."""

MOST_IN_CELL = 64
"""So many rows of each cell are looked at, those next in line."""

MOST_NEAR = 16
"""So many candidates each has, where all have more on average: the nearest, and what held."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


class _Rows(NamedTuple):
    """Places (n, d) with the half of each component's reach, (n, d)."""

    mean: NDArray[np.float64]
    half: NDArray[np.float64]


def candidates(
    mean_a: NDArray[np.float64],
    cov_a: NDArray[np.float64],
    mean_b: NDArray[np.float64],
    cov_b: NDArray[np.float64],
    held: NDArray[np.int64],
) -> Pairs:
    """Return the pairs that are near in each component, by row of a and column of b.

    Where there are many more than rows, each keeps the nearest.

    Parameters
    ----------
    mean_a, cov_a, mean_b, cov_b
        States and covariances of n rows and m columns.
    held : (m,) int64
        For each of b the row of a that it was until now, −1 for none.
    """
    reach = np.sqrt(_core.chi_square_quantile(HELD, float(mean_a.shape[1])))
    half_a, half_b = (reach * np.sqrt(np.einsum("nii->ni", cov)) for cov in (cov_a, cov_b))
    ours, theirs = _Rows(mean_a, half_a), _Rows(mean_b, half_b)
    pairs = _in_line(ours, theirs)
    if pairs is None:
        mine = np.flatnonzero(held >= 0)
        pairs = _unique(*_in_cells(ours, theirs), held[mine], mine)
    rows, columns = pairs
    apart = np.zeros(len(rows))
    near = np.ones(len(rows), bool)
    for component in range(mean_a.shape[1]):
        squared = (mean_b[columns, component] - mean_a[rows, component]) ** 2
        share = squared / (half_a[rows, component] ** 2 + half_b[columns, component] ** 2)
        near &= share <= 1.0
        apart += share
    rows, columns, apart = rows[near], columns[near], apart[near]
    few = len(np.unique(rows)) + len(np.unique(columns))
    if len(rows) > MOST_NEAR * few:
        kept = held[columns] == rows
        for one in (rows, columns):
            order = np.lexsort((apart, one))
            place = np.arange(len(order)) - np.searchsorted(one[order], one[order])
            kept[order[place < MOST_NEAR]] = True
        rows, columns = rows[kept], columns[kept]
    order = np.lexsort((columns, rows))
    return rows[order], columns[order]


def _in_line(ours: _Rows, theirs: _Rows) -> Pairs | None:
    """Return the pairs that are near in the first component, nothing if they are too many."""
    order = np.argsort(theirs.mean[:, 0], kind="stable")
    line = theirs.mean[order, 0]
    half: NDArray[np.float64] = ours.half[:, 0] + theirs.half[:, 0].max(initial=0.0)
    first: NDArray[np.int64] = np.searchsorted(line, ours.mean[:, 0] - half, side="left")
    last: NDArray[np.int64] = np.searchsorted(line, ours.mean[:, 0] + half, side="right")
    if int((last - first).sum()) > MOST_IN_LINE * (len(ours.mean) + len(theirs.mean)):
        return None
    rows, columns = _spread(first, last)
    return rows, order[columns]


def _in_cells(ours: _Rows, theirs: _Rows) -> Pairs:
    """Return pairs near in the first two components, of rows that are alike in their reach."""
    none = np.empty(0, np.int64)
    parts: list[Pairs] = [(none, none)]
    sizes_a, sizes_b = (np.ceil(np.log2(each.half[:, :2].max(axis=1))) for each in (ours, theirs))
    for size_b in np.unique(sizes_b):
        columns = np.flatnonzero(sizes_b == size_b)
        for size_a in np.unique(sizes_a):
            rows = np.flatnonzero(sizes_a == size_a)
            found = _cell_by_cell(
                ours.mean[rows], theirs.mean[columns], float(np.exp2(size_a) + np.exp2(size_b))
            )
            parts += [(rows[mine], columns[yours]) for mine, yours in found]
    return _unique(*(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


def _cell_by_cell(
    mean_a: NDArray[np.float64], mean_b: NDArray[np.float64], side: float
) -> list[Pairs]:
    """Return the pairs in the same square cell or in two that touch, of each cell those in line."""
    cell_a, cell_b = (np.floor(mean[:, :2] / side).astype(np.int64) for mean in (mean_a, mean_b))
    east, north = np.unique(cell_b[:, 0]), np.unique(cell_b[:, 1])
    line = np.sort(mean_b[:, 0])
    rank = np.argsort(np.argsort(mean_b[:, 0], kind="stable"), kind="stable")
    at = np.searchsorted(line, mean_a[:, 0])
    size = len(mean_b) + 1
    key = _key(cell_b, east, north)
    order = np.argsort(key * size + rank)
    sorted_key, sorted_both = key[order], (key * size + rank)[order]
    out: list[Pairs] = []
    for step in np.ndindex(3, 3):
        there = _key(cell_a + np.array(step) - 1, east, north)
        first = np.searchsorted(sorted_key, there, side="left")
        last = np.searchsorted(sorted_key, there, side="right")
        middle = np.searchsorted(sorted_both, there * size + at)
        first = np.maximum(first, middle - MOST_IN_CELL // 2)
        last = np.minimum(last, middle + MOST_IN_CELL // 2)
        rows, columns = _spread(first, np.where(there < 0, first, last))
        out.append((rows, order[columns]))
    return out


def _key(
    cells: NDArray[np.int64], east: NDArray[np.int64], north: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return a number for each cell that there is, −1 for others."""
    out = np.zeros(len(cells), np.int64)
    for known, column in ((east, cells[:, 0]), (north, cells[:, 1])):
        at = np.minimum(np.searchsorted(known, column), len(known) - 1)
        out = np.where((out < 0) | (known[at] != column), -1, out * len(known) + at)
    return out


def _spread(first: NDArray[np.int64], last: NDArray[np.int64]) -> Pairs:
    """Return each row with each number from its first to before its last."""
    counts = np.maximum(last - first, 0)
    rows = np.repeat(np.arange(len(first)), counts)
    begins = np.cumsum(counts) - counts
    return rows, np.arange(int(counts.sum())) - np.repeat(begins - first, counts)


def _unique(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    more_rows: NDArray[np.int64] | None = None,
    more_columns: NDArray[np.int64] | None = None,
) -> Pairs:
    if more_rows is not None and more_columns is not None:
        rows, columns = np.r_[rows, more_rows], np.r_[columns, more_columns]
    width = int(columns.max(initial=0)) + 1
    both = np.unique(rows * width + columns)
    return both // width, both % width
