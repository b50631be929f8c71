"""Run the benches, each in a process of its own, and write their table into README.md.

``python benches/run.py`` runs all; names choose some; ``--full`` takes the long sizes. Peers are
looked for in ``benches/peers/.venv``, which ``benches/peers/setup.sh`` makes; without it each
missing peer's row says "not installed".
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BENCHES = (
    "filters",
    "crowd",
    "coalescing",
    "solent",
    "scaling",
    "existence",
    "autoferry",
    "switzerland",
    "bearings",
    "manoeuvre",
    "boxes",
    "late",
    "assignment",
    "marginals",
    "k_best",
    "gospa",
    "scores",
    "fusion",
    "picture",
    "mixture",
    "drive",
    "release",
    "agreements",
)
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1"
)


def run(name: str, *, python: str, full: bool) -> bool:
    """Run one bench, which writes its own results; return whether it came to its end."""
    command = [python, str(HERE / "peers" / f"{name}.py"), *(["--full"] if full else [])]
    print(f"── {name}", flush=True)
    done = subprocess.run(command, check=False, env=os.environ | ONE_THREAD)  # noqa: S603  # ours
    return done.returncode == 0


def table(result: dict[str, Any]) -> str:
    """Return a result as Markdown."""
    rows: list[dict[str, Any]] = result["rows"]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    command = f"python benches/run.py {result['bench']}{' --full' if result['full'] else ''}"
    lines = [
        f"### {result['bench']}",
        "",
        f"`{command}`, {result['date']}. {_settings(result['settings'])}",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + " --- |" * len(columns),
    ]
    lines += ["| " + " | ".join(_cell(row.get(c, "–")) for c in columns) + " |" for row in rows]
    machine, versions = result["machine"], result["versions"]
    lines += [
        "",
        f"Machine: {machine['processor']}, {machine['processors']} processors, "
        f"load {machine['load']} at the end; {machine['python']}; "
        + ", ".join(f"{peer} {number}" for peer, number in versions.items())
        + ".",
    ]
    return "\n".join(lines)


def _settings(settings: dict[str, Any]) -> str:
    return "Settings: " + "; ".join(f"{name} {value}" for name, value in settings.items()) + "."


def _cell(value: object) -> str:
    """Write large numbers with thousands apart."""
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"
    return str(value)


def write_tables() -> None:
    """Replace what stands between the markers of README.md."""
    readme = HERE / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    results = [HERE / "results" / f"{name}.json" for name in BENCHES]
    tables = [table(json.loads(r.read_text(encoding="utf-8"))) for r in results if r.exists()]
    readme.write_text(before + "\n\n".join([BEGIN, *tables, END]) + after, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(BENCHES)}")
    parser.add_argument("--full", action="store_true", help="the sizes of the final figures")
    parser.add_argument("--python", help="the interpreter that has the peers")
    arguments = parser.parse_args()
    own = HERE / "peers" / ".venv" / "bin" / "python"
    python = arguments.python or (str(own) if own.exists() else sys.executable)
    if not own.exists() and not arguments.python:
        print("no peers installed: benches/peers/setup.sh makes their environment")
    names = arguments.names or BENCHES
    failed = [name for name in names if not run(name, python=python, full=arguments.full)]
    write_tables()
    if failed:
        sys.exit(f"not finished: {', '.join(failed)}; their earlier results stand")


if __name__ == "__main__":
    main()
