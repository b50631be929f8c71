"""The command `detente`."""

import sys


def main() -> None:
    """Run the command line: exit code 0 if it worked, 2 if the user can put it right."""
    try:
        from detente.cli.app import app  # noqa: PLC0415 - needs the extra
    except ImportError as error:
        sys.exit(f"detente: the command line needs more: pip install 'detente[cli]' ({error})")
    app(prog_name="detente")
