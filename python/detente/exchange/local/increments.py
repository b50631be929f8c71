"""What one scan told a party of each of its tracks, apart from what it knew before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.exchange.local.projected import projected, wrapped
from detente.exchange.report.described import DescribedSensor, can_be_described, weight_at
from detente.exchange.report.lookup import places
from detente.exchange.report.sensing import SensorDescription
from detente.fuse import Information, information_increment, tracklet
from detente.sensors import Sensor
from detente.tracks import Tracks

_LINEAR = ("position", "state")
_PLACES = frozenset({"position", "polar", "spherical", "bearing", "bearing_elevation"})
_MOVING = frozenset({"state", "polar_rate", "spherical_rate"})
_LEAST = 1e-30


class Increments(NamedTuple):
    """What a scan told of n tracks.

    Attributes
    ----------
    track_id : (n,) uint64
    position_m : (n, axes) float64
        Where each is by the party's own detections.
    information : Information
        Y and y.
    log_evidence : (n,) float64
        log ℓ(detections given an object at Y⁻¹ y) - log ℓ(given clutter).
    clipped : int
        In how many directions a track knew less than before, which was clipped to nothing.
    """

    track_id: NDArray[np.uint64]
    position_m: NDArray[np.float64]
    information: Information
    log_evidence: NDArray[np.float64]
    clipped: int

    def rows(self, which: NDArray[np.bool_]) -> "Increments":
        """Return the given rows."""
        y, vector = self.information
        told = Information(y[which], vector[which])
        place, evidence = self.position_m[which], self.log_evidence[which]
        return Increments(self.track_id[which], place, told, evidence, self.clipped)


def increments(
    z: NDArray[np.float64],
    before: Tracks,
    after: Tracks,
    *,
    sensor: Sensor,
    description: SensorDescription,
    noise: ArrayLike | None,
    axes: int,
    is_shared: bool,
) -> Increments:
    """Return what a scan told of each track to which it gave a detection.

    Parameters
    ----------
    z : (m, k) float64
        Its detections.
    before, after : Tracks
        Predicted to the scan, and updated by it.
    sensor, description
        What looked, and how it is described.
    noise : (m, k, k) array_like or None
        Of each detection.
    axes : int
        The axes of space.
    is_shared : bool
        Whether tracks share detections ("jpda"). Then each is told once, of the track that makes it
        likeliest, as if that track had been given it outright.
    """
    seer = DescribedSensor(description, "") if can_be_described(description) else sensor
    given = np.flatnonzero(after.detection_index >= 0)
    each = _noise_of(after.detection_index[given], description, noise)
    if is_shared:
        first = _likeliest(z, each, before, after[given], sensor=seer, axes=axes)
        given, each = given[first], each[first]
    told = after[given]
    detection = z[told.detection_index]
    clipped = 0
    if sensor.kind in _LINEAR:
        seen = np.eye(z.shape[1], after.mean.shape[1])
        information = information_increment(detection, seen, each)
    else:
        known = before[:0] if is_shared else before  # a shared gain is not what the detection says
        information, clipped = _gained(known, told, axes)
        if is_shared:
            _linearise(information, detection, each, before, told, sensor=seer, axes=axes)
    return Increments(
        told.id,
        told.mean[:, :axes],
        information,
        _log_evidence(told, each, sensor=sensor, description=description, axes=axes),
        clipped,
    )


def measured_components(sensor: Sensor, axes: int, dim: int) -> int:
    """Return of how many leading components of the state a sensor tells, at most."""
    if sensor.filter == "ekf" and sensor.kind in _PLACES:
        return axes
    return 2 * axes if sensor.filter == "ekf" and sensor.kind in _MOVING else dim


def _noise_of(
    index: NDArray[np.int64], description: SensorDescription, noise: ArrayLike | None
) -> NDArray[np.float64]:
    """Return the covariance of each of the detections, (n, m, m)."""
    if noise is not None:
        return np.asarray(noise, np.float64)[index]
    known = np.asarray(description.noise)
    return np.broadcast_to(known, (len(index), *known.shape))


def _likeliest(
    z: NDArray[np.float64],
    noise: NDArray[np.float64],
    before: Tracks,
    given: Tracks,
    *,
    sensor: Sensor,
    axes: int,
) -> NDArray[np.intp]:
    """Return one track for each detection that was given to some: where r N(z; ẑ, S) is greatest.

    A track that this very detection began comes after those that were there before.
    """
    rows = places(given.id, before.id)
    old = np.flatnonzero(rows >= 0)
    mean, cov = before.mean[rows[old]], before.cov[rows[old]]
    there = projected(sensor, mean, cov, axes=axes)
    off = wrapped(sensor, z[given.detection_index[old]] - there.expected)
    s = there.spread(cov) + noise[old]
    squared = np.einsum("ni,ni->n", off, np.linalg.solve(s, off[..., None])[..., 0])
    log_weight = np.full(len(given), -np.inf)
    log_weight[old] = np.log(before.existence[rows[old]].clip(_LEAST)) - 0.5 * (
        squared + np.linalg.slogdet(s)[1]
    )
    order = np.lexsort((-log_weight, given.detection_index))
    index = given.detection_index[order]
    return np.sort(order[np.r_[True, index[1:] != index[:-1]][: len(order)]])


def _linearise(
    information: Information,
    detection: NDArray[np.float64],
    noise: NDArray[np.float64],
    before: Tracks,
    told: Tracks,
    *,
    sensor: Sensor,
    axes: int,
) -> None:
    """Put in what the detections say to first order of tracks that were there before."""
    rows = places(told.id, before.id)
    old = rows >= 0
    mean, cov = before.mean[rows[old]], before.cov[rows[old]]
    there = projected(sensor, mean, cov, axes=axes)
    h = there.jacobian
    off = wrapped(sensor, detection[old] - there.expected)
    straight = off + np.einsum("nad,nd->na", h, mean)  # z - h(x̂) + H x̂
    more = information_increment(straight, h, noise[old])
    information.matrix[old], information.vector[old] = more


def _gained(before: Tracks, told: Tracks, axes: int) -> tuple[Information, int]:
    """Return what the tracks gained on their predictions; of new ones, their position."""
    n, dim = told.mean.shape
    matrix, vector = np.zeros((n, dim, dim)), np.zeros((n, dim))
    rows = places(told.id, before.id)
    old = rows >= 0
    gain = tracklet(before.mean[rows[old]], before.cov[rows[old]], told.mean[old], told.cov[old])
    matrix[old], vector[old] = gain.information
    new = np.flatnonzero(~old)
    block = np.linalg.inv(told.cov[new][:, :axes, :axes])
    matrix[new[:, None, None], np.arange(axes)[:, None], np.arange(axes)] = block
    vector[new[:, None], np.arange(axes)] = np.einsum("nij,nj->ni", block, told.mean[new, :axes])
    return Information(matrix, vector), int(gain.clipped.sum())


def _log_evidence(
    told: Tracks,
    noise: NDArray[np.float64],
    *,
    sensor: Sensor,
    description: SensorDescription,
    axes: int,
) -> NDArray[np.float64]:
    """Return log (p_D / λ) + log 1 / √|2π R|."""
    seer = DescribedSensor(description, "", told_as="position")
    hit = weight_at(seer, told.mean[:, :2], axes)
    clutter = description.clutter_density
    density = (
        np.full(len(hit), clutter)
        if isinstance(clutter, float)
        else sensor.clutter_at(told.mean[:, :2], axes=axes)
    )
    log_volume = 0.5 * np.linalg.slogdet(2.0 * np.pi * noise)[1]
    return np.log(hit) - np.log(density.clip(_LEAST)) - log_volume
