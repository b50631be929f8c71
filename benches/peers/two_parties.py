"""Two parties, one object, many runs at once: every way of fusing what both see.

Constant velocity in the plane, one position a second to each party. All errors are taken at the
marks, every `MARK` scans after the first, where every batching ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import detente as dt
from detente.filters import Gaussian

Array = NDArray[np.float64]
Fuse = Callable[[Gaussian, Gaussian], Gaussian]

MARK = 30
BATCHINGS = (1, 2, 5, 10, 30)
COMPRESSED = (5, 10, 30)
LATE = 0.2
H = np.eye(2, 4)
START = np.diag([100.0, 100.0, 25.0, 25.0])
SENSORS = {  # acceleration_psd [m²/s³] and both parties' noise [m²]
    "complementary": (0.1, np.diag([1.0, 25.0]), np.diag([25.0, 1.0])),
    "equal": (1.0, np.eye(2), np.eye(2)),
}


class Marks(NamedTuple):
    """Estimates at the marks: (k, n, 4) and (k, n, 4, 4)."""

    mean: Array
    cov: Array


@dataclass(frozen=True)
class Scene:
    """What happened: states (T, n, 4), and each party's detections (T, n, 2) and their noise."""

    motion: dt.ConstantVelocity
    truth: Array
    seen: tuple[Array, Array]
    noise: tuple[Array, Array]

    @property
    def runs(self) -> int:
        """The number of runs n."""
        return self.truth.shape[1]

    @property
    def scans(self) -> int:
        """The number of scans T."""
        return len(self.truth)

    @property
    def model(self) -> tuple[Array, Array]:
        """F and Q from one scan to the next."""
        return self.motion.transition(1.0), self.motion.noise(1.0)

    def start(self) -> Gaussian:
        """Return the prior, one row a run."""
        return Gaussian(np.zeros((self.runs, 4)), np.repeat(START[None], self.runs, axis=0))

    def increments(self) -> tuple[dt.fuse.Information, dt.fuse.Information]:
        """Return what each scan adds, (T, n, …), of each party."""
        shape = (self.scans, self.runs)
        made = [
            dt.fuse.information_increment(z.reshape(-1, 2), H, R)
            for z, R in zip(self.seen, self.noise, strict=True)
        ]
        a, b = (
            dt.fuse.Information(y.matrix.reshape(*shape, 4, 4), y.vector.reshape(*shape, 4))
            for y in made
        )
        return a, b


def scene(sensors: str, *, runs: int, scans: int, seed: int) -> Scene:
    """Simulate; the states start from the prior that every filter is given."""
    rng = np.random.default_rng(seed)

    def draw(cov: Array, *shape: int) -> Array:
        return rng.standard_normal((*shape, len(cov))) @ np.linalg.cholesky(cov).T

    acceleration_psd, *noise = SENSORS[sensors]
    motion = dt.ConstantVelocity(axes=2, acceleration_psd=acceleration_psd)
    F, Q = motion.transition(1.0), motion.noise(1.0)
    state, truth = draw(START, runs), list[Array]()
    for _ in range(scans):
        state = state @ F.T + draw(Q, runs)
        truth.append(state)
    states = np.stack(truth)
    a, b = (states[..., :2] + draw(R, scans, runs) for R in noise)
    return Scene(motion, states, (a, b), (noise[0], noise[1]))


def score(scene: Scene, marks: Marks, reference: Marks) -> tuple[float, float]:
    """Return the error of position against the reference's, and the normalised error squared."""
    at = [truth for k, truth in enumerate(scene.truth) if is_mark(k)]
    error, best = (
        dt.metrics.rmse(np.concatenate(at)[:, :2], m.mean.reshape(-1, 4)[:, :2])
        for m in (marks, reference)
    )
    nees = dt.metrics.nees(
        np.concatenate(at), marks.mean.reshape(-1, 4), marks.cov.reshape(-1, 4, 4)
    )
    return float(error / best), nees.average / 4


def is_mark(scan: int) -> bool:
    return scan + 1 > MARK and (scan + 1) % MARK == 0


def _collected(estimates: list[Gaussian]) -> Marks:
    return Marks(np.stack([e.mean for e in estimates]), np.stack([e.cov for e in estimates]))


def centralised(scene: Scene) -> Marks:
    """One filter of all detections."""
    (F, Q), now, out = scene.model, scene.start(), list[Gaussian]()
    for scan in range(scene.scans):
        now = dt.filters.predict(*now, F, Q)
        for z, R in zip(scene.seen, scene.noise, strict=True):
            now = Gaussian(*dt.filters.update(*now, z[scan], H, R)[:2])
        if is_mark(scan):
            out.append(now)
    return _collected(out)


def without_feedback(scene: Scene, fuse: Fuse | None) -> Marks:
    """Each party its own filter, fused at the marks; without `fuse` by its cross-covariance."""
    (F, Q), own, out = scene.model, [scene.start(), scene.start()], list[Gaussian]()
    cross = scene.start().cov  # both start from one and the same
    for scan in range(scene.scans):
        before = [dt.filters.predict(*now, F, Q) for now in own]
        own = [
            Gaussian(*dt.filters.update(*now, z[scan], H, R)[:2])
            for now, z, R in zip(before, scene.seen, scene.noise, strict=True)
        ]
        if fuse is None:
            covs = (before[0].cov, own[0].cov, before[1].cov, own[1].cov)
            cross = dt.fuse.cross_covariance(cross, F, Q, *covs)
        if is_mark(scan):
            fused = fuse(*own) if fuse else dt.fuse.bar_shalom_campo(*own[0], *own[1], cross)
            out.append(fused)
    return _collected(out)


