"""What was received may be passed on: the newest tracks, and every scan of the last while."""

import numpy as np
import pytest

import detente as dt
from detente.exchange import Report, SensorDescription
from detente.exchange.received import Received

SECOND_NS = 1_000_000_000
SEEN = SensorDescription.from_sensor(
    dt.PositionSensor(std_m=10.0, detection_probability=0.9), axes=2
)


def _scan(second: int, *, place_m: float = 0.0, sequence: int = 0) -> Report:
    return Report.detections("north", sequence, second * SECOND_NS, [[place_m, 0.0]], sensor=SEEN)


def _tracks(second: int, *, sequence: int = 0) -> Report:
    state = np.zeros((1, 4)), np.eye(4)[None], [0.9]
    return Report.tracks("north", sequence, second * SECOND_NS, [7], *state)


def _times(received: Received) -> list[tuple[int, int]]:
    return [(report.time_ns // SECOND_NS, report.sequence) for report in received.all]


def test_scans_that_come_at_once_or_late_are_all_held() -> None:
    received = Received(10 * SECOND_NS)
    for second in (2, 0, 1, 2):
        received.take(_scan(second))
    received.take(_scan(1, place_m=50.0))  # another form of that scan
    received.take(_scan(1, place_m=90.0, sequence=1))
    assert _times(received) == [(0, 0), (1, 0), (1, 0), (1, 1), (2, 0)]


def test_scans_are_held_for_a_while_and_no_longer() -> None:
    received = Received(10 * SECOND_NS)
    for second in (0, 5, 11):
        received.take(_scan(second))
    assert _times(received) == [(5, 0), (11, 0)]
    received.take(_scan(0))
    assert _times(received) == [(5, 0), (11, 0)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_of_tracks_the_newest_are_held(order: tuple[int, ...]) -> None:
    reports = [_tracks(1), _tracks(2), _tracks(2, sequence=1)]
    received = Received(10 * SECOND_NS)
    for which in order:
        received.take(reports[which])
    assert _times(received) == [(2, 1)]
