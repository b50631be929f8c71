"""Detection probabilities and clutter densities that depend on the place."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from detente import checks
from detente.errors import SettingError, ShapeError
from detente.settled import Settled


@dataclass(frozen=True, kw_only=True)
class RangeTable(Settled):
    """A quantity by the horizontal range: linear between the ranges, constant outside of them.

    Parameters
    ----------
    ranges_m : (k,) sequence of float
        Rising, from the sensor [m], zero or above.
    values : (k,) sequence of float
        At those ranges, zero or above.

    Raises
    ------
    SettingError, ShapeError
        Ranges that do not rise, negative numbers, or lists of two lengths.

    Examples
    --------
    >>> import detente as dt
    >>> fading = dt.RangeTable(ranges_m=[0.0, 1000.0, 2000.0], values=[0.9, 0.9, 0.2])
    >>> radar = dt.PositionSensor(
    ...     std_m=10.0, detection_probability=fading, coverage=dt.Disc(range_m=2000.0)
    ... )
    >>> radar.probability_at([[1500.0, 0.0], [2500.0, 0.0]], axes=2)
    array([0.55, 0.  ])
    """

    ranges_m: Sequence[float]
    values: Sequence[float]

    def __post_init__(self) -> None:
        """Keep the columns as tuples, which compare and do not change."""
        ranges_m, values = (
            tuple(checks.not_negative(name, one) for one in checks.items(name, column, "numbers"))
            for name, column in (("ranges_m", self.ranges_m), ("values", self.values))
        )
        if not ranges_m or len(ranges_m) != len(values):
            message = (
                f"ranges_m and values must be two lists of one length, "
                f"found {len(ranges_m)} and {len(values)}"
            )
            raise ShapeError(message)
        if any(far <= near for near, far in pairwise(ranges_m)):
            raise SettingError(f"ranges_m must rise, found {checks.shown(ranges_m)}; sort them")
        self._keep(ranges_m=ranges_m, values=values)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Raster(Settled):
    """A quantity on a grid of square cells that stays where it is when the sensor moves.

    Parameters
    ----------
    origin_m : (2,) sequence of float
        East and north of the outer corner of the first cell, in the tracker's frame [m].
    cell_m : float
        The side of a cell [m].
    values : (rows, columns) array_like
        Rows run north, columns east. Beyond the rim the nearest cell counts.
    interpolation : {"bilinear", "nearest"}
        Linear between the middles of the cells, or constant in each.

    Raises
    ------
    SettingError, ShapeError
        Cells without a size, negative values, or values that are no grid.

    Examples
    --------
    >>> import detente as dt
    >>> surf = dt.Raster(origin_m=(0.0, 0.0), cell_m=100.0, values=[[1e-4, 3e-4]])
    >>> radar = dt.PositionSensor(std_m=10.0, detection_probability=0.9, clutter_density=surf)
    >>> radar.clutter_at([[50.0, 0.0], [100.0, 0.0], [500.0, 0.0]], axes=2)
    array([0.0001, 0.0002, 0.0003])
    """

    origin_m: Sequence[float]
    cell_m: float
    values: ArrayLike
    interpolation: Literal["bilinear", "nearest"] = "bilinear"

    def __post_init__(self) -> None:
        """Check the grid and keep a copy that does not change."""
        corner = [
            checks.number("origin_m", x)
            for x in checks.items("origin_m", self.origin_m, "two numbers")
        ]
        if len(corner) != 2:  # noqa: PLR2004 - east and north
            raise ShapeError(f"origin_m must be east and north, found {len(corner)} numbers")
        try:
            grid = np.array(self.values, np.float64)
        except (TypeError, ValueError):
            found = checks.shown(self.values)
            raise SettingError(f"values must be rows of numbers, found {found}") from None
        if grid.ndim != 2 or not grid.size:  # noqa: PLR2004 - a grid
            raise ShapeError(f"values must have shape (rows, columns), found {grid.shape}")
        bad = grid[~((grid >= 0.0) & (grid <= checks.LARGEST))]
        if bad.size:
            raise SettingError(f"values must be zero or positive, and finite, found {bad[0]:g}")
        grid.flags.writeable = False
        checks.choice("interpolation", self.interpolation, ("bilinear", "nearest"))
        cell_m = checks.positive("cell_m", self.cell_m)
        self._keep(origin_m=tuple(corner), cell_m=cell_m, values=grid)


Value: TypeAlias = float | RangeTable | Raster


def checked_value(what: str, value: object, *, is_probability: bool) -> Value:
    """Return a quantity that may depend on the place, if it is one.

    Raises
    ------
    SettingError
        It is no number, table or raster, or goes beyond what a probability or a density may be.
    """
    if not isinstance(value, RangeTable | Raster):
        return (checks.probability if is_probability else checks.not_negative)(what, value)
    most = float(np.max(value.values))
    if is_probability and most > 1.0:
        raise SettingError(f"{what} must be at most 1 everywhere, found {most:g}")
    return value


def value_of(value: Value) -> object:
    """Return a value as the core takes it."""
    match value:
        case RangeTable():
            return ("range", np.stack([value.ranges_m, value.values], axis=1))
        case Raster():
            smooth = value.interpolation == "bilinear"
            return ("raster", list(value.origin_m), value.cell_m, value.values, smooth)
        case _:
            return value
