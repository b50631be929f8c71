"""Offers, and the messages that answer them."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from detente.checks import shown
from detente.errors import AgreementError, SettingError
from detente.exchange.agreement.terms import Terms
from detente.exchange.values.given import each, instance, text, time
from detente.exchange.values.instant import text_from_time_ns
from detente.exchange.values.names import check_name

_SHORT = 12
_ID = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Offer:
    """One party offers another to hand over what its sensors say, or asks a host for its consent.

    Parameters
    ----------
    sender, recipient : str
        Who offers, and to whom.
    terms : Terms
        What is handed over. The sender releases; the recipient too where terms are both ways.
    time_ns : int
        When it was made [ns since 1970-01-01 UTC].
    answer_by_ns : int
        When it lapses, itself excluded, if an answer or a host's consent is still missing.
    hosts : iterable of str
        The parties on whose ground it happens: nothing flows until each has consented.
    conditions : str
        Of a consent: the identity of the offer that it conditions. The recipient is the host, the
        terms are what it consents to, and nothing flows between the two.

    Raises
    ------
    SettingError
        No name of a party (see `detente.exchange.values.names`), an offer to oneself, a host that
        is a party, a consent with hosts, times that do not follow each other, or a value of another
        type.
    """

    sender: str
    recipient: str
    terms: Terms
    time_ns: int
    answer_by_ns: int
    hosts: tuple[str, ...] = ()
    conditions: str = ""

    def __post_init__(self) -> None:
        for name, value in (
            ("hosts", _sorted_hosts(self.hosts)),
            ("time_ns", time("time_ns", self.time_ns)),
            ("answer_by_ns", time("answer_by_ns", self.answer_by_ns)),
        ):
            object.__setattr__(self, name, value)
        instance("terms", self.terms, Terms)
        if text("conditions", self.conditions, may_be_empty=True):
            _offer_id("conditions", self.conditions)
            if self.hosts:
                raise SettingError(
                    "a consent is one host's and needs no other's, found hosts "
                    f"{', '.join(map(repr, self.hosts))}; leave them out"
                )
        named = (self.sender, self.recipient, *self.hosts)
        for name in named:
            check_name(name, "the name of a party")
        if len(set(named)) < len(named):
            raise SettingError(
                "an offer needs two different parties, and hosts that are neither, found "
                f"{', '.join(map(repr, named))}"
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
            "hosts": self.hosts,
            "conditions": self.conditions,
            "terms": self.terms.content,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @property
    def parties(self) -> tuple[str, str]:
        """The sender and the recipient."""
        return self.sender, self.recipient

    @property
    def concerns(self) -> tuple[str, ...]:
        """The parties and the hosts: who may know of it."""
        return *self.parties, *self.hosts

    def why_not(self, message: "Message") -> str:
        """Return why a message cannot belong to this offer, whatever else was said; else empty."""
        if message.offer_id != self.id:
            return f"the message is about offer {message.offer_id[:_SHORT]}, {self._here}"
        if message.by != self.recipient:
            if message.by != self.sender:
                return (
                    f"{message.by!r} is a stranger, {self._here}; only they can answer it or "
                    "withdraw from it"
                )
            if not isinstance(message, Withdrawal):
                verb = "accept" if isinstance(message, Acceptance) else "decline"
                return f"only {self.recipient!r} can {verb}, {self._here}; the other can withdraw"
        if message.time_ns < self.time_ns:
            made, said = text_from_time_ns(self.time_ns), text_from_time_ns(message.time_ns)
            return f"the message of {said} is older than its offer of {made}"
        return ""

    def check(self, message: "Message") -> None:
        """Refuse a message that cannot belong to this offer.

        Raises
        ------
        AgreementError
            It names another offer, comes from a stranger or from the wrong side, or is older
            than the offer.
        """
        why = self.why_not(message)
        if why:
            raise AgreementError(why)

    def check_consent(self, consent: "Offer") -> None:
        """Refuse a consent that does not serve this offer.

        Raises
        ------
        AgreementError
            It conditions another offer, is not asked of a host by a party, is older than this
            offer, or permits less in a clause.
        """
        if consent.conditions != self.id:
            raise AgreementError(
                f"the consent conditions offer {consent.conditions[:_SHORT]}, {self._here}"
            )
        if consent.recipient not in self.hosts or consent.sender not in self.parties:
            raise AgreementError(
                f"a consent is asked of a host ({', '.join(self.hosts) or 'there is none'}) by a "
                f"party, found asked of {consent.recipient!r} by {consent.sender!r}, {self._here}"
            )
        if consent.time_ns < self.time_ns:
            asked, made = text_from_time_ns(consent.time_ns), text_from_time_ns(self.time_ns)
            raise AgreementError(f"the consent of {asked} is older than its offer of {made}")
        less = self.terms.exceeding(consent.terms)
        if less:
            raise AgreementError(
                f"the consent of {consent.recipient!r} permits less than offer "
                f"{self.id[:_SHORT]} in {', '.join(less)}; ask for all of it, or make a new offer "
                "of what is consented to"
            )

    @property
    def _here(self) -> str:
        return f"this is offer {self.id[:_SHORT]} from {self.sender!r} to {self.recipient!r}"


@dataclass(frozen=True, slots=True)
class _Said:
    """Who said something about which offer, when."""

    offer_id: str
    by: str
    time_ns: int

    def __post_init__(self) -> None:
        _offer_id("offer_id", self.offer_id)
        text("by", self.by)
        object.__setattr__(self, "time_ns", time("time_ns", self.time_ns))


@dataclass(frozen=True, slots=True)
class Acceptance(_Said):
    """The recipient of an offer says yes."""


@dataclass(frozen=True, slots=True)
class Decline(_Said):
    """The recipient of an offer says no."""


@dataclass(frozen=True, slots=True)
class Withdrawal(_Said):
    """Either side takes back its offer or its yes."""


Message: TypeAlias = Acceptance | Decline | Withdrawal


def _sorted_hosts(hosts: object) -> tuple[str, ...]:
    return tuple(sorted(text("a host", name) for name in each("hosts", hosts)))


def _offer_id(name: str, value: object) -> None:
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        message = f"{name} must be the identity of an offer, 64 hexadecimal digits, found "
        raise SettingError(f"{message}{shown(value)}")
