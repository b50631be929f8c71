"""Whether the tracks of a partner exist, by what it says and by what others' looks say of them.

A track of a partner is none of the tracker's rows, so that what others see there, or do not see,
does not reach it. Here its existence ρ goes through a filter of its own, in which both count once:

- time: ρ becomes s^Δt ρ with the tracker's survival s, and the existence r that the partner told
  of last becomes s^Δt r, as it would if the partner had not looked since;
- a report of r': what is new in it, o(r') / o(s^Δt r) with the odds o, multiplies the odds of ρ.
  So a report of equal existence never lowers ρ; the first one sets it to r';
- a look of another party says what it says of any object alone in clutter of the density λ:
  L = 1 - q + q Σ N(z; ẑ, S) / λ over the detections z, with q the probability that it is seen.
  L multiplies the odds.

This is Bayes' rule with two sources that are independent given the object, as in Mušicki, Evans and
Stanković, *Integrated probabilistic data association*, IEEE Trans. Automatic Control 39, 1994.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.local.projected import projected, wrapped
from detente.exchange.picture.reading import Reading
from detente.exchange.picture.rows import Rows
from detente.exchange.report.lookup import places
from detente.exchange.report.report import Report
from detente.exchange.values.instant import NS_PER_S
from detente.sensors import Sensor
from detente.tracks import Told

_LEAST = 1e-30
_SURE = 36.0  # log-odds of an existence that rounds to 1
_FORGOTTEN = -11.5  # log-odds at which the tracker forgets a track: nothing refutes one further


class Witness(NamedTuple):
    """The tracks that one partner told of lately.

    Attributes
    ----------
    time_ns : int
        When it was last told of, or looked at, by anybody.
    theirs : (n,) uint64
        The partner's identities, rising.
    told_ns : (n,) int64
        When the partner told of each last.
    told : (n,) float64
        Log-odds of what it told, at `time_ns`.
    exists : (n,) float64
        Log-odds of ρ at `time_ns`.
    """

    time_ns: int
    theirs: NDArray[np.uint64]
    told_ns: NDArray[np.int64]
    told: NDArray[np.float64]
    exists: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Witness":
        """Return that nothing was told of."""
        return cls(0, np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0), np.empty(0))

    def at(self, time_ns: int, survival_per_s: float) -> "Witness":
        """Return what is left at a later time of which nobody says anything."""
        log_lives = (time_ns - self.time_ns) / NS_PER_S * float(np.log(survival_per_s))
        return self._replace(
            time_ns=time_ns,
            told=_survived(self.told, log_lives),
            exists=_survived(self.exists, log_lives),
        )

    def told_again(self, report: Report, *, survival_per_s: float, most_age_ns: int) -> "Witness":
        """Return what is known once the partner has told of its tracks again.

        A track that it does not tell of is remembered for the longest age of a report: when it is
        told of again, what was seen until then still counts.
        """
        theirs, first = np.unique(report.track_id, return_index=True)
        told = _log_odds(report["existence"][first])
        before = self.at(report.time_ns, survival_per_s)
        row = places(theirs, before.theirs)
        old = row >= 0
        exists = told.copy()
        exists[old] += before.exists[row[old]] - before.told[row[old]]
        silent = ~np.isin(before.theirs, theirs) & (report.time_ns - before.told_ns <= most_age_ns)
        all_theirs = np.concatenate([theirs, before.theirs[silent]])
        order = np.argsort(all_theirs, kind="stable")
        told_ns = np.full(len(theirs), report.time_ns)
        return Witness(
            report.time_ns,
            all_theirs[order],
            np.concatenate([told_ns, before.told_ns[silent]])[order],
            np.concatenate([told, before.told[silent]])[order],
            np.concatenate([exists, before.exists[silent]])[order].clip(_FORGOTTEN, _SURE),
        )

    def after(
        self, rows: Rows, scan: Reading, *, time_ns: int, survival_per_s: float, axes: int
    ) -> "Witness":
        """Return what is known once a sensor of another party has looked.

        Parameters
        ----------
        rows : Rows
            The partner's newest tracks at that moment.
        scan : Reading
            What the other party saw.
        time_ns : int
            When.
        survival_per_s : float
            Of the tracker.
        axes : int
            Of space.
        """
        out = self.at(time_ns, survival_per_s)
        if not (scan.sensor.is_scanning and len(rows.track_id)):
            return out
        row = places(rows.track_id, out.theirs)
        ratio = _ratio(scan, rows.mean, rows.cov, axes=axes)
        exists = out.exists.copy()
        exists[row] = (exists[row] + np.log(ratio.clip(_LEAST))).clip(_FORGOTTEN, _SURE)
        return out._replace(exists=exists)

    def heard(self, rows: Rows, *, time_ns: int, survival_per_s: float) -> Rows:
        """Return the partner's tracks at a later time with what is left of their existence."""
        left = self.at(time_ns, survival_per_s)
        exists = left.exists[places(rows.track_id, left.theirs)]
        return rows._replace(existence=1.0 / (1.0 + np.exp(-exists)))


def _log_odds(existence: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        odds = np.log(existence) - np.log1p(-existence)
    return odds.clip(-_SURE, _SURE)


def _survived(log_odds: NDArray[np.float64], log_lives: float) -> NDArray[np.float64]:
    """Return the log-odds of s r: o s / (1 + o (1 - s)), where r has the odds o."""
    with np.errstate(divide="ignore"):
        log_dies = np.log(-np.expm1(log_lives))
    out: NDArray[np.float64] = log_odds + log_lives - np.logaddexp(0.0, log_odds + log_dies)
    return out


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
