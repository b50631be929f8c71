"""The story: what a newspaper reported in July 2021, as an offer and its dates.

Kommersant, citing a source familiar with the talks, reported on 17 July 2021 that Russia had
proposed at the summit of Geneva on 16 June to coordinate in Afghanistan from its bases in
Tajikistan and Kyrgyzstan, possibly to exchange what surveillance drones see; and that the United
States had not yet given a clear answer. Everything beyond that is hypothetical and says so.
"""

from dataclasses import dataclass
from typing import Literal

from detente.errors import SettingError
from detente.exchange import Acceptance, Agreement, Offer, Terms, text_from_time_ns
from detente.exchange.instant import NS_PER_S, time_ns_from_text

SENDER, RECIPIENT = "Russia", "United States"
OFFERED_ON = "2021-06-16"
REPORTED_ON = "2021-07-17"
DEADLINE = "2021-08-31"

WATCH_DAYS = ("2021-06-16", "2021-07-17", "2021-07-24", "2021-08-14", "2021-08-30")
WATCH_HOUR_UTC = 6
WATCH_S = 600.0

HYPOTHETICAL = (
    "that the offer is accepted, and when",
    "that it covers tracks both ways",
    "that it lapses on 31 August 2021, the day the report names for the end of the war",
    "that the hosts of the bases consent",
    "the two sensors, where they are and what they can do",
    "the place, the objects and everything that a sensor sees",
)


@dataclass(frozen=True)
class Step:
    """One step in the life of the offer, in words."""

    time_ns: int
    state: Literal["offered", "pending", "accepted"]
    text: str
    must_act: str
    is_hypothetical: bool


def make_offer() -> Offer:
    """Return the offer of 16 June 2021."""
    return Offer(
        SENDER,
        RECIPIENT,
        Terms(level="tracks", until=DEADLINE, both_ways=True),
        time_ns_from_text(OFFERED_ON),
        time_ns_from_text(DEADLINE),
    )


def acceptance_on(offer: Offer, date: str) -> Acceptance:
    """Return the hypothetical acceptance on a date.

    Raises
    ------
    SettingError
        No date, or one on which the offer could not be accepted.
    """
    time_ns = time_ns_from_text(date)
    if not offer.time_ns <= time_ns < offer.answer_by_ns:
        raise SettingError(
            f"the offer can be accepted from {OFFERED_ON} on and before {DEADLINE}, found {date}"
        )
    return Acceptance(offer.id, offer.recipient, time_ns)


def watch_starts_ns() -> list[int]:
    """Return when the watches begin."""
    hour_ns = 3_600 * NS_PER_S
    return [time_ns_from_text(day) + WATCH_HOUR_UTC * hour_ns for day in WATCH_DAYS]


def timeline(agreement: Agreement) -> list[Step]:
    """Return the steps in order of time."""
    offer = agreement.offer
    steps = [
        Step(
            offer.time_ns,
            "offered",
            "16 June 2021, Geneva: Russia proposes to use its bases in Tajikistan and Kyrgyzstan, "
            "possibly to exchange what surveillance drones see, says a source of Kommersant.",
            offer.recipient,
            is_hypothetical=False,
        ),
        Step(
            offer.time_ns,
            "pending",
            "The United States has given no clear answer by 17 July 2021, says the same source. "
            "Until it does, nothing flows.",
            offer.recipient,
            is_hypothetical=False,
        ),
    ]
    if agreement.accepted_ns is not None:
        against = (
            " The report knew of no clear answer by 17 July."
            if agreement.accepted_ns < time_ns_from_text(REPORTED_ON)
            else ""
        )
        steps.append(
            Step(
                agreement.accepted_ns,
                "accepted",
                f"{text_from_time_ns(agreement.accepted_ns)[:10]}: suppose the United States "
                f"accepted; from then on tracks flow both ways.{against}",
                "",
                is_hypothetical=True,
            )
        )
    return steps
