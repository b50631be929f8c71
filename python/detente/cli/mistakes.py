"""Mistakes that a user can put right, told in one line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from detente.errors import DetenteError

if TYPE_CHECKING:
    from collections.abc import Generator

_MISTAKE = 2  # the exit code


@contextmanager
def mistakes_told() -> Generator[None]:
    """Tell of an error in one line and leave with code 2."""
    try:
        yield
    except FileNotFoundError as error:
        typer.echo(f"detente: {error.filename}: there is no such file; check the path", err=True)
        raise typer.Exit(_MISTAKE) from None
    except (DetenteError, OSError) as error:
        typer.echo(f"detente: {error}", err=True)
        raise typer.Exit(_MISTAKE) from None
