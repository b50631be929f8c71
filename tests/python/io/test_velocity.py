"""Speed and course become a velocity in the frame, where meridians are not parallel."""

from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente import io

HEADER = "Time,MMSI,LAT,LON,COG,SOG\n"


def velocity(folder: Path, *rows: str, frame: dt.LocalFrame | None = None) -> dt.Table:
    file = folder / "ships.csv"
    lines = (f"2021-01-01T00:00:{i:02d}Z,1,{row}\n" for i, row in enumerate(rows))
    file.write_text(HEADER + "".join(lines))
    return io.read(file, frame=frame).detections


def test_course_is_clockwise_from_north_and_speed_is_in_knots(tmp_path: Path) -> None:
    rows = [f"0,0,{course},10" for course in (0, 90, 180, 270, 45)]
    found = velocity(tmp_path, *rows, frame=dt.LocalFrame(0.0, 0.0))
    knots = 10 * 1852 / 3600
    half = knots / np.sqrt(2)
    np.testing.assert_allclose(found["vx_m_s"], [0, knots, 0, -knots, half], atol=0.04)
    np.testing.assert_allclose(found["vy_m_s"], [knots, 0, -knots, 0, half], atol=0.04)
    assert found["sensor"].tolist() == ["ais"] * 5


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("0,0,360,0.2", 0.1),  # course "not available", but it hardly moves
        ("0,0,360,10", None),
        ("0,0,0,102.3", None),  # speed "not available"
        ("0,0,0,-1", None),
        ("0,0,,10", None),
        ("0,0,0,fast", None),
    ],
)
def test_what_is_not_available_is_not_guessed(
    tmp_path: Path, row: str, expected: float | None
) -> None:
    found = velocity(tmp_path, row)
    speed_m_s = np.hypot(found["vx_m_s"], found["vy_m_s"])
    if expected is None:
        assert np.isnan(speed_m_s).all()
        assert found["sensor"].tolist() == ["ais position"]
    else:
        np.testing.assert_allclose(speed_m_s, expected, atol=0.01)
        assert found["sensor"].tolist() == ["ais"]


def test_north_turns_away_from_the_origin(tmp_path: Path) -> None:
    frame = dt.LocalFrame(46.0, 0.0)
    found = velocity(tmp_path, "46,4,0,10", frame=frame)
    convergence_deg = np.rad2deg(np.arctan2(-found["vx_m_s"], found["vy_m_s"]))
    np.testing.assert_allclose(convergence_deg, 4.0 * np.sin(np.deg2rad(46.0)), rtol=0.01)


def test_velocity_is_the_derivative_of_the_place(tmp_path: Path) -> None:
    lon_deg = np.linspace(5.0, 5.02, 3)  # due east along a parallel
    east_m = np.diff(lon_deg)[0] * np.deg2rad(1) * 6_378_137 * np.cos(np.deg2rad(47))
    knots = east_m / 1.0 * 3600 / 1852
    rows = [f"47,{lon:.9f},90,{min(knots, 90):.6f}" for lon in lon_deg]
    found = velocity(tmp_path, *rows, frame=dt.LocalFrame(46.0, 4.0))
    moved = np.array([np.diff(found[c])[0] for c in ("x_m", "y_m")])
    said = np.array([found[c][0] for c in ("vx_m_s", "vy_m_s")])
    direction = moved / np.hypot(*moved), said / np.hypot(*said)
    np.testing.assert_allclose(direction[0], direction[1], atol=1e-3)
