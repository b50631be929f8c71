"""What a party's tracks gained over an interval, told at once: one gain a track."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from detente.exchange.local.increments import Increments
from detente.exchange.report.described import DescribedSensor
from detente.exchange.report.kinds import ALL_SENSORS
from detente.exchange.report.lookup import places
from detente.exchange.report.sensing import SensorDescription
from detente.exchange.values.instant import NS_PER_S
from detente.fuse import Information, SharedError, tracklet
from detente.tracks import Tracks

_UNKNOWN_M2 = 1e10  # variance of a position before a track began


@runtime_checkable
class LinearMotion(Protocol):
    """A motion model with matrices."""

    @property
    def axes(self) -> int:
        """The axes of space."""
        ...

    @property
    def dim(self) -> int:
        """The components of a state."""
        ...

    def transition(self, dt_s: float) -> NDArray[np.float64]:
        """Return F(Δt)."""
        ...

    def noise(self, dt_s: float) -> NDArray[np.float64]:
        """Return Q(Δt)."""
        ...


class Gain(NamedTuple):
    """The columns of a report of tracklets."""

    track_id: NDArray[np.uint64]
    position_m: NDArray[np.float64]
    from_ns: NDArray[np.int64]
    information: NDArray[np.float64]
    information_vector: NDArray[np.float64]
    log_evidence: NDArray[np.float64]
    is_reset: NDArray[np.bool_]
    is_tentative: NDArray[np.bool_]

    @classmethod
    def of_scan(cls, told: Increments, from_ns: int, sure: NDArray[np.uint64]) -> "Gain":
        """Return what one scan told, of tracks of which these are no longer tentative."""
        n = len(told.track_id)
        place, evidence = told.position_m, told.log_evidence
        begins, is_reset = np.full(n, from_ns), np.zeros(n, bool)
        doubted = ~np.isin(told.track_id, sure)
        return cls(told.track_id, place, begins, *told.information, evidence, is_reset, doubted)

    def rows(self, which: NDArray[np.bool_]) -> "Gain":
        """Return the given rows."""
        return Gain(**{name: column[which] for name, column in self._asdict().items()})

    def leading(self, components: int) -> "Gain":
        """Return what they say of the first components of the state, of which alone they tell."""
        matrix = self.information[:, :components, :components]
        return self._replace(
            information=matrix, information_vector=self.information_vector[:, :components]
        )


def concatenated(
    columns: Sequence[Mapping[str, NDArray[Any]]],
) -> dict[str, NDArray[Any]]:
    """Return the rows of several reports; information of fewer components says nothing of others.

    Where the columns are no tracklets' they must agree in their shapes.
    """
    out: dict[str, NDArray[Any]] = {}
    for name in columns[0]:
        parts = [held[name] for held in columns]
        if name in ("information", "information_vector"):
            told = [part for part in parts if len(part)] or parts[:1]
            widest = max(part.shape[-1] for part in told)
            parts = [
                np.pad(part, [(0, 0)] + [(0, widest - part.shape[-1])] * (part.ndim - 1))
                for part in told
            ]
        out[name] = np.concatenate(parts)
    return out


class Interval(NamedTuple):
    """Each living track since it was last told of, or since it began.

    Attributes
    ----------
    time_ns : int
        The latest scan.
    axes : int
        The axes of space.
    sensor : SensorDescription or None
        Which took it.
    tracks : Tracks or None
        As they are after it.
    mean, cov : (n, d) and (n, d, d) float64
        x̄ and P̄: as each would be without the detections since.
    shared : SharedError
        What the errors with and without them owe to process noise.
    log_ratio : (n,) float64
        log ℓ(detections and misses since, given the object) - log ℓ(given clutter).
    from_ns : (n,) int64
        Since when.
    is_new : (n,) bool
        Whether that is since it began.
    """

    time_ns: int
    axes: int
    sensor: SensorDescription | None
    tracks: Tracks | None
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    shared: SharedError
    log_ratio: NDArray[np.float64]
    from_ns: NDArray[np.int64]
    is_new: NDArray[np.bool_]

    @classmethod
    def empty(cls, axes: int, dim: int) -> "Interval":
        """Return that of a party that has not looked yet."""
        return cls(
            0,
            axes,
            None,
            None,
            np.empty((0, dim)),
            np.empty((0, dim, dim)),
            SharedError.none(0, dim),
            np.empty(0),
            np.empty(0, np.int64),
            np.empty(0, bool),
        )

    def after(
        self,
        time_ns: int,
        before: Tracks,
        after: Tracks,
        told: Increments,
        *,
        motion: LinearMotion,
        sensor: SensorDescription,
    ) -> "Interval":
        """Return the interval with one more scan, by tracks predicted to it and updated."""
        dt_s = 0.0 if self.tracks is None else (time_ns - self.time_ns) / NS_PER_S
        f, q = motion.transition(dt_s), motion.noise(dt_s)
        known = np.empty(0, np.uint64) if self.tracks is None else self.tracks.id
        rows, was = places(after.id, known), places(after.id, before.id)
        old = rows >= 0
        n, dim = after.mean.shape
        mean, cov = after.mean.copy(), after.cov.copy()
        cov[~old, : self.axes] = cov[~old, :, : self.axes] = 0.0
        cov[~old, np.arange(self.axes)[:, None], np.arange(self.axes)[:, None]] = _UNKNOWN_M2
        shared = SharedError.none(n, dim)
        kept = rows[old]
        mean[old], cov[old] = self.mean[kept] @ f.T, f @ self.cov[kept] @ f.T + q
        grown = SharedError(*(part[kept] for part in self.shared)).after_scan(
            f, q, before.cov[was[old]], after.cov[old]
        )
        for part, more in zip(shared, grown, strict=True):
            part[old] = more
        prior_mean, prior_cov = mean.copy(), cov.copy()
        prior_mean[old], prior_cov[old] = before.mean[was[old]], before.cov[was[old]]
        log_ratio = np.zeros(n)
        log_ratio[old] = self.log_ratio[kept]
        log_ratio += _log_ratio(prior_mean, prior_cov, after, told, sensor, self.axes)
        from_ns = np.full(n, time_ns - 1)
        from_ns[old] = self.from_ns[kept]
        is_new = np.ones(n, bool)
        is_new[old] = self.is_new[kept]
        return Interval(
            time_ns,
            self.axes,
            replace(sensor, name=ALL_SENSORS),
            after,
            mean,
            cov,
            shared,
            log_ratio,
            from_ns,
            is_new,
        )

    def gain(
        self, which: NDArray[np.uint64], *, sure: NDArray[np.uint64], parties: int
    ) -> tuple[Gain, "Interval", int]:
        """Return what the given tracks gained, the interval that begins for them now, and clips.

        Those that are not among the sure ones are tentative.
        """
        tracks = self.tracks
        assert tracks is not None  # noqa: S101 - asked by the caller
        rows = np.flatnonzero(np.isin(tracks.id, which))
        mean, cov = self.mean[rows], self.cov[rows]
        gained, clipped = tracklet(
            mean,
            cov,
            tracks.mean[rows],
            tracks.cov[rows],
            shared=SharedError(*(part[rows] for part in self.shared)),
            parties=parties,
        )
        told = np.trace(gained.matrix, axis1=1, axis2=2) > 0.0
        evidence = self.log_ratio[rows] - log_integral(mean, cov, gained)
        out = Gain(
            tracks.id[rows],
            tracks.mean[rows, : self.axes],
            self.from_ns[rows],
            gained.matrix,
            gained.vector,
            evidence,
            self.is_new[rows],
            ~np.isin(tracks.id[rows], sure),
        )
        state = [array.copy() for array in self[4:6]]
        state[0][rows], state[1][rows] = tracks.mean[rows], tracks.cov[rows]
        shared = SharedError(*(part.copy() for part in self.shared))
        for part in (shared.crossed, shared.predicted):
            part[rows] = shared.updated[rows]
        log_ratio, from_ns, is_new = self.log_ratio.copy(), self.from_ns.copy(), self.is_new.copy()
        log_ratio[rows], from_ns[rows], is_new[rows] = 0.0, self.time_ns, False
        rest = self._replace(
            mean=state[0],
            cov=state[1],
            shared=shared,
            log_ratio=log_ratio,
            from_ns=from_ns,
            is_new=is_new,
        )
        return out.rows(told), rest, int(clipped.sum())


def log_integral(
    mean: NDArray[np.float64], cov: NDArray[np.float64], told: Information
) -> NDArray[np.float64]:
    """Return log ∫ exp(-½ (x - x*)ᵀ Y (x - x*)) N(x; x̄, P̄) dx with x* = Y⁺ y, (n,)."""
    dim = mean.shape[1]
    grown = np.eye(dim) + told.matrix @ cov
    residual = told.vector - np.einsum("nij,nj->ni", told.matrix, mean)
    posterior = np.linalg.solve(grown.transpose(0, 2, 1), cov)  # (I + P̄ Y)⁻¹ P̄
    inverse = np.linalg.pinv(told.matrix, hermitian=True)
    squared = np.einsum("ni,nij,nj->n", residual, inverse - posterior, residual)
    return -0.5 * (np.linalg.slogdet(grown)[1] + squared.clip(0.0))


def _log_ratio(
    prior_mean: NDArray[np.float64],
    prior_cov: NDArray[np.float64],
    after: Tracks,
    told: Increments,
    sensor: SensorDescription,
    axes: int,
) -> NDArray[np.float64]:
    """Return how much likelier one scan is given each object than given clutter alone."""
    rows = places(told.track_id, after.id)
    seer = DescribedSensor(sensor, "", told_as="position")
    missed = np.zeros(len(after))
    if sensor.detection_probability is not None:
        seen = seer.probability_at(prior_mean[:, :2], axes=axes)
        missed = np.log1p(-seen.clip(0.0, 1.0 - 1e-9))
    missed[rows] = told.log_evidence + log_integral(
        prior_mean[rows], prior_cov[rows], told.information
    )
    return missed
