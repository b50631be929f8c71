"""Terms say what they allow, in Python, TOML and prose, and know which allow more."""

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.terms import AREAS, terms

import detente as dt
from detente.exchange import Area, time_ns_from_text
from detente.exchange.agreement import compare
from detente.exchange.agreement.terms_toml import CLAUSES
from detente.exchange.values.names import check_name

EXAMPLES = Path(__file__).parents[3] / "examples"
RESCUE = dt.Terms(
    level="tracks",
    until="2021-08-31",
    area={
        "type": "Feature",
        "properties": {"name": "the border strip"},
        "geometry": AREAS[0].to_geojson(),
    },
    precision_m=50,
    delay_s=30,
    purpose="search and rescue",
    retention_days=30,
)


@law
@given(terms(), terms(), terms())
def test_allowing_no_more_is_an_order(a: dt.Terms, b: dt.Terms, c: dt.Terms) -> None:
    assert a.allows_no_more_than(a)
    if a.allows_no_more_than(b) and b.allows_no_more_than(a):
        assert a == b
    if a.allows_no_more_than(b) and b.allows_no_more_than(c):
        assert a.allows_no_more_than(c)


@law
@given(terms("tracks"), terms("tracks"), terms("tracks"))
def test_the_meet_is_the_greatest_of_what_allows_no_more_than_either(
    a: dt.Terms, b: dt.Terms, c: dt.Terms
) -> None:
    meet = a.meet(b)
    is_below = c.allows_no_more_than(a) and c.allows_no_more_than(b)
    if meet is None:
        assert not is_below
        return
    assert meet.allows_no_more_than(a)
    assert meet.allows_no_more_than(b)
    assert c.allows_no_more_than(meet) == is_below


@law
@given(terms(), terms(), terms())
def test_meet_is_a_semilattice(a: dt.Terms, b: dt.Terms, c: dt.Terms) -> None:
    assert a.meet(a) == a
    assert a.meet(b) == b.meet(a)
    ab, bc = a.meet(b), b.meet(c)
    assert (None if ab is None else ab.meet(c)) == (None if bc is None else a.meet(bc))
    assert a.allows_no_more_than(b) == (ab == a)


@law
@given(terms(), terms())
def test_what_the_meet_says_is_what_its_clauses_say(a: dt.Terms, b: dt.Terms) -> None:
    meet = a.meet(b)
    if meet is not None:
        assert dt.Terms.from_toml(meet.to_toml()) == meet
        compare.check_together(meet)


@law
@given(terms(), terms())
def test_a_place_in_the_meet_is_a_place_in_both(a: dt.Terms, b: dt.Terms) -> None:
    meet = a.meet(b)
    lat, lon = (axis.ravel() for axis in np.meshgrid(np.arange(-1, 27), np.arange(-1, 27)))

    def allowed(these: dt.Terms) -> np.ndarray[Any, Any]:
        inside = np.ones(len(lat), dtype=bool)
        for area in these.area:
            inside &= area.contains(lat, lon)
        return inside

    if meet is not None:
        assert np.array_equal(allowed(meet), allowed(a) & allowed(b))
    if a.allows_no_more_than(b):
        assert np.all(allowed(b)[allowed(a)])


