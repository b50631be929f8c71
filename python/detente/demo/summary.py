"""The demo in figures, for JSON, the terminal and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from detente.demo import scene
from detente.demo.story import HYPOTHETICAL, WATCH_S
from detente.demo.watches import CUTOFF_M, NAMES, SETTLED_S, Watch
from detente.exchange import Agreement, text_from_time_ns

Summary = dict[str, Any]


def summarise(agreement: Agreement, watches: Sequence[Watch], *, seed: int) -> Summary:
    """Return the figures as JSON can hold them."""
    offer, end_ns = agreement.offer, watches[-1].start_ns + round(WATCH_S * 1e9)
    accepted_ns = agreement.accepted_ns
    return {
        "simulated": True,
        "hypothetical": list(HYPOTHETICAL),
        "seed": seed,
        "agreement": {
            "id": offer.id,
            "sender": offer.sender,
            "recipient": offer.recipient,
            "offered": text_from_time_ns(offer.time_ns),
            "answer_by": text_from_time_ns(offer.answer_by_ns),
            "accepted": None if accepted_ns is None else text_from_time_ns(accepted_ns),
            "state": agreement.state_at(end_ns),
            "must_act": agreement.must_act_at(end_ns) or None,
        },
        "rows_exchanged": sum(s.rows_received for w in watches for s in w.scores),
        "bytes_exchanged": sum(s.bytes_received for w in watches for s in w.scores),
        "gospa": {"cutoff_m": CUTOFF_M, "order": 2, "from_s": SETTLED_S},
        "watches": [
            {
                "start": text_from_time_ns(watch.start_ns),
                "duration_s": WATCH_S,
                "state": watch.state,
                "parties": {
                    name: {
                        key: round(value, 1) if isinstance(value, float) else value
                        for key, value in asdict(score).items()
                    }
                    for name, score in zip(NAMES, watch.scores, strict=True)
                },
            }
            for watch in watches
        ],
    }
