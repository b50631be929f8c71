"""Scenarios: offers, answers and statements of who said what when.

A statement moves nothing; an offer or an answer does. Each offer and statement names who said it,
in which stance and how exactly, and whether it goes beyond the source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from detente.errors import SettingError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.offer import Message, Offer


@dataclass(frozen=True)
class Statement:
    """Something that was said.

    Attributes
    ----------
    by, stance, text : str
        Who said what in which stance, one of `STANCES`.
    time_ns : int or None
        When [ns since 1970-01-01 UTC]; `None` where the source gives no day.
    facts : tuple of int
        The numbers of the source's facts.
    exactness, about : str
        How exact it is, and what it is about where that could be mistaken.
    is_hypothetical : bool
        Whether it goes beyond the source.
    """

    by: str
    stance: str
    text: str
    time_ns: int | None = None
    facts: tuple[int, ...] = ()
    exactness: str = ""
    about: str = ""
    is_hypothetical: bool = False


@dataclass(frozen=True)
class Scenario:
    """What a source tells about offers.

    Attributes
    ----------
    title, source : str
    hypothetical : tuple of str
        What is supposed beyond the source.
    offers : mapping of str to Offer
        By the names that the file gives them.
    messages : tuple of Acceptance, Decline and Withdrawal
    said : mapping of str to Statement
        Who said that there is such an offer, by the offer's name.
    statements : tuple of Statement
        In order of time, those without a day last.
    """

    title: str
    source: str
    hypothetical: tuple[str, ...]
    offers: Mapping[str, Offer]
    messages: tuple[Message, ...]
    said: Mapping[str, Statement]
    statements: tuple[Statement, ...]

    def agreement(self, name: str, more: Iterable[Message] = ()) -> Agreement:
        """Return an agreement with its answers and consents.

        Parameters
        ----------
        name : str
            The offer's name in the file.
        more : iterable of Acceptance, Decline and Withdrawal
            What else is supposed to have been said, about any of the offers.

        Raises
        ------
        SettingError
            There is no offer of that name.
        """
        if name not in self.offers:
            raise SettingError(f"there is no offer {name!r}; there are {', '.join(self.offers)}")
        offer, said = self.offers[name], (*self.messages, *more)
        return Agreement(
            offer,
            [message for message in said if message.offer_id == offer.id],
            [self.agreement(n, more) for n, o in self.offers.items() if o.conditions == offer.id],
        )

    def statements_at(self, time_ns: int) -> list[Statement]:
        """Return what had been said by a time, as far as a day is given."""
        return [s for s in self.statements if s.time_ns is not None and s.time_ns <= time_ns]
