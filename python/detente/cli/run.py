"""A recording from file to folder: read, track, score, write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from detente import __version__
from detente.cli.follow import follow, notes_on_use, without_strays
from detente.cli.score import reference_from_recording, score
from detente.io.folder import whole_folder
from detente.io.mot import FRAME_RATE_HZ, write_mot
from detente.io.presets import preset_for
from detente.io.write import write_csv, write_geojson, write_json, write_parquet
from detente.table import Table
from detente.trajectories import with_identities
from detente.view import map_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from detente.io import Recording
    from detente.presets import Preset
    from detente.tracking import Association

STEPS = ("reading", "tracking", "scoring", "drawing", "writing", "done")
OUTPUT = (
    "index.html",
    "mot.txt",
    "points.parquet",
    "rejected.csv",
    "summary.json",
    "tracks.geojson",
    "tracks.parquet",
)
"""What the folder of results holds; tracks.geojson if the place on Earth is known, mot.txt of boxes
in a video."""
EXISTS = 0.5
"""From this probability on an object is taken to exist."""
_SINCE_1970_S = 1e8  # smaller times are counted from a start of the file's own
_MOST_DOTS = 50_000  # detections that a page draws


@dataclass(frozen=True)
class Result:
    """What came of a run.

    Attributes
    ----------
    recording : Recording
        What was read.
    summary : dict
        The figures, as in summary.json.
    out : Path
        The folder.
    """

    recording: Recording
    summary: dict[str, Any]
    out: Path


def run(
    read: Callable[[], Recording],
    out: Path,
    *,
    std_m: float | None = None,
    use_identity: bool | None = None,
    association: Association | None = None,
    smooth: bool = False,
    lag_s: float | None = None,
    frame_rate_hz: float = FRAME_RATE_HZ,
    advance: Callable[[str, float], object] | None = None,
) -> Result:
    """Read, track and score a recording and write the results to a folder.

    Parameters
    ----------
    read : callable
        Returns the recording.
    out : Path
        The folder; an earlier output in it is replaced, whole or not at all.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of the format's usual.
    use_identity : bool, optional
        Whether tracks are told apart by who the recording says they are; unless given, in AIS and
        ADS-B.
    association, smooth, lag_s
        As of `detente.presets.Preset.track`.
    frame_rate_hz : float
        Of a video, as it was read.
    advance : callable
        Is told each of `STEPS` as it begins, and the share of it that is done.

    Raises
    ------
    DecodeError
        A file cannot be read.
    SettingError
        A setting is outside its range, or the folder cannot be replaced.
    """
    advance = advance or (lambda step, share: (step, share))
    clock = {"start": perf_counter()}
    with whole_folder(out, names=OUTPUT) as folder:  # first, so that a bad folder costs nothing
        advance("reading", 0.0)
        recording = read()
        clock["reading"] = perf_counter()
        advance("tracking", 0.0)
        preset = preset_for(recording, std_m=std_m, use_identity=use_identity)
        preset = replace(preset, association=association or preset.association)
        recording = without_strays(recording, preset)
        tracked = follow(
            recording,
            preset,
            smooth=smooth,
            lag_s=lag_s,
            progress=lambda done, of: advance("tracking", done / of),
        )
        recording = replace(recording, notes=recording.notes + notes_on_use(recording, preset))
        points, tracks = confirmed(tracked.points, tracked.tracks, kind=recording.kind)
        clock["tracking"] = perf_counter()
        advance("scoring", 0.0)
        of_boxes = recording.format == "mot"
        reference = None
        if not of_boxes and (preset.identity_error is None or recording.truth is not None):
            reference = reference_from_recording(recording, step_s=preset.score_step_s)
        scores = reference and score(
            points,
            reference,
            cutoff_m=preset.cutoff_m,
            longest_gap_s=preset.longest_gap_s,
        )
        clock["scoring"] = perf_counter()
        advance("drawing", 0.0)
        summary = summarise(recording, preset, points, tracks, scores)
        points = with_altitudes(with_places(points, recording), recording)
        if "identity" in recording.detections:
            points, tracks = with_names(points, tracks, recording)
        if of_boxes:
            page = draw(*with_metres(recording, points), tracks, summary)
        else:
            page = draw(recording, points, tracks, summary)
        clock["drawing"] = perf_counter()
        advance("writing", 0.0)
        (folder / "index.html").write_text(page, encoding="utf-8")
        write_parquet(points, folder / "points.parquet")
        write_parquet(tracks, folder / "tracks.parquet")
        write_csv(recording.rejected, folder / "rejected.csv")
        if of_boxes:
            write_mot(points, folder / "mot.txt", frame_rate_hz=frame_rate_hz)
        if recording.frame is not None:
            write_geojson(points, folder / "tracks.geojson", frame=recording.frame)
        clock["writing"] = perf_counter()
        times = list(clock.values())
        took_s = np.diff(times).round(4).tolist()
        summary["elapsed_s"] = dict(zip(list(clock)[1:], took_s, strict=True))
        write_json(summary, folder / "summary.json")
    advance("done", 0.0)
    return Result(recording, summary, out)


def confirmed(points: Table, tracks: Table, *, kind: str) -> tuple[Table, Table]:
    """Return the points and tracks that probably exist.

    Of reports only the points at an object's own reports are kept: in between the tracker says
    nothing new of it.
    """
    keep = points["existence"] >= EXISTS
    if kind == "reporting":
        keep &= points["detection_row"] >= 0
    points = points.take(keep)
    return points, tracks.take(np.isin(tracks["track_id"], points["track_id"]))


def with_places(points: Table, recording: Recording) -> Table:
    """Add latitude and longitude [°] if the place on Earth is known."""
    if recording.frame is None:
        return points
    en_m = np.stack([points["x_m"], points["y_m"]], axis=1)
    lat_deg, lon_deg, _ = recording.frame.geodetic_from_en(en_m)
    return Table({**points.columns, "lat_deg": lat_deg, "lon_deg": lon_deg})


def with_altitudes(points: Table, recording: Recording) -> Table:
    """Add the altitude [m] of the detection at each point, NaN where it says none."""
    if "altitude_m" not in recording.detections:
        return points
    told = np.append(recording.detections["altitude_m"], np.nan)
    return Table({**points.columns, "altitude_m": told[points["detection_row"]]})


def columns_read(recording: Recording) -> str | None:
    """Return a sentence on what was read as what."""
    shown = (
        f"{role} from {name}" + (f" ({unit})" if unit else "")
        for role, name, unit in recording.columns
    )
    return f"Columns: {', '.join(shown)}." if recording.columns else None


def with_metres(recording: Recording, points: Table) -> tuple[Recording, Table]:
    """Return boxes as the map has places: a pixel is drawn as a metre, and up is up."""
    told = "On the map a metre is a pixel of the image, and y counts upwards."
    placed = replace(
        recording, detections=_upright(recording.detections), notes=(*recording.notes, told)
    )
    return placed, _upright(points)


def _upright(boxes: Table) -> Table:
    return Table({**boxes.columns, "x_m": boxes["x_px"], "y_m": -boxes["y_px"]})


def with_names(points: Table, tracks: Table, recording: Recording) -> tuple[Table, Table]:
    """Add who tracks and the detections at their points say they are."""
    said = np.append(recording.detections["identity"].astype(str).astype(object), "")
    points = Table({**points.columns, "identity": said[points["detection_row"]]})
    return points, with_identities(tracks, points, recording.detections["identity"])


def summarise(
    recording: Recording,
    preset: Preset,
    points: Table,
    tracks: Table,
    scores: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return the figures of a run, as summary.json has them."""
    first_s, last_s = recording.detections["time_s"][[0, -1]].tolist()
    return {
        "detente": __version__,
        "input": {
            "files": recording.files,
            "format": recording.format,
            "kind": recording.kind,
            "start": instant(first_s),
            "end": instant(last_s),
            "duration_s": last_s - first_s,
            "rows_used": len(recording.detections),
            "rows_rejected": recording.rejections(),
            "columns": [column._asdict() for column in recording.columns],
            "notes": recording.notes,
            "origin": None
            if recording.frame is None
            else {"lat_deg": recording.frame.lat_deg, "lon_deg": recording.frame.lon_deg},
        },
        "settings": preset.described(),
        "identity_used": preset.identity_error is not None,
        "identities": None
        if "identity" not in recording.detections
        else len(set(recording.detections["identity"].tolist()) - {""}),
        "tracks": len(tracks),
        "points": len(points),
        "scores": scores,
    }


