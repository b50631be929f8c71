"""The run: two parties watch, exchange what is agreed, and are scored against truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente import metrics
from detente.births import Birth
from detente.demo import scene
from detente.demo.story import RECIPIENT, SENDER, WATCH_S, watch_starts_ns
from detente.exchange import Offer, Party, Report, Snapshot, State
from detente.exchange.agreement.offer import Message
from detente.exchange.values.instant import NS_PER_S
from detente.tracking import Tracker

NAMES = (SENDER, RECIPIENT)
CUTOFF_M = 300.0
SETTLED_S = 120.0


@dataclass(frozen=True)
class Score:
    """What one party knew in one watch.

    Attributes
    ----------
    own_objects, picture_objects : float
        Objects that its own tracks hold, and that its picture holds, on average.
    partner_only_objects : float
        Objects that the partner's own tracks hold and its own do not, on average.
    alone_gospa_m, picture_gospa_m : float
        Error of its own tracks and of its picture against all that both sensors cover [m].
    rows_received, bytes_received : int
        What the partner handed over.
    """

    own_objects: float
    picture_objects: float
    partner_only_objects: float
    alone_gospa_m: float
    picture_gospa_m: float
    rows_received: int
    bytes_received: int


@dataclass(frozen=True)
class Moment:
    """One scan of one watch: what was, and what each party knew."""

    scan: scene.Scan
    pictures: tuple[Snapshot, Snapshot]


@dataclass(frozen=True)
class Watch:
    """One watch: when, under which state, and how well each party knew."""

    start_ns: int
    state: State
    scores: tuple[Score, Score]
    moments: Sequence[Moment]


def make_parties() -> tuple[Party, Party]:
    """Return the two parties, each with a sensor and a tracker of its own."""
    first, second = (
        Party(
            name,
            tracker=Tracker(
                motion=scene.motion(),
                birth=Birth(
                    rate_density=3e-12,
                    initial_density=3e-8,
                    velocity_std_m_s=scene.SPEED_STD_M_S,
                ),
                survival_per_s=0.99,
            ),
            sensor=scene.sensor_of(index, name),
            secret=b"of the demo only",
        )
        for index, name in enumerate(NAMES)
    )
    return first, second


def run_watches(offer: Offer, heard: Sequence[Offer | Message], *, seed: int) -> list[Watch]:
    """Return all watches under an offer and what both have heard of it; the same seed, the same."""
    parties = make_parties()
    for party in parties:
        for message in heard:
            party.hear(message)
    starts_ns = watch_starts_ns()
    seeds = np.random.SeedSequence(seed).spawn(len(starts_ns))
    return [
        _watch(parties, offer, start_ns, seed)
        for start_ns, seed in zip(starts_ns, seeds, strict=True)
    ]


def _watch(
    parties: tuple[Party, Party],
    offer: Offer,
    start_ns: int,
    seed: np.random.SeedSequence,
) -> Watch:
    """Run one watch: at each scan, each looks, hands over what it may, and draws its picture."""
    state = parties[0].agreement(offer.id).state_at(start_ns)
    moments: list[Moment] = []
    figures: list[list[tuple[float, ...]]] = [[], []]
    received: list[list[Report]] = [[], []]
    for scan in scene.watch(WATCH_S, seed=seed):
        now_ns = start_ns + round(scan.time_s * NS_PER_S)
        own = [p.observe(now_ns, seen) for p, seen in zip(parties, scan.seen_m, strict=True)]
        if state == "accepted":
            for me, partner in ((0, 1), (1, 0)):
                for report in parties[partner].release(offer.id, time_ns=now_ns):
                    parties[me].receive(report, offer_id=offer.id)
                    received[me].append(report)
        first, second = (party.picture(now_ns).confirmed() for party in parties)
        pictures = first, second
        moments.append(Moment(scan, pictures))
        if scan.time_s >= SETTLED_S:
            for me in (0, 1):
                figures[me].append(_figures(scan, own[me], own[1 - me], pictures[me]))
    scores = tuple(
        Score(
            *np.mean(figures[me], axis=0).tolist(),
            rows_received=sum(len(report) for report in received[me]),
            bytes_received=sum(report.nbytes for report in received[me]),
        )
        for me in (0, 1)
    )
    return Watch(start_ns, state, (scores[0], scores[1]), moments)


def _figures(
    scan: scene.Scan, own: Report, partner: Report, picture: Snapshot
) -> tuple[float, ...]:
    """Return the first five figures of a score, for one scan."""
    alone, other, shared = (
        metrics.gospa(scan.truth_m, tracks.mean[:, : scene.AXES], cutoff=CUTOFF_M)
        for tracks in (own, partner, picture)
    )
    holds, partner_holds = alone.estimate_row >= 0, other.estimate_row >= 0
    return (
        float(np.sum(holds)),
        float(np.sum(shared.estimate_row >= 0)),
        float(np.sum(partner_holds & ~holds)),
        alone.value,
        shared.value,
    )
