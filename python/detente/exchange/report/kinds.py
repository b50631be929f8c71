"""Kinds of report: which columns each has. `docs/report-schema.md` says the same to people."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

Kind = Literal["detections", "tracklets", "tracks", "counts"]


@dataclass(frozen=True)
class Column:
    """One column of a kind.

    Attributes
    ----------
    dtype : dtype_like
        Of its numbers.
    shape : str
        Of one row: ``""`` for a number, else letters for lengths that columns share (a for axes,
        d for the state, m for the measurement), or a number.
    may_be_unknown : bool
        Whether NaN says that nobody knows; elsewhere it is refused.
    is_optional : bool
        Whether a report of the kind may lack it.
    """

    dtype: DTypeLike
    shape: str = ""
    may_be_unknown: bool = False
    is_optional: bool = False


_ROW = {"row_id": Column(np.uint8, "16")}
_PLACE = {"position_m": Column(np.float64, "a", may_be_unknown=True)}
_TRACK = {"track_id": Column(np.uint64)}

COLUMNS: Mapping[str, Mapping[str, Column]] = MappingProxyType(
    {
        "detections": {
            **_ROW,
            **_PLACE,
            "measurement": Column(np.float64, "m"),
            "noise": Column(np.float64, "mm", is_optional=True),
        },
        "tracklets": {
            **_ROW,
            **_TRACK,
            **_PLACE,
            "from_ns": Column(np.int64),
            "information": Column(np.float64, "dd"),
            "information_vector": Column(np.float64, "d"),
            "log_evidence": Column(np.float64),
            "is_reset": Column(np.bool_),
            "is_tentative": Column(np.bool_),
        },
        "tracks": {
            **_ROW,
            **_TRACK,
            "mean": Column(np.float64, "d"),
            "cov": Column(np.float64, "dd"),
            "existence": Column(np.float64),
        },
        "counts": {
            **_ROW,
            "cell": Column(np.uint64),
            "count": Column(np.float64, may_be_unknown=True),
            "is_below": Column(np.bool_),
        },
    }
)
"""The columns of each kind by name, in the order in which they are written."""

SENSED = frozenset({"detections", "tracklets"})
"""Kinds of which a receiver needs the sensor's description; of the others it does not leave."""

ALL_SENSORS = "*"
"""The name under which a gain stands for all sensors of its party."""
