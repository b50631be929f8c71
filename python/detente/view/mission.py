"""The page of a mission: each party's own picture, and where the agreement stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from detente.errors import SettingError
from detente.view.clock import Clock, clock_of
from detente.view.columns import Columns, Positions, Rows, column, numbers, rows_from_any
from detente.view.figures import figures_html
from detente.view.layers import (
    Layer,
    comparable,
    home_of,
    identity_texts,
    level_from_probability,
    longest_gap,
    path_layer,
    plane_of,
    short_texts,
    truth_layer,
)
from detente.view.page import Html, escaped, fragment, page
from detente.view.plane import Plane

State = Literal["offered", "pending", "accepted", "declined", "withdrawn", "expired"]
Origin = Literal["own", "partner", "both"]

_PARTIES = 2
_SCRIPTS = (
    "decode.js",
    "words.js",
    "plane.js",
    "paths.js",
    "gestures.js",
    "map_view.js",
    "backdrop.js",
    "clock_bar.js",
    "track_layer.js",
    "truth.js",
    "mission_page.js",
)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The disc that a party's sensor sees.

    Parameters
    ----------
    x_m, y_m : float
        Where the sensor stands, in the frame of the points [m].
    range_m : float
        How far it sees [m].
    """

    x_m: float
    y_m: float
    range_m: float


@dataclass(frozen=True, kw_only=True)
class PartyPicture:
    """What one party knows, over time.

    Parameters
    ----------
    name : str
        The party.
    points : columns
        One row per track and time of the party's picture: `track_id` (uint64 or text), `time_s`,
        `x_m`, `y_m`, `existence` (float64) and `origin` (text: ``"own"`` where the party's own
        sensors alone speak, ``"partner"`` where the track came from the partner, ``"both"`` where
        the two were fused).
    sensor : Coverage, optional
        What its sensor covers, if that is a disc that stands still.
    truth : columns, optional
        Where the objects really are: `time_s`, `x_m`, `y_m` and `id`.
    """

    name: str
    points: Columns
    sensor: Coverage | None = None
    truth: Columns | None = None


