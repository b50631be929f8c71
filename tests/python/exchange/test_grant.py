"""Grants: clauses that do not go together are refused, and slots and counts are kept apart."""

from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.exchange import Grant, Report, count_total, grid_cells, release_under

SECOND_NS = 1_000_000_000
BOX = [[[np.array([[36.9, 67.9], [36.9, 68.1], [37.1, 68.1], [37.1, 67.9]])]]]
TRACKS: dict[str, Any] = {
    "sender": "north",
    "recipient": "south",
    "level": "tracks",
    "from_ns": 0,
    "until_ns": 100 * SECOND_NS,
}
COUNTS: dict[str, Any] = {
    **TRACKS,
    "level": "counts",
    "area": BOX,
    "cadence_ns": SECOND_NS,
    "count_cell_m": 1_000.0,
    "count_at_least": 3,
}


@pytest.mark.parametrize(
    ("clauses", "why"),
    [
        (TRACKS | {"recipient": "north"}, "two different names"),
        (TRACKS | {"until_ns": 0}, "validity must be a time that begins before it ends"),
        (TRACKS | {"delay_ns": -1}, "delay_ns must be 0 or more"),
        (TRACKS | {"cadence_ns": -1}, "cadence_ns must be 0 or more"),
        (TRACKS | {"level": "songs"}, 'must be "detections", .* found "songs"'),
        (
            TRACKS | {"level": "detections", "precision_m": 50.0},
            'left out except at level "tracks"',
        ),
        (TRACKS | {"precision_m": 20_000.0}, "precision_m must be above 0 and at most 13,800 m"),
        (TRACKS | {"count_cell_m": 50.0}, 'left out except at level "counts"'),
        (TRACKS | {"area": [[[np.zeros((4, 2))]]]}, "around nothing in polygon 0"),
        (COUNTS | {"area": []}, "area must be given"),
        (COUNTS | {"count_cell_m": None}, "count_cell_m must be given"),
        (COUNTS | {"count_cell_m": 13_000.0}, "small enough for the area, found no cell"),
        (COUNTS | {"count_cell_m": 0.5}, "large enough for at most a million cells"),
        (COUNTS | {"count_at_least": 0}, "count_at_least must be 1 or more"),
        (COUNTS | {"cadence_ns": 0}, "cadence_ns must be above 0"),
        (COUNTS | {"fields": ["mmsi"]}, "fields must be left out"),
    ],
)
def test_clauses_that_make_no_sense_are_refused(clauses: dict[str, Any], why: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=why):
        Grant(**clauses)


def test_places_need_a_frame() -> None:
    report = Report.tracks("north", 0, 0, [1], np.zeros((1, 4)), [np.eye(4)], [1.0])
    with pytest.raises(dt.errors.SettingError, match="the frame of a report must be given where"):
        release_under(report, Grant(**TRACKS, area=BOX), recipient="south", time_ns=0)
    assert release_under(report, Grant(**TRACKS), recipient="south", time_ns=0) is not None


def test_slots_are_the_moments_that_may_leave() -> None:
    grant = Grant(**TRACKS, cadence_ns=10 * SECOND_NS, delay_ns=5 * SECOND_NS)
    assert (grant.slots(-1, 34 * SECOND_NS) // SECOND_NS).tolist() == [0, 10, 20]
    assert (grant.slots(10 * SECOND_NS, 35 * SECOND_NS) // SECOND_NS).tolist() == [20, 30]
    assert grant.slots(30 * SECOND_NS, 35 * SECOND_NS).tolist() == []
    assert grant.slots(0, 100 * SECOND_NS).tolist() == [], "no longer in force"
    empty = np.empty((0, 4)), np.empty((0, 4, 4)), np.empty(0)
    for time_ns in grant.slots(-1, 34 * SECOND_NS).tolist():
        silent = Report.tracks("north", 0, time_ns, np.empty(0, np.uint64), *empty)
        released = release_under(silent, grant, recipient="south", time_ns=34 * SECOND_NS)
        assert released is not None, "an empty slot sends an empty report"
        assert len(released) == 0


def test_a_second_partition_of_the_same_ground_conflicts() -> None:
    grant = Grant(**COUNTS)
    far = [[[ring + 5.0 for ring in polygon] for polygon in area] for area in BOX]
    assert not grant.conflicts(Grant(**COUNTS))
    assert not grant.conflicts(Grant(**(COUNTS | {"area": far, "count_cell_m": 3_000.0})))
    assert not grant.conflicts(Grant(**(COUNTS | {"recipient": "east", "count_at_least": 2})))
    assert not grant.conflicts(Grant(**TRACKS))
    for other in ({"count_cell_m": 3_000.0}, {"count_at_least": 2}, {"cadence_ns": 7}):
        assert grant.conflicts(Grant(**(COUNTS | other)))
        assert Grant(**(COUNTS | other)).conflicts(grant)


def test_totals_and_cells_are_for_counts() -> None:
    report = Report.tracks("north", 0, 0, [1], np.zeros((1, 4)), [np.eye(4)], [1.0])
    with pytest.raises(dt.errors.SettingError, match="totals are for reports of counts"):
        count_total(report)
    with pytest.raises(dt.errors.SettingError, match="cells belong to a report of counts"):
        grid_cells(report)
