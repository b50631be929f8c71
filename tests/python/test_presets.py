"""Presets that can be called: numbers shown, identities as keys, senders told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente.errors import SettingError
from detente.presets.senders import STRAY, sender_of_rows

ALL = {
    "ais": dt.presets.ais(),
    "ais blind": dt.presets.ais(blind=True),
    "adsb": dt.presets.adsb(),
    "adsb blind": dt.presets.adsb(blind=True),
    "autoferry": dt.presets.autoferry(),
    "autoferry radar": dt.presets.autoferry_radar(),
    "boxes": dt.presets.boxes(),
    "positions": dt.presets.positions(area_m2=1e6, span_s=60.0, step_s=1.0),
}


@pytest.mark.parametrize("name", ALL)
def test_a_preset_shows_its_numbers_and_makes_a_tracker(name: str) -> None:
    preset = ALL[name]
    shown = repr(preset)
    assert " object at " not in shown
    assert repr(preset.motion) in shown
    assert "acceleration_psd=" in shown
    for number in (preset.survival_per_s, preset.birth.velocity_std_m_s):
        assert repr(number) in shown
    if np.isfinite(preset.longest_silence_s):
        assert f"longest_silence_s: {preset.longest_silence_s}" in shown
    for sensor in preset.sensors:
        assert f"sensor {sensor!r}" in shown
    assert preset.tracker().association == preset.association
    assert preset.tracker(association="gnn").association == "gnn"


def test_only_the_blind_do_not_look_at_identities() -> None:
    assert [dt.presets.ais().identity_error, dt.presets.adsb().identity_error] == [0.0, 0.0]
    for blind in (dt.presets.ais(blind=True), dt.presets.ais().blind(), ALL["autoferry"]):
        assert blind.identity_error is None


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(SettingError, match="must be positive, found -3"):
        dt.presets.ais(std_m=-3.0)
    with pytest.raises(SettingError, match="area_m2 must be positive, found 0"):
        dt.presets.adsb(area_m2=0.0)
    with pytest.raises(SettingError, match="sensors must be some of lidar, radar"):
        dt.presets.autoferry(sensors=["sonar"])
    with pytest.raises(SettingError, match="must have a column identity"):
        dt.presets.ais().track({"time_s": [0.0], "x_m": [0.0], "y_m": [0.0], "sensor": ["ais"]})


flights = st.lists(st.floats(20.0, 3000.0), min_size=1, max_size=4)


@given(gaps_s=flights, blind=st.booleans(), rate_s=st.sampled_from([5.0, 10.0]))
def test_one_aircraft_is_one_track_until_it_was_silent_for_longer_than_stated(
    gaps_s: list[float], rate_s: float, *, blind: bool
) -> None:
    preset = dt.presets.adsb(blind=blind)
    starts = np.cumsum([0.0, *(gap + 10 * rate_s for gap in gaps_s)])
    time_s = np.concatenate([start + rate_s * np.arange(11) for start in starts])
    found = preset.track(
        {
            "time_s": time_s,
            "x_m": 200.0 * time_s,
            "y_m": np.zeros(len(time_s)),
            "vx_m_s": np.full(len(time_s), 200.0),
            "vy_m_s": np.zeros(len(time_s)),
            "sensor": np.full(len(time_s), "adsb", object),
            "identity": np.full(len(time_s), "4b1900", object),
        }
    )
    ends = np.flatnonzero(np.diff(time_s) > preset.longest_silence_s)
    assert len(found.tracks) == 1 + len(ends) if not blind else len(found.tracks) >= 1 + len(ends)


@given(
    jumps=st.lists(st.integers(3, 36), max_size=6, unique=True),
    seed=st.integers(0, 99),
)
def test_stray_rows_are_found_and_no_other(jumps: list[int], seed: int) -> None:
    time_s = 10.0 * np.arange(40)
    there = np.stack([5 * time_s, 3 * time_s], axis=1)
    rng = np.random.default_rng(seed)
    far = [k for k in jumps if all(abs(k - other) > 1 for other in jumps if other != k)]
    angles = np.linspace(0.0, 5.0, len(far))  # no two of them near each other
    there[far] += 3e5 * np.stack([np.cos(angles), np.sin(angles)], axis=1).reshape(-1, 2)
    shuffled = rng.permutation(40)
    sender = sender_of_rows(
        time_s[shuffled], there[shuffled], np.full(40, "a", object), fastest_m_s=50.0, slack_m=1e3
    )
    assert sorted(shuffled[sender == STRAY].tolist()) == sorted(far)
    assert set(sender.tolist()) <= {0, STRAY}


def test_rows_without_an_identity_are_never_stray() -> None:
    place_m = 1e6 * np.stack([np.arange(9.0), np.zeros(9)], axis=1)
    sender = sender_of_rows(
        np.arange(9.0), place_m, np.full(9, "", object), fastest_m_s=50.0, slack_m=1e3
    )
    assert (sender == 0).all()


def test_a_place_that_is_wrong_for_a_while_is_one_sender() -> None:
    time_s = np.arange(12.0)
    place_m = np.stack([np.where(time_s < 6, 0.0, 1e5), time_s], axis=1)
    sender = sender_of_rows(
        time_s, place_m, np.full(12, "a", object), fastest_m_s=50.0, slack_m=1e3
    )
    assert (sender == 0).all()
