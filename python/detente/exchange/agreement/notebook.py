"""What one party has heard of offers and answers, in any order, and where each stands."""

from collections.abc import Callable
from typing import cast

from detente.checks import shown
from detente.errors import AgreementError, SettingError
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.agreement.answers import Answers
from detente.exchange.agreement.offer import Acceptance, Decline, Message, Offer, Withdrawal
from detente.exchange.agreement.standing import Standing, standing_at
from detente.exchange.values.given import text
from detente.exchange.values.instant import text_from_time_ns
from detente.exchange.values.names import Names

MOST_OPEN = 1_000
"""So many offers of one party may wait for an answer; more are refused until some are answered."""
MOST_EARLY = 10_000
"""So many answers may wait for their offers."""


class Notebook:
    """The offers, consents and messages that one party knows.

    A message may come before its offer, and a consent before the offer it conditions; both are
    kept, and count once the offer is there if they belong to it.

    Parameters
    ----------
    name : str
        The party.

    Attributes
    ----------
    names : Names
        Of the parties and hosts that it knows.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.names = Names(name)
        self._answers: dict[str, Answers] = {}
        self._consents: dict[str, dict[str, Offer]] = {}
        self._early: dict[str, set[Message]] = {}

    def hear(self, message: Offer | Message) -> None:
        """Take note; what cannot belong is refused."""
        if not isinstance(cast("object", message), Offer | Acceptance | Decline | Withdrawal):
            raise SettingError(
                "a party hears offers, acceptances, declines and withdrawals, found "
                f"{shown(message)}"
            )
        if isinstance(message, Offer):
            self._hear_offer(message)
            return
        answers = self._answers.get(message.offer_id)
        if answers is not None:
            answers.take(message)
        elif sum(map(len, self._early.values())) < MOST_EARLY:
            self._early.setdefault(message.offer_id, set()).add(message)
        else:
            raise AgreementError(
                f"{self._name!r} keeps {MOST_EARLY:,} answers to offers that it has not heard of, "
                "and no more; let it hear the offers first"
            )

    def _hear_offer(self, offer: Offer) -> None:
        if offer.id in self._answers:
            return
        conditioned = self._answers.get(offer.conditions)
        if conditioned is not None:
            conditioned.offer.check_consent(offer)
        if self._name not in offer.concerns and not offer.conditions:
            raise AgreementError(
                f"{self._name!r} has no part in offer {offer.id[:12]} from {offer.sender!r} to "
                f"{offer.recipient!r}"
            )
        self._check_flood(offer)
        self.names.take(*offer.concerns)
        answers = self._answers[offer.id] = Answers(offer)
        for message in self._early.pop(offer.id, ()):
            if not offer.why_not(message):
                answers.take(message)
        if offer.conditions:
            self._consents.setdefault(offer.conditions, {})[offer.id] = offer

    def _check_flood(self, offer: Offer) -> None:
        """Refuse an offer of a party of which too many are open."""
        answers = self._answers.values()
        of_sender = (each for each in answers if each.offer.sender == offer.sender)
        if (
            offer.sender != self._name
            and sum(not each.is_answered for each in of_sender) >= MOST_OPEN
        ):
            raise AgreementError(
                f"{self._name!r} has heard of {MOST_OPEN:,} offers of {offer.sender!r} without an "
                "answer, and takes no more; decline or forget some"
            )

    def check_open(self, offer: Offer, time_ns: int) -> None:
        """Take note of an offer and refuse to answer it if it is too late for that."""
        self.hear(offer)
        agreement = self.agreement(offer.id)
        state = agreement.state_at(time_ns)
        is_answered = agreement.accepted_ns is not None and agreement.accepted_ns <= time_ns
        if state not in {"pending", "offered"} or is_answered:
            raise AgreementError(
                f"offer {offer.id[:12]} is {'accepted' if is_answered else state} at "
                f"{text_from_time_ns(time_ns)} and can no longer be accepted or declined; it "
                f"needed an answer before {text_from_time_ns(offer.answer_by_ns)}; withdraw from "
                "it, or make a new offer"
            )

    def forget(self, offer_id: str | Offer) -> None:
        """Forget an offer that its recipient did not answer, as if it had never been made."""
        agreement = self.agreement(offer_id)
        offer = agreement.offer
        if self._answers[offer.id].is_answered:
            raise AgreementError(
                f"offer {offer.id[:12]} was answered, and what was agreed is not forgotten"
            )
        del self._answers[offer.id]
        self._consents.get(offer.conditions, {}).pop(offer.id, None)

    def agreement(self, offer_id: str | Offer) -> Agreement:
        """Return an agreement with what belongs to it, by its offer or the offer's identity."""
        offer_id = offer_id.id if isinstance(offer_id, Offer) else text("offer_id", offer_id)
        answers = self._answers.get(offer_id)
        if answers is None:
            raise AgreementError(f"{self._name!r} has heard of no offer {shown(offer_id)}")
        asked = self._consents.get(offer_id, {}).values()
        return Agreement(
            answers.offer,
            answers,
            [self.agreement(each.id) for each in asked if _serves(each, answers.offer)],
        )

    def known(self, wanted: Callable[[Offer], bool]) -> list[Agreement]:
        """Return the agreements of wanted offers, in the order of their identities."""
        offers = sorted(self._answers)
        return [self.agreement(k) for k in offers if wanted(self._answers[k].offer)]

    def standings(self, time_ns: int) -> list[Standing]:
        """Return where each agreement that concerns the party stands, in the order of offers."""
        offers = [
            answers.offer
            for answers in self._answers.values()
            if answers.offer.time_ns <= time_ns
            and (self._name in answers.offer.concerns or answers.offer.conditions in self._answers)
        ]
        offers.sort(key=lambda offer: (offer.time_ns, offer.id))
        return [standing_at(self.agreement(offer.id), time_ns) for offer in offers]


def _serves(consent: Offer, offer: Offer) -> bool:
    """Whether a consent counts for an offer; what came before its offer was not checked."""
    try:
        offer.check_consent(consent)
    except AgreementError:
        return False
    return True
