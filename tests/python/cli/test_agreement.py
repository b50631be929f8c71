"""`detente agreement` tells where the example stands, and which clauses keep what from whom."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from detente.cli.app import app

EXAMPLE = Path(__file__).parents[3] / "examples" / "report-2021.toml"


def agreement(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["agreement", *map(str, words)])


def told(result: Result) -> str:
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    return " ".join(result.output.split())


def test_show_says_state_since_when_who_must_act_by_when_and_who_said_it() -> None:
    text = told(agreement("show", EXAMPLE, "--on", "2021-07-24"))
    for words in (
        "On 24 July 2021:",
        "Russia to United States: pending since 16 June 2021; United States, Kyrgyzstan and Taj",
        "Until 31 August 2021 United States and Russia receive from each other tracks",
        "Tajikistan's consent, asked by Russia: offered since 16 June 2021",
        "Hypothetical: 16 June 2021, this example supposes: Tajikistan",
        "deputy foreign minister Ryabkov refuses (quoted)",
        "foreign minister Lavrov denies (quoted)",
        "Kommersant's source asserts (by that day): The United States has not yet given a clear",
        "Hypothetical, not in the source: - that the offer is accepted, and when",
    ):
        assert words in text


def test_show_knows_no_more_than_the_day() -> None:
    june = told(agreement("show", EXAMPLE, "--on", "2021-06-20"))
    assert "Ryabkov" not in june
    assert "On 17 July 2021:" in told(agreement("show", EXAMPLE))  # the day of the last entry
    assert "expired since 31 August 2021." in told(agreement("show", EXAMPLE, "--on", "2021-09-01"))


def test_why_names_each_clause() -> None:
    text = told(
        agreement(
            "why", EXAMPLE, "United States", "--on", "2021-07-24", "--level", "detections",
            "--field", "mmsi", "--lat", "38.5", "--lon", "68.8", "--origin", "Russia",
        )
    )  # fmt: skip
    for words in (
        "United States does not get it from Russia under agreement",
        "state: it is pending since 16 June 2021; United States, Kyrgyzstan and Tajikistan must",
        "level: it lets tracks go",
        "fields: mmsi leaves only where the terms name it",
    ):
        assert words in text
    assert "delay_s" not in text
    assert "delay_s: " in told(agreement("why", EXAMPLE, "Russia", "--seen", "2021-07-24"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "none.toml"], "none.toml: there is no such file"),
        (["show", EXAMPLE, "--on", "soon"], "must be a date such as 2021-08-31"),
        (["why", EXAMPLE, "Nobody"], "nothing was offered to or by 'Nobody'; there are Kyrgyzstan"),
        (["why", EXAMPLE, "Russia", "--origin", "X"], "to or by 'Russia' and 'X'"),
        (["why", EXAMPLE, "Russia", "--lat", "38"], "a place needs both --lat and --lon"),
    ],
)
def test_a_mistake_is_told_in_one_line(words: list[str | Path], message: str) -> None:
    result = agreement(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("detente: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_a_scenario_without_dates_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text('title = "a"\nsource = "b"\n')
    result = agreement("show", path)
    assert "say which day with --on" in result.stderr
