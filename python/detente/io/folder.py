"""Output that is there whole or not at all, even if the process is killed while it writes."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Collection, Generator

_AT_FDCWD = -100  # of Linux: paths are relative to the working directory
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Yield a name in the same folder to write to; on leaving, it takes the place of `path`.

    The bytes are on the disk before the name changes, so `path` is the old file or the new one,
    whenever the process or the machine stops. If the body raises, `path` stays as it was.
    """
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path, *, names: Collection[str]) -> Generator[Path]:
    """Yield a new folder to write to; on leaving, it takes the place of `path`.

    On Linux and macOS the two folders are exchanged in one step: `path` is the old output or the
    new one, never a mixture. Where the system or the file system cannot do that, there is a
    moment between two renames in which the old output is named ``.NAME.previous-…`` and the new
    one still ``.NAME.partial-…``. A process that is killed may leave such a folder beside `path`.

    Parameters
    ----------
    path : Path
        The folder; it need not exist.
    names : collection of str
        What an earlier output may hold. A folder that holds anything else is not replaced.

    Raises
    ------
    SettingError
        `path` is not a folder, holds other files, or is the working directory.
    """
    path = path.resolve()
    _check_replaceable(path, names)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)  # of a dead process that had the same number
    partial.mkdir()
    try:
        yield partial
        for file in partial.iterdir():
            _sync(file)
        _sync(partial)
        _replace_folder(partial, path)
        _sync(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # by now the old output, or a failed new one


def _check_replaceable(path: Path, names: Collection[str]) -> None:
    if not path.exists():
        return
    remedy = "name a folder that is new, empty, or holds an earlier output"
    if not path.is_dir():
        raise SettingError(f"the output must be a folder, but {path} is a file; {remedy}")
    if path == Path.cwd() or path.is_mount():
        raise SettingError(f"{path} cannot be replaced as a whole; {remedy}")
    if foreign := sorted({entry.name for entry in path.iterdir()} - set(names)):
        raise SettingError(
            f"{path} holds other files ({', '.join(foreign[:3])}), which would be lost; {remedy}"
        )


def _replace_folder(new: Path, path: Path) -> None:
    if not path.exists():
        new.rename(path)
    elif not exchange(new, path):
        previous = path.with_name(f".{path.name}.previous-{os.getpid()}")
        path.rename(previous)
        new.rename(path)
        shutil.rmtree(previous)


def exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step; tell whether that is possible here."""
    if os.name != "posix":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(first), os.fsencode(second)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(_AT_FDCWD, a, _AT_FDCWD, b, _EXCHANGE)
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(a, b, _EXCHANGE)
    else:
        return False
    if failed and (code := ctypes.get_errno()) not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(code, os.strerror(code), str(first), None, str(second))
    return not failed


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        if not path.is_dir():  # some systems cannot sync a folder
            raise
    finally:
        os.close(handle)
