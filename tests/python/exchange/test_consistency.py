# pyright: basic
"""A liar of three is named within 20 scans, nobody else is; limits hold; it can be left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.errors import SettingError
from detente.exchange import Limits, Report, SensorDescription
from detente.exchange.picture.limits import limited

SECOND = 10**9
SIDE_M = 4_000.0
OBJECTS, BEFORE, SCANS = 10, 10, 20  # honest scans, then those that are looked at
LAST = BEFORE + SCANS - 1
BLANK = BEFORE + 10  # the one silent scan
STD_M, DETECTED, CLUTTER = 10.0, 0.9, 5e-7
RADAR = dt.PositionSensor(
    std_m=STD_M,
    detection_probability=DETECTED,
    clutter_density=CLUTTER,
    coverage=dt.Everywhere(),
)
SAID = SensorDescription.from_sensor(RADAR, axes=2)
Scans = dict[str, list[Report]]


def tracker(association: str = "gnn") -> dt.Tracker:
    return dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
        association=association,  # type: ignore[arg-type]
    )


def truth(seed: int) -> np.ndarray:
    """Return positions (scan, object, 2)."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(0.1 * SIDE_M, 0.9 * SIDE_M, (OBJECTS, 2))
    velocity = rng.normal(0.0, 10.0, (OBJECTS, 2))
    return start + np.arange(LAST + 1)[:, None, None] * velocity


def seen(
    places: np.ndarray, rng: np.random.Generator, *, detected: float, clutter: float
) -> np.ndarray:
    true = places[rng.random(len(places)) < detected]
    false = rng.uniform(0.0, SIDE_M, (rng.poisson(clutter * SIDE_M**2), 2))
    return np.vstack([true + rng.normal(0.0, STD_M, true.shape), false])


def honest(
    party: str, seed: int, *, detected: float = DETECTED, clutter: float = CLUTTER
) -> list[Report]:
    """Return the scans of a party whose sensors are what it says, or not quite."""
    rng = np.random.default_rng([seed, *party.encode()])
    scans = [seen(at, rng, detected=detected, clutter=clutter) for at in truth(seed)]
    return [Report.detections(party, 0, k * SECOND, z, sensor=SAID) for k, z in enumerate(scans)]


def told(reports: list[Report], **changes: Any) -> list[Report]:  # noqa: ANN401
    return [replace(report, sensor=replace(SAID, **changes)) for report in reports]


def rewritten(report: Report, z: np.ndarray, **changes: Any) -> Report:  # noqa: ANN401
    sensor = replace(SAID, **changes)
    return Report.detections(report.origin, 0, report.time_ns, z, sensor=sensor)


def silence(seed: int) -> list[Report]:
    fair = honest("B", seed)
    return fair[:BEFORE] + [rewritten(report, np.empty((0, 2))) for report in fair[BEFORE:]]


def one_silent_scan(seed: int) -> list[Report]:
    fair = honest("B", seed)
    fair[BLANK] = rewritten(fair[BLANK], np.empty((0, 2)), detection_probability=1.0)
    return fair


def ghosts(seed: int) -> list[Report]:
    rng = np.random.default_rng(seed)
    crowd = rng.uniform(0.0, SIDE_M, (200, 2))
    out = []
    for k, report in enumerate(honest("B", seed)):
        z = report["measurement"]
        more = crowd + rng.normal(0.0, STD_M, crowd.shape) if k >= BEFORE else crowd[:0]
        out.append(rewritten(report, np.vstack([z, more])))
    return out


def drift(seed: int) -> list[Report]:
    off = np.array([5.0, 0.0])
    return [
        rewritten(report, report["measurement"] + max(k - BEFORE, 0) * off)
        for k, report in enumerate(honest("B", seed))
    ]


def far_off_and_sure(seed: int) -> list[Report]:
    """Tracks 30 m off, with a deviation of 1 cm."""
    places = truth(seed)
    out = []
    for k, at in enumerate(places):
        velocity = places[1] - places[0]
        mean = np.hstack([at + np.array([30.0 * (k >= BEFORE), 0.0]), velocity])
        cov = np.broadcast_to(np.eye(4) * (1e-4 if k >= BEFORE else 100.0), (len(at), 4, 4))
        ids, sure = np.arange(1, len(at) + 1, dtype=np.uint64), np.full(len(at), 0.99)
        out.append(Report.tracks("B", 0, k * SECOND, ids, mean, cov, sure))
    return out


def flood(seed: int) -> list[Report]:
    rng = np.random.default_rng(seed)
    return [
        rewritten(
            report,
            np.vstack([report["measurement"], rng.uniform(0.0, SIDE_M, (300 * (k >= BEFORE), 2))]),
        )
        for k, report in enumerate(honest("B", seed))
    ]


LIES: dict[str, Callable[[int], list[Report]]] = {
    "silence": silence,
    "one silent scan": one_silent_scan,
    "ghosts": ghosts,
    "drift": drift,
    "tracks 30 m off": far_off_and_sure,
    "flood": flood,
}


def picture_of(*parties: list[Report], **settings: Any) -> dt.Picture:  # noqa: ANN401
    made = dt.Picture(tracker(), **settings)
    for reports in parties:
        for report in reports:
            made.add(report)
    return made


def named(picture: dt.Picture) -> set[str]:
    return {each.origin for each in picture.consistency(LAST * SECOND) if each.is_named}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("lie", LIES)
def test_a_liar_of_three_is_named_and_nobody_else(lie: str, seed: int) -> None:
    picture = picture_of(honest("A", seed), LIES[lie](seed), honest("C", seed))
    assert named(picture) == {"B"}


