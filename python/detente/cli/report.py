"""The figures of a run as a short table on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from detente.cli.run import columns_read, title_of
from detente.view.figures import duration_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from detente.cli.run import Result


def print_report(result: Result, console: Console) -> None:
    """Print what was read, what was found, how good it is, and where it lies."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for name, value in rows(result):
        table.add_row(name, value)
    console.print(title_of(result.recording), style="bold", soft_wrap=True)
    console.print(table)
    if told := columns_read(result.recording):
        console.print(told, soft_wrap=True)
    for note in result.recording.notes:
        console.print(note, soft_wrap=True)
    if len(result.recording.rejected):
        where = result.out / "rejected.csv"
        console.print(f"Rows that were not used are listed in {where}", soft_wrap=True)
    console.print(f"Open in a browser: {result.out / 'index.html'}", soft_wrap=True)


def print_fused(rows: list[dict[str, Any]], console: Console) -> None:
    """Print what each party knew under each way of exchange, and what it cost."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    names = {
        "exchange": "exchange",
        "party": "party",
        "gospa_m": "GOSPA [m]",
        "missed": "missed",
        "false": "false",
        "identity_switches": "switches",
        "fragments": "fragments",
        "anees": "ANEES",
        "bytes_per_s": "bytes/s",
    }
    shown = [name for name in names if any(name in row for row in rows)]
    for name in shown:
        justify = "left" if name in ("exchange", "party") else "right"
        table.add_column(names[name], justify=justify, no_wrap=True)
    for row in rows:
        cells = (row.get(name) for name in shown)
        table.add_row(
            *(c if isinstance(c, str) else "–" if c is None else f"{c:,.3g}" for c in cells)
        )
    console.print(table)


def rows(result: Result) -> Iterator[tuple[str, str]]:
    """Return the lines of the table."""
    told, scores = result.summary["input"], result.summary["scores"]
    if isinstance(told["start"], str):
        yield "from (UTC)", told["start"][:16].replace("T", " ")
    yield "for", duration_text(told["duration_s"])
    yield ("reports" if told["kind"] == "reporting" else "detections"), f"{told['rows_used']:,}"
    for reason, count in told["rows_rejected"].items():
        yield f"rows not used: {reason}", f"{count:,}"
    yield "objects followed (tracks)", f"{result.summary['tracks']:,}"
    if result.summary["identity_used"]:
        yield "identities that were heard", f"{result.summary['identities']:,}"
    if scores:
        yield from _score_rows(scores)
    yield "computed in", duration_text(sum(result.summary["elapsed_s"].values()))


def _score_rows(scores: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if scores["against"] == "truth":
        yield "compared with the truth in the file", ""
        yield "  objects there were", f"{scores['objects']:,}"
    else:
        yield "compared with identities the tracker did not see", ""
        again = scores["appearances"]
        yield "  objects, and how often one came into sight", f"{scores['objects']:,}, {again:,}"
    yield "  in sight, on average", value_text(scores["present"])
    yield "  of these not followed", value_text(scores["missed"])
    yield "  tracks of nothing, on average", value_text(scores["false"])
    if scores["position_rmse_m"] is not None:
        yield "  typical error of a position", value_text(scores["position_rmse_m"], "m")
    cutoff = value_text(scores["cutoff_m"], "m")
    yield (
        f"  error of the whole picture (GOSPA, cutoff {cutoff})",
        value_text(scores["gospa_m"], "m"),
    )
    yield "  times an object changed its track", f"{scores['identity_switches']:,}"
    yield "  times an object was lost for a while", f"{scores['fragments']:,}"
