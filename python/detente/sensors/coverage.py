"""What a sensor can see around its pose."""

from dataclasses import dataclass
from math import tau
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente import checks
from detente.errors import SettingError, ShapeError
from detente.sensors.pose import Pose
from detente.settled import Settled


@dataclass(frozen=True)
class Everywhere:
    """A sensor sees all there is, and says so.

    In one's own tracker a coverage left out means the same. In what others are told it means that
    nobody said, so that the silence of such a sensor is no evidence.

    Examples
    --------
    >>> import detente as dt
    >>> radar = dt.PositionSensor(
    ...     std_m=10.0, detection_probability=0.9, coverage=dt.Everywhere()
    ... )
    >>> radar.probability_at([[1e6, 0.0]], axes=2)
    array([0.9])
    """


@dataclass(frozen=True, kw_only=True)
class Disc(Settled):
    """A sensor sees everything up to a horizontal range [m], which is positive."""

    range_m: float

    def __post_init__(self) -> None:
        """Check the range."""
        self._keep(range_m=checks.positive("range_m", self.range_m))


@dataclass(frozen=True, kw_only=True)
class Sector(Settled):
    """A sensor sees up to a horizontal range [m], between two bearings [rad].

    `bearing_rad` is the middle of the sector, clockwise from the sensor's heading, `width_rad` the
    whole angle between its edges, up to 2π.
    """

    range_m: float
    bearing_rad: float
    width_rad: float

    def __post_init__(self) -> None:
        """Check the range and the angles."""
        self._keep(
            range_m=checks.positive("range_m", self.range_m),
            bearing_rad=checks.angle("bearing_rad", self.bearing_rad),
            width_rad=checks.angle_of_view("width_rad", self.width_rad, is_sector=True),
        )


@dataclass(frozen=True, kw_only=True)
class Annulus(Settled):
    """A sensor sees between two horizontal ranges [m], as a radar with a blind spot."""

    near_m: float
    range_m: float

    def __post_init__(self) -> None:
        """Check that one range is nearer than the other."""
        self._keep(
            near_m=checks.not_negative("near_m", self.near_m),
            range_m=checks.positive("range_m", self.range_m),
        )
        if self.near_m >= self.range_m:
            found = f"{self.near_m} and {self.range_m}"
            raise SettingError(f"near_m must be below range_m, found {found}; swap them")


@dataclass(frozen=True, kw_only=True)
class Polygon(Settled):
    """A sensor sees what lies in a polygon that stays where it is when the sensor moves.

    `corners_m` are (k, 2) east and north in the tracker's frame [m], in order, either way round.
    """

    corners_m: ArrayLike

    def __post_init__(self) -> None:
        """Keep the corners as tuples, which compare and do not change."""
        expected = "(k, 2), a polygon of at least three corners, east and north"
        rows = checks.items("corners_m", self.corners_m, expected)
        corners = tuple(
            tuple(checks.number("corners_m", x) for x in checks.items("corners_m", row, expected))
            for row in rows
        )
        if len(corners) < 3 or {len(corner) for corner in corners} != {2}:  # noqa: PLR2004
            found = checks.shown(self.corners_m)
            raise ShapeError(f"corners_m must be {expected}, found {found}")
        self._keep(corners_m=corners)


@dataclass(frozen=True, kw_only=True)
class Footprint(Settled):
    """A camera sees the part of the ground (up = 0) in its angles of view, up to a range.

    The optical axis is the pose's forward direction; a point of the ground is seen if, in the
    sensor's frame (x right, y forward, z up), |x| ≤ y tan(horizontal/2) and |z| ≤ y
    tan(vertical/2), and its horizontal distance is at most the range.

    Parameters
    ----------
    horizontal_rad, vertical_rad : float
        The whole angles of view, between 0 and π [rad].
    range_m : float
        The horizontal range up to which anything is seen [m].

    Examples
    --------
    >>> import detente as dt
    >>> view = dt.Footprint(horizontal_rad=1.0, vertical_rad=0.5, range_m=1000.0)
    >>> down = dt.Pose(position_m=(0.0, 0.0, 100.0), pitch_rad=-1.5707963267948966)
    >>> corners_m = view.polygon(down)
    >>> corners_m.max(axis=0).round(2)  # 100 tan 0.5 to the right, 100 tan 0.25 ahead
    array([54.63, 25.53])
    """

    horizontal_rad: float
    vertical_rad: float
    range_m: float

    def __post_init__(self) -> None:
        """Check the angles and the range."""
        self._keep(
            horizontal_rad=checks.angle_of_view("horizontal_rad", self.horizontal_rad),
            vertical_rad=checks.angle_of_view("vertical_rad", self.vertical_rad),
            range_m=checks.positive("range_m", self.range_m),
        )

    def polygon(self, pose: Pose) -> NDArray[np.float64]:
        """Return the corners (k, 2) of what is seen, east and north [m]; the range as 128 edges."""
        right, forward, up = pose.directions()
        place = np.resize([*pose.position_m, 0.0, 0.0, 0.0], 3)
        turns = np.arange(128) * (tau / 128)
        corners = place[:2] + self.range_m * np.stack([np.sin(turns), np.cos(turns)], axis=1)
        for across, angle in ((right, self.horizontal_rad), (up, self.vertical_rad)):
            for side in (1.0, -1.0):
                normal = forward * np.tan(0.5 * angle) + side * across
                corners = _clipped(corners, normal[:2], normal @ place)
        return corners


Coverage: TypeAlias = Everywhere | Disc | Annulus | Sector | Polygon | Footprint


def _clipped(
    corners: NDArray[np.float64], normal: NDArray[np.float64], least: float
) -> NDArray[np.float64]:
    """Return the part of a convex polygon where normal · x ≥ least (Sutherland, Hodgman 1974)."""
    out: list[NDArray[np.float64]] = []
    height = corners @ normal - least
    for k in range(len(corners)):
        before, here = height[k - 1], height[k]
        if (before < 0.0) != (here < 0.0):
            share = before / (before - here)
            out.append(corners[k - 1] + share * (corners[k] - corners[k - 1]))
        if here >= 0.0:
            out.append(corners[k])
    return np.array(out).reshape(-1, 2)


def coverage_of(coverage: Coverage | None) -> object:  # noqa: PLR0911 - one for each kind
    """Return a coverage as the core takes it."""
    match coverage:
        case None | Everywhere():
            return None
        case Disc():
            return ("disc", float(coverage.range_m), 0.0, 0.0)
        case Annulus():
            return ("annulus", float(coverage.near_m), float(coverage.range_m), 0.0)
        case Sector() if coverage.width_rad >= tau:
            return ("disc", float(coverage.range_m), 0.0, 0.0)
        case Sector():
            bearing, width = float(coverage.bearing_rad), float(coverage.width_rad)
            return ("sector", float(coverage.range_m), bearing, width)
        case Polygon():
            return ("polygon", np.ascontiguousarray(coverage.corners_m, float))
        case Footprint():
            angles = (float(coverage.horizontal_rad), float(coverage.vertical_rad))
            return ("footprint", *angles, float(coverage.range_m))
