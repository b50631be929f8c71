"""The preset of boxes in a video."""

from __future__ import annotations

from detente.births import Birth
from detente.motion import BoxMotion
from detente.presets.preset import Preset
from detente.presets.reporters import survival
from detente.sensors import BoxSensor

FULL_HD_PX2 = 1920.0 * 1080.0


def boxes(*, area_px2: float = FULL_HD_PX2) -> Preset:
    """Return the preset of boxes in a video; its numbers are those of people before a still camera.

    Parameters
    ----------
    area_px2 : float
        How large the image is [px²].
    """
    # one in an image, where sizes differ by e² = 7 each way
    per_image = 1 / 4 / area_px2
    return Preset(
        name="boxes",
        motion=BoxMotion(),
        # ten people are there at the start, and one comes in a second
        birth=Birth(rate_density=per_image, initial_density=10 * per_image, velocity_std_m_s=0.5),
        sensors={"camera": BoxSensor(clutter_density=per_image)},
        survival_per_s=survival(100.0),
        cutoff_m=0.0,  # not scored
        score_step_s=1.0,
        longest_gap_s=1.0,
    )
