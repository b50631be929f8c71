"""Detections and tracklets through agreements: every scan leaves, once, when it may."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Report, time_ns_from_text

Array = NDArray[np.float64]

SECOND_NS = 1_000_000_000
MADE_NS = time_ns_from_text("2021-06-16")
YES_NS = time_ns_from_text("2021-07-20")
ANSWER_BY_NS = time_ns_from_text("2021-08-31")
TRACKER = dt.Tracker(
    motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    birth=dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=15.0),
)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)


def _pair(
    level: str, *, frame: dt.LocalFrame | None = None, **terms: object
) -> tuple[dt.Party, dt.Party, str]:
    north, south = (
        dt.Party(name, tracker=TRACKER, sensor=RADAR, frame=frame, secret=bytes(16))
        for name in ("north", "south")
    )
    offer = north.offer(
        "south",
        dt.Terms(level=level, until="2021-08-31", **terms),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        time_ns=MADE_NS,
        answer_by_ns=ANSWER_BY_NS,
    )
    south.hear(offer)
    north.observe(YES_NS - SECOND_NS, [[0.0, 0.0]])  # from before the answer: stays
    north.hear(south.accept(offer, time_ns=YES_NS))
    return north, south, offer.id


def _scan(rng: np.random.Generator, k: int) -> Array:
    return np.array([[5.0 * k, 0.0], [500.0, 3.0 * k]]) + rng.normal(0, 10, (2, 2))


@pytest.mark.parametrize("level", ["detections", "tracklets"])
@pytest.mark.parametrize("batch", [1, 4])
def test_the_partner_knows_what_one_tracker_with_both_sensors_would(level: str, batch: int) -> None:
    north, south, offer_id = _pair(level)
    pooled = dt.Picture(TRACKER)
    rng = np.random.default_rng(2)
    handed: list[Report] = []
    for k in range(12):
        now_ns = YES_NS + k * SECOND_NS
        for party in (north, south):
            z = _scan(rng, k) if k % 5 else np.empty((0, 2))
            party.observe(now_ns, z)
            pooled.add(
                Report.detections(
                    party.name,
                    0,
                    now_ns,
                    z,
                    sensor=dt.exchange.SensorDescription.from_sensor(RADAR, axes=2),
                )
            )
        if k % batch == batch - 1:
            for report in north.release(offer_id, time_ns=now_ns):
                handed.append(report)
                south.receive(report, offer_id=offer_id)
    shown = south.picture(YES_NS + 11 * SECOND_NS).confirmed()
    expected = pooled.as_of(YES_NS + 11 * SECOND_NS).confirmed()
    assert len(shown) == len(expected) == 2
    assert shown.mean == pytest.approx(expected.mean, abs=1e-5)
    assert shown.cov == pytest.approx(expected.cov, rel=1e-6)
    assert list(shown.origin("south")) == ["both", "both"]
    scans = {report.time_ns for report in handed}
    assert len(scans) == 12  # the empty ones too
    assert min(scans) == YES_NS
    assert north.release(offer_id, time_ns=YES_NS + 11 * SECOND_NS) == []
    assert len(north.audit) == len(handed)


def test_a_delay_holds_scans_back_and_loses_none() -> None:
    north, _, offer_id = _pair("detections", delay_s=3)
    out: list[int] = []
    for k in range(10):
        now_ns = YES_NS + k * SECOND_NS
        north.observe(now_ns, [[0.0, 0.0]])
        out += [report.time_ns for report in north.release(offer_id, time_ns=now_ns)]
    assert out == [YES_NS + k * SECOND_NS for k in range(7)]


def test_scans_do_not_pile_up_without_an_agreement_in_force() -> None:
    north, south, offer_id = _pair("detections")
    backlog = north._backlog  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - memory
    for k in range(5):
        north.observe(YES_NS + k * SECOND_NS, [[0.0, 0.0]])
    assert len(backlog) == 5
    north.release(offer_id, time_ns=YES_NS + 4 * SECOND_NS)
    north.observe(YES_NS + 5 * SECOND_NS, [[0.0, 0.0]])
    assert len(backlog) == 1
    agreement = north.agreement(offer_id)
    north.hear(south.withdraw(agreement.offer, time_ns=YES_NS + 6 * SECOND_NS))
    north.observe(YES_NS + 7 * SECOND_NS, [[0.0, 0.0]])
    assert len(backlog) == 0
    with pytest.raises(dt.errors.AgreementError, match="withdrawn"):
        north.release(offer_id, time_ns=YES_NS + 7 * SECOND_NS)


@pytest.mark.parametrize("level", ["detections", "tracklets"])
def test_silence_is_no_evidence_where_an_area_withholds(level: str) -> None:
    """North sees an object outside the agreed area; South must not doubt it for that."""
    frame = dt.LocalFrame(4.0, 4.0)
    half_deg = 0.01  # about 1.1 km
    area = [[4 - half_deg, 4 - half_deg], [4 - half_deg, 4 + half_deg],
            [4 + half_deg, 4 + half_deg], [4 + half_deg, 4 - half_deg]]  # fmt: skip
    north, south = (
        dt.Party(name, tracker=TRACKER, sensor=RADAR, frame=frame, secret=bytes(16))
        for name in ("north", "south")
    )
    terms = dt.Terms(level=level, until="2021-08-31", area=area)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=ANSWER_BY_NS)
    south.hear(offer)
    north.hear(south.accept(offer, time_ns=YES_NS))
    alone = dt.Party("south", tracker=TRACKER, sensor=RADAR, frame=frame, secret=bytes(16))
    for k in range(6):
        now_ns = YES_NS + k * SECOND_NS
        north.observe(now_ns, [[0.0, 0.0], [9_000.0, 0.0]])
        for party in (south, alone):
            party.observe(now_ns, [[9_000.0, 0.0]])
        for report in north.release(offer.id, time_ns=now_ns):
            assert np.all(report["position_m"][:, 0] < 2_000.0)
            south.receive(report, offer_id=offer.id)
    shown, expected = (p.picture(YES_NS + 5 * SECOND_NS).confirmed() for p in (south, alone))
    assert len(shown) == 2
    far = shown[shown.mean[:, 0] > 5_000.0]
    assert far.existence == pytest.approx(expected.existence, rel=1e-6)


def test_tracks_without_a_cadence_leave_one_by_one_once_they_are_old_enough() -> None:
    """A delay alone: today's newest is always too young, and every one leaves all the same."""
    north, south, offer_id = _pair("tracks", delay_s=60)
    own: list[Report] = []
    left: list[Report] = []
    for k in range(100):
        now_ns = YES_NS + k * SECOND_NS
        own.append(north.observe(now_ns, [[0.0, 0.0]]))
        for report in north.release(offer_id, time_ns=now_ns):
            left.append(report)
            south.receive(report, offer_id=offer_id)
        south.observe(now_ns, np.empty((0, 2)))
        assert list(south.picture(now_ns).origin("south")) == ["partner"] * (k >= 60)
    assert [report.time_ns for report in left] == [report.time_ns for report in own[:40]]
    assert all(a.mean.tobytes() == b.mean.tobytes() for a, b in zip(left, own, strict=False))


