"""The demo in figures, for JSON, the terminal and the page."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from detente.demo.story import REPORT, REPORTED_ON, WATCH_S
from detente.demo.watches import CUTOFF_M, NAMES, SETTLED_S, Watch
from detente.exchange import Agreement, text_from_time_ns
from detente.exchange.agreement.wording import text_from_names

Summary = dict[str, Any]


def summarise(agreement: Agreement, watches: Sequence[Watch], *, seed: int) -> Summary:
    """Return the figures as JSON can hold them."""
    offer, end_ns = agreement.offer, watches[-1].start_ns + round(WATCH_S * 1e9)
    accepted_ns, consented_ns = agreement.accepted_ns, agreement.consented_ns
    return {
        "simulated": True,
        "hypothetical": list(REPORT.hypothetical),
        "seed": seed,
        "agreement": {
            "id": offer.id,
            "sender": offer.sender,
            "recipient": offer.recipient,
            "offered": text_from_time_ns(offer.time_ns),
            "answer_by": text_from_time_ns(offer.answer_by_ns),
            "accepted": None if accepted_ns is None else text_from_time_ns(accepted_ns),
            "hosts": list(offer.hosts),
            "consented": None if consented_ns is None else text_from_time_ns(consented_ns),
            "state": agreement.state_at(end_ns),
            "must_act": list(agreement.must_act_at(end_ns)),
        },
        "rows_exchanged": sum(s.rows_received for w in watches for s in w.scores),
        "bytes_exchanged": sum(s.bytes_received for w in watches for s in w.scores),
        "gospa": {"cutoff_m": CUTOFF_M, "order": 2, "from_s": SETTLED_S},
        "watches": [
            {
                "start": text_from_time_ns(watch.start_ns),
                "duration_s": WATCH_S,
                "state": watch.state,
                "parties": {
                    name: {
                        key: round(value, 1) if isinstance(value, float) else value
                        for key, value in asdict(score).items()
                    }
                    for name, score in zip(NAMES, watch.scores, strict=True)
                },
            }
            for watch in watches
        ],
    }


def text_from_summary(summary: Summary) -> str:
    """Return the figures for a terminal, 80 columns wide."""
    offer = summary["agreement"]
    end = f"the offer is {offer['state']}"
    if offer["must_act"]:
        end += f"; {text_from_names(offer['must_act'])} must act"
    story = [
        (_day(offer["offered"]), "Russia proposes, possibly, to exchange what drones see"),
        (REPORTED_ON, "the United States has not yet given a clear answer, it is reported"),
        (_day(summary["watches"][-1]["start"]), f"end of the run, {end}"),
    ]
    if offer["accepted"]:
        story.append((_day(offer["accepted"]), "the United States accepts (hypothetical)"))
    if offer["consented"]:
        hosts = text_from_names(offer["hosts"])
        story.append((_day(offer["consented"]), f"{hosts} consent (hypothetical)"))
    lines = [
        "Simulated. The offer is the one that a source described to Kommersant:",
        *(line for day, text in sorted(story) for line in _wrapped(day, text)),
        "",
        _line("watch", "agreement", "party", "sees", "partner", "holds", "GOSPA", "GOSPA"),
        _line("", "", "", "itself", "only", "in all", "alone", "exchanged"),
    ]
    for watch in summary["watches"]:
        when, state = _day(watch["start"]), watch["state"]
        for name, party in watch["parties"].items():
            exchanged = f"{party['picture_gospa_m']:.0f} m" if party["rows_received"] else "-"
            objects = (
                f"{party[f'{what}_objects']:.1f}" for what in ("own", "partner_only", "picture")
            )
            alone = f"{party['alone_gospa_m']:.0f} m"
            lines.append(_line(when, state, name, *objects, alone, exchanged))
            when = state = ""
    rows, size = summary["rows_exchanged"], summary["bytes_exchanged"]
    lines += [
        "",
        f"Exchanged: {rows:,} rows, {size:,} bytes. Objects are means over the scans of a watch;",
        f"GOSPA (lower is better) with a cutoff of {summary['gospa']['cutoff_m']:.0f} m.",
    ]
    return "\n".join(lines)


def words_from_summary(summary: Summary) -> dict[str, object]:
    """Return the figures for the page: each by its words, for whole run and newest watch."""
    last = summary["watches"][-1]
    words: dict[str, object] = {
        "state of the offer at the end": summary["agreement"]["state"],
        "rows exchanged": summary["rows_exchanged"],
        "bytes exchanged": summary["bytes_exchanged"],
    }
    for name, party in last["parties"].items():
        where = f"{name}, {_day(last['start'])}"
        words |= {
            f"{where}: objects it sees itself, on average": party["own_objects"],
            f"{where}: objects only the partner sees, on average": party["partner_only_objects"],
            f"{where}: error alone (GOSPA)_m": party["alone_gospa_m"],
        }
        if party["rows_received"]:
            words[f"{where}: objects in its picture, on average"] = party["picture_objects"]
            words[f"{where}: error of its picture (GOSPA)_m"] = party["picture_gospa_m"]
    return words


def _line(*cells: str) -> str:
    """Return one line of the table, text to the left and figures to the right."""
    widths = (-10, -9, -13, 6, 7, 6, 5, 9)
    return "  ".join(
        cell.ljust(-width) if width < 0 else cell.rjust(width)
        for cell, width in zip(cells, widths, strict=True)
    ).rstrip()


def _wrapped(day: str, text: str) -> list[str]:
    """Return a line of the story, 80 columns wide."""
    first, rest = f"{day}  ", " " * (len(day) + 2)
    return textwrap.wrap(text, 80, initial_indent=first, subsequent_indent=rest)


def _day(text: str) -> str:
    return text[:10]
