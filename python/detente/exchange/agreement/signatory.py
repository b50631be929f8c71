"""Signatory: how a party offers, answers, withdraws, and what it knows of all that."""

from collections.abc import Callable, Iterable

from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.clock import Clock
from detente.exchange.agreement.conflicts import check_conflicts, may_conflict
from detente.exchange.agreement.notebook import Notebook
from detente.exchange.agreement.offer import Acceptance, Decline, Message, Offer, Withdrawal
from detente.exchange.agreement.standing import Standing
from detente.exchange.agreement.terms import Terms
from detente.exchange.values.names import check_name


class Signatory:
    """Someone who makes agreements: a party, or a host that is asked for its consent.

    Parameters
    ----------
    name : str
        How it signs.
    clock : callable, optional
        Returns the time [ns since 1970-01-01 UTC]. Left out, its clock is the latest time that its
        own user named to it, never what anybody else says.

    Raises
    ------
    SettingError
        No name; see `detente.exchange.values.names`.
    """

    def __init__(self, name: str, *, clock: Callable[[], int] | None = None) -> None:
        self.name = check_name(name, "the name of a party")
        self._notebook = Notebook(name)
        self._clock = Clock(clock)

    def offer(
        self,
        recipient: str,
        terms: Terms,
        *,
        time_ns: int,
        answer_by_ns: int,
        hosts: Iterable[str] = (),
    ) -> Offer:
        """Offer another party an agreement; it must hear of it, and nothing flows until it accepts.

        Parameters
        ----------
        recipient : str
            The other party's name.
        terms : Terms
            What is handed over.
        time_ns, answer_by_ns : int
            Now, and when the offer lapses [ns since 1970-01-01 UTC].
        hosts : iterable of str
            The parties whose consent it needs; see `ask`.

        Returns
        -------
        Offer
        """
        time_ns = self._clock.checked(time_ns)
        answer_by_ns = self._clock.checked(answer_by_ns)
        offer = Offer(self.name, recipient, terms, time_ns, answer_by_ns, tuple(hosts))
        self.hear(offer)
        self._clock.name(time_ns)
        return offer

    def ask(self, host: str, offer: Offer, *, time_ns: int) -> Offer:
        """Ask a host for its consent to an offer; it answers as it answers any offer.

        Returns
        -------
        Offer
            An agreement of its own that names the offer which it conditions.

        Raises
        ------
        AgreementError
            The offer does not name this host, or this party has no part in it.
        """
        time_ns = self._clock.checked(time_ns)
        self.hear(offer)
        consent = Offer(
            self.name, host, offer.terms, time_ns, offer.answer_by_ns, conditions=offer.id
        )
        offer.check_consent(consent)
        self.hear(consent)
        self._clock.name(time_ns)
        return consent

    def accept(self, offer: Offer, *, time_ns: int) -> Acceptance:
        """Accept an offer that was made to this party, or consent as a host that was asked.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open; or together with
            another agreement it would tell what neither tells.
        """
        time_ns = self._clock.checked(time_ns)
        self._notebook.check_open(offer, time_ns)
        self._check_conflicts(self.agreement(offer.id), time_ns)
        message = Acceptance(offer.id, self.name, time_ns)
        self.hear(message)
        self._clock.name(time_ns)
        return message

    def decline(self, offer: Offer, *, time_ns: int) -> Decline:
        """Decline an offer that was made to this party. It is final; a change is a new offer.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open.
        """
        time_ns = self._clock.checked(time_ns)
        self._notebook.check_open(offer, time_ns)
        message = Decline(offer.id, self.name, time_ns)
        self.hear(message)
        self._clock.name(time_ns)
        return message

    def withdraw(self, offer: Offer, *, time_ns: int) -> Withdrawal:
        """Withdraw from an agreement, or from an offer not yet answered. It is final.

        Raises
        ------
        AgreementError
            This party has no part in it, or it was not made yet.
        """
        time_ns = self._clock.checked(time_ns)
        self.hear(offer)
        message = Withdrawal(offer.id, self.name, time_ns)
        self.hear(message)
        self._clock.name(time_ns)
        return message

    def hear(self, message: Offer | Message) -> None:
        """Take note of an offer or of what was said about one, in any order, any number of times.

        Raises
        ------
        AgreementError
            An offer between others, or a message that cannot belong to its offer; or one more than
            the thousand offers of one sender that may be without an answer.
        """
        self._notebook.hear(message)

    def forget(self, offer: Offer) -> None:
        """Forget an offer that its recipient did not answer, as if it had never been made.

        Raises
        ------
        AgreementError
            It was answered, or never heard of.
        """
        self._notebook.forget(offer)

    def agreement(self, offer_id: str) -> Agreement:
        """Return an agreement as this party knows it.

        Raises
        ------
        AgreementError
            No offer of that identity was heard of.
        """
        return self._notebook.agreement(offer_id)

    def agreements(self, time_ns: int) -> list[Standing]:
        """Return where every agreement stands: state, since when, who must act, by when.

        Those that this party is a party or a host of, and the consents to them, in the order in
        which they were offered; those not yet offered at that time are left out.

        Parameters
        ----------
        time_ns : int
            Now [ns since 1970-01-01 UTC].
        """
        return self._notebook.standings(self._clock.checked(time_ns))

    def _check_conflicts(self, agreement: Agreement, time_ns: int) -> None:
        """Refuse what together with another agreement of the same two tells what neither does."""
        between = agreement.offer
        others = self._notebook.known(lambda offer: may_conflict(offer, between))
        check_conflicts(agreement, others, time_ns)
