"""Geodesy against PROJ, and its laws."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import detente as dt
from detente import geo

MILLIMETRE = 1e-3
HEIGHTS_M = (-6_300_000.0, -1_000_000.0, -10_000.0, 0.0, 8_848.0, 400_000.0, 50_000_000.0)
EDGES = [
    (90.0, 0.0),
    (-90.0, 33.0),
    (0.0, 180.0),
    (0.0, -180.0),
    (89.999_999_9, 10.0),
    (1e-12, 1.0),
]

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)
heights = st.floats(-10_000.0, 50_000_000.0)


def _points(seed: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    lat_deg, lon_deg = rng.uniform(-90.0, 90.0, 2_000), rng.uniform(-180.0, 180.0, 2_000)
    edges = np.array(EDGES)
    return np.r_[lat_deg, edges[:, 0]], np.r_[lon_deg, edges[:, 1]]


@pytest.mark.parametrize("height_m", HEIGHTS_M)
def test_earth_centred_agrees_with_proj_to_a_millimetre(height_m: float) -> None:
    lat_deg, lon_deg = _points()
    proj = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978")
    expected = np.column_stack(proj.transform(lat_deg, lon_deg, np.full(len(lat_deg), height_m)))
    assert np.abs(geo.ecef_from_geodetic(lat_deg, lon_deg, height_m) - expected).max() < 1e-6
    # PROJ's own inverse is approximate far from the ground (0.4 m at 50,000 km), its forward
    # transformation is exact: ours must undo that.
    back = geo.geodetic_from_ecef(expected)
    assert np.abs(np.column_stack(proj.transform(*back)) - expected).max() < 1e-6
    assert np.abs(back[2] - height_m).max() < 1e-6


def test_geodetic_agrees_with_proj_near_the_ground() -> None:
    lat_deg, lon_deg = _points(2)
    rng = np.random.default_rng(3)
    ecef_m = geo.ecef_from_geodetic(lat_deg, lon_deg, rng.uniform(-10_000, 100_000, len(lat_deg)))
    proj = pyproj.Transformer.from_crs("EPSG:4978", "EPSG:4979")
    expected = np.column_stack(proj.transform(ecef_m[:, 0], ecef_m[:, 1], ecef_m[:, 2]))
    found = geo.geodetic_from_ecef(ecef_m)
    gap = geo.ecef_from_geodetic(*found) - geo.ecef_from_geodetic(*expected.T)
    assert np.abs(gap).max() < MILLIMETRE


@pytest.mark.parametrize("origin", [(38.56, 68.77, 785.0), (90.0, 0.0, 0.0), (-17.0, 180.0, -50.0)])
def test_local_frame_agrees_with_proj(origin: tuple[float, float, float]) -> None:
    lat_deg, lon_deg = _points(4)
    pipeline = (
        "+proj=pipeline +step +proj=cart +ellps=WGS84 +step +proj=topocentric +ellps=WGS84 "
        f"+lat_0={origin[0]} +lon_0={origin[1]} +h_0={origin[2]}"
    )
    proj = pyproj.Transformer.from_pipeline(pipeline)
    expected = np.column_stack(proj.transform(lon_deg, lat_deg, np.full(len(lat_deg), 120.0)))
    frame = dt.LocalFrame(*origin)
    assert np.abs(frame.enu_from_geodetic(lat_deg, lon_deg, 120.0) - expected).max() < 1e-6
    back = frame.geodetic_from_enu(expected)
    assert np.abs(frame.enu_from_geodetic(*back) - expected).max() < 1e-6


@given(latitudes, longitudes, heights)
def test_earth_centred_round_trip(lat_deg: float, lon_deg: float, height_m: float) -> None:
    ecef_m = geo.ecef_from_geodetic(lat_deg, lon_deg, height_m)
    back = geo.geodetic_from_ecef(ecef_m)
    assert np.abs(geo.ecef_from_geodetic(*back) - ecef_m).max() < 1e-6
    assert abs(back[2][0] - height_m) < 1e-6


@given(latitudes, longitudes, heights, latitudes, longitudes)
def test_local_round_trip_and_distance(
    lat_deg: float, lon_deg: float, height_m: float, lat0_deg: float, lon0_deg: float
) -> None:
    frame = dt.LocalFrame(lat0_deg, lon0_deg)
    enu_m = frame.enu_from_geodetic(lat_deg, lon_deg, height_m)
    back = frame.geodetic_from_enu(enu_m)
    assert np.abs(frame.enu_from_geodetic(*back) - enu_m).max() < 1e-6
    # a change of frame moves no point: the distance to the origin stays
    origin = geo.ecef_from_geodetic(lat0_deg, lon0_deg)
    ecef_m = geo.ecef_from_geodetic(lat_deg, lon_deg, height_m)
    assert np.linalg.norm(enu_m) == pytest.approx(np.linalg.norm(ecef_m - origin), abs=1e-6)


@given(
    latitudes,
    longitudes,
    st.floats(-1_000_000.0, 1_000_000.0),
    st.floats(-1_000_000.0, 1_000_000.0),
    st.floats(-10_000.0, 1_000_000.0),
)
def test_point_of_given_height_has_that_east_and_north(
    lat0_deg: float, lon0_deg: float, east_m: float, north_m: float, height_m: float
) -> None:
    frame = dt.LocalFrame(lat0_deg, lon0_deg, 300.0)
    lat_deg, lon_deg, found_m = frame.geodetic_from_en([[east_m, north_m]], height_m)
    assert found_m[0] == height_m
    enu_m = frame.enu_from_geodetic(lat_deg, lon_deg, height_m)
    assert np.abs(enu_m[0, :2] - [east_m, north_m]).max() < 1e-5
    assert enu_m[0, 2] < height_m + 1.0  # the near side of the Earth, not the far one
    assert enu_m[0, 2] > -1_500_000.0


def test_origin_is_zero_and_axes_point_east_north_up() -> None:
    frame = dt.LocalFrame(60.0, 25.0, 10.0)
    near = frame.enu_from_geodetic([60.0, 60.0, 60.001, 60.0], [25.0, 25.001, 25.0, 25.0], 10.0)
    above = frame.enu_from_geodetic(60.0, 25.0, 110.0)
    assert np.abs(near[0]).max() < 1e-8
    assert near[1, 0] == pytest.approx(55.8, abs=0.1)
    assert near[2, 1] == pytest.approx(111.4, abs=0.1)
    assert above[0] == pytest.approx([0.0, 0.0, 100.0], abs=1e-6)


def test_the_antimeridian_is_no_edge() -> None:
    frame = dt.LocalFrame(-17.0, 180.0)
    enu_m = frame.enu_from_geodetic([-17.0, -17.0], [179.999, -179.999])
    assert enu_m[0, 0] == pytest.approx(-enu_m[1, 0], abs=1e-6)
    assert abs(enu_m[1, 0]) < 110.0


def test_longitudes_of_a_full_turn_name_the_same_place() -> None:
    assert geo.ecef_from_geodetic(10.0, 370.0) == pytest.approx(
        geo.ecef_from_geodetic(10.0, 10.0), abs=1e-6
    )


def test_empty_columns_give_empty_columns() -> None:
    assert geo.ecef_from_geodetic([], [], []).shape == (0, 3)
    assert dt.LocalFrame(0.0, 0.0).geodetic_from_enu(np.empty((0, 3)))[0].shape == (0,)


def test_latitude_91_is_refused_with_its_row() -> None:
    with pytest.raises(dt.errors.SettingError, match=r"lat_deg must be between -90 and 90 degrees"):
        dt.LocalFrame(91.0, 0.0)
    with pytest.raises(dt.errors.SettingError, match=r"found 91 at row 1"):
        geo.ecef_from_geodetic([0.0, 91.0], 0.0)
    with pytest.raises(dt.errors.SettingError, match=r"found -90\.5 at row 0"):
        dt.LocalFrame(0.0, 0.0).enu_from_geodetic(-90.5, 0.0)


def test_a_latitude_that_is_no_number_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="lat_deg must be between"):
        dt.LocalFrame(float("nan"), 0.0)
    with pytest.raises(dt.errors.SettingError, match="origin of a local frame must be finite"):
        dt.LocalFrame(0.0, float("inf"))
    with pytest.raises(
        dt.errors.NotFiniteError, match="lon_deg must be finite, found NaN at row 1"
    ):
        geo.ecef_from_geodetic(0.0, [0.0, float("nan")])


def test_the_centre_of_the_earth_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match=r"50 km from the Earth's centre.*at row 1"):
        geo.geodetic_from_ecef([[7e6, 0.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(dt.errors.SettingError, match="50 km from the Earth's centre"):
        dt.LocalFrame(0.0, 0.0, -6_378_137.0)


def test_east_beyond_the_earth_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="near enough to the origin"):
        dt.LocalFrame(0.0, 0.0).geodetic_from_en([[7e6, 0.0]])


def test_wrong_shapes_are_refused() -> None:
    frame = dt.LocalFrame(0.0, 0.0)
    with pytest.raises(
        dt.errors.ShapeError, match=r"one length, found lat_deg \(2,\), lon_deg \(3,\)"
    ):
        geo.ecef_from_geodetic([0.0, 1.0], [0.0, 1.0, 2.0])
    with pytest.raises(
        dt.errors.ShapeError, match=r"enu_m must have shape \(n, 3\), found \(1, 2\)"
    ):
        frame.geodetic_from_enu([[1.0, 2.0]])
    with pytest.raises(dt.errors.ShapeError, match=r"en_m must have shape \(n, 2\), found \(2,\)"):
        frame.geodetic_from_en([1.0, 2.0])
    with pytest.raises(dt.errors.DTypeError, match="lat_deg must hold real numbers"):
        geo.ecef_from_geodetic(["north"], [0.0])
