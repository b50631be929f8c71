"""Reports as scans: what a partner handed over, as the one engine takes it.

A tracklet says ℓ(x) = exp(e - ½ (x - x*)ᵀ Y (x - x*)) of an object at x against clutter, with
x* = Y⁻¹ y. That is a detection z = x* with the noise R = Y⁻¹ that is found with p_D against
clutter of the density β = p_D exp(-e) / √|2π R|: p_D N(z; x, R) / β = ℓ(x). Which track it is of
is evidence beside the place, as a ship's number is; so a match stays until the evidence says
otherwise.
"""

from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import SettingError
from detente.exchange.picture.crowds import check_crowd
from detente.exchange.picture.holdings import Counted
from detente.exchange.report.described import DescribedSensor, weight_at
from detente.exchange.report.report import Report
from detente.exchange.report.sensing import SensorDescription
from detente.sensors import Everywhere, Sensor
from detente.tracks import Told

_UNSEEN_STD = (1e7, 1e4)  # of a position [m] and a velocity [m/s] of which a tracklet says nothing
_BEGINS_STD_M = 1e5  # a tracklet that knows a place worse begins no track
_ROUNDED = 1e-6  # of it, may be negative by rounding
_LEAST_SHARE = 1e-9  # of the best known direction: what is known less counts as unseen


class Reading(NamedTuple):
    """One scan.

    Attributes
    ----------
    sensor : Sensor
        Which looked.
    told : (n, m) float64 or Told
        Its detections; of tracklets with what each brings.
    noise : (n, m, m) float64 or None
        Of each detection, where the detections bring it.
    track_id : (n,) uint64 or None
        Of tracklets, which track each is of by its party, zero where that is in doubt.
    """

    sensor: Sensor
    told: NDArray[np.float64] | Told
    noise: NDArray[np.float64] | None = None
    track_id: NDArray[np.uint64] | None = None


def reading(counted: Counted, *, switch_probability: float | None, is_own: bool) -> Reading:
    """Return the scan that a report of detections or tracklets stands for.

    With a switch probability the numbers of tracks are evidence of which object each is of. Own
    sensors of which no coverage is declared see everything; where others do is unknown.

    Raises
    ------
    SettingError
        The report has no sensor or one that cannot be described; or a tracklet tells of more than
        positions and velocities, or its interval or its information is none.
    """
    report, described = counted.report, counted.report.sensor
    if described is None:
        message = f"the {report.kind} of {report.origin} must describe their sensor, found none"
        raise SettingError(message)
    if is_own and described.field_of_view is None:
        described = replace(described, field_of_view=Everywhere())
    if report.kind == "detections":
        _check_crowd(report, described)
    if report.kind == "tracklets":
        is_evidence = counted.is_whole and described.is_evidence
        return _of_tracklets(report, described, is_evidence, switch_probability)
    if not described.is_evidence:
        return _of_some_detections(report, described)
    sensor = DescribedSensor(described, report.origin)
    return Reading(sensor, report["measurement"], report.columns.get("noise"))


def _check_crowd(report: Report, described: SensorDescription) -> None:
    z = report["measurement"]
    told = report.axes if described.kind in {"position", "state"} else z.shape[1]
    noise = report.columns.get("noise", np.asarray(described.noise)[None])
    check_crowd(z[:, :told], noise[:, :told, :told], report.origin)


def _of_some_detections(report: Report, description: SensorDescription) -> Reading:
    """Return a scan of unknown coverage, or with rows withheld: what is missing says nothing.

    The sensor detects with next to nothing of its probability, against as much less of its clutter.
    """
    axes, z = report.axes, report["measurement"]
    whole = DescribedSensor(description, report.origin)
    sensor = DescribedSensor(description, report.origin, is_evidence=False)
    place = np.nan_to_num(report["position_m"][:, :2])
    share = weight_at(sensor, place, axes) / weight_at(whole, place, axes)
    noise = report.columns.get("noise")
    if noise is None:
        noise = np.broadcast_to(whole.noise(axes), (len(z), *whole.noise(axes).shape))
    told = Told(
        z,
        np.ascontiguousarray(noise),
        share * whole.clutter_at(place, axes=axes),
        np.ones(len(z), np.int64),
        np.zeros(len(z), np.int64),
        0.5,
        number_of(report.origin),
    )
    return Reading(sensor, told)


