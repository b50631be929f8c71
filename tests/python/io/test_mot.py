"""MOT text files: boxes of a video in and out."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente import io
from detente.errors import DecodeError, SettingError

DETECTIONS = """\
2,-1,10,20,30,60,0.9,-1,-1,-1
1,-1,100.5,200.25,40,80,0.4,-1,-1,-1
4,-1,12,20,30,60,0.8,-1,-1,-1
"""


def written(folder: Path, text: str, name: str = "det.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_boxes_are_read_as_centre_and_size_in_the_order_of_frames(tmp_path: Path) -> None:
    recording = io.read_mot(written(tmp_path, DETECTIONS), frame_rate_hz=25.0)
    found = recording.detections
    assert (recording.format, recording.kind, len(recording.rejected)) == ("mot", "scanning", 0)
    assert found["frame"].tolist() == [1, 2, 4]
    assert found["time_s"].tolist() == [0.0, 1 / 25, 3 / 25]
    assert found["x_px"].tolist() == [120.5, 25.0, 27.0]
    assert found["y_px"].tolist() == [240.25, 50.0, 50.0]
    assert found["width_px"].tolist() == [40.0, 30.0, 30.0]
    assert found["height_px"].tolist() == [80.0, 60.0, 60.0]
    assert found["confidence"].tolist() == [0.4, 0.9, 0.8]
    assert found["source_row"].tolist() == [2, 1, 3]
    assert "identity" not in found
    assert recording.scans is not None
    assert recording.scans["time_s"].tolist() == [0.0, 1 / 25, 2 / 25, 3 / 25]  # frame 3 is empty


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,-1,10,20,0,60,0.9,-1,-1,-1", "box without a width or a height"),
        ("1,-1,10,20,30,-6,0.9,-1,-1,-1", "box without a width or a height"),
        ("0,-1,10,20,30,60,0.9,-1,-1,-1", "frame outside 1 to 1e+07"),
        ("1e12,-1,10,20,30,60,0.9,-1,-1,-1", "frame outside 1 to 1e+07"),
        ("1.5,-1,10,20,30,60,0.9,-1,-1,-1", "frame is not a whole number"),
        ("1,-1,ten,20,30,60,0.9,-1,-1,-1", "left is not a number"),
        ("1,-1,10,20,,60,0.9,-1,-1,-1", "width missing"),
        ("1,-1,10,20,30,inf,0.9,-1,-1,-1", "height is not a number"),
        ("1,-1,10,20,30", "5 fields where the header has 10"),
        ("4,-1,12,20,30,60,0.8,-1,-1,-1", "duplicate row"),
    ],
)
def test_a_bad_row_is_counted_and_listed_and_the_others_are_kept(
    tmp_path: Path, row: str, reason: str
) -> None:
    recording = io.read_mot(written(tmp_path, DETECTIONS + row + "\n"))
    assert recording.rejections() == {reason: 1}
    assert recording.rejected["source_row"].tolist() == [4]
    assert recording.rejected["text"].tolist() == [row]
    assert len(recording.detections) == 3


def test_sure_detections_alone_if_asked_for(tmp_path: Path) -> None:
    recording = io.read(written(tmp_path, DETECTIONS), min_confidence=0.5)
    assert recording.detections["confidence"].tolist() == [0.9, 0.8]
    assert recording.rejections() == {"confidence below 0.5": 1}


def test_of_the_truth_what_is_not_to_be_considered_is_left_out(tmp_path: Path) -> None:
    text = "1,7,10,20,30,60,1,1,0.8\n1,8,50,20,30,60,0,7,1\n1,9,90,20,30,60,1,1,1\n"
    recording = io.read_mot(written(tmp_path, text), min_confidence=2.0)
    assert recording.detections["identity"].tolist() == ["7", "9"]
    assert recording.rejections() == {"not to be considered, says the file": 1}


def test_a_mot_file_is_recognised_by_its_content(tmp_path: Path) -> None:
    assert io.read(written(tmp_path, DETECTIONS, "boxes.csv")).format == "mot"
    short = written(tmp_path, "1,-1,10,20,30,60\n", "six.txt")
    assert io.read(short).detections["confidence"].tolist() == [1.0]
    packed = tmp_path / "det.txt.gz"
    packed.write_bytes(gzip.compress(DETECTIONS.encode()))
    assert io.read(packed).format == "mot"


def test_a_file_with_a_header_is_none(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match="a CSV file with the columns frame, id"):
        io.read(written(tmp_path, "frame,id,left,top,width,height\n" + DETECTIONS))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2,3\n", "expected lines of frame,id,left,top,width,height,confidence, found a first"),
        ("1,-1,10,20,0,60,1\n", "expected at least one row that can be used, found 1 rows"),
        ("\n", "expected rows of positions, found an empty file"),
    ],
)
def test_a_file_without_boxes_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        io.read_mot(written(tmp_path, text))


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("inf"), float("nan")])
def test_a_frame_rate_must_be_positive(tmp_path: Path, rate_hz: float) -> None:
    with pytest.raises(SettingError, match="frame_rate_hz must be positive and finite, found"):
        io.read_mot(written(tmp_path, DETECTIONS), frame_rate_hz=rate_hz)


def test_a_time_before_the_first_frame_is_not_written(tmp_path: Path) -> None:
    box = {name: [5.0] for name in ("x_px", "y_px", "width_px", "height_px")}
    points = dt.Table({"track_id": [1], "time_s": [-1.0], **box})
    with pytest.raises(SettingError, match="time_s must not be before 0 s, which is frame 1"):
        io.write_mot(points, tmp_path / "mot.txt")
    assert not (tmp_path / "mot.txt").exists()


@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 50),
            st.integers(0, 2**64 - 1),
            *[st.integers(-(10**5), 10**5).map(lambda x: x / 4)] * 2,
            *[st.integers(1, 10**4).map(lambda x: x / 2)] * 2,
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda row: row[:2],
    ),
    rate_hz=st.sampled_from([1.0, 24.0, 25.0, 29.97, 30.0, 60.0]),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, int, float, float, float, float]],
    rate_hz: float,
) -> None:
    path = tmp_path_factory.mktemp("mot") / "mot.txt"
    frame, _, *box = (np.array(column) for column in zip(*rows, strict=True))
    names = ("x_px", "y_px", "width_px", "height_px")
    points = dt.Table(
        {
            "track_id": np.array([row[1] for row in rows], np.uint64),
            "time_s": (frame - 1) / rate_hz,
            **dict(zip(names, (column.astype(float) for column in box), strict=True)),
            "existence": np.full(len(rows), 0.75),
        }
    )
    io.write_mot(points, path, frame_rate_hz=rate_hz)
    again = io.read_mot(path, frame_rate_hz=rate_hz).detections
    order = np.lexsort((points["track_id"], frame))
    assert again["frame"].tolist() == frame[order].tolist()
    np.testing.assert_array_equal(again["time_s"], points["time_s"][order])
    for column in names:
        np.testing.assert_allclose(again[column], points[column][order], atol=0.0051)
    assert set(again["confidence"].tolist()) == {0.75}
    known: dict[str, str] = {}
    pairs = zip(again["identity"].tolist(), points["track_id"][order].tolist(), strict=True)
    assert all(known.setdefault(str(track), new) == new for new, track in pairs)
    assert len(set(known.values())) == len(known)
    first_seen = list(dict.fromkeys(again["identity"].tolist()))
    assert first_seen == [str(k) for k in range(1, len(known) + 1)]
