"""Rows with times become frames."""

import numpy as np
import pytest

import detente as dt
from detente.metrics import frames_from_times


def test_rows_are_sorted_into_frames_and_keep_their_order_within() -> None:
    rng = np.random.default_rng(4)
    times = np.array([0.5, 1.5, 2.5, 9.0])
    time = rng.choice(times[[0, 1, 3]], 50)
    positions = rng.normal(size=(50, 2))
    frames = frames_from_times(time, positions, times_s=times, identity=np.arange(50))
    assert frames.row is not None
    assert frames.identity is not None
    np.testing.assert_array_equal(frames.positions, positions[frames.row])
    np.testing.assert_array_equal(frames.identity, frames.row)
    for k, t in enumerate(times):
        rows = frames.row[frames.offsets[k] : frames.offsets[k + 1]]
        np.testing.assert_array_equal(rows, np.flatnonzero(time == t))


def test_no_rows_are_empty_frames() -> None:
    frames = frames_from_times([], np.empty((0, 2)), times_s=[1.0, 2.0])
    np.testing.assert_array_equal(frames.offsets, [0, 0, 0])


def test_bad_input_is_refused() -> None:
    one = [[0.0]]
    with pytest.raises(dt.errors.SettingError, match=r"found 2\.0 at row 0"):
        frames_from_times([2.0], one, times_s=[1.0, 3.0])
    with pytest.raises(dt.errors.SettingError, match=r"found nan at row 0"):
        frames_from_times([np.nan], one, times_s=[1.0])
    with pytest.raises(dt.errors.SettingError, match=r"found 4\.0 at row 0"):
        frames_from_times([4.0], one, times_s=[1.0, 3.0])
    with pytest.raises(dt.errors.SettingError, match="strictly increasing"):
        frames_from_times([1.0], one, times_s=[1.0, 1.0])
    with pytest.raises(dt.errors.ShapeError, match="positions must have one row for each"):
        frames_from_times([1.0, 1.0], one, times_s=[1.0])
    with pytest.raises(dt.errors.ShapeError, match="identity must have one row for each"):
        frames_from_times([1.0], one, times_s=[1.0], identity=["a", "b"])
