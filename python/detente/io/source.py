"""The bytes of a file, unpacked if it is gzip, with errors that say what is wrong with it."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.errors import DecodeError
from detente.io.encodings import text_from_bytes

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20
_FREELY = 1 << 26  # so many bytes may come out of any gzip file
_TIMES = 100  # beyond that so many for each byte of it; real recordings take 3 to 30
_LONGEST = 280  # of each part of a message
_NAMES, _NAME = 12, 30


@dataclass(frozen=True)
class Source:
    """A file that has been read: its path, for messages, and its unpacked bytes."""

    path: Path
    data: bytes

    def error(self, *, expected: str, found: str, remedy: str) -> DecodeError:
        """Return the error that says what was expected in this file, what came, what to do."""
        expected, found, remedy = (_shortened(part) for part in (expected, found, remedy))
        return DecodeError(f"{self.path}: expected {expected}, found {found}; {remedy}")


def listed(names: Sequence[str]) -> str:
    """Return names for a message, the first of them if they are many, shortened if long."""
    shown = ", ".join(_shortened(name, _NAME) for name in names[:_NAMES])
    return shown + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")


def open_source(path: Path, *, encoding: str | None = None) -> Source:
    """Read a file whole, text as UTF-8.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DecodeError
        The file is empty, a gzip file that is cut off, damaged or unpacks to far more than any
        recording, or no text in an encoding that is known.
    SettingError
        There is no such encoding.
    """
    packed = path.read_bytes()
    source = Source(path, packed)
    if packed.startswith(_GZIP):
        source = Source(path, _unpacked(source))
    try:
        source = Source(path, text_from_bytes(source.data, encoding=encoding))
    except DecodeError as error:
        raise DecodeError(f"{path}: {error}") from error
    if not source.data[:4096].strip() and not source.data.strip():
        raise source.error(
            expected="rows of positions",
            found="an empty file",
            remedy="check how it was exported",
        )
    return source


def _unpacked(source: Source) -> bytes:
    """Unpack gzip, one member after the other, and stop where there is too much."""
    rest = source.data
    most = max(_FREELY, _TIMES * len(rest))
    pieces: list[bytes] = []
    size = 0
    while rest:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(rest, _PIECE)
            except zlib.error as error:
                raise source.error(
                    expected="a sound gzip file",
                    found=f"a damaged one ({error})",
                    remedy="fetch or copy it again",
                ) from None
            rest = member.unconsumed_tail
            if not piece and not rest and not member.eof:
                raise source.error(
                    expected="a whole gzip file",
                    found=f"one that breaks off after {len(source.data)} bytes",
                    remedy="fetch or copy it again",
                )
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise source.error(
                    expected=f"a gzip file that unpacks to at most {most} bytes",
                    found="one that unpacks to more, as no recording does",
                    remedy="unpack it first if it is what you mean",
                )
        rest = member.unused_data.lstrip(b"\0")  # padding, as of tapes
    return b"".join(pieces)


def _shortened(text: str, longest: int = _LONGEST) -> str:
    text = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"
