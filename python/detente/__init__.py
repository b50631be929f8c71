"""Détente: several parties, one picture.

Track what your sensors see, hand over exactly what was agreed, and fuse what partners send into
one picture in which nothing is counted twice.
"""

from detente import errors, simulate
from detente._core import DEBUG as _DEBUG
from detente._core import __version__
from detente.motion import ConstantVelocity

if _DEBUG:
    import warnings

    warnings.warn(
        "detente was built without optimisation and is many times slower; "
        "build it with 'pip install .' or 'just dev'",
        RuntimeWarning,
        stacklevel=2,
    )

__all__ = ["ConstantVelocity", "__version__", "errors", "simulate"]
