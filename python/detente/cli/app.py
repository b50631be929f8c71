"""What can be typed after `detente`, and what each word means."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from detente import __version__
from detente.cli.agreement import agreement_app
from detente.cli.mistakes import mistakes_told
from detente.cli.naming import parties_from_text, units_from_text
from detente.cli.report import print_fused, print_report
from detente.cli.run import STEPS, run
from detente.io import FORMATS, read
from detente.io.mot import FRAME_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

app = typer.Typer(
    help="Track what sensors saw, and see it on a map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(agreement_app, name="agreement")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.command()
def track(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="AIS (CSV), ADS-B (JSON or CSV), the folder of an Autoferry scenario, boxes of a "
            "video (MOT text), or any other CSV or Parquet file; gzip too."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Folder for the results, replaced if it exists."),
    ],
    format: Annotated[  # noqa: A002 - the usual name
        str | None, typer.Option(help=f"One of {', '.join(FORMATS)}; else recognised.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="Name of the column of times.")] = None,
    x: Annotated[str | None, typer.Option(help="Name of the column of x [m].")] = None,
    y: Annotated[str | None, typer.Option(help="Name of the column of y [m].")] = None,
    lat: Annotated[str | None, typer.Option(help="Name of the column of latitudes [°].")] = None,
    lon: Annotated[str | None, typer.Option(help="Name of the column of longitudes [°].")] = None,
    z: Annotated[str | None, typer.Option(help="Name of the column of z [m].")] = None,
    altitude: Annotated[
        str | None, typer.Option(help="Name of the column of altitudes [m] or --unit altitude=ft.")
    ] = None,
    speed: Annotated[
        str | None, typer.Option(help="Name of the column of speeds, of AIS and ADS-B.")
    ] = None,
    course: Annotated[
        str | None, typer.Option(help="Name of the column of courses [°], of AIS and ADS-B.")
    ] = None,
    sensor: Annotated[str | None, typer.Option(help="Name of the column of sensors.")] = None,
    identity: Annotated[
        str | None,
        typer.Option(
            help="Name of the column that says who it was, empty where nobody knows: for the "
            "scores, and for --use-identity."
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="reporting (each object speaks for itself) or scanning (rows of equal "
            "time are one look); else guessed."
        ),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of times that name none: UTC, +02:00, Europe/Oslo.")
    ] = None,
    time_format: Annotated[
        str | None, typer.Option(help="How times are written: '%d/%m/%Y %H:%M:%S'.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            help="Unit of a column, instead of the one recognised: altitude=ft, speed=kt, time=ms. "
            "Give it for each."
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What parts the fields of a CSV file; else recognised.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help="Decimal point or comma; else recognised.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of text that is not Unicode: cp1252.")
    ] = None,
    sensor_std_m: Annotated[
        float | None,
        typer.Option(help="Standard deviation of a position, each way [m]; else the usual one."),
    ] = None,
    frame_rate_hz: Annotated[
        float, typer.Option(help="Of boxes of a video: frames a second.")
    ] = FRAME_RATE_HZ,
    min_confidence: Annotated[
        float | None, typer.Option(help="Of boxes of a video: less sure ones are left out.")
    ] = None,
    use_identity: Annotated[
        bool | None,
        typer.Option(
            "--use-identity/--blind",
            help="Whether who the file says it is (MMSI, ICAO address, the column --identity) "
            "tells tracks apart: in AIS and ADS-B unless --blind, else only with --use-identity, "
            "as evidence that is wrong in one of a hundred rows.",
        ),
    ] = None,
    association: Annotated[
        str | None, typer.Option(help="gnn, jpda or pmbm; else the preset's.")
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Estimate each state from all detections of its track.")
    ] = False,
    lag: Annotated[
        float | None,
        typer.Option(help="Estimate each state by what was seen up to so long after it [s]."),
    ] = None,
) -> None:
    """Track a recording: who was where, when, drawn on a map.

    The results are index.html (open it in a browser; it needs no network), tracks.parquet,
    points.parquet, tracks.geojson (of boxes mot.txt), summary.json, and rejected.csv with the rows
    that could not be used. By MMSI and ICAO address one ship is one track per voyage, one aircraft
    one per flight; with --blind, and by any other identity in the file, tracking ignores them and
    is scored against them.
    """
    named = {"time": time, "x": x, "y": y, "z": z, "lat": lat, "lon": lon, "altitude": altitude,
             "speed": speed, "course": course, "sensor": sensor, "identity": identity}  # fmt: skip
    columns = {role: name for role, name in named.items() if name is not None}
    with mistakes_told(), _progress() as advance:
        result = run(
            lambda: read(
                files,
                format=format,
                columns=columns,
                kind=kind,  # pyright: ignore[reportArgumentType] - read checks it
                time_zone=time_zone,
                time_format=time_format,
                units=units_from_text(unit or []),
                delimiter="\t" if delimiter in ("\\t", "tab") else delimiter,
                decimal=decimal,
                encoding=encoding,
                frame_rate_hz=frame_rate_hz,
                min_confidence=min_confidence,
            ),
            out,
            std_m=sensor_std_m,
            use_identity=use_identity,
            association=association,  # pyright: ignore[reportArgumentType] - the core checks it
            smooth=smooth,
            lag_s=lag,
            frame_rate_hz=frame_rate_hz,
            advance=advance,
        )
    print_report(result, Console(highlight=False))


@app.command()
def fuse(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A recording of several scanning sensors, such as the folder of an Autoferry "
            "scenario; without one, two radars are simulated."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the results, replaced if it exists.")
    ] = Path("detente-fuse"),
    party: Annotated[
        list[str] | None,
        typer.Option(help="A party and its sensors: north=radar,lidar. Give it for each party."),
    ] = None,
    every: Annotated[
        float, typer.Option(help="How long parties wait before they hand over gains [s].")
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Of the simulation, if there is no file.")] = 1,
) -> None:
    """Fuse what several parties saw, under each way of exchange, and compare.

    Nothing, tracks, gains, tracklets and detections are handed over in turn; the table says for
    each party how good its picture is and what it costs. The results are index.html and
    summary.json.
    """
    from detente.cli.fuse import WAYS  # noqa: PLC0415 - only if asked for
    from detente.cli.fuse import fuse as run_fuse  # noqa: PLC0415
    from detente.cli.parties import scene_from_recording, simulated_scene  # noqa: PLC0415

    with mistakes_told(), _progress((*WAYS, "done")) as advance:
        if files:
            scene = scene_from_recording(read(files), parties_from_text(party or []))
        else:
            scene = simulated_scene(seed=seed)
        rows = run_fuse(scene, out, every_s=every, advance=advance)
    print_fused(rows, Console(highlight=False))
    typer.echo(f"Open {out / 'index.html'} in a browser.")


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the page.")] = Path(
        "detente-demo"
    ),
    accept_on: Annotated[
        str | None,
        typer.Option(help="Date on which, hypothetically, the offer is accepted: 2021-07-01."),
    ] = None,
    host_consent: Annotated[
        str | None,
        typer.Option(help="Date on which, hypothetically, the hosts consent: 2021-07-01."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same number gives the same scene.")] = 1,
) -> None:
    """Play a simulated scene: two parties, an offer that stays pending, what each of them sees."""
    from detente.demo import run_demo  # noqa: PLC0415 - only if asked for

    with mistakes_told():
        played = run_demo(accept_on=accept_on, host_consent=host_consent, seed=seed)
        played.write(out)
    typer.echo(played.text)
    typer.echo(f"Open {out / 'index.html'} in a browser.")


@contextmanager
def _progress(steps: Sequence[str] = STEPS) -> Generator[Callable[[str, float], Any]]:
    """Show a bar on a terminal, and nothing in a pipe."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(steps[0], total=len(steps) - 1)

        def advance(step: str, share: float) -> None:
            bar.update(task, description=step, completed=steps.index(step) + share)

        yield advance
