"""A detector of boxes in images, and the ways in which others write a box."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import ShapeError
from detente.sensors.sensor import Sensor
from detente.sensors.value import Value


@dataclass(frozen=True, kw_only=True, repr=False)
class BoxSensor(Sensor):
    """Detects boxes in an image: the centre, the width and the height.

    It goes with `BoxMotion`. A detection is ``[x, y, width, height]``, x and y of the centre; see
    `boxes_from_corners`. Its noise is in proportion to its height, unless `Tracker.step` is given
    a covariance for each.

    Parameters
    ----------
    position_std : float
        Standard deviation of the centre, each way [heights].
    size_std : float
        Standard deviation of the width and of the height [heights].
    detection_probability : float
        The probability that an object is detected in one image.
    clutter_density : float
        False boxes per image, per px² of it and per unit of the logarithms of width and height
        (their sizes may be anything): one in an image of two million pixels, where sizes differ
        by e² = 7 each way, is 1e-7. A `Birth` counts new objects in the same unit.
    report_rate_per_s, coverage, pose, filter, name
        As of `Sensor`.

    Notes
    -----
    Confidences of detections are not used: leave out those that you do not believe.

    Examples
    --------
    >>> import detente as dt
    >>> tracker = dt.Tracker(
    ...     motion=dt.BoxMotion(),
    ...     birth=dt.Birth(rate_density=1e-7, initial_density=1e-6, velocity_std_m_s=0.5),
    ... )
    >>> camera = dt.BoxSensor()
    >>> for k in range(10):
    ...     tracks = tracker.step(k / 30, [[100.0 + k, 80.0, 20.0, 40.0]], sensor=camera)
    >>> camera.measure(tracks.confirmed().mean, axes=2).round(0)
    array([[109.,  80.,  20.,  40.]])
    """

    position_std: float = 0.05
    size_std: float = 0.05
    detection_probability: Value | None = 0.9
    clutter_density: Value = 1e-7
    name: str = "camera"

    def __post_init__(self) -> None:
        """Check the deviations."""
        super().__post_init__()
        self._keep(
            position_std=checks.positive("position_std", self.position_std),
            size_std=checks.positive("size_std", self.size_std),
        )

    def columns(self, axes: int) -> tuple[str, ...]:  # noqa: ARG002 - as the parent has it
        """Return `x_px`, `y_px`, `width_px`, `height_px`."""
        return ("x_px", "y_px", "width_px", "height_px")

    def noise(self, axes: int) -> NDArray[np.float64]:  # noqa: ARG002 - as the parent has it
        """Return the covariance (4, 4) of a box of height 1; it grows with the height squared."""
        return np.diag([self.position_std**2] * 2 + [self.size_std**2] * 2)

    def _model(self) -> str:
        return "box"


def boxes_from_corners(corners: ArrayLike) -> NDArray[np.float64]:
    """Return boxes as centre and size, given the left, top, right and bottom of each.

    Parameters
    ----------
    corners : (n, 4) array_like
        Left, top, right, bottom [px].

    Returns
    -------
    (n, 4) float64
        x and y of the centre, width, height [px].

    Raises
    ------
    ShapeError
        Other than four columns.

    Examples
    --------
    >>> from detente.sensors import boxes_from_corners
    >>> boxes_from_corners([[10.0, 20.0, 30.0, 60.0]])
    array([[20., 40., 20., 40.]])
    """
    given = _four_columns("corners", corners)
    return np.hstack([0.5 * (given[:, :2] + given[:, 2:]), given[:, 2:] - given[:, :2]])


def corners_from_boxes(boxes: ArrayLike) -> NDArray[np.float64]:
    """Return the left, top, right and bottom of boxes given as centre and size.

    Parameters
    ----------
    boxes : (n, 4) array_like
        x and y of the centre, width, height [px].

    Returns
    -------
    (n, 4) float64
        Left, top, right, bottom [px].

    Raises
    ------
    ShapeError
        Other than four columns.

    Examples
    --------
    >>> from detente.sensors import corners_from_boxes
    >>> corners_from_boxes([[20.0, 40.0, 20.0, 40.0]])
    array([[10., 20., 30., 60.]])
    """
    given = _four_columns("boxes", boxes)
    half = 0.5 * given[:, 2:]
    return np.hstack([given[:, :2] - half, given[:, :2] + half])


def _four_columns(what: str, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 2 and array.shape[1] == 4:  # noqa: PLR2004 - a box
        return array
    raise ShapeError(f"{what} must have shape (n, 4), found {array.shape}")
