"""Agreements lived through moment by moment: the rules one after the other, nothing folded."""

from collections.abc import Iterable, Sequence

from detente.exchange import Acceptance, Decline, Offer, Withdrawal


class Life:
    """One agreement that lives through moments in order of time."""

    def __init__(
        self,
        offer: Offer,
        said: Iterable[Acceptance | Decline | Withdrawal],
        consents: Sequence["Life"] = (),
    ) -> None:
        self.offer, self.said, self.consents = offer, list(said), consents
        self.has_yes = self.was_in_force = False
        self.held: set[str] = set()
        self.ended = ""

    def live_through(self, now_ns: int) -> str:
        """Return the state after one more moment."""
        for consent in self.consents:
            consent.live_through(now_ns)
        deadline_ns = self.offer.terms.until_ns if self.was_in_force else self.offer.answer_by_ns
        said = [type(message) for message in self.said if message.time_ns == now_ns]
        if not self.ended and now_ns >= deadline_ns:
            self.ended = "expired"
        if not self.ended and Decline in said:
            self.ended = "declined"
        if now_ns < deadline_ns and self._loses_a_consent():
            self.ended = "withdrawn"
        if Withdrawal in said:
            self.ended = "withdrawn"
        if not self.ended and Acceptance in said:
            self.has_yes = True
        return self._state()

    def _loses_a_consent(self) -> bool:
        held = {c.offer.recipient for c in self.consents if c._state() == "accepted"}  # noqa: SLF001 - its own class
        is_lost = not self.held <= held
        self.held |= held
        return is_lost

    def _state(self) -> str:
        if self.ended:
            return self.ended
        if self.was_in_force:
            return "accepted"
        if not self.held >= set(self.offer.hosts):
            return "pending"
        self.was_in_force = self.has_yes
        return "accepted" if self.has_yes else "offered"
