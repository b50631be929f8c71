"""Measurement models that are functions of the user's."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import NotPositiveDefiniteError, SettingError, ShapeError
from detente.sensors.coverage import Coverage
from detente.sensors.pose import Pose
from detente.sensors.sensor import Sensor
from detente.sensors.value import Value
from detente.settled import short

_Pose = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
_TURNS = ("heading_rad", "pitch_rad", "roll_rad")
_Function = Callable[[NDArray[np.float64]], ArrayLike]


class UserSensor(Sensor):
    """A measurement model of your own: a NumPy function over all tracks at once.

    The unscented transform carries it, so no Jacobian is needed. It is called once per scan.

    Parameters
    ----------
    measure : callable
        (n, d) states → (n, m) measurements. Positions and velocities of the states are as the
        sensor has them: from its place and against its velocity, along right, forward and up,
        which without a pose are those of the tracker's frame. Further components are as the
        tracker has them.
    cov : (m, m) array_like
        Covariance of a measurement.
    angular : (m,) sequence of bool
        Which of the m components are angles [rad], wrapped into [−π, π).
    position : callable, optional
        (n, m) measurements → (n, axes) positions [m], again as the sensor has them, where m equals
        the axes. Without it the sensor updates tracks but starts none.
    component_names : sequence of str, optional
        The names of the components in a table.
    detection_probability, report_rate_per_s, clutter_density, coverage, name
        As of `Sensor`.
    pose : Pose
        As of `Sensor`; with fewer than three axes without pitch and roll, on one axis without a
        heading.

    Raises
    ------
    SettingError, ShapeError, NotPositiveDefiniteError
        A setting is of another kind or outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> beacon = dt.UserSensor(
    ...     measure=lambda x: np.hypot(x[:, :1], x[:, 1:2]),
    ...     cov=[[0.1]],
    ...     angular=[False],
    ...     detection_probability=0.9,
    ...     pose=dt.Pose(position_m=(10.0, 0.0)),
    ... )
    >>> beacon.measure([[13.0, 4.0]], axes=2)
    array([[5.]])
    """

    def __init__(
        self,
        *,
        measure: _Function,
        cov: ArrayLike,
        angular: Sequence[bool],
        position: _Function | None = None,
        component_names: Sequence[str] | None = None,
        detection_probability: Value | None = None,
        report_rate_per_s: float | None = None,
        clutter_density: Value = 0.0,
        coverage: Coverage | None = None,
        pose: Pose = Pose(),  # noqa: B008 - frozen
        name: str = "user",
    ) -> None:
        super().__init__(
            detection_probability=detection_probability,
            report_rate_per_s=report_rate_per_s,
            clutter_density=clutter_density,
            coverage=coverage,
            pose=pose,
            filter="ukf",
            name=name,
        )
        if not callable(measure):
            raise SettingError(f"measure must be a function, found {checks.shown(measure)}")
        if position is not None and not callable(position):
            raise SettingError(f"position must be a function, found {checks.shown(position)}")
        expected = "True or False for each component"
        each = [checks.flag("angular", one) for one in checks.items("angular", angular, expected)]
        names = component_names
        if names is None:
            names = [f"z{i}" for i in range(len(each))]
        names = [checks.text("component_names", one) for one in
                 checks.items("component_names", names, "one name for each component")]  # fmt: skip
        if len(names) != len(each):
            raise ShapeError(f"component_names must be {len(each)}, as angular, found {len(names)}")
        self._keep(
            _measure=measure,
            _position=position,
            _angular=tuple(each),
            _cov=_covariance(cov, len(each)),
            _component_names=tuple(names),
        )

    _measure: _Function
    _position: _Function | None
    _angular: tuple[bool, ...]
    _cov: NDArray[np.float64]
    _component_names: tuple[str, ...]

    def __repr__(self) -> str:
        """Return what its parent does, with its functions."""
        shown = ", ".join(
            f"{name}={short(getattr(self, f'_{name}'))}"
            for name in ("measure", "position", "cov", "angular", "component_names")
        )
        return f"{super().__repr__().removesuffix(')')}, {shown})"

    @property
    def angular(self) -> tuple[bool, ...]:
        """Which components of a measurement are angles."""
        return self._angular

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return the names given as `component_names`."""
        return self._component_names

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (m, m) given as `cov`."""
        return self._cov

    def _model(self) -> tuple[object, ...]:
        position = None if self._position is None else self._placed
        return (self._seen, position, list(self._angular))

    def _core(self, axes: int) -> _core.Sensor:
        if self._position is not None and len(self._angular) != axes:
            raise SettingError(
                f"position must be left out where a measurement has {len(self._angular)} "
                f"components and space {axes} axes: no place follows from it"
            )
        return super()._core(axes)

    def _seen(self, states: NDArray[np.float64], axes: int, pose: _Pose) -> ArrayLike:
        """Return the measurements of states, with a pose as the core has it."""
        if any(map(any, pose)):
            turn, place, velocity = _frame(pose, axes)
            states[:, :axes] = (states[:, :axes] - place) @ turn.T
            if states.shape[1] >= 2 * axes:
                states[:, axes : 2 * axes] = (states[:, axes : 2 * axes] - velocity) @ turn.T
        return self._measure(states)

    def _placed(self, measurements: NDArray[np.float64], axes: int, pose: _Pose) -> ArrayLike:
        """Return the places of measurements in the tracker's frame."""
        if self._position is None or not any(map(any, pose)):
            return self._position(measurements) if self._position else measurements
        turn, place, _ = _frame(pose, axes)
        return np.asarray(self._position(measurements), np.float64) @ turn + place


def _frame(
    pose: _Pose, axes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the turn from the tracker's axes into the sensor's, the place and the velocity."""
    place, turns, velocity = pose
    for name, turn in zip(_TURNS[axes - 1 :], turns[axes - 1 :], strict=True):
        if turn and axes < 3:  # noqa: PLR2004 - space has three
            message = f"{name} of a UserSensor's pose must be zero on {axes} axes, found {turn}"
            raise SettingError(message)
    turn = Pose(heading_rad=turns[0], pitch_rad=turns[1], roll_rad=turns[2]).directions()
    return turn[:axes, :axes], np.array(place[:axes]), np.array(velocity[:axes])


def _covariance(cov: ArrayLike, m: int) -> NDArray[np.float64]:
    """Return a covariance (m, m) that does not change."""
    try:
        matrix = np.array(cov, np.float64)
    except (TypeError, ValueError):
        raise SettingError(f"cov must be rows of numbers, found {checks.shown(cov)}") from None
    if m == 0 or matrix.shape != (m, m):
        raise ShapeError(f"cov must have shape ({m}, {m}), as angular says, found {matrix.shape}")
    if not np.all(np.abs(matrix) <= checks.LARGEST):
        raise SettingError(f"cov must be finite, found {checks.shown(cov)}")
    try:
        if not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0):
            raise np.linalg.LinAlgError  # noqa: TRY301 - as if it had found that out
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise NotPositiveDefiniteError(
            "cov must be symmetric positive definite; check its units and its diagonal"
        ) from None
    matrix.flags.writeable = False
    return matrix
