"""Targets that are born, move and die."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import NotFiniteError, SettingError, ShapeError, TimeOrderError
from detente.motion import EstimatedTurn, UserMotion
from detente.simulate.draws import Seed, generator, matrix, square_root
from detente.times import seconds_from_times


class Motion(Protocol):
    """What a linear motion model must offer to be simulated, as `dt.ConstantVelocity` does."""

    @property
    def axes(self) -> int:
        """The axes of space; the first components of a state are the positions."""
        ...

    @property
    def dim(self) -> int:
        """The dimension of the state."""
        ...

    def transition(self, dt_s: float, /) -> NDArray[np.float64]:
        """Return F(Δt), (dim, dim)."""
        ...

    def noise(self, dt_s: float, /) -> NDArray[np.float64]:
        """Return Q(Δt), (dim, dim)."""
        ...


@dataclass(frozen=True)
class Truth:
    """What really happened.

    Attributes
    ----------
    times_s : (steps,) float64
        Times of the scans [s], not decreasing.
    states : (steps, targets, dim) float64
        Each target's state at each scan, in the motion model's order; NaN where it is absent.
    present : (steps, targets) bool
        Whether it exists at the scan.
    axes : int
        The axes of space in a state.
    """

    times_s: NDArray[np.float64]
    states: NDArray[np.float64]
    present: NDArray[np.bool_]
    axes: int


def truth(
    motion: Motion | EstimatedTurn | UserMotion,
    *,
    times_s: ArrayLike,
    initial_states: ArrayLike,
    birth_rate_per_s: float = 0.0,
    birth_mean: ArrayLike | None = None,
    birth_cov: ArrayLike | None = None,
    survival_per_s: float = 1.0,
    seed: Seed,
) -> Truth:
    """Simulate targets that are born, move and die.

    Parameters
    ----------
    motion : Motion, EstimatedTurn or UserMotion
        A model of Détente's, one of your own as a `dt.UserMotion`, or any object with ``axes``,
        ``dim``, ``transition(dt_s)`` and ``noise(dt_s)``. Of one that is not linear the noise of a
        step is that at its beginning: choose steps in which a target turns little.
    times_s : (steps,) array_like
        Times of the scans [s], not decreasing.
    initial_states : (targets, dim) array_like
        The states at the first scan.
    birth_rate_per_s : float
        Targets born per second, a Poisson process [1/s]. One born between two scans appears at
        the later.
    birth_mean, birth_cov : (dim,) and (dim, dim) array_like
        The normal that a newborn's state is drawn from; needed if any is born.
    survival_per_s : float
        The probability to live for one more second, in (0, 1].
    seed : int or numpy.random.SeedSequence
        The same seed gives the same truth.

    Returns
    -------
    Truth

    Raises
    ------
    ShapeError, NotFiniteError
        ``times_s`` or ``initial_states`` is not as described.
    TimeOrderError
        Time runs backwards.
    SettingError
        A rate or a probability is out of range, or targets are born and nothing says where.

    Examples
    --------
    >>> import numpy as np, detente as dt
    >>> motion = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
    >>> truth = dt.simulate.truth(
    ...     motion, times_s=np.arange(5.0), initial_states=[[0, 0, 10, 0], [9, 9, 0, 5]], seed=1
    ... )
    >>> truth.states.shape
    (5, 2, 4)
    """
    times = _times(times_s)
    steps_s = np.diff(times)
    if np.any(steps_s < 0):
        raise TimeOrderError("times_s must not decrease")
    initial = matrix("initial_states", initial_states, motion.dim)
    survival_per_s = checks.probability("survival_per_s", survival_per_s)
    birth_rate_per_s = checks.not_negative("birth_rate_per_s", birth_rate_per_s)

    rng = generator(seed)
    births = np.concatenate([[len(initial)], rng.poisson(birth_rate_per_s * steps_s)])
    newborn = initial[:0]
    if birth_rate_per_s > 0.0:
        if birth_mean is None or birth_cov is None:
            raise SettingError("targets are born: give birth_mean and birth_cov")
        root = square_root(np.asarray(birth_cov, float))
        draws = rng.standard_normal((births[1:].sum(), initial.shape[1]))
        newborn = np.asarray(birth_mean, float) + draws @ root
    first = np.repeat(np.arange(len(births)), births)
    present = _presence(rng, times, first, survival_per_s)

    entering = np.concatenate([initial, newborn])
    states = np.full((len(times), *entering.shape), np.nan)
    for step in range(len(times)):
        if step > 0:
            states[step] = moved(rng, motion, states[step - 1], float(steps_s[step - 1]))
        states[step, first == step] = entering[first == step]
    states[~present] = np.nan
    return Truth(times, states, present, motion.axes)


def moved(
    rng: np.random.Generator,
    motion: Motion | EstimatedTurn | UserMotion,
    states: NDArray[np.float64],
    dt_s: float,
) -> NDArray[np.float64]:
    """Return f(x) + w for all targets at once."""
    draws = rng.standard_normal(states.shape)
    if isinstance(motion, UserMotion):
        after = np.asarray(motion.transition(states, np.full(len(states), dt_s)), float)
        noise = np.asarray(motion.noise(np.array([dt_s])), float)[0]
        return after + draws @ square_root(noise)
    if isinstance(motion, EstimatedTurn):
        here = ~np.isnan(states).any(axis=1)
        roots = square_root(motion.noise(states[here], dt_s))
        after = np.full_like(states, np.nan)
        after[here] = motion.predict(states[here], dt_s)
        after[here] += (roots @ draws[here, :, np.newaxis])[..., 0]
        return after
    return states @ motion.transition(dt_s).T + draws @ square_root(motion.noise(dt_s))


def _presence(
    rng: np.random.Generator,
    times_s: NDArray[np.float64],
    first: NDArray[np.int64],
    survival_per_s: float,
) -> NDArray[np.bool_]:
    """From its first scan on, a target lives for an exponentially distributed time."""
    steps = np.arange(len(times_s))[:, None]
    present = steps >= first
    if survival_per_s < 1.0:
        life_s = rng.exponential(-1.0 / np.log(survival_per_s), len(first))
        present &= times_s[:, None] <= times_s[first] + life_s
    return present


def _times(values: ArrayLike) -> NDArray[np.float64]:
    """Return at least one finite number, or say what is wrong."""
    array = seconds_from_times(values, of="times_s").copy()
    if array.ndim != 1 or len(array) == 0:
        raise ShapeError(f"times_s must be (steps,) with at least one step, found {array.shape}")
    if not np.all(np.isfinite(array)):
        raise NotFiniteError("times_s must be finite")
    return array
