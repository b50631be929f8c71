"""The tracks of a whole recording as tables: points, tracks, gaps, and what they were given."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import ShapeError
from detente.motion import IMM, BoxMotion, EstimatedTurn
from detente.motion.model import Motion
from detente.table import Table

_STATE_COLUMNS = (
    ("x_m", "y_m", "z_m"),
    ("vx_m_s", "vy_m_s", "vz_m_s"),
    ("ax_m_s2", "ay_m_s2", "az_m_s2"),
)


@dataclass(frozen=True)
class TrackedRecording:
    """The confirmed tracks of a recording, each from its first detection to its last.

    Attributes
    ----------
    points : Table
        Track after track in the order of time: ``track_id`` uint64; ``time_s`` [s]; the state,
        ``x_m``, ``y_m``, … [m], ``vx_m_s``, … [m/s], ``ax_m_s2``, … [m/s²], in the tracker's frame,
        and ``turn_rate_rad_s`` under `EstimatedTurn`, or ``x_px``, … under `BoxMotion`;
        ``cov`` (n, d·d), its covariance row by row; ``existence``; ``detection_row`` int64, the row
        of the given table that the track took in, −1 for none (under "jpda" the likeliest); under
        an `IMM` ``mode_probability`` (n, M), that the object follows each of the models.
    tracks : Table
        In the order of birth: ``track_id`` uint64; ``first_time_s``, ``last_time_s`` [s], the times
        of the first and the last detection; ``detections``; ``max_existence``; ``gaps``, how many,
        and ``longest_gap_s`` [s], zero without any; if identities were looked at, ``identity``, the
        one that most of its detections have.
    gaps : Table
        Track after track, the times in which scans looked for the track and most likely did not
        see it: ``track_id`` uint64; ``from_s``, ``until_s`` [s], the times of the detections before
        and after; ``missed``, the number of scans between them. That a reporting sensor is silent
        is no gap.
    associations : Table
        Which detections each track was made of, track after track in the order of time:
        ``track_id`` uint64; ``time_s`` [s]; ``sensor``; ``detection_row`` int64, the row of the
        given table; ``weight``, its part in the state: under "gnn" 1; under "pmbm" 1, in the
        likeliest hypothesis at that time; under "jpda" the probability that the object, if it
        exists, made that detection, which together with that of none add up to 1.
    """

    points: Table
    tracks: Table
    gaps: Table
    associations: Table


def tracked_recording(
    points: Any,  # noqa: ANN401 - the core's tuples
    tracks: Any,  # noqa: ANN401
    shares: Any,  # noqa: ANN401
    order: NDArray[np.intp],
    sensor: NDArray[np.object_],
    motion: Motion,
) -> TrackedRecording:
    """Return the tables of what the core found.

    ``order`` has the row of each detection as the core counts them, ``sensor`` the name of each
    row's sensor.
    """
    gaps = _gaps(points)
    rows = order[shares[2]]
    associations = {"track_id": shares[0], "time_s": shares[1], "sensor": sensor[rows]}
    return TrackedRecording(
        _points(points, order, motion),
        _tracks(tracks, gaps),
        gaps,
        Table(associations | {"detection_row": rows, "weight": shares[3]}),
    )


def _points(columns: Any, order: NDArray[np.intp], motion: Motion) -> Table:  # noqa: ANN401 - the core's tuple
    track_id, time_s, mean, cov, existence, detection, mode_probability = columns
    rows = np.concatenate([order, [-1]])[detection]
    return Table(
        {"track_id": track_id, "time_s": time_s}
        | {name: np.ascontiguousarray(mean[:, i]) for i, name in enumerate(_state_columns(motion))}
        | {"cov": cov, "existence": existence, "detection_row": rows}
        | ({"mode_probability": mode_probability} if isinstance(motion, IMM) else {})
    )


def _state_columns(motion: Motion) -> list[str]:
    """Return the names of the state's components."""
    models = motion.models if isinstance(motion, IMM) else (motion,)
    if isinstance(models[0], BoxMotion):
        return [*BoxMotion.columns]
    turning = any(isinstance(model, EstimatedTurn) for model in models)
    names = [name for names in _STATE_COLUMNS for name in names[: motion.axes]]
    if motion.dim - turning > len(names):
        raise ShapeError(f"a state of {motion.dim} components has no column names")
    return [*names[: motion.dim - turning], *(["turn_rate_rad_s"] if turning else [])]


def _gaps(columns: Any) -> Table:  # noqa: ANN401 - the core's tuple
    track_id, time_s, detection = columns[0], columns[1], columns[5]
    seen = np.flatnonzero(detection >= 0)
    missed = np.diff(seen) - 1
    gap = (missed > 0) & (track_id[seen[:-1]] == track_id[seen[1:]])
    before, after = seen[:-1][gap], seen[1:][gap]
    return Table(
        {
            "track_id": track_id[before],
            "from_s": time_s[before],
            "until_s": time_s[after],
            "missed": missed[gap],
        }
    )


def _tracks(columns: Any, gaps: Table) -> Table:  # noqa: ANN401 - the core's tuple
    names = ("track_id", "first_time_s", "last_time_s", "detections", "max_existence")
    track_id = columns[0]
    count, longest_s = np.zeros(len(track_id), np.int64), np.zeros(len(track_id))
    numbers = {each: k for k, each in enumerate(track_id.tolist())}
    number = np.array([numbers[each] for each in gaps["track_id"].tolist()], np.intp)
    np.add.at(count, number, 1)
    np.maximum.at(longest_s, number, gaps["until_s"] - gaps["from_s"])
    found = dict(zip(names, columns, strict=True))
    return Table(found | {"gaps": count, "longest_gap_s": longest_s})


def with_identities(tracks: Table, points: Table, identity: NDArray[Any]) -> Table:
    """Add the column ``identity``: what most detections of a track say who it is.

    Parameters
    ----------
    tracks, points : Table
        As of a `TrackedRecording`.
    identity : (n,) array of str
        Who each row of the detections says it is, empty for nothing.

    Returns
    -------
    Table
        The tracks, empty where none of their detections says anything.
    """
    given = points["detection_row"] >= 0
    names, name = np.unique(
        identity.astype(str)[points["detection_row"][given]], return_inverse=True
    )
    name = name.reshape(-1)
    said = ~np.isin(names, ["", "None", "nan"])[name] if len(names) else np.zeros(0, bool)
    pairs, count = np.unique(
        np.stack([points["track_id"][given][said], name[said].astype(np.uint64)]),
        axis=1,
        return_counts=True,
    )
    order = np.lexsort((count, pairs[0]))  # within a track the most frequent comes last
    last = np.flatnonzero(np.diff(pairs[0][order], append=pairs[0][order][-1:] + 1))
    best = dict(zip(pairs[0][order][last].tolist(), names[pairs[1][order][last]], strict=True))
    found = [str(best.get(track, "")) for track in tracks["track_id"].tolist()]
    return Table({**tracks.columns, "identity": np.array(found, object)})
