# pyright: basic
"""CLEAR MOT, HOTA and identity scores on dense matrices, with scipy's solver."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from oracle.runs import Run
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]


def overlap(a: Floats, b: Floats) -> float:
    """Intersection over union of two boxes (centre, size), from their corners."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    axes = len(a) // 2
    low_a, high_a = a[:axes] - a[axes:] / 2, a[:axes] + a[axes:] / 2
    low_b, high_b = b[:axes] - b[axes:] / 2, b[:axes] + b[axes:] / 2
    sides = np.clip(np.minimum(high_a, high_b) - np.maximum(low_a, low_b), 0, None)
    both = sides.prod()
    return float(both / (a[axes:].prod() + b[axes:].prod() - both))


def likenesses(truth: Run, estimate: Run, cutoff: float | None) -> list[Floats]:
    """A matrix for each frame."""

    def alike(a: Any, b: Any) -> float:  # noqa: ANN401  # an array or a list
        if cutoff is None:
            return overlap(a, b)
        return max(0.0, 1.0 - float(np.linalg.norm(np.asarray(a) - np.asarray(b))) / cutoff)

    return [
        np.array([[alike(a, b) for b in y.values()] for a in x.values()]).reshape(len(x), len(y))
        for x, y in zip(truth, estimate, strict=True)
    ]


def clear(truth: Run, estimate: Run, matrices: list[Floats], threshold: float) -> dict[str, float]:
    """Counts by the rules of TrackEval: who was matched in the last frame that had both."""
    last: dict[Any, Any] = {}
    before: dict[Any, Any] = {}
    seen: dict[Any, int] = {}
    held: dict[Any, int] = {}
    segments: dict[Any, int] = {}
    out = dict.fromkeys(("matched", "missed", "false", "switches", "likeness"), 0.0)
    for x, y, alike in zip(truth, estimate, matrices, strict=True):
        for name in x:
            seen[name] = seen.get(name, 0) + 1
        now: dict[Any, Any] = {}
        if x and y:
            objects, tracks = list(x), list(y)
            same = np.array([[before.get(o) == t for t in tracks] for o in objects])
            score = np.where(alike >= threshold - np.finfo(float).eps, 1000 * same + alike, 0.0)
            for i, j in zip(*linear_sum_assignment(-score), strict=True):
                if score[i, j] > 0:
                    now[objects[i]] = tracks[j]
                    out["likeness"] += alike[i, j]
            for o, t in now.items():
                out["switches"] += o in last and last[o] != t
                segments[o] = segments.get(o, 0) + (o not in before)
                held[o] = held.get(o, 0) + 1
            last |= now
            before = now
        out["matched"] += len(now)
        out["missed"] += len(x) - len(now)
        out["false"] += len(y) - len(now)
    out["fragmentations"] = sum(n - 1 for n in segments.values())
    shares = [held.get(o, 0) / n for o, n in seen.items()]
    out["mostly_tracked"] = sum(share > 0.8 for share in shares)
    out["mostly_lost"] = sum(share < 0.2 for share in shares)
    return out


def numbers(run: Run) -> tuple[list[NDArray[np.int64]], int]:
    """The identities of each frame, numbered from 0, and how many there are."""
    names = {name: i for i, name in enumerate(sorted({name for frame in run for name in frame}))}
    return [np.array([names[name] for name in frame], dtype=int) for frame in run], len(names)


def identity(truth: Run, estimate: Run, matrices: list[Floats], threshold: float) -> int:
    """IDTP: rows explained by the best pairing of whole tracks."""
    (xs, n), (ys, m) = numbers(truth), numbers(estimate)
    count = np.zeros((n, m))
    for x, y, alike in zip(xs, ys, matrices, strict=True):
        count[np.ix_(x, y)] += alike >= threshold
    return int(count[linear_sum_assignment(-count)].sum())


def hota(truth: Run, estimate: Run, matrices: list[Floats], thresholds: Floats) -> Floats:
    """HOTA, DetA, AssA and LocA for each threshold; Luiten et al. 2021."""
    (xs, n), (ys, m) = numbers(truth), numbers(estimate)
    of_x = np.bincount(np.concatenate([*xs, []]).astype(int), minlength=n)[:, np.newaxis]
    of_y = np.bincount(np.concatenate([*ys, []]).astype(int), minlength=m)[np.newaxis]
    meeting = np.zeros((n, m))
    for x, y, alike in zip(xs, ys, matrices, strict=True):
        union = alike.sum(0, keepdims=True) + alike.sum(1, keepdims=True) - alike
        meeting[np.ix_(x, y)] += np.divide(alike, union, out=np.zeros_like(alike), where=union > 0)
    together = meeting / (of_x + of_y - meeting)
    rows = []
    for threshold in thresholds:
        count = np.zeros((n, m))
        likeness = 0.0
        for x, y, alike in zip(xs, ys, matrices, strict=True):
            pairs = linear_sum_assignment(-together[np.ix_(x, y)] * alike)
            for i, j in zip(*pairs, strict=True):
                if alike[i, j] >= threshold - np.finfo(float).eps:
                    count[x[i], y[j]] += 1
                    likeness += alike[i, j]
        matched = count.sum()
        detection = matched / max(of_x.sum() + of_y.sum() - matched, 1)
        association = (count * count / (of_x + of_y - count)).sum() / max(matched, 1)
        localisation = likeness / matched if matched else 1.0
        rows.append([np.sqrt(detection * association), detection, association, localisation])
    return np.array(rows)
