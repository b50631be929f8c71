"""Agreements: an offer and its answers, a state that only moves forward.

The state is a function of the *set* of messages and of the time asked about, so neither the order
in which messages arrive nor their repetition changes it, and a replay revives nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from detente.errors import AgreementError, SettingError
from detente.exchange.instant import text_from_time_ns
from detente.exchange.terms import Terms

State = Literal["pending", "accepted", "expired", "withdrawn"]


@dataclass(frozen=True)
class Offer:
    """One party offers another to hand over what its sensors say.

    Parameters
    ----------
    sender, recipient : str
        Who offers, and to whom.
    terms : Terms
        What is handed over. The sender releases; the recipient too where terms are both ways.
    time_ns : int
        When it was made [ns since 1970-01-01 UTC].
    answer_by_ns : int
        When it lapses without an answer, itself excluded.

    Raises
    ------
    SettingError
        A nameless party, an offer to oneself, or times that do not follow each other.
    """

    sender: str
    recipient: str
    terms: Terms
    time_ns: int
    answer_by_ns: int

    def __post_init__(self) -> None:
        if not self.sender or not self.recipient or self.sender == self.recipient:
            raise SettingError(
                f"an offer needs two different parties, found {self.sender!r}, {self.recipient!r}"
            )
        if not self.time_ns < self.answer_by_ns <= self.terms.until_ns:
            raise SettingError(
                "an offer is made before it must be answered, and answered before its terms end; "
                f"found made {text_from_time_ns(self.time_ns)}, "
                f"answer by {text_from_time_ns(self.answer_by_ns)}, "
                f"until {text_from_time_ns(self.terms.until_ns)}"
            )

    @cached_property
    def id(self) -> str:
        """The SHA-256 of the offer as canonical JSON, 64 hexadecimal digits.

        Canonical: keys sorted, no spaces, ASCII, whole numbers.
        """
        content = {
            "schema": "detente.offer/1",
            "sender": self.sender,
            "recipient": self.recipient,
            "time_ns": self.time_ns,
            "answer_by_ns": self.answer_by_ns,
            "terms": {
                "level": self.terms.level,
                "until_ns": self.terms.until_ns,
                "both_ways": self.terms.both_ways,
            },
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @property
    def parties(self) -> tuple[str, str]:
        """The sender and the recipient."""
        return self.sender, self.recipient

    def check(self, message: "Message") -> None:
        """Refuse a message that cannot belong to this offer, whatever else was said.

        Raises
        ------
        AgreementError
            It names another offer, comes from a stranger or from the wrong side, or is older
            than the offer.
        """
        if message.offer_id != self.id:
            raise AgreementError(
                f"the message is about offer {message.offer_id[:12]}, {self._here}"
            )
        if message.by not in self.parties:
            raise AgreementError(f"{message.by!r} is a stranger, {self._here}")
        if isinstance(message, Acceptance) and message.by != self.recipient:
            raise AgreementError(f"only {self.recipient!r} can accept, {self._here}")
        if message.time_ns < self.time_ns:
            made, said = text_from_time_ns(self.time_ns), text_from_time_ns(message.time_ns)
            raise AgreementError(f"the message of {said} is older than its offer of {made}")

    @property
    def _here(self) -> str:
        return f"this is offer {self.id[:12]} from {self.sender!r} to {self.recipient!r}"


@dataclass(frozen=True)
class Acceptance:
    """The recipient of an offer says yes."""

    offer_id: str
    by: str
    time_ns: int


@dataclass(frozen=True)
class Withdrawal:
    """Either side says no, or no longer."""

    offer_id: str
    by: str
    time_ns: int


Message = Acceptance | Withdrawal


class Agreement:
    """An offer and what was said about it.

    Parameters
    ----------
    offer : Offer
        What was offered; it names the agreement.
    messages : iterable of Acceptance and Withdrawal
        What was said, in any order, any number of times.

    Raises
    ------
    AgreementError
        A message that cannot belong to the offer.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import Acceptance, Agreement, Offer, time_ns_from_text
    >>> june, july, august = (time_ns_from_text(f"2021-0{month}-01") for month in (6, 7, 8))
    >>> offer = Offer("north", "south", dt.Terms(level="tracks", until="2021-08-31"), june, august)
    >>> agreement = Agreement(offer, [Acceptance(offer.id, "south", july)])
    >>> agreement.state_at(june), agreement.state_at(august)
    ('pending', 'accepted')
    """

    def __init__(self, offer: Offer, messages: Iterable[Message] = ()) -> None:
        self.offer = offer
        self.messages = frozenset(messages)
        for message in self.messages:
            offer.check(message)

    @cached_property
    def accepted_ns(self) -> int | None:
        """When it was accepted in time, whatever came after."""
        times = [
            m.time_ns
            for m in self.messages
            if isinstance(m, Acceptance) and m.time_ns < self.offer.answer_by_ns
        ]
        return min(times, default=None)

    @cached_property
    def withdrawn_ns(self) -> int | None:
        """When the first withdrawal was made."""
        return min((m.time_ns for m in self.messages if isinstance(m, Withdrawal)), default=None)

    @property
    def expires_ns(self) -> int:
        """When it ends by itself: with its terms, or unanswered."""
        offer = self.offer
        return offer.answer_by_ns if self.accepted_ns is None else offer.terms.until_ns

    def state_at(self, time_ns: int) -> State:
        """Return the state at a time, as far as these messages tell.

        Withdrawn dominates, then expired, then accepted.

        Parameters
        ----------
        time_ns : int
            Nanoseconds since 1970-01-01 UTC.

        Returns
        -------
        {"pending", "accepted", "expired", "withdrawn"}

        Raises
        ------
        AgreementError
            The offer had not been made yet.
        """
        if time_ns < self.offer.time_ns:
            made = text_from_time_ns(self.offer.time_ns)
            raise AgreementError(f"the offer had not been made yet, it dates from {made}")
        if self.withdrawn_ns is not None and self.withdrawn_ns <= time_ns:
            return "withdrawn"
        if self.expires_ns <= time_ns:
            return "expired"
        if self.accepted_ns is not None and self.accepted_ns <= time_ns:
            return "accepted"
        return "pending"

    def must_act_at(self, time_ns: int) -> str:
        """Return the party that must act next; empty if nobody must."""
        return self.offer.recipient if self.state_at(time_ns) == "pending" else ""
