"""Reads a recording: recognises what a file is by what is in it, not by its name alone."""

from __future__ import annotations

import re
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from detente.errors import DecodeError
from detente.io.adsb import is_adsb, read_adsb_csv, read_adsb_json
from detente.io.ais_csv import is_ais, read_ais_csv
from detente.io.autoferry import is_autoferry, read_autoferry
from detente.io.csv_rows import header_from_csv
from detente.io.delimited import PARQUET, ROLES, Kind, read_delimited
from detente.io.mot import FRAME_RATE_HZ, is_mot, read_mot
from detente.io.recording import Recording, join
from detente.io.source import Source, open_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.geo import LocalFrame

FORMATS = ("ais", "adsb", "autoferry", "mot", "delimited")


def read(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    format: str | None = None,  # noqa: A002 - what every library calls it
    columns: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    time_zone: str | None = None,
    frame: LocalFrame | None = None,
    frame_rate_hz: float = FRAME_RATE_HZ,
    min_confidence: float | None = None,
) -> Recording:
    r"""Read a recording from one or more files.

    Parameters
    ----------
    paths : path or paths
        AIS reports in CSV; ADS-B positions in JSON or CSV; the folder or the detections of an
        Autoferry scenario; the boxes of a video as MOT text (see `read_mot`); any other CSV or
        Parquet file, given `columns`. Each may be gzip.
    format : {"ais", "adsb", "autoferry", "mot", "delimited"}, optional
        Unless given, it is recognised by the content.
    columns : mapping, optional
        For any other CSV or Parquet file, which column is what: ``time``, and ``x`` and ``y`` [m]
        (perhaps ``z``) or ``lat`` and ``lon`` [°]; perhaps ``sensor`` and ``identity``.
    kind : {"reporting", "scanning"}, optional
        For such a file: whether a row is a report of an object, or part of a scan.
    time_zone : str, optional
        The zone of times that name none: ``"UTC"``, ``"+02:00"``, ``"Europe/Oslo"``.
    frame : LocalFrame, optional
        The frame of the positions; unless given, around their middle.
    frame_rate_hz, min_confidence
        As of `read_mot`.

    Returns
    -------
    Recording
        Rows that cannot be used are in `Recording.rejected`, each with its reason.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DecodeError
        The file is empty, cut off, of no known format, lacks a column, has no good row, or has
        times without a zone that nothing says how to read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from detente import io
    >>> file = Path(mkdtemp()) / "ships.csv"
    >>> _ = file.write_text(
    ...     "Time,MMSI,Latitude_degrees,Longitude_degrees\n"
    ...     "2016-01-12 13:02:11,235070762,50.77,-1.09\n"
    ...     "2016-01-12 13:02:12,235070762,91,181\n"
    ... )
    >>> recording = io.read(file)
    >>> recording.detections["identity"]
    array(['235070762'], dtype=object)
    >>> recording.rejections()
    {'latitude outside -90 to 90': 1}
    >>> recording.notes
    ('Times without a zone were read as UTC.',)
    """
    one_path = isinstance(paths, (str, PathLike))
    if kind not in (None, *get_args(Kind)):
        raise DecodeError(f"expected a kind among {', '.join(get_args(Kind))}, found {kind}")
    several: list[Path] = [Path(paths)] if one_path else [Path(path) for path in paths]
    if format not in (None, *FORMATS):
        raise DecodeError(f"expected a format among {', '.join(FORMATS)}, found {format}")
    unknown = set(columns or ()) - set(ROLES)
    if unknown:
        raise DecodeError(f"columns may name {', '.join(ROLES)}, found {', '.join(unknown)}")
    recordings: list[Recording] = []
    for path in several:
        one = _read_one(
            path,
            format=format,
            columns=columns or {},
            kind=kind,
            time_zone=time_zone,
            frame=frame,
            frame_rate_hz=frame_rate_hz,
            min_confidence=min_confidence,
        )
        frame = frame or one.frame
        if kind not in (None, one.kind):
            raise DecodeError(f"{path}: {one.format} files are {one.kind}, found kind {kind}")
        recordings.append(one)
    if not recordings:
        raise DecodeError("expected at least one file, found none")
    return join(recordings)


def _read_one(
    path: Path,
    *,
    format: str | None,  # noqa: A002 - as above
    columns: Mapping[str, str],
    kind: Kind | None,
    time_zone: str | None,
    frame: LocalFrame | None,
    frame_rate_hz: float,
    min_confidence: float | None,
) -> Recording:
    if path.is_dir():
        return read_autoferry(path, frame=frame)
    source = open_source(path)
    format = format or ("delimited" if columns else recognise(source))  # noqa: A001 - as above
    is_json = source.data.lstrip()[:1] in (b"[", b"{")
    match format:
        case "ais":
            return read_ais_csv(source, time_zone=time_zone, frame=frame)
        case "adsb":
            read_adsb = read_adsb_json if is_json else read_adsb_csv
            return read_adsb(source, time_zone=time_zone, frame=frame)
        case "mot":
            return read_mot(source, frame_rate_hz=frame_rate_hz, min_confidence=min_confidence)
        case "autoferry":
            return read_autoferry(path, frame=frame)
        case _:
            return read_delimited(source, columns, kind=kind, time_zone=time_zone, frame=frame)


def recognise(source: Source) -> str:
    """Return the format of a file by its content.

    Raises
    ------
    DecodeError
        It is none that can be read without being told more.
    """
    data = source.data
    head = data[:4096].lstrip()
    found = "a file of another kind"
    if data.startswith(PARQUET):
        found = "a Parquet file, whose columns have no fixed names"
    elif re.search(rb"^!..VD[MO],|^\$[A-Z]{5},|^\\\\", head, re.MULTILINE):
        found = "raw NMEA sentences, which are not read yet; export them as CSV"
    elif head.startswith((b"[", b"{")):
        if is_autoferry(data):
            return "autoferry"
        fields = list(dict.fromkeys(re.findall(r'"([^"]+)"\s*:', head.decode("utf-8", "replace"))))
        if is_adsb(fields):
            return "adsb"
        found = f"JSON with the fields {', '.join(fields) or 'of no record'}"
    elif is_mot(data):
        return "mot"
    elif b"\0" not in head:
        header = header_from_csv(data)
        if is_ais(header):
            return "ais"
        if is_adsb(header):
            return "adsb"
        found = f"a CSV file with the columns {', '.join(header)}"
    raise source.error(
        expected="AIS reports in CSV, ADS-B positions in JSON or CSV, an Autoferry scenario or MOT "
        "text",
        found=found,
        remedy="for any other CSV or Parquet file name its columns: --time T --x X --y Y, or "
        "--time T --lat LAT --lon LON",
    )
