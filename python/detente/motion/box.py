"""How boxes in an image move: the centre at constant velocity, the size a slow random walk."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import _core, checks
from detente.errors import SettingError
from detente.settled import Settled


@dataclass(frozen=True, kw_only=True, repr=False)
class BoxMotion(Settled):
    """A box whose centre keeps its velocity and whose size changes slowly, for video.

    What is near looks large and moves far, so that all noise is in proportion to the height of the
    box; the numbers are then the same for any resolution and any distance. Lengths are in the unit
    of the image (pixels), where a tracker elsewhere says metres, and a `Birth` gives the deviation
    of a new object's velocity in heights per second.

    Parameters
    ----------
    acceleration_psd : float
        Power spectral density of the centre's acceleration, each way [heights²/s³].
    size_psd : float
        Growth of the variance of width and height [heights²/s].

    Raises
    ------
    SettingError
        A density that is not positive and finite.

    See Also
    --------
    BoxSensor : What detects them.
    IMM : Several of them, for who walks and turns by turns.

    References
    ----------
    Wojke, Bewley and Paulus, "Simple online and realtime tracking with a deep association metric",
    IEEE International Conference on Image Processing, 2017 (noise in proportion to the height).

    Examples
    --------
    >>> import detente as dt
    >>> motion = dt.BoxMotion(acceleration_psd=1.0, size_psd=0.01)
    >>> box = [[100.0, 50.0, 30.0, 0.0, 20.0, 40.0]]  # centre, velocity, width and height
    >>> motion.predict(box, 0.5)
    array([[115.,  50.,  30.,   0.,  20.,  40.]])
    >>> motion.noise(box, 1.0)[0].diagonal()
    array([ 533.33333333,  533.33333333, 1600.        , 1600.        ,
             16.        ,   16.        ])
    """

    columns: ClassVar[tuple[str, ...]] = (
        "x_px",
        "y_px",
        "vx_px_s",
        "vy_px_s",
        "width_px",
        "height_px",
    )
    """The components of a state, as tables name them."""

    acceleration_psd: float = 0.5
    size_psd: float = 0.02

    def __post_init__(self) -> None:
        """Check the densities."""
        self._keep(
            acceleration_psd=checks.positive("acceleration_psd", self.acceleration_psd),
            size_psd=checks.positive("size_psd", self.size_psd),
        )

    @cached_property
    def _core(self) -> _core.BoxMotion:
        return _core.BoxMotion(self.acceleration_psd, self.size_psd)

    @property
    def axes(self) -> int:
        """The axes of space, 2."""
        return 2

    @property
    def dim(self) -> int:
        """The dimension of the state, 6."""
        return self._core.dim

    def predict(self, states: ArrayLike, dt_s: float) -> NDArray[np.float64]:
        """Return where states move without noise.

        Parameters
        ----------
        states : (n, 6) array_like
            Centre [px], velocity [px/s], width and height [px].
        dt_s : float
            Time step [s], finite; below zero it leads back.

        Returns
        -------
        (n, 6) float64

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError
            States of another dimension, or other than finite numbers.
        SettingError
            A time step that is not finite.
        """
        return self._core.linearise(states, dt_s)[0]

    def noise(self, states: ArrayLike, dt_s: float) -> NDArray[np.float64]:
        """Return the process noise Q(x, Δt) of each state.

        Parameters
        ----------
        states : (n, 6) array_like
            Centre [px], velocity [px/s], width and height [px].
        dt_s : float
            Time step [s], not negative.

        Returns
        -------
        (n, 6, 6) float64
            Symmetric, positive definite unless the step is zero.

        Raises
        ------
        ShapeError, DTypeError, NotFiniteError
            States of another dimension, or other than finite numbers.
        SettingError
            A time step that is negative or not finite.
        """
        if not 0.0 <= dt_s < float("inf"):
            raise SettingError(f"dt_s must be finite and not negative, found {dt_s}")
        return self._core.linearise(states, dt_s)[2]
