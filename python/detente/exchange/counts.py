"""Counts as people read them: where the cells are, and totals that tell nothing more."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core
from detente.errors import SettingError
from detente.exchange.report import Report


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
        One of them is below the threshold: with the others, the total would tell it. Or a report
        of another kind.
    """
    if report.kind != "counts":
        raise SettingError(f"totals are for reports of counts, found {report.kind}")
    count = report["count"] if cells is None else report["count"][np.asarray(cells)]
    return _core.count_total(count)
