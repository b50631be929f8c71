"""Files that are empty, cut off, or of no known kind."""

import gzip
from pathlib import Path

import pytest

from detente import io
from detente.errors import DecodeError

AIS = "Time,MMSI,LAT,LON\n2021-01-01T00:00:00Z,1,50,1\n"


@pytest.mark.parametrize("content", [b"", b" \n\r\n", gzip.compress(b"")])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "empty.csv"
    file.write_bytes(content)
    with pytest.raises(DecodeError, match=r"empty\.csv: expected rows .* found an empty file; che"):
        io.read(file)


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    file = tmp_path / "ships.csv"
    file.write_bytes(gzip.compress(AIS.encode()))
    assert len(io.read(file).detections) == 1


@pytest.mark.parametrize("length", [12, 40, -1])
def test_a_truncated_gzip(tmp_path: Path, length: int) -> None:
    file = tmp_path / "ships.csv.gz"
    file.write_bytes(gzip.compress(AIS.encode() * 100)[:length])
    with pytest.raises(DecodeError, match=r"expected a whole gzip file, found one that breaks off"):
        io.read(file)


def test_a_damaged_gzip(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(AIS.encode() * 100))
    packed[-6] ^= 0xFF
    file = tmp_path / "ships.csv.gz"
    file.write_bytes(packed)
    with pytest.raises(DecodeError, match=r"expected a sound gzip file, found a damaged one"):
        io.read(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        io.read(tmp_path / "nothing.csv")
    with pytest.raises(DecodeError, match="expected at least one file, found none"):
        io.read([])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n", "a CSV file with the columns a, b"),
        (b'[{"a": 1}]', "JSON with the fields a"),
        (b"!AIVDM,1,1,,B,15NBj>PP1gG>1PVKTDTUJOv00<0M,0*09\n", "raw NMEA sentences"),
        (b"# AIS\n\n!BSVDM,1,1,,B,15NBj>PP1gG>1PVKTDTUJOv00<0M,0*09\n", "raw NMEA sentences"),
        (b"PAR1....PAR1", "a Parquet file, whose columns have no fixed names"),
        (b"\x7fELF\x00\x00\x01", "a file of another kind"),
    ],
)
def test_an_unknown_kind_says_what_came_and_what_to_do(
    tmp_path: Path, content: bytes, found: str
) -> None:
    file = tmp_path / "data"
    file.write_bytes(content)
    with pytest.raises(DecodeError, match=f"expected AIS reports .* found {found}.*name its col"):
        io.read(file)


def test_an_unknown_format_or_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"expected a format among ais, .* found kml"):
        io.read(tmp_path, format="kml")
    with pytest.raises(DecodeError, match=r"columns may name time, x, .* found colour"):
        io.read(tmp_path, columns={"colour": "v"})


def test_several_files_share_a_frame_and_say_which_row_is_whose(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(AIS)
    second.write_text("Time,MMSI,LAT,LON\n2020-01-01T00:00:00Z,2,50,1\nx,2,50,1\n")
    both = io.read([first, second])
    assert both.detections["identity"].tolist() == ["2", "1"]  # by time
    assert both.detections["file"].tolist() == [str(second), str(first)]
    assert both.detections["x_m"].tolist() == [0.0, 0.0]
    assert both.rejected["file"].tolist() == [str(second)]
    assert both.files == (str(first), str(second))


def test_files_of_two_formats_are_refused(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(AIS)
    second.write_text("time,icao24,lat,lon\n1500000000,a,50,1\n")
    with pytest.raises(DecodeError, match=r"several files of one format .* found adsb, ais in"):
        io.read([first, second])
