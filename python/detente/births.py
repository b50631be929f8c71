"""How objects appear: a Poisson process in space and time."""

from dataclasses import dataclass
from typing import Protocol

from numpy.typing import ArrayLike

from detente import _core


class BirthModel(Protocol):
    """What the tracker needs of a birth model: one of the classes of this module."""

    def _core(self) -> _core.Birth: ...


@dataclass(frozen=True, kw_only=True)
class Birth:
    """Objects appear with equal density, everywhere or in a box.

    Parameters
    ----------
    rate_density : float
        New objects per m^axes and second.
    initial_density : float
        Unseen objects per m^axes before the first scan.
    velocity_std_m_s : float
        Standard deviation of a new object's velocity, per axis [m/s].
    acceleration_std_m_s2 : float
        Standard deviation of a new object's acceleration, per axis [m/s²]; used by motion models
        with accelerations that do not know it themselves, as `Singer` does.
    region_m : (2, axes) array_like, optional
        The lowest corner and the highest one of a box, in the tracker's frame [m]: objects appear
        inside it alone.

    Notes
    -----
    Where a sensor with a limited view has looked there is less left to find: the density of unseen
    objects becomes a raster then, thinned by every look and filled again by births and by what
    comes in from around.
    """

    rate_density: float
    initial_density: float
    velocity_std_m_s: float
    acceleration_std_m_s2: float = 1.0
    region_m: ArrayLike | None = None

    def _core(self) -> _core.Birth:
        return _core.Birth.uniform(
            self.rate_density,
            self.initial_density,
            self.region_m,
            self.velocity_std_m_s,
            self.acceleration_std_m_s2,
        )


@dataclass(frozen=True, kw_only=True)
class BirthMixture:
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

    def _core(self) -> _core.Birth:
        return _core.Birth.mixture(self.mean, self.cov, self.rate_per_s, self.initial)


@dataclass(frozen=True, kw_only=True)
class BirthFromDetections:
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
    velocity_std_m_s: float
    acceleration_std_m_s2: float = 1.0

    def _core(self) -> _core.Birth:
        return _core.Birth.detections(
            self.rate_per_s, self.initial, self.velocity_std_m_s, self.acceleration_std_m_s2
        )
