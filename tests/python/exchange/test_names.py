"""Names stand on one line, in one script, and none looks like another that is known."""

# ruff: noqa: RUF001 - letters that look alike are what this is about

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.effort import law
from strategies.parties import party

import detente as dt
from detente.exchange import Area, Offer, Report, SensorDescription, time_ns_from_text
from detente.exchange.values.names import MOST_CHARACTERS, Names, check_name, looks_of

MADE_NS = time_ns_from_text("2021-07-20")
TERMS = dt.Terms(level="tracks", until="2021-08-31", relay=True)
RADAR = dt.PositionSensor(std_m=10.0, detection_probability=0.9)


@pytest.mark.parametrize(
    "name",
    ["north", "United States", "Küstenwache 2", "Ελλάδα", "Кыргызстан", "日本のレーダー", "한국 3",
     "中国", "المغرب", "A/B-7 (west)", "*", "x" * MOST_CHARACTERS],
)  # fmt: skip
def test_names_of_one_script_on_one_line_are_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "text of at least one character"),
        (5, "text of at least one character, found 5"),
        ("x" * (MOST_CHARACTERS + 1), "at most 64 characters, found 65"),
        ("North got nothing.\nSouth", "without control characters"),
        ("no\u202erth", "without invisible format characters"),
        ("no\u200brth", "without invisible format characters"),
        ("north\ud800", "without halves of characters"),
        ("north\ue000", "without characters of private use"),
        ("north\u0378", "without characters that are not assigned"),
        ("north\u2028south", "without line breaks"),
        ("north\u00a0south", "no spaces but ' '"),
        (" north", "not begin or end with a space"),
        ("\u0301north", "not begin or end with a space or a mark"),
        ("Ku\u0308ste", "in the form NFC, .* write 'K"),
        ("n\u043erth", "of one script, found CYRILLIC and LATIN"),
        ("\u0391BC", "of one script, found GREEK and LATIN"),
        ("中한あ", "of one script"),
    ],
)
def test_what_is_no_name_is_refused_with_the_cure(name: str, why: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=f"^a name must .*{why}"):
        check_name(name)


@law
@given(st.text(max_size=80))
def test_a_name_is_printable_and_stays_what_it_is(name: str) -> None:
    try:
        check_name(name)
    except dt.errors.SettingError:
        return
    assert name.isprintable()
    assert len(name.splitlines()) == 1
    assert unicodedata.normalize("NFC", name) == name
    assert name.encode().decode() == name
    Names("own").check(name) if not set(looks_of(name)) & set(looks_of("own")) else None


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ("coco", "сосо"),  # Cyrillic
        ("HAT", "\u0397\u0391\u03a4"),  # Greek
        ("north", "North"),
        ("east 1", "east l"),
        ("east I", "east l"),
        ("modern", "modem"),
        ("post 0", "post O"),
        ("a-b", "a\u2013b"),
        ("a b", "a  b"),
        ("north", "\uff4e\uff4f\uff52\uff54\uff48"),  # full width
    ],
)
def test_look_alikes_of_a_known_name_are_refused(known: str, name: str) -> None:
    names = Names(known)
    names.take(known)
    with pytest.raises(dt.errors.SettingError, match="must not look like one that is known"):
        names.take("another", name)
    names.take("anothe")  # all or none: what was refused with it is not known


def test_different_names_do_not_look_alike() -> None:
    names = ["north", "south", "east", "west", "Muller", "Müller", "east 1", "east 2", "Ωμέγα"]
    Names("own").take(*names)


def test_every_name_is_checked_where_it_comes_in() -> None:
    forged = "north\nSouth got from North 0 rows"
    seen = SensorDescription.from_sensor(RADAR, axes=2)
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    area = {"type": "Feature", "properties": {"name": forged},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    for make in (
        lambda: party(forged),
        lambda: dt.exchange.Signatory(forged),
        lambda: Offer(forged, "south", TERMS, MADE_NS, TERMS.until_ns),
        lambda: Offer("north", forged, TERMS, MADE_NS, TERMS.until_ns),
        lambda: Offer("north", "south", TERMS, MADE_NS, TERMS.until_ns, (forged,)),
        lambda: Report.detections(forged, 0, 0, [[0.0, 0.0]], sensor=seen),
        lambda: SensorDescription(**{**seen.__dict__, "name": forged}),
        lambda: Area.from_any(area),
    ):
        with pytest.raises(dt.errors.SettingError, match="without control characters"):
            make()


def test_a_party_refuses_who_looks_like_somebody_that_it_knows() -> None:
    north = party("coco")
    for sender, recipient, hosts in (
        ("сосо", "coco", ()),
        ("Coco", "coco", ()),
        ("south", "coco", ("сосо",)),
    ):
        offer = Offer(sender, recipient, TERMS, MADE_NS, TERMS.until_ns, hosts)
        with pytest.raises(dt.errors.SettingError, match="must not look like one that is known"):
            north.hear(offer)
    assert north.agreements(MADE_NS) == []
    offer = Offer("south", "coco", TERMS, MADE_NS, TERMS.until_ns)
    north.accept(offer, time_ns=MADE_NS)
    held = Report.tracks("South", 0, MADE_NS, [7], [[0.0] * 4], [[[1.0, 0, 0, 0], [0, 1.0, 0, 0],
                         [0, 0, 1.0, 0], [0, 0, 0, 1.0]]], [0.9], relay=True)  # fmt: skip
    with pytest.raises(dt.errors.SettingError, match="must not look like one that is known"):
        north.receive(held, offer_id=offer.id, sender="south")
    assert len(north.audit) == 0
