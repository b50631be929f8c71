"""MOT text files: the boxes of a video, one a line, as the MOTChallenge writes them.

A line is ``frame,id,left,top,width,height,confidence,x,y,z`` without a header; frames count from 1,
an id of -1 is none, x, y and z are not used here. Lines of 9 fields are ground truth: confidence is
then 0 for what is not to be considered (Milan et al., *MOT16*, arXiv 1603.00831).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.errors import SettingError
from detente.io.csv_rows import rows_from_csv
from detente.io.folder import whole_file
from detente.io.recording import Recording
from detente.io.screening import Screening
from detente.io.source import Source, open_source
from detente.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from numpy.typing import NDArray

    from detente.io.rows import Rows

FRAME_RATE_HZ = 30.0
"""What is taken where nothing is said."""
_FIELDS = ("frame", "id", "left", "top", "width", "height", "confidence", "x", "y", "z")
_TRUTH_FIELDS = 9
_LAST_FRAME = 1e7  # four days of video: beyond it is a slip
_LINE = re.compile(rb"^\s*\d+(\.0*)?\s*(,\s*-?[\d.]+([eE][-+]?\d+)?\s*){5,}(,|$)")


def is_mot(data: bytes) -> bool:
    """Tell whether a file begins with a line of six or more numbers, the first one a frame."""
    return _LINE.match(data[:4096].lstrip().split(b"\n", 1)[0].rstrip()) is not None


def read_mot(
    path: str | PathLike[str] | Source,
    *,
    frame_rate_hz: float = FRAME_RATE_HZ,
    min_confidence: float | None = None,
) -> Recording:
    r"""Read the detections, the tracks or the ground truth of a video.

    Parameters
    ----------
    path : path
        The file; it may be gzip.
    frame_rate_hz : float
        Frames a second; frame 1 is at 0 s.
    min_confidence : float, optional
        Detections of which the file says less are left out.

    Returns
    -------
    Recording
        `detections` has ``time_s`` [s]; ``x_px``, ``y_px``, the centre, and ``width_px``,
        ``height_px``, in pixels from the upper left corner; ``confidence``; ``frame`` int64;
        ``sensor``; ``source_row``, the line; and ``identity`` where the file has any. `scans` has
        every frame from the first to the last, the empty ones too. Rows that cannot be used are
        in `rejected`, each with its reason.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DecodeError
        The file is empty or cut off, or has no good row.
    SettingError
        A frame rate that is not positive and finite.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from detente import io
    >>> file = Path(mkdtemp()) / "det.txt"
    >>> _ = file.write_text("1,-1,10,20,30,60,0.9,-1,-1,-1\n3,-1,12,20,30,0,0.8,-1,-1,-1\n")
    >>> recording = io.read_mot(file, frame_rate_hz=25.0)
    >>> recording.detections["x_px"], recording.detections["y_px"]
    (array([25.]), array([50.]))
    >>> recording.rejections()
    {'box without a width or a height': 1}
    """
    _check_rate(frame_rate_hz)
    source = path if isinstance(path, Source) else open_source(Path(path))
    rows, count = _rows(source)
    screening = Screening(source, rows)
    value = {
        name: screening.floats(rows.columns[name], name, low=low, high=high)
        for name, low, high in (
            ("frame", 1.0, _LAST_FRAME),
            *((name, -np.inf, np.inf) for name in ("left", "top", "width", "height")),
        )
    }
    frame = value["frame"]
    screening.reject(frame != np.floor(frame), "frame is not a whole number")
    flat = (value["width"] <= 0.0) | (value["height"] <= 0.0)
    screening.reject(flat, "box without a width or a height")
    size = np.stack([value["width"], value["height"]], axis=1)
    centre = np.stack([value["left"], value["top"]], axis=1) + 0.5 * size
    identity = screening.floats(rows.columns["id"], "id")
    confidence = np.ones(len(frame))
    if "confidence" in rows.columns:
        confidence = screening.floats(rows.columns["confidence"], "confidence")
    if count == _TRUTH_FIELDS:
        screening.reject(confidence == 0.0, "not to be considered, says the file")
    elif min_confidence is not None:
        screening.reject(confidence < min_confidence, f"confidence below {min_confidence:g}")
    screening.duplicates(frame, identity, *centre.T, *size.T)
    kept = screening.in_order_of(frame)
    number = frame[kept].astype(np.int64)
    held: dict[str, NDArray[np.generic]] = {
        "time_s": _time_s(number, frame_rate_hz),
        "x_px": centre[kept, 0],
        "y_px": centre[kept, 1],
        "width_px": size[kept, 0],
        "height_px": size[kept, 1],
        "confidence": confidence[kept],
        "frame": number,
        "sensor": np.full(len(kept), "camera", object),
        "source_row": rows.number[kept],
    }
    if (identity[kept] != -1.0).any():
        names = identity[kept].astype(np.int64).astype(str).astype(object)
        held["identity"] = np.where(identity[kept] == -1.0, "", names)
    every = np.arange(int(number[0]), int(number[-1]) + 1, dtype=np.int64)
    return Recording(
        format="mot",
        files=(str(source.path),),
        kind="scanning",
        detections=Table(held),
        rejected=screening.rejected(),
        scans=Table(
            {
                "time_s": _time_s(every, frame_rate_hz),
                "sensor": np.full(len(every), "camera", object),
            }
        ),
        notes=(f"Frames were taken to be 1 / {frame_rate_hz:g} s apart.",),
    )


def write_mot(
    points: Table, path: str | PathLike[str], *, frame_rate_hz: float = FRAME_RATE_HZ
) -> None:
    """Write tracks of boxes to a MOT text file, which replaces an older one whole.

    Tracks are numbered from 1 in the order in which they are first seen.

    Parameters
    ----------
    points : Table
        ``track_id``, ``time_s`` [s], ``x_px``, ``y_px``, ``width_px``, ``height_px`` as
        `detente.track` returns them under `BoxMotion`, and perhaps ``existence``, which is written
        as the confidence.
    path : path
        The file.
    frame_rate_hz : float
        Frames a second; frame 1 is at 0 s.

    Raises
    ------
    SettingError
        A frame rate that is not positive and finite, or a time before 0 s.
    """
    _check_rate(frame_rate_hz)
    frame = np.rint(points["time_s"] * frame_rate_hz).astype(np.int64) + 1
    if len(frame) and frame.min() < 1:
        raise SettingError(
            f"time_s must not be before 0 s, which is frame 1, found {points['time_s'].min()}; "
            "subtract the time of the first frame"
        )
    order = np.lexsort((points["track_id"], frame))
    found, first = np.unique(points["track_id"][order], return_index=True)
    number = np.empty(len(found), np.int64)
    number[np.argsort(first)] = np.arange(1, len(found) + 1)
    of_row = number[np.searchsorted(found, points["track_id"][order])]
    size = np.stack([points["width_px"], points["height_px"]], axis=1)[order]
    corner = np.stack([points["x_px"], points["y_px"]], axis=1)[order] - 0.5 * size
    existence = points["existence"][order] if "existence" in points else np.ones(len(order))
    columns = (frame[order], of_row, *corner.T, *size.T, existence)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    with whole_file(Path(path)) as partial, partial.open("w", encoding="ascii") as file:
        for n, k, left, top, width, height, confidence in rows:
            file.write(
                f"{n},{k},{left:.2f},{top:.2f},{width:.2f},{height:.2f},{confidence:.4f},-1,-1,-1\n"
            )


def _rows(source: Source) -> tuple[Rows, int]:
    """Return the rows as if the file had a header, and how many fields the first one has."""
    head = source.data.lstrip().split(b"\n", 1)[0]
    count = head.count(b",") + 1
    if count < _FIELDS.index("confidence"):
        raise source.error(
            expected="lines of frame,id,left,top,width,height,confidence",
            found=f"a first line of {count} fields",
            remedy="check that fields are parted by commas",
        )
    names = [*_FIELDS, *(f"field {k}" for k in range(len(_FIELDS), count))][:count]
    with_header = Source(source.path, ",".join(names).encode() + b"\n" + source.data)
    rows = rows_from_csv(with_header, {name: name for name in names[:7]})

    def texts_of(lines: NDArray[np.int64]) -> Iterable[str]:
        return rows.texts_of(lines + 1)

    return replace(
        rows,
        number=rows.number - 1,
        texts_of=texts_of,
        malformed=[(line - 1, reason, text) for line, reason, text in rows.malformed],
    ), count


def _time_s(frame: NDArray[np.int64], frame_rate_hz: float) -> NDArray[np.float64]:
    return (frame - 1) / frame_rate_hz


def _check_rate(frame_rate_hz: float) -> None:
    if not 0.0 < frame_rate_hz < float("inf"):
        raise SettingError(f"frame_rate_hz must be positive and finite, found {frame_rate_hz}")
