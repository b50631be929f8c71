# pyright: basic, reportMissingImports=false
"""Scores of tracks: CLEAR, HOTA, identity F1 beside TrackEval and motmetrics; OSPA⁽²⁾ at scale."""

import contextlib
import io
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, cpu_s, full, record, rounded, version

import detente as dt
from detente.metrics import Frames

Floats = NDArray[np.float64]
Score = Callable[[], Floats]

CUTOFF_M = 50.0
SIZES = ((100, 100), (50, 1000)) if full() else ((100, 100),)
TRACKS = (1000, 10_000, 100_000, 1_000_000) if full() else (1000, 10_000, 100_000)
FRAMES = 20
LARGEST_DENSE = 1000  # beyond, tracks × tracks × frames takes gigabytes
REPEATS = 5
SETTINGS = {
    "run": "objects at constant velocity, ten to a square kilometre at first; tracks off by 10 m, "
    "95 % of the rows there, one object in ten swaps its track half-way; likeness 0 at "
    f"{CUTOFF_M:g} m, threshold 0.5",
    "time": f"CPU of the whole run, from arrays of points, median of {REPEATS}; peers 1; "
    "a million tracks 1",
    "TrackEval": "with the matrices of likeness made beforehand, which is not timed; motmetrics "
    "likewise, with its events timed",
    "checked": "TrackEval's values to 1e-9, motmetrics' MOTA and IDF1 to 0.01, OSPA⁽²⁾ against "
    "dense arrays and scipy to 1e-9",
    "OSPA⁽²⁾": f"over all {FRAMES} frames, p 1",
}


