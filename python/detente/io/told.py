"""What the user says of a file, beside what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.geo import LocalFrame

Kind: TypeAlias = Literal["reporting", "scanning"]


@dataclass(frozen=True)
class Told:
    """How to read a file; the attributes are those of `detente.io.read`."""

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: Kind | None = None
    time_zone: str | None = None
    time_format: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    frame: LocalFrame | None = None
