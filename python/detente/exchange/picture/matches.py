"""Which track of a partner is which of the picture, remembered from one report to the next."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente import _core
from detente.association import assign
from detente.exchange.picture.candidates import HELD, candidates
from detente.exchange.picture.snapshot import Break
from detente.exchange.report.lookup import looked_up

_GATE = 0.999  # of tracks that may be one object


class Matches(NamedTuple):
    """Tracks of one partner with what they are matched with.

    Attributes
    ----------
    theirs : (n,) uint64
        The partner's identities, rising.
    ours : (n,) uint64
        The picture's.
    """

    theirs: NDArray[np.uint64]
    ours: NDArray[np.uint64]

    @classmethod
    def none(cls) -> "Matches":
        """Return that nothing is matched."""
        return cls(np.empty(0, np.uint64), np.empty(0, np.uint64))

    def of(self, theirs: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return what the given tracks of the partner are matched with, zero for nothing."""
        return looked_up(self.theirs, self.ours, theirs)

    def named(self, ours: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return which track of the partner the given ones of the picture are, zero for none."""
        order = np.argsort(self.ours, kind="stable")
        return looked_up(self.ours[order], self.theirs[order], ours)

    def after(
        self, theirs: NDArray[np.uint64], ours: NDArray[np.uint64], *, time_ns: int, origin: str
    ) -> tuple["Matches", tuple[Break, ...]]:
        """Return the matches once these are known too, and those that did not hold.

        A track of the picture has one of the partner at most: the latest. Where a partner's track
        speaks for several of the picture, it stays with the one it had, or goes to the oldest.
        """
        before = self.of(theirs)
        order = np.lexsort((before != ours, theirs))
        first = np.r_[True, theirs[order][1:] != theirs[order][:-1]][: len(order)]
        one = np.sort(order[first])
        theirs, ours, before = theirs[one], ours[one], before[one]
        broken = np.flatnonzero((before != 0) & (before != ours))
        breaks = tuple(
            Break(time_ns, origin, int(theirs[row]), int(before[row]), int(ours[row]))
            for row in broken.tolist()
        )
        return self.without(theirs).joined(theirs, ours), breaks

    def without(self, theirs: NDArray[np.uint64]) -> "Matches":
        """Return the matches of other tracks of the partner."""
        stays = ~np.isin(self.theirs, theirs)
        return Matches(self.theirs[stays], self.ours[stays])

    def joined(self, theirs: NDArray[np.uint64], ours: NDArray[np.uint64]) -> "Matches":
        """Return these and others, of a track of the picture the others."""
        stays = ~np.isin(self.ours, ours)
        all_theirs = np.concatenate([self.theirs[stays], theirs])
        all_ours = np.concatenate([self.ours[stays], ours])
        order = np.argsort(all_theirs, kind="stable")
        return Matches(all_theirs[order], all_ours[order])

    def among(self, ours: NDArray[np.uint64]) -> "Matches":
        """Return the matches with tracks that still live."""
        lives = np.isin(self.ours, ours)
        return self if lives.all() else Matches(self.theirs[lives], self.ours[lives])


def paired(
    mean_a: NDArray[np.float64],
    cov_a: NDArray[np.float64],
    mean_b: NDArray[np.float64],
    cov_b: NDArray[np.float64],
    held: NDArray[np.int64],
    *,
    switch_probability: float,
) -> NDArray[np.int64]:
    """Return for each row of b the row of a that is the same object, −1 for none.

    The cost of a pair is its squared Mahalanobis distance plus log |S|, twice the negative
    log-likelihood. A pair that held until now (`held`, −1 for none) costs less by 2 log (1 - ε) / ε
    with ε the `switch_probability`, so that it stays until the evidence outweighs that.
    """
    rows, columns, distance, log_volume = _near(mean_a, cov_a, mean_b, cov_b, held)
    dim = float(mean_a.shape[1])
    was = held[columns] == rows
    gate = _core.chi_square_quantile(_GATE, dim)
    may = distance < np.where(was, _core.chi_square_quantile(HELD, dim), gate)
    rows, columns, was = rows[may], columns[may], was[may]
    bonus = 2.0 * np.log((1.0 - switch_probability) / switch_probability)
    cost = (distance + log_volume)[may] - bonus * was
    if not len(cost):
        return np.full(len(mean_b), -1)
    # whatever may be one object is one: a miss costs more than any pair
    spread = float(cost.max() - cost.min())
    indptr = np.searchsorted(rows, np.arange(len(mean_a) + 1))
    column = assign(indptr, columns, cost - cost.min(), miss_cost=spread + 1.0).column
    out = np.full(len(mean_b), -1)
    ours = np.flatnonzero(column >= 0)
    out[column[ours]] = ours
    return out


def _near(
    mean_a: NDArray[np.float64],
    cov_a: NDArray[np.float64],
    mean_b: NDArray[np.float64],
    cov_b: NDArray[np.float64],
    held: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairs that are near in every component, their distances and log |S|."""
    rows, columns = candidates(mean_a, cov_a, mean_b, cov_b, held)
    gap = mean_b[columns] - mean_a[rows]
    spread = cov_a[rows] + cov_b[columns]
    whitened = np.linalg.solve(spread, gap[..., None])[..., 0] if len(rows) else gap
    distance: NDArray[np.float64] = np.einsum("ki,ki->k", gap, whitened)
    log_volume = np.linalg.slogdet(spread)[1] if len(rows) else np.empty(0)
    return rows, columns, distance, log_volume
