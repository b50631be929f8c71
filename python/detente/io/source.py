"""The bytes of a file, unpacked if it is gzip, with errors that say what is wrong with it."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from detente.errors import DecodeError

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Source:
    """A file that has been read: its path, for messages, and its unpacked bytes."""

    path: Path
    data: bytes

    def error(self, *, expected: str, found: str, remedy: str) -> DecodeError:
        """Return the error that says what was expected in this file, what came, what to do."""
        return DecodeError(f"{self.path}: expected {expected}, found {found}; {remedy}")


def open_source(path: Path) -> Source:
    """Read a file whole.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DecodeError
        The file is empty, or a gzip file that is cut off or damaged.
    """
    packed = path.read_bytes()
    source = Source(path, packed)
    if packed.startswith(_GZIP):
        try:
            source = Source(path, gzip.decompress(packed))
        except EOFError:
            raise source.error(
                expected="a whole gzip file",
                found=f"one that breaks off after {len(packed)} bytes",
                remedy="fetch or copy it again",
            ) from None
        except (OSError, zlib.error) as error:
            raise source.error(
                expected="a sound gzip file",
                found=f"a damaged one ({error})",
                remedy="fetch or copy it again",
            ) from None
    if not source.data[:4096].strip() and not source.data.strip():
        raise source.error(
            expected="rows of positions",
            found="an empty file",
            remedy="check how it was exported",
        )
    return source
