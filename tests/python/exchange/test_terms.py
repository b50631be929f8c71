"""Terms refuse what they cannot enforce."""

import pytest

import detente as dt


def test_terms_are_equal_by_content() -> None:
    one = dt.Terms(level="tracks", until="2021-08-31")
    two = dt.Terms(level="tracks", until="2021-08-31T02:00:00+02:00")
    assert one == two
    assert one != dt.Terms(level="tracks", until="2021-08-31", both_ways=True)


def test_clauses_that_nothing_enforces_are_refused_by_name() -> None:
    with pytest.raises(dt.errors.SettingError, match="cannot express area, precision_m yet"):
        dt.Terms(level="tracks", until="2021-08-31", precision_m=50, area=[])


@pytest.mark.parametrize("level", ["detections", "tracklets", "counts", "", "Tracks"])
def test_other_levels_are_refused(level: str) -> None:
    with pytest.raises(dt.errors.SettingError, match='level must be "tracks"'):
        dt.Terms(level=level, until="2021-08-31")


def test_an_unreadable_end_is_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match="must be a date such as"):
        dt.Terms(level="tracks", until="the end of summer")
