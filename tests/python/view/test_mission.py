"""The page of a mission: two pictures, an agreement, and plain labels."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detente.errors import SettingError, ShapeError
from detente.table import Table
from detente.view import AgreementStep, Coverage, PartyPicture, Section, mission_page

Read = Callable[[str], Any]
Decode = Callable[[str], list[int]]


def picture(name: str, origins: list[str], *, x_m: float) -> PartyPicture:
    rows = len(origins)
    return PartyPicture(
        name=name,
        sensor=Coverage(x_m=x_m, y_m=0.0, range_m=5000.0),
        points={
            "track_id": np.arange(rows, dtype=np.uint64) // 2,
            "time_s": np.arange(rows, dtype=float) % 2 * 10.0,
            "x_m": np.linspace(x_m, x_m + 1000.0, rows),
            "y_m": np.zeros(rows),
            "existence": np.ones(rows),
            "origin": origins,
        },
        truth={"id": ["a", "a"], "time_s": [0.0, 10.0], "x_m": [0.0, 10.0], "y_m": [0.0, 0.0]},
    )


@pytest.fixture
def parties() -> list[PartyPicture]:
    return [
        picture("North", ["own", "both", "own", "own"], x_m=-3000.0),
        picture("South", ["own", "both", "partner", "partner"], x_m=3000.0),
    ]


@pytest.fixture
def steps() -> list[AgreementStep]:
    return [
        AgreementStep(time_s=-60.0, state="offered", text="North offers.", must_act="South"),
        AgreementStep(time_s=0.0, state="pending", text="No answer yet.", must_act="South"),
        AgreementStep(time_s=5.0, state="accepted", text="South accepts.", hypothetical=True),
    ]


def test_the_page_says_simulated_and_marks_what_is_hypothetical(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read
) -> None:
    page = read(mission_page(parties, steps, title="A border"))
    badges = page.text_of("span")
    assert badges.count("simulated") == 1
    assert badges.count("hypothetical") == 1
    reported = [replace(step, hypothetical=False) for step in steps]
    assert "hypothetical" not in read(mission_page(parties, reported, title="t")).text_of("span")


def test_the_timeline_says_who_must_act(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read
) -> None:
    page = read(mission_page(parties, steps, title="t"))
    sentences = [text for text in page.text_of("p") if "must act" in text]
    assert sentences == ["South must act next", "South must act next", "nobody must act"]
    assert [step["after_s"] for step in page.data["agreement"]] == [-60.0, 0.0, 5.0]


def test_pictures_survive(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read, decode: Decode
) -> None:
    data = read(mission_page(parties, steps, title="t")).data
    plane = data["plane"]
    for given, shown in zip(parties, data["parties"], strict=True):
        x_m = plane["x_m"] + np.array(decode(shown["tracks"]["x"])) * plane["quantum_m"]
        assert np.abs(x_m - Table.from_any(given.points)["x_m"]).max() <= plane["quantum_m"] / 2
        sensor_x_m = plane["x_m"] + shown["sensor"]["x"] * plane["quantum_m"]
        assert sensor_x_m == pytest.approx(given.sensor.x_m, abs=plane["quantum_m"])
        assert shown["sensor"]["range"] * plane["quantum_m"] == 5000.0
        assert shown["truth"]["counts"] == [2]
    assert decode(data["parties"][1]["tracks"]["origin"]) == [0, 2, 1, 1]


def test_the_first_view_holds_both_coverages(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read
) -> None:
    data = read(mission_page(parties, steps, title="t")).data
    width_m = (data["home"][2] - data["home"][0]) * data["plane"]["quantum_m"]
    assert width_m == pytest.approx(16_000.0, abs=1.0)


def test_sections_and_dates_go_with_the_clock(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read
) -> None:
    dated = [replace(steps[0], when="16 June 2021"), *steps[1:]]
    sections = [Section(start_s=0.0, name="17 July"), Section(start_s=5.0, name="24 July")]
    data = read(mission_page(parties, dated, title="t", sections=sections)).data
    assert [step["when"] for step in data["agreement"]] == ["16 June 2021", "", ""]
    assert data["sections"] == [
        {"after_s": 0.0, "name": "17 July"},
        {"after_s": 5.0, "name": "24 July"},
    ]


def test_hostile_texts_stay_texts(
    parties: list[PartyPicture], steps: list[AgreementStep], read: Read
) -> None:
    hostile = "</script><script>alert(1)</script><img src=x>"
    plain = read(mission_page(parties, steps, title="t", lead="l", notes=["n"]))
    page = read(
        mission_page(
            [replace(party, name=hostile) for party in parties],
            [replace(step, text=hostile, must_act=hostile) for step in steps[:2]] + steps[2:],
            title=hostile,
            lead=hostile,
            notes=[hostile],
        )
    )
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_are_two_parties(
    parties: list[PartyPicture], steps: list[AgreementStep], count: int
) -> None:
    with pytest.raises(SettingError, match=f"two parties, not {count}"):
        mission_page((parties * 2)[:count], steps, title="t")


def test_an_unknown_state_is_refused(parties: list[PartyPicture]) -> None:
    step = AgreementStep(time_s=0.0, state="maybe", text="?")  # pyright: ignore[reportArgumentType]
    with pytest.raises(SettingError, match="not 'maybe'"):
        mission_page(parties, [step], title="t")


def test_steps_come_in_order(parties: list[PartyPicture], steps: list[AgreementStep]) -> None:
    with pytest.raises(SettingError, match="in order of time"):
        mission_page(parties, steps[::-1], title="t")


@pytest.mark.parametrize(
    ("origins", "error", "message"),
    [
        (["own", "own", "own", "theirs"], SettingError, "points of North: .* not 'theirs'"),
        (["own"], ShapeError, "columns must have the same length"),
    ],
)
def test_bad_origins_are_refused(
    parties: list[PartyPicture],
    steps: list[AgreementStep],
    origins: list[str],
    error: type[Exception],
    message: str,
) -> None:
    bad = replace(parties[0], points={**parties[0].points, "origin": origins})  # pyright: ignore[reportGeneralTypeIssues]
    with pytest.raises(error, match=message):
        mission_page([bad, parties[1]], steps, title="t")
