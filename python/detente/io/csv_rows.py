"""Rows of a CSV file as columns of texts, with the line each came from."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from detente.io.csv_records import records_from_text
from detente.io.extras import Arrow, pa, pc, pv
from detente.io.rows import Malformed, Rows
from detente.io.source import listed
from detente.io.told import Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from detente.io.source import Source

_DELIMITERS = ",;\t|"


def header_from_csv(data: bytes, *, delimiter: str | None = None) -> list[str]:
    """Return the column names in the first line, as written."""
    return _split(_first_line(data), delimiter or delimiter_of(data))


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


def named_columns(
    source: Source,
    header: Sequence[str],
    needed: Mapping[str, Sequence[str]],
    optional: Mapping[str, Sequence[str]],
    told: Told,
    *,
    what: str,
) -> dict[str, str]:
    """Return by role the names of the columns of a format, those first that the user names.

    Raises
    ------
    DecodeError
        A needed column is missing, or one that the user names.
    """
    names = find_columns(header, {**needed, **optional})
    own = {role: told.columns[role] for role in told.columns if role in {*needed, *optional}}
    names |= names_in_header(source, header, own)
    if absent := [role for role in needed if role not in names]:
        tried = "; ".join(f"{role}: {', '.join(needed[role])}" for role in absent)
        raise source.error(
            expected=f"columns of {what} ({tried})",
            found=f"the columns {listed(header)}",
            remedy="rename them, or name the columns: --time, --lat, --lon",
        )
    return names


def names_in_header(
    source: Source, header: Sequence[str], wanted: Mapping[str, str]
) -> dict[str, str]:
    """Return the names that a user gives as the file writes them.

    Raises
    ------
    DecodeError
        There is no such column.
    """
    known = {plain(name): name for name in reversed(header)} | {name: name for name in header}
    found = {role: known.get(name, known.get(plain(name))) for role, name in wanted.items()}
    if absent := [wanted[role] for role, name in found.items() if name is None]:
        raise source.error(
            expected=f"a column {listed(absent)}",
            found=f"the columns {listed(header)}",
            remedy="name the columns as the file does",
        )
    return {role: name for role, name in found.items() if name is not None}


def rows_from_csv(source: Source, wanted: Mapping[str, str], *, told: Told | None = None) -> Rows:
    """Read the wanted columns, given as {what to call it: its name in the header}.

    A row's number is its line, the header being line 1, or its record if fields hold line breaks.

    Raises
    ------
    DecodeError
        It is no CSV file.
    """
    told = told or Told()
    delimiter = told.delimiter or delimiter_of(source.data)
    data, records, left_open = source.data, None, list[int]()
    if b'"' in data:
        records, left_open = records_from_text(data, delimiter=delimiter)
        broken = set(left_open)
        kept = (each for n, each in enumerate(records, 1) if n not in broken)
        data = b"\n".join(each.replace(b"\n", b" ") for each in kept)
    skipped: list[Malformed] = []
    names = sorted(set(wanted.values()))
    data, is_replaced = _with_replacements(data)
    try:
        table = _table(data, names, delimiter, skipped)
    except (pa.ArrowException, KeyError) as error:
        raise source.error(
            expected="a CSV file with a header of different names",
            found=str(error),
            remedy="check how it was exported",
        ) from error
    if is_replaced and (odd := [name for name in names if _has_replacements(table[name])]):
        raise source.error(
            expected="a CSV file in UTF-8",
            found=f"something else in the column {listed(odd)}",
            remedy="export it again as UTF-8, or name its encoding: --encoding cp1252",
        )
    read = np.arange(1, 2 + len(table) + len(skipped) + len(left_open), dtype=np.int64)
    read = np.setdiff1d(read, left_open)  # the numbers of the records that were handed over
    malformed = [(int(read[row - 1]), reason, text) for row, reason, text in skipped]
    every = records if records is not None else source.data.split(b"\n")
    malformed += [
        (row, "a quote that is left open", every[row - 1].decode("utf-8", "replace"))
        for row in left_open
    ]
    number = np.setdiff1d(read[1:], [row for row, _, _ in malformed]).astype(np.int64)
    columns = {column: table[name].combine_chunks() for column, name in wanted.items()}
    columns, notes = _with_points(columns, delimiter, told.decimal)

    def texts_of(rows: NDArray[np.int64]) -> list[str]:
        wanted_rows: list[int] = rows.tolist()
        return [_text(every[row - 1], delimiter) for row in wanted_rows]

    return Rows(columns, number, texts_of, malformed, notes=notes)


def _text(record: bytes, delimiter: str) -> str:
    """Return a record as text, without quotes if it stands on several lines."""
    text = record.decode("utf-8", "replace")
    lines = text.splitlines(keepends=True)
    return delimiter.join(next(csv.reader(lines, delimiter=delimiter))) if lines[1:] else text


def _table(data: bytes, names: list[str], delimiter: str, skipped: list[Malformed]) -> Arrow:
    """Return some columns as texts, and add rows of another number of fields to `skipped`."""

    def skip(row: Arrow) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        skipped.append((row.number, reason, row.text))
        return "skip"

    return pv.read_csv(
        pa.BufferReader(data),
        read_options=pv.ReadOptions(use_threads=False, block_size=1 << 24),
        parse_options=pv.ParseOptions(
            delimiter=delimiter,
            ignore_empty_lines=False,
            newlines_in_values=False,
            invalid_row_handler=skip,
        ),
        convert_options=pv.ConvertOptions(
            include_columns=names, column_types=dict.fromkeys(names, pa.string())
        ),
    )


def _with_replacements(data: bytes) -> tuple[bytes, bool]:
    """Return text with a sign in place of what is not UTF-8, and whether there was any."""
    if data.isascii():
        return data, False
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode(), True
    return data, False


def _with_points(
    columns: dict[str, Arrow], delimiter: str, decimal: str | None
) -> tuple[dict[str, Arrow], tuple[str, ...]]:
    """Return columns whose numbers have a decimal point, and what a reader should know."""
    numbers = [role for role in columns if role not in ("identity", "sensor")]
    if decimal is None:
        has_commas = delimiter != "," and any(_has_commas(columns[role]) for role in numbers)
        decimal = "," if has_commas else "."
    if decimal == ".":
        return columns, ()
    pointed = {
        role: pc.replace_substring_regex(columns[role], r"^(\s*[+-]?\d*),(\d*\s*)$", r"\1.\2")
        for role in numbers
    }
    return {**columns, **pointed}, ("Numbers were read with a decimal comma.",)


def _has_replacements(column: Arrow) -> bool:
    return bool(pc.any(pc.match_substring(column, "\N{REPLACEMENT CHARACTER}")).as_py())


def _has_commas(column: Arrow) -> bool:
    """Tell whether the first texts are numbers with a decimal comma."""
    sample = pc.drop_null(column[:1000])
    return (pc.sum(pc.match_substring_regex(sample, r"^\s*[+-]?\d+,\d+\s*$")).as_py() or 0) > 0


def _first_line(data: bytes) -> str:
    end = data.find(b"\n")
    line = data if end < 0 else data[:end]
    return line.decode("utf-8", "replace").rstrip()


def delimiter_of(data: bytes) -> str:
    """Return what parts the names in the first line."""
    return max(_DELIMITERS, key=_first_line(data).count)


def _split(line: str, delimiter: str) -> list[str]:
    for record in csv.reader([line], delimiter=delimiter):
        return record
    return []
