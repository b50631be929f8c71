"""`detente agreement`: where the agreements of a scenario stand, and why somebody gets nothing."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.mistakes import mistakes_told
from detente.errors import SettingError
from detente.exchange import read_scenario, standing_at, time_ns_from_text
from detente.exchange.release.reasons import Row, reasons, text_from_reasons
from detente.exchange.values.instant import words_from_time_ns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detente.exchange import Agreement, Scenario
    from detente.exchange.scenario import Statement

agreement_app = typer.Typer(
    help="Agreements: where they stand, and why somebody gets nothing.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_WIDTH = 80
_File = Annotated[Path, typer.Argument(help="A scenario in TOML.")]
_On = Annotated[
    str | None,
    typer.Option(help="The day asked about: 2021-07-24; by default that of the last entry."),
]


@agreement_app.command()
def show(file: _File, on: _On = None) -> None:
    """Show each agreement: its state, since when, who must act by when, and its terms."""
    with mistakes_told():
        scenario = read_scenario(file)
        time_ns = _asked_ns(scenario, on)
        for line in _shown(scenario, time_ns):
            typer.echo(line)


@agreement_app.command()
def why(
    file: _File,
    partner: Annotated[str, typer.Argument(help="Who does not get it.")],
    on: _On = None,
    origin: Annotated[str | None, typer.Option(help="Whose rows; else any partner's.")] = None,
    seen: Annotated[
        str | None, typer.Option(help="When it was seen: 2021-07-24T06:00:05Z; else then.")
    ] = None,
    level: Annotated[str, typer.Option(help="The kind of row.")] = "tracks",
    lat: Annotated[float | None, typer.Option(help="Latitude of the row [°].")] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude of the row [°].")] = None,
    field: Annotated[
        list[str] | None, typer.Option(help="An optional field asked about, such as mmsi.")
    ] = None,
) -> None:
    """Say why a partner does not get a row, naming the clauses."""
    with mistakes_told():
        if (lat is None) != (lon is None):
            raise SettingError("a place needs both --lat and --lon")
        scenario = read_scenario(file)
        now_ns = _asked_ns(scenario, on)
        found = [
            (scenario.agreement(name), other)
            for name, offer in scenario.offers.items()
            if partner in offer.parties and not offer.conditions
            for other in offer.parties
            if other != partner and origin in {None, other}
        ]
        if not found:
            parties = {party for offer in scenario.offers.values() for party in offer.parties}
            raise SettingError(
                f"nothing was offered to or by {partner!r}{f' and {origin!r}' if origin else ''}; "
                f"there are {', '.join(sorted(parties))}"
            )
        for agreement, other in found:
            row = Row(
                other,
                partner,
                now_ns if seen is None else time_ns_from_text(seen),
                now_ns,
                level,
                lat,
                lon,
                tuple(field or ()),
            )
            _echo(text_from_reasons(agreement, row, reasons(agreement, row)))


def _asked_ns(scenario: Scenario, on: str | None) -> int:
    """Return the moment asked about: a day's first."""
    if on is not None:
        return time_ns_from_text(on)
    times = [offer.time_ns for offer in scenario.offers.values()]
    times += [message.time_ns for message in scenario.messages]
    times += [s.time_ns for s in scenario.statements if s.time_ns is not None]
    if not times:
        raise SettingError("the scenario has no dates; say which day with --on")
    return max(times)


def _shown(scenario: Scenario, time_ns: int) -> Iterable[str]:
    """Return the lines of `show`."""
    yield from _wrapped(f"{scenario.title}. Source: {scenario.source}.")
    yield f"On {words_from_time_ns(time_ns)}:"
    for name, offer in scenario.offers.items():
        if offer.time_ns <= time_ns:
            yield ""
            yield from _agreement(name, scenario.agreement(name), scenario.said[name], time_ns)
    for title, statements in (
        ("Said by then", scenario.statements_at(time_ns)),
        ("Said on a day that is not given", [s for s in scenario.statements if s.time_ns is None]),
    ):
        if statements:
            yield from ("", f"{title}:")
        for statement in statements:
            yield from _wrapped(_words(statement), bullet="- ")
    if scenario.hypothetical:
        yield from ("", "Hypothetical, not in the source:")
    for text in scenario.hypothetical:
        yield from _wrapped(text, bullet="- ")


def _agreement(name: str, agreement: Agreement, said: Statement, time_ns: int) -> Iterable[str]:
    offer = agreement.offer
    yield f"{name} ({offer.id[:12]})"
    yield from _wrapped(standing_at(agreement, time_ns).text, bullet="  ")
    if not offer.conditions:
        yield from _wrapped(offer.terms.text(offer.sender, offer.recipient), bullet="  ")
    yield from _wrapped(_words(said), bullet="  ")


def _words(statement: Statement) -> str:
    """Return what was said, when, by whom, in which stance and how exactly."""
    when = "" if statement.time_ns is None else f"{words_from_time_ns(statement.time_ns)}, "
    exactness = f" ({statement.exactness})" if statement.exactness else ""
    about = f" It is about {statement.about}." if statement.about else ""
    label = "Hypothetical: " if statement.is_hypothetical else ""
    return f"{label}{when}{statement.by} {statement.stance}{exactness}: {statement.text}{about}"


def _wrapped(text: str, *, bullet: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet))


def _echo(text: str) -> None:
    for line in _wrapped(text):
        typer.echo(line)