@pytest.mark.parametrize("level", ["detections", "tracklets", "tracks"])
def test_a_party_that_only_receives_keeps_no_scans(level: str) -> None:
    _, south, _ = _pair(level)
    for k in range(5):
        south.observe(YES_NS + k * SECOND_NS, [[0.0, 0.0]])
    assert len(south._backlog) == 0  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - memory


def test_a_track_outside_the_area_changes_not_even_how_many_reports_leave() -> None:
    """It is confirmed late, and tracklets of earlier scans would follow, all withheld."""
    frame = dt.LocalFrame(47.0, 8.0, 0.0)
    ring = [[7.99, 46.99], [8.01, 46.99], [8.01, 47.01], [7.99, 47.01], [7.99, 46.99]]
    area = {"type": "Polygon", "coordinates": [ring]}
    handed: list[list[tuple[int, int, bytes]]] = []
    for is_there in (False, True):
        north, _, offer_id = _pair("tracklets", frame=frame, area=area)
        out: list[Report] = []
        for k in range(8):
            now_ns = YES_NS + k * SECOND_NS
            outside = [[3_000.0, 3_000.0]] if is_there and k > 2 else []
            north.observe(now_ns, [[0.0, 0.0], *outside])
            out += north.release(offer_id, time_ns=now_ns)
        handed.append([(r.time_ns, r.sequence, r.row_id.tobytes()) for r in out])
    assert handed[0] == handed[1]
    assert sum(len(rows) > 0 for _, _, rows in handed[0]) == 8


