"""Table: round trips with pandas, polars and Arrow, and what it refuses."""

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow  # noqa: ICN001 - pa is the name without types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import detente as dt
from detente.errors import DecodeError, DTypeError, MissingExtraError, SettingError, ShapeError

pa: Any = pyarrow  # without types
NOON = np.datetime64("2021-03-04T12:00:00.123456789", "ns")


def every_type() -> dt.Table:
    return dt.Table(
        {
            "f8": np.array([1.5, np.nan, -np.inf]),
            "f4": np.array([1, 2, 3], np.float32),
            "i8": np.array([1, 2, -(2**63)]),
            "i2": np.array([1, 2, 3], np.int16),
            "u8": np.array([0, 1, 2**64 - 1], np.uint64),
            "yes": np.array([True, False, True]),
            "maybe": np.array([True, None, False], object),
            "text": np.array(["a", None, "Å🛥"], object),
            "utc": np.array([NOON, "NaT", 0], "datetime64[ns]"),
            "wall": np.array([NOON, "NaT", 0], "datetime64[ns]"),
            "cov": np.arange(12.0).reshape(3, 4),
        },
        utc=["utc"],
    )


def assert_equal(found: dt.Table, expected: dt.Table) -> None:
    assert found.column_names == expected.column_names
    assert found.utc == expected.utc
    for name in expected.column_names:
        assert found[name].dtype == expected[name].dtype, name
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


@pytest.mark.parametrize("library", ["arrow", "polars"])
def test_every_type_survives_the_round_trip(library: str) -> None:
    table = every_type()
    frame = getattr(table, f"to_{library}")()
    assert_equal(dt.Table.from_any(frame), table)


def test_pandas_round_trip() -> None:
    table = every_type()
    columns = {name: table[name] for name in table.column_names if name != "cov"}
    table = dt.Table(columns, utc=["utc"])
    frame: Any = table.to_pandas()
    assert frame["utc"].dt.tz is not None
    assert frame["wall"].dt.tz is None
    assert_equal(dt.Table.from_any(frame), table)


def test_pandas_wide_column_becomes_arrays() -> None:
    frame: Any = every_type().to_pandas()
    assert frame["cov"][1].tolist() == [4.0, 5.0, 6.0, 7.0]


def test_pandas_unnamed_index_is_left_out_and_a_named_one_is_a_column() -> None:
    frame: Any = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    assert dt.Table.from_any(frame[frame["x"] > 1.0]).column_names == ("x",)
    named = dt.Table.from_any(frame.set_index(pd.Index([7, 8, 10], name="t")))
    assert named["t"].tolist() == [7, 8, 10]


@given(hnp.arrays(np.float64, st.integers(0, 20)))
def test_floats_cross_arrow_bit_for_bit(values: np.ndarray) -> None:
    back = dt.Table.from_any(pl.DataFrame(dt.Table({"x": values})))["x"]
    assert back.tobytes() == values.tobytes() or np.isnan(values).any()
    np.testing.assert_array_equal(back, values)


@given(st.lists(st.none() | st.text(), max_size=10))
def test_texts_cross_arrow(values: list[str | None]) -> None:
    column = np.array([*values, "x"], object)
    assert dt.Table.from_any(dt.Table({"s": column}).to_arrow())["s"].tolist() == [*values, "x"]


def test_nulls() -> None:
    arrow = pa.table(
        {
            "float": pa.array([1.0, None]),
            "int": pa.array([1, None]),
            "time": pa.array([0, None], pa.timestamp("s", "UTC")),
            "text": pa.array(["a", None]),
            "null": pa.nulls(2),
        }
    )
    table = dt.Table.from_any(arrow)
    np.testing.assert_array_equal(table["float"], [1.0, np.nan])
    np.testing.assert_array_equal(table["int"], [1.0, np.nan])
    assert np.isnat(table["time"]).tolist() == [False, True]
    assert table["text"].tolist() == ["a", None]
    assert np.isnan(table["null"]).all()


def test_large_integer_beside_a_null_is_refused() -> None:
    with pytest.raises(DTypeError, match="column id has nulls and the integer 9007199254740993"):
        dt.Table.from_any(pa.table({"id": [2**53 + 1, None]}))


