"""Agreements: an offer and its answers, a state that only moves forward.

The state is a function of the *set* of messages and of the time asked about, so neither the order
in which messages arrive nor their repetition changes it, and a replay revives nothing.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Literal

from detente.errors import AgreementError
from detente.exchange.agreement.answers import NEVER, Answers, answers_of
from detente.exchange.agreement.offer import Message, Offer
from detente.exchange.values.instant import text_from_time_ns

State = Literal["pending", "offered", "accepted", "declined", "expired", "withdrawn"]


class Agreement:
    """An offer and what was said about it.

    Its states, in the order in which time may pass through them: ``pending``, while the consent of
    a host is missing; ``offered``, while only the recipient's answer is; ``accepted``, when it is
    in force; ``declined`` or ``expired``, whichever comes first; ``withdrawn``, which dominates.
    An offer that is not in force by `answer_by_ns` expires then, one in force with its terms. A
    no ends it even after a yes. A consent that ends takes the agreement with it.

    Parameters
    ----------
    offer : Offer
        What was offered; it names the agreement.
    messages : iterable of Acceptance, Decline and Withdrawal, or Answers
        What was said, in any order, any number of times; or the same, folded.
    consents : iterable of Agreement
        What the hosts were asked and said.

    Raises
    ------
    AgreementError
        A message or a consent that cannot belong to the offer.

    Examples
    --------
    >>> import detente as dt
    >>> from detente.exchange import Acceptance, Agreement, Offer, time_ns_from_text
    >>> june, july, august = (time_ns_from_text(f"2021-0{month}-01") for month in (6, 7, 8))
    >>> offer = Offer("north", "south", dt.Terms(level="tracks", until="2021-08-31"), june, august)
    >>> agreement = Agreement(offer, [Acceptance(offer.id, "south", july)])
    >>> agreement.state_at(june), agreement.state_at(august)
    ('offered', 'accepted')
    """

    def __init__(
        self,
        offer: Offer,
        messages: Iterable[Message] | Answers = (),
        consents: Iterable["Agreement"] = (),
    ) -> None:
        self.offer = offer
        self.consents = tuple(consents)
        for consent in self.consents:
            offer.check_consent(consent.offer)
        answers = messages if isinstance(messages, Answers) else answers_of(offer, messages)
        in_time = answers.yes_ns < min(answers.no_ns, offer.answer_by_ns)
        self._yes_ns = answers.yes_ns if in_time else NEVER
        self._no_ns = answers.no_ns
        self._withdrawn_ns, self._withdrawn_by = answers.withdrawn

    @property
    def withdrawn_by(self) -> str:
        """The party that withdrew first; empty if none did."""
        return self._withdrawn_by

    @property
    def accepted_ns(self) -> int | None:
        """When the recipient said yes in time, whatever came after."""
        return _or_none(self._yes_ns)

    @property
    def consented_ns(self) -> int | None:
        """When the last of the hosts had consented; without hosts, when the offer was made."""
        return _or_none(self._consented[0])

    @property
    def in_force_ns(self) -> int | None:
        """When it came into force: accepted, and every consent held."""
        return _or_none(self._in_force_ns)

    @property
    def ends_ns(self) -> int:
        """When it ends, as far as these messages tell [ns since 1970-01-01 UTC]."""
        return min(self._withdrawal_ns, self._no_ns, self._expires_ns)

    @cached_property
    def _held(self) -> dict[str, tuple[int, int]]:
        """From when until when each host's consent is held."""
        return {host: _held_span(self._consents_of(host)) for host in self.offer.hosts}

    @cached_property
    def _consented(self) -> tuple[int, int]:
        """From when until when every consent is held."""
        spans = self._held.values()
        begins_ns = max((begins for begins, _ in spans), default=self.offer.time_ns)
        return begins_ns, min((ends for _, ends in spans), default=NEVER)

    @cached_property
    def _in_force_ns(self) -> int:
        held_ns, lost_ns = self._consented
        begins_ns = max(self._yes_ns, held_ns)
        ends_ns = min(self.offer.answer_by_ns, self._no_ns, self._withdrawn_ns, lost_ns)
        return begins_ns if begins_ns < ends_ns else NEVER

    @property
    def _expires_ns(self) -> int:
        """When it ends by itself."""
        is_in_force = self._in_force_ns < NEVER
        return self.offer.terms.until_ns if is_in_force else self.offer.answer_by_ns

    @property
    def _withdrawal_ns(self) -> int:
        """When a party withdrew, or a host its consent."""
        _, lost_ns = self._consented
        return min(self._withdrawn_ns, lost_ns if lost_ns < self._expires_ns else NEVER)

    def since_at(self, time_ns: int) -> tuple[State, int]:
        """Return the state at a time and since when it holds; see `state_at`."""
        made_ns = self.offer.time_ns
        if time_ns < made_ns:
            raise AgreementError(
                f"the offer had not been made yet, it dates from {text_from_time_ns(made_ns)}"
            )
        if self._withdrawal_ns <= time_ns:
            return "withdrawn", self._withdrawal_ns
        ended_ns = min(self._no_ns, self._expires_ns)
        if ended_ns <= time_ns:
            return ("declined" if self._no_ns < self._expires_ns else "expired"), ended_ns
        if self._in_force_ns <= time_ns:
            return "accepted", self._in_force_ns
        held_ns, _ = self._consented
        return ("offered", held_ns) if held_ns <= time_ns else ("pending", made_ns)

    def state_at(self, time_ns: int) -> State:
        """Return the state at a time, as far as these messages tell.

        Parameters
        ----------
        time_ns : int
            Nanoseconds since 1970-01-01 UTC.

        Returns
        -------
        {"pending", "offered", "accepted", "declined", "expired", "withdrawn"}

        Raises
        ------
        AgreementError
            The offer had not been made yet.
        """
        return self.since_at(time_ns)[0]

    def is_in_force_at(self, time_ns: int) -> bool:
        """Return whether it is accepted at a time, as far as these messages tell; it never raises.

        An offer that is not made yet at that time is not in force.
        """
        return self._in_force_ns <= time_ns < self.ends_ns

    def must_act_at(self, time_ns: int) -> tuple[str, ...]:
        """Return the parties that must act for it to come into force; none once it has ended.

        They are the recipient that has not answered, each host that has not consented, and the
        sender where a host has not been asked, or said no.
        """
        if self.state_at(time_ns) not in {"pending", "offered"}:
            return ()
        acting = {self.offer.recipient: None} if self._yes_ns > time_ns else {}
        for host, (held_ns, _) in self._held.items():
            if held_ns > time_ns:
                asked = any(host in c.must_act_at(time_ns) for c in self._asked_at(host, time_ns))
                acting[host if asked else self.offer.sender] = None
        return tuple(acting)

    def partner_of(self, party: str) -> str:
        """Return the other of the two parties."""
        return self.offer.sender if party == self.offer.recipient else self.offer.recipient

    def grant_at(self, sender: str, recipient: str, time_ns: int) -> dict[str, Any]:
        """Return what one party may hand to the other, for the release.

        Parameters
        ----------
        sender, recipient : str
            Who hands over, and to whom.
        time_ns : int
            Now [ns since 1970-01-01 UTC].

        Returns
        -------
        dict
            The arguments of the release's grant, its time in force cut to what these messages
            tell.

        Raises
        ------
        AgreementError
            It is not in force, or does not let this party hand anything to that one.
        """
        offer, state = self.offer, self.state_at(time_ns)
        name = f"agreement {offer.id[:12]} between {offer.sender!r} and {offer.recipient!r}"
        if offer.conditions:
            raise AgreementError(
                f"nothing leaves: {name} is a consent to offer {offer.conditions[:12]}, under "
                "which nothing flows"
            )
        ways = {offer.parties, offer.parties[::-1]} if offer.terms.both_ways else {offer.parties}
        if (sender, recipient) not in ways:
            raise AgreementError(
                f"nothing leaves: agreement {offer.id[:12]} does not let {sender!r} hand "
                f"{offer.terms.level} to {recipient!r}"
            )
        if state != "accepted":
            acting = self.must_act_at(time_ns)
            waits = f"; {' and '.join(map(repr, acting))} must act first" if acting else ""
            raise AgreementError(
                f"nothing leaves: {name} is {state} at {text_from_time_ns(time_ns)}{waits}"
            )
        return offer.terms.grant(sender, recipient, self._in_force_ns, self.ends_ns)

    def _consents_of(self, host: str) -> list["Agreement"]:
        return [consent for consent in self.consents if consent.offer.recipient == host]

    def _asked_at(self, host: str, time_ns: int) -> list["Agreement"]:
        return [c for c in self._consents_of(host) if c.offer.time_ns <= time_ns]


def _held_span(consents: Iterable[Agreement]) -> tuple[int, int]:
    """Return from when until when at least one of a host's consents is in force without a gap."""
    begun = [(consent.in_force_ns, consent.ends_ns) for consent in consents]
    spans = sorted((begins_ns, ends_ns) for begins_ns, ends_ns in begun if begins_ns is not None)
    held_ns, lost_ns = spans[0] if spans else (NEVER, NEVER)
    for begins_ns, ends_ns in spans:
        if begins_ns <= lost_ns:
            lost_ns = max(lost_ns, ends_ns)
    return held_ns, lost_ns


def _or_none(time_ns: int) -> int | None:
    return None if time_ns == NEVER else time_ns
