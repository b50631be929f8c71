"""The state of 10,000 agreements of which 100 messages each are known. There is no peer."""

from typing import TYPE_CHECKING

import numpy as np
from record import Row, cpu_s, full, record, rounded

import detente as dt
from detente.exchange import Acceptance, Agreement, Decline, Offer, Withdrawal, time_ns_from_text
from detente.exchange.agreement.notebook import Notebook
from detente.exchange.agreement.standing import standing_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.exchange.agreement.offer import Message

AGREEMENTS, MESSAGES = 10_000, 100
REPEATS = 5 if full() else 3
DAY_NS = 86_400_000_000_000
MADE_NS, NOW_NS = time_ns_from_text("2021-06-16"), time_ns_from_text("2021-07-17")
TERMS = dt.Terms(level="tracks", until="2021-08-31")


def offers_and_messages() -> "tuple[list[Offer], list[list[Message]]]":
    """Return offers, and what was said about each: mostly yes, sometimes no, a few withdrawals."""
    rng = np.random.default_rng(1)
    offers = [
        Offer("north", "south", TERMS, MADE_NS + k, TERMS.until_ns) for k in range(AGREEMENTS)
    ]
    kinds = rng.choice(
        [Acceptance, Decline, Withdrawal], (AGREEMENTS, MESSAGES), p=[0.98, 0.01, 0.01]
    )
    times_ns = MADE_NS + DAY_NS + rng.integers(70 * DAY_NS, size=kinds.shape)
    messages: list[list[Message]] = [
        [kind(offer.id, "south", time_ns) for kind, time_ns in zip(*said, strict=True)]
        for offer, *said in zip(offers, kinds.tolist(), times_ns.tolist(), strict=True)
    ]
    return offers, messages


def heard(offers: list[Offer], messages: "list[Message]") -> Notebook:
    """Return what a party knows that heard offers and messages one by one."""
    notebook = Notebook("south")
    for message in (*offers, *messages):
        notebook.hear(message)
    return notebook


def main() -> None:
    offers, messages = offers_and_messages()
    in_order = [message for said in messages for message in said]
    shuffled = [in_order[k] for k in np.random.default_rng(2).permutation(len(in_order))]
    notebook = heard(offers, shuffled)
    expected = [
        standing_at(Agreement(*each), NOW_NS) for each in zip(offers, messages, strict=True)
    ]
    found = {standing.offer.id: standing for standing in notebook.standings(NOW_NS)}
    assert all(found[standing.offer.id] == standing for standing in expected)
    work: dict[str, Callable[[], object]] = {
        "from each one's messages to its state": lambda: [
            standing_at(Agreement(*each), NOW_NS) for each in zip(offers, messages, strict=True)
        ],
        "a party hears all messages, in order": lambda: heard(offers, in_order),
        "a party hears all messages, shuffled": lambda: heard(offers, shuffled),
        "a party that has heard them says where all stand": lambda: notebook.standings(NOW_NS),
    }
    rows: list[Row] = [
        {
            "what": what,
            "agreements": AGREEMENTS,
            "messages": len(in_order),
            "s": rounded(cpu_s(do, repeats=REPEATS)),
        }
        for what, do in work.items()
    ]
    record("agreements", settings={"repeats": REPEATS}, rows=rows)


if __name__ == "__main__":
    main()
