"""Answers: all that the state of an agreement needs of what was said about its offer.

It is the earliest yes, the earliest no and the earliest withdrawal. Minima do not depend on the
order in which messages come, nor on how often; a million of them cost as many comparisons.
"""

from collections.abc import Iterable

from detente.exchange.agreement.offer import Acceptance, Decline, Message, Offer

NEVER = 2**63 - 1


class Answers:
    """What was said about one offer, folded.

    Parameters
    ----------
    offer : Offer
        What it is about.

    Attributes
    ----------
    yes_ns, no_ns : int
        When the recipient first accepted, and first declined; `NEVER` if it did not
        [ns since 1970-01-01 UTC].
    withdrawn : (int, str)
        When a party first withdrew, and which.
    """

    __slots__ = ("_from_ns", "_id", "_recipient", "no_ns", "offer", "withdrawn", "yes_ns")

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.yes_ns = self.no_ns = NEVER
        self.withdrawn: tuple[int, str] = (NEVER, "")
        self._id, self._recipient, self._from_ns = offer.id, offer.recipient, offer.time_ns

    @property
    def is_answered(self) -> bool:
        """Whether the recipient said yes or no, at whatever time."""
        return min(self.yes_ns, self.no_ns) < NEVER

    def take(self, message: Message) -> None:
        """Take note of a message.

        Raises
        ------
        AgreementError
            It cannot belong to the offer.
        """
        by, time_ns = message.by, message.time_ns
        is_usual = by == self._recipient and time_ns >= self._from_ns
        if not is_usual or message.offer_id != self._id:
            self.offer.check(message)
        if isinstance(message, Acceptance):
            self.yes_ns = min(self.yes_ns, time_ns)
        elif isinstance(message, Decline):
            self.no_ns = min(self.no_ns, time_ns)
        elif (time_ns, by) < self.withdrawn:
            self.withdrawn = (time_ns, by)


def answers_of(offer: Offer, messages: Iterable[Message]) -> Answers:
    """Return what was said about an offer, folded.

    Raises
    ------
    AgreementError
        A message that cannot belong to the offer.
    """
    answers = Answers(offer)
    for message in messages:
        answers.take(message)
    return answers