@pytest.mark.parametrize("detected", [DETECTED / 3.0, 0.99])
@pytest.mark.parametrize("clutter", [CLUTTER / 3.0, CLUTTER * 3.0])
@pytest.mark.parametrize("seed", range(2))
def test_who_is_three_times_worse_or_better_than_he_says_is_not_named(
    seed: int, detected: float, clutter: float
) -> None:
    odd = honest("B", seed, detected=detected, clutter=clutter)
    assert named(picture_of(honest("A", seed), odd, honest("C", seed))) == set()


def test_who_sees_nine_of_ten_and_says_three_of_ten_is_not_named() -> None:
    modest = told(honest("B", 4), detection_probability=0.3)
    assert named(picture_of(honest("A", 4), modest, honest("C", 4))) == set()


def test_two_parties_that_contradict_each_other_are_both_told() -> None:
    picture = picture_of(honest("A", 5), silence(5))
    texts = [each.text for each in picture.consistency(LAST * SECOND)]
    assert any("B's silence contradicts A on" in text for text in texts)


def test_the_sentence_says_what_contradicts_whom() -> None:
    picture = picture_of(honest("A", 6), silence(6), honest("C", 6))
    a, b, c = picture.consistency(LAST * SECOND)
    assert b.text == f"B's silence contradicts A and C on {b.silent_on} of {b.objects} objects."
    assert b.objects == OBJECTS
    assert (a.text, c.text) == ("A fits C.", "C fits A.")


@pytest.mark.parametrize("lie", LIES)
def test_without_a_party_the_picture_is_that_of_the_others(lie: str) -> None:
    liar, others = LIES[lie](7), (honest("A", 7), honest("C", 7))
    everybody, apart = picture_of(others[0], liar, others[1]), picture_of(*others)
    for k in (BEFORE, LAST, BEFORE + 5):
        found, wanted = everybody.as_of(k * SECOND, without=("B",)), apart.as_of(k * SECOND)
        for name in ("track_id", "mean", "cov", "existence"):
            assert np.array_equal(getattr(found, name), getattr(wanted, name))
        assert found.seen_by.keys() == wanted.seen_by.keys()


def test_a_silent_scan_with_probability_one_erases_no_track_within_the_limits() -> None:
    picture = picture_of(honest("A", 8), one_silent_scan(8), honest("C", 8))
    at = BLANK * SECOND
    assert len(picture.as_of(at).confirmed()) >= OBJECTS - 1
    unbounded = picture_of(
        honest("A", 8), one_silent_scan(8), honest("C", 8), limits=Limits(detection_probability=1.0)
    )
    assert len(unbounded.as_of(at).confirmed()) == 0
    ended = [end for end in unbounded.as_of(at).ends if end.time_ns == at]
    assert len(ended) >= OBJECTS - 1
    assert {end.decided_by for end in ended} == {"B"}
    assert "by B" in ended[0].text


def test_limits_of_one_party_are_its_own() -> None:
    reports = honest("A", 9), silence(9), honest("C", 9)
    doubted = picture_of(*reports, limits={"B": Limits(detection_probability=0.01)})
    trusted = picture_of(*reports)
    at = (BEFORE + 1) * SECOND
    assert doubted.as_of(at).existence.sum() > trusted.as_of(at).existence.sum()


def test_a_report_within_its_limits_is_itself() -> None:
    for report in (*honest("A", 1)[:3], *far_off_and_sure(1)[:3]):
        assert limited(report, Limits()) is report


def test_what_is_claimed_beyond_the_limits_is_taken_for_the_limits() -> None:
    sure = far_off_and_sure(1)[-1]
    wide = limited(sure, Limits(position_std_m=0.5))
    assert np.linalg.eigvalsh(wide.cov[:, :2, :2])[:, 0] == pytest.approx(0.25)
    assert np.array_equal(wide.mean, sure.mean)
    seer = limited(
        rewritten(
            honest("A", 1)[0], np.zeros((1, 2)), detection_probability=1.0, clutter_density=0.0
        ),
        Limits(),
    )
    assert seer.sensor is not None
    assert seer.sensor.detection_probability == 0.99
    assert seer.sensor.clutter_density == 1e-12


def test_information_is_blurred_as_if_a_variance_had_been_added() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(4, 4, 4)) * 100.0
    matrix = root @ root.transpose(0, 2, 1)
    mean = rng.normal(size=(4, 4))
    vector = np.einsum("nij,nj->ni", matrix, mean)
    report = Report.tracklets(
        "B",
        0,
        SECOND,
        track_id=np.arange(1, 5),
        position_m=mean[:, :2],
        from_ns=np.zeros(4, np.int64),
        information=matrix,
        information_vector=vector,
        log_evidence=np.zeros(4),
        is_reset=np.zeros(4, bool),
        sensor=SAID,
    )
    wide = limited(report, Limits(position_std_m=2.0))
    blur = np.diag([4.0, 4.0, 0.0, 0.0])
    expected = np.linalg.inv(np.linalg.inv(matrix) + blur)
    np.testing.assert_allclose(wide["information"], expected, rtol=1e-9)
    found = np.linalg.solve(wide["information"], wide["information_vector"][..., None])[..., 0]
    np.testing.assert_allclose(found, mean, rtol=1e-6)


@pytest.mark.parametrize("bad", [0.0, 1.5, float("nan")])
def test_limits_must_be_limits(bad: float) -> None:
    with pytest.raises(SettingError, match="detection_probability must be above 0 and at most 1"):
        Limits(detection_probability=bad)
    with pytest.raises(SettingError, match="position_std_m must be 0 or more, and finite"):
        Limits(position_std_m=-1.0)
