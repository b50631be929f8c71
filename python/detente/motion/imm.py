"""Several motion models of which an object follows one at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import NotFiniteError, SettingError, ShapeError
from detente.motion.box import BoxMotion
from detente.motion.kinematic import (
    ConstantAcceleration,
    ConstantVelocity,
    OrnsteinUhlenbeck,
    RandomWalk,
    Singer,
)
from detente.motion.turn import CoordinatedTurn, EstimatedTurn

Model = (
    RandomWalk
    | ConstantVelocity
    | ConstantAcceleration
    | OrnsteinUhlenbeck
    | Singer
    | CoordinatedTurn
    | EstimatedTurn
    | BoxMotion
)


class IMM:
    """Interacting multiple models: an object follows one of several models, and changes.

    The models share one state order: positions, velocities, accelerations if one of them has any,
    then a turn rate if one of them has any. Changes are a Markov chain in continuous time, so that
    scans may come at any interval.

    Parameters
    ----------
    models : sequence of motion models
        At least two, of as many axes, such as `ConstantVelocity` and `EstimatedTurn`; or all of
        boxes: a `BoxMotion` that is calm and one that is agile.
    transition_per_s : float or (M, M) array_like
        Rates at which model j follows model i [1/s]; what stands on the diagonal does not count.
        One number is the rate of leaving any model, for each of the others alike.
    initial_probability : (M,) array_like, optional
        The probability of each model in a new track; that of the chain in the long run unless told.

    Attributes
    ----------
    models : tuple of motion models
    transition_per_s : (M, M) float64
        The rates [1/s], zero on the diagonal.
    initial_probability : (M,) float64
    used : (M, dim) bool
        Which components of the state each model has.

    Raises
    ------
    SettingError
        Fewer than two models, models of different axes or of boxes beside others, a negative rate,
        probabilities that do not sum to one, or a chain whose long run depends on its beginning
        without probabilities.
    ShapeError
        Rates or probabilities for another number of models.

    References
    ----------
    Blom and Bar-Shalom, *The interacting multiple model algorithm for systems with Markovian
    switching coefficients*, IEEE Transactions on Automatic Control 33, 1988.

    Examples
    --------
    >>> import detente as dt
    >>> motion = dt.IMM(
    ...     [
    ...         dt.ConstantVelocity(axes=2, acceleration_psd=1.0),
    ...         dt.Singer(axes=2, correlation_time_s=10.0, acceleration_std_m_s2=15.0),
    ...     ],
    ...     transition_per_s=[[0.0, 0.02], [0.05, 0.0]],
    ... )
    >>> motion.axes, motion.dim
    (2, 6)
    >>> motion.initial_probability.round(3)
    array([0.714, 0.286])
    >>> motion.mode_transition(2.0).round(3)
    array([[0.963, 0.037],
           [0.093, 0.907]])
    >>> calm, agile = dt.BoxMotion(acceleration_psd=0.05), dt.BoxMotion(acceleration_psd=5.0)
    >>> dt.IMM([calm, agile], transition_per_s=1.0).dim  # centre, velocity, width and height
    6
    """

    def __init__(
        self,
        models: Sequence[Model],
        *,
        transition_per_s: ArrayLike,
        initial_probability: ArrayLike | None = None,
    ) -> None:
        given = checks.items("models", models, "a sequence of motion models")
        self.models = tuple(_model(model) for model in given)
        self.axes = _axes(self.models)
        count = len(self.models)
        rates = _numbers("transition_per_s", transition_per_s)
        if rates.ndim == 0:
            rates = np.full((count, count), float(rates) / (count - 1))
        if rates.shape != (count, count):
            raise ShapeError(
                f"transition_per_s must be one number or have shape ({count}, {count}), "
                f"found {rates.shape}"
            )
        self.transition_per_s = np.where(np.eye(count, dtype=bool), 0.0, rates)
        self.initial_probability = _initial(self.transition_per_s, initial_probability)
        self.used = _used(self.models, self.axes)
        for array in (self.transition_per_s, self.initial_probability, self.used):
            array.flags.writeable = False

    def __repr__(self) -> str:
        models = ", ".join(repr(model) for model in self.models)
        rates, initial = self.transition_per_s.tolist(), self.initial_probability.tolist()
        return f"IMM([{models}], transition_per_s={rates}, initial_probability={initial})"

    @property
    def dim(self) -> int:
        """The dimension of the joint state."""
        return self.used.shape[1]

    def mode_transition(self, dt_s: float) -> NDArray[np.float64]:
        """Return the probabilities with which model j follows model i over a time.

        Parameters
        ----------
        dt_s : float
            Time step [s], not negative.

        Returns
        -------
        (M, M) float64
            From i to j; every row sums to one.

        Raises
        ------
        SettingError
            A negative time step.
        """
        return _core.imm_transition(self.transition_per_s, [checks.not_negative("dt_s", dt_s)])[0]


def _numbers(what: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return a copy of an array of numbers."""
    try:
        array = np.array(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "fiu":
        raise SettingError(f"{what} must be numbers, found {checks.shown(values)}")
    if not np.all(np.abs(array) <= checks.LARGEST):
        found = checks.shown(values)
        raise NotFiniteError(f"{what} must be finite, of at most {checks.LARGEST:g}, found {found}")
    return array.astype(np.float64)


def _model(model: object) -> Model:
    if isinstance(model, Model):
        return model
    raise SettingError(f"models must be motion models of Détente's, found {checks.shown(model)}")


def _axes(models: tuple[Model, ...]) -> int:
    if len(models) < 2:  # noqa: PLR2004 (one model does not interact)
        raise SettingError(f"models must be at least two, found {len(models)}")
    axes = {model.axes for model in models}
    if len(axes) > 1:
        raise SettingError(f"models must have the same axes, found {sorted(axes)}")
    of_boxes = [isinstance(model, BoxMotion) for model in models]
    if any(of_boxes) and not all(of_boxes):
        names = ", ".join(type(model).__name__ for model in models)
        raise SettingError(f"models must be all of boxes, or none, found {names}")
    return axes.pop()


def _initial(rates_per_s: NDArray[np.float64], given: ArrayLike | None) -> NDArray[np.float64]:
    stationary = _core.imm_stationary(rates_per_s)  # refuses rates that are none
    if given is None:
        if stationary is None:
            raise SettingError(
                "transition_per_s must lead from every model to every other; "
                "or give initial_probability"
            )
        return stationary
    values = _numbers("initial_probability", given)
    if values.shape != (len(rates_per_s),):
        raise ShapeError(
            f"initial_probability must have shape ({len(rates_per_s)},), found {values.shape}"
        )
    if not (np.all(values >= 0.0) and abs(float(values.sum()) - 1.0) <= 1e-9):  # noqa: PLR2004
        raise SettingError(
            f"initial_probability must be not negative and sum to one, found {values.tolist()}"
        )
    return values


def _used(models: tuple[Model, ...], axes: int) -> NDArray[np.bool_]:
    """Return which components each model has of the state that holds them all."""
    turning = any(isinstance(model, EstimatedTurn) for model in models)
    orders = [2 if isinstance(model, EstimatedTurn) else model.dim // axes for model in models]
    dim = max(orders) * axes + turning
    if dim > 9:  # noqa: PLR2004 (the most components of a state)
        raise SettingError(
            f"models must share at most 9 components, found {dim}; "
            "leave out either the accelerations or the turn rate"
        )
    used = np.zeros((len(models), dim), bool)
    for row, model, order in zip(used, models, orders, strict=True):
        row[: order * axes] = True
        row[-1] |= isinstance(model, EstimatedTurn)
    return used
