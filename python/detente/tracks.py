"""Columns of tracks at one time, and what a scan did to them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Told(NamedTuple):
    """A scan of which each detection brings more than its place.

    Attributes
    ----------
    measurement : (n, m) float64
        In the sensor's measurement space.
    noise : (n, m, m) float64
        The covariance of each.
    clutter_density : (n,) float64
        The density of clutter that each stands against.
    begins : (n,) int64
        Whether each may begin a track.
    code : (n,) int64
        Who each says it is, zero for nothing said.
    code_error : float
        The probability that a code is wrong.
    by : int
        Who gives such codes; those of different givers do not compare.
    """

    measurement: NDArray[np.float64]
    noise: NDArray[np.float64]
    clutter_density: NDArray[np.float64]
    begins: NDArray[np.int64]
    code: NDArray[np.int64]
    code_error: float
    by: int


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What happened to each track that a scan concerned.

    Attributes
    ----------
    id : (k,) uint64
    gated : (k,) uint32
        How many detections lay in the track's gate.
    detection_index : (k,) int64
        The detection it was given, −1 for none.
    innovation : (k, m) float64
        Measurement minus prediction, NaN without a detection.
    nis : (k,) float64
        Normalised innovation squared, NaN without a detection.
    """

    id: NDArray[np.uint64]
    gated: NDArray[np.uint32]
    detection_index: NDArray[np.int64]
    innovation: NDArray[np.float64]
    nis: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Columns of tracks at one time, in the order of their birth.

    Attributes
    ----------
    time_s : float
        The time for which all rows hold [s].
    id : (n,) uint64
        Opaque identity.
    mean : (n, d) float64
        Positions [m], velocities [m/s], accelerations [m/s²] or a turn rate [rad/s], in the
        tracker's frame; of `BoxMotion` centre [px], velocity [px/s], width and height [px].
    cov : (n, d, d) float64
        Symmetric, positive definite.
    existence : (n,) float64
        Probability that the object exists; of "pmbm" over all hypotheses.
    detection_index : (n,) int64
        The caller's row that the track was given in the latest scan, −1 for none.
    first_time_s, last_detection_time_s : (n,) float64
        Time of the first and of the latest detection [s].
    conditional_existence : (n,) float64
        Probability that the object exists if the likeliest global hypothesis is right; the same as
        `existence` where there is only one ("gnn", "jpda").
    mode_probability : (n, M) float64
        Of an `IMM` the probability that the object follows each of its models; else ones.
    threshold : float
        What `confirmed` asks for unless told: 0.5, of "pmbm" 0.4.
    diagnostics : Diagnostics or None
        Only if asked for.
    """

    time_s: float
    id: NDArray[np.uint64]
    mean: NDArray[np.float64]
    cov: NDArray[np.float64]
    existence: NDArray[np.float64]
    detection_index: NDArray[np.int64]
    first_time_s: NDArray[np.float64]
    last_detection_time_s: NDArray[np.float64]
    conditional_existence: NDArray[np.float64]
    mode_probability: NDArray[np.float64]
    threshold: float = 0.5
    diagnostics: Diagnostics | None = None

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.id)

    def confirmed(self, threshold: float | None = None) -> "Tracks":
        """Return the tracks whose existence is at least the threshold.

        Of "pmbm" the existence that counts is that under the likeliest global hypothesis: the first
        estimator of García-Fernández et al. 2018. `Tracker.estimate` has the others.
        """
        threshold = self.threshold if threshold is None else threshold
        return self[self.conditional_existence >= threshold]

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Tracks":
        """Return the given rows: a mask, an array of indices or a slice."""
        return Tracks(
            self.time_s,
            self.id[rows],
            self.mean[rows],
            self.cov[rows],
            self.existence[rows],
            self.detection_index[rows],
            self.first_time_s[rows],
            self.last_detection_time_s[rows],
            self.conditional_existence[rows],
            self.mode_probability[rows],
            self.threshold,
        )


class Hypotheses(NamedTuple):
    """How many hypotheses a tracker keeps.

    Attributes
    ----------
    clusters : int
        Of "pmbm": groups of tracks that depend on each other; else each track is one.
    global_ : int
        Global hypotheses, over all clusters.
    single : int
        Single-object hypotheses: the rows of the store.
    """

    clusters: int
    global_: int
    single: int
