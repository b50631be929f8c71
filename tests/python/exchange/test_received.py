"""What was received may be passed on: the newest tracks, and every scan of the last while."""

import numpy as np
import pytest

import detente as dt
from detente.exchange import Offer, Report, SensorDescription
from detente.exchange.release.received import Received

SECOND_NS = 1_000_000_000
TERMS = dt.Terms(level="tracks", until="2021-08-31")
OFFER = Offer("north", "south", TERMS, 0, TERMS.until_ns)
SEEN = SensorDescription.from_sensor(
    dt.PositionSensor(std_m=10.0, detection_probability=0.9), axes=2
)


def _scan(second: int, *, place_m: float = 0.0, sequence: int = 0) -> Report:
    return Report.detections("north", sequence, second * SECOND_NS, [[place_m, 0.0]], sensor=SEEN)


def _tracks(second: int, *, sequence: int = 0) -> Report:
    state = np.zeros((1, 4)), np.eye(4)[None], [0.9]
    return Report.tracks("north", sequence, second * SECOND_NS, [7], *state)


def _take(received: Received, report: Report) -> None:
    received.take(report, OFFER, now_ns=100 * SECOND_NS)


def _times(received: Received) -> list[tuple[int, int]]:
    return [(report.time_ns // SECOND_NS, report.sequence) for report in received.all]


def test_scans_that_come_at_once_or_late_are_all_held() -> None:
    received = Received(10 * SECOND_NS)
    for second in (2, 0, 1, 2):
        _take(received, _scan(second))
    _take(received, _scan(1, place_m=50.0))  # another form of that scan
    _take(received, _scan(1, place_m=90.0, sequence=1))
    assert _times(received) == [(0, 0), (1, 0), (1, 0), (1, 1), (2, 0)]


def test_scans_are_held_for_a_while_and_no_longer() -> None:
    received = Received(10 * SECOND_NS)
    for second in (0, 5, 11):
        _take(received, _scan(second))
    assert _times(received) == [(5, 0), (11, 0)]
    _take(received, _scan(0))
    assert _times(received) == [(5, 0), (11, 0)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_of_tracks_the_newest_are_held(order: tuple[int, ...]) -> None:
    reports = [_tracks(1), _tracks(2), _tracks(2, sequence=1)]
    received = Received(10 * SECOND_NS)
    for which in order:
        _take(received, reports[which])
    assert _times(received) == [(2, 1)]


def test_what_is_stamped_ahead_pushes_nothing_out() -> None:
    received = Received(10 * SECOND_NS)
    for second in (0, 5, 59):
        received.take(_scan(second), OFFER, now_ns=6 * SECOND_NS)
    received.take(_tracks(5), OFFER, now_ns=6 * SECOND_NS)
    received.take(_tracks(59), OFFER, now_ns=6 * SECOND_NS)
    assert _times(received) == [(0, 0), (5, 0), (59, 0), (5, 0), (59, 0)]
