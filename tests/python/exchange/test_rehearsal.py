"""What each way of exchange is worth: everything, nothing, and what lies between."""

import numpy as np
import pytest
from numpy.typing import NDArray

import detente as dt
from detente.exchange import Look, Snapshot, Watcher, rehearse
from detente.exchange.rehearsal import How

SECOND_NS = 1_000_000_000
OBJECTS, SCANS, SIDE_M = 12, 30, 1_100.0
MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
RADAR = dt.PositionSensor(
    std_m=10.0,
    detection_probability=0.9,
    clutter_density=OBJECTS / SIDE_M**2,
    coverage=dt.Everywhere(),
    name="radar",
)
TRACKER = dt.Tracker(
    motion=MOTION,
    birth=dt.Birth(rate_density=1e-9, initial_density=1e-5, velocity_std_m_s=15.0),
)
TIMES = [k * SECOND_NS for k in range(SCANS)]


def _scene() -> tuple[list[NDArray[np.float64]], list[Watcher]]:
    rng = np.random.default_rng(11)
    states = np.c_[rng.uniform(0, SIDE_M, (OBJECTS, 2)), rng.normal(0, 5, (OBJECTS, 2))]
    truth: list[NDArray[np.float64]] = []
    looks: list[list[Look]] = [[], []]
    for k in range(SCANS):
        truth.append(states[:, :2])
        for seen in looks:
            found = states[rng.random(OBJECTS) < 0.9, :2]
            clutter = rng.uniform(0, SIDE_M, (rng.poisson(OBJECTS), 2))
            z = np.r_[found + rng.normal(0, 10, found.shape), clutter]
            seen.append(Look(k * SECOND_NS, RADAR, z))
        states = states @ MOTION.transition(1.0).T
    return truth, [Watcher(name, seen) for name, seen in zip(("a", "b"), looks, strict=True)]


TRUTH, WATCHERS = _scene()


def _played(how: How, every_s: float = 0.0) -> tuple[dict[str, list[Snapshot]], dict[str, int]]:
    shown: dict[str, list[Snapshot]] = {"a": [], "b": []}
    sent: dict[str, int] = {}
    for party, snapshot, sent_bytes in rehearse(
        WATCHERS, TRACKER, how=how, times_ns=TIMES, every_s=every_s
    ):
        shown[party].append(snapshot)
        sent[party] = sent_bytes
    return shown, sent


def _error(shown: list[Snapshot]) -> float:
    values = [
        dt.metrics.gospa(truth, snapshot.confirmed().mean[:, :2], cutoff=50.0).value
        for truth, snapshot in zip(TRUTH, shown, strict=True)
    ]
    return float(np.mean(values[10:]))


def test_with_all_detections_everybody_knows_the_same_with_nothing_ones_own() -> None:
    shared, _ = _played("detections")
    for first, second in zip(shared["a"], shared["b"], strict=True):
        assert np.array_equal(first.mean, second.mean)
        assert np.array_equal(first.cov, second.cov)
    alone, sent = _played("nothing")
    assert sent == {"a": 0, "b": 0}
    assert {str(o) for s in alone["a"] for o in s.origin("a")} == {"own"}


def test_more_detail_is_worth_more_and_tracklets_are_worth_all() -> None:
    error = {how: _error(_played(how)[0]["a"]) for how in ("nothing", "tracks", "tracklets")}
    pooled = _error(_played("detections")[0]["a"])
    assert pooled < error["tracks"] < error["nothing"]
    assert error["tracklets"] == pytest.approx(pooled, rel=0.03)


def test_gains_cost_less_the_longer_one_waits() -> None:
    sent = [_played("gains", every_s)[1]["a"] for every_s in (2.0, 5.0, 10.0)]
    assert sent[0] > 2 * sent[1] > 3 * sent[2] > 0
    assert sent[2] < _played("detections")[1]["a"] / 3


def test_bad_settings_are_refused() -> None:
    with pytest.raises(dt.errors.SettingError, match=r"how must be one of nothing, .* 'all'"):
        next(rehearse(WATCHERS, TRACKER, how="all", times_ns=TIMES))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(dt.errors.SettingError, match="times_ns must not run backwards"):
        next(rehearse(WATCHERS, TRACKER, how="nothing", times_ns=TIMES[::-1]))