def crowd(objects: int, frames: int) -> tuple[Frames, Frames]:
    """Truth and tracks."""
    rng = np.random.default_rng(1)
    place = rng.uniform(0.0, 1000.0 * np.sqrt(objects / 10), (objects, 2))
    true = place + rng.normal(0.0, 10.0, (objects, 2)) * np.arange(frames)[:, None, None]
    seen = rng.random((frames, objects)) < 0.95
    names = np.tile(np.arange(objects), (frames, 1))
    tracks = names.copy()
    swap = rng.choice(objects, objects // 20 * 2, replace=False).reshape(-1, 2)
    tracks[frames // 2 :, swap] = tracks[frames // 2 :, swap[:, ::-1]]
    offsets = np.arange(0, objects * frames + 1, objects)
    found = (true + rng.normal(0.0, 10.0, true.shape))[seen]
    starts = np.concatenate(([0], np.cumsum(seen.sum(axis=1))))
    truth = Frames(true.reshape(-1, 2), offsets, names.ravel())
    return truth, Frames(found, starts, tracks[seen])


def frame(frames: Frames, k: int) -> tuple[Floats, NDArray[np.int64]]:
    """Positions and identities of one frame."""
    assert frames.identity is not None
    rows = slice(frames.offsets[k], frames.offsets[k + 1])
    return frames.positions[rows], frames.identity[rows].astype(np.int64)


def likenesses(truth: Frames, estimate: Frames) -> list[Floats]:
    """Return a matrix for each frame."""
    out: list[Floats] = []
    for k in range(len(truth.offsets) - 1):
        x, y = frame(truth, k)[0], frame(estimate, k)[0]
        apart = np.linalg.norm(x[:, np.newaxis] - y, axis=2)
        out.append(np.maximum(0.0, 1.0 - apart / CUTOFF_M))
    return out


def trackeval(truth: Frames, estimate: Frames) -> dict[str, Score]:
    """Its three families, from its own data structure."""
    if not version("trackeval"):
        return {}
    from trackeval.metrics import CLEAR, HOTA, Identity  # noqa: PLC0415  # may be missing

    frames = range(len(truth.offsets) - 1)
    data: dict[str, Any] = {
        "num_timesteps": len(frames),
        "num_gt_ids": int(frame(truth, 0)[1].size),
        "num_tracker_ids": int(frame(truth, 0)[1].size),
        "num_gt_dets": len(truth.positions),
        "num_tracker_dets": len(estimate.positions),
        "gt_ids": [frame(truth, k)[1] for k in frames],
        "tracker_ids": [frame(estimate, k)[1] for k in frames],
        "similarity_scores": likenesses(truth, estimate),
    }
    quiet = {"PRINT_CONFIG": False}

    def score(metric: Any, *names: str) -> Score:  # noqa: ANN401  # it has no types
        def run() -> Floats:
            with contextlib.redirect_stdout(io.StringIO()):
                values = metric.eval_sequence(data)
            return np.array([np.mean(values[name]) for name in names])

        return run

    return {
        "CLEAR": score(CLEAR(quiet), "MOTA", "MOTP", "IDSW", "Frag"),
        "HOTA": score(HOTA(), "HOTA", "DetA", "AssA", "LocA"),
        "identity F1": score(Identity(quiet), "IDF1"),
    }


def motmetrics(truth: Frames, estimate: Frames) -> dict[str, Score]:
    """Its accumulator of events, and its summary of them."""
    if not version("motmetrics"):
        return {}
    import motmetrics as mm  # noqa: PLC0415  # may be missing

    frames = range(len(truth.offsets) - 1)
    names = [(frame(truth, k)[1], frame(estimate, k)[1]) for k in frames]
    distance = [np.where(s >= 0.5, 1.0 - s, np.nan) for s in likenesses(truth, estimate)]

    def score(name: str) -> Score:
        def run() -> Floats:
            events = mm.MOTAccumulator(auto_id=True)
            for (objects, tracks), d in zip(names, distance, strict=True):
                events.update(objects, tracks, d)
            summary = mm.metrics.create().compute(events, metrics=[name])
            return np.array([summary[name].iloc[0]])

        return run

    return {"CLEAR": score("mota"), "identity F1": score("idf1")}


def ours(truth: Frames, estimate: Frames) -> dict[str, Score]:
    """One call each."""
    m = dt.metrics
    return {
        "CLEAR": lambda: np.array(m.clear_mot(truth, estimate, cutoff=CUTOFF_M)[:4]),
        "HOTA": lambda: np.array(m.hota(truth, estimate, cutoff=CUTOFF_M)[:4]),
        "identity F1": lambda: np.array([m.identity_f1(truth, estimate, cutoff=CUTOFF_M).f1]),
    }


def beside_peers() -> list[Row]:
    rows: list[Row] = []
    for objects, frames in SIZES:
        run = crowd(objects, frames)
        mine = ours(*run)
        peers = {"motmetrics": motmetrics(*run), "TrackEval": trackeval(*run), "detente": mine}
        for name, expected in ((name, score()) for name, score in mine.items()):
            slowest_s = 0.0
            for peer, scores in peers.items():
                row: Row = {"score": name, "contestant": peer, "tracks": objects, "frames": frames}
                if name in scores:
                    values = scores[name]()
                    tolerance = 1e-2 if peer == "motmetrics" else 1e-9
                    assert np.allclose(values, expected[: len(values)], rtol=tolerance), peer
                    seconds = cpu_s(scores[name], repeats=REPEATS if peer == "detente" else 1)
                    slowest_s = slowest_s or seconds
                    row |= {"ms": rounded(seconds * 1e3)}
                    row |= {"× faster": rounded(slowest_s / seconds)}
                elif version(peer.lower()):
                    continue  # it has no such score
                else:
                    row["ms"] = NOT_INSTALLED
                rows.append(row)
                print(row, flush=True)
    return rows


def dense_ospa2(truth: Frames, estimate: Frames) -> Callable[[], float] | None:
    """Return the definition on dense arrays, with scipy's assignment."""
    if not version("scipy"):
        return None
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  # may be missing

    def by_track(frames: Frames) -> Floats:
        count = len(frames.offsets) - 1
        out = np.full((int(np.max(frames.identity)) + 1, count, 2), np.nan)
        for k in range(count):
            place, names = frame(frames, k)
            out[names, k] = place
        return out

    x, y = by_track(truth), by_track(estimate)

    def score() -> float:
        total, lived = np.zeros((len(x), len(y))), np.zeros((len(x), len(y)))
        for k in range(x.shape[1]):
            apart = np.linalg.norm(x[:, np.newaxis, k] - y[:, k], axis=2)
            either = ~(np.isnan(x[:, np.newaxis, k, 0]) & np.isnan(y[:, k, 0]))
            total += np.where(either, np.fmin(apart, CUTOFF_M), 0.0)
            lived += either
        cost = total / lived
        return float(cost[linear_sum_assignment(cost)].mean())

    return score


def ospa2() -> list[Row]:
    rows: list[Row] = []
    for tracks in TRACKS:
        run = crowd(tracks, FRAMES)
        repeats = REPEATS if tracks < 1_000_000 else 1

        def mine(truth: Frames = run[0], estimate: Frames = run[1]) -> float:
            return dt.metrics.ospa2(truth, estimate, cutoff=CUTOFF_M).value

        dense = dense_ospa2(*run) if tracks <= LARGEST_DENSE else None
        slowest_s = 0.0
        for name, score in (("NumPy and scipy, dense", dense), ("detente", mine)):
            if score is None:
                continue
            if dense is not None:
                assert np.isclose(score(), mine(), rtol=1e-9), f"{name} finds another value"
            seconds = cpu_s(score, repeats=repeats if name == "detente" else 1)
            slowest_s = slowest_s or seconds
            row: Row = {"score": "OSPA⁽²⁾", "contestant": name, "tracks": tracks, "frames": FRAMES}
            row |= {
                "ms": rounded(seconds * 1e3),
                "µs a row": rounded(seconds * 1e6 / tracks / FRAMES),
            }
            if dense is not None:
                row["× faster"] = rounded(slowest_s / seconds)
            rows.append(row)
            print(row, flush=True)
    return rows


def main() -> None:
    warnings.simplefilter("ignore")  # the peers'
    record("scores", settings=SETTINGS, rows=[*beside_peers(), *ospa2()])


if __name__ == "__main__":
    main()
