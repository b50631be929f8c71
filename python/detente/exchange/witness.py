"""What other parties' sensors say of tracks that only one partner tells of.

A track of a partner that nobody else follows is none of the tracker's rows, so that what others see
there, or do not see, does not reach it. Each of their looks says of it what it says of any object
alone in clutter of the density λ: L = 1 - q + q Σ N(z; ẑ, S) / λ over the detections z, with q the
probability that it is seen; and r becomes r L / (1 - r + r L).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.matches import looked_up
from detente.exchange.projected import projected, wrapped
from detente.exchange.reading import Reading
from detente.exchange.report import Report
from detente.exchange.rows import Rows, predicted
from detente.sensors import Sensor
from detente.tracking import Told

_LEAST = 1e-30


class Witness(NamedTuple):
    """Tracks of one partner that nobody else follows.

    Attributes
    ----------
    theirs : (n,) uint64
        The partner's identities, rising.
    log_ratio : (n,) float64
        log Π L of each, over the looks of others since it was first told of.
    """

    theirs: NDArray[np.uint64]
    log_ratio: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Witness":
        """Return that nobody has looked."""
        return cls(np.empty(0, np.uint64), np.empty(0))

    def heard(self, rows: Rows) -> Rows:
        """Return the rows with the existence that is left after the looks of others."""
        ratio = np.exp(looked_up(self.theirs, self.log_ratio, rows.track_id).clip(-700.0, 700.0))
        r = rows.existence
        return rows._replace(existence=r * ratio / (1.0 - r + r * ratio))

    def after(
        self,
        report: Report,
        scan: Reading,
        *,
        motion: object,
        time_ns: int,
        matched: NDArray[np.uint64],
    ) -> "Witness":
        """Return what is known once a sensor of another party has looked.

        Parameters
        ----------
        report : Report
            The partner's newest tracks.
        scan : Reading
            What the other party saw.
        motion : motion model
            How objects move.
        time_ns : int
            When.
        matched : (k,) uint64
            The partner's tracks that others follow too: the tracker judges them.
        """
        rows = predicted(report, motion, time_ns)
        order = np.argsort(rows.track_id, kind="stable")
        alone = order[~np.isin(rows.track_id[order], matched)]
        theirs = rows.track_id[alone]
        log_ratio = looked_up(self.theirs, self.log_ratio, theirs)
        if scan.sensor.is_scanning and len(alone):
            ratio = _ratio(scan, rows.mean[alone], rows.cov[alone], axes=report.axes)
            log_ratio = log_ratio + np.log(ratio.clip(_LEAST))
        return Witness(theirs, log_ratio)


def _ratio(
    scan: Reading, mean: NDArray[np.float64], cov: NDArray[np.float64], *, axes: int
) -> NDArray[np.float64]:
    """Return L of each row, (n,)."""
    sensor = scan.sensor
    seen = sensor.probability_at(mean[:, :2], axes=axes)
    if isinstance(scan.told, Told):
        z, noise, clutter = scan.told.measurement, scan.told.noise, scan.told.clutter_density
    else:
        z = scan.told
        noise = sensor.noise(axes)[None] if scan.noise is None else scan.noise
        clutter = np.broadcast_to(_clutter(sensor, mean, axes)[:, None], (len(mean), len(z)))
    if not len(z):
        return 1.0 - seen
    seen_there = projected(sensor, mean, cov, axes=axes)
    off = wrapped(sensor, z[None] - seen_there.expected[:, None])
    s = seen_there.spread(cov)[:, None] + noise[None]
    squared = np.einsum("nmi,nmi->nm", off, np.linalg.solve(s, off[..., None])[..., 0])
    log_density = -0.5 * (squared + np.linalg.slogdet(2.0 * np.pi * s)[1])
    found: NDArray[np.float64] = np.sum(np.exp(log_density) / np.maximum(clutter, _LEAST), axis=1)
    return 1.0 - seen + seen * found


def _clutter(sensor: Sensor, mean: NDArray[np.float64], axes: int) -> NDArray[np.float64]:
    return sensor.clutter_at(mean[:, :2], axes=axes)
