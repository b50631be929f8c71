"""Signatory: how a party offers, answers, withdraws, and what it knows of all that."""

from collections.abc import Iterable

from detente.errors import SettingError
from detente.exchange.agreement import Agreement
from detente.exchange.apart import check_apart, is_of_counts
from detente.exchange.notebook import Notebook
from detente.exchange.offer import Acceptance, Decline, Message, Offer, Withdrawal
from detente.exchange.standing import Standing
from detente.exchange.terms import Terms


class Signatory:
    """Someone who makes agreements: a party, or a host that is asked for its consent.

    Parameters
    ----------
    name : str
        How it signs.

    Raises
    ------
    SettingError
        No name.
    """

    def __init__(self, name: str) -> None:
        if not name:
            raise SettingError("a party must have a name")
        self.name = name
        self._notebook = Notebook(name)

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
        offer = Offer(self.name, recipient, terms, time_ns, answer_by_ns, tuple(hosts))
        self.hear(offer)
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
        self.hear(offer)
        consent = Offer(
            self.name, host, offer.terms, time_ns, offer.answer_by_ns, conditions=offer.id
        )
        offer.check_consent(consent)
        self.hear(consent)
        return consent

    def accept(self, offer: Offer, *, time_ns: int) -> Acceptance:
        """Accept an offer that was made to this party, or consent as a host that was asked.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open; or its counts would
            tell what those of another agreement hide.
        """
        self._notebook.check_open(offer, time_ns)
        check_apart(self.agreement(offer.id), self._notebook.known(is_of_counts), time_ns)
        message = Acceptance(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def decline(self, offer: Offer, *, time_ns: int) -> Decline:
        """Decline an offer that was made to this party. It is final; a change is a new offer.

        Raises
        ------
        AgreementError
            It was made to someone else, is not made yet, or is no longer open.
        """
        self._notebook.check_open(offer, time_ns)
        message = Decline(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def withdraw(self, offer: Offer, *, time_ns: int) -> Withdrawal:
        """Withdraw from an agreement, or from an offer not yet answered. It is final.

        Raises
        ------
        AgreementError
            This party has no part in it, or it was not made yet.
        """
        self.hear(offer)
        message = Withdrawal(offer.id, self.name, time_ns)
        self.hear(message)
        return message

    def hear(self, message: Offer | Message) -> None:
        """Take note of an offer or of what was said about one, in any order, any number of times.

        Raises
        ------
        AgreementError
            An offer between others, or a message that cannot belong to its offer.
        """
        self._notebook.hear(message)

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
        return self._notebook.standings(time_ns)
