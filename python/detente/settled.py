"""Objects of settings: they do not change, and show what was set, with the units in its name."""

from dataclasses import MISSING, Field, fields
from reprlib import Repr
from typing import Any, ClassVar, cast

import numpy as np

_SHORT = Repr()
_SHORT.maxtuple = _SHORT.maxlist = 6
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 4, 80, 400


class Settled:
    """The parent of dataclasses of settings that are frozen once they have been checked."""

    _made: ClassVar[frozenset[str]] = frozenset({"_core", "_built"})  # by the core, on demand

    def __repr__(self) -> str:
        """Return the call that makes it: all numbers, and what else was set."""
        made: Any = self  # its children are dataclasses
        values = ((each, getattr(made, each.name)) for each in fields(made))
        given = [f"{each.name}={short(value)}" for each, value in values if _is_shown(each, value)]
        return f"{type(self).__name__}({', '.join(given)})"

    def __getstate__(self) -> dict[str, Any]:
        """Leave out of copies what the core made; it makes it again."""
        return {name: value for name, value in vars(self).items() if name not in self._made}

    def _keep(self, **checked: object) -> None:
        """Keep settings as they were checked."""
        for name, value in checked.items():
            object.__setattr__(self, name, value)


def short(value: object) -> str:
    """Return a value on a part of a line."""
    if isinstance(value, np.ndarray) and value.size > 6:  # noqa: PLR2004 - what a line holds
        return f"array of shape {np.shape(cast('Any', value))}"
    return " ".join(_SHORT.repr(value).split())


def _is_shown(each: Field[Any], value: object) -> bool:
    if each.default is MISSING or isinstance(value, np.ndarray | float | int):
        return True
    return bool(value != each.default)
