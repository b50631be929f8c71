"""Parties' recordings under each way of exchange: scores, bytes, and a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np

from detente import metrics
from detente.cli.score import Reference, score
from detente.exchange import Shown, rehearse
from detente.exchange.rehearsal import How
from detente.exchange.values.instant import NS_PER_S
from detente.io.folder import whole_folder
from detente.io.write import write_json
from detente.table import Table
from detente.view import PartyPicture, mission_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from detente.cli.parties import Scene
    from detente.exchange import Snapshot

OUTPUT = ("index.html", "summary.json")
WAYS: tuple[How, ...] = get_args(How)
DRAWN: How = "tracklets"
"""The way whose pictures the page shows."""


class Played(NamedTuple):
    """What one party knew at each time, under one way of exchange."""

    party: str
    snapshots: list[Snapshot]
    sent_bytes: int


def fuse(
    scene: Scene,
    out: Path,
    *,
    ways: Sequence[How] = WAYS,
    every_s: float = 10.0,
    advance: Callable[[str, float], object] | None = None,
) -> list[dict[str, Any]]:
    """Rehearse each way of exchange and write the table and the page to a folder.

    Parameters
    ----------
    scene : Scene
        What several parties saw.
    out : Path
        The folder; an earlier output in it is replaced, whole or not at all.
    ways : sequence of {"nothing", "tracks", "gains", "tracklets", "detections"}
        Which ways to try.
    every_s : float
        How long parties wait before they hand over gains; all else goes at once [s].
    advance : callable
        Is told the step that begins, and the share that is done.

    Returns
    -------
    list of dict
        One row for each way and party.
    """
    advance = advance or (lambda step, share: (step, share))
    rows: list[dict[str, Any]] = []
    drawn: list[Played] = []
    shown: How = DRAWN
    with whole_folder(out, names=OUTPUT) as folder:
        for how in ways:
            advance(how, 0.0)
            played = play(scene, how, every_s=every_s if how == "gains" else 0.0)
            rows += [row_of(scene, how, party) for party in played]
            if how == DRAWN or not drawn:
                drawn, shown = played, how
        page = _page(scene, drawn, shown, rows)
        (folder / "index.html").write_text(page, encoding="utf-8")
        write_json({"every_s": every_s, "rows": rows}, folder / "summary.json")
    advance("done", 0.0)
    return rows


def play(scene: Scene, how: How, *, every_s: float) -> list[Played]:
    """Return what each party knew at each time of the scene's grid."""
    grid_s = _grid_s(scene)
    times_ns = [round(float(time_s) * NS_PER_S) for time_s in grid_s]
    shown: dict[str, list[Shown]] = {watcher.name: [] for watcher in scene.watchers}
    for one in rehearse(scene.watchers, scene.tracker, how=how, times_ns=times_ns, every_s=every_s):
        shown[one.party].append(one)
    return [
        Played(
            party,
            [one.snapshot.confirmed() for one in all_],
            all_[-1].sent_bytes if all_ else 0,
        )
        for party, all_ in shown.items()
    ]


def row_of(scene: Scene, how: How, played: Played) -> dict[str, Any]:
    """Return the figures of one party under one way of exchange."""
    grid_s = _grid_s(scene)
    row: dict[str, Any] = {
        "exchange": how,
        "party": played.party,
        "bytes_per_s": played.sent_bytes / float(grid_s[-1] - grid_s[0]),
    }
    if scene.reference is None:
        return row
    scores = score(
        points_of(played),
        scene.reference,
        cutoff_m=scene.cutoff_m,
        longest_gap_s=scene.longest_gap_s,
    )
    names = ("gospa_m", "position_rmse_m", "missed", "false", "identity_switches", "fragments")
    return row | {name: scores[name] for name in names} | {"anees": _anees(scene, played)}


