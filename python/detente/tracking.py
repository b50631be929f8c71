"""The multi-target tracker: scans in, columns of tracks out."""

from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.births import BirthModel, core_birth
from detente.identities import named
from detente.motion.model import Motion, axes_of, core_motion
from detente.sensors import Pose, Sensor
from detente.sensors.pose import pose_of
from detente.sensors.sensor import core_sensor
from detente.times import Time, seconds_from_time
from detente.tracks import Diagnostics, Hypotheses, Told, Tracks

Association = Literal["gnn", "jpda", "pmbm"]

_PRUNE = {"gnn": 1e-5, "jpda": 1e-4, "pmbm": 1e-5}  # measured: benches/README.md


class Tracker:
    """A multi-target tracker.

    Parameters
    ----------
    motion : ConstantVelocity, RandomWalk, ConstantAcceleration, ..., IMM or UserMotion
        How objects move.
    birth : Birth, BirthMixture or BirthFromDetections
        How objects appear.
    survival_per_s : float
        The probability that an object lives on for a second.
    association : {"gnn", "jpda", "pmbm"}
        How detections are given to tracks. ``"gnn"``, global nearest neighbour: the single best
        allocation; its existence is a conditional score, which holds if the allocation is right.
        ``"jpda"``, joint probabilistic data association with existence (JIPDA, also known as the
        track-oriented marginal multi-Bernoulli Poisson filter): every track is updated by all
        detections in proportion to their marginal probabilities. ``"pmbm"``, Poisson
        multi-Bernoulli mixture: the likeliest global hypotheses live on side by side.
    gate_probability : float
        The probability that an object's detection falls into its gate.
    prune_existence : float, optional
        An undetected track less likely than this is forgotten: 1e-5 unless told, of "jpda" 1e-4.
    longest_silence_s : float
        A track ends when nothing was heard of its object for longer than this [s]; infinity, the
        default, leaves that to its existence alone.
    max_hypotheses : int
        Of "pmbm": how many global hypotheses a cluster of tracks keeps.
    prune_hypothesis : float
        Of "pmbm": a global hypothesis less likely than this is dropped; tracks that depend on each
        other by less are taken to be independent.
    recycle_existence : float
        Of "pmbm": a hypothesis of a track that went undetected and is less likely to exist than
        this goes back to the objects not yet seen.
    id_key : int
        Keys the identities, up to 128 bits: the same key, settings and scans give the same
        identities again. An identity hashes what its track was born from: the sensor's name, the
        time, the measurement. Who knows the key can tell these from it by trial, so give a secret
        one to a tracker whose identities reach others; `Party` draws one. Two trackers of one key,
        0 unless told, may give different objects the same identity; where their tracks meet, give
        each a key of its own.

    Raises
    ------
    SettingError
        If a setting is outside its range.

    Notes
    -----
    A copy, by `copy.copy`, `copy.deepcopy` or `pickle`, has seen the same and goes its own way, to
    the last bit. Threads that share a tracker wait for each other.

    Of "jpda" and "pmbm" two tracks that have become one, since they stand for one object, are
    united under the older name: where they agree and together expect no more than one object, or
    exclude each other in every hypothesis.

    References
    ----------
    Mušicki, Evans and Stanković, "Integrated probabilistic data association", IEEE Transactions
    on Automatic Control 39, 1994 (existence). Williams, "Marginal multi-Bernoulli filters", IEEE
    Transactions on Aerospace and Electronic Systems 51, 2015 (undetected objects, "jpda").
    García-Fernández, Williams, Granström and Svensson, "Poisson multi-Bernoulli mixture filter:
    direct derivation and implementation", same journal 54, 2018 ("pmbm").

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> tracker = dt.Tracker(
    ...     motion=dt.ConstantVelocity(axes=2, acceleration_psd=0.05),
    ...     birth=dt.Birth(rate_density=1e-9, initial_density=1e-7, velocity_std_m_s=15.0),
    ... )
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> for k in range(5):
    ...     tracks = tracker.step(float(k), [[10.0 * k, 500.0]], sensor=radar)
    >>> len(tracks.confirmed())
    1
    >>> tracks.confirmed().mean.round(0)
    array([[ 39., 500.,  10.,   0.]])
    """

    def __init__(
        self,
        *,
        motion: Motion,
        birth: BirthModel,
        survival_per_s: float = 0.99,
        association: Association = "gnn",
        gate_probability: float = 0.9999,
        prune_existence: float | None = None,
        longest_silence_s: float = np.inf,
        max_hypotheses: int = 200,
        prune_hypothesis: float = 1e-3,
        recycle_existence: float = 1e-3,
        id_key: int = 0,
    ) -> None:
        self._settings: dict[str, Any] = {
            "motion": motion,
            "birth": birth,
            "survival_per_s": checks.probability("survival_per_s", survival_per_s),
            "association": association,
            "gate_probability": checks.below_one("gate_probability", gate_probability),
            "prune_existence": prune_existence
            if prune_existence is None
            else checks.share("prune_existence", prune_existence),
            "longest_silence_s": checks.span("longest_silence_s", longest_silence_s),
            "max_hypotheses": checks.whole(
                "max_hypotheses", max_hypotheses, least=1, most=1_000_000
            ),
            "prune_hypothesis": checks.share("prune_hypothesis", prune_hypothesis),
            "recycle_existence": checks.share("recycle_existence", recycle_existence),
            "id_key": checks.whole("id_key", id_key, most=2**128 - 1),
        }
        checks.choice("association", association, get_args(Association))
        self._axes = axes_of(motion)
        self._threshold = 0.4 if association == "pmbm" else 0.5
        self._core = self._made()

    def _made(self) -> _core.Tracker:
        """Return an engine that has seen nothing."""
        told = dict(self._settings)
        motion, birth = told.pop("motion"), told.pop("birth")
        prune = told.pop("prune_existence")
        return _core.Tracker(
            core_motion(motion),
            birth=core_birth(birth, has_velocities=motion.dim >= 2 * motion.axes),
            prune_existence=_PRUNE[self.association] if prune is None else prune,
            **told,
        )

    def _with(self, core: _core.Tracker) -> Self:
        """Return a tracker of the same settings around an engine."""
        other = type(self).__new__(type(self))
        vars(other).update(vars(self), _core=core)
        return other

    def fresh(self, association: Association | None = None, *, id_key: int | None = None) -> Self:
        """Return a tracker with the same settings that has seen nothing.

        Parameters
        ----------
        association : {"gnn", "jpda", "pmbm"}, optional
            How detections are given to tracks, if not as here.
        id_key : int, optional
            What keys its identities, if not the same.

        Raises
        ------
        SettingError
            There is no such association, or the key has more than 128 bits.
        """
        told: dict[str, Any] = {"association": association, "id_key": id_key}
        changed = {name: value for name, value in told.items() if value is not None}
        return type(self)(**{**self._settings, **changed}) if changed else self._with(self._made())

    def __copy__(self) -> Self:
        return self._with(self._core.copy())

    def __deepcopy__(self, memo: object) -> Self:
        return self._with(self._core.copy())

    def __getstate__(self) -> tuple[dict[str, Any], bytes]:
        return self._settings, self.snapshot()

    def __setstate__(self, state: tuple[dict[str, Any], bytes]) -> None:
        settings, snapshot = state
        Tracker.__init__(self, **settings)
        self.restore(snapshot)

    def __repr__(self) -> str:
        told = self._settings | ({"id_key": "secret"} if self._settings["id_key"] else {})
        settings = ",\n".join(f"    {name}={value!r}" for name, value in told.items())
        return f"Tracker(\n{settings},\n)"

    @property
    def association(self) -> Association:
        """How detections are given to tracks."""
        return self._settings["association"]

    @property
    def survival_per_s(self) -> float:
        """The probability that an object lives on for a second."""
        return self._settings["survival_per_s"]

    @property
    def motion(self) -> Motion:
        """How objects move."""
        return self._settings["motion"]

    @property
    def hypotheses(self) -> "Hypotheses":
        """How many hypotheses are kept."""
        return Hypotheses(*self._core.hypotheses)

    @property
    def time_s(self) -> float:
        """The time of the latest scan [s], −inf before the first."""
        return self._core.time_s

    def step(
        self,
        time_s: Time,
        measurements: ArrayLike,
        *,
        sensor: Sensor,
        noise: ArrayLike | None = None,
        pose: Pose | None = None,
        identity: ArrayLike | None = None,
        identity_error: float = 0.01,
        diagnostics: bool = False,
    ) -> Tracks:
        """Track through one scan. If it raises, nothing has changed.

        Parameters
        ----------
        time_s : float, datetime, numpy.datetime64 or str
            Time of the scan [s], not before the latest one; a time with its zone becomes POSIX
            seconds.
        measurements : (n, m) array_like
            Detections in the sensor's measurement space, in any order; (0, m), or an empty list, if
            it saw nothing.
        sensor : Sensor
            What took them.
        noise : (n, m, m) array_like, optional
            A covariance for each detection, instead of the sensor's.
        pose : Pose, optional
            Where the sensor stood, instead of its own pose.
        identity : (n,) array_like of str or whole numbers, optional
            Who each detection says it is (a ship's number, an aircraft's address), empty or zero
            where it says nothing. It is evidence beside the place, not a key: a wrong or borrowed
            one is outweighed by the motion.
        identity_error : float
            The probability that such an identity is wrong. Zero makes it a key: a detection goes to
            the living track of its identity, however far away, and to no other.
        diagnostics : bool
            Whether to return innovations and gate counts too.

        Returns
        -------
        Tracks
            All living tracks at `time_s`; `tracks.confirmed()` are those that probably exist.

        Raises
        ------
        TimeOrderError
            If time runs backwards.
        ShapeError, DTypeError, NotFiniteError, NotPositiveDefiniteError
            If an array is not what it should be.
        SettingError
            If the sensor or the pose is something else, or a detection is what no sensor measures:
            a range below zero, a bearing of more than 2π, an elevation of more than π/2.
        """
        time_s = seconds_from_time(time_s)
        columns, details = self._core.step(
            time_s,
            measurements,
            core_sensor(sensor, self._axes),
            noise,
            pose_of(pose),
            named(identity, identity_error),
        )
        kept = Diagnostics(*details) if diagnostics else None
        return Tracks(time_s, *columns, self._threshold, kept)

    def take(self, time_s: float, told: Told, *, sensor: Sensor) -> Tracks:
        """Track through one scan of which each detection brings its noise and its clutter.

        Parameters
        ----------
        time_s : float
            Time of the scan [s], not before the latest one.
        told : Told
            Its detections and what they bring.
        sensor : Sensor
            What took them.

        Returns
        -------
        Tracks

        Raises
        ------
        TimeOrderError, ShapeError, DTypeError, NotFiniteError, NotPositiveDefiniteError
            As `step`.
        """
        columns, _ = self._core.step(
            time_s,
            told.measurement,
            core_sensor(sensor, self._axes),
            told.noise,
            None,
            (told.code, told.code_error),
            told.by,
            (told.clutter_density, told.begins),
        )
        return Tracks(time_s, *columns, self._threshold)

    def predict(self, time_s: Time) -> Tracks:
        """Return the tracks as they are expected to be at a time; the tracker stays as it is.

        Raises
        ------
        TimeOrderError
            For a time before the latest scan.
        """
        time_s = seconds_from_time(time_s)
        return Tracks(time_s, *self._core.predict(time_s), self._threshold)

    def estimate(
        self,
        method: Literal["existence", "cardinality", "joint"] = "existence",
        *,
        threshold: float | None = None,
    ) -> Tracks:
        """Return the objects that are estimated to exist at the time of the latest scan.

        Parameters
        ----------
        method : {"existence", "cardinality", "joint"}
            The estimators of García-Fernández et al. 2018. ``"existence"``: the tracks of the
            likeliest global hypothesis that exist with at least `threshold`, as
            `Tracks.confirmed` does. ``"cardinality"``: the likeliest number of objects, then the
            likeliest tracks of that number. ``"joint"``: the likeliest set of tracks.
        threshold : float, optional
            For ``"existence"``: 0.5 unless told, of "pmbm" 0.4.

        Returns
        -------
        Tracks

        Raises
        ------
        SettingError
            There is no such method.
        """
        threshold = self._threshold if threshold is None else threshold
        time_s, columns = self._core.estimate(method, threshold)
        return Tracks(time_s, *columns, self._threshold)

    def add(
        self, time_s: float, mean: ArrayLike, cov: ArrayLike, *, existence: ArrayLike
    ) -> NDArray[np.uint64]:
        """Add tracks from outside.

        Parameters
        ----------
        time_s : float
            The time for which they hold [s], not before the latest scan.
        mean : (n, d) array_like
            States in the tracker's frame.
        cov : (n, d, d) array_like
            Symmetric, positive definite.
        existence : (n,) array_like
            Probabilities of existence, above 0 and at most 1.

        Returns
        -------
        (n,) uint64
            Their identities.
        """
        return self._core.add(time_s, mean, cov, existence)

    def snapshot(self) -> bytes:
        """Return everything that later steps depend on, but for the settings."""
        return self._core.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Take back a snapshot of a tracker with the same settings, to the last bit.

        Raises
        ------
        DecodeError
            If the bytes are no snapshot, or of a tracker with another state; nothing has changed.
        """
        self._core.restore(snapshot)

    def remove(self, track_id: int) -> None:
        """Forget a track.

        Raises
        ------
        UnknownIdError
            If no living track has the identity.
        """
        self._core.remove(int(track_id))
