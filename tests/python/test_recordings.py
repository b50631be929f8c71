"""A whole recording in one call: the same as scan by scan, from any table, smoothed or not."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.typing import NDArray

import detente as dt
from detente import errors

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
BIRTH = dt.Birth(rate_density=1e-9, initial_density=1e-6, velocity_std_m_s=10.0)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)


def a_scene(seed: int = 0) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """Return detections of three objects over 30 scans, and where they were (30, 3, 4)."""
    rng = np.random.default_rng(seed)
    step, noise = MOTION.transition(1.0), np.linalg.cholesky(MOTION.noise(1.0))
    states = np.c_[rng.uniform(0, 3000, (3, 2)), rng.normal(0, 10, (3, 2))]
    times, places, truth = [], [], []
    for k in range(30):
        seen = states[rng.random(3) < 0.9, :2]
        clutter = rng.uniform(0, 3000, (rng.poisson(3), 2))
        scan = np.concatenate([seen + rng.normal(0, 10, seen.shape), clutter])
        times.append(np.full(len(scan), float(k)))
        places.append(scan)
        truth.append(states)
        states = states @ step.T + rng.normal(size=states.shape) @ noise.T
    place = np.concatenate(places)
    table = {"time_s": np.concatenate(times), "x_m": place[:, 0], "y_m": place[:, 1]}
    return table, np.array(truth)


def track(table: object, **settings: object) -> dt.TrackedRecording:
    chosen = {"motion": MOTION, "birth": BIRTH, "sensor": RADAR, **settings}
    return dt.track(table, **chosen)  # type: ignore[arg-type]


def test_it_is_the_tracker_scan_by_scan() -> None:
    table, _ = a_scene()
    points = track(table).points
    tracker = dt.Tracker(motion=MOTION, birth=BIRTH)
    compared = 0
    for k in range(30):
        rows = np.flatnonzero(table["time_s"] == k)
        scan = np.c_[table["x_m"], table["y_m"]][rows]
        tracks = tracker.step(float(k), scan, sensor=RADAR)
        for row in np.flatnonzero(points["time_s"] == k):
            mine = np.flatnonzero(tracks.id == points["track_id"][row])[0]
            assert points["existence"][row] == tracks.existence[mine]
            assert points["x_m"][row] == tracks.mean[mine, 0]
            np.testing.assert_array_equal(points["cov"][row], tracks.cov[mine].ravel())
            given = tracks.detection_index[mine]
            assert points["detection_row"][row] == (-1 if given < 0 else rows[given])
            compared += 1
    assert compared == len(points) > 60


def test_any_table_gives_the_same_tracks() -> None:
    table, _ = a_scene()
    expected = track(table)
    for frame in (pd.DataFrame(table), pl.DataFrame(table), pa.table(table), dt.Table(table)):
        found = track(frame)
        np.testing.assert_array_equal(found.points["x_m"], expected.points["x_m"])
    assert pl.DataFrame(expected.points).height == len(expected.points)


def test_the_order_of_the_rows_does_not_matter() -> None:
    table, _ = a_scene()
    order = np.random.default_rng(1).permutation(len(table["time_s"]))
    shuffled = {name: column[order] for name, column in table.items()}
    first, second = track(table), track(shuffled)
    np.testing.assert_array_equal(first.points["track_id"], second.points["track_id"])
    np.testing.assert_array_equal(first.points["cov"], second.points["cov"])
    given = second.points["detection_row"]
    np.testing.assert_array_equal(
        np.where(given < 0, -1, order[given]), first.points["detection_row"]
    )


def test_empty_scans_count_when_they_are_told() -> None:
    table = {"time_s": [0.0, 1.0, 2.0, 9.0], "x_m": [0.0] * 4, "y_m": [0.0] * 4}
    looks = {"time_s": np.arange(10.0)}
    blind, told = track(table), track(table, scans=looks)
    assert blind.points["time_s"].tolist() == table["time_s"]
    assert told.points["time_s"].tolist() == looks["time_s"].tolist()
    unseen = told.points["detection_row"] < 0
    assert unseen.tolist() == [False] * 3 + [True] * 6 + [False]
    assert (np.diff(told.points["existence"])[unseen[1:]] < 0).all()
    assert told.points["existence"][8] < 1e-3 < blind.points["existence"][3]


def test_smoothing_is_nearer_to_the_truth_and_consistent() -> None:
    squares: dict[bool, list[float]] = {False: [], True: []}
    nees = []
    for seed in range(20):
        table, truth = a_scene(seed)
        for smooth in (False, True):
            points = track(table, smooth=smooth).points
            where = np.c_[points["x_m"], points["y_m"], points["vx_m_s"], points["vy_m_s"]]
            at = truth[points["time_s"].astype(int)]
            offset = where[:, None] - at
            nearest = np.argmin(np.linalg.norm(offset[:, :, :2], axis=2), axis=1)
            error = offset[np.arange(len(where)), nearest]
            mine = np.linalg.norm(error[:, :2], axis=1) < 60
            squares[smooth].extend((error[mine, :2] ** 2).sum(axis=1))
            if smooth:
                cov = points["cov"].reshape(-1, 4, 4)[mine]
                nees.append(
                    np.einsum(
                        "ni,ni->n",
                        error[mine],
                        np.linalg.solve(cov, error[mine][..., None])[..., 0],
                    )
                )
    assert np.mean(squares[True]) < 0.75 * np.mean(squares[False])
    assert 0.75 < np.concatenate(nees).mean() / 4 < 1.25


def test_several_sensors_of_different_kinds() -> None:
    radar = dt.RangeBearingSensor(
        range_std_m=5.0, bearing_std_rad=0.01, detection_probability=0.9, clutter_density=1e-6
    )
    table = {
        "time_s": [0.0, 0.5, 1.0, 1.5, 2.0, 2.5],
        "sensor": ["lidar", "radar"] * 3,
        "x_m": [100.0, np.nan, 102.0, np.nan, 104.0, np.nan],
        "y_m": [0.0, np.nan, 0.0, np.nan, 0.0, np.nan],
        "range_m": [np.nan, 101.0, np.nan, 103.0, np.nan, 105.0],
        "bearing_rad": [np.nan, np.pi / 2, np.nan, np.pi / 2, np.nan, np.pi / 2],
    }
    found = track(table, sensor={"lidar": RADAR, "radar": radar})
    assert found.tracks["detections"].tolist() == [6]
    assert found.points["detection_row"].tolist() == [0, 1, 2, 3, 4, 5]


def test_nothing_in_nothing_out() -> None:
    empty: NDArray[np.float64] = np.empty(0)
    found = track({"time_s": empty, "x_m": empty, "y_m": empty})
    assert len(found.points) == len(found.tracks) == 0


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    track(a_scene()[0], progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (30, 30)


@pytest.mark.parametrize(
    ("error", "message", "change"),
    [
        (errors.SettingError, "detections must have a column y_m; the columns are", {"y_m": None}),
        (
            errors.NotFiniteError,
            "x_m of detections must be finite, found nan at row 1",
            {"x_m": [0.0, np.nan]},
        ),
        (errors.NotFiniteError, "time_s of detections must be finite", {"time_s": [np.inf, 0.0]}),
        (errors.ShapeError, "the columns must have the same length", {"x_m": [0.0]}),
    ],
)
def test_bad_tables_are_refused_by_name(
    error: type[Exception], message: str, change: dict[str, list[float] | None]
) -> None:
    table = {"time_s": [0.0, 1.0], "x_m": [0.0, 1.0], "y_m": [0.0, 1.0], **change}
    with pytest.raises(error, match=message):
        track({name: column for name, column in table.items() if column is not None})


def test_unknown_sensors_are_refused() -> None:
    table = {"time_s": [0.0], "x_m": [0.0], "y_m": [0.0], "sensor": ["sonar"]}
    with pytest.raises(errors.SettingError, match="name the sensors sonar, but sensor has only"):
        track(table, sensor={"radar": RADAR})
