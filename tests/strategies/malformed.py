"""Malformed input: what is valid, broken in one place or a few, at random but the same each run."""

import json
import warnings
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow  # noqa: ICN001 - pa is the name without types

pa: Any = pyarrow  # without types


def deep(levels: int = 2_000) -> Any:  # noqa: ANN401 - a list in lists
    """Return lists in each other."""
    tree: list[Any] = []
    for _ in range(levels):
        tree = [tree]
    return tree


ODD: list[Callable[[], Any]] = [
    lambda: None,
    lambda: True,
    lambda: False,
    *(lambda n=n: n for n in (0, 1, -1, 5, 2**31, 2**32, 2**63 - 1, 2**63, -(2**63), 2**70)),
    lambda: 10**5_000,
    *(lambda x=x: x for x in (0.5, -1.0, 90.5, 181.0, 1e9, 1e30, 1e300, -1e300, 5e-324)),
    *(lambda x=x: x for x in (float("nan"), float("inf"), -float("inf"), 1 + 2j)),
    *(
        lambda x=x: Decimal(x)
        for x in ("1e1000000", "1e-1000000", "0e999999", "NaN", "sNaN", "0.1")
    ),
    *(lambda t=t: t for t in ("", " ", "no", "1e9", "7", "-7", "٣", "1_0", "tracks", "north", "*")),
    *(lambda t=t: t for t in ("\ud800", "a\0b", "a\nb", "\u202ex", "x" * 70, "y" * 20_000)),
    *(
        lambda t=t: t
        for t in ("2021-08-31", "0000-01-01", "9999-12-31T23:59:59-12:00", "10000-01-01")
    ),
    *(lambda t=t: t for t in ("0001-01-01T00:00:00+14:00", "2021-08-31T00:00:00", "1677-01-01")),
    list,
    dict,
    lambda: [[]],
    lambda: [[], [[1]]],
    lambda: [1, [2, 3]],
    lambda: [[float("nan"), 0.0]] * 4,
    lambda: {"type": "Polygon"},
    lambda: {"type": ["Polygon"], "coordinates": 3},
    lambda: {1: 2, None: 3},
    lambda: {"a" * 300: "\ud800"},
    deep,
    lambda: [[]] * 10_000,
    lambda: b"bytes",
    object,
    lambda: {"mmsi"},
    lambda: iter(()),
    lambda: np.float32(3.5),
    lambda: np.int8(-3),
    lambda: np.bool_(True),
    lambda: np.float64("nan"),
    lambda: np.array(3.0),
    lambda: np.zeros((2, 2)),
    lambda: np.array([["a", "b"]] * 3),
    lambda: np.ma.masked_array([1.0, 2.0], [True, False]),
    lambda: np.datetime64("2021-08-31"),
]
"""Values that are seldom what is meant; each is made anew."""


def odd(rng: Random) -> Any:  # noqa: ANN401 - that is the point
    """Return a value that is seldom what is meant."""
    return rng.choice(ODD)()


def odd_json(rng: Random) -> Any:  # noqa: ANN401 - that is the point
    """Return such a value that JSON and TOML can be made to say, or `None`."""
    value = odd(rng)
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return value


def mutated(rng: Random, tree: Any, of: Callable[[Random], Any] = odd) -> Any:  # noqa: ANN401
    """Return a tree of mappings and lists with one or two of its nodes broken."""
    tree = deepcopy(tree)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        nodes = _nodes(tree)[:500]
        if not nodes:
            return of(rng)
        holder, key = rng.choice(nodes)
        match rng.randrange(8):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[rng.choice(("", "extra", "schema", "\ud800", "self", "a" * 99))] = of(rng)
            case 1 | 2:
                holder[key] = [holder[key]]
            case 3 if isinstance(holder, list):
                holder.append(holder[key])
            case 4:
                other, name = rng.choice(nodes)
                if name in other if isinstance(other, dict) else name < len(other):
                    holder[key] = [] if isinstance(other[name], dict | list) else other[name]
            case _:
                holder[key] = of(rng)
    return tree


