"""How objects appear: a Poisson process in space and time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.settled import Settled


class BirthModel(Protocol):
    """What the tracker needs of a birth model: one of the classes of this module."""

    def _core(self, *, has_velocities: bool) -> _core.Birth: ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Birth(Settled):
    """Objects appear with equal density, everywhere or in a box.

    Parameters
    ----------
    rate_density : float
        New objects per m^axes and second.
    initial_density : float
        Unseen objects per m^axes before the first scan.
    velocity_std_m_s : float, optional
        Standard deviation of a new object's velocity, per axis [m/s] (of boxes [heights/s]). A
        motion model with velocities demands it; one without, as `RandomWalk`, makes no use of it.
    acceleration_std_m_s2 : float
        Standard deviation of a new object's acceleration, per axis [m/s²]; used by motion models
        with accelerations that do not know it themselves, as `Singer` does.
    region_m : (2, axes) array_like, optional
        The lowest corner and the highest one of a box, in the tracker's frame [m]: objects appear
        inside it alone.

    Raises
    ------
    SettingError, ShapeError
        A setting is of another kind or outside its range.

    Notes
    -----
    Where a sensor with a limited view has looked there is less left to find: the density of unseen
    objects becomes a raster then, thinned by every look and filled again by births and by what
    comes in from around.
    """

    rate_density: float
    initial_density: float
    velocity_std_m_s: float | None = None
    acceleration_std_m_s2: float = 1.0
    region_m: ArrayLike | None = None

    def __post_init__(self) -> None:
        """Check densities, deviations and the box."""
        self._keep(
            rate_density=checks.not_negative("birth.rate_density", self.rate_density),
            initial_density=checks.not_negative("birth.initial_density", self.initial_density),
            region_m=None if self.region_m is None else _region(self.region_m),
            **_spreads(self.velocity_std_m_s, self.acceleration_std_m_s2),
        )

    def _core(self, *, has_velocities: bool) -> _core.Birth:
        return _core.Birth.uniform(
            self.rate_density,
            self.initial_density,
            self.region_m,
            _velocity(self.velocity_std_m_s, has_velocities=has_velocities),
            self.acceleration_std_m_s2,
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BirthMixture(Settled):
    """Objects appear about known states: harbours, runways, the edge of a screen.

    Parameters
    ----------
    mean : (k, d) array_like
        States in the tracker's frame: positions [m], velocities [m/s], accelerations [m/s²].
    cov : (k, d, d) array_like
        Symmetric, positive definite.
    rate_per_s : (k,) array_like
        New objects per second at each.
    initial : (k,) array_like
        Unseen objects at each before the first scan.

    Raises
    ------
    SettingError, ShapeError, NotFiniteError
        A setting is of another kind or outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> harbour = dt.BirthMixture(
    ...     mean=[[0.0, 0.0, 0.0, 0.0]],
    ...     cov=[np.diag([50.0**2, 50.0**2, 3.0**2, 3.0**2])],
    ...     rate_per_s=[1e-2],
    ...     initial=[0.1],
    ... )
    >>> motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.1)
    >>> tracker = dt.Tracker(motion=motion, birth=harbour)
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=1e-6)
    >>> tracks = tracker.step(0.0, [[20.0, -30.0], [900.0, 900.0]], sensor=radar)
    >>> tracks.existence.round(2)  # nothing can have appeared at the second place
    array([0.81])
    """

    mean: ArrayLike
    cov: ArrayLike
    rate_per_s: ArrayLike
    initial: ArrayLike

    def __post_init__(self) -> None:
        """Keep copies that do not change."""
        mean = _array("birth.mean", self.mean, ("k", "d"))
        count, dim = mean.shape
        self._keep(
            mean=mean,
            cov=_array("birth.cov", self.cov, (count, dim, dim)),
            rate_per_s=_array("birth.rate_per_s", self.rate_per_s, (count,), is_count=True),
            initial=_array("birth.initial", self.initial, (count,), is_count=True),
        )

    def _core(self, *, has_velocities: bool) -> _core.Birth:  # noqa: ARG002 - as the others
        return _core.Birth.mixture(self.mean, self.cov, self.rate_per_s, self.initial)


@dataclass(frozen=True, kw_only=True, repr=False)
class BirthFromDetections(Settled):
    """Objects appear wherever something is detected, when nothing is known of places.

    The number of new objects that is expected since the sensor's previous scan is shared equally
    among the detections of a scan, so that a busy scan makes each of them less likely to be new.

    Parameters
    ----------
    rate_per_s : float
        New objects per second, in all the sensor can see.
    initial : float
        Unseen objects before the first scan.
    velocity_std_m_s, acceleration_std_m_s2 : float
        As of `Birth`.

    References
    ----------
    Reuter, Vo, Vo and Dietmayer, "The labeled multi-Bernoulli filter", IEEE Transactions on Signal
    Processing 62, 2014 (section IV, adaptive birth).
    """

    rate_per_s: float
    initial: float
    velocity_std_m_s: float | None = None
    acceleration_std_m_s2: float = 1.0

    def __post_init__(self) -> None:
        """Check rates and deviations."""
        self._keep(
            rate_per_s=checks.not_negative("birth.rate_per_s", self.rate_per_s),
            initial=checks.not_negative("birth.initial", self.initial),
            **_spreads(self.velocity_std_m_s, self.acceleration_std_m_s2),
        )

    def _core(self, *, has_velocities: bool) -> _core.Birth:
        return _core.Birth.detections(
            self.rate_per_s,
            self.initial,
            _velocity(self.velocity_std_m_s, has_velocities=has_velocities),
            self.acceleration_std_m_s2,
        )


def _spreads(velocity: float | None, acceleration: float) -> dict[str, float | None]:
    """Return the checked deviations of a new object."""
    what = "birth.velocity_std_m_s"
    return {
        "velocity_std_m_s": None if velocity is None else checks.positive(what, velocity),
        "acceleration_std_m_s2": checks.positive("birth.acceleration_std_m_s2", acceleration),
    }


def _velocity(std_m_s: float | None, *, has_velocities: bool) -> float:
    """Return the deviation of a new object's velocity, which only some motions have."""
    if std_m_s is None and has_velocities:
        raise SettingError(
            "birth.velocity_std_m_s must be given, since the motion has velocities: "
            "how fast new objects may be [m/s], found None"
        )
    return 1.0 if std_m_s is None else std_m_s


