"""What is withheld moves nothing of what leaves: no value, identity, order, number, shape or type.

`DETENTE_CASES=1000` makes the long run.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle.release_cases import payload
from strategies.effort import cases

import detente as dt
from detente.exchange import (
    FIELDS,
    Grant,
    Report,
    SensorDescription,
    release_under,
    time_ns_from_text,
)
from detente.tracking import Association

CASES = cases(8)
LAW = settings(max_examples=CASES, deadline=None)
FRAME = dt.LocalFrame(4.0, 4.0)
SECOND_NS = 1_000_000_000
MADE_NS, YES_NS, ANSWER_BY_NS = (time_ns_from_text(f"2021-07-{day}") for day in ("01", "02", "03"))
AREA = [[3.95, 3.95], [3.95, 4.05], [4.05, 4.05], [4.05, 3.95]]  # 11 km wide
FAR_M = np.array([-5e4, 2e3])
SECRET = bytes(range(16))
TERMS: dict[str, dict[str, Any]] = {
    "detections": {},
    "tracklets": {},
    "tracks": {"precision_m": 50.0},
    "counts": {"count_cell_m": 1_500.0, "count_at_least": 1, "cadence_s": 1},
}
RADAR = dt.PositionSensor(
    name="radar",
    std_m=10.0,
    detection_probability=0.9,
    clutter_density=1e-8,
    coverage=dt.Everywhere(),
)
OUTPOST = dt.PositionSensor(
    name="outpost",
    std_m=5.0,
    detection_probability=0.95,
    clutter_density=1e-8,
    coverage=dt.Disc(range_m=5e3),
    pose=dt.Pose(position_m=(-5e4, 2e3)),
)
seeds = st.integers(0, 2**32 - 1)


class Look(NamedTuple):
    sensor: dt.PositionSensor
    near_m: NDArray[np.float64]
    far_m: NDArray[np.float64]


def party(name: str, association: Association, secret: bytes) -> dt.Party:
    tracker = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=10.0),
        association=association,
    )
    return dt.Party(name, tracker=tracker, sensor=RADAR, frame=FRAME, secret=secret)


def seen(rng: np.random.Generator, scans: int) -> list[NDArray[np.float64]]:
    """Return detections of a few objects near the origin, one scan a second."""
    begins_m, v = rng.uniform(-3e3, 3e3, (3, 2)), rng.normal(0, 8, (3, 2))
    out: list[NDArray[np.float64]] = []
    for second in range(scans):
        z = (begins_m + v * second + rng.normal(0, 10, (3, 2)))[rng.uniform(size=3) < 0.85]
        false = rng.uniform(-4e3, 4e3, (rng.poisson(0.5), 2))
        out.append(np.concatenate([z, false]))
    return out


def handed(
    level: str,
    association: Association,
    scans: Sequence[Sequence[Look]],
    *,
    is_told: bool,
    secret: bytes = SECRET,
) -> list[Report]:
    """Return what leaves, with what lies far away told to the party or not."""
    north, south = party("north", association, secret), party("south", association, SECRET)
    terms = dt.Terms(level=level, until="2021-08-31", area=AREA, **TERMS[level])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=ANSWER_BY_NS)
    south.hear(offer)
    north.hear(south.accept(offer, time_ns=YES_NS))
    out: list[Report] = []
    for second, looks in enumerate(scans):
        now_ns = YES_NS + (second + 1) * SECOND_NS
        for look in looks:
            z = np.concatenate([look.near_m, look.far_m]) if is_told else look.near_m
            if is_told or look.sensor is not OUTPOST:
                north.observe(now_ns, z, sensor=look.sensor)
        out += north.release(offer.id, time_ns=now_ns)
    return out


def everything(report: Report | None) -> object:
    """Return all that can be told from a report, in memory and as bytes."""
    assert report is not None
    arrays = {**report.columns, **report.fields}
    return (
        [(name, a.dtype, a.shape, a.strides, _held(a)) for name, a in arrays.items()],
        (report.sequence, report.sensor, report.grid_level, report.relay, dict(report.notes)),
        payload(report),
    )


def _held(array: NDArray[Any]) -> object:
    return array.tolist() if array.dtype == object else array.tobytes()


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
@pytest.mark.parametrize("level", TERMS)
@LAW
@given(seeds)
def test_detections_far_away_move_nothing(level: str, association: Association, seed: int) -> None:
    rng = np.random.default_rng(seed)
    near, far = seen(rng, 9), seen(rng, 9)
    keep = rng.uniform(size=9) < 0.7
    scans = [
        [Look(RADAR, z, (other + FAR_M)[: len(other) * kept])]
        for z, other, kept in zip(near, far, keep, strict=True)
    ]
    told, untold = (handed(level, association, scans, is_told=is_told) for is_told in (True, False))
    assert sum(map(len, untold)) > 0
    assert list(map(everything, told)) == list(map(everything, untold))


@pytest.mark.parametrize("association", ["gnn", "jpda", "pmbm"])
@pytest.mark.parametrize("level", ["tracks", "counts"])
@LAW
@given(seeds)
def test_another_sensor_far_away_moves_nothing(
    level: str, association: Association, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    near, far = seen(rng, 7), seen(rng, 7)
    scans: list[list[Look]] = []
    for z, other in zip(near, far, strict=True):
        looks = [Look(RADAR, z, z[:0]), Look(OUTPOST, z[:0], other + FAR_M)]
        scans.append(looks[:: rng.choice([-1, 1])])
    told, untold = (handed(level, association, scans, is_told=is_told) for is_told in (True, False))
    assert sum(map(len, untold)) > 0
    assert list(map(everything, told)) == list(map(everything, untold))


def gaps_of(rng: np.random.Generator, kind: str, n: int) -> list[object]:
    """Return values of a field, with gaps."""
    make: dict[str, Any] = {
        "text": lambda: "x" * int(rng.integers(1, 30)),
        "whole": lambda: int(rng.integers(1, 10**9)),
        "number": lambda: float(rng.normal()),
        "flag": lambda: bool(rng.integers(2)),
    }
    return [None if rng.uniform() < 0.3 else make[kind]() for _ in range(n)]


def given_as(rng: np.random.Generator, kind: str, values: list[object]) -> Any:  # noqa: ANN401
    """Return the values as one of the arrays in which a user may have them."""
    column = np.empty(len(values), object)
    column[:] = values
    missing = np.array([value is None for value in values], bool)
    if kind == "flag":
        return column if missing.any() else column.astype(bool)
    filler: dict[str, Any] = {"text": "", "whole": 0, "number": np.nan}
    filled = np.array([filler[kind] if value is None else value for value in values])
    forms: list[Any] = [column, np.ma.MaskedArray(np.where(missing, filler[kind], filled), missing)]
    if kind == "text":
        forms.append(filled.astype(str))
    if kind == "whole":
        forms.append(np.where(missing, np.nan, filled.astype(float)))
    if kind != "text" and not missing.any():
        forms.append(filled)
    return forms[rng.integers(len(forms))]


KINDS = {name: field.holds for name, field in FIELDS.items()}
UNKNOWN = {"cargo": "text", "draught_m": "number", "crew": "whole", "moored": "flag"}


@settings(max_examples=10 * CASES, deadline=None)
@given(seeds)
def test_fields_of_rows_that_stay_move_no_type(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = {**KINDS, **UNKNOWN}
    stay, leave = int(rng.integers(0, 4)), int(rng.integers(0, 4))
    n = stay + leave
    state = rng.normal(0, 5, (n, 4))
    state[:stay, :2] += FAR_M
    columns = {name: gaps_of(rng, kind, n) for name, kind in kinds.items()}
    ids = rng.choice(10**6, n, replace=False)
    grant = Grant(
        sender="north",
        recipient="south",
        level="tracks",
        from_ns=0,
        until_ns=10**18,
        area=[[[np.array(AREA)]]],
        fields=list(kinds),
    )

    def released(rows: NDArray[np.intp]) -> Report | None:
        fields = {
            name: given_as(rng, kind, [columns[name][row] for row in rows])
            for name, kind in kinds.items()
        }
        cov = np.broadcast_to(np.eye(4), (len(rows), 4, 4))
        report = Report.tracks(
            "north",
            0,
            7,
            ids[rows],
            state[rows],
            cov,
            np.ones(len(rows)),
            fields=fields,
            frame=FRAME,
        )
        return release_under(report, grant, recipient="south", time_ns=7)

    some = released(np.arange(stay, n))
    assert some is not None
    assert len(some) == leave
    assert everything(released(rng.permutation(n))) == everything(some)


def test_from_what_leaves_nobody_tells_when_or_where_a_track_was_born() -> None:
    """Under a key that all know they told: 20 minutes ago, as the 138th from the west."""
    rng = np.random.default_rng(5)
    scans = [[Look(RADAR, z, rng.uniform(-1e3, 1e3, (20, 2)) + FAR_M)] for z in seen(rng, 6)]
    leaving = handed("tracks", "gnn", scans, is_told=True)
    names = {int(each) for report in leaving for each in report.track_id}
    other = handed("tracks", "gnn", scans, is_told=True, secret=bytes(16))
    assert names
    assert not names & {int(each) for report in other for each in report.track_id}
    # whoever knows all that was seen but not the key finds none of them by trial
    known = dt.Tracker(
        motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
        birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=10.0),
    )
    found: set[int] = set()
    for second, ((_, near_m, far_m),) in enumerate(scans):
        z = np.concatenate([near_m, far_m])
        time_s = (YES_NS + (second + 1) * SECOND_NS) / SECOND_NS
        found |= set(known.step(time_s, z, sensor=RADAR).id.tolist())
    assert len(found) > len(names)
    assert not names & found


def test_a_secret_is_drawn_unless_it_is_handed_in() -> None:
    birth = dt.Birth(rate_density=1e-3, initial_density=1e-3, velocity_std_m_s=5.0)
    tracker = dt.Tracker(motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05), birth=birth)

    def first(secret: bytes | None, name: str = "north") -> int:
        made = dt.Party(name, tracker=tracker, sensor=RADAR, secret=secret)
        return int(made.observe(YES_NS, [[0.0, 0.0]]).track_id[0])

    assert first(SECRET) == first(SECRET)
    assert len({first(None), first(None), first(SECRET), first(SECRET, "south")}) == 4
    for secret, found in ((b"short", "5 bytes"), ("a text of 16 or more", "str")):
        with pytest.raises(dt.errors.SettingError, match=f"at least 16 bytes .* found {found}"):
            first(secret)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_identities_of_a_picture_depend_on_the_reports_alone() -> None:
    rng = np.random.default_rng(6)
    scans = [[Look(RADAR, z, z[:0])] for z in seen(rng, 6)]
    birth = dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=10.0)
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    for level in ("detections", "tracklets", "tracks"):
        reports = handed(level, "gnn", scans, is_told=True)
        shown: list[object] = []
        for id_key in (0, 5):
            tracker = dt.Tracker(motion=motion, birth=birth, id_key=id_key)
            picture = dt.Picture(tracker, frame=FRAME)
            for report in reports:
                picture.add(report)
            known = picture.as_of(reports[-1].time_ns)
            shown.append([a.tobytes() for a in (known.track_id, known.mean, known.existence)])
        assert shown[0] == shown[1]


def test_what_a_second_look_tells_of_a_moment_is_numbered_for_its_recipient() -> None:
    north, south = party("north", "gnn", SECRET), party("south", "gnn", SECRET)
    terms = dt.Terms(level="tracks", until="2021-08-31")
    offer = north.offer("south", terms, time_ns=MADE_NS, answer_by_ns=ANSWER_BY_NS)
    south.hear(offer)
    north.hear(south.accept(offer, time_ns=YES_NS))
    camera = replace(RADAR, name="camera", std_m=2.0)
    latest = None
    for second in range(1, 6):
        now_ns = YES_NS + second * SECOND_NS
        north.observe(now_ns, [[10.0, 0.0]], sensor=RADAR)
        first = north.release(offer.id, time_ns=now_ns)
        assert not north.release(offer.id, time_ns=now_ns)
        latest = north.observe(now_ns, [[0.0, 0.0]], sensor=camera)
        then = north.release(offer.id, time_ns=now_ns)
        assert [report.sequence for report in first + then] == [0, 1]
        for report in (*then, *first):
            south.receive(report, offer_id=offer.id)
        if len(latest):
            assert south.picture(now_ns).mean[0].tolist() == latest.mean[0].tolist()
    assert latest is not None
    assert len(latest)
    assert not south.contradictions


@pytest.mark.parametrize("given", [None, np.full((3, 2, 2), 4.0 * np.eye(2))])
def test_equal_measurements_are_told_apart_by_where_they_were(given: Any) -> None:  # noqa: ANN401
    """The second lies elsewhere: what the first and the third are called tells nothing of it."""
    description = SensorDescription(
        name="camera", kind="elsewhere", noise=((1e-6, 0.0), (0.0, 1e-6)), detection_probability=0.8
    )
    z, places = np.ones((3, 2)), np.array([[0.0, 0.0], [-5e4, 0.0], [10.0, 0.0]])

    def named(rows: list[int]) -> list[bytes]:
        noise = None if given is None else given[rows]
        report = Report.detections(
            "north", 0, 7, z[rows], sensor=description, position_m=places[rows], noise=noise
        )
        return [row.tobytes() for row in report.row_id]

    assert named([0, 1, 2])[::2] == named([0, 2]) == named([2, 0])[::-1]
    assert len(set(named([0, 1, 2, 0]))) == 4


def test_rows_of_one_track_are_refused() -> None:
    state = np.zeros((2, 4)), np.stack([np.eye(4)] * 2), np.ones(2)
    with pytest.raises(dt.errors.SettingError, match=r"track_id must tell the rows .* two rows"):
        Report.tracks("north", 0, 7, [5, 5], *state)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("name", [3.0, "Anna"], "name must hold texts, found 3.0"),
        ("mmsi", [211000000.5, 1.0], "mmsi must hold whole numbers from 0"),
        ("mmsi", ["Anna", "1"], "mmsi must hold numbers, found 'Anna'"),
        ("length_m", ["long", 1.0], "length_m must hold numbers, found 'long'"),
    ],
)
def test_fields_that_hold_something_else_are_refused(
    name: str, values: list[object], expected: str
) -> None:
    state = np.zeros((2, 4)), np.stack([np.eye(4)] * 2), np.ones(2)
    column = np.empty(2, object)
    column[:] = values
    with pytest.raises(dt.errors.DTypeError, match=f"field {expected}"):
        Report.tracks("north", 0, 7, [5, 6], *state, fields={name: column})