@pytest.mark.parametrize(
    ("clause", "more"),
    [
        ("level", {"level": "tracklets", "precision_m": None}),
        ("from", {"from_": None}),
        ("until", {"until": "2021-09-01"}),
        ("area", {"area": None}),
        ("area", {"area": [AREAS[3]]}),
        ("fields", {"fields": ["mmsi", "name"]}),
        ("delay_s", {"delay_s": 10}),
        ("cadence_s", {"cadence_s": 15}),
        ("cadence_s", {"cadence_s": 0}),
        ("precision_m", {"precision_m": 10}),
        ("precision_m", {"precision_m": None}),
        ("purpose", {"purpose": ""}),
        ("retention_days", {"retention_days": 31}),
        ("retention_days", {"retention_days": None}),
        ("relay", {"relay": True}),
        ("both_ways", {"both_ways": True}),
    ],
)
def test_each_clause_that_allows_more_is_named(clause: str, more: dict[str, Any]) -> None:
    base: dict[str, Any] = {
        "level": "tracks", "from_": "2021-07-01", "until": "2021-08-31", "area": AREAS[1],
        "fields": ["mmsi"], "delay_s": 30, "cadence_s": 10, "precision_m": 50,
        "purpose": "search and rescue", "retention_days": 30,
    }  # fmt: skip
    narrow, wide = dt.Terms(**base), dt.Terms(**{**base, **more})
    assert clause in wide.exceeding(narrow)
    assert not wide.allows_no_more_than(narrow)
    assert set(wide.exceeding(narrow)) <= {clause, "precision_m"}


def test_counts_compare_with_the_same_partition_alone() -> None:
    base: dict[str, Any] = {
        "level": "counts", "until": "2021-08-31", "area": AREAS[0], "cadence_s": 10,
        "count_cell_m": 500, "count_at_least": 5,
    }  # fmt: skip
    counts = dt.Terms(**base)
    coarser, smaller, fewer = (
        dt.Terms(**{**base, **change})
        for change in ({"count_cell_m": 1_000}, {"area": AREAS[1]}, {"count_at_least": 3})
    )
    assert coarser.exceeding(counts) == counts.exceeding(coarser) == ("count_cell_m",)
    assert smaller.exceeding(counts) == counts.exceeding(smaller) == ("area",)
    assert counts.meet(coarser) is counts.meet(smaller) is None
    assert (counts.exceeding(fewer), fewer.exceeding(counts)) == ((), ("count_at_least",))
    assert counts.meet(fewer) == counts


def test_cadences_that_meet_too_seldom_have_no_meet() -> None:
    one, other = (
        dt.Terms(level="tracks", until="2021-08-31", cadence_s=cadence_s)
        for cadence_s in (86_399.999_999_999, 86_400.000_000_001)
    )
    assert one.meet(other) is None


@law
@given(terms())
def test_toml_and_back(these: dt.Terms) -> None:
    again = dt.Terms.from_toml(these.to_toml())
    assert again == these
    assert again.content == these.content
    assert set(these.to_mapping()) <= set(CLAUSES)


text = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "))


@law
@given(
    text.map(str.strip),
    st.integers(0, 10**17),
    st.integers(1, 10**17),
    st.integers(7, 13_800_000),
)
@example("", 0, 5_837_247_558_526_362, 7)  # its shortest float reads as another number in decimals
def test_toml_keeps_every_digit_and_letter(
    purpose: str, delay_ns: int, retention_ns: int, precision_mm: int
) -> None:
    name = purpose
    try:
        check_name(name)
    except dt.errors.SettingError:
        name = 'Küste "3" \\'
    these = dt.Terms(
        level="tracks",
        until="2021-08-31",
        purpose=purpose,
        delay_s=Decimal(delay_ns) / 10**9,  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - exact
        retention_days=Decimal(retention_ns) / (86_400 * 10**9),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        precision_m=precision_mm / 1_000,
        area={
            "type": "Feature",
            "properties": {"name": name},
            "geometry": AREAS[0].to_geojson(),
        },
    )
    assert (these.delay_ns, these.retention_ns) == (delay_ns, retention_ns)
    again = dt.Terms.from_toml(these.to_toml())
    assert again == these
    assert [area.name for area in again.area] == [name]


def test_toml_reads_as_people_write_it() -> None:
    written = """
        level = "tracks"
        from = 2021-07-01T06:00:00+02:00
        until = 2021-08-31
        fields = ["mmsi", "name"]
        delay_s = 0.1
        cadence_s = 10
        relay = true
        [area]
        type = "Polygon"
        coordinates = [[[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]]]
    """
    these = dt.Terms.from_toml(written)
    assert these.from_ns == time_ns_from_text("2021-07-01T04:00:00Z")
    assert these.delay_ns == 100_000_000
    assert these.area == (AREAS[0],)
    assert these.to_mapping()["until"] == "2021-08-31"


