"""The page of one recording: a map, the time, and the table of tracks."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.geo import LocalFrame
from detente.table import Table
from detente.view.backdrop import backdrop_layer
from detente.view.clock import Clock, clock_of
from detente.view.columns import Columns, Positions, Rows, column, numbers, rows_from_any
from detente.view.figures import duration_text, figures_html
from detente.view.layers import (
    Layer,
    comparable,
    dot_layer,
    heights_from_altitudes,
    home_of,
    hue_from_identity,
    identity_texts,
    level_from_probability,
    longest_gap,
    path_layer,
    plane_of,
    short_texts,
    truth_layer,
)
from detente.view.page import Html, escaped, page

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
    "track_table.js",
    "map_page.js",
)

_FEW_TRACKS = 200  # with more, whole paths hide the map and are drawn on request
_FEW_DETECTIONS = 5_000  # with more, they hide the tracks


def map_page(
    points: Columns,
    tracks: Columns,
    *,
    title: str,
    summary: Mapping[str, object] | None = None,
    frame: LocalFrame | None = None,
    frame_note: str | None = None,
    truth: Columns | None = None,
    detections: Columns | None = None,
    is_posix: bool | None = None,
) -> Html:
    """Return a self-contained page that shows tracks on a map over time.

    The page needs no network, today or ever: its script, style and data are inside it.

    Parameters
    ----------
    points : Table, data frame or dict of arrays
        One row per track and time: `track_id` (uint64 or text), `time_s` (float64), the place as
        `lat_deg` and `lon_deg` (WGS 84) or as `x_m` and `y_m` (a metric plane, x to the right, y
        up), and optionally `existence` (probability, float64) and `altitude_m` (NaN where
        unknown).
    tracks : Table, data frame or dict of arrays
        One row per track: `track_id`, and optionally `identity` (text that a person knows it by),
        `detections` (how many made it), `first_time_s`, `last_time_s`, `max_existence`. Points
        of tracks that are not listed here are not drawn.
    title : str
        What is shown, for the heading.
    summary : mapping, optional
        Figures of the run, shown in words (see `detente.view.figures`).
    frame : LocalFrame, optional
        Where places in metres lie on the globe (x to the east, y to the north); with it the map
        is one of latitude and longitude.
    frame_note : str, optional
        One sentence on the frame of the places, shown below the map.
    truth : Table, data frame or dict of arrays, optional
        Where the objects really were: `time_s`, the place as in `points`, and optionally
        `truth_id`.
    detections : Table, data frame or dict of arrays, optional
        What the sensors reported: `time_s` and the place as in `points`.
    is_posix : bool, optional
        Whether times count from 1970-01-01 UTC. By default they do if they lie after 1973.

    Returns
    -------
    str
        HTML; write it to a file in UTF-8.

    Raises
    ------
    SettingError
        A column is missing, or some tables are in degrees and others in metres.
    ShapeError
        Columns of one table differ in length.
    NotFiniteError
        A place or a time is NaN or infinite.

    Examples
    --------
    >>> import numpy as np
    >>> points = {
    ...     "track_id": np.array([7, 7], np.uint64),
    ...     "time_s": np.array([0.0, 60.0]),
    ...     "lat_deg": np.array([50.7, 50.8]),
    ...     "lon_deg": np.array([-1.3, -1.2]),
    ... }
    >>> html = map_page(points, {"track_id": np.array([7], np.uint64)}, title="One ship")
    >>> html.startswith("<!doctype html>"), "://" in html
    (True, False)
    """
    track_table = Table.from_any(tracks)
    placed = rows_from_any(points, of="points", frame=frame)
    true = None if truth is None else rows_from_any(truth, of="truth", frame=frame)
    seen = None if detections is None else rows_from_any(detections, of="detections", frame=frame)
    parts = [rows.positions for rows in (placed, true, seen) if rows is not None]
    plane = plane_of(parts)
    clock = clock_of([part.time_s for part in parts], is_posix=is_posix)

    ids, owner = _owners(placed.table, track_table)
    drawn = placed.positions.take(owner >= 0)
    home = home_of(plane, next((part for part in (drawn, *parts) if part.time_s.size), drawn))
    gap_s = longest_gap(drawn, owner[owner >= 0])
    extra: dict[str, NDArray[np.int64]] = {}
    if "existence" in placed.table:
        existence = numbers(placed.table, "existence", of="points")
        extra["level"] = level_from_probability(existence)
    if "altitude_m" in placed.table:
        altitude_m = column(placed.table, "altitude_m", of="points").astype(np.float64)
        extra["height"] = heights_from_altitudes(altitude_m)
    paths = path_layer(placed.positions, owner, len(ids), plane=plane, clock=clock, extra=extra)
    backdrop, backdrop_note = backdrop_layer(plane, home)

    notes = [frame_note, backdrop_note, _gap_note(gap_s)]
    return page(
        "map.html",
        title=title,
        scripts=_SCRIPTS,
        data={
            "plane": plane.description(),
            "clock": clock.description(),
            "home": home,
            "gap_s": gap_s,
            "tracks": paths,
            "table": _table(track_table, ids, placed.positions, owner, clock)
            | {"highest": _highest(extra.get("height"), owner, len(ids))},
            "truth": truth_layer(true, plane=plane, clock=clock),
            "detections": None
            if seen is None
            else dot_layer(seen.positions, plane=plane, clock=clock),
            "backdrop": backdrop,
        },
        parts={
            "lead": escaped(_lead(len(ids), clock)),
            "figures": figures_html(summary or {}),
            "paths_checked": "checked" if len(ids) <= _FEW_TRACKS else "",
            "gap": escaped(duration_text(gap_s)),
            "trail_options": _trail_options(clock, gap_s),
            "switches": _switches(true, seen),
            "notes": "".join(f"<p>{escaped(note)}</p>" for note in notes if note),
        },
    )


def _owners(points: Table, tracks: Table) -> tuple[list[str], NDArray[np.int64]]:
    """Return the tracks' identities as text, and each point's track, negative for none."""
    ids = comparable(column(tracks, "track_id", of="tracks"))
    point_ids = comparable(column(points, "track_id", of="points"))
    if ids.dtype.kind != point_ids.dtype.kind and ids.size and point_ids.size:
        raise SettingError("track_id must be numbers in both points and tracks, or text in both")
    order = np.argsort(ids, kind="stable")
    if len(ids) == 0:
        return [], np.full(len(point_ids), -1, np.int64)
    place = np.minimum(np.searchsorted(ids, point_ids, sorter=order), len(ids) - 1)
    owner = order[place]
    return identity_texts(ids), np.where(ids[owner] == point_ids, owner, -1).astype(np.int64)


def _table(
    tracks: Table, ids: list[str], placed: Positions, owner: NDArray[np.int64], clock: Clock
) -> Layer:
    """Return what the table of tracks shows, one value per track."""
    count = len(ids)
    mine = owner >= 0
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, owner[mine], placed.time_s[mine])
    np.maximum.at(last, owner[mine], placed.time_s[mine])
    reports = np.bincount(owner[mine], minlength=count).astype(np.float64)

    def given(name: str, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
        return numbers(tracks, name, of="tracks") if name in tracks else otherwise

    first = given("first_time_s", np.where(np.isfinite(first), first, clock.start_s))
    last = given("last_time_s", np.where(np.isfinite(last), last, clock.start_s))
    existence = None
    if "max_existence" in tracks:
        highest = numbers(tracks, "max_existence", of="tracks")
        existence = level_from_probability(highest).tolist()
    names = short_texts(ids)
    if "identity" in tracks:
        said = column(tracks, "identity", of="tracks")
        names = [str(said[k] or short) for k, short in enumerate(names)]
    return {
        "id": ids,
        "name": names,
        "hue": [hue_from_identity(text) for text in ids],
        "first": clock.integers(first).tolist(),
        "last": clock.integers(last).tolist(),
        "detections": given("detections", reports).astype(np.int64).tolist(),
        "existence": existence,
    }


def _highest(
    height: NDArray[np.int64] | None, owner: NDArray[np.int64], count: int
) -> list[int] | None:
    """Return the greatest height of each track, 0 where none is known."""
    if height is None:
        return None
    highest = np.zeros(count, np.int64)
    np.maximum.at(highest, owner[owner >= 0], height[owner >= 0])
    return highest.tolist()


def _lead(count: int, clock: Clock) -> str:
    span = duration_text(clock.steps * clock.quantum_s)
    return (
        f"{count:,} track{'' if count == 1 else 's'} over {span}. "
        "Each colour is one track: one object, as far as the tracker could tell."
    )


def _gap_note(gap_s: float) -> str | None:
    if gap_s <= 0:
        return None
    return (
        "Between two reports of an object the page draws a straight line; "
        f"where nothing was heard for more than {duration_text(gap_s)} the line is broken."
    )


def _trail_options(clock: Clock, gap_s: float) -> Html:
    """Return choices for the length of the trail that suit the recording."""
    span_s = clock.steps * clock.quantum_s
    lengths_s = [s for s in (5, 15, 60, 300, 900, 3600, 4 * 3600) if span_s / 60 < s < span_s / 2]
    usual_s = min(lengths_s, key=lambda s: abs(s - 1.5 * gap_s), default=0)
    options = [(0, "moment"), *((s, duration_text(s)) for s in lengths_s)]
    return "".join(
        f'<option value="{s}"{" selected" if s == usual_s else ""}>{text}</option>'
        for s, text in options
    )


def _switches(truth: Rows | None, detections: Rows | None) -> Html:
    """Return the switches of the layers that are there."""
    many = detections is not None and len(detections.table) > _FEW_DETECTIONS
    rows = [
        ("truth", "cross", "where the objects really were", truth, True),
        ("detections", "square", "what the sensors reported", detections, not many),
    ]
    return "".join(
        f'<li><label><input type="checkbox" id="show-{name}"{" checked" if is_on else ""}> '
        f'<span class="key {key}"></span> {text}</label></li>'
        for name, key, text, layer, is_on in rows
        if layer is not None
    )
