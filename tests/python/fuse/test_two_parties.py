# pyright: basic
"""The table of benches/peers/fusion.py, with fewer runs: what is exact, consistent and what is not.

Of 150 runs and 4 marks the normalised error, were the covariances right, has a deviation of 0.03.
"""

import pytest
from two_parties import SENSORS, Scene, centralised, compressed, methods, scene, score, tracklets


@pytest.fixture(scope="module", params=list(SENSORS))
def scenery(request: pytest.FixtureRequest) -> Scene:
    return scene(request.param, runs=150, scans=150, seed=3)


@pytest.mark.parametrize("late", [0.0, 0.2])
@pytest.mark.parametrize("batch", [1, 2, 5, 10, 30])
def test_increments_are_exact_at_any_batching(scenery: Scene, batch: int, late: float) -> None:
    pooled, marks = centralised(scenery), tracklets(scenery, batch=batch, late=late)
    assert marks.mean == pytest.approx(pooled.mean, rel=1e-8, abs=1e-7)
    assert marks.cov == pytest.approx(pooled.cov, rel=1e-8, abs=1e-8)
    ratio, anees = score(scenery, marks, pooled)
    assert ratio == pytest.approx(1.0, abs=1e-6)
    assert anees == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("batch", [5, 10, 30])
def test_corrected_gains_are_consistent(scenery: Scene, batch: int) -> None:
    pooled = centralised(scenery)
    ratio, anees = score(scenery, compressed(scenery, batch=batch, corrected=True), pooled)
    assert ratio < 1.03
    assert 0.87 < anees < 1.13  # 0.9 to 1.1 is shown by the bench
    _, uncorrected = score(scenery, compressed(scenery, batch=batch, corrected=False), pooled)
    assert uncorrected > anees + 0.02


def test_ten_scans_in_one_gain_are_overconfident_without_correction() -> None:
    equal = scene("equal", runs=150, scans=150, seed=3)
    _, anees = score(equal, compressed(equal, batch=10, corrected=False), centralised(equal))
    assert anees > 1.2


def test_counting_twice_ruins_what_intersecting_keeps(scenery: Scene) -> None:
    ways, pooled = methods(), centralised(scenery)

    def found(name: str) -> tuple[float, float]:
        return score(scenery, ways[name](scenery), pooled)

    assert found("naive, with feedback")[1] > 1.8
    for name in ("covariance intersection", "inverse covariance intersection"):
        for feedback in ("", ", with feedback"):
            ratio, anees = found(name + feedback)
            assert ratio < 1.06
            assert anees < 1.05
    ratio, anees = found("exact cross-covariance (Bar-Shalom–Campo)")
    assert ratio < 1.04
    assert anees == pytest.approx(1.0, abs=0.12)
