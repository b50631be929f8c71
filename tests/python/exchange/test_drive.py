"""Two cars: a partner's tracks bring most of what pooling brings, and never do harm."""

from functools import cache

import numpy as np
import pytest
from two_cars import Place, drive, errors

from detente.exchange.rehearsal import How

DETECTORS = {"good": (0.35, 0.0), "high": (0.5, 0.0), "weak": (0.35, -0.18)}
DRIVES: tuple[tuple[Place, int], ...] = (("crossing", 300), ("oncoming", 301), ("convoy", 302))


@cache
def _error(how: How, association: str, detector: str) -> float:
    """Return the mean GOSPA of both cars over all drives [m]."""
    least_score, skill = DETECTORS[detector]
    values: list[float] = []
    for place, seed in DRIVES:
        one = drive(seed, place=place, lasts_s=12.0, least_score=least_score, skill=skill)
        values += [float(each[0]) for each in errors(one, how, association).values()]
    return float(np.mean(values))


@pytest.mark.parametrize("association", ["gnn", "jpda"])
def test_tracks_bring_most_of_what_pooling_brings(association: str) -> None:
    """With each detector a part, and over all detectors more than two thirds."""
    gains = [
        (
            _error("nothing", association, detector) - _error("tracks", association, detector),
            _error("nothing", association, detector) - _error("detections", association, detector),
        )
        for detector in DETECTORS
    ]
    tracks, pooled = np.sum(gains, axis=0)
    assert pooled > 0.0
    assert tracks > pooled * 2.0 / 3.0


@pytest.mark.parametrize("association", ["gnn", "jpda"])
@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("how", ["tracks", "detections"])
def test_nobody_is_worse_off_than_alone(how: How, detector: str, association: str) -> None:
    """By no more than 1 % of GOSPA, whatever the detector and whatever is handed over."""
    alone = _error("nothing", association, detector)
    assert _error(how, association, detector) < 1.01 * alone
