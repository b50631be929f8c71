"""Motion models: how a state moves, and how uncertain that makes it.

One state order for all: positions, then velocities, then accelerations or a turn rate.
"""

from detente.motion.box import BoxMotion
from detente.motion.imm import IMM
from detente.motion.kinematic import (
    ConstantAcceleration,
    ConstantVelocity,
    OrnsteinUhlenbeck,
    RandomWalk,
    Singer,
)
from detente.motion.turn import CoordinatedTurn, EstimatedTurn
from detente.motion.user import UserMotion

__all__ = [
    "IMM",
    "BoxMotion",
    "ConstantAcceleration",
    "ConstantVelocity",
    "CoordinatedTurn",
    "EstimatedTurn",
    "OrnsteinUhlenbeck",
    "RandomWalk",
    "Singer",
    "UserMotion",
]