def test_a_zone_is_converted_to_utc() -> None:
    noon = datetime(2021, 7, 1, 12, tzinfo=UTC)
    arrow = pa.table({"t": pa.array([noon]).cast(pa.timestamp("us", "Europe/Berlin"))})
    table = dt.Table.from_any(arrow)
    assert table["t"][0] == np.datetime64("2021-07-01T12:00:00")
    assert table.utc == {"t"}


def test_dictionary_decimal_date_and_many_chunks() -> None:
    batch = pa.table(
        {
            "sensor": pa.array(["radar", "radar"]).dictionary_encode(),
            "x": pa.array([Decimal("1.25"), Decimal("2.50")]),
            "day": pa.array([0, 1], pa.date32()),
        }
    )
    table = dt.Table.from_any(pa.concat_tables([batch, batch.slice(1)]))
    assert table["sensor"].tolist() == ["radar"] * 3
    assert table["x"].tolist() == [1.25, 2.5, 2.5]
    assert table["day"][1] == np.datetime64("1970-01-02")
    assert table.utc == frozenset()


def test_no_rows_and_no_columns() -> None:
    empty = dt.Table.from_any(pl.DataFrame(schema={"x": pl.Float64, "s": pl.String}))
    assert (len(empty), empty.column_names) == (0, ("x", "s"))
    assert len(dt.Table.from_any(empty.to_arrow())) == 0
    assert len(dt.Table({})) == 0


def test_columns_are_views_that_cannot_be_written() -> None:
    x = np.zeros(3)
    table = dt.Table({"x": x})
    assert np.shares_memory(table["x"], x)
    with pytest.raises(ValueError, match="read-only"):
        table["x"][0] = 1.0


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"a": [1.0], "b": [1.0, 2.0]}, ShapeError, r"same length, found \{'a': 1, 'b': 2\}"),
        ({"a": np.zeros((1, 1, 1))}, ShapeError, r"column a must have the shape .* \(1, 1, 1\)"),
        ({"a": 1.0}, ShapeError, r"column a must have the shape .* found \(\)"),
        ({"a": [1j]}, DTypeError, "column a must hold numbers.* complex128"),
        ({"a": [datetime(2021, 1, 1, tzinfo=UTC)]}, DTypeError, "column a .* type datetime"),
        ({"a": ["x", 1.0]}, None, ""),
        ({"a": np.array(["x", 1.0], object)}, DTypeError, "objects of type float, str"),
    ],
)
def test_bad_columns(columns: dict[str, Any], error: type[Exception] | None, message: str) -> None:
    if error is None:
        assert dt.Table(columns)["a"].tolist() == ["x", "1.0"]  # NumPy's own conversion
    else:
        with pytest.raises(error, match=message):
            dt.Table(columns)


@pytest.mark.parametrize("name", ["x", "y"])
def test_utc_must_name_times(name: str) -> None:
    with pytest.raises(SettingError, match=f"utc must name columns of times, but {name}"):
        dt.Table({"x": [1.0]}, utc=[name])


def test_bad_frames() -> None:
    with pytest.raises(DTypeError, match=r"dict of arrays or an object .* found int"):
        dt.Table.from_any(3)
    with pytest.raises(DTypeError, match=r"column a must hold .* found LargeList\(.*leave it out"):
        dt.Table.from_any(pl.DataFrame({"a": [[1.0], [1.0, 2.0]]}))
    with pytest.raises(DecodeError, match="two columns are called x"):
        dt.Table.from_any(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["x", "x"]))
    year_3000 = pa.array([datetime(3000, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    with pytest.raises(DTypeError, match=r"column t must hold .* cast it or leave it out"):
        dt.Table.from_any(pa.table({"t": year_3000}))
    with pytest.raises(DTypeError, match="the frame cannot be handed out"):
        dt.Table.from_any(pd.DataFrame({"a": [1.0, "x"]}))
    with pytest.raises(KeyError, match="no column is called y; the columns are x"):
        dt.Table({"x": [1.0]})["y"]


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_a_missing_library_names_the_pip_command(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = dt.Table({"x": [1.0]})
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"{library} is missing; pip install 'detente\["):
        getattr(table, "to_arrow" if library == "pyarrow" else f"to_{library}")()
