"""Boxes in video: frames a second of the trackers alone, and HOTA on generated scenes."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import NOT_INSTALLED, Row, full, record, rounded, version

import detente as dt
from detente.metrics import Frames, hota, identity_f1
from detente.sensors import corners_from_boxes

Array = NDArray[np.float64]
Found = tuple[Array, NDArray[np.int64]]
"""Boxes (n, 4) as centre and size, and whose they are."""

FRAME_RATE_HZ = 30.0
IMAGE_PX = (1920.0, 1080.0)
SCENES = {
    # what: objects, share missed, false boxes a frame, noise [heights], most covered share seen
    "easy": (10, 0.02, 0.2, 0.02, 0.8),
    "crossing": (25, 0.05, 1.0, 0.03, 0.6),
    "crowded": (50, 0.10, 2.0, 0.03, 0.5),
    "poor detector": (25, 0.30, 5.0, 0.06, 0.6),
}
SEEDS = 10 if full() else 3
FRAMES = 600 if full() else 300
RATE_FRAMES = 300
RATE_BOXES = 200
REPEATS = 9 if full() else 5

SETTINGS = {
    "speed": f"{RATE_BOXES} boxes in every frame of 3840 × 2160, {RATE_FRAMES} frames, CPU time "
    f"from frame 30 on, median of {REPEATS} runs by turns; detections ready in each one's form",
    "HOTA": f"{SEEDS} runs of {FRAMES} frames of 1920 × 1080 a scene, the mean; sizes by "
    "perspective, walks that turn, objects come and go, covered ones are not seen",
    "detente": "BoxMotion() and BoxSensor() as they come; Birth of rate_density 1e-7, "
    "initial_density 1e-6, velocity_std_m_s 0.5; confirmed()",
    "peers": "their defaults; of a detection the confidence is 0.9",
}


@dataclass(frozen=True)
class Scene:
    """Frame by frame what is there, whose, and what is detected, as centre and size [px]."""

    truth: list[Array]
    identity: list[NDArray[np.int64]]
    detections: list[Array]


def scene(what: str, *, seed: int, frames: int) -> Scene:
    """Draw people on a plane before a camera: they walk, turn, cross, hide each other and leave."""
    objects, missed, false, noise, covered = SCENES[what]
    rng = np.random.default_rng([seed, len(what)])
    width, height = IMAGE_PX
    out = Scene([], [], [])
    feet = rng.uniform((0.0, 0.3 * height), IMAGE_PX, (objects, 2))
    stature = rng.normal(1.0, 0.07, objects)
    heading = rng.uniform(0.0, 2 * np.pi, objects)
    speed = rng.uniform(0.3, 1.0, objects)  # heights a second
    name = np.arange(objects)
    for _ in range(frames):
        tall = (0.22 * feet[:, 1] + 10.0) * stature  # what is low in the image is near
        step = (speed * tall / FRAME_RATE_HZ)[:, None]
        feet = feet + step * np.stack([np.cos(heading), 0.4 * np.sin(heading)], axis=1)
        heading = heading + rng.normal(0.0, 0.03, objects)
        gone = ((feet < (0.0, 0.3 * height)) | (feet > IMAGE_PX)).any(axis=1)
        for k in np.flatnonzero(gone):  # another one comes in from a side
            side = rng.integers(2)
            feet[k] = (side * width, rng.uniform(0.35 * height, height))
            heading[k] = np.pi * side + rng.uniform(-0.8, 0.8)
            name[k] = name.max() + 1
        boxes = np.column_stack([feet[:, 0], feet[:, 1] - 0.5 * tall, 0.4 * tall, tall])
        seen = (hidden(boxes) < covered) & (rng.uniform(size=objects) >= missed)
        own = boxes[seen] + rng.normal(0.0, noise, (seen.sum(), 4)) * tall[seen, None]
        count = rng.poisson(false)
        low = rng.uniform(0.3 * height, height, count)
        size = 0.22 * low + 10.0
        wrong = np.column_stack([rng.uniform(0, width, count), low - 0.5 * size, 0.4 * size, size])
        found = rng.permutation(np.vstack([own, wrong]))
        out.truth.append(boxes)
        out.identity.append(name.copy())
        out.detections.append(found[(found[:, 2:] > 1.0).all(axis=1)])
    return out


def hidden(boxes: Array) -> Array:
    """Return the largest share of each box that one nearer box covers."""
    corners = corners_from_boxes(boxes)
    low = np.maximum(corners[:, None, :2], corners[None, :, :2])
    high = np.minimum(corners[:, None, 2:], corners[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=2) / np.prod(boxes[:, 2:], axis=1)[:, None]
    nearer = corners[None, :, 3] > corners[:, None, 3]
    return (shared * nearer).max(axis=1, initial=0.0)


def crowd_of(boxes: int, frames: int) -> list[Array]:
    """Return so many boxes in every frame, all of them seen."""
    rng = np.random.default_rng(0)
    tall = rng.uniform(40.0, 160.0, boxes)
    centre = rng.uniform((0.0, 0.0), (3840.0, 2160.0), (boxes, 2))
    velocity = rng.normal(0.0, 0.3, (boxes, 2)) * tall[:, None]
    size = np.column_stack([0.4 * tall, tall])
    return [
        np.hstack([centre + velocity * k / FRAME_RATE_HZ, size])
        + rng.normal(0.0, 0.03, (boxes, 4)) * tall[:, None]
        for k in range(frames)
    ]


class Detente:
    """Ours, with the same settings for every scene."""

    def __init__(self, association: Any) -> None:  # noqa: ANN401 - a name
        self._tracker = dt.Tracker(
            motion=dt.BoxMotion(),
            birth=dt.Birth(rate_density=1e-7, initial_density=1e-6, velocity_std_m_s=0.5),
            association=association,
        )
        self._sensor = dt.BoxSensor()
        self._frame = 0

    def ready(self, boxes: Array) -> object:
        """Return detections as it takes them."""
        return boxes

    def update(self, detections: Any) -> Any:  # noqa: ANN401 - as above
        """Track through one frame."""
        self._frame += 1
        return self._tracker.step(self._frame / FRAME_RATE_HZ, detections, sensor=self._sensor)

    def found(self, answer: Any) -> Found:  # noqa: ANN401 - as above
        """Return what it says, as centre and size."""
        tracks = answer.confirmed()
        return self._sensor.measure(tracks.mean, axes=2), tracks.id.astype(np.int64)


class Trackforge:
    """In Rust, by lists."""

    def __init__(self, tracker: Any) -> None:  # noqa: ANN401 - as above
        self._tracker = tracker

    def ready(self, boxes: Array) -> object:
        """Return detections as it takes them."""
        corner = np.hstack([boxes[:, :2] - 0.5 * boxes[:, 2:], boxes[:, 2:]])
        return [(box, 0.9, 0) for box in corner.tolist()]

    def update(self, detections: Any) -> Any:  # noqa: ANN401 - as above
        """Track through one frame."""
        return self._tracker.update(detections)

    def found(self, answer: Any) -> Found:  # noqa: ANN401 - as above
        """Return what it says, as centre and size."""
        box = np.array([track[1] for track in answer], float).reshape(-1, 4)
        names = np.array([track[0] for track in answer], np.int64)
        return np.hstack([box[:, :2] + 0.5 * box[:, 2:], box[:, 2:]]), names


class Pyxtrackers:
    """In Cython, by arrays."""

    def __init__(self, tracker: Any) -> None:  # noqa: ANN401 - as above
        self._tracker = tracker

    def ready(self, boxes: Array) -> object:
        """Return detections as it takes them."""
        return np.hstack([corners_from_boxes(boxes), np.full((len(boxes), 1), 0.9)])

    def update(self, detections: Any) -> Any:  # noqa: ANN401 - as above
        """Track through one frame."""
        return self._tracker.update(detections)

    def found(self, answer: Any) -> Found:  # noqa: ANN401 - as above
        """Return what it says, as centre and size."""
        rows = np.asarray(answer, float).reshape(len(answer), -1 if len(answer) else 5)
        low, high = rows[:, :2], rows[:, 2:4]
        return np.hstack([0.5 * (low + high), high - low]), rows[:, 4].astype(np.int64)


def contestants() -> Iterator[tuple[str, Callable[[], Any] | None]]:
    """Return the trackers, the peers first; none where one is not installed."""
    forge = pyx = None
    if version("trackforge"):
        import trackforge as forge  # noqa: PLC0415  # a peer may be missing
    if version("pyxtrackers"):
        from pyxtrackers.bytetrack.bytetrack import BYTETracker  # noqa: PLC0415
        from pyxtrackers.sort.sort import Sort  # noqa: PLC0415

        pyx = (Sort, BYTETracker)
    yield "trackforge SORT", forge and (lambda: Trackforge(forge.SORT()))
    yield "trackforge ByteTrack", forge and (lambda: Trackforge(forge.BYTETRACK()))
    yield "pyxtrackers SORT", pyx and (lambda: Pyxtrackers(pyx[0]()))
    yield "pyxtrackers ByteTrack", pyx and (lambda: Pyxtrackers(pyx[1]()))
    yield "detente gnn", lambda: Detente("gnn")
    yield "detente jpda", lambda: Detente("jpda")


def rate_hz(make: Callable[[], Any], detections: list[Array]) -> float:
    """Return how many frames a tracker takes in a second of CPU time."""
    tracker = make()
    ready = [tracker.ready(boxes) for boxes in detections]
    for boxes in ready[:30]:
        tracker.update(boxes)
    start_s = time.process_time()
    for boxes in ready[30:]:
        tracker.update(boxes)
    return (len(ready) - 30) / (time.process_time() - start_s)


def scores(make: Callable[[], Any], what: str) -> tuple[float, float]:
    """Return the mean HOTA and identity F1 of the runs of a scene."""
    of_runs: list[tuple[float, float]] = []
    for seed in range(SEEDS):
        run, tracker = scene(what, seed=seed, frames=FRAMES), make()
        answers = [tracker.update(tracker.ready(boxes)) for boxes in run.detections]
        found = [tracker.found(answer) for answer in answers]
        truth = _frames(run.truth, run.identity)
        estimate = _frames([boxes for boxes, _ in found], [names for _, names in found])
        of_runs.append(
            (hota(truth, estimate, cutoff=None).hota, identity_f1(truth, estimate, cutoff=None).f1)
        )
    return tuple(statistics.mean(column) for column in zip(*of_runs, strict=True))  # type: ignore[return-value]


def _frames(boxes: list[Array], names: list[NDArray[np.int64]]) -> Frames:
    offsets = np.concatenate([[0], np.cumsum([len(rows) for rows in boxes])])
    return Frames(np.vstack(boxes), offsets, np.concatenate(names))


def main() -> None:
    there = dict(contestants())
    detections = crowd_of(RATE_BOXES, RATE_FRAMES)
    rates: dict[str, list[float]] = {name: [] for name in there}
    for _ in range(REPEATS):  # by turns, so that what else the machine does meets all alike
        for name, make in there.items():
            if make is not None:
                rates[name].append(rate_hz(make, detections))
    fastest = max(
        (statistics.median(r) for n, r in rates.items() if r and not n.startswith("detente")),
        default=0.0,
    )
    rows: list[Row] = []
    for name, make in there.items():
        row: Row = {"tracker": name}
        if make is None:
            row["frames a second"] = NOT_INSTALLED
        else:
            rate = statistics.median(rates[name])
            row["frames a second"] = rounded(rate)
            if fastest and name.startswith("detente"):
                row["× the fastest peer"] = rounded(rate / fastest)
            for what in SCENES:
                row[f"HOTA {what}"], row[f"IDF1 {what}"] = map(rounded, scores(make, what))
        rows.append(row)
        print(row, flush=True)
    record("boxes", settings=SETTINGS, rows=rows)


if __name__ == "__main__":
    main()