def with_feedback(scene: Scene, fuse: Fuse) -> Marks:
    """Both go on from what they fused, as if it were their own."""
    (F, Q), now, out = scene.model, scene.start(), list[Gaussian]()
    for scan in range(scene.scans):
        now = dt.filters.predict(*now, F, Q)
        a, b = (
            Gaussian(*dt.filters.update(*now, z[scan], H, R)[:2])
            for z, R in zip(scene.seen, scene.noise, strict=True)
        )
        now = fuse(a, b)
        if is_mark(scan):
            out.append(now)
    return _collected(out)


def naive(a: Gaussian, b: Gaussian) -> Gaussian:
    return dt.fuse.bar_shalom_campo(*a, *b, np.zeros_like(a.cov))


def intersected(a: Gaussian, b: Gaussian) -> Gaussian:
    return Gaussian(*dt.fuse.covariance_intersection(*a, *b)[:2])


def inverse_intersected(a: Gaussian, b: Gaussian) -> Gaussian:
    return Gaussian(*dt.fuse.inverse_covariance_intersection(*a, *b)[:2])


def tracklets(scene: Scene, *, batch: int, late: float, seed: int = 0) -> Marks:
    """Increments a scan, handed over `batch` scans at a time; late batches come one batch later.

    The receiver logs what has come and keeps its state at the end of each batch. When a late batch
    comes it goes back to before that batch and replays from its log.
    """
    rng = np.random.default_rng(seed)
    (F, Q), parties = scene.model, scene.increments()
    batches = scene.scans // batch
    lateness = rng.uniform(size=(2, batches, scene.runs)) < late
    log = dt.fuse.Information(*(np.zeros_like(column) for column in parties[0]))
    F_all, Q_all = np.repeat(F[None], batch, axis=0), np.repeat(Q[None], batch, axis=0)

    def deliver(number: int, *, late: bool) -> None:
        for party, is_late in zip(parties, lateness[:, number], strict=True):
            rows = np.flatnonzero(is_late == late)
            for scan in range(number * batch, (number + 1) * batch):
                log.matrix[scan, rows] += party.matrix[scan, rows]
                log.vector[scan, rows] += party.vector[scan, rows]

    settled, out = scene.start(), list[Gaussian]()
    for number in range(batches + 1):
        if number < batches:
            deliver(number, late=False)
        if number:
            deliver(number - 1, late=True)
            span = slice((number - 1) * batch, number * batch)
            known = dt.fuse.Information(log.matrix[span], log.vector[span])
            settled = dt.fuse.replay_information(*settled, F_all, Q_all, known)
            if is_mark(number * batch - 1):
                out.append(settled)
    return _collected(out)


def compressed(scene: Scene, *, batch: int, corrected: bool) -> Marks:
    """One gain of each party for each interval of `batch` scans."""
    F, Q = scene.model
    own, shared = [scene.start(), scene.start()], list[dt.fuse.SharedError]()
    for _ in own:
        begun = dt.fuse.SharedError.none(scene.runs, 4)
        shared.append(begun._replace(updated=scene.start().cov).next_interval())
    receiver, out = scene.start(), list[Gaussian]()
    for first in range(0, scene.scans, batch):
        blind = list(own)
        for scan in range(first, first + batch):
            receiver = dt.filters.predict(*receiver, F, Q)
            for k in range(2):
                blind[k] = dt.filters.predict(*blind[k], F, Q)
                before = dt.filters.predict(*own[k], F, Q)
                after = dt.filters.update(*before, scene.seen[k][scan], H, scene.noise[k])
                own[k] = Gaussian(*after[:2])
                if corrected:
                    shared[k] = shared[k].after_scan(F, Q, before.cov, own[k].cov)
        for k in range(2):
            gain = dt.fuse.tracklet(*blind[k], *own[k], shared=shared[k] if corrected else None)
            shared[k] = shared[k].next_interval()
            receiver = dt.fuse.apply_information(*receiver, gain.information)
        if is_mark(first + batch - 1):
            out.append(receiver)
    return _collected(out)


def methods() -> dict[str, Callable[[Scene], Marks]]:
    """Return all of them by name, centralised first."""
    out: dict[str, Callable[[Scene], Marks]] = {
        "centralised": centralised,
        "exact cross-covariance (Bar-Shalom–Campo)": lambda s: without_feedback(s, None),
        "covariance intersection": lambda s: without_feedback(s, intersected),
        "inverse covariance intersection": lambda s: without_feedback(s, inverse_intersected),
        "naive, with feedback": lambda s: with_feedback(s, naive),
        "covariance intersection, with feedback": lambda s: with_feedback(s, intersected),
        "inverse covariance intersection, with feedback": lambda s: with_feedback(
            s, inverse_intersected
        ),
    }
    for batch in BATCHINGS:
        for late in (0.0, LATE):
            name = f"tracklets a scan, batches of {batch}" + (", 20 % late" if late else "")
            out[name] = lambda s, batch=batch, late=late: tracklets(s, batch=batch, late=late)
    for batch in COMPRESSED:
        for corrected in (False, True):
            name = f"one gain for {batch} scans, " + ("corrected" if corrected else "uncorrected")
            out[name] = lambda s, batch=batch, corrected=corrected: compressed(
                s, batch=batch, corrected=corrected
            )
    return out
