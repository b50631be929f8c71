"""Rows of a CSV file as columns of texts, with the line each came from."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from detente.io.extras import Arrow, pa, pv
from detente.io.rows import Malformed, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from detente.io.source import Source

_DELIMITERS = ",;\t|"


def header_from_csv(data: bytes) -> list[str]:
    """Return the column names in the first line, as written."""
    return _split(_first_line(data), _delimiter(data))


def plain(name: str) -> str:
    """Return a column name as it is compared: no case, no comment sign, no blanks around it."""
    return name.strip().lstrip("#").strip().lower()


def find_columns(header: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return for each wanted column the name in the header that is first among its aliases."""
    known = {plain(name): name for name in reversed(header)}
    found = {
        column: next((known[plain(alias)] for alias in aliases if plain(alias) in known), None)
        for column, aliases in wanted.items()
    }
    return {column: name for column, name in found.items() if name is not None}


def rows_from_csv(source: Source, wanted: Mapping[str, str]) -> Rows:
    """Read the wanted columns, given as {what to call it: its name in the header}.

    A row's number is its line, the header being line 1, or its record if fields hold line breaks.
    """
    malformed: list[Malformed] = []

    def skip(row: Arrow) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        malformed.append((row.number, reason, row.text))
        return "skip"

    names = sorted(set(wanted.values()))
    try:
        table = pv.read_csv(
            pa.BufferReader(source.data),
            read_options=pv.ReadOptions(use_threads=False, block_size=1 << 24),
            parse_options=pv.ParseOptions(
                delimiter=_delimiter(source.data),
                ignore_empty_lines=False,
                newlines_in_values=b'"' in source.data,
                invalid_row_handler=skip,
            ),
            convert_options=pv.ConvertOptions(
                include_columns=names, column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except pa.ArrowInvalid as error:
        raise source.error(
            expected="a CSV file in UTF-8", found=str(error), remedy="export it again as UTF-8"
        ) from error
    number = np.arange(2, 2 + len(table) + len(malformed), dtype=np.int64)
    line = np.setdiff1d(number, [row[0] for row in malformed]).astype(np.int64)
    columns = {column: table[name].combine_chunks() for column, name in wanted.items()}
    return Rows(columns, line, lambda rows: _texts(source.data, rows), malformed)


def _texts(data: bytes, lines: NDArray[np.int64]) -> list[str]:
    if not len(lines):
        return []
    text = data.decode("utf-8", "replace")
    if '"' in text:  # a field may hold line breaks
        delimiter = _delimiter(data)
        records = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
        every: list[str] = [delimiter.join(record) for record in records]
    else:
        every = text.split("\n")
    wanted: list[int] = lines.tolist()
    return [every[line - 1].rstrip("\r") for line in wanted]


def _first_line(data: bytes) -> str:
    end = data.find(b"\n")
    line = data if end < 0 else data[:end]
    return line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip()


def _delimiter(data: bytes) -> str:
    return max(_DELIMITERS, key=_first_line(data).count)


def _split(line: str, delimiter: str) -> list[str]:
    for record in csv.reader([line], delimiter=delimiter):
        return record
    return []
