"""Settings that fit a kind of recording, as `detente track` uses them: numbers that can be seen.

Each function returns a `Preset`: motion, birth, sensors and what else the tracker is told. Every
value has its reason beside it in the source. They are meant to work on any recording of their
kind; change one with `dataclasses.replace`, or take its parts into a tracker of your own.

>>> import detente as dt
>>> ships = dt.presets.ais()
>>> ships.longest_silence_s, ships.identity_error
(3600.0, 0.0)
>>> tracker = ships.tracker(association="jpda")
"""

from detente.presets.air import adsb
from detente.presets.anything import positions
from detente.presets.preset import Preset
from detente.presets.sea import ais, autoferry, autoferry_radar
from detente.presets.video import boxes

__all__ = ["Preset", "adsb", "ais", "autoferry", "autoferry_radar", "boxes", "positions"]
