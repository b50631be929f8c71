"""The preset that fits a recording, by its format and extent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente import presets
from detente.errors import SettingError

if TYPE_CHECKING:
    from detente.io.recording import Recording
    from detente.presets import Preset

IDENTITY_ERROR = 0.01
"""The share of rows whose identity is taken to be wrong, where it is no number of the format's."""


def preset_for(
    recording: Recording, *, std_m: float | None = None, use_identity: bool | None = None
) -> Preset:
    """Return the preset that fits a recording.

    Parameters
    ----------
    recording : Recording
        What was read.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of the usual.
    use_identity : bool, optional
        Whether identities are looked at; unless given, they are in AIS and ADS-B.

    Raises
    ------
    SettingError
        `std_m` is not positive, or the recording says nothing of identities.
    """
    if use_identity and "identity" not in recording.detections:
        raise SettingError(
            "--use-identity needs a recording that says who is who, this one does not; "
            "name the column with --identity or leave --use-identity out"
        )
    blind = use_identity is False
    match recording.format:
        case "ais":
            return presets.ais(blind=blind, std_m=std_m)
        case "adsb":
            return presets.adsb(blind=blind, std_m=std_m, area_m2=_area_m2(recording))
        case "autoferry":
            return presets.autoferry(std_m=std_m)
        case "mot":
            preset = _boxes(recording, std_m)
        case _:
            preset = _positions(recording, std_m)
    return replace(preset, identity_error=IDENTITY_ERROR if use_identity else None)


def _boxes(recording: Recording, std_m: float | None) -> Preset:
    if std_m is not None:
        raise SettingError(
            "boxes have a noise in proportion to their height; leave the standard deviation out"
        )
    return presets.boxes(area_px2=_area(recording, ("x_px", "y_px")))


def _positions(recording: Recording, std_m: float | None) -> Preset:
    rows = recording.detections
    times_s, count = np.unique(rows["time_s"], return_counts=True)
    is_scanning = recording.kind == "scanning"
    return presets.positions(
        area_m2=_area_m2(recording),
        span_s=max(float(times_s[-1] - times_s[0]), 1.0),
        step_s=float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0,
        objects=float(np.median(count)) if is_scanning else 10.0,
        sensors=np.unique(rows["sensor"].astype(str)).tolist(),
        scanning=is_scanning,
        axes=3 if "z_m" in rows else 2,
        std_m=std_m,
    )


def _area_m2(recording: Recording) -> float:
    return _area(recording, ("x_m", "y_m"))


def _area(recording: Recording, names: tuple[str, str]) -> float:
    """Return the area of the box that holds all but the outermost hundredth of the positions."""
    sides = [np.ptp(np.quantile(recording.detections[name], [0.005, 0.995])) for name in names]
    return max(float(sides[0] * sides[1]), 1e4)
