"""The figures of a run as a short table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from detente.cli.run import title_of
from detente.view.figures import duration_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from detente.cli.run import Result


def print_report(result: Result, console: Console) -> None:
    """Print what was read, what was found, how good it is, and where it lies."""
    table = Table(title=title_of(result.recording), show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows(result):
        table.add_row(name, value)
    console.print(table)
    for note in result.recording.notes:
        console.print(note)
    if len(result.recording.rejected):
        console.print(f"The rows that were not used are listed in {result.out / 'rejected.csv'}.")
    console.print(f"Open {result.out / 'index.html'} in a browser.", soft_wrap=True)


def rows(result: Result) -> Iterator[tuple[str, str]]:
    """Return the lines of the table."""
    told, scores = result.summary["input"], result.summary["scores"]
    span = duration_text(told["duration_s"])
    yield "time", f"{told['start']} and {span}" if isinstance(told["start"], str) else span
    yield ("reports" if told["kind"] == "reporting" else "detections"), f"{told['rows_used']:,}"
    for reason, count in told["rows_rejected"].items():
        yield f"not used: {reason}", f"{count:,}"
    yield "tracks", f"{result.summary['tracks']:,}"
    if scores:
        of = "the truth" if scores["against"] == "truth" else "identity (not used to track)"
        yield f"objects, by {of}", f"{scores['objects']:,}"
        yield "there at a time, on average", value_text(scores["present"])
        yield "of these missed", value_text(scores["missed"])
        yield "tracks of nothing", value_text(scores["false"])
        if scores["position_rmse_m"] is not None:
            yield "typical error of a position", value_text(scores["position_rmse_m"], "m")
        cutoff = value_text(scores["cutoff_m"], "m")
        yield f"GOSPA, cutoff {cutoff}", value_text(scores["gospa_m"], "m")
        yield "passed from one object to another", f"{scores['identity_switches']:,}"
        yield "broken off and begun anew", f"{scores['fragments']:,}"
    yield "computed in", duration_text(sum(result.summary["elapsed_s"].values()))