def test_the_example_uses_every_clause_of_tracks() -> None:
    these = dt.Terms.from_toml((EXAMPLES / "terms.toml").read_text(encoding="utf-8"))
    unused = set(CLAUSES) - set(these.to_mapping())
    assert unused == {"count_cell_m", "count_at_least", "relay", "relay_hops", "both_ways"}
    assert these.text("North", "South").startswith(
        "From 1 July 2021 until 31 August 2021 South receives from North tracks inside the border "
        "strip (4 corners, 36.5° N to 37.2° N, 67° E to 68.5° E), rounded to 50 m, every 10 s, 30 s"
    )


def test_terms_are_equal_by_content() -> None:
    one = dt.Terms(level="tracks", until="2021-08-31", fields=["name", "mmsi"])
    two = dt.Terms(level="tracks", until="2021-08-31T02:00:00+02:00", fields=("mmsi", "name"))
    assert one == two
    assert hash(one) == hash(two)
    assert one != dt.Terms(level="tracks", until="2021-08-31")
    # An area that another one implies adds nothing.
    assert dt.Terms(level="tracks", until="2021-08-31", area=AREAS[:3]).area == (AREAS[2],)


def test_identities_are_withheld_unless_named() -> None:
    identifying = {name for name, field in dt.exchange.FIELDS.items() if field.is_identifying}
    assert {"mmsi", "imo", "icao", "name", "person", "phone", "imei"} <= identifying
    assert dt.Terms(level="tracks", until="2021-08-31").fields == ()


def test_the_sentence_reads_as_people_speak() -> None:
    assert RESCUE.text("North", "South") == (
        "Until 31 August 2021 South receives from North tracks inside the border strip (4 corners, "
        "0° N to 9° N, 0° E to 9° E), rounded to 50 m, 30 s late, for search and rescue, kept 30 "
        "days, not to be passed on."
    )
    counts = dt.Terms(
        level="counts", from_="2021-07-01T12:30:00Z", until="2021-08-31", area=AREAS[0],
        cadence_s=600, count_cell_m=2_500.5, count_at_least=5, relay=True, both_ways=True,
        retention_days=1,
    )  # fmt: skip
    assert counts.text("North", "South") == (
        "From 1 July 2021 12:30 UTC until 31 August 2021 South and North receive from each other "
        "counts inside the area of 4 corners, 0° N to 9° N, 0° E to 9° E, in cells of 2,500.5 m, "
        "fewer than 5 not told apart, every 10 min, at once, for any purpose, kept 1 day, may be "
        "passed on."
    )


@law
@given(terms(), terms())
def test_the_sentence_hides_no_clause(a: dt.Terms, b: dt.Terms) -> None:
    if a != b:
        assert a.text() != b.text()


def test_repr_is_what_makes_it_again() -> None:
    plain = dt.Terms(level="tracks", from_="2021-07-01", until="2021-08-31", delay_s=0.5)
    assert repr(plain) == (
        "Terms(level='tracks', until='2021-08-31', delay_s=0.5, from_='2021-07-01')"
    )
    assert eval(repr(plain), {"Terms": dt.Terms}) == plain  # noqa: S307 - our own text
    assert "area=[Area(the border strip (4 corners" in repr(RESCUE)


