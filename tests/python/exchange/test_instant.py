"""Points in time are read in one way only."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente as dt
from detente.exchange import text_from_time_ns, time_ns_from_text
from detente.exchange.values.instant import (
    NS_PER_S,
    exact_text_from_time_ns,
    words_from_duration_ns,
    words_from_time_ns,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(-(2 * 10**15), 7 * 10**15).map(
    lambda microseconds: EPOCH + timedelta(microseconds=microseconds)
)


@given(moments)
def test_a_zoned_time_is_exact(moment: datetime) -> None:
    time_ns = time_ns_from_text(moment.isoformat())
    assert time_ns % 1_000 == 0
    assert time_ns // 1_000 == (moment - EPOCH) // timedelta(microseconds=1)


@given(moments)
def test_text_and_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    text = text_from_time_ns(time_ns_from_text(whole.isoformat()))
    assert datetime.fromisoformat(text) == whole


@given(moments)
def test_exact_text_and_back(moment: datetime) -> None:
    time_ns = time_ns_from_text(moment.isoformat())
    assert time_ns_from_text(exact_text_from_time_ns(time_ns)) == time_ns


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2021-08-31", "31 August 2021"),
        ("2021-08-31T04:30:00+04:30", "31 August 2021"),
        ("2021-02-01T06:05:00Z", "1 February 2021 06:05 UTC"),
        ("2021-02-01T06:05:07Z", "1 February 2021 06:05:07 UTC"),
        ("2021-02-01T00:00:00.25Z", "1 February 2021 00:00:00.250000 UTC"),
    ],
)
def test_times_in_words(text: str, words: str) -> None:
    assert words_from_time_ns(time_ns_from_text(text)) == words


@pytest.mark.parametrize(
    ("duration_ns", "words"),
    [
        (1, "0.000000001 s"),
        (250_000_000, "0.25 s"),
        (30 * NS_PER_S, "30 s"),
        (61 * NS_PER_S, "61 s"),
        (600 * NS_PER_S, "10 min"),
        (7_200 * NS_PER_S, "2 h"),
        (86_400 * NS_PER_S, "1 day"),
        (86_400_000 * NS_PER_S, "1,000 days"),
    ],
)
def test_lengths_of_time_in_words(duration_ns: int, words: str) -> None:
    assert words_from_duration_ns(duration_ns) == words


def test_a_date_is_its_first_moment_in_utc() -> None:
    assert time_ns_from_text("2021-06-16") == time_ns_from_text("2021-06-16T00:00:00Z")
    assert time_ns_from_text("2021-06-16") == time_ns_from_text("2021-06-16T03:00:00+03:00")


@pytest.mark.parametrize("text", ["", "tomorrow", "2021-02-30", "16.06.2021", "2021-13-01"])
def test_no_date_is_refused(text: str) -> None:
    with pytest.raises(dt.errors.SettingError, match="must be a date such as 2021-08-31"):
        time_ns_from_text(text)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="must say its zone; append Z for UTC"):
        time_ns_from_text("2021-06-16T12:00:00")