@pytest.mark.parametrize(
    "clauses", [{"delay_s": 60}, {"cadence_s": 60}, {"delay_s": 60, "cadence_s": 10}]
)
def test_how_late_tracks_come_by_agreement_counts_on_top_of_the_most_age(
    clauses: dict[str, float],
) -> None:
    """Once there was something in the picture it is never empty again."""
    north, south, offer_id = _pair("tracks", **clauses)
    shown: list[int] = []
    for k in range(0, 400, 5):
        now_ns = YES_NS + k * SECOND_NS
        north.observe(now_ns, [[0.0, 0.0]])
        for report in north.release(offer_id, time_ns=now_ns):
            south.receive(report, offer_id=offer_id)
        south.observe(now_ns, np.empty((0, 2)))
        shown.append(len(south.picture(now_ns)))
    first = shown.index(1)
    assert first <= 26
    assert all(shown[first:])
    last_ns = YES_NS + 395 * SECOND_NS
    assert len(south.picture(last_ns + 200 * SECOND_NS)) == 0  # and fades like all others


@pytest.mark.parametrize("level", ["detections", "tracklets"])
@pytest.mark.parametrize("kind", ["position", "table", "polar"])
@pytest.mark.parametrize("east_m", [0.0, 50_000.0])
def test_under_an_area_a_platform_outside_is_not_told_unless_nothing_can_be_used_without(
    level: str, kind: str, east_m: float
) -> None:
    frame = dt.LocalFrame(47.0, 8.0, 0.0)
    ring = [[7.9, 46.9], [8.1, 46.9], [8.1, 47.1], [7.9, 47.1], [7.9, 46.9]]
    area = {"type": "Polygon", "coordinates": [ring]}
    north, south, offer_id = _pair(level, frame=frame, area=area)
    pose = dt.Pose(position_m=(east_m, 0.0, 0.0), heading_rad=0.3)
    view = dt.Disc(range_m=90_000.0)
    common: dict[str, Any] = {"detection_probability": 0.9, "coverage": view, "pose": pose}
    radar = dt.PositionSensor(std_m=10.0, **common)
    if kind == "table":
        table = dt.RangeTable(ranges_m=(0.0, 90_000.0), values=(0.95, 0.9))
        radar = dt.PositionSensor(std_m=10.0, **{**common, "detection_probability": table})
    if kind == "polar":
        radar = dt.RangeBearingSensor(range_std_m=10.0, bearing_std_rad=1e-4, **common)
    for k in range(3):
        now_ns = YES_NS + k * SECOND_NS
        north.observe(now_ns, radar.measure([[100.0, 200.0, 0.0, 0.0]], axes=2), sensor=radar)
        for report in north.release(offer_id, time_ns=now_ns):
            assert report.sensor is not None
            is_told = east_m == 0.0 or (kind, level) == ("table", "detections")
            assert report.sensor.pose == (pose if is_told else dt.Pose())
            assert report.sensor.field_of_view == (view if is_told else None)
            south.receive(report, offer_id=offer_id)
    shown = south.picture(now_ns)
    if (kind, level) == ("polar", "detections"):  # of no known place: none leaves under an area
        assert len(shown) == 0
    else:
        assert len(shown) == 1
        assert shown.mean[0, :2] == pytest.approx([100.0, 200.0], abs=30.0)
    assert south.set_aside == ()
    text = north.agreement(offer_id).offer.terms.text()
    assert ("with where a sensor stands" in text) == (level == "detections")
