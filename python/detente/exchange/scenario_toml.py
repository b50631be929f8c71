"""Scenarios in TOML: tables of offers, answers and statements; an error names the entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from detente.checks import shown
from detente.errors import AgreementError, DecodeError, SettingError
from detente.exchange.agreement.offer import Acceptance, Decline, Message, Offer, Withdrawal
from detente.exchange.agreement.terms import Terms
from detente.exchange.scenario import Scenario, Statement
from detente.exchange.values.given import told, words
from detente.exchange.values.instant import time_ns_from_text
from detente.exchange.values.parsing import MOST_CHARACTERS
from detente.exchange.values.toml import mapping_from_toml

STANCES = (
    "asserts", "confirms", "declines", "denies", "dismisses", "claims", "observes", "refuses",
    "sets a deadline", "supposes",
)  # fmt: skip
_ANSWERS = {"accept": Acceptance, "decline": Decline, "withdraw": Withdrawal}
_FILE = ("title", "source", "hypothetical", "offer", "answer", "statement")
_SAID = ("on", "by", "stance", "text", "fact", "exactness", "about", "hypothetical")
_OFFER = ("name", "sender", "recipient", "hosts", "answer_by", "conditions", "terms")
_ANSWER = ("offer", "answer", "from")


def read_scenario(path: Path | str) -> Scenario:
    """Read a scenario from a TOML file.

    Raises
    ------
    FileNotFoundError, OSError
        There is no such file, or it cannot be read.
    DecodeError
        No TOML, too much of it, or an entry that lacks something; the entry is named.
    SettingError, AgreementError
        Terms, offers or answers that are refused; the entry is named.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(4 * MOST_CHARACTERS + 1)  # more bytes are more characters
        return scenario_from_toml(content.decode("utf-8"))
    except (UnicodeDecodeError, TypeError) as error:
        raise DecodeError(f"{shown(path)} must be a file of TOML in UTF-8: {told(error)}") from None


def scenario_from_toml(text: str) -> Scenario:
    """Return the scenario that TOML holds; see `read_scenario`."""
    whole = _Entry("the file", mapping_from_toml(text))
    whole.only(_FILE)
    offers: dict[str, Offer] = {}
    said: dict[str, Statement] = {}
    for entry in whole.tables("offer"):
        entry.only(_OFFER + _SAID)
        name = entry.text("name")
        if name in offers:
            raise DecodeError(f"{entry.where}: there is another offer of the name {shown(name)}")
        said[name], offers[name] = _statement(entry), _offer(entry, offers)
    answers = whole.tables("answer")
    statements = whole.tables("statement")
    for entries, keys in ((answers, _ANSWER + _SAID), (statements, _SAID)):
        for entry in entries:
            entry.only(keys)
    return Scenario(
        title=whole.text("title"),
        source=whole.text("source"),
        hypothetical=whole.texts("hypothetical"),
        offers=offers,
        messages=tuple(_answer(entry, offers) for entry in answers),
        said=said,
        statements=tuple(sorted(map(_statement, statements), key=_when)),
    )


@dataclass(frozen=True)
class _Entry:
    """One table of the file, and what to call it in an error."""

    where: str
    values: Mapping[str, Any]

    def only(self, keys: tuple[str, ...]) -> None:
        unknown = sorted(set(self.values) - set(keys))
        if unknown:
            raise DecodeError(
                f"{self.where}: {words(unknown)} is not known; known are {', '.join(keys)}"
            )

    def tables(self, key: str) -> list["_Entry"]:
        tables = self.listed(key, dict, f"tables, written [[{key}]]")
        return [_Entry(f"{key} {number}", table) for number, table in enumerate(tables, 1)]

    def listed(self, key: str, kind: type[Any], what: str) -> list[Any]:
        values: object = self.values.get(key, [])
        found = shown(values)
        if isinstance(values, list):
            listed = cast("list[Any]", values)
            if all(isinstance(value, kind) and not isinstance(value, bool) for value in listed):
                return listed
        raise DecodeError(f"{self.where}: {key} must be {what}, found {found}")

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise DecodeError(f"{self.where}: {key} must be text, found {shown(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self.listed(key, str, "a list of texts"))

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise DecodeError(f"{self.where}: {key} must be true or false, found {shown(value)}")
        return value

    def time_ns(self, key: str) -> int:
        value = self.values.get(key)
        if not isinstance(value, date | str):
            raise DecodeError(f"{self.where}: {key} must be a date, found {shown(value)}")
        try:
            return time_ns_from_text(value if isinstance(value, str) else value.isoformat())
        except SettingError as error:
            raise SettingError(f"{self.where}: {key}: {error}") from None

    def offer(self, key: str, known: Mapping[str, Offer]) -> Offer:
        name = self.text(key)
        if name not in known:
            raise DecodeError(
                f"{self.where}: there is no offer {shown(name)} before it; there are {words(known)}"
            )
        return known[name]


def _statement(entry: _Entry) -> Statement:
    stance = entry.text("stance")
    if stance not in STANCES:
        raise DecodeError(
            f"{entry.where}: stance must be one of {', '.join(STANCES)}, found {shown(stance)}"
        )
    return Statement(
        by=entry.text("by"),
        stance=stance,
        text=entry.text("text"),
        time_ns=entry.time_ns("on") if "on" in entry.values else None,
        facts=tuple(entry.listed("fact", int, "a list of numbers")),
        exactness=entry.text("exactness", default=""),
        about=entry.text("about", default=""),
        is_hypothetical=entry.flag("hypothetical"),
    )


def _offer(entry: _Entry, known: Mapping[str, Offer]) -> Offer:
    """Return an offer; without terms of its own a consent has those of the offer it conditions."""
    conditioned = entry.offer("conditions", known) if "conditions" in entry.values else None
    clauses = entry.values.get("terms")
    if not isinstance(clauses, dict) and (clauses is not None or conditioned is None):
        raise DecodeError(f"{entry.where}: it needs terms, a table written [offer.terms]")
    made_ns, answer_by_ns = entry.time_ns("on"), entry.time_ns("answer_by")
    try:
        terms = (
            conditioned.terms
            if conditioned is not None and clauses is None
            else Terms.from_mapping(cast("dict[str, Any]", clauses))
        )
        offer = Offer(
            entry.text("sender"),
            entry.text("recipient"),
            terms,
            made_ns,
            answer_by_ns,
            entry.texts("hosts"),
            "" if conditioned is None else conditioned.id,
        )
        if conditioned is not None:
            conditioned.check_consent(offer)
    except (SettingError, AgreementError) as error:
        raise type(error)(f"{entry.where}: {error}") from None
    return offer


def _answer(entry: _Entry, known: Mapping[str, Offer]) -> Message:
    offer, kind = entry.offer("offer", known), entry.text("answer")
    if kind not in _ANSWERS:
        raise DecodeError(
            f"{entry.where}: answer must be one of {', '.join(_ANSWERS)}, found {shown(kind)}"
        )
    message = _ANSWERS[kind](offer.id, entry.text("from"), entry.time_ns("on"))
    why = offer.why_not(message)
    if why:
        raise AgreementError(f"{entry.where}: {why}")
    return message


def _when(statement: Statement) -> tuple[bool, int]:
    return statement.time_ns is None, statement.time_ns or 0
