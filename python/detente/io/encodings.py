"""Bytes of a file as UTF-8 text with one kind of line end, whatever they were written in."""

from __future__ import annotations

import codecs

from detente.errors import DecodeError, SettingError

PARQUET = b"PAR1"
_MARKS = (  # longer ones first: the mark of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 4096


def text_from_bytes(data: bytes, *, encoding: str | None = None) -> bytes:
    r"""Return text as UTF-8 without a mark and with ``\n`` at each line's end.

    Parquet is returned as it is.

    Raises
    ------
    DecodeError
        It is not in the encoding that it begins with or that is named.
    SettingError
        There is no such encoding.
    """
    if data.startswith(PARQUET):
        return data
    for mark, name in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    name = encoding or _guessed(data)
    if encoding or name not in ("utf-8", None):  # in UTF-8 the name of a ship may be in anything
        data = _decoded(data, name).encode()
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _guessed(data: bytes) -> str | None:
    """Return an encoding, or none where it is no text."""
    head = data[:_HEAD]
    zeros = [head[k::2].count(0) * 2 / max(len(head), 1) for k in (0, 1)]
    if max(zeros) == 0.0:
        return "utf-8"
    most = 0.7  # of UTF-16 every other byte is zero, but for letters beyond Latin
    if zeros[1] > most and zeros[0] == 0.0:
        return "utf-16-le"
    return "utf-16-be" if zeros[0] > most and zeros[1] == 0.0 else None


def _decoded(data: bytes, name: str | None) -> str:
    name = name or "utf-8"
    try:
        return data.decode(name)
    except LookupError as error:
        raise SettingError(f"there is no encoding {name!r:.40}; give utf-8, cp1252, …") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DecodeError(
            f"expected text in {name.upper()}, found the byte 0x{data[error.start]:02x} in line "
            f"{line}, which is none; export it again as UTF-8"
        ) from error
