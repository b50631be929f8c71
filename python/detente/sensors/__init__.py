"""Sensors: what they measure, how well, what they can see, and how they look.

A sensor is *scanning* (it looks at a region; not seeing is evidence; `detection_probability`) or
*reporting* (each object speaks for itself, as with AIS and ADS-B; `report_rate_per_s`). Bearings
count clockwise from north, the second axis, as a compass does.
"""

from detente.sensors.angles import BearingElevationSensor, BearingSensor
from detente.sensors.box import BoxSensor, boxes_from_corners, corners_from_boxes
from detente.sensors.coverage import (
    Annulus,
    Coverage,
    Disc,
    Everywhere,
    Footprint,
    Polygon,
    Sector,
)
from detente.sensors.polar import RangeBearingElevationSensor, RangeBearingSensor
from detente.sensors.pose import Pose
from detente.sensors.position import PositionSensor, StateSensor
from detente.sensors.sensor import Filter, Sensor
from detente.sensors.user import UserSensor
from detente.sensors.value import RangeTable, Raster

__all__ = [
    "Annulus",
    "BearingElevationSensor",
    "BearingSensor",
    "BoxSensor",
    "Coverage",
    "Disc",
    "Everywhere",
    "Filter",
    "Footprint",
    "Polygon",
    "Pose",
    "PositionSensor",
    "RangeBearingElevationSensor",
    "RangeBearingSensor",
    "RangeTable",
    "Raster",
    "Sector",
    "Sensor",
    "StateSensor",
    "UserSensor",
    "boxes_from_corners",
    "corners_from_boxes",
]
