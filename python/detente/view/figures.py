"""The figures of a run in words that a stranger understands."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import cast

from detente.view.page import Html, escaped

_WORDS = {
    "tracks": "objects followed",
    "confirmed_tracks": "objects followed with certainty",
    "detections": "reports used",
    "reports": "reports used",
    "rows": "rows read",
    "rows_read": "rows read",
    "rows_bad": "rows that could not be used",
    "rows_rejected": "rows that could not be used",
    "rejected": "rows that could not be used",
    "truth_objects": "objects there really were",
    "objects": "objects there really were",
    "duration_s": "length of the recording",
    "elapsed_s": "time the computer needed",
    "position_rmse_m": "typical error of a position",
    "rmse_m": "typical error of a position",
    "gospa_m": "error of the whole picture (GOSPA; lower is better)",
    "identity_switches": "times an object changed its track",
    "fragments": "times an object was lost for a while",
    "fragmentations": "times an object was lost for a while",
    "missed": "objects not followed, on average",
    "false": "tracks of nothing, on average",
    "rows_exchanged": "rows handed over",
    "bytes_exchanged": "bytes handed over",
}

_MINUTE_S = 60
_SMALL = 1e-3
_UNITS = {"m": "m", "m_s": "m/s", "deg": "°", "percent": "%"}


def figures_html(summary: Mapping[str, object]) -> Html:
    """Return the figures as the items of a description list.

    Parameters
    ----------
    summary : mapping
        Names and values; a mapping inside is read on under its own names. A name that is known
        here is shown in its words, and one that is in words already (it has a space) as it is;
        other names, and values that are neither numbers nor texts, are left out. A unit at the
        end of a name (`_s`, `_m`, `_m_s`) becomes the value's unit.
    """
    return "".join(
        f"<div><dt>{escaped(words)}</dt><dd>{escaped(value)}</dd></div>"
        for words, value in _figures(summary)
    )


def _figures(summary: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in summary.items():
        if isinstance(value, Mapping):
            yield from _figures(cast("Mapping[str, object]", value))
        elif isinstance(value, int | float | str) and not isinstance(value, bool):
            unit = re.search(r"_(m_s|m|s|deg|percent)$", name)
            words = _WORDS.get(name) or (name[: unit and unit.start()] if " " in name else None)
            if words is not None:
                yield words, value_text(value, unit[1] if unit else "")


def value_text(value: float | str, unit: str = "") -> str:
    """Return a value as text: three figures, thousands apart, seconds as a duration.

    Examples
    --------
    >>> value_text(18623), value_text(5100.2, "s"), value_text(4.5678, "m")
    ('18,623', '1 h 25 min', '4.57 m')
    """
    if isinstance(value, str):
        return value
    if unit == "s":
        return duration_text(float(value))
    text = f"{value:,}" if isinstance(value, int) else _rounded(value)
    return f"{text} {_UNITS[unit]}" if unit else text


def duration_text(seconds: float) -> str:
    """Return a time span in the units that a person would use.

    Examples
    --------
    >>> duration_text(0.25), duration_text(300), duration_text(90061)
    ('0.25 s', '5 min', '1 d 1 h')
    """
    if seconds < _MINUTE_S:
        return f"{_rounded(seconds)} s"
    hours, minutes = divmod(round(seconds / _MINUTE_S), 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _rounded(value: float) -> str:
    """Return three significant figures, with thousands apart."""
    if not math.isfinite(value) or value == 0.0:
        return f"{value:g}"
    if abs(value) < _SMALL:
        return f"< {_SMALL:g}" if value > 0 else f"> -{_SMALL:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
