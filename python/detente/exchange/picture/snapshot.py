"""What a picture shows at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.exchange.report.report import Report
from detente.exchange.values.instant import text_from_time_ns


class Unusable(NamedTuple):
    """A report that the picture cannot use, and why."""

    report: Report
    reason: str


@dataclass(frozen=True)
class Break:
    """A match between a partner's track and one of the picture that held no longer.

    Attributes
    ----------
    time_ns : int
        When the evidence said otherwise [ns since 1970-01-01 UTC].
    origin : str
        Whose track.
    theirs : int
        The partner's identity of it.
    before, after : int
        The picture's identity of what it was matched with, and of what it is.
    """

    time_ns: int
    origin: str
    theirs: int
    before: int
    after: int


@dataclass(frozen=True)
class TrackEnd:
    """A track that was believed in and no longer is.

    Attributes
    ----------
    time_ns : int
        When its existence fell below 0.5 [ns since 1970-01-01 UTC].
    track_id : int
        The picture's identity of it.
    log_odds : mapping of str to float
        How much each party's scans since its last detection took from the log-odds of its
        existence, all negative; under ``""`` what the time took in which objects end by themselves.
    """

    time_ns: int
    track_id: int
    log_odds: Mapping[str, float]

    @property
    def decided_by(self) -> str:
        """The party whose evidence weighed most; empty if it was time alone."""
        parties = [origin for origin in self.log_odds if origin]
        return min(parties, key=lambda origin: (self.log_odds[origin], origin), default="")

    @property
    def text(self) -> str:
        """The same in a sentence."""
        weighed = sorted(self.log_odds.items(), key=lambda item: (item[1], item[0]))
        parts = [f"{origin or 'time'} {-taken:.1f}" for origin, taken in weighed]
        return (
            f"Track {self.track_id} ended at {text_from_time_ns(self.time_ns)}; its log-odds lost "
            f"by {', by '.join(parts)}."
        )


@dataclass(frozen=True)
class Snapshot:
    """What one party knows at one moment. Nobody releases it.

    Attributes
    ----------
    time_ns : int
        The moment [ns since 1970-01-01 UTC].
    track_id : (n,) uint64
        The picture's identities; of an object that only a partner's tracks tell of, the partner's.
    mean : (n, d) float64
        Positions [m], then velocities [m/s], in the common local frame.
    cov : (n, d, d) float64
        Symmetric, positive definite.
    existence : (n,) float64
        Probability that there is such an object.
    theirs : mapping of str to (n,) uint64
        For each party that said anything, its own identity of the object, zero where it named none.
    seen_by : mapping of str to (n,) bool
        For each party, whether its sensors contributed to the row.
    breaks : tuple of Break
        Matches that did not hold, the earliest first.
    ends : tuple of TrackEnd
        Objects that are no longer believed in, the earliest first, and whose evidence decided it.
    set_aside : tuple of Unusable
        Reports with which nothing could be computed beside the others, and why.
    """

    time_ns: int
    track_id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    existence: NDArray[np.float64]
    theirs: Mapping[str, NDArray[np.uint64]]
    seen_by: Mapping[str, NDArray[np.bool_]]
    breaks: tuple[Break, ...] = ()
    ends: tuple[TrackEnd, ...] = ()
    set_aside: tuple[Unusable, ...] = ()

    def __len__(self) -> int:
        return len(self.track_id)

    def confirmed(self, threshold: float = 0.5) -> "Snapshot":
        """Return the objects that exist with at least this probability."""
        return self[self.existence >= threshold]

    def origin(self, party: str) -> NDArray[np.str_]:
        """Return for each row whether its sensors saw it: "own", "partner", or "both", (n,)."""
        none = np.zeros(len(self), bool)
        own = self.seen_by.get(party, none)
        others = [seen for name, seen in self.seen_by.items() if name != party]
        partner = np.logical_or.reduce(others) if others else none
        return np.where(own & partner, "both", np.where(own, "own", "partner"))

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Snapshot":
        """Return the given rows: a mask, an array of indices or a slice."""
        return Snapshot(
            self.time_ns,
            self.track_id[rows],
            self.mean[rows],
            self.cov[rows],
            self.existence[rows],
            {origin: ids[rows] for origin, ids in self.theirs.items()},
            {origin: seen[rows] for origin, seen in self.seen_by.items()},
            self.breaks,
            self.ends,
            self.set_aside,
        )
