"""The preset of positions of any kind, from a few numbers about the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.births import Birth
from detente.motion import ConstantVelocity
from detente.presets.preset import Preset
from detente.presets.reporters import checked_std, survival
from detente.sensors import Everywhere, PositionSensor

if TYPE_CHECKING:
    from collections.abc import Sequence


def positions(
    *,
    area_m2: float,
    span_s: float,
    step_s: float,
    objects: float = 10.0,
    sensors: Sequence[str] = ("sensor",),
    scanning: bool = True,
    axes: int = 2,
    std_m: float | None = None,
) -> Preset:
    """Return a preset for positions of which no more is known than this.

    Parameters
    ----------
    area_m2 : float
        How large the region is [m²].
    span_s : float
        How long the recording is [s].
    step_s : float
        The time between two scans, or two reports [s].
    objects : float
        How many objects there are at once.
    sensors : sequence of str
        The names of the sensors.
    scanning : bool
        Whether they look around; else each object speaks for itself.
    axes : {2, 3}
        Of the positions.
    std_m : float, optional
        Standard deviation of a position, each way [m], instead of 10 m.
    """
    std = checked_std(std_m, 10.0)
    if scanning:
        clutter = 0.1 * objects / area_m2
        seen: dict[str, Any] = {
            "detection_probability": 0.9,
            "clutter_density": clutter,
            "coverage": Everywhere(),  # nothing is known of what a sensor misses
        }
    else:
        seen = {"report_rate_per_s": 1 / max(30 * step_s, 1.0)}
    return Preset(
        name="positions",
        motion=ConstantVelocity(axes=axes, acceleration_psd=1.0),
        birth=Birth(
            rate_density=objects / span_s / area_m2,
            initial_density=objects / area_m2,
            velocity_std_m_s=15.0,
        ),
        sensors={name: PositionSensor(std_m=std, name=name, **seen) for name in sensors},
        survival_per_s=survival(max(span_s, 100.0)),
        cutoff_m=10 * std,
        score_step_s=max(step_s, span_s / 1000),
        longest_gap_s=20 * step_s,
    )
