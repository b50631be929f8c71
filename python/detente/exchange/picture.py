"""The picture: a party's own tracks and what partners released, each object once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detente.association import assign
from detente.errors import TimeOrderError
from detente.exchange.instant import NS_PER_S, text_from_time_ns
from detente.exchange.report import Report
from detente.fuse import covariance_intersection

OWN, PARTNER, BOTH = "own", "partner", "both"

# Chi-square, 99.9 %, for 1 to 9 degrees of freedom: farther apart, two tracks are two objects.
_GATE: tuple[float, ...] = (10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877)


class Motion(Protocol):
    """What a motion model must offer."""

    def transition(self, dt_s: float) -> NDArray[np.float64]:
        """Return F(Δt)."""
        ...

    def noise(self, dt_s: float) -> NDArray[np.float64]:
        """Return Q(Δt)."""
        ...


@dataclass(frozen=True)
class Picture:
    """What one party knows at one moment. Nobody releases it.

    Attributes
    ----------
    time_ns : int
        The moment [ns since 1970-01-01 UTC].
    track_id : (n,) uint64
        The party's own identity of a track; the partner's where the party has none.
    partner_id : (n,) uint64
        The partner's identity of a track, 0 where no partner has it.
    mean : (n, d) float64
        Positions [m], then velocities [m/s], in the common local frame.
    cov : (n, d, d) float64
        Symmetric, positive definite.
    existence : (n,) float64
        Probability that there is such an object.
    origin : (n,) str
        ``"own"``, ``"partner"`` or, fused of the two, ``"both"``.
    """

    time_ns: int
    track_id: NDArray[np.uint64]
    partner_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    existence: NDArray[np.float64]
    origin: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.track_id)


def fuse_reports(
    own: Report, partners: Sequence[Report], *, motion: Motion, time_ns: int
) -> Picture:
    """Return the picture of the newest own report and the newest report of each partner.

    All are predicted to one moment. A partner's track and one of the picture that can be the same
    object (Mahalanobis distance within 99.9 %) are paired at the least total distance and fused
    by covariance intersection, since how much the two have in common is unknown; the fused
    existence is the greater one. Partners are folded in by name, so their order does not matter.

    Parameters
    ----------
    own : Report
        What the party's own sensors say.
    partners : sequence of Report
        One for each partner: the newest replaces the ones before it, tracks are never added up.
    motion : Motion
        How objects move.
    time_ns : int
        The moment of the picture, not before any of the reports.

    Returns
    -------
    Picture

    Raises
    ------
    TimeOrderError
        A report is later than the picture.

    References
    ----------
    Julier and Uhlmann, *A non-divergent estimation algorithm in the presence of unknown
    correlations*, American Control Conference, 1997.
    """
    mean, cov = _predicted(own, motion, time_ns)
    picture = Picture(
        time_ns,
        own.track_id,
        np.zeros(len(own), np.uint64),
        mean,
        cov,
        own.existence,
        np.full(len(own), OWN, dtype="U7"),
    )
    for report in sorted(partners, key=lambda report: report.origin):
        picture = _with_partner(picture, report, motion)
    return picture


def _with_partner(picture: Picture, report: Report, motion: Motion) -> Picture:
    """Return the picture with one partner's tracks: paired ones fused, the others added."""
    mean, cov = _predicted(report, motion, picture.time_ns)
    pair = _pairs(picture.mean, picture.cov, mean, cov)
    ours = np.flatnonzero(pair >= 0)
    theirs = pair[ours]
    fused = covariance_intersection(
        picture.mean[ours], picture.cov[ours], mean[theirs], cov[theirs]
    )
    kept_mean, kept_cov = picture.mean.copy(), picture.cov.copy()
    kept_mean[ours], kept_cov[ours] = fused.mean, fused.cov
    existence, origin = picture.existence.copy(), picture.origin.copy()
    existence[ours] = np.maximum(existence[ours], report.existence[theirs])
    origin[ours] = np.where(origin[ours] == PARTNER, PARTNER, BOTH)
    partner_id = picture.partner_id.copy()
    partner_id[ours] = report.track_id[theirs]
    new = np.setdiff1d(np.arange(len(report)), theirs)
    return Picture(
        picture.time_ns,
        np.concatenate([picture.track_id, report.track_id[new]]),
        np.concatenate([partner_id, report.track_id[new]]),
        np.concatenate([kept_mean, mean[new]]),
        np.concatenate([kept_cov, cov[new]]),
        np.concatenate([existence, report.existence[new]]),
        np.concatenate([origin, np.full(len(new), PARTNER, dtype="U7")]),
    )


def _predicted(
    report: Report, motion: Motion, time_ns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means and covariances at a later moment."""
    if report.time_ns > time_ns:
        raise TimeOrderError(
            f"the report of {report.origin!r} is dated {text_from_time_ns(report.time_ns)}, later "
            f"than the picture of {text_from_time_ns(time_ns)}"
        )
    dt_s = (time_ns - report.time_ns) / NS_PER_S
    transition, noise = motion.transition(dt_s), motion.noise(dt_s)
    return report.mean @ transition.T, transition @ report.cov @ transition.T + noise


def _pairs(
    mean_a: NDArray[np.float64],
    cov_a: NDArray[np.float64],
    mean_b: NDArray[np.float64],
    cov_b: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Return for each row of a the row of b that is the same object, −1 for none."""
    gap: NDArray[np.float64] = mean_b[None] - mean_a[:, None]
    spread = cov_a[:, None] + cov_b[None]
    distance: NDArray[np.float64] = np.einsum(
        "abi,abi->ab", gap, np.linalg.solve(spread, gap[..., None])[..., 0]
    )
    gate = _GATE[int(mean_a.shape[1]) - 1]
    rows, columns = np.nonzero(distance < gate)
    indptr = np.searchsorted(rows, np.arange(len(mean_a) + 1))
    return assign(indptr, columns, distance[rows, columns], miss_cost=gate).column
