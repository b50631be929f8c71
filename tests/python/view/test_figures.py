"""Figures in words."""

import pytest

from detente.view.figures import duration_text, figures_html, value_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (18623, "", "18,623"),
        (0, "", "0"),
        (0.0, "m", "0 m"),
        (4.5678, "m", "4.57 m"),
        (-0.04567, "", "-0.0457"),
        (12345.678, "m", "12,346 m"),
        (1e-7, "m", "< 0.001 m"),
        (-1e-7, "", "> -0.001"),
        (float("nan"), "m", "nan m"),
        (100.0, "percent", "100 %"),
        (7200.0, "s", "2 h 00 min"),
        ("gnn", "", "gnn"),
    ],
)
def test_a_value_reads_well(value: float | str, unit: str, text: str) -> None:
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59.4 s"), (60, "1 min"), (3599, "1 h 00 min"), (86400 * 2, "2 d 0 h")],
)
def test_a_duration_reads_well(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_known_names_get_words_and_words_stay() -> None:
    html = figures_html({"tracks": 91, "score": {"position_rmse_m": 12.0}, "mean age_s": 1.5})
    assert "<dt>objects followed</dt><dd>91</dd>" in html
    assert "<dt>typical error of a position</dt><dd>12 m</dd>" in html
    assert "<dt>mean age</dt><dd>1.5 s</dd>" in html


def test_what_a_stranger_cannot_read_is_left_out() -> None:
    assert figures_html({"rmse_m": None, "tracks": [1], "rows": True, "seed": 1}) == ""


def test_names_and_values_are_escaped() -> None:
    assert figures_html({"a <b>": "<i>"}) == "<div><dt>a &lt;b&gt;</dt><dd>&lt;i&gt;</dd></div>"
