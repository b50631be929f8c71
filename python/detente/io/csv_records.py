"""The lines of a CSV file as records, though a quote may be left open or hold line breaks."""

from __future__ import annotations

import csv

_LONGEST = 100  # lines that one field may hold


def records_from_text(data: bytes, *, delimiter: str) -> tuple[list[bytes], list[int]]:
    """Return the records, and the numbers of those whose quote was left open by mistake.

    A field in quotes may hold line breaks. A quote that is open where other
    rows begin was left open by mistake: that line alone is a record, which cannot be read.

    Parameters
    ----------
    data : bytes
        Text with a header in its first line.
    delimiter : str
        What parts fields.

    Returns
    -------
    records : list of bytes
    left_open : list of int
        From 1, which is the header.
    """
    every = data.split(b"\n")
    fields = _fields(every[0], delimiter) or 1
    records: list[bytes] = []
    left_open: list[int] = []
    at = 0
    while at < len(every):
        line = every[at]
        end = at + 1
        if line.count(b'"') % 2 and _fields(line, delimiter) is None:
            end = _end_of_record(every, at, fields, delimiter)
            if end == at:
                left_open.append(len(records) + 1)
                end = at + 1
        records.append(b"\n".join(every[at:end]))
        at = end
    return records, left_open


def _end_of_record(every: list[bytes], at: int, fields: int, delimiter: str) -> int:
    """Return the line after the record that begins here, or the same line if there is none."""
    for end in range(at + 1, min(at + _LONGEST, len(every))):
        if not every[end].count(b'"') % 2:
            if fields > 1 and _fields(every[end], delimiter) == fields:
                return at  # a row of its own
            continue
        whole = b"\n".join(every[at : end + 1])
        return end + 1 if _fields(whole, delimiter) == fields else at
    return at


def _fields(line: bytes, delimiter: str) -> int | None:
    """Return how many fields a line has, or none if a quote is open at its end."""
    try:
        lines = line.decode("utf-8", "replace").split("\n")
        for record in csv.reader((f"{each}\n" for each in lines), delimiter=delimiter, strict=True):
            return len(record)
    except csv.Error:
        return None
    return 0
