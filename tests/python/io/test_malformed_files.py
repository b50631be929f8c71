"""Whatever a file holds: a short error that says what to do, or no row lost."""

import csv
import gzip
import json
import zlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente import io
from detente.errors import DetenteError

AIS = ["Time,MMSI,LAT,LON,Name"] + [
    f"2021-01-01T12:00:{k:02d}Z,23500000{k % 5},{50 + 0.001 * k:.4f},{1 + 0.001 * k:.4f},Ann"
    for k in range(30)
]
ADSB = [
    {"timestamp": 1533101250 + k, "icao24": "4b1900", "latitude": 46 + 0.001 * k, "longitude": 7}
    for k in range(30)
]
PLOTS = ["t,x,y,who"] + [f"{k},{10 * k},{5 * k},{'ab'[k % 2]}" for k in range(30)]
COLUMNS = {"time": "t", "x": "x", "y": "y", "identity": "who"}


def rows_of(text: str, header: str) -> int | None:
    """Return how many lines under the header are not blank, if lines are what tells rows."""
    lines = text.replace("\r", "\n").split("\n")
    if '"' in text or lines[0] != header:
        return None
    return sum(bool(line.strip()) for line in lines[1:])


def taken_or_told(path: Path, rows: int | None, **how: object) -> None:
    """Read a file: each row is used or listed once, with its reason, or a short error says why."""
    found, told = None, ""
    try:
        found = io.read(path, **how)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - settings
    except DetenteError as error:
        told = str(error)
    if found is None:
        assert 0 < len(told) < 1000
        assert told.isprintable()
        return
    listed = [*found.detections["source_row"].tolist(), *found.rejected["source_row"].tolist()]
    assert len(set(listed)) == len(listed)
    assert all(found.rejected["reason"].tolist())
    if rows is not None:
        assert len(listed) == rows


texts = st.one_of(
    st.sampled_from(
        ["", " ", '"', '""', "'", ",", ";", "\r", "\n", "\t", "1e25", "-1e308", "1e400", "nan",
         "inf", "0x10", "1,5", "½", "\0", "\ud7ff", "9" * 400, "2021-13-45", "24:00", "é", "-",
         "99999-01-01T00:00:00Z", "2021-01-01T12:00:00+99:00", "True", "[1]", "\\"]
    ),
    st.text(max_size=12),
)  # fmt: skip


@st.composite
def broken_lines(draw: st.DrawFn, lines: list[str]) -> str:
    """Return lines of which some fields are others, some are cut, doubled or joined."""
    out = list(lines)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(out) - 1))
        match draw(st.sampled_from(["field", "cut", "double", "drop", "quote", "blank"])):
            case "field":
                fields = out[at].split(",")
                fields[draw(st.integers(0, len(fields) - 1))] = draw(texts)
                out[at] = ",".join(fields)
            case "cut":
                out[at] = out[at][: draw(st.integers(0, len(out[at])))]
            case "double":
                out[at] = out[at] + "," + draw(texts)
            case "drop":
                out[at] = ""
            case "quote":
                place = draw(st.integers(0, len(out[at])))
                out[at] = out[at][:place] + '"' + out[at][place:]
            case _:
                out.insert(at, draw(st.sampled_from(["", "  ", ",,,,"])))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(out) + draw(st.sampled_from(["", "\n"]))


common = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@common
@given(text=broken_lines(AIS), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_ais(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding, "replace"))
    taken_or_told(path, rows_of(text, AIS[0]))


@common
@given(text=broken_lines(PLOTS))
def test_named_columns(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("utf-8", "replace"))
    taken_or_told(path, rows_of(text, PLOTS[0]), columns=COLUMNS)


@common
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 29),
            st.sampled_from([*ADSB[0], "new"]),
            st.one_of(
                texts, st.none(), st.booleans(), st.floats(), st.integers(), st.lists(st.integers())
            ),
        ),
        max_size=6,
    ),
    end=st.integers(0, 40),
)
def test_adsb(tmp_path: Path, changes: list[tuple[int, str, object]], end: int) -> None:
    records = [dict(row) for row in ADSB]
    for at, name, value in changes:
        records[at][name] = value  # type: ignore[assignment] # pyright: ignore[reportArgumentType] - broken on purpose
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records)[: None if end > 30 else -end - 1])
    taken_or_told(path, 30)
    path.write_text("\n".join(map(json.dumps, records)))
    taken_or_told(path, 30)
    header = list(dict.fromkeys(name for record in records for name in record))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(records)
    taken_or_told(path, None)


@common
@given(data=st.binary(max_size=400), start=st.sampled_from(
    [b"", b"[", b"{", b"PAR1", b"\x1f\x8b", b"\xff\xfe", b"Time,MMSI,LAT,LON\n", b'[{"icao24":']
))  # fmt: skip
def test_any_bytes(tmp_path: Path, data: bytes, start: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(start + data)
    taken_or_told(path, None)
    taken_or_told(path, None, columns=COLUMNS)
    for known in io.FORMATS:
        taken_or_told(path, None, format=known)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "mixed"])