def points_of(played: Played) -> Table:
    """Return a row for each object and time."""
    sizes = [len(snapshot) for snapshot in played.snapshots]
    times_s = np.array([snapshot.time_ns / NS_PER_S for snapshot in played.snapshots])
    mean = np.concatenate([snapshot.mean[:, :2] for snapshot in played.snapshots])
    return Table(
        {
            "track_id": np.concatenate([snapshot.track_id for snapshot in played.snapshots]),
            "time_s": np.repeat(times_s, sizes),
            "x_m": mean[:, 0],
            "y_m": mean[:, 1],
            "existence": np.concatenate([snapshot.existence for snapshot in played.snapshots]),
            "origin": np.concatenate(
                [snapshot.origin(played.party) for snapshot in played.snapshots]
            ).astype(object),
        }
    )


def _anees(scene: Scene, played: Played) -> float | None:
    """Return the mean normalised error squared of positions that are of something, per axis."""
    reference = scene.reference
    if reference is None:
        return None
    squared: list[float] = []
    for snapshot in played.snapshots:
        truth_m = _truth_at(reference, snapshot.time_ns / NS_PER_S, scene.longest_gap_s)
        found = metrics.gospa(truth_m, snapshot.mean[:, :2], cutoff=scene.cutoff_m).estimate_row
        off = snapshot.mean[found[found >= 0], :2] - truth_m[found >= 0]
        cov = snapshot.cov[found[found >= 0], :2, :2]
        solved = np.linalg.solve(cov, off[..., None])[..., 0] if len(off) else off
        squared += (np.sum(off * solved, axis=1) / 2.0).tolist()
    return float(np.mean(squared)) if squared else None


def _truth_at(reference: Reference, time_s: float, longest_gap_s: float) -> np.ndarray[Any, Any]:
    """Return where objects were, in a straight line between their rows, (n, 2)."""
    places: list[tuple[float, float]] = []
    for who in np.unique(reference.rows["identity"]).tolist():
        mine = np.flatnonzero(reference.rows["identity"] == who)
        times = reference.rows["time_s"][mine]
        after = int(np.searchsorted(times, time_s))
        near = [k for k in (after - 1, after) if 0 <= k < len(times)]
        if near and min(abs(times[k] - time_s) for k in near) <= longest_gap_s:
            x, y = (
                float(np.interp(time_s, times, reference.rows[name][mine]))
                for name in ("x_m", "y_m")
            )
            places.append((x, y))
    return np.array(places).reshape(-1, 2)


def _grid_s(scene: Scene) -> np.ndarray[Any, np.dtype[np.float64]]:
    if scene.reference is not None:
        return scene.reference.grid_s
    ends = [look.time_ns / NS_PER_S for w in scene.watchers for look in (w.looks[0], w.looks[-1])]
    return np.linspace(min(ends), max(ends), 200)


def _page(scene: Scene, played: Sequence[Played], how: How, rows: Sequence[dict[str, Any]]) -> str:
    parties = [
        PartyPicture(
            name=one.party,
            points=points_of(one).columns,
            sensor=scene.coverage.get(one.party),
            truth=_truth(scene),
        )
        for one in played[:2]
    ]
    lead = (
        f"Each party's picture where {how} are handed over: what its own sensors say, what only "
        "the partner's say, and what both say."
    )
    return mission_page(
        parties,
        [],
        title=scene.title,
        lead=lead,
        notes=[_sentence(row) for row in rows],
        is_simulated=scene.is_simulated,
        is_posix=True,
    )


def _truth(scene: Scene) -> dict[str, Any] | None:
    """Return where objects were while it was compared."""
    if scene.reference is None:
        return None
    rows, grid_s = scene.reference.rows, scene.reference.grid_s
    during = (rows["time_s"] >= grid_s[0]) & (rows["time_s"] <= grid_s[-1])
    columns = {"id": "identity", "time_s": "time_s", "x_m": "x_m", "y_m": "y_m"}
    return {name: rows[source][during] for name, source in columns.items()}


def _sentence(row: dict[str, Any]) -> str:
    text = f"If {row['exchange']} are handed over" if row["exchange"] != "nothing" else "Alone"
    text += f", {row['party']} sends {row['bytes_per_s']:,.0f} bytes a second"
    if "gospa_m" not in row:
        return f"{text}."
    return (
        f"{text}; its picture errs by {row['gospa_m']:.3g} m (GOSPA), misses {row['missed']:.2g} "
        f"objects and shows {row['false']:.2g} that are none, on average."
    )