@pytest.mark.parametrize(
    ("clauses", "why"),
    [
        ({"from_": "2021-08-31"}, "until must be later than from; found from 2021-08-31T00:00:00Z"),
        ({"until": "the end of summer"}, "until: a point in time must be a date such as"),
        ({"until": "2021-08-31T12:00:00"}, "until: the time .* must say its zone; append Z"),
        ({"until": 20210831}, "until must be text such as '2021-08-31', found 20210831"),
        ({"from_": "soon"}, "from: a point in time"),
        ({"level": "Tracks"}, "level must be one of detections, tracklets, tracks, counts, found"),
        ({"level": "detections", "precision_m": 50}, "precision_m rounds tracks, .* leave precis"),
        ({"level": "tracklets", "precision_m": 50}, "the level is tracklets; leave precision_m"),
        ({"precision_m": 0}, "precision_m must be whole millimetres from 0.007 to 13,800 m, fo"),
        ({"precision_m": 20_000}, "precision_m must be whole millimetres"),
        ({"precision_m": 1.00005}, "precision_m must be whole millimetres"),
        ({"precision_m": float("nan")}, "precision_m must be finite, found nan"),
        ({"precision_m": "50 m"}, "precision_m must be a number, found '50 m'"),
        ({"delay_s": -1}, "delay_s must be 0, or from a nanosecond to 100 years, found -1"),
        ({"delay_s": 1e-10}, "delay_s must be 0, or from a nanosecond"),
        ({"cadence_s": 1e11}, "cadence_s must be 0, or from a millisecond to 100 years"),
        ({"cadence_s": True}, "cadence_s must be a number, found True"),
        ({"retention_days": 0}, "retention_days must be more than 0; leave it out for no limit"),
        ({"fields": ["mmis"]}, "fields: there is no field 'mmis'; did you mean 'mmsi'?"),
        ({"fields": ["colour"]}, "fields: there is no field 'colour'; known are call_sign, icao"),
        ({"fields": "mmsi"}, "fields must be a list of names, found 'mmsi'"),
        ({"purpose": "a\nb"}, "purpose must be one line of text"),
        ({"purpose": " rescue"}, "without spaces around it"),
        ({"relay": "no"}, "relay must be true or false, found 'no'"),
        ({"both_ways": 1}, "both_ways must be true or false, found 1"),
        ({"area": [[0, 0], [1, 1], [0, 1], [1, 0]]}, "area: the polygon crosses or touches itself"),
        ({"count_at_least": 5}, "count_at_least goes with the level counts, and the level is"),
        ({"count_cell_m": 5}, "count_cell_m goes with the level counts"),
        ({"level": "counts"}, "counts needs count_cell_m and count_at_least and cadence_s"),
        (
            {"level": "counts", "count_cell_m": 500, "count_at_least": 5, "cadence_s": 10},
            "area: the level counts needs one area, whose cells are counted, found 0",
        ),
        ({"level": "counts", "fields": ["mmsi"]}, "fields: counts have none, found mmsi"),
        ({"level": "counts", "count_at_least": 0}, "count_at_least must be a whole number from"),
        ({"colour": "red"}, "cannot express colour and do not promise what is not enforced"),
        ({"precison_m": 50}, r"cannot express precison_m \(did you mean precision_m\?\)"),
    ],
)  # fmt: skip
def test_bad_clauses_are_refused_with_the_cure(clauses: dict[str, Any], why: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=why):
        dt.Terms(**{"level": "tracks", "until": "2021-08-31", **clauses})


@pytest.mark.parametrize(
    ("written", "error", "why"),
    [
        ("level = ", dt.errors.DecodeError, "expected TOML: "),
        ('level = "tracks"', dt.errors.SettingError, "terms need until, found level"),
        ("", dt.errors.SettingError, "terms need level and until"),
        (
            'level = "tracks"\nuntil = 2021-08-31\nfrom_ = 2021-08-01',
            dt.errors.SettingError,
            "no clause from_ in TOML; write from",
        ),
        (
            'level = "tracks"\nuntil = 2021-08-31T00:00:00',
            dt.errors.SettingError,
            "must say its zone",
        ),
    ],
)
def test_bad_toml_is_refused(written: str, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        dt.Terms.from_toml(written)


def test_terms_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RESCUE.relay = True  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    assert Area.from_any(RESCUE.area[0]) is RESCUE.area[0]
