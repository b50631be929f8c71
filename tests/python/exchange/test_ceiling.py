"""At most so many rows of a second: the sender keeps to it, the recipient sets the rest aside."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from strategies.parties import FRAME, party

import detente as dt
from detente.exchange import (
    Acceptance,
    Agreement,
    Grant,
    Offer,
    Report,
    release,
    release_under,
    withheld,
)
from detente.exchange.agreement import ceiling

NOW = 1_626_000_000 * 10**9
SECOND = 10**9


def offer(most: int | None) -> Offer:
    terms = dt.Terms(level="tracks", until="2021-08-31", rows_per_s=most)
    return Offer("north", "south", terms, NOW, NOW + 10**12)


def report(time_ns: int, rows: int) -> Report:
    ids, states = np.arange(1, rows + 1, dtype=np.uint64), np.zeros((rows, 4))
    states[:, 0] = 1e3 * np.arange(rows)
    cov, existence = np.eye(4) * np.ones((rows, 1, 1)), np.full(rows, 0.9)
    return Report.tracks("north", 0, time_ns, ids, states, cov, existence, frame=FRAME)


def test_a_report_above_it_stays_whole() -> None:
    made = offer(5)
    grant = Grant(**made.terms.grant("north", "south", NOW, NOW + 10**12))
    asked = {"recipient": "south", "time_ns": NOW + SECOND}
    found = release_under(report(NOW, 5), grant, **asked)
    assert found is not None
    assert len(found) == 5
    assert release_under(report(NOW, 6), grant, **asked) is None
    assert withheld(report(NOW, 6), grant, **asked) == "ceiling"
    agreement = Agreement(made, [Acceptance(made.id, "south", NOW)])
    assert release(report(NOW, 6), agreement, **asked) is None


def test_it_is_a_clause_like_the_others() -> None:
    few, many, any_ = offer(5).terms, offer(50).terms, offer(None).terms
    assert few.allows_no_more_than(many)
    assert many.allows_no_more_than(any_)
    assert many.exceeding(few) == any_.exceeding(few) == ("rows_per_s",)
    assert few.meet(many) == few.meet(any_) == few
    assert dt.Terms.from_toml(few.to_toml()) == few
    assert "at most 5 rows a second" in few.text()
    assert "rows a second" not in any_.text()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_keeps_to_it_counts_in_any_order_and_repeated(order: tuple[int, ...]) -> None:
    south, made = party("south"), offer(5)
    south.hear(made)
    south.accept(made, time_ns=NOW)
    moments = [(SECOND, 3), (SECOND + 1, 1), (2 * SECOND - 1, 0), (2 * SECOND, 5)]
    for at in [*order, *order]:
        after, rows = moments[at]
        south.receive(report(NOW + after, rows), offer_id=made.id)
    assert south.set_aside == ()
    assert len(south.audit) == 4


def test_what_does_not_is_set_aside_whole_and_shown() -> None:
    south, made = party("south"), offer(5)
    south.hear(made)
    south.accept(made, time_ns=NOW)
    for time_ns, rows in [(NOW + SECOND, 4), (NOW + SECOND + 1, 2), (NOW + 2 * SECOND, 6)]:
        south.receive(report(time_ns, rows), offer_id=made.id)
    reasons = [unusable.reason for unusable in south.set_aside]
    assert [len(unusable.report) for unusable in south.set_aside] == [2, 6]
    assert reasons[0].startswith("at most 5 rows a second are agreed, and with the 2 of the report")
    assert "it would be 6" in reasons[0]
    assert len(south.audit) == 1
    assert len(south.picture(NOW + 3 * SECOND)) == 4


def test_the_sender_keeps_to_it_over_its_scans_and_says_why() -> None:
    north, made = party("north"), offer(5)
    north.hear(made)
    north.hear(Acceptance(made.id, "south", NOW))
    rows: list[list[int]] = []
    for step in range(4):
        time_ns = NOW + SECOND + step * SECOND // 2
        north.observe(time_ns, [[1e3 * k, 0.0] for k in range(3)])
        handed = north.release(made.id, time_ns=time_ns)
        rows.append([len(each) for each in handed])
    assert rows[-2:] == [[3], []], "two scans a second, of three rows each"
    why = north.why_not("south", time_ns=time_ns)
    assert "rows_per_s: its second has more rows than the 5 that leave" in why


def test_a_row_that_borrows_an_identity_is_another_row() -> None:
    south, made = party("south"), offer(5)
    south.hear(made)
    south.accept(made, time_ns=NOW)
    first = report(NOW + SECOND, 5)
    for k in range(9):
        moved = report(NOW + SECOND + k, 5)
        columns = dict(moved.columns) | {"row_id": first.row_id, "mean": moved.mean + k}
        south.receive(replace(moved, columns=columns), offer_id=made.id)
    assert len(south.set_aside) == 8


def test_later_seconds_do_not_push_out_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceiling, "MOST_SECONDS", 3)
    south, made = party("south"), offer(5)
    south.hear(made)
    south.accept(made, time_ns=NOW)
    for k in range(10, 13):
        south.receive(report(NOW + k * SECOND, 0), offer_id=made.id)
    for k in range(5):
        south.receive(report(NOW + SECOND + k, 5), offer_id=made.id)
    reasons = [unusable.reason for unusable in south.set_aside]
    assert len(reasons) == 4
    assert all("too long ago to be counted" in reason for reason in reasons)


def test_empty_reports_count_as_one_row_each() -> None:
    south, made = party("south"), offer(5)
    south.hear(made)
    south.accept(made, time_ns=NOW)
    for k in range(8):
        south.receive(report(NOW + SECOND + k, 0), offer_id=made.id)
    assert len(south.set_aside) == 3
