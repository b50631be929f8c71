"""The story: what a newspaper reported in July 2021, read from the scenario beside this file.

Kommersant, citing a source familiar with the talks, reported on 17 July 2021 that Russia had
proposed at the summit of Geneva on 16 June to coordinate in Afghanistan from its bases in
Tajikistan and Kyrgyzstan, possibly to exchange what surveillance drones see; and that the United
States had not yet given a clear answer. Everything beyond that is hypothetical and says so.
"""

from dataclasses import dataclass
from pathlib import Path

from detente.errors import SettingError
from detente.exchange import Acceptance, Agreement, Offer, State, text_from_time_ns
from detente.exchange.agreement.wording import text_from_names
from detente.exchange.scenario import Statement
from detente.exchange.scenario_toml import read_scenario
from detente.exchange.values.instant import NS_PER_S, time_ns_from_text

REPORT = read_scenario(Path(__file__).with_name("report-2021.toml"))
OFFER = REPORT.offers["exchange"]
CONSENTS = tuple(offer for offer in REPORT.offers.values() if offer.conditions == OFFER.id)
SENDER, RECIPIENT = OFFER.parties
REPORTED_ON = "2021-07-17"

WATCH_DAYS = ("2021-06-16", "2021-07-17", "2021-07-24", "2021-08-14", "2021-08-30")
WATCH_HOUR_UTC = 6
WATCH_S = 600.0


@dataclass(frozen=True)
class Step:
    """One step in the life of the offer, in words."""

    time_ns: int
    state: State
    text: str
    must_act: str
    is_hypothetical: bool


def suppose(*, accept_on: str | None, host_consent: str | None) -> list[Acceptance]:
    """Return what is supposed beyond the report.

    Parameters
    ----------
    accept_on, host_consent : str or None
        The date on which the United States accepts, and on which both hosts consent.

    Raises
    ------
    SettingError
        No date, or one on which the offer could not be answered.
    """
    answers: list[Acceptance] = []
    for date, offers in ((accept_on, [OFFER]), (host_consent, CONSENTS)):
        if date is not None:
            answers += [Acceptance(o.id, o.recipient, _answered_ns(o, date)) for o in offers]
    return answers


def _answered_ns(offer: Offer, date: str) -> int:
    time_ns = time_ns_from_text(date)
    if not offer.time_ns <= time_ns < offer.answer_by_ns:
        raise SettingError(
            f"the offer can be answered from {text_from_time_ns(offer.time_ns)[:10]} on and before "
            f"{text_from_time_ns(offer.answer_by_ns)[:10]}, found {date}"
        )
    return time_ns


def watch_starts_ns() -> list[int]:
    """Return when the watches begin."""
    hour_ns = 3_600 * NS_PER_S
    return [time_ns_from_text(day) + WATCH_HOUR_UTC * hour_ns for day in WATCH_DAYS]


def timeline(agreement: Agreement) -> list[Step]:
    """Return the steps in order of time: what was said, and what is supposed."""
    told = [
        (offer.time_ns, _words(REPORT.said[name]), REPORT.said[name].is_hypothetical)
        for name, offer in REPORT.offers.items()
    ]
    told += [(s.time_ns, _words(s), False) for s in REPORT.statements if s.time_ns is not None]
    told += [(time_ns, text, True) for time_ns, text in _supposed(agreement)]
    return [
        Step(
            time_ns,
            agreement.state_at(time_ns),
            f"{text[0].upper()}{text[1:]}",
            text_from_names(agreement.must_act_at(time_ns) or [""]),
            is_hypothetical,
        )
        for time_ns, text, is_hypothetical in sorted(told, key=lambda step: step[0])
    ]


def _words(statement: Statement) -> str:
    """Return what was said, by whom and in which stance."""
    about = f" It is about {statement.about}." if statement.about else ""
    return f"{statement.by} {statement.stance}: {statement.text}{about}"


def _supposed(agreement: Agreement) -> list[tuple[int, str]]:
    """Return the steps beyond the report."""
    steps: list[tuple[int, str]] = []
    if agreement.consented_ns is not None:
        hosts = text_from_names(agreement.offer.hosts)
        steps.append((agreement.consented_ns, f"suppose {hosts} consented."))
    if agreement.accepted_ns is not None:
        against = (
            " The report knew of no clear answer by 17 July."
            if agreement.accepted_ns < time_ns_from_text(REPORTED_ON)
            else ""
        )
        steps.append((agreement.accepted_ns, f"suppose the {RECIPIENT} accepted.{against}"))
    if agreement.in_force_ns is not None:
        steps.append((agreement.in_force_ns, "from here on tracks flow both ways."))
    return steps
