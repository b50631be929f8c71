"""Reads a recording: recognises what a file is by what is in it, not by its name alone."""

from __future__ import annotations

import re
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from detente.errors import DecodeError
from detente.io.adsb import is_adsb, read_adsb_csv, read_adsb_json
from detente.io.ais_csv import is_ais, read_ais_csv
from detente.io.autoferry import is_autoferry, read_autoferry
from detente.io.csv_rows import header_from_csv
from detente.io.delimited import ROLES, is_placed, read_delimited
from detente.io.encodings import PARQUET
from detente.io.mot import FRAME_RATE_HZ, is_mot, read_mot
from detente.io.recording import Recording, join
from detente.io.source import Source, listed, open_source
from detente.io.told import Kind, Told
from detente.io.units import checked_units

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
    units: Mapping[str, str] | None = None,
    time_format: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
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
        (perhaps ``z``) or ``lat`` and ``lon`` [°]; perhaps ``altitude`` [m], ``sensor`` and
        ``identity`` (empty where nobody knows). Of AIS and ADS-B those to be read otherwise than
        recognised, ``speed`` and ``course`` too.
    kind : {"reporting", "scanning"}, optional
        For such a file: whether a row is a report of an object, or part of a scan.
    time_zone : str, optional
        The zone of times that name none: ``"UTC"``, ``"+02:00"``, ``"Europe/Oslo"``.
    frame : LocalFrame, optional
        The frame of the positions; unless given, around their middle.
    frame_rate_hz, min_confidence
        As of `read_mot`.
    units : mapping, optional
        The units of columns, where they are not what is recognised: of ``x``, ``y``, ``z`` and
        ``altitude`` m, km, ft, FL or NM; of ``speed`` m/s, kt, km/h or mph; of ``time``, if it is
        numbers, s, ms, us or ns.
    time_format : str, optional
        How times are written, as of `datetime.strptime`, where they are not in ISO 8601.
    delimiter : str, optional
        What parts the fields of a CSV file; else of comma, semicolon, tab and bar the most
        frequent in the header.
    decimal : {".", ","}, optional
        What parts a number from its decimals; else recognised where fields are not parted by it.
    encoding : str, optional
        Of text that is neither UTF-8 nor UTF-16, such as ``"cp1252"``.

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
    SettingError
        There is no such unit, zone or encoding.

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
    told = _checked(
        Told(
            columns=columns or {},
            units=units or {},
            kind=kind,
            time_zone=time_zone,
            time_format=time_format,
            delimiter=delimiter,
            decimal=decimal,
            frame=frame,
        )
    )
    one_path = isinstance(paths, (str, PathLike))
    several: list[Path] = [Path(paths)] if one_path else [Path(path) for path in paths]
    if format not in (None, *FORMATS):
        raise DecodeError(f"expected a format among {', '.join(FORMATS)}, found {format!s:.40}")
    recordings: list[Recording] = []
    for path in several:
        if path.is_dir():
            one = read_autoferry(path, frame=told.frame)
        else:
            source = open_source(path, encoding=encoding)
            known = format or _format(source, told)
            if known == "mot":
                one = read_mot(source, frame_rate_hz=frame_rate_hz, min_confidence=min_confidence)
            else:
                one = _read_one(source, known, told)
        told = replace(told, frame=told.frame or one.frame)
        if kind not in (None, one.kind):
            raise DecodeError(f"{path}: {one.format} files are {one.kind}, found kind {kind}")
        recordings.append(one)
    if not recordings:
        raise DecodeError("expected at least one file, found none")
    return join(recordings)


def _checked(told: Told) -> Told:
    """Return what the user says if it can be.

    Raises
    ------
    DecodeError, SettingError
        A kind, a role, a unit or a sign that there is not.
    """
    if told.kind not in (None, *get_args(Kind)):
        known = ", ".join(get_args(Kind))
        raise DecodeError(f"expected a kind among {known}, found {told.kind!s:.40}")
    if unknown := set(told.columns) - set(ROLES):
        raise DecodeError(f"columns may name {', '.join(ROLES)}, found {listed(sorted(unknown))}")
    if told.decimal not in (None, ".", ","):
        raise DecodeError(f"expected a decimal point or comma, found {told.decimal!r:.20}")
    sign = told.delimiter
    if sign is not None and (len(sign.encode()) != 1 or sign in '"\n\r'):
        raise DecodeError(f"expected one character that parts fields, found {sign!r:.20}")
    return replace(told, units=checked_units(told.units))


def _format(source: Source, told: Told) -> str:
    """Return the format of a file, which is any that the user names columns of in full."""
    if is_placed(told.columns):
        return "delimited"
    try:
        return recognise(source, delimiter=told.delimiter)
    except DecodeError:
        if told.columns:
            return "delimited"
        raise


def _read_one(source: Source, format: str, told: Told) -> Recording:  # noqa: A002 - as above
    match format:
        case "ais":
            return read_ais_csv(source, told)
        case "adsb":
            is_json = source.data.lstrip()[:1] in (b"[", b"{")
            return read_adsb_json(source, told) if is_json else read_adsb_csv(source, told)
        case "autoferry":
            return read_autoferry(source.path, frame=told.frame)
        case _:
            return read_delimited(source, told)


def recognise(source: Source, *, delimiter: str | None = None) -> str:
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
        found = f"JSON with the fields {listed(fields) or 'of no record'}"
    elif is_mot(data):
        return "mot"
    elif b"\0" not in head:
        header = header_from_csv(data, delimiter=delimiter)
        if is_ais(header):
            return "ais"
        if is_adsb(header):
            return "adsb"
        found = f"a CSV file with the columns {listed(header)}"
    raise source.error(
        expected="AIS reports in CSV, ADS-B positions in JSON or CSV, an Autoferry scenario or MOT "
        "text",
        found=found,
        remedy="for any other CSV or Parquet file name its columns: --time T --x X --y Y, or "
        "--time T --lat LAT --lon LON",
    )
