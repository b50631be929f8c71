"""Simulate truth, detections, misses and clutter, the same for the same seed.

Simulation is written in NumPy, not in the core: a user's own motion or sensor model is a NumPy
function, and nothing here is on the hot path. There is a loop over scans, none over targets.
"""

from detente.simulate.reported import truth_from_reports
from detente.simulate.scans import Detections, detections
from detente.simulate.scenarios import Scenario, scenario
from detente.simulate.targets import Motion, Truth, truth

__all__ = [
    "Detections",
    "Motion",
    "Scenario",
    "Truth",
    "detections",
    "scenario",
    "truth",
    "truth_from_reports",
]