def _of_tracklets(
    report: Report,
    description: SensorDescription,
    is_evidence: bool,
    switch_probability: float | None,
) -> Reading:
    axes = report.axes
    begun = report["from_ns"]
    if len(begun) and not 0 <= report.time_ns - int(begun.min()) < 2**63:
        message = f"a tracklet must end after it began, found one of {report.origin} that does not"
        raise SettingError(message)
    information, vectors = _wide(report, 2 * axes)
    seen = _seen(information, axes, report.origin)
    sensor = DescribedSensor(
        description,
        report.origin,
        told_as="position" if seen == axes else "state",
        is_evidence=is_evidence,
    )
    sees = information[:, :seen, :seen]
    known: NDArray[np.bool_] = np.trace(sees, axis1=1, axis2=2) > 0.0
    sees, vector = sees[known], vectors[known, :seen]
    sees = sees + _weak(sees, axes)
    noise = np.linalg.inv(sees)
    noise = 0.5 * (noise + noise.transpose(0, 2, 1))
    place = np.asarray(np.linalg.solve(sees, vector[..., None])[..., 0], np.float64)
    hit = weight_at(sensor, place[:, :2], axes)
    log_volume = 0.5 * np.linalg.slogdet(2.0 * np.pi * noise)[1]
    log_clutter = np.log(hit) - report["log_evidence"][known] - log_volume
    widest = np.sqrt(np.trace(noise[:, :axes, :axes], axis1=1, axis2=2))
    track_id = np.where(report["is_tentative"], np.uint64(0), report.track_id)[known]
    is_named = switch_probability is not None
    is_place = widest < _BEGINS_STD_M
    check_crowd(place[is_place, :axes], noise[is_place, :axes, :axes], report.origin)
    told = Told(
        place,
        noise,
        np.exp(log_clutter.clip(-600.0, 600.0)),
        is_place.astype(np.int64),
        codes_of_tracks(track_id) if is_named else np.zeros(len(track_id), np.int64),
        switch_probability if is_named else 0.5,
        number_of(report.origin),
    )
    return Reading(sensor, told, track_id=track_id)


def number_of(origin: str) -> int:
    """Return the number that stands for a party, the same in every run."""
    return int.from_bytes(blake2b(origin.encode(), digest_size=8).digest(), "little") | 1


def codes_of_tracks(track_id: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the identities of tracks as codes, which are above zero but for none."""
    code = (track_id & np.uint64(2**63 - 1)).astype(np.int64)
    return np.where(track_id != 0, np.maximum(code, 1), 0)


def _wide(report: Report, least: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Y and y of at least so many components: of those beyond they say nothing."""
    more = (0, max(0, least - report["information"].shape[-1]))
    vectors = np.pad(report["information_vector"], ((0, 0), more))
    return np.pad(report["information"], ((0, 0), more, more)), vectors


def _seen(information: NDArray[np.float64], axes: int, origin: str) -> int:
    """Return how many leading components tracklets tell of: positions, perhaps velocities."""
    for components in (axes, 2 * axes):
        if not np.any(information[:, components:]):
            return components
    raise SettingError(
        f"tracklets must tell of positions and velocities, found more than {2 * axes} components "
        f"in those of {origin}; ask for one increment a scan, or for detections"
    )


def _weak(information: NDArray[np.float64], axes: int) -> NDArray[np.float64]:
    """Return a little of information in the directions of which a tracklet says nothing."""
    seen = information.shape[-1]
    std = np.repeat(_UNSEEN_STD, axes)[:seen]
    diagonal = np.einsum("nii->ni", information)
    scale = np.sqrt(np.where(diagonal > 0.0, diagonal, std**-2.0))
    scaled = information / (scale[:, :, None] * scale[:, None, :])
    least = np.linalg.eigvalsh(scaled)[:, 0]
    if np.any(least < -_ROUNDED) or np.any(diagonal < 0.0):
        raise SettingError("the information of a tracklet must be positive semidefinite; clip it")
    singular = least < _LEAST_SHARE
    return singular[:, None, None] * np.diag(std**-2.0)
