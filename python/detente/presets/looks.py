"""Looks set right before they are tracked: late clocks, and looks that repeat an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def used_rows(rows: Table, scans: Table | None, every_s: Mapping[str, float]) -> NDArray[np.int64]:
    """Return the rows of detections, or of the scans themselves, that are used.

    Of a sensor named in `every_s` the first look is used and then each that is at least so long
    after the one used before [s].
    """
    used = np.ones(len(rows), np.bool_)
    if scans is not None:
        for name, least_s in every_s.items():
            times_s = np.unique(scans["time_s"][scans["sensor"] == name])
            kept: list[float] = []
            while len(times_s):
                kept.append(float(times_s[0]))
                times_s = times_s[np.searchsorted(times_s, kept[-1] + least_s) :]
            used &= (rows["sensor"] != name) | np.isin(rows["time_s"], kept)
    return np.flatnonzero(used)


def on_time(rows: Table, delay_s: Mapping[str, float]) -> Table:
    """Return rows with the delay of their sensor taken off their times."""
    time_s = rows["time_s"]
    for name, late_s in delay_s.items():
        time_s = np.where(rows["sensor"] == name, time_s - late_s, time_s)
    return Table({**rows.columns, "time_s": time_s})
