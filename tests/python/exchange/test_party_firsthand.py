"""Nobody speaks for an origin that speaks itself: what is passed on erases nothing it said."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from strategies.parties import FRAME, party

import detente as dt
from detente.exchange import Offer, Report, SensorDescription, time_ns_from_text
from detente.exchange.party.firsthand import FirstHand
from detente.exchange.picture.holdings import Moment

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-07-20")
NOW_NS = MADE_NS + 60 * SECOND_NS
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.99, coverage=dt.Everywhere())
SEEN = SensorDescription.from_sensor(RADAR, axes=2)


def _agreed(sender: dt.Party, recipient: dt.Party, **clauses: Any) -> Offer:  # noqa: ANN401
    terms = dt.Terms(**{"until": "2021-08-31", **clauses})
    offer = sender.offer(
        recipient.name, terms, time_ns=MADE_NS, answer_by_ns=MADE_NS + 10 * SECOND_NS
    )
    sender.hear(recipient.accept(offer, time_ns=MADE_NS))
    return offer


def _told(level: str) -> list[Report]:
    """Return what the origin tells itself of two objects."""
    south, west = party("south"), party("west")
    offer = _agreed(south, west, level=level)
    out: list[Report] = []
    for k in range(10):
        time_ns = MADE_NS + (10 + k) * SECOND_NS
        south.observe(time_ns, [[float(k), 0.0], [5_000.0, 300.0 - k]])
        out += south.release(offer.id, time_ns=time_ns)
    return out


def _forged(level: str) -> list[Report]:
    """Return what a partner passes on as the origin's, that saw nothing and nobody."""
    if level == "tracks":
        empty = np.zeros((0, 4)), np.zeros((0, 4, 4)), np.zeros(0)
        return [
            Report.tracks(
                "south", 0, MADE_NS + 19 * SECOND_NS + 1, [], *empty, frame=FRAME, relay=True
            )
        ]
    times = [MADE_NS + (10 + k) * SECOND_NS for k in range(10)]
    none = np.zeros((0, 2))
    return [
        Report.detections("south", 0, t, none, sensor=SEEN, frame=FRAME, relay=True) for t in times
    ]


def _shown(level: str, order: str) -> dt.Party:
    """Return who heard both, the origin's (o) and the partner's (p), in that order."""
    west, south, east = party("west"), party("south"), party("east")
    own = _agreed(south, west, level=level)
    passed = _agreed(east, west, level="tracks" if level == "tracks" else "detections", relay=True)
    west.observe(NOW_NS, np.zeros((0, 2)))
    for letter in order:
        for report in _told(level) if letter == "o" else _forged(level):
            by = ("south", own.id) if letter == "o" else ("east", passed.id)
            west.receive(report, sender=by[0], offer_id=by[1])
    return west


@pytest.mark.parametrize("level", ["tracks", "tracklets", "detections"])
def test_what_is_forged_of_the_same_time_erases_nothing_in_any_order(level: str) -> None:
    at_ns = MADE_NS + 19 * SECOND_NS + 2
    alone = _shown(level, "o").picture(at_ns)
    assert len(alone.confirmed()) == 2
    for order in ("op", "po", "opp", "pop"):
        west = _shown(level, order)
        shown = west.picture(at_ns)
        assert shown.mean.tobytes() == alone.mean.tobytes()
        assert shown.existence.tobytes() == alone.existence.tobytes()
        assert west.contradictions
        assert all(
            {passed.sender for passed in each.set_aside} == {"east"} for each in west.contradictions
        )


def test_it_says_so_in_a_sentence() -> None:
    (found,) = _shown("tracks", "op").contradictions
    assert found.is_spoken_for
    assert found.text.startswith("south spoke itself at about 2021-07-20T00:00:19")
    assert "the tracks of then that east handed over for it are set aside" in found.text


def test_what_was_passed_on_counts_where_the_origin_told_nothing() -> None:
    west, east = party("west"), party("east")
    offer = _agreed(east, west, level="tracks", relay=True)
    west.observe(NOW_NS, np.zeros((0, 2)))
    for report in _told("tracks"):
        relayed = Report(**{**vars(report), "relay": True})
        west.receive(relayed, sender="east", offer_id=offer.id)
    assert len(west.picture(MADE_NS + 20 * SECOND_NS).confirmed()) == 2
    assert west.contradictions == ()


def test_who_speaks_when_does_not_depend_on_the_order() -> None:
    """Intervals passed on, times spoken at, and how far those reach."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        spoken = [(int(t), int(w)) for t, w in rng.integers(0, 40, (3, 2)) // [1, 8]]
        passed = [
            (int(begin), Moment(int(begin + length), "south", "tracklets", str(k)))
            for k, (begin, length) in enumerate(rng.integers(0, 40, (3, 2)) // [1, 4])
        ]
        within = max(w for _, w in spoken)
        expected = {
            moment
            for begin, moment in passed
            if any(begin - within <= t <= moment.time_ns + within for t, _ in spoken)
        }
        for order in permutations(range(6)):
            first, aside = FirstHand(), set[Moment]()
            for k in order:
                if k < 3:
                    aside |= set(first.speaks(spoken[k][0], within_ns=spoken[k][1]))
                elif first.passed_on(passed[k - 3][1], passed[k - 3][0]):
                    aside.add(passed[k - 3][1])
            assert aside == expected