def _nodes(tree: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Return each node as its holder and its key."""
    found: list[tuple[Any, Any]] = []
    level = [tree]
    while level:
        holder = level.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                level.append(holder[key])
    return found


def _with(x: Any, rng: Random) -> Any:  # noqa: ANN401 - that is the point
    """Return an array of numbers with one of them extreme."""
    if x.size and x.dtype.kind in "fiu":
        floats = (np.nan, np.inf, 1e308, -1e308, 1e-308, 0.0, -1.0, 2.5)
        limits = None if x.dtype.kind == "f" else np.iinfo(x.dtype)
        extremes = floats if limits is None else (limits.min, limits.max, 0)
        x.reshape(-1)[rng.randrange(x.size)] = rng.choice(extremes)
    return x


BROKEN: list[Callable[[Any, Random], Any]] = [
    _with,
    _with,
    lambda x, rng: x.astype(rng.choice(("<U3", "S4", object, "datetime64[ns]", complex))),
    lambda x, _: x.astype(x.dtype.newbyteorder(">")),
    lambda x, rng: x.astype(rng.choice((np.float16, np.float32, np.longdouble))),
    lambda x, rng: x.astype(rng.choice((np.int8, np.int64, np.uint64, bool))),
    lambda x, rng: np.ma.masked_array(x, rng.random() < 0.5),
    lambda x, _: np.asfortranarray(np.repeat(x, 2, axis=0))[::2],
    lambda x, _: x[:0],
    lambda x, _: x[..., :0],
    lambda x, _: x[..., None],
    lambda x, _: x.reshape(-1),
    lambda x, _: x.T,
    lambda x, _: x.tolist(),
    lambda x, _: np.concatenate([x, x]),
    lambda _, rng: odd(rng),
]
"""What breaks an array in its type, its shape, its order or its numbers."""


def array(rng: Random, values: Any) -> Any:  # noqa: ANN401 - that is the point
    """Return an array broken in one way."""
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        try:
            return rng.choice(BROKEN)(np.array(values), rng)
        except ValueError:  # texts that are no numbers
            return odd(rng)


def table(rng: Random, whole: Any) -> Any:  # noqa: ANN401, PLR0911 - a pyarrow.Table
    """Return an Arrow table broken in a column, its notes or its head."""
    at = rng.randrange(whole.num_columns)
    name, column = whole.column_names[at], whole.column(at).combine_chunks()
    notes = dict(whole.schema.metadata)
    match rng.randrange(10):
        case 0:
            return whole.drop_columns([name])
        case 1:
            other = rng.choice(whole.column_names)
            return whole.rename_columns([other if n == name else n for n in whole.column_names])
        case 2:
            return whole.set_column(at, name, _odd_column(rng, whole.num_rows))
        case 3:
            field = whole.schema.field(at)
            said = rng.choice(("", "2", "2,2", "-1", "4,4", "1e3", "9" * 30, "0,4", "²", "16,1"))
            field = field.with_metadata({"detente.shape": said, "detente.identifies": "perhaps"})
            return whole.set_column(at, field, column)
        case 4:
            values = column.to_pylist()
            values[rng.randrange(len(values))] = None
            return whole.set_column(at, name, pa.array(values, column.type))
        case 5:
            return whole.slice(rng.randrange(whole.num_rows), rng.randrange(3))
        case 6:
            return whole.append_column(
                rng.choice(("", "mmsi", "a b", name, "x" * 99, "\n")), column
            )
        case 7:
            cut = notes[b"detente.report"]
            begin, end = sorted(rng.randrange(len(cut)) for _ in range(2))
            notes[b"detente.report"] = (
                cut[:begin] + rng.choice((b"", b"\xff", b"[" * 9_999)) + cut[end:]
            )
            return whole.replace_schema_metadata(notes)
        case _:
            head = mutated(rng, json.loads(notes[b"detente.report"]), odd_json)
            notes[b"detente.report"] = json.dumps(head).encode()
            return whole.replace_schema_metadata(notes)


def _odd_column(rng: Random, rows: int) -> Any:  # noqa: ANN401 - a pyarrow.Array
    values: tuple[tuple[Any, Any], ...] = (
        ([None] * rows, pa.null()),
        ([[1.0]] * rows, pa.list_(pa.float64())),
        ([{"a": 1}] * rows, pa.struct([("a", pa.int8())])),
        ([b"ab"] * rows, pa.binary()),
        (["text"] * rows, pa.string()),
        (["text"] * rows, pa.string_view()),
        ([Decimal("1.5")] * rows, pa.decimal128(38, 3)),
        ([2**62] * rows, pa.timestamp("s")),
        ([1] * rows, pa.timestamp("ns", "UTC")),
        ([1] * rows, pa.duration("s")),
        ([1] * rows, pa.date32()),
        ([True, None] * rows, pa.bool_()),
        ([[]] * rows, pa.list_(pa.float64(), 0)),
        ([[1.0, None]] * rows, pa.list_(pa.float32(), 2)),
        ([["a"]] * rows, pa.list_(pa.string(), 1)),
        ([b""] * rows, pa.binary(0)),
        ([2**64 - 1, None] * rows, pa.uint64()),
    )
    value, kind = rng.choice(values)
    made = pa.array(value[:rows], kind)
    return made.dictionary_encode() if kind == pa.string() else made


def text(rng: Random, valid: str) -> Any:  # noqa: ANN401 - that is the point
    """Return a text broken in a few characters, or far too much of something."""
    match rng.randrange(12):
        case 0:
            return valid + "\nx = " + "[" * rng.choice((40, 5_000)) + "]" * 5_000
        case 1:
            return valid + "\nx = " + "9" * 10_000
        case 2:
            return ".".join(["a"] * rng.choice((3, 33, 20_000))) + " = 1\n" + valid
        case 3:
            return odd(rng)
        case 4:
            return "# " + "x" * 2**21 + "\n" + valid
        case _:
            for _ in range(rng.choice((1, 1, 2, 5))):
                begin = rng.randrange(len(valid))
                end = begin + rng.choice((0, 1, 1, 5, 30))
                put = rng.choice(
                    ("", "0", "-", "9" * 20, "e999999", '"', "\ud800", "\0", "nan", "[", "}")
                )
                valid = valid[:begin] + put + valid[end:]
            return valid
