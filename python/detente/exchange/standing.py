"""Standing: where an agreement stands, since when, who must act and by when."""

from dataclasses import dataclass

from detente.exchange.agreement import Agreement, State
from detente.exchange.instant import words_from_time_ns
from detente.exchange.offer import Offer
from detente.exchange.wording import text_from_names


@dataclass(frozen=True)
class Standing:
    """Where one agreement stands at one time.

    Attributes
    ----------
    offer : Offer
        What was offered.
    state : {"pending", "offered", "accepted", "declined", "expired", "withdrawn"}
        See `Agreement`.
    since_ns : int
        Since when [ns since 1970-01-01 UTC].
    must_act : tuple of str
        The parties that must act, none if nobody must.
    by_ns : int or None
        By when it changes by itself: when it lapses or ends, itself excluded; `None` once ended.
    """

    offer: Offer
    state: State
    since_ns: int
    must_act: tuple[str, ...]
    by_ns: int | None

    @property
    def text(self) -> str:
        """The same in a sentence.

        Examples
        --------
        >>> import detente as dt
        >>> from detente.exchange import Agreement, Offer, standing_at, time_ns_from_text
        >>> june, august = time_ns_from_text("2021-06-16"), time_ns_from_text("2021-08-15")
        >>> terms = dt.Terms(level="tracks", until="2021-08-31")
        >>> offer = Offer("North", "South", terms, june, august, hosts=("East",))
        >>> print(standing_at(Agreement(offer), june).text)
        North to South: pending since 16 June 2021. South and North must act before 15 August
        2021, or it expires.
        """
        offer = self.offer
        what = f"{offer.sender} to {offer.recipient}"
        if offer.conditions:
            what = f"{offer.recipient}'s consent, asked by {offer.sender}"
        text = f"{what}: {self.state} since {words_from_time_ns(self.since_ns)}."
        if self.by_ns is None:
            return text
        by = words_from_time_ns(self.by_ns)
        if self.state == "accepted":
            return f"{text} It ends on {by} unless withdrawn before."
        return f"{text} {text_from_names(self.must_act)} must act before {by}, or it expires."


def standing_at(agreement: Agreement, time_ns: int) -> Standing:
    """Return where an agreement stands at a time [ns since 1970-01-01 UTC].

    Raises
    ------
    AgreementError
        The offer had not been made yet.
    """
    offer = agreement.offer
    state, since_ns = agreement.since_at(time_ns)
    by_ns = {
        "pending": offer.answer_by_ns,
        "offered": offer.answer_by_ns,
        "accepted": offer.terms.until_ns,
    }.get(state)
    return Standing(offer, state, since_ns, agreement.must_act_at(time_ns), by_ns)
