"""The newest tracks of partners, fused with what the picture knows when somebody looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.exchange.picture.matches import Matches, paired
from detente.exchange.picture.rows import Rows, predicted
from detente.exchange.picture.snapshot import Break
from detente.exchange.picture.witness import Witness
from detente.exchange.report.lookup import places
from detente.exchange.report.report import Report
from detente.fuse import covariance_intersection
from detente.tracks import Tracks

_LIKELY = 0.1  # a row less likely than this, mostly clutter, is no match for a partner's track


@dataclass(frozen=True)
class Combined:
    """The picture's tracks and those of partners.

    Attributes
    ----------
    rows : Rows
        Each object once.
    theirs : mapping of str to (n,) uint64
        Each partner's identity of a row, zero where it has none.
    matches : mapping of str to Matches
        Which tracks of partners are which of the picture.
    breaks : tuple of Break
        Matches that held no longer.
    """

    rows: Rows
    theirs: Mapping[str, NDArray[np.uint64]]
    matches: Mapping[str, Matches]
    breaks: tuple[Break, ...]


def combined(
    tracks: Tracks,
    newest: Sequence[Report],
    *,
    matches: Mapping[str, Matches],
    witnesses: Mapping[str, Witness],
    motion: object,
    survival_per_s: float,
    time_ns: int,
    switch_probability: float,
) -> Combined:
    """Return the picture's own tracks with the newest tracks of each partner.

    All are predicted to one moment. A track of a partner and one of the picture that can be the
    same object are paired at the least total cost, remembered pairs first, and fused by covariance
    intersection, since how much the two have in common is unknown; the fused existence is the
    greater of ours and what is left of the partner's (`Witness`). Partners are folded in by name,
    so their order does not matter.

    Parameters
    ----------
    tracks : Tracks
        What detections and tracklets say, at that moment.
    newest : sequence of Report
        Tracks, one report for each partner.
    matches : mapping of str to Matches
        What was matched until now.
    witnesses : mapping of str to Witness
        Whether the tracks of each partner exist.
    motion : motion model
        How objects move.
    survival_per_s : float
        The probability that an object lives on for a second.
    time_ns : int
        The moment.
    switch_probability : float
        As `Picture` has it.
    """
    rows = Rows(tracks.id, tracks.mean, tracks.cov, tracks.existence)
    theirs = {origin: match.named(rows.track_id) for origin, match in matches.items()}
    matches = dict(matches)
    breaks: list[Break] = []
    for report in newest:
        origin = report.origin
        known = matches.get(origin, Matches.none())
        partner = witnesses[origin].heard(
            predicted(report, motion, time_ns), time_ns=time_ns, survival_per_s=survival_per_s
        )
        held = places(known.of(partner.track_id), rows.track_id)
        pair = _paired(rows, partner, held, switch_probability)
        is_ours = pair >= 0
        ours = partner.track_id.copy()
        ours[is_ours] = rows.track_id[pair[is_ours]]
        broken = (held >= 0) & (held != pair)
        breaks.extend(
            Break(time_ns, origin, int(partner.track_id[row]), int(before), int(ours[row]))
            for row, before in zip(
                np.flatnonzero(broken).tolist(), rows.track_id[held[broken]].tolist(), strict=True
            )
        )
        matches[origin] = known.without(partner.track_id).joined(
            partner.track_id[is_ours], ours[is_ours]
        )
        named = theirs.get(origin, np.zeros(len(rows.track_id), np.uint64))
        named[pair[is_ours]] = partner.track_id[is_ours]
        theirs[origin] = named
        rows = _fused(rows, partner, pair)
        for name, ids in theirs.items():
            new = partner.track_id[~is_ours]
            more = new if name == origin else np.zeros(len(new), np.uint64)
            theirs[name] = np.concatenate([ids, more])
    return Combined(rows, theirs, matches, tuple(breaks))


def _paired(
    rows: Rows, partner: Rows, held: NDArray[np.int64], switch_probability: float
) -> NDArray[np.int64]:
    """Return which row each of the partner's is, −1 for none; hardly likely rows stay out of it."""
    may = rows.existence >= _LIKELY
    may[held[held >= 0]] = True
    among = np.flatnonzero(may)
    now = places(np.where(held >= 0, held, -1).astype(np.uint64), among.astype(np.uint64))
    pair = paired(
        rows.mean[among],
        rows.cov[among],
        partner.mean,
        partner.cov,
        now,
        switch_probability=switch_probability,
    )
    return np.where(pair >= 0, among[pair], -1) if len(among) else pair


def _fused(rows: Rows, partner: Rows, pair: NDArray[np.int64]) -> Rows:
    """Return the rows with a partner's: paired ones fused, the others added."""
    is_ours = pair >= 0
    ours = pair[is_ours]
    fused = covariance_intersection(
        rows.mean[ours], rows.cov[ours], partner.mean[is_ours], partner.cov[is_ours]
    )
    mean, cov, existence = rows.mean.copy(), rows.cov.copy(), rows.existence.copy()
    mean[ours], cov[ours] = fused.mean, fused.cov
    existence[ours] = np.maximum(existence[ours], partner.existence[is_ours])
    new = ~is_ours
    return Rows(
        np.concatenate([rows.track_id, partner.track_id[new]]),
        np.concatenate([mean, partner.mean[new]]),
        np.concatenate([cov, partner.cov[new]]),
        np.concatenate([existence, partner.existence[new]]),
    )
