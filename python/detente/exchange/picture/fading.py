"""Fading: whose evidence took an object of a picture, scan by scan, since it was last detected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detente.exchange.picture.snapshot import TrackEnd
from detente.exchange.report.lookup import places
from detente.tracks import Tracks

_BELIEVED = 0.5
_LEAST = 1e-12  # of an existence or its complement, so that its log-odds are finite


@dataclass(frozen=True)
class Fading:
    """What was taken from each track since its last detection.

    Attributes
    ----------
    track_id : (n,) uint64
    existence : (n,) float64
        After the latest scan.
    was_believed : (n,) bool
        Whether its existence was 0.5 or more when it was last detected.
    taken : mapping of str to (n,) float64
        Changes of the log-odds by party, under ``""`` by time.
    """

    track_id: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    existence: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    was_believed: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    taken: Mapping[str, NDArray[np.float64]] = field(default_factory=dict[str, NDArray[np.float64]])

    def after(
        self, tracks: Tracks, *, origin: str, survival: float, erases: bool, time_ns: int
    ) -> tuple["Fading", tuple[TrackEnd, ...]]:
        """Return what is taken once a scan is known too, and the tracks that it ended.

        Parameters
        ----------
        tracks : Tracks
            As they are after the scan.
        origin : str
            Whose scan it was.
        survival : float
            The probability that an object lives on from the scan before to this one.
        erases : bool
            Whether one miss of this scan is enough to forget a track that was believed in. If not,
            one that is gone was united with another and has not ended.
        time_ns : int
            When it looked [ns since 1970-01-01 UTC].
        """
        rows = places(tracks.id, self.track_id)
        old = rows >= 0
        gone = np.ones(len(self.track_id), bool)
        gone[rows[old]] = False
        predicted = self.existence * survival
        aged = _log_odds(predicted) - _log_odds(self.existence)
        seen = tracks.detection_index >= 0
        taken: dict[str, NDArray[np.float64]] = {}
        for name in {*self.taken, origin, ""}:
            before = self.taken.get(name, np.zeros(len(self.track_id)))
            column = np.zeros(len(tracks))
            column[old] = before[rows[old]] + (aged[rows[old]] if not name else 0.0)
            if name == origin:
                column[old] += _log_odds(tracks.existence[old]) - _log_odds(predicted[rows[old]])
            taken[name] = np.where(seen, 0.0, column)
        believed = tracks.existence >= _BELIEVED
        was_believed = believed.copy()
        was_believed[old] |= self.was_believed[rows[old]] & ~seen[old]
        ends = np.flatnonzero(was_believed & ~believed)
        ended = [
            TrackEnd(time_ns, int(tracks.id[row]), _losses(taken, int(row)))
            for row in ends.tolist()
        ]
        was_believed[ends] = False
        if erases:
            nothing = _log_odds(np.zeros(1))[0]
            for row in np.flatnonzero(gone & self.was_believed).tolist():
                lost = _losses(self.taken, row)
                lost[""] = lost.get("", 0.0) + float(aged[row])
                left = float(_log_odds(predicted[row : row + 1])[0])
                lost[origin] = lost.get(origin, 0.0) + float(nothing) - left
                ended.append(TrackEnd(time_ns, int(self.track_id[row]), lost))
        return Fading(tracks.id, tracks.existence, was_believed, taken), tuple(ended)


def _log_odds(existence: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(existence.clip(_LEAST)) - np.log((1.0 - existence).clip(_LEAST))


def _losses(taken: Mapping[str, NDArray[np.float64]], row: int) -> dict[str, float]:
    """Return what was taken from a track, by party; not what was given."""
    return {name: float(column[row]) for name, column in taken.items() if column[row] < 0.0}
