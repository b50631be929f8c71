"""Whatever is given from outside is refused by an error of Détente's own, or taken and usable.

`DETENTE_CASES=10000` makes the long run; each door takes its share of the cases.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow  # noqa: ICN001 - pa is the name without types
import pytest
from oracle.release_cases import fields_of, payload, tracks
from strategies import malformed
from strategies.effort import cases
from strategies.parties import party, tracker

import detente as dt
from detente.checks import shown
from detente.exchange import (
    Acceptance,
    Area,
    Decline,
    Grant,
    Offer,
    Report,
    Scenario,
    SensorDescription,
    SetAside,
    Signatory,
    Withdrawal,
    arrow_from_report,
    count_total,
    grid_cells,
    release,
    release_under,
    report_from_arrow,
    text_from_time_ns,
    time_ns_from_text,
    withheld,
)
from detente.exchange.agreement.agreement import Agreement
from detente.exchange.scenario_toml import scenario_from_toml

pa: Any = pyarrow  # without types
CASES = cases(600)
NOW = 1_626_000_000 * 10**9
LATER = NOW + 10**14
FRAME = dt.LocalFrame(37.0, 68.0)
CAMERA = SensorDescription.from_sensor(
    dt.RangeBearingSensor(
        range_std_m=10.0,
        bearing_std_rad=0.01,
        detection_probability=dt.RangeTable(ranges_m=[0.0, 1e4], values=[0.9, 0.5]),
        clutter_density=1e-6,
        coverage=dt.Sector(range_m=2e4, bearing_rad=0.5, width_rad=1.0),
    ),
    axes=2,
)
BOX = {
    "type": "Feature",
    "properties": {"name": "a strip"},
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [
            [
                [[67.5, 36.5], [68.5, 36.5], [68.5, 37.5], [67.5, 37.5], [67.5, 36.5]],
                [[67.9, 36.9], [67.9, 37.1], [68.1, 37.1], [67.9, 36.9]],
            ],
            [[[69.0, 36.5], [69.5, 36.5], [69.5, 37.5], [69.0, 36.5]]],
        ],
    },
}
CLAUSES: list[dict[str, Any]] = [
    {"level": "detections", "until": "2021-08-31", "fields": ["mmsi"], "relay": True},
    {
        "level": "tracks", "until": "2021-08-31", "from": "2021-07-01", "area": BOX, "delay_s": 30,
        "cadence_s": 0.5, "precision_m": 50, "purpose": "search", "retention_days": 1.5,
        "rows_per_s": 50, "both_ways": True,
    },
    {
        "level": "counts", "until": "2021-08-31", "area": [BOX], "cadence_s": 10,
        "count_cell_m": 9_000, "count_at_least": 3,
    },
]  # fmt: skip
TERMS = [dt.Terms.from_mapping(clauses) for clauses in CLAUSES]
OFFERS = [Offer("north", "south", terms, NOW, NOW + 10**12) for terms in TERMS]
AGREEMENTS = [Agreement(o, [Acceptance(o.id, "south", NOW + 10**9)]) for o in OFFERS]
GRANTS = [Grant(**terms.grant("north", "south", NOW, NOW + 10**15)) for terms in TERMS]
SCENARIO = Path("examples/report-2021.toml").read_text(encoding="utf-8")


def _reports() -> list[Report]:
    rng = np.random.default_rng(1)
    own = tracks(rng, FRAME, 3)
    z = np.column_stack([rng.uniform(100.0, 1e4, 3), rng.uniform(0.2, 0.8, 3)])
    fields = fields_of(rng, 3)
    at: dict[str, Any] = {"frame": FRAME, "fields": fields}
    counts = release_under(
        replace(own, time_ns=NOW + 10**10), GRANTS[2], recipient="south", time_ns=LATER
    )
    assert counts is not None
    return [
        Report.detections("north", 0, NOW, z, sensor=CAMERA, noise=[np.eye(2)] * 3, **at),
        Report.tracklets(
            "north", 0, NOW, track_id=own.track_id, position_m=z, from_ns=[NOW - 10**9] * 3,
            information=own.cov, information_vector=own.mean, log_evidence=z[:, 1],
            is_reset=[False] * 3, sensor=CAMERA, **at,
        ),
        replace(own, time_ns=NOW, relay=True, notes={"theirs": {"kept": [1.5, None]}}),
        counts,
    ]  # fmt: skip


REPORTS = _reports()
TABLES = [pa.table(arrow_from_report(report)) for report in REPORTS]


def _use_report(report: Report | SetAside) -> None:
    """A report that was taken is its own image in Arrow, and a party can go on with it."""
    repr(report)
    if isinstance(report, SetAside):
        return
    written = pa.table(arrow_from_report(report))
    again = report_from_arrow(written)
    assert isinstance(again, Report)
    assert payload(again) == payload(report)
    assert (again.sensor, again.frame, again.notes) == (report.sensor, report.frame, report.notes)
    picture = dt.Picture(tracker(), frame=FRAME)
    picture.add(report)
    picture.add(REPORTS[0])
    picture.as_of(max(report.time_ns, NOW) + 10**9)
    asked: dict[str, Any] = {"recipient": "south", "time_ns": LATER}
    for agreement, grant in zip(AGREEMENTS, GRANTS, strict=True):
        _refused_or(lambda grant=grant: withheld(report, grant, **asked))
        _refused_or(lambda grant=grant: release_under(report, grant, **asked))
        _refused_or(lambda agreement=agreement: release(report, agreement, **asked))
    if report.kind == "counts":
        grid_cells(report)
    south = party("south")
    for offer in OFFERS:
        south.hear(offer)
        south.accept(offer, time_ns=NOW + 10**9)
        _refused_or(lambda offer=offer: south.receive(report, offer_id=offer.id))
    repr(south.set_aside)
    repr(south.audit.text())


def _use_terms(terms: dt.Terms) -> None:
    assert dt.Terms.from_toml(terms.to_toml()) == terms
    assert terms.allows_no_more_than(terms)
    assert terms.meet(terms) == terms
    assert terms.text("north", "south")
    repr((terms, hash(terms)))
    offer = Offer("north", "south", terms, terms.until_ns - 2, terms.until_ns - 1)
    assert len(offer.id) == 64
    _refused_or(lambda: Grant(**terms.grant("north", "south", NOW, LATER)))


def _use_area(area: Area) -> None:
    assert Area.from_any(area.to_geojson()) == area
    repr((area, hash(area)))
    area.contains([37.0, np.nan, 1e300], [68.0, 1e300, np.inf])


def _use_offer(offer: Offer) -> None:
    repr((offer, hash(offer), offer.id))
    listener = Signatory("south")
    _refused_or(lambda: listener.hear(offer))
    [standing.text for standing in listener.agreements(offer.time_ns)]


def _use_message(message: Any) -> None:  # noqa: ANN401 - one of three
    repr((message, hash(message)))
    listener = Signatory("south")
    listener.hear(OFFERS[0])
    _refused_or(lambda: listener.hear(message))
    [standing.text for standing in listener.agreements(NOW)]


def _use_scenario(scenario: Scenario) -> None:
    for name in scenario.offers:
        agreement = scenario.agreement(name)
        agreement.state_at(agreement.offer.time_ns)
    repr(scenario.statements_at(NOW))


def _use_description(description: SensorDescription) -> None:
    written = json.loads(json.dumps(description.to_mapping(), allow_nan=False))
    assert SensorDescription.from_mapping(written) == description
    _use_report(Report.detections("north", 0, NOW, np.empty((0, 2)), sensor=description))


def _refused_or(act: Callable[[], object]) -> object:
    """Return what an act returns, or nothing if it is refused as it should be."""
    try:
        return act()
    except dt.errors.DetenteError as error:
        text = str(error)
        assert text.strip()
        assert len(text) < 2_000, text[:300]
        text.encode()
        return None


def _report(rng: Random) -> Report:
    """A report made by hand, of broken columns or settings."""
    report = rng.choice(REPORTS)
    match rng.randrange(4):
        case 0:
            name = rng.choice(list(report.columns))
            columns = {**report.columns, name: malformed.array(rng, report[name])}
            return replace(report, columns=columns)
        case 1:
            name = rng.choice([*report.fields, "", "\ud800", "a\0", "mean", "new", 5, None])
            values = report.fields.get(name, report.row_id[:, 0])
            return replace(report, fields={name: malformed.array(rng, values)})
        case 2:
            name = rng.choice(["origin", "kind", "time_ns", "sequence", "axes", "frame", "sensor",
                               "grid_level", "relay", "notes", "columns", "fields"])  # fmt: skip
            return replace(report, **{name: malformed.odd(rng)})
        case _:
            return _made(rng)


def _made(rng: Random) -> Report:
    """A report made by one of the three constructors, one argument of which is broken."""
    scan, told, own = REPORTS[:3]
    head: dict[str, Any] = {"origin": "north", "sequence": 0, "time_ns": NOW, "frame": FRAME}
    of: list[tuple[Callable[..., Report], dict[str, Any]]] = [
        (
            Report.detections,
            {"measurement": scan["measurement"], "noise": scan["noise"], "sensor": CAMERA},
        ),
        (
            Report.tracklets,
            {name: told[name] for name in told.columns if name != "row_id"},
        ),
        (
            Report.tracks,
            {name: own[name] for name in ("track_id", "mean", "cov", "existence")},
        ),
    ]
    make, columns = rng.choice(of)
    given = {**head, **columns}
    name = rng.choice(list(given))
    is_array = isinstance(given[name], np.ndarray)
    given[name] = malformed.array(rng, given[name]) if is_array else malformed.odd(rng)
    return make(**given)


def _arrow(rng: Random) -> Report | SetAside:
    return report_from_arrow(malformed.table(rng, rng.choice(TABLES)))


def _terms(rng: Random) -> dt.Terms:
    clauses = malformed.mutated(rng, rng.choice(CLAUSES))
    if rng.random() < 0.5 or not isinstance(clauses, dict):
        return dt.Terms.from_mapping(clauses)
    given = {str(name): value for name, value in clauses.items() if name != "self"}
    return dt.Terms(**{"level": None, "until": None, **given})


def _toml(rng: Random) -> dt.Terms:
    return dt.Terms.from_toml(malformed.text(rng, rng.choice(TERMS).to_toml()))


def _area(rng: Random) -> Area:
    ring = np.array(BOX["geometry"]["coordinates"][0][0])[:, ::-1]
    if rng.random() < 0.4:
        return Area.from_any(malformed.array(rng, ring))
    return Area.from_any(malformed.mutated(rng, BOX))


def _offer(rng: Random) -> Offer:
    given = {
        "sender": "north", "recipient": "south", "terms": TERMS[0], "time_ns": NOW,
        "answer_by_ns": NOW + 10**12, "hosts": ["east"], "conditions": "",
    }  # fmt: skip
    given[rng.choice(list(given))] = malformed.odd(rng)
    return Offer(**given)


def _message(rng: Random) -> object:
    given: list[Any] = [OFFERS[0].id, "south", NOW + 10**9]
    given[rng.randrange(3)] = malformed.odd(rng)
    return rng.choice((Acceptance, Decline, Withdrawal))(*given)


def _scenario(rng: Random) -> Scenario:
    return scenario_from_toml(malformed.text(rng, SCENARIO))


def _description(rng: Random) -> SensorDescription:
    if rng.random() < 0.5:
        return SensorDescription.from_mapping(malformed.mutated(rng, CAMERA.to_mapping()))
    return replace(CAMERA, **{rng.choice(list(CAMERA.to_mapping())): malformed.odd(rng)})


def _time(rng: Random) -> str:
    value = malformed.odd(rng)
    return text_from_time_ns(time_ns_from_text(value) if rng.random() < 0.5 else value)


def _asked(rng: Random) -> object:
    """What is asked of a report, a grant or a party with a broken argument."""
    report, odd = rng.choice(REPORTS), malformed.odd(rng)
    south = party("south")
    south.hear(OFFERS[1])
    return rng.choice([
        lambda: count_total(REPORTS[3], odd),
        lambda: count_total(odd),
        lambda: grid_cells(odd),
        lambda: release_under(report, GRANTS[0], recipient=odd, time_ns=LATER),
        lambda: release_under(report, GRANTS[0], recipient="south", time_ns=odd),
        lambda: release_under(odd, GRANTS[0], recipient="south", time_ns=LATER),
        lambda: withheld(report, GRANTS[1], recipient="south", time_ns=odd),
        lambda: release(odd, AGREEMENTS[1], recipient="south", time_ns=LATER),
        lambda: release(report, AGREEMENTS[1], recipient=odd, time_ns=LATER),
        lambda: release(report, AGREEMENTS[1], recipient="south", time_ns=odd),
        lambda: GRANTS[1].slots(odd, LATER),
        lambda: GRANTS[1].slots(NOW, odd),
        lambda: report_from_arrow(odd),
        lambda: south.receive(odd, offer_id=OFFERS[1].id),
        lambda: south.receive(report, offer_id=odd),
        lambda: south.hear(odd),
        lambda: dt.Picture(tracker()).add(odd),
    ])()  # fmt: skip


DOORS: dict[str, tuple[Callable[[Random], Any], Callable[[Any], object]]] = {
    "report": (_report, _use_report),
    "arrow": (_arrow, _use_report),
    "terms": (_terms, _use_terms),
    "toml": (_toml, _use_terms),
    "area": (_area, _use_area),
    "offer": (_offer, _use_offer),
    "message": (_message, _use_message),
    "scenario": (_scenario, _use_scenario),
    "description": (_description, _use_description),
    "time": (_time, str),
    "asked": (_asked, repr),
}


@pytest.mark.parametrize("door", DOORS)
def test_malformed_input_is_refused_or_usable(door: str) -> None:
    make, use = DOORS[door]
    accepted = refused = 0
    for case in range(-(-CASES // len(DOORS))):
        rng = Random(f"{door} {case}")  # noqa: S311 - no secret
        try:
            taken = make(rng)
        except dt.errors.DetenteError as error:
            text = str(error)
            assert text.strip(), case
            assert len(text) < 2_000, (case, text[:300])
            text.encode()
            refused += 1
            continue
        except BaseException as error:
            error.add_note(f"case {case} of {door}")
            raise
        accepted += 1
        try:
            with warnings.catch_warnings():
                use(taken)
        except BaseException as error:
            error.add_note(f"case {case} of {door}, taken: {shown(taken)}")
            raise
    assert refused > 0
    assert accepted > 0


def _nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"x = {_nested(40)}", "at most 32 levels"),
        (f"x = {_nested(50_000)}", "at most 32 levels"),
        (".".join(["a"] * 100_000) + " = 1", "at most 32 levels"),
        ("x = " + "9" * 10_000, "expected TOML: Exceeds the limit"),
        ("x = 1e999999999", "has too many digits"),
        ("#" * (2**20 + 1), "at most 1,048,576 characters, found 1,048,577"),
        ('x = "\ud800"', "surrogates not allowed"),
        (b"x = 1", "it must be text, found b'x = 1'"),
    ],
)
def test_toml_is_bounded_before_it_is_read(text: str, why: str) -> None:
    with pytest.raises(dt.errors.DecodeError, match=why):
        dt.Terms.from_toml(text)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("relay", '"no"', "relay must be true or false, found 'no'"),
        ("grid_level", "1e30", "grid_level must be a whole number from 3 to 24"),
        ("origin", "5", "the origin of a report must be text of at least one character, found 5"),
        ("time_ns", "1000000000.0", "time_ns must be the digits of a whole number"),
        ("time_ns", "true", "time_ns must be the digits of a whole number, found True"),
        ("time_ns", '"1e9"', "time_ns must be the digits of a whole number, found '1e9'"),
        ("time_ns", '"9223372036854775807"', "from 1700 to 2200"),
        ("sequence", "-1", "sequence must be a whole number of at least 0"),
        ("sequence", str(2**70), "sequence must be a whole number of at least 0"),
        ("axes", "true", "axes must be a whole number from 2 to 3, found True"),
        ("frame", "[NaN,0,0]", "NaN is no number of JSON"),
        ("frame", "[91,0,0]", "frame must be a number from -90 to 90, found 91"),
        ("frame", "[1,2]", "frame must be latitude, longitude and height"),
        ("sensor", "[]", "no description of a sensor"),
        ("theirs", "1e999", "too large a number"),
        ("theirs", '"\\ud800"', "surrogates not allowed"),
        ("theirs", _nested(9_999), "at most 32 levels"),
    ],
)
def test_the_head_of_a_report_is_checked_key_by_key(key: str, value: str, why: str) -> None:
    head = json.loads(TABLES[2].schema.metadata[b"detente.report"])
    head[key] = "HERE"
    note = json.dumps(head).replace('"HERE"', value)
    with pytest.raises(dt.errors.DecodeError, match=why):
        report_from_arrow(TABLES[2].replace_schema_metadata({"detente.report": note}))


def test_a_key_of_the_head_stands_once() -> None:
    note = TABLES[2].schema.metadata[b"detente.report"].replace(b"{", b'{"relay":true,', 1)
    with pytest.raises(dt.errors.DecodeError, match="the key 'relay' stands twice"):
        report_from_arrow(TABLES[2].replace_schema_metadata({"detente.report": note}))
    with pytest.raises(dt.errors.SettingError, match="notes must not be called origin"):
        replace(REPORTS[2], notes={"origin": "east"})


@pytest.mark.parametrize(
    ("clauses", "why"),
    [
        ({"cadence_s": 1e-6}, "cadence_s must be 0, or from a millisecond to 100 years"),
        ({"delay_s": malformed.Decimal("1e1000000")}, "delay_s must be finite"),
        ({"delay_s": malformed.Decimal("1e-1000000")}, "a number of common size"),
        ({"area": 5}, "area: a ring must be a list of corners"),
        ({"area": [[0, 1e300], [1, 0], [1, 1]]}, "a longitude must be within three turns"),
        ({"area": [[np.nan, 0], [1, 0], [1, 1]]}, "corners of two finite numbers"),
        ({"area": {"type": "MultiPolygon", "coordinates": [[[]] * 10**6]}}, "500 rings"),
        ({"area": {"type": "Polygon", "coordinates": ["abc"]}}, "a ring must be a list of corners"),
        ({"area": np.zeros((10_001, 2))}, "it may have 10,000 corners, found 10,001"),
        ({"until": "0000-01-01"}, "until: a point in time must be a date such as"),
        ({"until": "9999-12-31"}, "until: a point in time must be from 1700 to 2200"),
        ({"purpose": "\ud800"}, "purpose must be one line of text"),
        ({"rows_per_s": 2**32}, "rows_per_s must be a whole number from 1 to 4294967295"),
        ({"rows_per_s": True}, "rows_per_s must be a whole number"),
    ],
)  # fmt: skip
def test_clauses_out_of_all_bounds_are_refused(clauses: dict[str, Any], why: str) -> None:
    with pytest.raises(dt.errors.SettingError, match=why):
        dt.Terms(**{"level": "tracks", "until": "2021-08-31", **clauses})


def test_slots_are_bounded_before_they_are_made() -> None:
    grant = Grant(
        sender="north", recipient="south", level="tracks", from_ns=0, until_ns=2**62, cadence_ns=1
    )
    with pytest.raises(
        dt.errors.SettingError, match=r"at most a million; .* 31536000000000000 slots"
    ):
        grant.slots(0, 365 * 86_400 * 10**9)
    assert len(grant.slots(0, 2**20)) == 2**20


@pytest.mark.parametrize("count", [-1.0, 2.5, 2.0**32, np.inf])
def test_counts_are_counts(count: float) -> None:
    columns = {**REPORTS[3].columns, "count": np.full(len(REPORTS[3]), count)}
    columns["is_below"] = np.zeros(len(REPORTS[3]), bool)
    with pytest.raises(dt.errors.SettingError, match=r"whole numbers below 2\*\*32"):
        replace(REPORTS[3], columns=columns)


def test_a_head_of_many_keys_is_refused_in_one_pass() -> None:
    """The keys are counted once, not once for each key."""
    head = json.loads(TABLES[2].schema.metadata[b"detente.report"])
    many = ",".join(f'"k{k}":0' for k in range(80_000))
    note = json.dumps(head)[:-1] + f',{many},"z":0,"z":0}}'
    with pytest.raises(dt.errors.DecodeError, match="the key 'z' stands twice"):
        report_from_arrow(TABLES[2].replace_schema_metadata({b"detente.report": note.encode()}))
