"""Detection probabilities and clutter densities that depend on the place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import SettingError, ShapeError


@dataclass(frozen=True, kw_only=True)
class RangeTable:
    """A quantity by the horizontal range: linear between the ranges, constant outside of them.

    Parameters
    ----------
    ranges_m : (k,) sequence of float
        Rising, from the sensor [m].
    values : (k,) sequence of float
        At those ranges.

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
        for name in ("ranges_m", "values"):
            column = tuple(float(value) for value in getattr(self, name))
            object.__setattr__(self, name, column)


@dataclass(frozen=True, kw_only=True)
class Raster:
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


Value: TypeAlias = float | RangeTable | Raster


def value_of(value: Value, what: str) -> object:
    """Return a value as the core takes it."""
    match value:
        case RangeTable():
            ranges, values = np.asarray(value.ranges_m, float), np.asarray(value.values, float)
            if ranges.ndim != 1 or ranges.shape != values.shape:
                message = (
                    f"{what}: ranges_m and values must be two lists of one length, "
                    f"found {ranges.shape} and {values.shape}"
                )
                raise ShapeError(message)
            return ("range", np.stack([ranges, values], axis=1))
        case Raster():
            if value.interpolation not in ("bilinear", "nearest"):
                message = (
                    f'{what}: interpolation must be "bilinear" or "nearest", '
                    f"found {value.interpolation!r}"
                )
                raise SettingError(message)
            east, north = (float(x) for x in value.origin_m)
            grid = np.ascontiguousarray(value.values, float)
            smooth = value.interpolation == "bilinear"
            return ("raster", [east, north], float(value.cell_m), grid, smooth)
        case _:
            return float(value)
