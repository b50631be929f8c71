"""The page of the demo: both parties' pictures beside each other, and where the offer stands."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.demo import scene
from detente.demo.story import REPORT, WATCH_DAYS, WATCH_S, Step
from detente.demo.summary import Summary, words_from_summary
from detente.demo.watches import NAMES, Moment, Watch
from detente.exchange import Snapshot
from detente.view import AgreementStep, Coverage, PartyPicture, Section, mission_page

Columns = dict[str, NDArray[Any]]

_ALL_BITS = 2**64 - 1


def demo_page(watches: Sequence[Watch], steps: Sequence[Step], summary: Summary) -> str:
    """Return the page, HTML that works offline.

    The page has one clock. It runs through the watches one after the other, ten minutes each; the
    days between them take no time on it.
    """
    return mission_page(
        [_party(watches, me) for me in (0, 1)],
        [_step(step, watches) for step in steps],
        title="Two parties, one offer",
        lead=(
            "Simulated. Two parties watch the same ground, each with its own sensor. One has "
            "offered to exchange what their sensors see; without a yes, nothing flows. The offer "
            "and its dates are those of a newspaper report of July 2021."
        ),
        summary=words_from_summary(summary),
        notes=_notes(),
        sections=[
            Section(start_s=index * WATCH_S, name=f"{_date(day)} 2021, 06:00 UTC")
            for index, day in enumerate(WATCH_DAYS)
        ],
        is_posix=False,
    )


def _notes() -> list[str]:
    """Return what a reader must know to read the page rightly."""
    days = ", ".join(_date(day) for day in WATCH_DAYS)
    clock = (
        f"The clock runs through {len(WATCH_DAYS)} watches of {WATCH_S / 60:.0f} minutes, one "
        f"after the other, each at 06:00 UTC: {days} 2021. The days between take no time on it, "
        "and a step of the agreement stands at the first watch after it. Each watch has objects "
        "of its own."
    )
    source = (
        "The offer, its date and the missing answer are those of a report by Kommersant of 17 July "
        "2021, which cites a source familiar with the talks."
    )
    return [clock, source, f"Hypothetical, not in the report: {'; '.join(REPORT.hypothetical)}."]


def _party(watches: Sequence[Watch], me: int) -> PartyPicture:
    x_m, y_m = scene.CENTRES_M[me]
    names = _Names()
    return PartyPicture(
        name=NAMES[me],
        points=_columns(
            watches,
            lambda _, moment: {
                "track_id": names.of(moment.pictures[me], NAMES[1 - me]),
                "x_m": moment.pictures[me].mean[:, 0],
                "y_m": moment.pictures[me].mean[:, 1],
                "existence": moment.pictures[me].existence,
                "origin": moment.pictures[me].origin(NAMES[me]),
            },
        ),
        sensor=Coverage(x_m=x_m, y_m=y_m, range_m=scene.RANGE_M),
        truth=_columns(
            watches,
            lambda index, moment: {
                "id": moment.scan.truth_id + 1_000 * (index + 1),
                "x_m": moment.scan.truth_m[:, 0],
                "y_m": moment.scan.truth_m[:, 1],
            },
        ),
    )


class _Names:
    """One name for an object while it passes from one party's view into the other's.

    A track that the partner hands over keeps its name when the party's own sensor finds it, too,
    and the other way round, so that the page draws one path.
    """

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, picture: Snapshot, partner: str) -> NDArray[np.uint64]:
        """Return a name for each row; no two rows share one."""
        names: dict[int, None] = {}
        none = np.zeros(len(picture), np.uint64)
        theirs = picture.theirs.get(partner, none).tolist()
        for own, partner_id in zip(picture.track_id.tolist(), theirs, strict=True):
            another = own ^ _ALL_BITS  # where two tracks part that had been one
            wanted = (self._known.get(own), self._known.get(partner_id), own, partner_id, another)
            name = next(name for name in wanted if name and name not in names)
            names[name] = None
            self._known[own] = name
            if partner_id:
                self._known[partner_id] = name
        return np.array(list(names), np.uint64)


def _columns(watches: Sequence[Watch], rows: Callable[[int, Moment], Columns]) -> Columns:
    """Return the rows of all moments below each other, with the page's time."""
    parts: list[Columns] = []
    for index, watch in enumerate(watches):
        for moment in watch.moments:
            part = rows(index, moment)
            time_s = index * WATCH_S + moment.scan.time_s
            part["time_s"] = np.full(len(part["x_m"]), time_s)
            parts.append(part)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _step(step: Step, watches: Sequence[Watch]) -> AgreementStep:
    """Return a step at the page's time: when the first watch after it begins."""
    starts_ns = np.array([watch.start_ns for watch in watches])
    index = int(np.searchsorted(starts_ns, step.time_ns))
    return AgreementStep(
        time_s=index * WATCH_S,
        state=step.state,
        text=step.text,
        must_act=step.must_act,
        hypothetical=step.is_hypothetical,
        when=f"{_date(str(np.datetime64(step.time_ns, 'ns'))[:10])} 2021",
    )


def _date(day: str) -> str:
    """Return an ISO date as people write it."""
    return f"{np.datetime64(day).astype(object):%-d %B}"
