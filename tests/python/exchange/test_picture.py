"""A picture counts each object once."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import chi2

import detente as dt
from detente.exchange import Report, fuse_reports

MOTION = dt.ConstantVelocity(axes=2, acceleration_psd=0.05)
SECOND_NS = 1_000_000_000


def _report(
    origin: str, mean: ArrayLike, *, time_ns: int = 0, first_id: int = 1, std: float = 10.0
) -> Report:
    states = np.reshape(np.asarray(mean, float), (-1, 4))
    n = len(states)
    return Report.tracks(
        origin,
        0,
        time_ns,
        np.arange(first_id, first_id + n, dtype=np.uint64),
        states,
        np.stack([np.eye(4) * std**2] * n) if n else np.empty((0, 4, 4)),
        np.linspace(0.6, 0.9, n),
    )


seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(0, 8), st.integers(0, 5), st.integers(0, 5))
def test_each_object_counts_once(seed: int, both: int, only_own: int, only_partner: int) -> None:
    # Objects stand a kilometre apart; each party sees its part with an error of 10 m.
    rng = np.random.default_rng(seed)
    n = both + only_own + only_partner
    truth = np.zeros((n, 4))
    truth[:, 0] = 1_000.0 * rng.permutation(n)
    own = _report("north", truth[: both + only_own] + rng.uniform(-15, 15, (both + only_own, 4)))
    seen = np.concatenate([truth[:both], truth[both + only_own :]])
    order = rng.permutation(len(seen))
    partner = _report("south", (seen + rng.uniform(-15, 15, seen.shape))[order], first_id=100)
    picture = fuse_reports(own, [partner], motion=MOTION, time_ns=0)
    assert len(picture) == n
    counts = {name: int(np.sum(picture.origin == name)) for name in ("own", "partner", "both")}
    assert counts == {"own": only_own, "partner": only_partner, "both": both}
    assert np.array_equal(np.sort(picture.mean[:, 0].round(-3)), 1_000.0 * np.arange(n))
    assert np.array_equal(picture.track_id[: len(own)], own.track_id)
    assert np.array_equal(picture.partner_id == 0, picture.origin == "own")
    assert np.array_equal(np.sort(picture.partner_id[picture.partner_id > 0]), partner.track_id)


def test_without_a_partner_the_picture_is_the_own_report() -> None:
    own = _report("north", [[0, 0, 1, 0], [500, 0, 0, 1]])
    picture = fuse_reports(own, [], motion=MOTION, time_ns=0)
    assert np.array_equal(picture.mean, own.mean)
    assert np.array_equal(picture.cov, own.cov)
    assert list(picture.origin) == ["own", "own"]


def test_a_pair_is_fused_by_covariance_intersection() -> None:
    own = _report("north", [[0.0, 0.0, 0.0, 0.0]])
    partner = _report("south", [[10.0, 0.0, 0.0, 0.0]], std=20.0)
    picture = fuse_reports(own, [partner], motion=MOTION, time_ns=0)
    expected = dt.fuse.covariance_intersection(own.mean, own.cov, partner.mean, partner.cov)
    assert np.array_equal(picture.mean, expected.mean)
    assert np.array_equal(picture.cov, expected.cov)


def test_the_same_report_twice_is_no_news() -> None:
    # The partner repeats what we know: nothing becomes surer.
    own = _report("north", [[0.0, 0.0, 3.0, 0.0]])
    echo = _report("south", [[0.0, 0.0, 3.0, 0.0]], first_id=50)
    picture = fuse_reports(own, [echo], motion=MOTION, time_ns=0)
    assert picture.cov == pytest.approx(own.cov)
    assert picture.existence == pytest.approx(own.existence)


def test_reports_of_another_time_are_predicted() -> None:
    own = _report("north", np.empty((0, 4)), time_ns=10 * SECOND_NS)
    partner = _report("south", [[0.0, 0.0, 5.0, -2.0]], time_ns=4 * SECOND_NS)
    picture = fuse_reports(own, [partner], motion=MOTION, time_ns=10 * SECOND_NS)
    assert picture.mean[0] == pytest.approx([30.0, -12.0, 5.0, -2.0])
    f, q = MOTION.transition(6.0), MOTION.noise(6.0)
    assert picture.cov[0] == pytest.approx(f @ partner.cov[0] @ f.T + q)


def test_the_order_of_partners_does_not_matter() -> None:
    own = _report("a", [[0, 0, 0, 0]])
    partners = [
        _report("b", [[5, 0, 0, 0], [900, 0, 0, 0]], first_id=10),
        _report("c", [[0, 5, 0, 0], [905, 0, 0, 0]], first_id=20, std=7.0),
        _report("d", [[3, 3, 0, 0]], first_id=30),
    ]
    pictures = [
        fuse_reports(own, order, motion=MOTION, time_ns=0) for order in permutations(partners)
    ]
    assert len(pictures[0]) == 2
    assert list(pictures[0].origin) == ["both", "partner"]
    for other in pictures[1:]:
        assert np.array_equal(other.mean, pictures[0].mean)
        assert np.array_equal(other.cov, pictures[0].cov)


def test_a_report_from_the_future_is_refused() -> None:
    own = _report("north", [[0, 0, 0, 0]], time_ns=SECOND_NS)
    with pytest.raises(dt.errors.TimeOrderError, match="'north' is dated 1970-01-01T00:00:01Z"):
        fuse_reports(own, [], motion=MOTION, time_ns=0)


def test_tracks_are_paired_up_to_the_chi_square_limit() -> None:
    limit = float(chi2.ppf(0.999, 4))
    for factor, count in ((0.999, 1), (1.001, 2)):
        away_m = (limit * factor * 2.0 * 10.0**2) ** 0.5
        own = _report("north", [[0.0, 0.0, 0.0, 0.0]])
        partner = _report("south", [[away_m, 0.0, 0.0, 0.0]], first_id=9)
        assert len(fuse_reports(own, [partner], motion=MOTION, time_ns=0)) == count
