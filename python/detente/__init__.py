"""Détente: several parties, one picture.

Track what your sensors see, hand over exactly what was agreed, and fuse what partners send into
one picture in which nothing is counted twice.
"""

from detente import association, errors, exchange, filters, fuse, metrics, presets, simulate
from detente._core import DEBUG as _DEBUG
from detente._core import __version__
from detente.births import Birth, BirthFromDetections, BirthMixture
from detente.exchange import Party, Picture, Terms
from detente.geo import LocalFrame
from detente.motion import (
    IMM,
    BoxMotion,
    ConstantAcceleration,
    ConstantVelocity,
    CoordinatedTurn,
    EstimatedTurn,
    OrnsteinUhlenbeck,
    RandomWalk,
    Singer,
    UserMotion,
)
from detente.recordings import track
from detente.replay import Replay
from detente.sensors import (
    Annulus,
    BearingElevationSensor,
    BearingSensor,
    BoxSensor,
    Disc,
    Everywhere,
    Footprint,
    Polygon,
    Pose,
    PositionSensor,
    RangeBearingElevationSensor,
    RangeBearingSensor,
    RangeTable,
    Raster,
    Sector,
    StateSensor,
    UserSensor,
)
from detente.table import Table
from detente.tracking import Tracker
from detente.tracks import Tracks
from detente.trajectories import TrackedRecording

if _DEBUG:
    import warnings

    warnings.warn(
        "detente was built without optimisation and is many times slower; "
        "build it with 'pip install .' or 'just dev'",
        RuntimeWarning,
        stacklevel=2,
    )

__all__ = [
    "IMM",
    "Annulus",
    "BearingElevationSensor",
    "BearingSensor",
    "Birth",
    "BirthFromDetections",
    "BirthMixture",
    "BoxMotion",
    "BoxSensor",
    "ConstantAcceleration",
    "ConstantVelocity",
    "CoordinatedTurn",
    "Disc",
    "EstimatedTurn",
    "Everywhere",
    "Footprint",
    "LocalFrame",
    "OrnsteinUhlenbeck",
    "Party",
    "Picture",
    "Polygon",
    "Pose",
    "PositionSensor",
    "RandomWalk",
    "RangeBearingElevationSensor",
    "RangeBearingSensor",
    "RangeTable",
    "Raster",
    "Replay",
    "Sector",
    "Singer",
    "StateSensor",
    "Table",
    "Terms",
    "TrackedRecording",
    "Tracker",
    "Tracks",
    "UserMotion",
    "UserSensor",
    "__version__",
    "association",
    "errors",
    "exchange",
    "filters",
    "fuse",
    "metrics",
    "presets",
    "simulate",
    "track",
]
