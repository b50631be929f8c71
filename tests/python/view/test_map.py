"""The page of a recording: self-contained, escaped, true to its data."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.geo import LocalFrame
from detente.table import Table
from detente.view import map_page

Columns = dict[str, Any]
Read = Callable[[str], Any]
Decode = Callable[[str], list[int]]
RADIUS_M = 6_378_137.0

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "\"><img src=x onerror='alert(3)'>",
    "<!--",
    "\u2028 $body ${data} &amp;",
]


def test_a_page_loads_nothing(points: Columns, tracks: Columns, read: Read) -> None:
    html = map_page(points, tracks, title="Ships")
    assert "://" not in html
    assert re.search(r"url\(|@import|\bimport\b\s*[\"'({]|fetch\(|XMLHttp|WebSocket", html) is None
    loading = {"src", "href", "srcset", "action", "data", "poster"}
    for tag, attributes in read(html).elements:
        assert not loading & attributes.keys(), tag


def test_the_policy_allows_only_the_page_s_own_script_and_style(
    points: Columns, tracks: Columns, read: Read
) -> None:
    page = read(map_page(points, tracks, title="Ships"))
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    own = [page.text_of("script")[1], page.text_of("style")[0]]
    digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in own]
    assert policy.split("; ")[1:] == [
        f"script-src 'sha256-{digests[0]}'",
        f"style-src 'sha256-{digests[1]}'",
    ]


def test_hostile_texts_stay_texts(points: Columns, tracks: Columns, read: Read) -> None:
    plain = read(map_page(points, tracks, title="t", summary={"a b": "c"}, frame_note="n"))
    for text in HOSTILE:
        page = read(
            map_page(
                points,
                tracks | {"identity": [text] * 3},
                title=text,
                summary={f"a {text}": text},
                frame_note=text,
            )
        )
        assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
        assert "".join(page.text_of("title")) == text
        assert "".join(page.text_of("h1")) == text
        assert page.data["table"]["name"] == [text] * 3


def test_identities_beyond_two_to_the_53_stay_whole(
    points: Columns, tracks: Columns, read: Read
) -> None:
    table = read(map_page(points, tracks, title="t")).data["table"]
    assert table["id"] == ["ffffffffffffffff", "0000000000000007", "0020000000000001"]
    del tracks["identity"]
    names = read(map_page(points, tracks, title="t")).data["table"]["name"]
    assert len(set(names)) == 3


def test_places_and_times_survive(
    points: Columns, tracks: Columns, read: Read, decode: Decode
) -> None:
    shuffled = np.random.default_rng(1).permutation(len(points["time_s"]))
    data = read(
        map_page({name: values[shuffled] for name, values in points.items()}, tracks, title="t")
    ).data
    plane, clock, layer = data["plane"], data["clock"], data["tracks"]
    x_m = plane["x_m"] + np.array(decode(layer["x"])) * plane["quantum_m"]
    y_m = plane["y_m"] + np.array(decode(layer["y"])) * plane["quantum_m"]
    lon_deg = plane["longitude_deg"] + np.degrees(x_m / RADIUS_M)
    lat_deg = np.degrees(2 * np.arctan(np.exp(y_m / RADIUS_M)) - np.pi / 2)
    time_s = clock["start_s"] + np.array(decode(layer["time"])) * clock["quantum_s"]
    assert layer["counts"] == [61, 40, 21]
    assert np.abs(lon_deg - points["lon_deg"]).max() < 1e-7
    assert np.abs(lat_deg - points["lat_deg"]).max() < 1e-7
    assert np.array_equal(time_s, points["time_s"])
    assert decode(layer["level"]) == [230] * 122
    assert clock["is_posix"] is True


def test_the_table_says_what_the_tracks_say(points: Columns, tracks: Columns, read: Read) -> None:
    table = read(map_page(points, tracks, title="t")).data["table"]
    assert table["name"] == ["alpha", "beta", "gamma"]
    assert table["detections"] == [61, 40, 21]
    assert (table["first"], table["last"]) == ([0, 0, 400], [600, 390, 600])
    assert table["existence"] == [252, 204, 255]


def test_colours_belong_to_identities(points: Columns, tracks: Columns, read: Read) -> None:
    both = read(map_page(points, tracks, title="t")).data["table"]["hue"]
    last = {name: values[2:] for name, values in tracks.items()}
    assert read(map_page(points, last, title="t")).data["table"]["hue"] == both[2:]


def test_points_of_tracks_that_are_not_listed_are_left_out(
    points: Columns, tracks: Columns, read: Read, decode: Decode
) -> None:
    first = {name: values[:1] for name, values in tracks.items()}
    data = read(map_page(points, first, title="t")).data
    layer = data["tracks"]
    assert layer["counts"] == [61]
    assert data["gap_s"] == 300.0
    assert (data["home"][0], data["home"][1]) == (min(decode(layer["x"])), min(decode(layer["y"])))
    assert len(decode(layer["x"])) == 61


def test_signed_and_unsigned_identities_compare_exactly(read: Read) -> None:
    points = {
        "track_id": np.array([2**62, 2**62 + 1], np.uint64),
        "time_s": [0.0, 1.0],
        "x_m": [0.0, 1.0],
        "y_m": [0.0, 1.0],
    }
    tracks = {"track_id": np.array([2**62 + 1, 2**62], np.int64)}
    page = read(map_page(points, tracks, title="t"))
    assert page.data["tracks"]["counts"] == [1, 1]
    assert page.data["table"]["first"] == [1, 0]


def test_a_track_without_a_name_goes_by_its_identity(
    points: Columns, tracks: Columns, read: Read
) -> None:
    some: Columns = {**tracks, "identity": ["", None, "c"]}
    assert read(map_page(points, some, title="t")).data["table"]["name"] == ["ffff", "0000", "c"]


def test_a_map_may_lie_across_the_180th_meridian(read: Read) -> None:
    points = {
        "track_id": ["a", "a"],
        "time_s": [0.0, 1.0],
        "lat_deg": [0.0, 0.0],
        "lon_deg": [179.5, -179.5],
    }
    data = read(map_page(points, {"track_id": ["a"]}, title="t")).data
    left, _, right, _ = data["home"]
    width_deg = np.degrees((right - left) * data["plane"]["quantum_m"] / RADIUS_M)
    assert width_deg == pytest.approx(1.0, abs=1e-6)


def test_metres_stay_as_they_are(read: Read, decode: Decode) -> None:
    points = {"track_id": ["a", "a"], "time_s": [0.0, 0.25], "x_m": [-3.0, 5.0], "y_m": [2.0, 2.5]}
    data = read(map_page(points, {"track_id": ["a"]}, title="t")).data
    plane = data["plane"]
    assert plane["kind"] == "metric"
    x_m = plane["x_m"] + np.array(decode(data["tracks"]["x"])) * plane["quantum_m"]
    assert np.abs(x_m - points["x_m"]).max() <= plane["quantum_m"] / 2
    assert data["clock"] == {"start_s": 0.0, "quantum_s": 0.01, "steps": 25, "is_posix": False}


def test_a_frame_places_metres_on_the_globe(points: Columns, tracks: Columns, read: Read) -> None:
    frame = LocalFrame(50.7, -1.2)
    en_m = frame.enu_from_geodetic(points["lat_deg"], points["lon_deg"], np.zeros(122))[:, :2]
    metric = {"track_id": points["track_id"], "time_s": points["time_s"]}
    metric |= {"x_m": en_m[:, 0], "y_m": en_m[:, 1]}
    degrees = read(map_page(points, tracks, title="t")).data
    placed = read(map_page(metric, tracks, title="t", frame=frame)).data
    assert placed["plane"]["kind"] == "mercator"
    assert placed["home"] == pytest.approx(degrees["home"], abs=2)


def test_data_frames_and_tables_do_as_well_as_dicts(points: Columns, tracks: Columns) -> None:
    polars = pytest.importorskip("polars")
    html = map_page(points, tracks, title="t")
    assert map_page(Table(points), Table(tracks), title="t") == html
    assert map_page(polars.DataFrame(points), polars.DataFrame(tracks), title="t") == html


def test_truth_and_detections_have_their_switches(
    points: Columns, tracks: Columns, read: Read
) -> None:
    seen = {name: points[name] for name in ("time_s", "lat_deg", "lon_deg")}
    page = read(
        map_page(
            points,
            tracks,
            title="t",
            truth=seen | {"truth_id": points["track_id"]},
            detections=seen,
        )
    )
    switches = {a.get("id") for t, a in page.elements if t == "input"}
    assert {"show-truth", "show-detections"} <= switches
    assert page.data["truth"]["counts"] == [40, 21, 61]  # in order of identity
    assert page.data["detections"]["counts"] == [122]
    bare = read(map_page(points, tracks, title="t"))
    assert not {"show-truth", "show-detections"} & {a.get("id") for _, a in bare.elements}


def test_a_recording_without_tracks_makes_a_page(read: Read) -> None:
    empty: Columns = {"track_id": np.empty(0, np.uint64), "time_s": [], "x_m": [], "y_m": []}
    page = read(map_page(empty, {"track_id": np.empty(0, np.uint64)}, title="Nothing"))
    assert page.data["tracks"]["counts"] == []
    assert "0 tracks over 0 s." in " ".join(page.text_of("p"))


def test_long_gaps_break_a_path(points: Columns, tracks: Columns, read: Read) -> None:
    assert read(map_page(points, tracks, title="t")).data["gap_s"] == 300.0


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"lon_deg": None}, SettingError, "points needs a column lon_deg; it has track_id, time"),
        ({"track_id": None}, SettingError, "points needs a column track_id; it has time_s, lat"),
        ({"time_s": np.zeros(3)}, ShapeError, "columns must have the same length"),
        ({"lat_deg": np.zeros((122, 2))}, ShapeError, "lat_deg of points must be one-dimensional"),
        ({"lat_deg": np.full(122, np.nan)}, NotFiniteError, "lat_deg of points .* in row 0"),
        ({"existence": np.full(122, np.inf)}, NotFiniteError, "existence of points is not finite"),
    ],
)
def test_bad_points_are_refused(
    points: Columns, tracks: Columns, change: Columns, error: type[Exception], message: str
) -> None:
    bad = {name: values for name, values in (points | change).items() if values is not None}
    with pytest.raises(error, match=message):
        map_page(bad, tracks, title="t")


def test_frames_are_not_mixed(points: Columns, tracks: Columns) -> None:
    with pytest.raises(SettingError, match="all tables in degrees or all in metres"):
        map_page(points, tracks, title="t", truth={"time_s": [0.0], "x_m": [0.0], "y_m": [0.0]})


def test_identities_are_of_one_type(points: Columns) -> None:
    with pytest.raises(SettingError, match="numbers in both points and tracks, or text in both"):
        map_page(points, {"track_id": ["7"]}, title="t")


def test_a_plane_wider_than_a_map_can_hold_is_refused(tracks: Columns) -> None:
    points = {"track_id": [7, 7], "time_s": [0, 1], "x_m": [0.0, 1e12], "y_m": [0.0, 0.0]}
    with pytest.raises(SettingError, match="check the units of x_m and y_m"):
        map_page(points, tracks, title="t")


def test_a_large_recording_makes_a_page_under_three_megabytes() -> None:
    rng = np.random.default_rng(1)
    count, reports = 842, 165
    time_s = np.sort(rng.integers(0, 60_000, (count, reports)), axis=1).astype(float)
    start, speed = rng.uniform(-1, 1, (2, count, 1)), rng.normal(0, 1e-3, (2, count, 1))
    lat_deg, lon_deg = start + speed * (time_s - time_s[:, :1]) / 10
    points = {
        "track_id": np.repeat(np.arange(count, dtype=np.uint64), reports),
        "time_s": time_s.ravel(),
        "lat_deg": 46.8 + lat_deg.ravel(),
        "lon_deg": 8.2 + lon_deg.ravel(),
        "existence": rng.uniform(0.9, 1.0, count * reports),
    }
    html = map_page(points, {"track_id": np.arange(count, dtype=np.uint64)}, title="Aircraft")
    assert len(html.encode()) < 3e6
