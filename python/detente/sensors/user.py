"""Measurement models that are functions of the user's."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import SettingError
from detente.sensors.sensor import Sensor


class UserSensor(Sensor):
    """A measurement model of your own: a NumPy function over all tracks at once.

    The unscented transform carries it, so no Jacobian is needed. It is called once per scan.

    Parameters
    ----------
    measure : callable
        (n, d) states → (n, m) measurements.
    cov : (m, m) array_like
        Covariance of a measurement.
    angular : sequence of bool
        Which of the m components are angles [rad], wrapped into [−π, π).
    position : callable, optional
        (n, m) measurements → (n, axes) positions [m], where m equals the axes. Without it the
        sensor updates tracks but starts none.
    component_names : sequence of str, optional
        The names of the components in a table.
    **settings
        As of `Sensor`.

    Examples
    --------
    >>> import numpy as np
    >>> import detente as dt
    >>> depth = dt.UserSensor(
    ...     measure=lambda x: x[:, :1] ** 2,
    ...     cov=[[0.1]],
    ...     angular=[False],
    ...     detection_probability=0.9,
    ... )
    >>> depth.measure(np.array([[3.0, 1.0]]), axes=1)
    array([[9.]])
    """

    _default_name = "user"

    def __init__(
        self,
        *,
        measure: Callable[[NDArray[np.float64]], ArrayLike],
        cov: ArrayLike,
        angular: Sequence[bool],
        position: Callable[[NDArray[np.float64]], ArrayLike] | None = None,
        component_names: Sequence[str] | None = None,
        **settings: object,
    ) -> None:
        super().__init__(**{"filter": "ukf", **settings})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - passed through
        if self.filter != "ukf":
            message = 'a UserSensor has no Jacobian; leave filter out or set it to "ukf"'
            raise SettingError(message)
        self._functions = (measure, position, [bool(angle) for angle in angular])
        self._cov = np.asarray(cov, float)
        names = component_names or [f"z{i}" for i in range(len(angular))]
        self._component_names = tuple(names)

    @property
    def angular(self) -> tuple[bool, ...]:
        """Which components of a measurement are angles."""
        return tuple(self._functions[2])

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return the names given as `component_names`."""
        return self._component_names

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (m, m) given as `cov`."""
        return self._cov

    def _model(self) -> tuple[object, ...]:
        return self._functions
