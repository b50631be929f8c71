"""Motion: what the tracker needs of a model, and the model of the core that it stands for."""

from typing import Protocol

from detente import _core, checks
from detente.errors import SettingError
from detente.motion.imm import IMM
from detente.motion.user import UserMotion


class Motion(Protocol):
    """What the tracker needs of a motion model."""

    @property
    def axes(self) -> int:
        """The axes of space; the first components of a state are the positions."""
        ...

    @property
    def dim(self) -> int:
        """The dimension of the state."""
        ...


def axes_of(motion: object) -> int:
    """Return the axes of space of a motion model, after saying what is wrong with one."""
    core_motion(motion)
    return motion.axes  # type: ignore[attr-defined, no-any-return] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - it is one


def core_motion(motion: object) -> object:
    """Return the model as the core takes it, after saying what is wrong with one."""
    if isinstance(motion, UserMotion):
        return (motion.axes, motion.dim, motion.transition, motion.noise)
    if isinstance(motion, IMM):
        models = [core_motion(model) for model in motion.models]
        rates = motion.transition_per_s.ravel().tolist()
        return (models, rates, motion.initial_probability.tolist())
    core = None if isinstance(motion, type) else getattr(motion, "_core", None)
    if not isinstance(core, _core.Kinematic | _core.CoordinatedTurn | _core.BoxMotion):
        found = checks.shown(motion)
        raise SettingError(
            f"motion must be a motion model such as dt.ConstantVelocity(...), found {found}"
        )
    return core
