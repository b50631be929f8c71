"""The demo tells the report as it is: pending, and nothing flows; accepted, if one supposes so."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.demo import Demo, run_demo
from detente.demo.story import OFFER, RECIPIENT, SENDER
from detente.demo.watches import NAMES
from detente.exchange import time_ns_from_text

once = cache(run_demo)  # one run for every test that looks at it
HOSTS = ["Kyrgyzstan", "Tajikistan"]


def _pending() -> Demo:
    return once(seed=1)


def _accepted() -> Demo:
    return once(seed=1, accept_on="2021-07-20", host_consent="2021-07-20")


def _origins(demo: Demo, watch: int) -> set[str]:
    moments = demo.watches[watch].moments
    pictures = [pair for m in moments for pair in zip(NAMES, m.pictures, strict=True)]
    return {str(origin) for name, picture in pictures for origin in picture.origin(name)}


def test_as_reported_the_offer_is_pending_to_the_end() -> None:
    agreement = _pending().summary["agreement"]
    assert (agreement["sender"], agreement["recipient"]) == (SENDER, RECIPIENT)
    assert agreement["state"] == "pending"
    assert agreement["must_act"] == [RECIPIENT, *HOSTS]
    assert agreement["id"] == OFFER.id
    assert [watch.state for watch in _pending().watches] == ["pending"] * 5
    assert {step.state for step in _pending().steps} == {"pending"}


def test_while_pending_no_row_flows_and_each_sees_only_its_own() -> None:
    assert _pending().summary["rows_exchanged"] == 0
    assert _pending().summary["bytes_exchanged"] == 0
    for index, watch in enumerate(_pending().watches):
        assert _origins(_pending(), index) == {"own"}
        for score in watch.scores:
            assert score.picture_gospa_m == score.alone_gospa_m
            assert score.partner_only_objects > 0.5  # there is something to gain


def test_accepted_the_partners_objects_appear_and_the_picture_is_better() -> None:
    assert [watch.state for watch in _accepted().watches] == ["pending"] * 2 + ["accepted"] * 3
    assert _origins(_accepted(), 1) == {"own"}
    for index, watch in enumerate(_accepted().watches[2:], start=2):
        assert _origins(_accepted(), index) == {"own", "partner", "both"}
        for score in watch.scores:
            assert score.rows_received > 0
            assert score.picture_gospa_m < 0.7 * score.alone_gospa_m
            gained = score.picture_objects - score.own_objects
            assert gained > 0.9 * score.partner_only_objects


def test_what_the_report_does_not_say_is_marked_as_hypothetical() -> None:
    supposed = [step for step in _accepted().steps if step not in _pending().steps]
    assert [step.state for step in supposed] == ["accepted"] * 3
    assert all(step.is_hypothetical for step in supposed)
    asked = [step for step in _pending().steps if "is asked for its consent" in step.text]
    assert len(asked) == 2
    assert all(step.is_hypothetical == (step in asked) for step in _pending().steps)
    assert "that the offer is accepted, and when" in _pending().summary["hypothetical"]
    assert "hypothetical" in _accepted().text
    assert "hypothetical" not in _pending().text


def test_the_refusals_are_told_with_their_stance_and_move_nothing() -> None:
    told = " ".join(step.text for step in _pending().steps)
    for words in ("Ryabkov refuses", "Lavrov denies", "not this offer", "source asserts"):
        assert words in told


def test_one_of_the_two_answers_alone_changes_nothing_that_flows() -> None:
    for answer, state, acting in (
        ("accept_on", "pending", HOSTS),
        ("host_consent", "offered", [RECIPIENT]),
    ):
        summary = once(**{answer: "2021-07-20"}).summary
        assert summary["rows_exchanged"] == 0
        assert summary["agreement"]["must_act"] == acting
        assert summary["agreement"]["state"] == state


def test_exchange_does_not_touch_what_a_party_sees_itself() -> None:
    # The own tracks are the same with and without the partner's: nothing flows back.
    for without, with_partner in zip(_pending().watches, _accepted().watches, strict=True):
        for one, other in zip(without.scores, with_partner.scores, strict=True):
            assert one.own_objects == other.own_objects
            assert one.alone_gospa_m == other.alone_gospa_m


def test_both_parties_hold_the_same_once_they_share() -> None:
    moment = _accepted().watches[-1].moments[-1]
    first, second = (np.sort(picture.mean[:, 0]) for picture in moment.pictures)
    assert first == pytest.approx(second, abs=1e-3)


def test_the_same_seed_gives_the_same_to_the_last_bit() -> None:
    again = run_demo(seed=1, accept_on="2021-07-20", host_consent="2021-07-20")
    assert again.summary == _accepted().summary
    for one, other in zip(again.watches, _accepted().watches, strict=True):
        for a, b in zip(one.moments, other.moments, strict=True):
            assert a.pictures[0].mean.tobytes() == b.pictures[0].mean.tobytes()
    assert run_demo(seed=2).summary != _pending().summary


@pytest.mark.parametrize(
    ("date", "accepted"), [("2021-06-16", 5), ("2021-07-17", 4), ("2021-08-30", 1)]
)
def test_tracks_flow_from_the_first_watch_after_the_acceptance(date: str, accepted: int) -> None:
    demo = run_demo(accept_on=date, host_consent="2021-06-16")
    states = [watch.state for watch in demo.watches]
    assert states == ["offered"] * (5 - accepted) + ["accepted"] * accepted


def test_an_acceptance_that_the_report_contradicts_says_so() -> None:
    steps = run_demo(accept_on="2021-07-01").steps
    (accepted,) = (step for step in steps if "accepted" in step.text)
    assert "The report knew of no clear answer by 17 July." in accepted.text


@pytest.mark.parametrize("date", ["2021-06-15", "2021-08-31", "2022-01-01"])
def test_a_date_outside_the_offer_is_refused(date: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=f"from 2021-06-16 on .* found {date}"):
        run_demo(accept_on=date)
    with pytest.raises(dt.errors.SettingError, match=f"from 2021-06-16 on .* found {date}"):
        run_demo(host_consent=date)


@pytest.mark.parametrize("date", ["soon", "20.07.2021", "2021-02-30"])
def test_no_date_is_refused(date: str) -> None:
    with pytest.raises(dt.errors.SettingError, match="must be a date such as 2021-08-31"):
        run_demo(accept_on=date)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="seed must be 0 or more, found -1"):
        run_demo(seed=-1)


def test_it_writes_a_page_and_the_figures(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    _accepted().write(out)
    _pending().write(out)  # replaces the older output
    assert sorted(file.name for file in out.iterdir()) == ["index.html", "summary.json"]
    assert json.loads((out / "summary.json").read_text(encoding="utf-8")) == _pending().summary
    page = (out / "index.html").read_text(encoding="utf-8")
    for words in (
        "simulated",
        "pending",
        SENDER,
        RECIPIENT,
        "Hypothetical",
        "16 June",
        "30 August",
    ):
        assert words in page


def test_the_text_for_the_terminal_fits_and_names_both() -> None:
    lines = _pending().text.splitlines()
    assert max(map(len, lines)) <= 80
    assert f"{SENDER:<13}" in _pending().text
    assert RECIPIENT in _pending().text
    assert "Exchanged: 0 rows, 0 bytes." in _pending().text


def test_the_story_keeps_to_its_dates() -> None:
    assert OFFER.time_ns == time_ns_from_text("2021-06-16")
    assert OFFER.answer_by_ns == time_ns_from_text("2021-08-31")
    assert all(OFFER.time_ns <= w.start_ns < OFFER.answer_by_ns for w in _pending().watches)