@dataclass(frozen=True, kw_only=True)
class AgreementStep:
    """One step in the life of an agreement.

    Parameters
    ----------
    time_s : float
        When, on the clock of the points; it may lie before or after the scene.
    state : str
        ``"offered"``, ``"pending"``, ``"accepted"``, ``"declined"``, ``"withdrawn"`` or
        ``"expired"``: the state from then on.
    text : str
        What happened, in a sentence.
    must_act : str
        Who must act next; empty if nobody.
    hypothetical : bool
        Whether the step goes beyond what was reported.
    when : str
        The date in words, where the clock does not tell it.
    """

    time_s: float
    state: State
    text: str
    must_act: str = ""
    hypothetical: bool = False
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the clock that has a name, such as one of several days that it puts end to end.

    Parameters
    ----------
    start_s : float
        Where it begins, on the clock of the points; it ends where the next begins.
    name : str
        What the clock says there, before the time since its beginning.
    """

    start_s: float
    name: str


def mission_page(
    parties: Sequence[PartyPicture],
    agreement: Sequence[AgreementStep],
    *,
    title: str,
    lead: str = "",
    summary: Mapping[str, object] | None = None,
    notes: Sequence[str] = (),
    sections: Sequence[Section] = (),
    is_posix: bool | None = None,
    is_simulated: bool = True,
) -> Html:
    """Return a self-contained page with two parties' pictures, one clock and the agreement.

    The page says on its face whether the scene is simulated, and marks hypothetical steps.

    Parameters
    ----------
    parties : sequence of two PartyPicture
        Their points share one metric frame and one clock.
    agreement : sequence of AgreementStep
        In order of time; none where everything flows.
    title : str
        The heading.
    lead : str, optional
        A sentence or two under it.
    summary : mapping, optional
        Figures of the run, shown in words (see `detente.view.figures`).
    notes : sequence of str, optional
        Sentences at the foot of the page: assumptions, sources.
    sections : sequence of Section, optional
        Names for the parts of the clock, in order of time.
    is_posix : bool, optional
        Whether times count from 1970-01-01 UTC. By default they do if they lie after 1973.
    is_simulated : bool
        Whether the scene is simulated.

    Returns
    -------
    str
        HTML; write it to a file in UTF-8.

    Raises
    ------
    SettingError
        There are not two parties, a column is missing, an origin or a state is unknown, or steps
        are out of order.
    ShapeError
        Columns of one table differ in length.
    NotFiniteError
        A place or a time is NaN or infinite.
    """
    if len(parties) != _PARTIES:
        raise SettingError(f"mission_page shows two parties, not {len(parties)}")
    _check_steps(agreement)
    placed = [rows_from_any(p.points, of=f"points of {p.name}") for p in parties]
    truths = [None if p.truth is None else rows_from_any(p.truth, of="truth") for p in parties]
    parts = [rows.positions for rows in (*placed, *truths) if rows is not None]
    rims = [_rim(p.sensor) for p in parties if p.sensor is not None]
    plane = plane_of([*parts, *rims])
    clock = clock_of([part.time_s for part in parts], is_posix=is_posix)
    return page(
        "mission.html",
        title=title,
        scripts=_SCRIPTS,
        data={
            "plane": plane.description(),
            "clock": clock.description(),
            "home": home_of(plane, _joined([*(rows.positions for rows in placed), *rims])),
            "parties": [
                _party(party, rows, truth, plane=plane, clock=clock)
                for party, rows, truth in zip(parties, placed, truths, strict=True)
            ],
            "agreement": [
                {
                    "after_s": step.time_s - clock.start_s,
                    "state": step.state,
                    "must_act": step.must_act,
                    "when": step.when,
                }
                for step in agreement
            ],
            "sections": [
                {"after_s": section.start_s - clock.start_s, "name": section.name}
                for section in sections
            ],
        },
        parts={
            "badge": '<span class="badge warn">simulated</span>' if is_simulated else "",
            "lead": escaped(lead),
            "maps": "".join(
                fragment("party.html", name=escaped(p.name), number=str(i))
                for i, p in enumerate(parties)
            ),
            "first": escaped(parties[0].name),
            "second": escaped(parties[1].name),
            "steps": "".join(_step(step) for step in agreement),
            "figures": figures_html(summary or {}),
            "notes": "".join(f"<p>{escaped(note)}</p>" for note in notes),
        },
    )


def _check_steps(agreement: Sequence[AgreementStep]) -> None:
    for step in agreement:
        if step.state not in get_args(State):
            raise SettingError(f"a state is one of {get_args(State)}, not {step.state!r}")
    times_s = [step.time_s for step in agreement]
    if times_s != sorted(times_s):
        raise SettingError("the steps of an agreement must be in order of time")


def _rim(sensor: Coverage) -> Positions:
    """Return the corners of the square around what a sensor covers."""
    reach = np.array([-sensor.range_m, sensor.range_m])
    return Positions("metric", np.zeros(2), sensor.x_m + reach, sensor.y_m + reach)


def _joined(parts: Sequence[Positions]) -> Positions:
    columns = ([getattr(p, name) for p in parts] for name in ("time_s", "across", "up"))
    return Positions("metric", *(np.concatenate(column) for column in columns))


def _party(
    party: PartyPicture, rows: Rows, truth: Rows | None, *, plane: Plane, clock: Clock
) -> Layer:
    """Return one party's picture as the page reads it."""
    part, of = rows.positions, f"points of {party.name}"
    origins = column(rows.table, "origin", of=of).astype(str)
    known = np.array(get_args(Origin))
    unknown = np.setdiff1d(origins, known).tolist()
    if unknown:
        raise SettingError(f"{of}: an origin is one of {get_args(Origin)}, not {unknown[0]!r}")
    ids, owner = np.unique(comparable(column(rows.table, "track_id", of=of)), return_inverse=True)
    extra = {
        "level": level_from_probability(numbers(rows.table, "existence", of=of)),
        "origin": np.argmax(origins[:, None] == known, axis=1).astype(np.int64),
    }
    return {
        "name": party.name,
        "track_names": short_texts(identity_texts(ids)),
        "gap_s": longest_gap(part, owner),
        "tracks": path_layer(part, owner, len(ids), plane=plane, clock=clock, extra=extra),
        "truth": truth_layer(truth, plane=plane, clock=clock),
        "sensor": None if party.sensor is None else _disc(party.sensor, plane),
    }


def _disc(sensor: Coverage, plane: Plane) -> Layer:
    (x,), (y,) = plane.integers(np.array([sensor.x_m]), np.array([sensor.y_m]))
    return {"x": int(x), "y": int(y), "range": sensor.range_m / plane.quantum_m}


def _step(step: AgreementStep) -> Html:
    """Return one step of the timeline."""
    return fragment(
        "step.html",
        state=escaped(step.state),
        text=escaped(step.text),
        must_act=escaped(f"{step.must_act} must act next" if step.must_act else "nobody must act"),
        hypothetical='<span class="badge warn">hypothetical</span>' if step.hypothetical else "",
    )