@pytest.mark.parametrize("lines", [AIS, PLOTS])
def test_line_ends_of_every_kind(tmp_path: Path, lines: list[str], end: str) -> None:
    path = tmp_path / "a.csv"
    ends = ["\n", "\r\n", "\r"] if end == "mixed" else [end]
    text = "".join(line + ends[k % len(ends)] for k, line in enumerate(lines))
    path.write_bytes(text.encode())
    found = io.read(path, columns=COLUMNS if lines is PLOTS else None)
    assert len(found.detections) == 30
    assert found.detections["source_row"].tolist() == list(range(2, 32))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join([*AIS, AIS[-1].replace("Ann", "Ærø")]).encode(encoding))
    assert len(io.read(path).detections) == 30


def test_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Zeit,Größe x,y\n1,2,3".encode("cp1252"))
    columns = {"time": "Zeit", "x": "Größe x", "y": "y"}
    with pytest.raises(DetenteError, match="expected a column Größe x, found the columns Zeit"):
        io.read(path, columns=columns)
    assert io.read(path, columns=columns, encoding="cp1252").detections["x_m"].tolist() == [2.0]
    with pytest.raises(DetenteError, match="there is no encoding 'morse'"):
        io.read(path, columns=columns, encoding="morse")


@pytest.mark.parametrize("at", [1, 4, 15, 30])
def test_an_open_quote_costs_its_own_row(tmp_path: Path, at: int) -> None:
    lines = list(AIS)
    lines[at] = lines[at].replace("Ann", '"Ann')
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    found = io.read(path)
    assert len(found.detections) == 29
    assert found.rejected["source_row"].tolist() == [at + 1]
    assert found.rejections() == {"a quote that is left open": 1}


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Zeit;x;y\n12.01.2016 13:02:11,5;1,25;-3,5\n2.1.2016 00:00:00;1;2\n")
    columns = {"time": "Zeit", "x": "x", "y": "y"}
    found = io.read(path, columns=columns, time_zone="UTC")
    assert found.detections["x_m"].tolist() == [1.0, 1.25]
    assert found.detections["time_s"].tolist() == [1451692800.0, 1452603731.5]
    assert "Numbers were read with a decimal comma." in found.notes


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["12.01.2016", "02.01.2016"], "2016-01-12"),
        (["1/2/2016", "13/2/2016"], "2016-02-01"),
        (["1/2/2016", "1/13/2016"], "2016-01-02"),
        (["2016/02/01", "2016/02/13"], "2016-02-01"),
    ],
)
def test_dates_of_several_customs(tmp_path: Path, dates: list[str], first: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x,y\n" + "".join(f"{date} 00:00:00,1,{k}\n" for k, date in enumerate(dates)))
    found = io.read(path, columns=COLUMNS | {"identity": "y"}, time_zone="UTC")
    row = found.detections["source_row"].tolist().index(2)
    assert found.detections["time_s"][row] == np.datetime64(first, "s").astype(int)


def test_a_date_that_may_be_either_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x,y\n3/4/2016 00:00:00,1,2\n")
    columns = {"time": "t", "x": "x", "y": "y"}
    with pytest.raises(DetenteError, match="--time-format '%d/%m/%Y %H:%M:%S'"):
        io.read(path, columns=columns, time_zone="UTC")
    how = {"columns": columns, "time_zone": "UTC"}
    found = io.read(path, time_format="%m/%d/%Y %H:%M:%S", **how)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - settings
    assert found.detections["time_s"].tolist() == [1457049600.0]


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.io.source._FREELY", 1 << 20)
    unpacked = 0
    make = zlib.decompressobj

    class Counted:
        def __init__(self, **options: int) -> None:
            self.inner = make(**options)

        def decompress(self, data: bytes, most: int) -> bytes:
            nonlocal unpacked
            piece: bytes = self.inner.decompress(data, most)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - of zlib
            unpacked += len(piece)
            return piece

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    monkeypatch.setattr("detente.io.source.zlib.decompressobj", Counted)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(40 << 20)))
    with pytest.raises(DetenteError, match=r"unpacks to at most .* found one that unpacks to more"):
        io.read(path)
    assert unpacked < (8 << 20)


@pytest.mark.parametrize("time", ["1e25", "-1e25", "1e300", "inf", "99999999999999999999"])
def test_a_time_beyond_the_calendar_is_a_bad_row(tmp_path: Path, time: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x,y\n1,2,3\n2,2,3\n3,2,3\n" + f"{time},2,3\n")
    found = io.read(path, columns={"time": "t", "x": "x", "y": "y"})
    assert found.rejections() == {"time cannot be read": 1}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({f"name of a field {k}": k for k in range(5000)}),
        json.dumps({"answer": [list(range(3000))]}),
        json.dumps("x" * 20_000),
        "x" * 20_000,
        ",".join(f"column {k}" for k in range(5000)) + "\n1,2\n",
        json.dumps([["deep"] * 3000]),
    ],
)
def test_a_message_is_short_whatever_the_file_holds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    for how in ({}, {"format": "adsb"}, {"columns": COLUMNS}):
        with pytest.raises(DetenteError) as caught:
            io.read(path, **how)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - settings
        assert len(str(caught.value)) < 1000


def test_records_may_lie_in_an_object(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"time": 1, "aircraft": ADSB}, indent=1))
    assert len(io.read(path).detections) == 30


def test_a_parquet_file_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"t": [1.0], "x": [1.0], "y": [2.0], "who": ["a"]}).write_parquet(path)
    whole = path.read_bytes()
    for end in range(4, len(whole), 37):
        path.write_bytes(whole[:end])
        taken_or_told(path, None, columns=COLUMNS)
