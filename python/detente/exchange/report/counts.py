"""Counts as people read them: where the cells are, and totals that tell nothing more."""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.checks import shown
from detente.errors import SettingError
from detente.exchange.report.report import Report
from detente.exchange.values.given import instance


def grid_cells(report: Report) -> NDArray[np.float64]:
    """Return where the cells of a report of counts are.

    Parameters
    ----------
    report : Report
        Of kind counts.

    Returns
    -------
    (n, 4) float64
        South, west, north, east of each cell [°].

    Raises
    ------
    SettingError
        A report of another kind.
    """
    instance("report", report, Report)
    if report.kind != "counts" or report.grid_level is None:
        raise SettingError(f"cells belong to a report of counts, found {report.kind}")
    return _core.cell_bounds(report.grid_level, report["cell"].tolist())


def count_total(report: Report, cells: ArrayLike | None = None) -> float:
    """Return the sum of the counts of some cells.

    Parameters
    ----------
    report : Report
        Of kind counts.
    cells : (n,) bool or (m,) int array_like, optional
        Which rows; by default all.

    Raises
    ------
    SettingError
        One of them is below the threshold: with the others, the total would tell it. Or there is
        no such cell, or a report of another kind.
    """
    instance("report", report, Report)
    if report.kind != "counts":
        raise SettingError(f"totals are for reports of counts, found {report.kind}")
    count = report["count"]
    return _core.count_total(count if cells is None else count[_rows(cells, len(count))])


def _rows(cells: object, there: int) -> NDArray[np.intp]:
    """Return the numbers of rows that flags or numbers name."""
    try:
        rows = np.empty((0, 0)) if isinstance(cells, np.ma.MaskedArray) else np.asarray(cells)
    except ValueError:  # lists of different lengths
        rows = np.empty((0, 0))
    if rows.shape == (0,):
        return rows.astype(np.intp)
    if rows.shape == (there,) and rows.dtype.kind == "b":
        return np.flatnonzero(rows)
    if rows.ndim == 1 and rows.dtype.kind in "iu" and -there <= rows.min() <= rows.max() < there:
        return rows.astype(np.intp)
    found = shown(cast("object", cells))
    raise SettingError(
        f"cells must be numbers of rows below {there}, or {there} flags, found {found}"
    )
