"""What other sensors' silence says of tracks that only one partner tells of.

A track of a partner that nobody else detects is none of the tracker's rows, so that misses do not
reach it there. Each look of another party at its place that finds nothing is as much evidence as
for any other object: r becomes r m / (1 - r + r m), with m the product of 1 - p_D of these looks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.matches import looked_up
from detente.exchange.report import Report
from detente.exchange.rows import Rows, predicted
from detente.sensors import Sensor

_SURE = 1.0 - 1e-9


class Doubt(NamedTuple):
    """Tracks of one partner that nobody else sees.

    Attributes
    ----------
    theirs : (n,) uint64
        The partner's identities, rising.
    log_missed : (n,) float64
        log m of each.
    """

    theirs: NDArray[np.uint64]
    log_missed: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Doubt":
        """Return that there is no doubt."""
        return cls(np.empty(0, np.uint64), np.empty(0))

    def doubted(self, rows: Rows) -> Rows:
        """Return the rows with the existence that is left after the looks of others."""
        missed = np.exp(looked_up(self.theirs, self.log_missed, rows.track_id))
        r = rows.existence
        return rows._replace(existence=r * missed / (1.0 - r * (1.0 - missed)))

    def after(
        self,
        report: Report,
        sensor: Sensor,
        *,
        motion: object,
        time_ns: int,
        matched: NDArray[np.uint64],
    ) -> "Doubt":
        """Return the doubt once a sensor of another party has looked.

        Parameters
        ----------
        report : Report
            The partner's newest tracks.
        sensor : Sensor
            Which looked.
        motion : motion model
            How objects move.
        time_ns : int
            When.
        matched : (k,) uint64
            The partner's tracks that others see too: of them there is no doubt.
        """
        rows = predicted(report, motion, time_ns)
        alone = np.sort(rows.track_id[~np.isin(rows.track_id, matched)])
        order = np.argsort(rows.track_id, kind="stable")
        place = rows.mean[order][np.isin(rows.track_id[order], alone), :2]
        log_missed = looked_up(self.theirs, self.log_missed, alone)
        if sensor.is_scanning and len(alone):
            seen = sensor.probability_at(place, axes=report.axes)
            log_missed = log_missed + np.log1p(-seen.clip(0.0, _SURE))
        return Doubt(alone, log_missed)