def instant(time_s: float) -> str | float:
    """Return a time in words of ISO 8601, or as it is if it does not count from 1970."""
    if abs(time_s) < _SINCE_1970_S:
        return time_s
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")


def draw(recording: Recording, points: Table, tracks: Table, summary: dict[str, Any]) -> str:
    """Return the page of a run."""
    scores: dict[str, Any] = summary["scores"] or {}
    shown = {
        "tracks": len(tracks),
        "reports": len(recording.detections),
        "rows_bad": len(recording.rejected),
        "duration_s": summary["input"]["duration_s"],
        "truth_objects": scores.get("objects"),
        **{name: scores.get(name) for name in
           ("gospa_m", "position_rmse_m", "missed", "false", "identity_switches", "fragments")},
    }  # fmt: skip
    notes = [*filter(None, [columns_read(recording)]), *recording.notes]
    return map_page(
        points,
        tracks,
        title=title_of(recording),
        summary=shown,
        frame_note=" ".join(notes) or None,
        truth=None if recording.truth is None else _placed_truth(recording.truth, recording),
        detections=_dots(recording),
    )


def title_of(recording: Recording) -> str:
    """Return a heading."""
    what = {
        "ais": "Ships", "adsb": "Aircraft", "autoferry": "Boats around a ferry", "mot": "Boxes",
    }.get(recording.format, "Objects")  # fmt: skip
    names = [file.replace("\\", "/").rsplit("/", 1)[-1] for file in recording.files]
    return f"{what}: {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else "")


def _placed_truth(truth: Table, recording: Recording) -> Table:
    return with_places(Table({**truth.columns, "id": truth["truth_id"]}), recording)


def _dots(recording: Recording) -> Table | None:
    if len(recording.detections) > _MOST_DOTS:
        return None
    placed = recording.detections.take(np.isfinite(recording.detections["x_m"]))  # no bearings
    columns = {name: placed[name] for name in ("time_s", "x_m", "y_m")}
    return with_places(Table(columns), recording)
