"""Standing: where an agreement stands, since when, who must act and by when."""

from dataclasses import dataclass

from detente.exchange.agreement.agreement import Agreement, State
from detente.exchange.agreement.offer import Offer
from detente.exchange.agreement.wording import text_from_names
from detente.exchange.values.instant import words_from_time_ns


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
    withdrawn_by : str
        The party that withdrew; empty where a host's consent was lost, or nobody did.
    """

    offer: Offer
    state: State
    since_ns: int
    must_act: tuple[str, ...]
    by_ns: int | None
    withdrawn_by: str = ""

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
        North to South: pending since 16 June 2021; South and North must act before 15 August 2021.
        """
        offer = self.offer
        what = f"{offer.sender} to {offer.recipient}"
        if offer.conditions:
            what = f"{offer.recipient}'s consent, asked by {offer.sender}"
        end = f" It ends on {words_from_time_ns(offer.terms.until_ns)} unless withdrawn before."
        return f"{what}: {self.words}.{end if self.state == 'accepted' else ''}"

    @property
    def words(self) -> str:
        """The state, since when, and who must act by when."""
        by = f" by {self.withdrawn_by}" if self.withdrawn_by else ""
        words = f"{self.state}{by} since {words_from_time_ns(self.since_ns)}"
        if not self.must_act or self.by_ns is None:
            return words
        acting, end = text_from_names(self.must_act), words_from_time_ns(self.by_ns)
        return f"{words}; {acting} must act before {end}"


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
    by = agreement.withdrawn_by if state == "withdrawn" else ""
    return Standing(offer, state, since_ns, agreement.must_act_at(time_ns), by_ns, by)
