"""Identities that are never wrong, and silences that end a track: laws over all associations."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import detente as dt

ASSOCIATIONS = ("gnn", "jpda", "pmbm")
IMM = dt.IMM(
    [dt.ConstantVelocity(axes=2, acceleration_psd=q) for q in (0.01, 1.0)],
    transition_per_s=[[0.0, 0.1], [0.1, 0.0]],
)
MOTIONS = {"CV": dt.ConstantVelocity(axes=2, acceleration_psd=0.01), "IMM": IMM}
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=6.0)
REPORTS = dt.PositionSensor(std_m=5.0, report_rate_per_s=1 / 60)
LOOKS = dt.PositionSensor(std_m=5.0, detection_probability=0.9, clutter_density=1e-7)


def tracked(rows: list[tuple[float, str, float, float]], **options: Any) -> dt.TrackedRecording:  # noqa: ANN401 - settings
    time_s, names, x_m, y_m = zip(*rows, strict=True)
    table = {"time_s": time_s, "identity": np.array(names, object), "x_m": x_m, "y_m": y_m}
    given_settings = {"motion": MOTIONS["CV"], "birth": BIRTH, "sensor": REPORTS} | options
    return dt.track(table, **given_settings)


reports = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda k: 15.0 * k),
        st.sampled_from(["a", "b", "c"]),
        st.floats(-3e4, 3e4),
        st.floats(-3e4, 3e4),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:2],
)


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("association", ASSOCIATIONS)
@given(rows=reports)
@settings(max_examples=25, deadline=None)
def test_each_name_is_one_track_wherever_its_reports_are(
    association: str, motion: str, rows: list[tuple[float, str, float, float]]
) -> None:
    found = tracked(
        rows, identity_error=0.0, motion=MOTIONS[motion], association=association,
        prune_existence=0.0, recycle_existence=0.0,
    )  # fmt: skip
    told = found.points.take(found.points["detection_row"] >= 0)
    names = np.array([row[1] for row in rows])[told["detection_row"]]
    pairs = set(zip(told["track_id"].tolist(), names.tolist(), strict=True))
    assert len(told) == len(rows)
    assert len(pairs) == len({row[1] for row in rows}) == len(found.tracks)


@pytest.mark.parametrize("association", ASSOCIATIONS)
@pytest.mark.parametrize("sensor", [REPORTS, LOOKS])
def test_ships_side_by_side_stay_two_and_what_has_no_name_goes_to_none_of_another(
    association: str, sensor: dt.PositionSensor
) -> None:
    rows = [(10.0 * k, name, 5.0 * k, 1.0) for k in range(20) for name in ("a", "b", "")]
    rows = [(t, name, x, y + 4000.0 * (name == "")) for t, name, x, y in rows]
    found = tracked(rows, identity_error=0.0, association=association, sensor=sensor)
    assert sorted(found.tracks["detections"].tolist()) == [20, 20, 20]


@pytest.mark.parametrize("association", ASSOCIATIONS)
def test_a_name_that_is_said_twice_at_once_is_still_one_track(association: str) -> None:
    rows = [(10.0 * k, "a", 3.0 * k, y) for k in range(9) for y in (0.0, 8000.0)]
    found = tracked(rows, identity_error=0.0, association=association)
    assert len(found.tracks) == 1


@pytest.mark.parametrize("association", ASSOCIATIONS)
@given(silence_s=st.floats(20.0, 500.0), gap_s=st.floats(20.0, 500.0), named=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_longer_silence_ends_a_track_and_a_shorter_one_does_not(
    association: str, silence_s: float, gap_s: float, *, named: bool
) -> None:
    times_s = [0.0, 10.0, 20.0, 20.0 + gap_s, 30.0 + gap_s]
    found = tracked(
        [(t, "a", 0.0, 0.0) for t in times_s],
        identity_error=0.0 if named else None,
        association=association,
        longest_silence_s=silence_s,
        prune_existence=0.0,
        recycle_existence=0.0,
    )
    ends = times_s[3] - times_s[2] > silence_s
    if named or ends:  # without a name it is also the place that decides
        assert len(found.tracks) == 1 + ends


def test_settings_outside_their_range_are_refused() -> None:
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(dt.errors.SettingError, match="longest_silence_s must be positive"):
            dt.Tracker(motion=MOTIONS["CV"], birth=BIRTH, longest_silence_s=bad)
    with pytest.raises(dt.errors.SettingError, match="identity_error must be from 0 to 1"):
        tracked([(0.0, "a", 0.0, 0.0)], identity_error=-0.1)
