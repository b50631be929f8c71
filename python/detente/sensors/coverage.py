"""What a sensor can see around its pose."""

from dataclasses import dataclass
from math import tau


@dataclass(frozen=True, kw_only=True)
class Disc:
    """A sensor sees everything up to a horizontal range [m]."""

    range_m: float


@dataclass(frozen=True, kw_only=True)
class Sector:
    """A sensor sees up to a horizontal range [m], between two bearings [rad].

    `bearing_rad` is the middle of the sector, clockwise from the sensor's heading, `width_rad` the
    whole angle between its edges.
    """

    range_m: float
    bearing_rad: float
    width_rad: float


def coverage_of(coverage: Disc | Sector | None) -> tuple[float, float, float] | None:
    """Return range, middle bearing and width, as the core takes them."""
    match coverage:
        case None:
            return None
        case Disc():
            return (float(coverage.range_m), 0.0, tau)
        case Sector():
            return (float(coverage.range_m), float(coverage.bearing_rad), float(coverage.width_rad))