def _region(corners: ArrayLike) -> tuple[tuple[float, ...], ...]:
    """Return the lowest and the highest corner of a box."""
    what, expected = "birth.region_m", "(2, axes), the lowest corner and the highest"
    box = tuple(
        tuple(checks.number(what, x) for x in checks.items(what, corner, expected))
        for corner in checks.items(what, corners, expected)
    )
    if len(box) != 2 or len(box[0]) != len(box[1]) or not box[0]:  # noqa: PLR2004 - two corners
        found = "(" + ", ".join(str(len(corner)) for corner in box) + ")"
        raise ShapeError(f"{what} must have shape {expected}, found corners of {found} numbers")
    if any(high <= low for low, high in zip(*box, strict=True)):
        raise SettingError(
            f"{what} must be a lowest and a higher highest coordinate for each axis of the motion, "
            f"found {box}"
        )
    return box


def _array(
    what: str, values: ArrayLike, shape: tuple[int | str, ...], *, is_count: bool = False
) -> NDArray[np.float64]:
    """Return a copy of finite numbers of a shape; of counts, none below zero."""
    try:
        array = np.array(values, np.float64)
    except (TypeError, ValueError):
        raise SettingError(f"{what} must be numbers, found {checks.shown(values)}") from None
    fits = array.ndim == len(shape) and all(
        isinstance(want, str) or want == found
        for want, found in zip(shape, array.shape, strict=True)
    )
    if not fits:
        expected = ", ".join(map(str, shape))
        raise ShapeError(
            f"{what} must have shape ({expected}), to go with birth.mean, found {array.shape}"
        )
    if not np.all(np.abs(array) <= checks.LARGEST):
        found = checks.shown(values)
        raise NotFiniteError(f"{what} must be finite, of at most {checks.LARGEST:g}, found {found}")
    if is_count and np.any(array < 0.0):
        raise SettingError(f"{what} must be zero or positive, and finite, found {array.min():g}")
    array.flags.writeable = False
    return array


def core_birth(birth: object, *, has_velocities: bool) -> _core.Birth:
    """Return the model as the core takes it, after saying what is wrong with one."""
    if not isinstance(birth, Birth | BirthMixture | BirthFromDetections):
        found = checks.shown(birth)
        raise SettingError(f"birth must be a birth model such as dt.Birth(...), found {found}")
    return birth._core(has_velocities=has_velocities)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - the same file
