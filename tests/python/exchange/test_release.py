"""Release against an independent statement of its rules."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.release_cases import payload
from strategies.effort import cases

import detente as dt
from detente.exchange import Acceptance, Agreement, Offer, Report, Withdrawal, release

DAY_NS = 86_400_000_000_000
PARTIES = ["north", "south", "east"]

days = st.integers(0, 12)


def _may_leave(
    offer: Offer, said: list[Acceptance | Withdrawal], report: Report, recipient: str, now_ns: int
) -> bool:
    """Return whether the rules, read one after the other, let the report go."""
    if (report.origin, recipient) == ("north", "south"):
        pass
    elif not (offer.terms.both_ways and (report.origin, recipient) == ("south", "north")):
        return False
    if report.time_ns > now_ns or now_ns >= offer.terms.until_ns:
        return False
    if any(isinstance(m, Withdrawal) and m.time_ns <= now_ns for m in said):
        return False
    return any(
        isinstance(m, Acceptance) and m.time_ns < offer.answer_by_ns and m.time_ns <= report.time_ns
        for m in said
    )


@settings(max_examples=cases(200))
@given(
    both_ways=st.booleans(),
    accepted=st.lists(days, max_size=3),
    withdrawn=st.lists(st.tuples(st.sampled_from(["north", "south"]), days), max_size=2),
    origin=st.sampled_from(PARTIES),
    recipient=st.sampled_from(PARTIES),
    seen=days,
    now=days,
)
def test_it_lets_go_what_the_rules_let_go_and_nothing_else(
    *,
    both_ways: bool,
    accepted: list[int],
    withdrawn: list[tuple[str, int]],
    origin: str,
    recipient: str,
    seen: int,
    now: int,
) -> None:
    terms = dt.Terms(level="tracks", until="1970-01-11", both_ways=both_ways)
    offer = Offer("north", "south", terms, 0, 8 * DAY_NS)
    said: list[Acceptance | Withdrawal] = [
        *(Acceptance(offer.id, "south", day * DAY_NS) for day in accepted),
        *(Withdrawal(offer.id, by, day * DAY_NS) for by, day in withdrawn),
    ]
    report = Report.tracks(
        origin,
        0,
        seen * DAY_NS,
        np.ones(1, np.uint64),
        np.zeros((1, 4)),
        np.eye(4)[None],
        np.ones(1),
    )
    try:
        released = release(
            report, Agreement(offer, said), recipient=recipient, time_ns=now * DAY_NS
        )
    except dt.errors.AgreementError:
        released = None
    expected = _may_leave(offer, said, report, recipient, now * DAY_NS)
    assert (released is not None) == expected
    if released is not None:
        assert payload(released) == payload(report)
